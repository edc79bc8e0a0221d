#include "plugin/load/descriptor.h"

#include <fmt/format.h>

#include <algorithm>

namespace memmap::plugin {
namespace {

constexpr std::size_t kMaxOptions = 64;
constexpr std::size_t kMaxText = 400;

// Sizes of the structs as they first were: a plugin's may be larger, never smaller.
constexpr std::uint32_t kPluginSize = 64;
constexpr std::uint32_t kOptionSize = 64;
constexpr std::uint32_t kTrimSize = 16;
constexpr std::uint32_t kNumaSize = 16;
constexpr std::uint32_t kAllocSize = 32;
constexpr std::uint32_t kCheckSize = 40;
constexpr std::uint32_t kSourceSize = 40;
constexpr std::uint32_t kReportSize = 24;
static_assert(sizeof(memmap_plugin_t) == kPluginSize && sizeof(memmap_option_t) == kOptionSize);
static_assert(sizeof(memmap_trim_t) == kTrimSize && sizeof(memmap_numa_t) == kNumaSize &&
              sizeof(memmap_alloc_t) == kAllocSize &&
              offsetof(memmap_check_t, accesses) == kCheckSize &&
              sizeof(memmap_source_t) == kSourceSize && sizeof(memmap_report_t) == kReportSize);

class Complaints {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    errors_.push_back(Error{.message = fmt::format(format, std::forward<Args>(args)...)});
  }
  bool none() const { return errors_.empty(); }
  Errors take() { return std::move(errors_); }

 private:
  Errors errors_;
};

// A line of text that the plugin points to; complains and gives "" if it is none.
std::string read_line(const char* text, std::string_view what, Complaints& complaints) {
  if (text == nullptr) {
    complaints.add("incomplete: its {} is missing", what);
    return "";
  }
  const std::string line(text, ::strnlen(text, kMaxText + 1));
  if (line.empty()) complaints.add("incomplete: its {} is empty", what);
  if (line.size() > kMaxText) {
    complaints.add("its {} is longer than {} bytes", what, kMaxText);
    return "";
  }
  if (std::any_of(line.begin(), line.end(),
                  [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    complaints.add("its {} has control characters", what);
    return "";
  }
  return line;
}

std::vector<std::string> split_choices(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t bar = std::min(text.find('|', at), text.size());
    out.push_back(text.substr(at, bar - at));
    at = bar + 1;
  }
  return out;
}

OptionInfo read_option(const memmap_option_t& o, std::size_t index, Complaints& complaints) {
  OptionInfo out;
  const std::string nth = fmt::format("option {}", index + 1);
  out.name = read_line(o.name, nth + "'s name", complaints);
  out.help = read_line(o.help, nth + "'s help", complaints);
  out.min = o.min;
  out.max = o.max;
  out.required = (o.flags & MEMMAP_OPTION_REQUIRED) != 0;
  out.type = static_cast<OptionType>(o.type);
  if (out.type == OptionType::choice) {
    out.choices = split_choices(read_line(o.choices, nth + "'s list of choices", complaints));
  }
  if (o.default_value != nullptr) {
    out.default_value.emplace(o.default_value, ::strnlen(o.default_value, kMaxText));
  }
  return out;
}

void read_options(const memmap_plugin_t& plugin, PluginInfo& info, Complaints& complaints) {
  if (plugin.option_count == 0) return;
  if (plugin.options == nullptr || plugin.option_count > kMaxOptions) {
    complaints.add("its table of options is {}",
                   plugin.options == nullptr ? "missing" : "too long (more than 64)");
    return;
  }
  // The table was laid out with the plugin's own idea of an option's size.
  const char* at = reinterpret_cast<const char*>(plugin.options);
  const std::uint32_t stride = plugin.options->struct_size;
  for (std::size_t i = 0; i < plugin.option_count; ++i, at += stride) {
    std::uint32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    if (size < kOptionSize || size != stride || size % alignof(memmap_option_t) != 0) {
      complaints.add("option {} has the struct_size {}; expected {} or more, the same in all",
                     i + 1, size, kOptionSize);
      return;
    }
    info.options.push_back(read_option(copy_struct<memmap_option_t>(at), i, complaints));
  }
  for (const std::string& fault : faults_of(info.options)) complaints.add("{}", fault);
}

// Asks for the interface `id`. Zero: not offered, or (complained of) not usable.
template <class T>
T read_interface(const memmap_plugin_t& plugin, const char* id, std::uint32_t least,
                 PluginInfo& info, Complaints& complaints) {
  const void* found = plugin.get_interface(id);
  if (found == nullptr) return T{};
  std::uint32_t size = 0;
  std::memcpy(&size, found, sizeof size);
  if (size < least) {
    complaints.add("interface {} has the struct_size {}; expected {} or more", id, size, least);
    return T{};
  }
  info.interfaces.emplace_back(id);
  return copy_struct<T>(found);
}

// What sources and reports say of themselves.
void read_texts(const Interfaces& in, PluginInfo& info, Complaints& complaints) {
  if (in.source.struct_size != 0) {
    info.source_summary = read_line(in.source.summary, "source's summary", complaints);
    info.source_example = read_line(in.source.example, "source's example", complaints);
  }
  if (in.report.struct_size != 0) {
    info.report_summary = read_line(in.report.summary, "report's summary", complaints);
  }
}

void read_interfaces(const memmap_plugin_t& plugin, Description& d, Complaints& complaints) {
  Interfaces& in = d.interfaces;
  in.trim = read_interface<memmap_trim_t>(plugin, MEMMAP_TRIM_1, kTrimSize, d.info, complaints);
  in.numa = read_interface<memmap_numa_t>(plugin, MEMMAP_NUMA_1, kNumaSize, d.info, complaints);
  in.alloc = read_interface<memmap_alloc_t>(plugin, MEMMAP_ALLOC_1, kAllocSize, d.info, complaints);
  in.check = read_interface<memmap_check_t>(plugin, MEMMAP_CHECK_1, kCheckSize, d.info, complaints);
  in.source =
      read_interface<memmap_source_t>(plugin, MEMMAP_SOURCE_1, kSourceSize, d.info, complaints);
  in.report =
      read_interface<memmap_report_t>(plugin, MEMMAP_REPORT_1, kReportSize, d.info, complaints);
  if (d.info.interfaces.empty()) {
    complaints.add("offers none of the interfaces that this memmap knows: {}, {}, {}, {}, {}, {}",
                   MEMMAP_TRIM_1, MEMMAP_NUMA_1, MEMMAP_ALLOC_1, MEMMAP_CHECK_1, MEMMAP_SOURCE_1,
                   MEMMAP_REPORT_1);
    return;
  }
  read_texts(in, d.info, complaints);
  const auto need = [&](bool offered, bool there, const char* id, const char* function) {
    if (offered && !there) complaints.add("incomplete: interface {} lacks {}()", id, function);
  };
  need(in.trim.struct_size != 0, in.has_trim(), MEMMAP_TRIM_1, "run");
  need(in.numa.struct_size != 0, in.has_numa(), MEMMAP_NUMA_1, "run");
  need(in.alloc.struct_size != 0, in.has_alloc(), MEMMAP_ALLOC_1, "choose");
  const bool has_check = in.check.struct_size != 0;
  need(has_check, in.has_check(), MEMMAP_CHECK_1, "event(), finish() or access");
  need(has_check && in.check.events != 0, in.check.event != nullptr, MEMMAP_CHECK_1, "event");
  need(has_check && in.check.accesses != 0, in.check.access != nullptr, MEMMAP_CHECK_1, "access");
  need(in.source.struct_size != 0, in.source.recognise != nullptr, MEMMAP_SOURCE_1, "recognise");
  need(in.source.struct_size != 0, in.source.read != nullptr, MEMMAP_SOURCE_1, "read");
  need(in.report.struct_size != 0, in.has_report(), MEMMAP_REPORT_1, "render");
  constexpr std::uint32_t kHooks = MEMMAP_HOOK_E820_FIRMWARE | MEMMAP_HOOK_E820_COMMAND_LINE |
                                   MEMMAP_HOOK_E820_BIOS | MEMMAP_HOOK_E820_MTRR |
                                   MEMMAP_HOOK_E820_PARAMETER | MEMMAP_HOOK_MEMBLOCK_EARLY |
                                   MEMMAP_HOOK_MEMBLOCK_FILLED | MEMMAP_HOOK_MEMBLOCK_PLATFORM;
  if (in.has_trim() && (in.trim.hooks & kHooks) == 0) {
    complaints.add("interface {} acts at no hook that this memmap knows (hooks {:#x})",
                   MEMMAP_TRIM_1, in.trim.hooks);
  }
}

}  // namespace

Result<Description> describe_plugin(const void* symbol, std::string_view name) {
  Complaints complaints;
  // Four words come first in any version; nothing beyond is looked at before they are right.
  struct Head {
    std::uint32_t struct_size, magic, major, minor;
  } head{};
  std::memcpy(&head, symbol, sizeof head);
  if (head.magic != MEMMAP_ABI_MAGIC) {
    complaints.add("its `memmap_plugin` is no plugin descriptor (magic {:#x}, expected {:#x})",
                   head.magic, MEMMAP_ABI_MAGIC);
    return complaints.take();
  }
  if (head.major != MEMMAP_ABI_MAJOR) {
    complaints.add(
        "was built for plugin ABI {}.{}, this memmap has {}.{}; build it anew with this "
        "memmap's abi.h",
        head.major, head.minor, MEMMAP_ABI_MAJOR, MEMMAP_ABI_MINOR);
    return complaints.take();
  }
  if (head.struct_size < kPluginSize) {
    complaints.add("its descriptor has the struct_size {}; expected {} or more", head.struct_size,
                   kPluginSize);
    return complaints.take();
  }
  const auto plugin = copy_struct<memmap_plugin_t>(symbol);
  Description d;
  d.info.abi_major = head.major;
  d.info.abi_minor = head.minor;
  if (head.minor > MEMMAP_ABI_MINOR) {
    d.info.warnings.push_back(fmt::format(
        "was built for plugin ABI {}.{}, newer than this memmap's {}.{}; what is new is not used",
        head.major, head.minor, MEMMAP_ABI_MAJOR, MEMMAP_ABI_MINOR));
  }
  d.info.name = read_line(plugin.name, "name", complaints);
  if (!d.info.name.empty() && d.info.name != name) {
    complaints.add("names itself `{}`; the file's name must be that and .so", d.info.name);
  }
  d.info.version = read_line(plugin.version, "version", complaints);
  d.info.summary = read_line(plugin.summary, "summary", complaints);
  read_options(plugin, d.info, complaints);
  if (plugin.get_interface == nullptr) {
    complaints.add("incomplete: its descriptor lacks get_interface()");
  } else {
    read_interfaces(plugin, d, complaints);
  }
  if (!complaints.none()) return complaints.take();
  return d;
}

}  // namespace memmap::plugin
