// The files of an RPM package.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/open/archive.h"

namespace memmap::input {

bool is_rpm(std::string_view bytes);

// As package_members(). RPM's own reading of cpio, not libarchive's: that sets aside what a header
// announces, and does not know the payload that has no names (files above 4 GiB, packages of RPM 6).
// https://rpm-software-management.github.io/rpm/manual/format_v4.html and format_v6.html
Result<std::vector<Member>> rpm_members(const std::string& name, std::string_view bytes,
                                        const PackageLimits& limits, const Visitor& visit);

}  // namespace memmap::input
