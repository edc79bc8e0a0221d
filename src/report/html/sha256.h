// The hash by which a page's policy names its own style and scripts.
#pragma once

#include <string>
#include <string_view>

namespace memmap::report {

// `sha256-` and the digest in base64, as Content-Security-Policy has it.
std::string csp_hash(std::string_view text);

}  // namespace memmap::report
