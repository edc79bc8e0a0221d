#include "boot/mm/taken_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "boot/distances.h"
#include "boot/mm/percpu.h"
#include "boot/page_allocator.h"

namespace memmap::boot {
namespace {

struct Followed {
  std::optional<buddy::Allocator> allocator{};
  std::optional<CoreInit> so_far{};
  int nid = 0;  // the boot processor's
};

Followed& followed(Boot& boot) { return boot.scratch.of<Followed>(); }

// What a kernel may have that takes pages of which nothing is known here.
std::string why_unknown(const Boot& boot) {
  const Inputs& in = boot.in;
  if (!in.behaviour.core_init_is_known)
    return "what kernels take until then is known of 6.1, 6.12 and 6.18 alone";
  if (!in.profile.has(config::SLUB) || in.profile.has(config::SLUB_TINY))
    return "the kernel's slab allocator is another than SLUB";
  constexpr std::array kOptions = {
      std::pair{&config::RANDOM_KMALLOC_CACHES, "RANDOM_KMALLOC_CACHES"},
      std::pair{&config::SLUB_DEBUG_ON, "SLUB_DEBUG_ON"},
      std::pair{&config::DEBUG_KMEMLEAK, "DEBUG_KMEMLEAK"},
      std::pair{&config::DEBUG_OBJECTS, "DEBUG_OBJECTS"},
      std::pair{&config::DEBUG_SPINLOCK, "DEBUG_SPINLOCK"},
      std::pair{&config::MEM_ALLOC_PROFILING, "MEM_ALLOC_PROFILING"},
      std::pair{&config::KASAN, "KASAN"},
      std::pair{&config::KMSAN, "KMSAN"}};
  for (const auto& [option, name] : kOptions) {
    if (in.profile.has(*option)) return fmt::format("what CONFIG_{} takes is not simulated", name);
  }
  for (const std::string_view name :
       {"slub_debug", "slab_debug", "slub_min_order", "slab_min_order", "slub_max_order",
        "slab_max_order", "slub_min_objects", "slab_min_objects", "debug_guardpage_minorder"}) {
    if (in.has_parameter(name)) return fmt::format("what {} takes is not simulated", name);
  }
  // Where no page is deferred, page_ext_init() runs so early.
  if (in.profile.has(config::PAGE_OWNER) && in.switched("page_owner", false) &&
      !in.defers_struct_pages)
    return "what page_owner=on takes is not simulated";
  return {};
}

// How many nodes have memory beside this one.
std::size_t fallbacks(const Boot& boot, int nid) {
  return static_cast<std::size_t>(std::ranges::count_if(
      boot.state.node_states, [nid](const NodeState& node) { return node.nid != nid; }));
}

}  // namespace

void follow_pages(Boot& boot) {
  Followed& pages = followed(boot);
  pages.so_far.emplace();
  pages.so_far->unknown = why_unknown(boot);
  if (!pages.so_far->unknown.empty()) return;
  pages.allocator.emplace(page_allocator(boot.state, allocator_options(boot.in, boot.state)));
  pages.nid = nodes_of_cpus(boot).front();
}

bool follows_pages(Boot& boot) { return followed(boot).allocator.has_value(); }

void take_pages(Boot& boot, const WantedPages& wanted, std::string_view what) {
  Followed& pages = followed(boot);
  if (!pages.allocator) return;
  buddy::Request request{.order = wanted.order, .nid = wanted.nid.value_or(pages.nid)};
  auto block = pages.allocator->alloc(request);
  if (!block && wanted.least_order < wanted.order) {
    request.order = wanted.least_order;
    block = pages.allocator->alloc(request);
  }
  const auto give_up = [&](std::string why) {
    pages.allocator.reset();
    pages.so_far = CoreInit{.unknown = std::move(why)};
  };
  if (!block) return give_up(fmt::format("no memory is left for {}", what));
  const buddy::LiveZone& zone = pages.allocator->zones()[block->zone];
  if (zone.nid != request.nid && fallbacks(boot, request.nid) > 1 &&
      distances_are_unknown(boot.in, boot.state))
    return give_up(
        "a node has no memory left, and which is the nearest stands in the SLIT, which is not at "
        "hand");
  pages.so_far->taken.push_back(
      {boot.story.step(), std::string(what), request.order, block->pfn, zone.nid});
}

void take_single_pages(Boot& boot, std::uint64_t count, std::string_view what) {
  for (; count > 0 && follows_pages(boot); --count) take_pages(boot, {}, what);
}

void end_following_pages(Boot& boot) {
  Followed& pages = followed(boot);
  if (pages.allocator) {
    for (const buddy::LiveZone& zone : pages.allocator->zones()) {
      pages.so_far->zones.push_back({zone.nid, zone.type, zone.managed_pages,
                                     zone.free.free_pages(), zone.free.lists().ordered()});
    }
  }
  boot.state.core_init = std::move(pages.so_far);
}

}  // namespace memmap::boot
