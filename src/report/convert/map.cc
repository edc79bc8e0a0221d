// Forms that hold the map alone.
#include <fmt/format.h>

#include "e820/memmap_item.h"
#include "machine/e820_words.h"
#include "report/convert/convert.h"

namespace memmap::report {
namespace {

Converted with_losses(const Machine& machine) {
  return {.losses = losses_beside_map(machine, NodesToo::yes)};
}

std::string shown(const E820Entry& e) {
  return fmt::format("the entry at {:#x} (size {:#x}, type {})", raw(e.addr), e.size, raw(e.type));
}

void append_le(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

// kernel: start_show(), end_show(), type_show(), drivers/firmware/memmap.c, v6.12
Result<Converted> to_sysfs(const Machine& machine) {
  Converted out = with_losses(machine);
  std::size_t index = 0;
  for (const E820Entry& e : whole_map(machine)) {
    if (e.size == 0) {
      out.losses.push_back(shown(e) + " is left out: a folder of sysfs holds no empty one");
      continue;
    }
    const std::uint64_t last = e.end() - 1;
    if (last < raw(e.addr)) {
      return Error{.message = shown(e) + " wraps past 2^64, which sysfs cannot tell"};
    }
    const std::string_view type = e820_resource_name(e.type);
    if (type == kUnknownE820Name || e.type == E820Type::reserved_kern) {
      out.losses.push_back(fmt::format("{} becomes `{}`", shown(e), type));
    }
    out.files.emplace_back(fmt::format("{}/start", index), fmt::format("{:#x}\n", raw(e.addr)));
    out.files.emplace_back(fmt::format("{}/end", index), fmt::format("{:#x}\n", last));
    out.files.emplace_back(fmt::format("{}/type", index), fmt::format("{}\n", type));
    ++index;
  }
  if (out.files.empty()) return Error{.message = "a map without entries has no folder of sysfs"};
  return out;
}

// As `struct boot_e820_entry`: packed, little-endian.
Result<Converted> to_etc_e820(const Machine& machine) {
  Converted out = with_losses(machine);
  const E820Entries entries = whole_map(machine);
  if (entries.empty()) return Error{.message = "a map without entries has no file etc/e820"};
  for (const E820Entry& e : entries) {
    if (e.type == E820Type{0}) return Error{.message = shown(e) + ": etc/e820 has no type 0"};
    append_le(out.bytes, raw(e.addr), 8);
    append_le(out.bytes, e.size, 8);
    append_le(out.bytes, raw(e.type), 4);
  }
  return out;
}

Result<Converted> to_exactmap(const Machine& machine) {
  Converted out = with_losses(machine);
  out.bytes = "memmap=exactmap";
  for (const E820Entry& e : whole_map(machine)) {
    const std::optional<std::string> item = e820::memmap_item_of(e);
    if (!item) return Error{.message = shown(e) + ": memmap=nn%ss+0 takes out instead of adding"};
    out.bytes += " memmap=" + *item;
  }
  out.bytes += '\n';
  constexpr std::size_t kCommandLine = 2047;  // COMMAND_LINE_SIZE 2048, with its NUL
  if (out.bytes.size() - 1 > kCommandLine) {
    out.losses.push_back(
        fmt::format("with {} bytes the parameters are longer than the {} that a "
                    "kernel reads",
                    out.bytes.size() - 1, kCommandLine));
  }
  return out;
}

Result<Converted> to_c_array(const Machine& machine) {
  Converted out = with_losses(machine);
  out.bytes = "static const struct boot_e820_entry e820[] = {\n";
  for (const E820Entry& e : whole_map(machine)) {
    out.bytes +=
        fmt::format("\t{{ .addr = {:#018x}ULL, .size = {:#018x}ULL, .type = {} }}, /* {} */\n",
                    raw(e.addr), e.size, raw(e.type), e820_word(e.type));
  }
  out.bytes += "};\n";
  return out;
}

}  // namespace memmap::report
