#include "suggest/room.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/range_union.h"
#include "boot/owner.h"

namespace memmap::suggest {
namespace {

namespace owner = boot::owner;

constexpr std::uint64_t kLargerInitrd = 16 * kMiB;
constexpr std::uint64_t kLowest = 16 * kMiB;  // below: zone DMA, the BIOS, what starts processors

// What lies where it lies before the kernel chooses: firmware's and the loader's.
constexpr std::array kFound{
    &owner::kACPITable,
    &owner::kACPITables,
    &owner::kEFIBootServices,
    &owner::kEFIMemoryAttributes,
    &owner::kEFIMemoryMap,
    &owner::kEFIPicture,
    &owner::kEFISystemResourceTable,
    &owner::kEFITables,
    &owner::kISCSIBootTable,
    &owner::kMPConfigurationTable,
    &owner::kMPFloatingPointer,
    &owner::kMPTables,
    &owner::kUnacceptedMemory,
    &owner::kGartAperture,
};

class Finder {
 public:
  Finder(Prover& prover, const boot::Outcome& base) : prover_(prover), base_(base) {}

  Room find(std::optional<int> nid);

 private:
  void take_ram(std::optional<int> nid);
  void exclude(PhysRange range, std::string why);
  void exclude_loaders();
  void exclude_found();

  Prover& prover_;
  const boot::Outcome& base_;
  Room out_{};
};

// Node by node, so that nothing that is found spans two.
void Finder::take_ram(std::optional<int> nid) {
  std::vector<PhysRange> ram;
  for (const E820Entry& e : base_.state.e820.table.entries()) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (e.type == E820Type::ram && range) ram.push_back(*range);
  }
  ram = united(std::move(ram));
  for (const numa::NodeBlock& block : base_.state.nodes.blocks) {
    for (const PhysRange r : ram) {
      const PhysRange part = r.intersect(block.range);
      if (part.empty()) continue;
      if (!nid || block.nid == *nid) {
        out_.free.push_back(part);
      } else {
        out_.excluded.push_back({part, fmt::format("node {}", block.nid)});
      }
    }
  }
}

void Finder::exclude(PhysRange range, std::string why) {
  const auto overlaps = [&](PhysRange r) { return r.overlaps(range); };
  if (range.empty() || std::ranges::none_of(out_.free, overlaps)) return;
  out_.free = without(out_.free, range);
  out_.excluded.push_back({range, std::move(why)});
}

void Finder::exclude_loaders() {
  const Machine& machine = prover_.subject().machine;
  if (machine.initrd) {
    // Loaders put it as far up as it goes: the next one, if larger, begins further down.
    const std::uint64_t more = std::max(machine.initrd->size(), kLargerInitrd);
    const std::uint64_t base = raw(machine.initrd->base());
    exclude(PhysRange::make(base - std::min(base, more), raw(machine.initrd->end())),
            "the boot loader puts the initrd there, and a larger one lower");
  }
  for (const SetupData& node : machine.setup_data) {
    if (const auto range = node.range()) exclude(*range, "setup_data");
    if (node.indirect) exclude(*node.indirect, "setup_data");
  }
  if (machine.command_line_base) {
    if (const auto page = PhysRange::from_size(*machine.command_line_base, kPageSize))
      exclude(*page, "the boot loader's command line");
  }
  const kaslr::PossiblePlaces places = prover_.places_with("");
  if (places.count() != 1) return;
  const std::uint64_t at = places.place(0);
  exclude(PhysRange::make(at, at + places.image_size),
          "the kernel's image, whose one place this is");
}

void Finder::exclude_found() {
  for (const boot::Owned& owned : base_.owners) {
    if (std::ranges::find(kFound, owned.owner) != kFound.end()) exclude(owned.range, owned.words);
    // One that looks for its place finds another.
    if (owned.owner == &owner::kCrashKernel && !base_.state.crash_room)
      exclude(owned.range, "crash kernel, at the address that crashkernel= names");
  }
}

Room Finder::find(std::optional<int> nid) {
  take_ram(nid);
  exclude(PhysRange::make(0, kLowest), "the first 16M: zone DMA, firmware");
  exclude_loaders();
  exclude_found();
  std::ranges::sort(out_.excluded, {}, [](const Excluded& e) { return e.range; });
  return std::move(out_);
}

}  // namespace

Result<Room> room_for_range(Prover& prover, std::optional<int> nid) {
  const auto base = prover.base();
  if (!base) return base.errors();
  const std::vector<int>& online = (*base)->state.nodes.online;
  if (nid && std::ranges::find(online, *nid) == online.end()) {
    return Error{
        fmt::format("node {} has no memory; those that have are {}", *nid, fmt::join(online, ", ")),
        {"--node"}};
  }
  return Finder(prover, **base).find(nid);
}

}  // namespace memmap::suggest
