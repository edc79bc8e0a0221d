#include "replay/phases.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace memmap::replay {
namespace {

constexpr std::string_view kDoubleArray = "memblock_double_array";

// The functions that call memblock between e820__memblock_setup() and the end of
// init_mem_mapping().
// kernel: setup_arch(), arch/x86/kernel/setup.c, v6.1 and v6.12
constexpr std::array<std::string_view, 9> kBeforeMapped{
    "efi_fake_memmap",       "efi_find_mirror", "efi_esrt_init",
    "efi_mokvar_table_init", "efi_mem_reserve", "efi_reserve_boot_services",
    "reserve_real_mode",     "alloc_low_pages", "init_mem_mapping"};

const LoggedCall* call_of(const Entry& entry) { return std::get_if<LoggedCall>(&entry.what); }

bool is_dump(const Entry& entry) { return std::holds_alternative<LoggedDump>(entry.what); }

// setup_arch() reserves the first MiB whole, directly before init_mem_mapping() (since 5.13).
bool is_before_mapped(const LoggedCall& call) {
  if (call.kind == memblock::CallKind::reserve && call.range == PhysRange::make(0, kMiB))
    return true;
  return std::ranges::find(kBeforeMapped, call.caller) != kBeforeMapped.end();
}

}  // namespace

bool is_by_memblock(const Entry& entry) {
  const LoggedCall* const call = call_of(entry);
  return call != nullptr && call->kind == memblock::CallKind::reserve &&
         call->caller.starts_with("memblock_") && call->caller != kDoubleArray;
}

bool answers(const Entry& request, const Entry& next) {
  const LoggedCall* const asked = call_of(request);
  const LoggedCall* const got = call_of(next);
  return asked != nullptr && asked->kind == memblock::CallKind::alloc && is_by_memblock(next) &&
         got->range.size() == asked->size;
}

bool is_growth(const Entry& entry) {
  const LoggedCall* const call = call_of(entry);
  return std::holds_alternative<LoggedGrowth>(entry.what) ||
         (call != nullptr && call->caller == kDoubleArray);
}

Phases phases_of(std::span<const Entry> entries, bool distances_are_fakes) {
  const std::size_t count = entries.size();
  const auto dump_from = [&](std::size_t i) {
    while (i < count && !is_dump(entries[i])) ++i;
    return i;
  };
  Phases p;
  p.first_dump = dump_from(0);
  p.second_dump = dump_from(std::min(count, p.first_dump + 1));
  p.whole = std::ranges::any_of(entries.first(p.first_dump), [](const Entry& e) {
    const LoggedCall* const call = call_of(e);
    return call != nullptr && call->kind == memblock::CallKind::add;
  });
  p.mapped = p.nodes_begin = p.nodes_parsed = std::min(count, p.first_dump + 1);
  if (!p.whole) return p;

  for (std::size_t i = p.first_dump + 1; i < p.second_dump; ++i) {
    const LoggedCall* const call = call_of(entries[i]);
    if (call == nullptr || !is_before_mapped(*call)) continue;
    p.mapped = i + 1;
    if (p.mapped < count && answers(entries[i], entries[i + 1])) ++p.mapped;
  }
  p.nodes_begin = p.nodes_parsed = p.second_dump;
  for (std::size_t i = p.second_dump; i-- > p.mapped;) {
    const LoggedCall* const call = call_of(entries[i]);
    if (call == nullptr) continue;
    const bool unasked = is_by_memblock(entries[i]) && !answers(entries[i - 1], entries[i]);
    if (unasked || call->caller == "numa_emulation") p.nodes_begin = p.nodes_parsed = i;
    if (call->caller == "numa_alloc_distance") {
      p.nodes_begin = i;
      if (distances_are_fakes) p.nodes_parsed = i;
    }
  }
  return p;
}

}  // namespace memmap::replay
