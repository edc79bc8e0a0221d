#include "plugin/adapt/source.h"

#include <fmt/format.h>

#include <algorithm>

namespace memmap::plugin {
namespace {

constexpr std::int32_t kSurest = 100;
constexpr std::int32_t kMaxNodes = 1024;  // kernel: MAX_NUMNODES with NODES_SHIFT 10, the largest
constexpr std::size_t kMaxLine = 4000;

memmap_source_input_t input_of(const std::string& name, const std::string& bytes) {
  return {.struct_size = sizeof(memmap_source_input_t),
          .reserved = 0,
          .name = name.c_str(),
          .bytes = reinterpret_cast<const std::uint8_t*>(bytes.c_str()),
          .byte_count = bytes.size()};
}

// The line of that number, counted from 1, without its end; empty: there is none.
std::string line_of(std::string_view bytes, std::uint64_t number) {
  for (std::uint64_t n = 1; n < number; ++n) {
    const std::size_t end = bytes.find('\n');
    if (end == bytes.npos) return "";
    bytes.remove_prefix(end + 1);
  }
  std::string_view line = bytes.substr(0, std::min(bytes.find('\n'), kMaxLine));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);
}

}  // namespace

SourcePlugin::SourcePlugin(const Plugin& plugin, OptionValues options)
    : code_(plugin.code()), call_(plugin.name(), std::move(options), Call::Takes::machine) {}

Result<std::unique_ptr<SourcePlugin>> SourcePlugin::create(const Plugin& plugin,
                                                           const OptionTexts& options) {
  if (!plugin.interfaces().has_source()) {
    return Error{.message = fmt::format("plugin `{}` reads no machines: it does not offer {}",
                                        plugin.name(), MEMMAP_SOURCE_1)};
  }
  auto values = check_options(plugin.name(), plugin.info().options, options);
  if (!values) return values.errors();
  return std::unique_ptr<SourcePlugin>(new SourcePlugin(plugin, *std::move(values)));
}

Result<SourceScore> SourcePlugin::recognise(const std::string& name, const std::string& bytes) {
  const memmap_source_input_t input = input_of(name, bytes);
  call_.begin();
  const char* reason = nullptr;
  const auto rc = code_.recognise(input, *call_.host(), &reason);
  if (!rc) return rc.errors();
  if (call_.failed() || *rc < 0 || *rc > kSurest) {
    return *call_.end("recognise", *rc, Call::None::refused);
  }
  return SourceScore{*rc, reason == nullptr ? "it does not say why" : one_line(reason)};
}

Errors SourcePlugin::input_errors(const std::string& name, std::string_view bytes) const {
  Errors out;
  for (const SourceAnswer::Fault& f : call_.source().faults) {
    out.push_back(Error{
        .message = f.message.empty() ? "is not what `" + call_.plugin() + "` reads" : f.message,
        .origin = {.file = name,
                   .line = static_cast<std::size_t>(f.line),
                   .column = static_cast<std::size_t>(f.column)},
        .line_text = f.line == 0 ? "" : line_of(bytes, f.line)});
  }
  return out;
}

// Both return what is wrong; empty: nothing is.
std::string SourcePlugin::add_entry(const memmap_range_t& e, Machine& machine) const {
  const auto wrong = [&](std::string_view why) {
    return fmt::format("handed over [{:#x}, {:#x}) of type {}: {}", e.base, e.end, e.type, why);
  };
  if (e.end < e.base) return wrong("it ends before it begins");
  if (e.type == 0) return wrong("no e820 type is 0");
  if (e.nid < memblock::kAnyNode || e.nid >= kMaxNodes) {
    return wrong(
        fmt::format("node {} cannot be; expected -1 for none, or 0 to {}", e.nid, kMaxNodes - 1));
  }
  machine.firmware_map.push_back({PhysAddr{e.base}, e.end - e.base, static_cast<E820Type>(e.type)});
  if (e.nid != memblock::kAnyNode && e.base != e.end) {
    machine.node_memory.push_back({.range = PhysRange::make(e.base, e.end), .nid = e.nid});
  }
  return "";
}

std::string SourcePlugin::add_fact(const std::string& key, const std::string& value,
                                   Machine& machine) const {
  const auto once = [&](std::optional<std::string>& to) -> std::string {
    if (to) return fmt::format("told the fact `{}` twice", key);
    to = value;
    return "";
  };
  if (key == "command_line") return once(machine.command_line);
  if (key == "kernel_release") return once(machine.kernel_release);
  if (key == "note") return machine.notes.push_back(value), "";
  if (key != "firmware") {
    return fmt::format(
        "told an unknown fact `{}`; expected command_line, kernel_release, firmware "
        "or note",
        key);
  }
  if (machine.firmware != Firmware::unknown) return "told the fact `firmware` twice";
  if (value == "bios") machine.firmware = Firmware::bios;
  if (value == "efi") machine.firmware = Firmware::efi;
  if (value == "xen") machine.firmware = Firmware::xen;
  if (machine.firmware != Firmware::unknown) return "";
  return fmt::format("told of the firmware `{}`; expected bios, efi or xen", value);
}

Result<Machine> SourcePlugin::read(const std::string& name, const std::string& bytes) {
  const memmap_source_input_t input = input_of(name, bytes);
  call_.begin();
  const auto rc = code_.read(input, *call_.host());
  if (!rc) return rc.errors();
  const bool faulted = !call_.source().faults.empty();
  if (!call_.failed() && faulted && (*rc == MEMMAP_OK || *rc == MEMMAP_FAILED)) {
    return input_errors(name, bytes);
  }
  if (auto e = call_.end("read", *rc, Call::None::refused)) return *std::move(e);
  Machine machine;
  Errors errors;
  const auto take = [&](const std::string& why) {
    if (!why.empty()) errors.push_back(call_.fault("read", why));
  };
  for (const memmap_range_t& e : call_.source().entries) take(add_entry(e, machine));
  for (const auto& [key, value] : call_.source().facts) take(add_fact(key, value, machine));
  if (call_.source().entries.empty()) take("handed over no entry");
  if (!errors.empty()) return errors;
  return machine;
}

}  // namespace memmap::plugin
