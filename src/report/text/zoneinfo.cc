#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "kernel/behaviour.h"
#include "report/text/proc.h"

namespace memmap::report {
namespace {

// The zones that such a kernel knows, by their numbers here; it has Device beside them, or not.
std::vector<std::size_t> known_zones(const kernel::Profile& profile) {
  std::vector<std::size_t> out;
  if (profile.has(config::ZONE_DMA)) out.push_back(static_cast<std::size_t>(zones::ZoneType::dma));
  if (profile.has(config::ZONE_DMA32))
    out.push_back(static_cast<std::size_t>(zones::ZoneType::dma32));
  out.push_back(static_cast<std::size_t>(zones::ZoneType::normal));
  out.push_back(static_cast<std::size_t>(zones::ZoneType::movable));
  return out;
}

struct Counts {
  zones::Zone zone{};
  std::uint64_t managed = 0;
  std::uint64_t cma = 0;
  buddy::Watermarks marks{};
  buddy::LowmemReserve reserve{};
};

class ZoneInfo {
 public:
  explicit ZoneInfo(const kernel::Profile& profile)
      : known_(known_zones(profile)),
        has_device_(profile.has(config::ZONE_DEVICE)),
        behaviour_(kernel::behaviour_of(profile)) {}

  const std::vector<std::size_t>& known() const { return known_; }

  std::string zone(int nid, const Counts& c) const {
    std::string out = text(nid, zones::name(c.zone.type), c);
    if (c.zone.present_pages != 0)
      out += fmt::format("  start_pfn:           {}\n", raw(c.zone.start_pfn));
    return out;
  }
  // Empty as long as no driver has memory of its own.
  std::string device(int nid) const {
    return has_device_ ? text(nid, "Device", {}) : std::string();
  }

 private:
  std::string text(int nid, std::string_view name, const Counts& c) const {
    std::string out = fmt::format("Node {}, zone {:>8}\n", nid, name);
    const auto line = [&out](std::string_view key, std::uint64_t pages) {
      out += fmt::format("        {:<8} {}\n", key, pages);
    };
    line("min", c.marks.min);
    line("low", c.marks.low);
    line("high", c.marks.high);
    if (behaviour_.zoneinfo_has_promo) line("promo", c.marks.promo);
    line("spanned", c.zone.spanned_pages);
    line("present", c.zone.present_pages);
    line("managed", c.managed);
    if (behaviour_.zoneinfo_has_cma) line("cma", c.cma);
    std::vector<std::uint64_t> protection;
    for (const std::size_t type : known_) protection.push_back(c.reserve[type]);
    if (has_device_) protection.push_back(c.reserve[known_.back()]);  // it has no pages to add
    return out + fmt::format("        protection: ({})\n", fmt::join(protection, ", "));
  }

  std::vector<std::size_t> known_;
  bool has_device_;
  kernel::Behaviour behaviour_;
};

// Online ones, ascending.
std::vector<int> nodes_of(const boot::State& state, boot::Moment moment) {
  if (moment == boot::Moment::user_space) return state.online_nodes;
  std::vector<int> out;
  for (const boot::NodeState& node : state.node_states) out.push_back(node.nid);
  return out;
}

Counts counts(const boot::State& state, int nid, zones::ZoneType type, boot::Moment moment) {
  Counts out{.zone = {.type = type}};
  const auto node = std::ranges::find(state.node_states, nid, &boot::NodeState::nid);
  if (node != state.node_states.end()) {
    const boot::ZoneState& zone = node->zones[static_cast<std::size_t>(type)];
    out.zone = zone.zone;
    out.managed = zone.managed_pages;
  }
  if (moment == boot::Moment::hand_over) return out;
  const boot::PageAllocator& a = state.page_allocator;
  for (std::size_t i = 0; i < a.zones.size(); ++i) {
    if (a.zones[i].nid != nid || a.zones[i].type != type) continue;
    out.managed = a.zones[i].managed_pages;
    out.cma = a.zones[i].cma_pages;
    out.marks = a.watermarks[i];
    out.reserve = a.lowmem_reserves[i];
  }
  return out;
}

}  // namespace

std::string to_zoneinfo(const boot::Outcome& outcome, const kernel::Profile& profile,
                        boot::Moment moment) {
  const bool is_there = moment == boot::Moment::user_space
                            ? outcome.totals.mem_total_kib.has_value()
                            : outcome.state.handed_over;
  if (!is_there) return {};
  const ZoneInfo info(profile);
  std::string out;
  for (const int nid : nodes_of(outcome.state, moment)) {
    for (const std::size_t type : info.known()) {
      out += info.zone(nid, counts(outcome.state, nid, static_cast<zones::ZoneType>(type), moment));
    }
    out += info.device(nid);
  }
  return out;
}

}  // namespace memmap::report
