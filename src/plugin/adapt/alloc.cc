#include "plugin/adapt/alloc.h"

#include <fmt/format.h>

#include "base/align.h"

namespace memmap::plugin {
namespace {

using memblock::FreeRanges;

// Behind memmap_free_ranges_t::ctx.
struct Cursor {
  FreeRanges* ranges;
  std::optional<PhysAddr> fit;  // what first_fit_*() last said: known to be right
};

std::int32_t give(const std::optional<PhysRange>& r, std::uint64_t* base, std::uint64_t* end) {
  if (!r || base == nullptr || end == nullptr) return MEMMAP_NONE;
  *base = raw(r->base());
  *end = raw(r->end());
  return MEMMAP_OK;
}

std::int32_t give(Cursor& cursor, const std::optional<PhysAddr>& fit, std::uint64_t* address) {
  if (!fit || address == nullptr) return MEMMAP_NONE;
  cursor.fit = fit;
  *address = raw(*fit);
  return MEMMAP_OK;
}

std::int32_t next_up(void* ctx, std::uint64_t after, std::uint64_t* base,
                     std::uint64_t* end) noexcept {
  return give(static_cast<Cursor*>(ctx)->ranges->next_up(PhysAddr{after}), base, end);
}
std::int32_t next_down(void* ctx, std::uint64_t before, std::uint64_t* base,
                       std::uint64_t* end) noexcept {
  return give(static_cast<Cursor*>(ctx)->ranges->next_down(PhysAddr{before}), base, end);
}
std::int32_t first_fit_up(void* ctx, std::uint64_t* address) noexcept {
  Cursor& cursor = *static_cast<Cursor*>(ctx);
  return give(cursor, cursor.ranges->first_fit_up(), address);
}
std::int32_t first_fit_down(void* ctx, std::uint64_t* address) noexcept {
  Cursor& cursor = *static_cast<Cursor*>(ctx);
  return give(cursor, cursor.ranges->first_fit_down(), address);
}
std::int32_t smallest_piece(void* ctx, std::uint64_t grain, std::uint64_t* base,
                            std::uint64_t* end) noexcept {
  if (grain != 0 && !is_power_of_two(grain)) return MEMMAP_NONE;
  return give(static_cast<Cursor*>(ctx)->ranges->smallest_piece(grain), base, end);
}

}  // namespace

AllocPlugin::AllocPlugin(const Plugin& plugin, OptionValues options)
    : code_(plugin.code()),
      call_(plugin.name(), std::move(options), Call::Takes::nothing),
      is_first_fit_(plugin.name() == "alloc_topdown" && plugin.info().file.empty()) {}

Result<std::unique_ptr<AllocPlugin>> AllocPlugin::create(const Plugin& plugin,
                                                         const OptionTexts& options) {
  if (!plugin.interfaces().has_alloc()) {
    return Error{.message = fmt::format("plugin `{}` is no allocation policy: it does not offer {}",
                                        plugin.name(), MEMMAP_ALLOC_1)};
  }
  auto values = check_options(plugin.name(), plugin.info().options, options);
  if (!values) return values.errors();
  std::unique_ptr<AllocPlugin> out(new AllocPlugin(plugin, *std::move(values)));
  const Status prepared = out->prepared_.make(out->code_, Code::Of::alloc);
  if (!prepared) return prepared.errors();
  return out;
}

std::optional<PhysAddr> AllocPlugin::choose(const memblock::FindRequest& request,
                                            FreeRanges& ranges) {
  if (fault_) return std::nullopt;
  Cursor cursor{.ranges = &ranges, .fit = {}};
  const memmap_find_t find{.struct_size = sizeof find,
                           .nid = request.nid,
                           .size = request.size,
                           .align = request.align,
                           .base = raw(request.limits.base()),
                           .end = raw(request.limits.end()),
                           .flags = request.flags,
                           .reserved = 0};
  const memmap_free_ranges_t free_ranges{.struct_size = sizeof free_ranges,
                                         .reserved = 0,
                                         .ctx = &cursor,
                                         .next_up = next_up,
                                         .next_down = next_down,
                                         .first_fit_up = first_fit_up,
                                         .first_fit_down = first_fit_down,
                                         .smallest_piece = smallest_piece};
  std::uint64_t address = 0;
  const auto rc = code_.choose(prepared_.state(), *call_.host(), find, free_ranges, &address);
  if (!rc) {
    fault_ = rc.errors().front();
    return std::nullopt;
  }
  if ((*rc != MEMMAP_OK && *rc != MEMMAP_NONE) || call_.failed()) {
    fault_ = call_.end("choose", *rc, Call::None::allowed);
    return std::nullopt;
  }
  if (*rc == MEMMAP_NONE) return std::nullopt;
  if (cursor.fit && raw(*cursor.fit) == address) return cursor.fit;
  return check(request, ranges, address);
}

std::optional<PhysAddr> AllocPlugin::check(const memblock::FindRequest& request, FreeRanges& ranges,
                                           std::uint64_t address) {
  const auto block = PhysRange::from_size(PhysAddr{address}, request.size);
  if (!block || !request.limits.contains(*block)) {
    return refuse(request, address, "outside the limits"), std::nullopt;
  }
  if (!is_aligned(address, request.align)) {
    return refuse(request, address, "not aligned"), std::nullopt;
  }
  // The first range that ends above the address, cut to it: it is the one that holds the block, or
  // none does.
  const auto range = ranges.next_up(PhysAddr{address});
  if (!range || !range->contains(*block)) {
    return refuse(request, address, "not free"), std::nullopt;
  }
  return block->base();
}

void AllocPlugin::refuse(const memblock::FindRequest& request, std::uint64_t address,
                         const char* why) {
  fault_ = call_.fault(
      "choose",
      fmt::format("answered {:#x}, which is {}; asked for {:#x} bytes, alignment {:#x}, in "
                  "[{:#x}, {:#x})",
                  address, why, request.size, request.align, raw(request.limits.base()),
                  raw(request.limits.end())));
  fault_->range = PhysRange::from_size(PhysAddr{address}, request.size);
}

}  // namespace memmap::plugin
