// What a loaded object says of itself, checked and copied.
#pragma once

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/abi.h"
#include "plugin/load/options.h"

namespace memmap::plugin {

struct PluginInfo {
  std::string name{};
  std::string version{};
  std::string summary{};
  std::filesystem::path file{};  // empty: built in
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  std::vector<OptionInfo> options{};
  std::vector<std::string> interfaces{};  // ids of those offered that we know
  std::vector<std::string> warnings{};    // what is odd and no reason to refuse
  std::string source_summary{};           // memmap.source/1: for `memmap formats`
  std::string source_example{};
  std::string report_summary{};  // memmap.report/1
};

// The interfaces offered, each whole up to what both sides know; absent ones are zero.
struct Interfaces {
  memmap_trim_t trim{};
  memmap_numa_t numa{};
  memmap_alloc_t alloc{};
  memmap_check_t check{};
  memmap_source_t source{};
  memmap_report_t report{};
  bool has_trim() const { return trim.run != nullptr; }
  bool has_numa() const { return numa.run != nullptr; }
  bool has_alloc() const { return alloc.choose != nullptr; }
  bool has_check() const {
    return check.event != nullptr || check.finish != nullptr || check.access != nullptr;
  }
  bool has_source() const { return source.recognise != nullptr && source.read != nullptr; }
  bool has_report() const { return report.render != nullptr; }
};

struct Description {
  PluginInfo info{};
  Interfaces interfaces{};
};

// Checks the descriptor of the plugin that should be called `name`: magic, ABI version, sizes,
// names, options, interfaces. Calls get_interface(). Leaves `file` empty. Errors, all that can be
// told: messages without the plugin's name or file. Pointers in it are followed: one that leads
// nowhere crashes, which the caller fences.
Result<Description> describe_plugin(const void* symbol, std::string_view name);

// The struct at `from`, which opens with its size, as far as both sides know it; the rest is zero. A size
// that ends within a field, which no compiler gives, ends before it: half a pointer leads nowhere.
template <class T>
T copy_struct(const void* from) {
  T out{};
  std::uint32_t size = 0;
  std::memcpy(&size, from, sizeof size);
  std::memcpy(&out, from, size < sizeof(T) ? size - size % alignof(T) : sizeof(T));
  return out;
}

}  // namespace memmap::plugin
