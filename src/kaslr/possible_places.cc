#include "kaslr/possible_places.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/align.h"
#include "base/check.h"
#include "kaslr/efi_slots.h"
#include "kernel/behaviour.h"
#include "kernel/command_line.h"
#include "kernel/profile_rows.h"
#include "machine/efi.h"

namespace memmap::kaslr {
namespace {

constexpr std::uint64_t kMinKernelAlign = 2 * kMiB;  // MIN_KERNEL_ALIGN
constexpr std::uint64_t kKernelImageSize = kGiB;     // KERNEL_IMAGE_SIZE with RANDOMIZE_BASE
constexpr std::uint64_t kHighestMinimum = 512 * kMiB;
constexpr std::size_t kMostInZeroPage = 128;  // E820_MAX_ENTRIES_ZEROPAGE
constexpr std::uint32_t kSetupKexecKho = 10;
constexpr std::uint32_t kEfiUnaccepted = 15;
constexpr std::string_view kLoadersPlace =
    "the boot loader put the kernel where it asks to be put, or below (kexec puts it high up)";

MemVector vector_of(PhysRange range) { return {raw(range.base()), range.size()}; }

class Finder {
 public:
  Finder(const Machine& machine, const kernel::Profile& profile, std::string_view line,
         unsigned levels)
      : machine_(machine),
        profile_(profile),
        behaviour_(kernel::behaviour_of(profile)),
        line_(loader_line(line)),
        limit_(std::uint64_t{1} << (levels == 5 ? 52 : 46)) {}

  PossiblePlaces find();

 private:
  std::string_view loader_line(std::string_view line) const;
  void sizes();
  void choose_by_stub();
  void choose_by_decompressor();
  void avoid(MemVector range, std::string why, Choice& choice);
  std::optional<std::uint64_t> loaded_by_efi() const;
  void avoid_program(Choice& choice);
  void avoid_loaders(Choice& choice);
  void avoid_setup_data(Choice& choice);
  void take_memory();
  void take_efi_memory();
  std::vector<MemVector> immovable();
  bool efi_boot() const { return machine_.firmware == Firmware::efi && profile_.has(config::EFI); }
  bool soft_reserve() const;
  bool free_for_stub(const EfiMemory& memory) const;
  bool has_word(std::string_view word) const { return kernel::find_option_bool(line_, word); }
  void assume(std::string text) { out_.assumed.push_back(std::move(text)); }

  const Machine& machine_;
  const kernel::Profile& profile_;
  const kernel::Behaviour behaviour_;
  const std::string_view line_;
  const std::uint64_t limit_;  // MAXMEM
  PossiblePlaces out_{};
};

// What a running system tells of its line has the part that is built in before the loader's.
std::string_view Finder::loader_line(std::string_view line) const {
  if (!profile_.has(config::CMDLINE_BOOL)) return line;
  const std::string_view built_in = profile_.text(config::CMDLINE);
  if (!built_in.empty() && line.starts_with(built_in)) line.remove_prefix(built_in.size());
  return line;
}

// kernel: extract_kernel(), arch/x86/boot/compressed/misc.c; efi_decompress_kernel(),
// drivers/firmware/efi/libstub/x86-stub.c, v6.1, v6.12 and v7.2
void Finder::sizes() {
  const auto& program = profile_.decompressor;
  std::uint64_t needed = profile_.image.end;
  if (program) {
    needed = std::max(needed, program->output_len);
  } else {
    assume(
        "how large the kernel is once unpacked, and where its decompressor lies meanwhile, is "
        "not in the profile: the room that a place must have is the least that it can be, and "
        "some places may be too many; `memmap kernel VMLINUZ` makes a profile that has it");
  }
  out_.image_size = align_up(needed, kMinKernelAlign);
  out_.align = profile_.image_align();
  out_.stays = program ? program->load_address : align_up(profile_.default_phys_base, out_.align);
}

PossiblePlaces Finder::find() {
  sizes();
  const bool is_on = profile_.has(config::RANDOMIZE_BASE) && !has_word("nokaslr");
  if (efi_boot() && behaviour_.efi_stub_unpacks) {
    choose_by_stub();
  } else if (is_on) {
    choose_by_decompressor();
  }
  const bool loader_decides = !is_on && out_.chooser != Chooser::efi_stub;
  if (loader_decides) assume(std::string(kLoadersPlace));
  if (is_on && !out_.slots.areas.empty()) return std::move(out_);
  if (!profile_.has(config::RANDOMIZE_BASE)) {
    out_.why_one = "the kernel is built without RANDOMIZE_BASE";
  } else if (!is_on) {
    out_.why_one = "nokaslr is on the command line";
  } else {
    out_.why_one = "no place is free that is large enough, or more than four memmap= are given";
  }
  // The stub takes the first place then.
  if (!out_.slots.areas.empty()) out_.stays = out_.slots.place(0, out_.align);
  out_.slots = {};
  out_.chooser = Chooser::nobody;
  return std::move(out_);
}

bool Finder::soft_reserve() const {
  bool off = false;
  for (const kernel::Parameter& p : kernel::parse_command_line(line_)) {
    off =
        off || (p.name == "efi" && p.value && kernel::parse_option_str(*p.value, "nosoftreserve"));
  }
  return behaviour_.efi_soft_reserves && profile_.has(config::EFI_SOFT_RESERVE) && !off;
}

// EFI's map as it is known is that of the kernel that has booted: what its image and the initrd, which
// the stub loads behind it, take was free when the place was chosen. The image is code of the loader, of
// just the size that was asked for.
bool Finder::free_for_stub(const EfiMemory& memory) const {
  if (memory.type == efi::kLoaderCode) {
    return memory.range.size() == out_.image_size ||
           (machine_.kernel_phys_base && memory.range.base() == *machine_.kernel_phys_base);
  }
  return memory.type == efi::kLoaderData && machine_.initrd &&
         memory.range.contains(machine_.initrd->base());
}

// kernel: efi_decompress_kernel(), parse_options(), drivers/firmware/efi/libstub/x86-stub.c, v6.12
// and v7.2
void Finder::choose_by_stub() {
  EfiChoice choice{.image_size = out_.image_size,
                   .align = out_.align,
                   .minimum = out_.stays,
                   .soft_reserve = soft_reserve()};
  out_.chooser = Chooser::efi_stub;
  out_.minimum = choice.minimum;
  const std::uint64_t room = kKernelImageSize - choice.minimum - profile_.image.end;
  out_.virtual_slots = (room - 1) / out_.align + 1;
  if (machine_.efi_map.empty()) {
    assume(
        "EFI's memory map is not known: all RAM of the firmware's map counts as free, what the "
        "firmware and the boot loader hold in it too; a log of a boot with efi=debug has it");
    for (const E820Entry& e : machine_.firmware_map) {
      if (e.type != E820Type::ram || e.wraps()) continue;
      choice.map.push_back(
          {PhysRange::make(raw(e.addr), e.end()), efi::kConventional, efi::kWriteBack});
    }
  } else {
    assume(
        "EFI's memory map is that of the kernel that made the source: what the firmware and the "
        "boot loader took or gave back between the choice and its end counts as it was then");
  }
  for (const EfiMemory& memory : machine_.efi_map) {
    EfiMemory seen = memory;
    if (free_for_stub(memory)) seen.type = efi::kConventional;
    const bool joins = !choice.map.empty() && seen.type == efi::kConventional &&
                       choice.map.back().type == seen.type &&
                       choice.map.back().attributes == seen.attributes &&
                       choice.map.back().range.end() == seen.range.base();
    if (joins) {
      choice.map.back().range =
          PhysRange::make(raw(choice.map.back().range.base()), raw(seen.range.end()));
    } else {
      choice.map.push_back(seen);
    }
  }
  for (const EfiMemory& memory : choice.map) {
    out_.memory.push_back(vector_of(memory.range));
    if (memory.type != efi::kConventional)
      out_.kept_away.push_back({vector_of(memory.range), "not free in EFI's map"});
  }
  out_.slots = find_efi_slots(choice);
  if (!behaviour_.efi_stub_takes_first_by_words) return;
  for (const std::string_view word : {"mem=", "memmap=", "hugepages="}) {
    const std::size_t at = line_.find(word);
    if (at == std::string_view::npos || (at != 0 && line_[at - 1] != ' ')) continue;
    if (out_.slots.areas.empty()) return;
    out_.why_one = "EFI's stub takes the first place where there is " + std::string(word);
    return;
  }
}

void Finder::avoid(MemVector range, std::string why, Choice& choice) {
  choice.avoid.push_back(range);
  out_.kept_away.push_back({range, std::move(why)});
}

// Firmware loads a kernel that it starts itself like any program, as the loader's code, and before it
// unpacked the kernel the stub left it there. A boot loader's it moved to where it asks to be.
// kernel: efi_main(), drivers/firmware/efi/libstub/x86-stub.c, v5.10
std::optional<std::uint64_t> Finder::loaded_by_efi() const {
  const auto& program = profile_.decompressor;
  if (!efi_boot() || !program) return std::nullopt;
  for (const EfiMemory& m : machine_.efi_map) {
    const std::uint64_t place = align_up(raw(m.range.base()), out_.align);
    const bool has_room =
        place < raw(m.range.end()) && raw(m.range.end()) - place >= program->init_size;
    if (m.type == efi::kLoaderCode && has_room && place >= program->load_address) return place;
  }
  return std::nullopt;
}

// The program that unpacks has copied itself to the end of the room that the kernel would need where
// it is loaded; all behind the packed kernel is in use.
//
//   output                                          output + init_size
//   |- - - - - - - - - - - - -|  |==packed==|==code==|
//                             output + init_size - end
//
// kernel: mem_avoid_init(), arch/x86/boot/compressed/kaslr.c; startup_64, head_64.S, v6.12
void Finder::avoid_program(Choice& choice) {
  const auto& program = profile_.decompressor;
  if (!program) return;
  const std::uint64_t end = out_.stays + program->init_size;
  const std::uint64_t input = end - program->end + program->input_offset;
  avoid({input, end - input}, "the decompressor itself", choice);
}

void Finder::avoid_loaders(Choice& choice) {
  if (machine_.initrd) avoid(vector_of(*machine_.initrd), "initrd", choice);
  if (machine_.command_line_base) {
    const std::uint64_t size = std::min(line_.size(), kernel::kCommandLineSize - 1) + 1;
    avoid({raw(*machine_.command_line_base), size}, "command line", choice);
  }
  if (!efi_boot() || machine_.efi_map.empty()) {
    assume(machine_.command_line_base
               ? "the zero page lies below 1 MiB"
               : "the zero page and the boot loader's command line lie below 1 MiB");
  }
  if (!loaded_by_efi()) assume(std::string(kLoadersPlace));
}

void Finder::avoid_setup_data(Choice& choice) {
  for (const SetupData& node : machine_.setup_data) {
    if (node.type == kSetupKexecKho) {
      assume(
          "this boot hands memory over from another kernel (KHO): places are only in its scratch "
          "areas, which are not known");
    }
    const std::uint64_t size = node.len + SetupData::kHeaderBytes;
    if (size >= node.len) avoid({raw(node.addr), size}, "setup_data", choice);
    if (node.type == kSetupIndirect && node.indirect && node.indirect_type != kSetupIndirect) {
      avoid(vector_of(*node.indirect), "setup_data", choice);
    }
  }
}

// Memory of the SRAT that is not hot-pluggable, whether or not movable_node is given.
// kernel: count_immovable_mem_regions(), arch/x86/boot/compressed/acpi.c, v6.1, v6.12 and v7.2
std::vector<MemVector> Finder::immovable() {
  std::vector<MemVector> out;
  if (!profile_.has(config::MEMORY_HOTREMOVE) || !profile_.has(config::ACPI)) return {};
  for (const kernel::Parameter& p : kernel::parse_command_line(line_)) {
    if (p.name == "acpi" && p.value == "off") return {};
  }
  const std::size_t most = std::size_t{2} << profile_.nodes_shift;
  for (const NodeMemory& memory : machine_.node_memory) {
    if (!memory.hotpluggable && !memory.range.empty()) out.push_back(vector_of(memory.range));
  }
  return out.size() >= most ? std::vector<MemVector>{} : out;
}

// kernel: process_efi_entries(), memory_type_is_free(), arch/x86/boot/compressed/kaslr.c
void Finder::take_efi_memory() {
  const bool unaccepted =
      behaviour_.kaslr_takes_unaccepted && profile_.has(config::UNACCEPTED_MEMORY);
  const bool mirrored = std::ranges::any_of(machine_.efi_map, [](const EfiMemory& m) {
    return (m.attributes & efi::kMoreReliable) != 0;
  });
  const bool soft = soft_reserve();
  for (const EfiMemory& m : machine_.efi_map) {
    const bool free = m.type == efi::kConventional || (unaccepted && m.type == kEfiUnaccepted);
    const bool special = soft && (m.attributes & efi::kSpecificPurpose) != 0;
    const bool fragile = mirrored && (m.attributes & efi::kMoreReliable) == 0;
    if (free && !special && !fragile) {
      out_.memory.push_back(vector_of(m.range));
    } else {
      out_.kept_away.push_back({vector_of(m.range), free && fragile ? "memory that is not mirrored"
                                                    : free          ? "special-purpose memory"
                                                                    : "not free in EFI's map"});
    }
  }
}

// kernel: process_e820_entries()
void Finder::take_memory() {
  if (efi_boot() && !machine_.efi_map.empty()) return take_efi_memory();
  if (efi_boot()) {
    assume(
        "EFI's memory map is not known: all RAM of the firmware's map counts as free; a log of a "
        "boot with efi=debug has it");
  }
  const std::size_t seen = std::min(machine_.firmware_map.size(), kMostInZeroPage);
  for (const E820Entry& e : std::span(machine_.firmware_map).first(seen)) {
    if (e.type == E820Type::ram) out_.memory.push_back({raw(e.addr), e.size});
  }
}

// kernel: choose_random_location(), arch/x86/boot/compressed/kaslr.c, v6.1, v6.12 and v7.2
void Finder::choose_by_decompressor() {
  out_.chooser = Chooser::decompressor;
  const std::uint64_t room = kKernelImageSize - out_.stays - out_.image_size;
  out_.virtual_slots = room / out_.align + 1;
  const auto loaded = loaded_by_efi();
  out_.stays = loaded.value_or(out_.stays);
  out_.minimum = align_up(std::min(out_.stays, kHighestMinimum), out_.align);

  Choice choice{.image_size = out_.image_size, .align = out_.align, .minimum = out_.minimum};
  choice.options = handle_mem_options(line_, limit_, behaviour_);
  for (const MemVector& range : choice.options.avoid) out_.kept_away.push_back({range, "memmap="});
  if (choice.options.mem_limit < limit_) {
    out_.kept_away.push_back(
        {{choice.options.mem_limit, ~std::uint64_t{0} - choice.options.mem_limit},
         "above the limit of mem= or memmap="});
  }
  avoid_program(choice);
  avoid_loaders(choice);
  avoid_setup_data(choice);
  take_memory();
  choice.memory = out_.memory;
  choice.immovable = immovable();
  for (const NodeMemory& memory : machine_.node_memory) {
    if (memory.hotpluggable && !choice.immovable.empty())
      out_.kept_away.push_back({vector_of(memory.range), "hot-pluggable memory"});
  }
  out_.slots = find_slots(choice);
  for (const MemVector& range : out_.slots.huge_pages)
    out_.kept_away.push_back({range, "1 GiB pages of hugepages="});
}

}  // namespace

std::uint64_t PossiblePlaces::count() const {
  return slots.areas.empty() || !why_one.empty() ? 1 : slots.count();
}

std::uint64_t PossiblePlaces::place(std::uint64_t n) const {
  MEMMAP_CHECK(n < count(), "no such place");
  return slots.areas.empty() ? stays : slots.place(n, align);
}

PossiblePlaces possible_places(const Machine& machine, const kernel::Profile& profile,
                               std::string_view line, unsigned levels) {
  return Finder(machine, profile, line, levels).find();
}

PossiblePlaces possible_places(const Machine& machine, const kernel::Profile& profile,
                               std::string_view line) {
  const bool five = machine.cpu.la57.value_or(false) && profile.x86_5level &&
                    !kernel::find_option_bool(line, "no5lvl");
  return possible_places(machine, profile, line, five ? 5 : 4);
}

}  // namespace memmap::kaslr
