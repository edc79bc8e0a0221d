#include "boot/boot.h"

#include <fmt/format.h>

#include "base/check.h"
#include "boot/x86/image_tables.h"

namespace memmap::boot {
namespace {

memblock::Options memblock_options(const Inputs& in) {
  memblock::Options options;
  options.movable_node = in.profile.memory_hotplug && in.has_parameter("movable_node");
  options.mirrored_kernelcore = in.mirrored_kernelcore();
  options.kernel_end = in.kernel_image().end();
  return options;
}

State initial_state(const Inputs& in) {
  const e820::Table table(
      in.options.entry_limit ? e820::max_entries(in.profile.nodes_shift) : e820::kNoLimit,
      in.behaviour.e820_table_full,
      in.behaviour.e820_tells_gaps ? E820LogNames::system_ram : E820LogNames::usable);
  State state{
      .e820 = {.firmware = table, .kexec = table, .table = table},
      .mtrrs = in.machine.mtrrs,
      .efi_map = in.machine.efi_map,
      .memblock = memblock::Memblock(in.behaviour, memblock_options(in)),
      .initrd = in.machine.initrd,
      .page_tables = image_tables(in),
      .early_ioremap = ioremap::EarlyIoremap(in.fixmap.btmap_begin(), in.fixmap.btmap_windows())};
  constexpr unsigned kMostBits = CpuFacts::kMostPhysBits;
  state.iomem = IoMem(PhysAddr{std::uint64_t{1} << in.machine.cpu.phys_bits.value_or(kMostBits)});
  state.memblock.set_policies(in.options.top_down, in.options.bottom_up);
  return state;
}

}  // namespace

Boot::Boot(const Inputs& inputs)
    : in(inputs), state(initial_state(in)), story(state.memblock, in.options.observer) {
  if (in.options.record_memblock) story.keep_memblock();
}

memblock::Caller Boot::caller(const memblock::Purpose& owner,
                              std::initializer_list<kernel::Function> functions) const {
  MEMMAP_CHECK(functions.size() != 0, "a caller is one of some functions");
  for (const kernel::Function& function : functions) {
    if (in.profile.is_function(function)) return {function.name, owner};
  }
  const kernel::Function& kept =
      in.profile.functions.empty() ? *functions.begin() : *(functions.end() - 1);
  return {kept.name, owner};
}

std::optional<PhysAddr> Boot::alloc_or_panic(std::uint64_t size, std::uint64_t align,
                                             const memblock::Caller& who, std::string_view file) {
  const memblock::Caller between{"__memblock_alloc_or_panic", who.owner, who.function};
  const auto found =
      state.memblock.alloc(size, align, in.behaviour.memblock_alloc_panics ? between : who);
  if (!found) panic_without_memory({who.function, file}, size);
  return found;
}

std::optional<PhysAddr> Boot::take_within(kernel::Behaviour::Bounded how, std::uint64_t size,
                                          std::uint64_t align, PhysAddr from, PhysAddr to,
                                          const memblock::Caller& who) {
  if (how == kernel::Behaviour::Bounded::allocates) {
    return state.memblock.phys_alloc_range(size, align, from, to, who);
  }
  const auto found = state.memblock.find_in_range(from, to, size, align);
  if (found) state.memblock.reserve(*found, size, who);
  return found;
}

void Boot::tell_of(FirmwareTable table) {
  for (const FirmwareEvent& told : in.machine.firmware_events) {
    if (told.table == table) story.tell(told.event);
  }
}

void Boot::panic_without_memory(const Rule& rule, std::uint64_t size) {
  story.tell(Severity::panic, rule,
             fmt::format("Kernel panic - not syncing: {}: Failed to allocate {} bytes",
                         rule.function, size));
}

}  // namespace memmap::boot
