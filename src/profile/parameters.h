// The command-line parameters that a kernel knows. One it does not know is handed to init, and
// costs boot memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "profile/image.h"

namespace memmap::kernel {

enum class ParameterKind { early, setup, module };

struct DeclaredParameter {
  ParameterKind kind = ParameterKind::early;
  std::string name{};  // as the kernel compares it: `mem`, `root=`, `printk.time`
  bool operator==(const DeclaredParameter&) const = default;
};

struct DeclaredParameters {
  std::string source{};
  std::vector<DeclaredParameter> list{};  // early and setup ones as linked, then module parameters
};

// Lines `early mem`, `setup root=`, `param printk.time`. Errors: lines of another form.
Result<DeclaredParameters> read_parameters(const std::string& source, std::string_view text);

// Of the image's own tables, which `symbols` finds: __setup_start .. __setup_end and
// __start___param .. __stop___param. nullopt: they are not there, or not of the form known.
// kernel: struct obs_kernel_param, include/linux/init.h; struct kernel_param,
// include/linux/moduleparam.h, v6.12
std::optional<DeclaredParameters> parameters_of(const Image& image, const Symbols& symbols);

std::string_view name_of(ParameterKind kind);  // `early`, `setup`, `param`

}  // namespace memmap::kernel
