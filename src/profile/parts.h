// What the files are that tell of a kernel, by their names and by where distributions put them.
#pragma once

#include <optional>
#include <string_view>

namespace memmap::kernel {

enum class Part { image, config, btf, symbols, sections, parameters };

struct PartName {
  Part part = Part::image;
  std::string_view
      release{};  // `6.12.117+deb12-amd64` of `config-6.12.117+deb12-amd64.gz`; or empty
};

// Of a file by its name, with -RELEASE and a compression's suffix behind it or not; nullopt: none.
// What package managers keep of earlier kernels (`.old`) and boot menus' rescue images are none.
std::optional<PartName> part_named(std::string_view file_name);

// The same of a file in a package or below a root folder, by its path: an image, a configuration or
// symbols where a distribution has them (boot, lib/modules/RELEASE and build in it, lib/debug,
// src/linux-headers-RELEASE, below usr or not).
std::optional<PartName> part_at(std::string_view path);

// Debian's stub of a System.map, which says where the real one is.
bool is_stub(std::string_view system_map);

}  // namespace memmap::kernel
