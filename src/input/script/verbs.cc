#include "input/script/verbs.h"

#include <algorithm>
#include <array>

namespace memmap::input {
namespace {

using Word = std::string_view;

constexpr Word kAt[] = {"at"};
constexpr Word kAtBytes[] = {"at", "bytes"};
constexpr Word kCopyArguments[] = {"from", "to", "size"};
constexpr Word kNameValue[] = {"name", "value"};
constexpr Word kAtSize[] = {"at", "size"};
constexpr Word kPhysSize[] = {"phys", "size"};
constexpr Word kVirtSize[] = {"virt", "size"};
constexpr Word kVirt[] = {"virt"};
constexpr Word kOrder[] = {"order"};
constexpr Word kSize[] = {"size"};
constexpr Word kTouchSwitches[] = {"user", "phys"};

constexpr Word kIoremap[] = {"phys", "size", "cache", "as"};
constexpr Word kEarlyMap[] = {"phys", "size", "as"};
constexpr Word kAllocPages[] = {"order", "gfp", "as"};
constexpr Word kKmalloc[] = {"size", "gfp", "at", "cache", "slab", "as"};
constexpr Word kCopy[] = {"from", "to", "size", "by"};
constexpr Word kMap[] = {"virt", "phys", "size", "page_size", "flags", "cache", "as"};
constexpr Word kVmArea[] = {"virt", "size", "as"};
constexpr Word kRead[] = {"at", "size", "user", "phys"};
constexpr Word kWrite[] = {"at", "size", "user", "phys", "value", "bytes"};

// clang-format off
constexpr Verb kVerbs[] = {
    // name, without a key, keys, switches
    {"alloc_pages",       kOrder,         kAllocPages, {}},
    {"annotate",          kAtSize,        kAtSize,     {}},
    {"contents",          kAtBytes,       kAtBytes,    {}},
    {"copy",              kCopyArguments, kCopy,       {}},
    {"early_ioremap",     kPhysSize,      kEarlyMap,   {}},
    {"early_iounmap",     kAtSize,        kAtSize,     {}},
    {"early_memremap",    kPhysSize,      kEarlyMap,   {}},
    {"early_memremap_ro", kPhysSize,      kEarlyMap,   {}},
    {"early_memunmap",    kAtSize,        kAtSize,     {}},
    {"exec",              kAtSize,        kRead,       kTouchSwitches},
    {"free_pages",        kAt,            kAt,         {}},
    {"ioremap",           kPhysSize,      kIoremap,    {}},
    {"iounmap",           kAt,            kAt,         {}},
    {"kfree",             kAt,            kAt,         {}},
    {"kmalloc",           kSize,          kKmalloc,    {}},
    {"local_irq_disable", {},             {},          {}},
    {"local_irq_enable",  {},             {},          {}},
    {"map",               kVirt,          kMap,        {}},
    {"read",              kAtSize,        kRead,       kTouchSwitches},
    {"sysctl",            kNameValue,     kNameValue,  {}},
    {"vm_area",           kVirtSize,      kVmArea,     {}},
    {"write",             kAtSize,        kWrite,      kTouchSwitches},
};
// clang-format on

constexpr auto kNames = [] {
  std::array<Word, std::size(kVerbs)> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = kVerbs[i].name;
  return out;
}();

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

std::span<const std::string_view> verb_names() { return kNames; }

const Verb* find_verb(std::string_view name) {
  const auto* const found = std::ranges::find(kVerbs, name, &Verb::name);
  return found == std::end(kVerbs) ? nullptr : found;
}

}  // namespace memmap::input
