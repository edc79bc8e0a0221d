// Breaks as few large blocks of the page allocator as it can: an allocation goes where the fewest
// whole, aligned blocks are hit, so that small ones gather in pieces that are broken already.
//
//   blocks of 4 MiB  |       |       |       |       |
//   free                  |=========================|
//   whole                 :  |=======|=======|       :
//   small allocations     |==|  <- first             |======|  <- or here, whichever is the
//                                                               smaller piece that fits
#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

// How good a place is that breaks blocks; less is better, in the order of the members.
struct Cost {
  std::uint64_t broken = 0;  // whole blocks that it hits
  std::uint64_t room = 0;    // bytes of the free range that it is in
};

bool less(const Cost& a, const Cost& b) {
  return a.broken != b.broken ? a.broken < b.broken : a.room < b.room;
}

// A free range with the whole blocks in it: [first, last), empty where there is none.
struct Free {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

Free with_blocks(std::uint64_t base, std::uint64_t end, std::uint64_t block) {
  Free f{base, end, end, end};
  const std::uint64_t up = (block - base % block) % block;
  if (up > end - base) return f;
  const std::uint64_t first = base + up;
  const std::uint64_t last = end - end % block;
  if (first < last) {
    f.first = first;
    f.last = last;
  }
  return f;
}

Cost cost_of(const Free& f, std::uint64_t at, std::uint64_t size, std::uint64_t block) {
  const std::uint64_t from = at > f.first ? at : f.first;
  const std::uint64_t to = at + size < f.last ? at + size : f.last;
  const std::uint64_t low = (from - f.first) / block;
  const std::uint64_t high = (to - f.first + block - 1) / block;
  return {high - low, f.end - f.base};
}

// The number of an option, once for the whole boot.
std::int32_t prepare(const memmap_host_t* host, void** state) {
  return memmap::plugin::guarded(host, [state](const Host& h) -> std::int32_t {
    const std::uint64_t block = *h.number("block");  // has a default
    if ((block & (block - 1)) != 0) return h.bad_option("block", "must be a power of two");
    *state = new std::uint64_t(block);
    return MEMMAP_OK;
  });
}

void release(void* state) { delete static_cast<std::uint64_t*>(state); }

// Where the fewest whole blocks are broken, if some must be.
std::int32_t break_fewest(std::uint64_t block, const memmap_find_t* find,
                          const memmap_free_ranges_t* ranges, std::uint64_t* address) {
  const std::uint64_t mask = find->align - 1;
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  // Where the block fits nowhere, which takes no walk to find out.
  if (ranges->first_fit_down(ranges->ctx, &base) != MEMMAP_OK) return MEMMAP_NONE;
  bool found = false;
  Cost best;
  for (std::uint64_t at = find->end; ranges->next_down(ranges->ctx, at, &base, &end) == MEMMAP_OK;
       at = base) {
    if (end - base < find->size) continue;
    const std::uint64_t high = (end - find->size) & ~mask;
    if (high < base) continue;
    // Where the highest place fits, rounding up the lowest cannot wrap.
    const std::uint64_t low = (base + mask) & ~mask;
    const Free f = with_blocks(base, end, block);
    for (const std::uint64_t place : {high, low}) {
      const Cost cost = cost_of(f, place, find->size, block);
      if (found && !less(cost, best)) continue;
      found = true;
      best = cost;
      *address = place;
    }
  }
  return found ? MEMMAP_OK : MEMMAP_NONE;
}

std::int32_t choose(void* state, const memmap_host_t* host, const memmap_find_t* find,
                    const memmap_free_ranges_t* ranges, std::uint64_t* address) noexcept {
  const std::uint64_t block = *static_cast<const std::uint64_t*>(state);
  if (host->abi_minor < 5) return host->fail(host->ctx, "needs a memmap of plugin ABI 1.5");
  const std::uint64_t mask = find->align - 1;
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  if (ranges->smallest_piece(ranges->ctx, block, &base, &end) != MEMMAP_OK) {
    return break_fewest(block, find, ranges, address);
  }
  // A piece before whole blocks is filled from its front, others from their end. Behind the former
  // the same range goes on.
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  const bool before_blocks = (end & (block - 1)) == 0 &&
                             ranges->next_down(ranges->ctx, end + 1, &from, &to) == MEMMAP_OK &&
                             from == base && to == end + 1;
  *address = before_blocks ? (base + mask) & ~mask : (end - find->size) & ~mask;
  return MEMMAP_OK;
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_BYTES, "block",
     "size of the blocks to keep whole: a power of two", "4M", nullptr, 4096, 1ull << 40, 0, 0},
};

constexpr memmap_alloc_t kAlloc = {sizeof(memmap_alloc_t), 0, prepare, release, choose};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_ALLOC_1) ? &kAlloc : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "alloc_low_fragmentation", "1.0", "Allocates where the fewest large free blocks are broken",
    get_interface, kOptions, 1);
