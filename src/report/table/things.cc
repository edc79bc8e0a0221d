#include "report/table/things.h"

#include <algorithm>

namespace memmap::report {
namespace {

// In the order of the boot, then what was asked for, then what there is to tell of it.
// clang-format off
constexpr Thing kThings[] = {
    {"e820",       "e820",       "the kernel's three tables of the firmware's map, beside each other",        "there is no map", list_e820},
    {"memblock",   "region",     "the regions of memblock.memory and memblock.reserved",                      "the kernel stopped before it had any", list_memblock},
    {"reserved",   "piece",      "what is reserved, piece by piece, and for whom",                            "nothing is reserved", list_reserved},
    {"owners",     "owner",      "for whom memory is reserved, the largest first",                            "nothing is reserved", list_owners},
    {"nodes",      "node",       "NUMA nodes and their pages",                                                "the kernel stopped before it had any", list_nodes},
    {"zones",      "zone",       "zones and their pages",                                                     "the kernel stopped before it had any", list_zones},
    {"free",       "free",       "free blocks of the page allocator, list by list",                           "the kernel stopped before the hand-over", list_free},
    {"pagetables", "area",       "pages by size in each area of virtual addresses",                           "the kernel stopped before it had any", list_page_tables},
    {"fixmap",     "slot",       "what the fixmap's slots map at the hand-over",                              "no slot is mapped", list_fixmap},
    {"percpu",     "unit",       "where each processor's per-CPU unit lies",                                  "the kernel stopped before it had any", list_percpu},
    {"cma",        "cma",        "CMA areas",                                                                 "no area was asked for", list_cma},
    {"hugepages",  "huge_page",  "huge pages by size",                                                        "none were asked for, or this kernel has none", list_huge_pages},
    {"parameters", "parameter",  "the command line's parameters, and what is wrong or without effect",        "the command line is empty", list_parameters},
    {"slots",      "place",      "where KASLR may put the kernel's image",                                    "the kernel stays where it is put", list_slots},
    {"ledger",     "ledger",     "where the RAM went, from what is plugged in to MemTotal",                   "there is no RAM", list_ledger},
    {"steps",      "step",       "the boot's steps, and how much each changed",                               "no step ran", list_steps},
    {"events",     "event",      "what the kernel did and said",                                              "the kernel said nothing", list_events},
    {"log",        "log",        "what the log that was read says otherwise",                                 "no log was read, it agrees in all that it says, or another boot was asked for than the one that was logged", list_log},
};
// clang-format on

}  // namespace

std::span<const Thing> things() { return kThings; }

const Thing* find_thing(std::string_view name) {
  const auto found = std::ranges::find(kThings, name, &Thing::name);
  return found == std::end(kThings) ? nullptr : &*found;
}

}  // namespace memmap::report
