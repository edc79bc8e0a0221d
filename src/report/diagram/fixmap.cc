// The fixmap's slots, and what is mapped there.
#include "fixmap/fixmap.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "account/memory_use.h"
#include "fixmap/slots.h"
#include "report/diagram/drawing.h"
#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using Side = Digraph::End::Side;

constexpr std::size_t kRows = 40;

// A slot that something is mapped at leads to what is there; of the others one row says how many.
class Slots {
 public:
  Slots(const Drawing& drawing, Digraph& graph)
      : drawing_(drawing), graph_(graph), slots_(drawing.kernel) {
    for (const fixmap::MappedSlot& s : drawing.outcome.fixmap) mapped_[s.number] = &s;
  }

  void draw() {
    const std::vector<account::Piece> uses = account::memory_use(drawing_.outcome);
    GraphTable table;
    GraphTable targets;
    targets.row({head_cell("Physical memory", 2)});
    table.row(
        {head_cell(fmt::format("Fixmap, down from FIXADDR_TOP {}", hex(raw(fixmap::kTop), 16)), 4,
                   Ink::table)});
    table.row(titles({"slot", "at", "flags", ""}));
    std::vector<std::pair<std::uint64_t, std::string>> places;  // as the slots lead there
    const std::size_t room = drawing_.shown(mapped_.size(), kRows);
    std::size_t shown = 0;
    for (const fixmap::Slot& slot : slots_.list()) {
      const auto from = mapped_.lower_bound(slot.first);
      const auto to = mapped_.upper_bound(slot.last);
      if (from == to) {
        add_empty(table, slot);
        continue;
      }
      for (auto it = from; it != to; ++it) {
        if (shown == room) continue;
        ++shown;
        const fixmap::MappedSlot& m = *it->second;
        if (std::ranges::find(places, raw(m.phys), &std::pair<std::uint64_t, std::string>::first) ==
            places.end())
          places.emplace_back(raw(m.phys), words_at(uses, m.phys));
        GraphCell leads = value_cell("→", Ink::ram);
        leads.port = fmt::format("slot_{}", m.number);
        table.row({words_cell(fmt::format("{}: {}", m.number, m.name), Ink::ram),
                   value_cell(hex(raw(m.virt), 16), Ink::ram),
                   value_cell(mapping_words(m.flags), Ink::ram), std::move(leads)});
      }
    }
    if (shown < mapped_.size())
      table.row({break_cell(fmt::format("{} more that are mapped", mapped_.size() - shown), 4)});
    for (const auto& [phys, what] : places) {
      GraphCell at = value_cell(hex(phys));
      at.port = place_name("at", phys);
      targets.row({std::move(at), words_cell(what)});
    }
    const Digraph::Node from = graph_.add_node(Digraph::kNoCluster, "fixmap", table);
    if (places.empty()) return;
    const Digraph::Node to = graph_.add_node(Digraph::kNoCluster, "physical", targets);
    std::size_t edges = 0;
    for (const auto& [number, slot] : mapped_) {
      if (edges++ == room) break;
      graph_.add_edge({from, fmt::format("slot_{}", number), Side::right},
                      {to, place_name("at", raw(slot->phys)), Side::left});
    }
  }

 private:
  static void add_empty(GraphTable& table, const fixmap::Slot& slot) {
    const std::string numbers = slot.first == slot.last
                                    ? fmt::format("{}", slot.first)
                                    : fmt::format("{}-{}", slot.first, slot.last);
    GraphCell what{.text = {slot.lifetime == fixmap::Lifetime::permanent
                                ? "nothing is mapped"
                                : "nothing is mapped; of the boot alone"},
                   .fill = Ink::gap,
                   .face = Face::faint,
                   .columns = 2};
    table.row({words_cell(numbers + ": " + slot.name, Ink::gap),
               value_cell(hex(raw(fixmap::fix_to_virt(slot.last)), 16), Ink::gap),
               std::move(what)});
  }

  std::string words_at(const std::vector<account::Piece>& uses, PhysAddr phys) const {
    const account::Piece* piece = account::piece_at(uses, phys);
    return piece == nullptr || piece->use == account::Use::gap
               ? "no table of memory has it: a device"
               : account::words_of(*piece, drawing_.outcome);
  }

  const Drawing& drawing_;
  Digraph& graph_;
  fixmap::Slots slots_;
  std::map<std::uint64_t, const fixmap::MappedSlot*> mapped_{};
};

}  // namespace

std::string draw_fixmap(const Drawing& drawing) {
  Digraph graph(heading(drawing, fmt::format("The fixmap {}", moment_words(drawing.outcome)),
                        {{Ink::ram, "mapped"}, {Ink::gap, "not mapped"}},
                        "a slot is a page; numbers rise as addresses fall"),
                drawing.look.theme);
  Slots(drawing, graph).draw();
  return graph.to_dot();
}

}  // namespace memmap::report
