#include "suggest/second_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/align.h"
#include "base/number.h"
#include "base/range_union.h"
#include "kernel/behaviour.h"
#include "kernel/command_line.h"
#include "kernel/distribution.h"

namespace memmap::suggest {
namespace {

constexpr std::uint64_t kProgramHeader = 56;  // sizeof(Elf64_Phdr)
constexpr std::uint64_t kElfHeader = 64;      // sizeof(Elf64_Ehdr)
// CONFIG_CRASH_MAX_MEMORY_RANGES, as distributions have it.
constexpr std::uint64_t kHotplugRanges = 8192;
constexpr std::uint64_t kPurgatory = 28 * kKiB;
constexpr std::uint64_t kBootParams = 4 * kKiB;  // struct boot_params
constexpr std::uint64_t kMaxElfcorehdr = 30;     // MAX_ELFCOREHDR_STR_LEN

// What a tool takes from the first kernel's line, and what it adds.
struct Tool {
  std::array<std::string_view, 10> removes{};
  std::string_view adds{};
};
constexpr Tool kKdumpTools{
    {"crashkernel", "hugepages", "hugepagesz", "abm"},
    "reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll usbcore.nousb"};
constexpr Tool kKdumpctl{{"crashkernel", "hugepages", "hugepagesz", "slub_debug", "quiet",
                          "log_buf_len", "swiotlb", "cma", "hugetlb_cma", "ignition.firstboot"},
                         "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory mce=off numa=off "
                         "udev.children-max=2 panic=10 "
                         "acpi_no_memhotplug transparent_hugepage=never nokaslr hest_disable "
                         "novmcoredd cma=0 hugetlb_cma=0 "
                         "pcie_ports=compat"};

const Tool& tool_of(const kernel::Profile& profile) {
  const kernel::Distribution* distribution = kernel::distribution_of(profile);
  const std::string_view id = distribution == nullptr ? "" : distribution->id;
  const std::string_view base = distribution == nullptr ? "" : distribution->based_on;
  const auto is_fedoras = [](std::string_view of) {
    return of.starts_with("el") || of.starts_with("fedora") || of.starts_with("fc") ||
           of == "amazon";
  };
  return is_fedoras(id) || is_fedoras(base) ? kKdumpctl : kKdumpTools;
}

// Puts the segments into the crash kernel's memory.
class Loader {
 public:
  explicit Loader(PhysRange area) : area_(area), free_{area} {}

  // As far down, or as far up, as there is room. kernel: locate_mem_hole_bottom_up(), _top_down()
  std::optional<PhysRange> bottom_up(std::string_view what, std::uint64_t size) {
    for (const PhysRange r : free_) {
      const std::uint64_t base = align_up(raw(r.base()), kPageSize);
      if (base + size <= raw(r.end())) return take(what, base, size);
    }
    return std::nullopt;
  }
  std::optional<PhysRange> top_down(std::string_view what, std::uint64_t size, std::uint64_t align,
                                    std::uint64_t lowest) {
    for (auto r = free_.rbegin(); r != free_.rend(); ++r) {
      if (r->size() < size) continue;
      const std::uint64_t base = align_down(raw(r->end()) - size, align);
      if (base >= std::max(raw(r->base()), lowest)) return take(what, base, size);
    }
    return std::nullopt;
  }

  std::vector<Segment> segments() && {
    std::ranges::sort(segments_, {}, [](const Segment& s) { return s.range; });
    return std::move(segments_);
  }

 private:
  PhysRange take(std::string_view what, std::uint64_t base, std::uint64_t size) {
    const PhysRange out = PhysRange::make(base, align_up(base + size, kPageSize));
    free_ = without(free_, out);
    segments_.push_back({what, PhysRange::make(base, base + size)});
    return out;
  }

  PhysRange area_;
  std::vector<PhysRange> free_;
  std::vector<Segment> segments_{};
};

std::uint64_t elf_headers_size(const Machine& machine, const kernel::Profile& profile,
                               const boot::Outcome& first) {
  if (kernel::behaviour_of(profile).crash_kernel_is_generic)
    return kElfHeader + kProgramHeader * (2 + profile.number(config::NR_CPUS) + kHotplugRanges);
  const std::uint64_t headers =
      machine.cpu.possible.value_or(1) + 2 + first.state.e820.table.entries().size();
  return align_up(kElfHeader + kProgramHeader * headers, kPageSize);
}

// kernel: crash_setup_memmap_entries()
E820Entries map_of(const boot::Outcome& first, const CrashArea& area, PhysRange elf_headers) {
  E820Entries out;
  const auto add = [&](PhysRange range, E820Type type) {
    if (!range.empty()) out.push_back({range.base(), range.size(), type});
  };
  const E820Entries& all = first.state.e820.table.entries();
  for (const E820Entry& e : all) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (e.type == E820Type::ram && range)
      add(range->intersect(PhysRange::make(0, kMiB)), E820Type::ram);
  }
  for (const E820Type type : {E820Type::acpi, E820Type::nvs, E820Type::reserved}) {
    for (const E820Entry& e : all) {
      if (e.type == type) out.push_back(e);
    }
  }
  if (area.low) add(*area.low, E820Type::ram);
  for (const PhysRange r : without({area.area}, elf_headers)) add(r, E820Type::ram);
  return out;
}

// What of the first's machine the second does not find.
void forget_first(Machine& m) {
  m.extended_map.clear();
  m.setup_data.clear();
  m.efi_map.clear();
  m.efi_mmio.clear();
  m.efi_kept.clear();
  m.efi_memory_attributes.reset();
  m.efi_esrt.reset();
  m.efi_picture.reset();
  m.efi_unaccepted.reset();
  m.efi_memmap.reset();
  m.kaslr = {};
  m.acpi_upgrade = 0;
  m.log = {};
  m.notes.clear();
  m.firmware_events.clear();
}

}  // namespace

std::string second_line(std::string_view first, const kernel::Profile& profile,
                        const std::optional<std::string>& append) {
  const Tool& tool = tool_of(profile);
  std::string out(first);
  for (const std::string_view name : tool.removes) {
    if (!name.empty()) out = line_without(out, name);
  }
  return kernel::appended(out, append ? std::string_view(*append) : tool.adds);
}

SecondKernel second_kernel(const Machine& machine, const kernel::Profile& profile,
                           const boot::Outcome& first, const CrashArea& area, const Initrd& initrd,
                           std::string_view line) {
  SecondKernel out;
  Loader loader(area.area);
  const auto& program = profile.decompressor;
  const std::uint64_t align = profile.image_align();
  const std::uint64_t lowest = program ? program->load_address : profile.default_phys_base;
  const std::uint64_t room =
      program ? align_up(program->init_size, kPageSize) : align_up(profile.image.end, align);
  if (!program)
    out.guessed.push_back(
        "what the kernel needs while it is unpacked is not in its profile: the size of its image "
        "is "
        "taken");
  const auto refuse = [&](std::string_view what, std::uint64_t size) {
    out.fault =
        fmt::format("the {} of {} does not fit into the {} that are reserved", what,
                    number_with_unit(align_up(size, kKiB)), number_with_unit(area.area.size()));
    return out;
  };
  const std::uint64_t headers = elf_headers_size(machine, profile, first);
  const auto elf = loader.bottom_up("elf headers", headers);
  if (!elf) return refuse("table of memory (ELF headers)", headers);
  if (!loader.top_down("purgatory", kPurgatory, kPageSize, 0))
    return refuse("purgatory", kPurgatory);
  const std::uint64_t params = align_up(kBootParams + line.size() + 1 + kMaxElfcorehdr, 16);
  const auto zero_page = loader.top_down("boot parameters", params, 16, 0);
  if (!zero_page) return refuse("boot parameters", params);
  const auto kernel = loader.top_down("kernel", room, align, lowest);
  if (!kernel) return refuse("kernel", room);
  out.machine = machine;
  forget_first(out.machine);
  out.machine.initrd.reset();
  if (initrd.packed != 0) {
    out.machine.initrd = loader.top_down("initrd", initrd.packed, kPageSize, lowest);
    if (!out.machine.initrd) return refuse("initrd", initrd.packed);
    out.machine.initrd = PhysRange::make(raw(out.machine.initrd->base()),
                                         raw(out.machine.initrd->base()) + initrd.packed);
  }
  out.machine.kernel_phys_base = kernel->base();
  out.machine.command_line_base = zero_page->base();
  out.machine.firmware_map =
      map_of(first, area, PhysRange::make(raw(elf->base()), raw(elf->base()) + headers));
  out.machine.command_line = fmt::format("elfcorehdr={:#x} {}", raw(elf->base()), line);
  out.segments = std::move(loader).segments();
  return out;
}

}  // namespace memmap::suggest
