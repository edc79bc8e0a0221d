#include "suggest/hugepages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "base/align.h"
#include "base/number.h"
#include "numa/nodes.h"

namespace memmap::suggest {
namespace {

constexpr std::uint64_t k2MiB = 2 * kMiB;
constexpr unsigned kOrder2MiB = 9;

using Counts = std::map<int, std::uint64_t>;  // by node

std::string parameter_of(std::uint64_t page, const Counts& counts, std::size_t nodes) {
  std::string list;
  for (const auto& [nid, count] : counts) {
    if (count == 0) continue;
    if (!list.empty()) list += ',';
    list += nodes == 1 ? fmt::format("{}", count) : fmt::format("{}:{}", nid, count);
  }
  if (list.empty()) return {};
  return fmt::format("hugepagesz={} hugepages={}", number_with_unit(page), list);
}

int node_of(const numa::Nodes& nodes, PhysAddr at) {
  for (const numa::NodeBlock& block : nodes.blocks) {
    if (block.range.contains(at)) return block.nid;
  }
  return -1;
}

Counts gigantic_of(const boot::Outcome& outcome) {
  Counts out;
  for (const PhysRange page : outcome.state.gigantic_pages)
    ++out[node_of(outcome.state.nodes, page.base())];
  return out;
}

std::uint64_t left_of(const boot::Outcome& outcome) {
  std::uint64_t pages = 0;
  for (const PhysRange page : outcome.state.gigantic_pages) pages += page.size();
  return mem_total_of(outcome) - std::min(mem_total_of(outcome), pages);
}

class Search {
 public:
  Search(Prover& prover, const HugeWish& wish) : prover_(prover), wish_(wish) {}

  Result<Suggestion> run();

 private:
  Result<Counts> gigantic(const std::vector<int>& nodes);
  Result<bool> holds(const Counts& counts);
  Counts small(const boot::Outcome& base, const std::vector<int>& nodes) const;
  Judge judge(const Counts& counts) const;
  Status settle(Counts counts);

  Prover& prover_;
  HugeWish wish_;
  std::size_t nodes_ = 0;
  Suggestion out_{};
};

Judge Search::judge(const Counts& counts) const {
  const bool is_gigantic = wish_.page == kGiB;
  return [=, leave = wish_.leave](const boot::Outcome& outcome) -> Judgement {
    if (!is_gigantic) {
      for (const boot::HugePageSize& size : outcome.state.huge_page_sizes) {
        if (size.size == k2MiB && !size.pages)
          return {"nobody can tell whether the page allocator has so many in one piece"};
      }
      return {};
    }
    const Counts got = gigantic_of(outcome);
    for (const auto& [nid, count] : counts) {
      const auto of = got.find(nid);
      if (const std::uint64_t had = of == got.end() ? 0 : of->second; had < count)
        return {fmt::format("node {} gives {} of {}", nid, had, count)};
    }
    if (left_of(outcome) < leave)
      return {fmt::format("{} MiB are left beside them", left_of(outcome) / kMiB)};
    return {};
  };
}

Result<bool> Search::holds(const Counts& counts) {
  const std::string parameter = parameter_of(wish_.page, counts, nodes_);
  if (parameter.empty()) return true;
  const auto outcome = prover_.boot(parameter, PhysAddr{prover_.places_with(parameter).place(0)});
  if (!outcome) return outcome.errors();
  return !outcome->panicked && judge(counts)(*outcome).fault.empty();
}

// Node by node as many as there are beside those of the nodes before it.
Result<Counts> Search::gigantic(const std::vector<int>& nodes) {
  const auto base = prover_.base();
  if (!base) return base.errors();
  Counts out;
  for (const int nid : nodes) {
    std::uint64_t bytes = 0;
    for (const numa::NodeBlock& block : (*base)->state.nodes.blocks)
      bytes += block.nid == nid ? block.range.size() : 0;
    std::uint64_t good = 0;
    std::uint64_t bad = bytes / kGiB + 1;
    while (bad - good > 1) {
      out[nid] = good + (bad - good) / 2;
      const auto is_good = holds(out);
      if (!is_good) return is_good.errors();
      (*is_good ? good : bad) = out[nid];
    }
    out[nid] = good;
  }
  return out;
}

// Blocks of 2 MiB and more that are free at the hand-over; no more than three quarters of a node, since
// behind that nobody can tell what is left in one piece.
Counts Search::small(const boot::Outcome& base, const std::vector<int>& nodes) const {
  Counts out;
  for (const boot::NodeState& node : base.state.node_states) {
    if (std::ranges::find(nodes, node.nid) == nodes.end()) continue;
    std::uint64_t pages = 0;
    std::uint64_t managed = 0;
    for (const boot::ZoneState& zone : node.zones) {
      managed += zone.managed_pages;
      for (const buddy::FreeList& list : zone.free) {
        if (list.order < kOrder2MiB) continue;
        for (const buddy::FreeRun& run : list.runs) pages += run.count << (list.order - kOrder2MiB);
      }
      for (const buddy::PageRun& run : zone.deferred) {
        managed += run.end - run.start;
        pages += (run.end - run.start) >> kOrder2MiB;
      }
    }
    out[node.nid] = std::min(pages, managed / 4 * 3 >> kOrder2MiB);
  }
  std::uint64_t all = 0;
  for (const auto& [nid, count] : out) all += count * k2MiB;
  const std::uint64_t most = mem_total_of(base) - std::min(mem_total_of(base), wish_.leave);
  for (auto& [nid, count] : out) {
    if (all > most) count = count * (most / kMiB) / (all / kMiB);
  }
  return out;
}

// Proves it; where a place gives fewer, tries with fewer.
Status Search::settle(Counts counts) {
  constexpr int kMostTried = 8;
  for (int i = 0; i < kMostTried; ++i) {
    const std::string parameter = parameter_of(wish_.page, counts, nodes_);
    if (parameter.empty()) break;
    auto proof = prover_.prove(parameter, judge(counts));
    if (!proof) return proof.errors();
    if (proof->proved()) {
      std::uint64_t all = 0;
      for (const auto& [nid, count] : counts) all += count;
      out_.parameter = parameter;
      out_.size = all * wish_.page;
      out_.why = fmt::format(
          "as many pages of {} as there are in every boot with {} MiB left for all else{}",
          number_with_unit(wish_.page), wish_.leave / kMiB,
          wish_.page == k2MiB ? ", on each node three quarters of it at most" : "");
      out_.proof = *std::move(proof);
      return Done{};
    }
    const std::string why = proof->fault;
    out_.others.push_back({parameter, why, *std::move(proof)});
    const auto most = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
    most->second -= wish_.page == kGiB ? 1 : most->second / 16 + 1;
  }
  out_.why = fmt::format("no node has room for a page of {} with {} MiB left for all else",
                         number_with_unit(wish_.page), wish_.leave / kMiB);
  return Done{};
}

Result<Suggestion> Search::run() {
  out_.what = "hugepages";
  const auto base = prover_.base();
  if (!base) return base.errors();
  const boot::State& state = (*base)->state;
  std::vector<int> nodes = state.nodes.online;
  nodes_ = nodes.size();
  if (wish_.nid) {
    if (std::ranges::find(nodes, *wish_.nid) == nodes.end()) {
      return Error{fmt::format("node {} has no memory; those that have are {}", *wish_.nid,
                               fmt::join(nodes, ", ")),
                   {"--node"}};
    }
    nodes = {*wish_.nid};
  }
  const bool has_1g = prover_.subject().machine.cpu.gbpages.value_or(false);
  if (wish_.page == 0) wish_.page = has_1g ? kGiB : k2MiB;
  if (wish_.page == kGiB && !has_1g)
    out_.needs.push_back(
        "whether the processor has pages of 1 GiB (pdpe1gb) is not known, or it has "
        "none");
  const auto counts = wish_.page == kGiB ? gigantic(nodes) : Result<Counts>(small(**base, nodes));
  if (!counts) return counts.errors();
  if (const Status settled = settle(*counts); !settled) return settled.errors();
  if (wish_.page == k2MiB) {
    out_.needs.push_back(
        "pages of 2 MiB come from the page allocator once it runs: beyond three quarters of a node "
        "nobody can tell what is left in one piece");
  } else {
    const Counts more = small(**base, nodes);
    out_.others.push_back(
        {parameter_of(k2MiB, more, nodes_), "as many pages of 2 MiB in their place", {}});
  }
  return std::move(out_);
}

}  // namespace

Result<Suggestion> suggest_hugepages(Prover& prover, const HugeWish& wish) {
  return Search(prover, wish).run();
}

}  // namespace memmap::suggest
