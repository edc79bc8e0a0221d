#include "checker.h"

#include <algorithm>
#include <vector>

namespace kmemcheck {
namespace {

// The size of the next step of `rep movs` or `rep stos`.
unsigned step_size(std::uint64_t left, unsigned unit) {
  while (unit > left) unit /= 2;
  return unit;
}

// Steps in which nothing is tracked are left out: `until(at)` tells how far the next byte is that is.
template <class Until, class Each>
void in_steps(std::uint64_t size, unsigned unit, Until until, Each each) {
  for (std::uint64_t at = 0; at < size;) {
    const unsigned n = step_size(size - at, unit);
    const std::uint64_t away = until(at);
    if (away >= size - at) return;
    if (away < n) {
      each(at, n);
      at += n;
    } else {
      at += std::max<std::uint64_t>(away / unit * unit, n);
    }
  }
}

// How the first of two parts ends where the page does: 0, all is in one page.
std::uint64_t part_before_page(std::uint64_t address, std::uint64_t size) {
  const std::uint64_t next_page = page_of(address + size - 1);
  return page_of(address) == next_page ? 0 : next_page - address;
}

}  // namespace

// kernel: kmemcheck_pagealloc_alloc(), mm/kmemcheck.c, v4.14; __alloc_pages_nodemask() asks it only
// while kmemcheck is on.
void Checker::alloc_pages(std::uint64_t base, unsigned order, Gfp gfp) {
  if (options_.mode == 0 || gfp.highmem || gfp.notrack) return;
  const std::uint64_t pages = std::uint64_t{1} << order;
  // Zeroed pages too: copying can make them uninitialised.
  if (gfp.zero) {
    shadow_.track(base, pages, Shadow::initialized, 0);
  } else {
    shadow_.track(base, pages, Shadow::uninitialized);
  }
}

// kernel: kmemcheck_free_shadow(), mm/kmemcheck.c, v4.14: the page allocator knows of no freed
// memory, only slab caches do.
void Checker::free_pages(std::uint64_t base, unsigned order) {
  shadow_.untrack(base, std::uint64_t{1} << order);
}

// kernel: kmemcheck_slab_alloc(), mm/kmemcheck.c; allocate_slab(), mm/slub.c, v4.14
void Checker::slab_alloc(std::uint64_t object, std::uint64_t size, Gfp gfp, const Slab& slab) {
  if (slab.pages != 0 && options_.mode != 0 && !slab.notrack) {
    // A constructor has run on each object, which stays in it; the rest is nobody's yet.
    shadow_.track(slab.base, slab.pages,
                  slab.constructor ? Shadow::uninitialized : Shadow::unallocated);
  }
  if (gfp.zero) {
    // memset() does it, and where the page is shown the shadow does not learn of it.
    const std::vector<std::uint8_t> zeros(size);
    write(0, object, size, zeros);
    return;
  }
  if (slab.notrack) return;
  if (options_.mode == 0 || gfp.notrack) {
    shadow_.mark(object, size, Shadow::initialized);
  } else if (!slab.constructor) {
    shadow_.mark(object, size, Shadow::uninitialized);
  }
}

// kernel: kmemcheck_slab_free(), mm/kmemcheck.c, v4.14
void Checker::slab_free(std::uint64_t object, std::uint64_t size, const Slab& slab) {
  if (!slab.constructor && !slab.by_rcu) shadow_.mark(object, size, Shadow::freed);
}

std::optional<std::uint64_t> Checker::faults(std::uint64_t address, std::uint64_t size) const {
  const std::uint64_t last_page = page_of(address + size - 1);
  if (shadow_.hidden(address)) return address;
  if (last_page != page_of(address) && shadow_.hidden(last_page)) return last_page;
  return std::nullopt;
}

void Checker::save_address(Fault& fault, std::uint64_t address) {
  if (fault.count < fault.shown.size()) fault.shown[fault.count++] = address;
}

// The instruction runs with its pages shown and the trap flag set; the trap hides them again, or
// leaves them shown for good if kmemcheck is off by then.
//
// kernel: kmemcheck_show(), kmemcheck_hide(), arch/x86/mm/kmemcheck/kmemcheck.c, v4.14
void Checker::step(const Fault& fault) {
  for (std::size_t i = 0; i < fault.count; ++i) {
    if (options_.mode != 0) {
      shadow_.hide(fault.shown[i]);
    } else {
      shadow_.show(fault.shown[i]);
    }
  }
}

void Checker::read(std::uint64_t ip, std::uint64_t address, std::uint64_t size) {
  if (dead_) return;
  const auto until = [&](std::uint64_t at) { return shadow_.until_tracked(address + at); };
  in_steps(size, 8, until, [&](std::uint64_t at, unsigned n) {
    // The kernel goes by the address that faulted, which is the second page's if only that is
    // hidden, and the size of the whole access.
    if (const auto where = faults(address + at, n)) {
      Fault fault{.ip = ip};
      check_read(fault, *where, n);
      step(fault);
    }
  });
}

void Checker::write(std::uint64_t ip, std::uint64_t address, std::uint64_t size,
                    Contents contents) {
  if (dead_) return;
  const auto until = [&](std::uint64_t at) { return shadow_.until_tracked(address + at); };
  in_steps(size, 8, until, [&](std::uint64_t at, unsigned n) {
    for (std::uint64_t i = at; i < at + n; ++i) {
      shadow_.set_content(address + i,
                          i < contents.size() ? ShadowMap::Byte(contents[i]) : std::nullopt);
    }
    if (const auto where = faults(address + at, n)) {
      Fault fault{.ip = ip};
      check_write(fault, *where, n);
      step(fault);
    }
  });
}

void Checker::copy(std::uint64_t ip, std::uint64_t from, std::uint64_t to, std::uint64_t size,
                   unsigned unit) {
  if (dead_) return;
  const auto until = [&](std::uint64_t at) {
    return std::min(shadow_.until_tracked(from + at), shadow_.until_tracked(to + at));
  };
  in_steps(size, unit, until, [&](std::uint64_t at, unsigned n) {
    if (faults(from + at, n) || faults(to + at, n)) {
      Fault fault{.ip = ip};
      check_copy(fault, from + at, to + at, n);
      step(fault);
    }
    for (unsigned i = 0; i < n; ++i) {
      shadow_.set_content(to + at + i, shadow_.content(from + at + i));
    }
  });
}

void Checker::mark_initialized(std::uint64_t address, std::uint64_t size) {
  shadow_.mark(address, size, Shadow::initialized);
}

void Checker::tell(std::uint64_t address, Contents contents) {
  for (std::uint64_t i = 0; i < contents.size(); ++i) shadow_.set_content(address + i, contents[i]);
}

// kernel: kmemcheck_read(), arch/x86/mm/kmemcheck/kmemcheck.c, v4.14. The part in the second page
// is one byte short there, and has none if only one byte lies in it; that is tested all the same.
void Checker::check_read(Fault& fault, std::uint64_t address, unsigned size) {
  const auto first = static_cast<unsigned>(part_before_page(address, size));
  if (first == 0) return check_read_in_page(fault, address, size);
  check_read_in_page(fault, address, first);
  check_read_in_page(fault, address + first, size - 1 - first);
}

// kernel: kmemcheck_read_strict(), arch/x86/mm/kmemcheck/kmemcheck.c, v4.14
void Checker::check_read_in_page(Fault& fault, std::uint64_t address, unsigned size) {
  if (!shadow_.tracked(address)) return;
  save_address(fault, address);
  std::vector<Shadow> bytes;
  for (unsigned i = 0; i < std::max(size, 1u); ++i) bytes.push_back(*shadow_.at(address + i));
  const Shadow state = size == 0 ? bytes[0] : test(bytes);
  if (state == Shadow::initialized) return;
  complain(fault.ip, state, address, size);
  // So that it is not said again.
  shadow_.mark(address, size, Shadow::initialized);
}

// kernel: kmemcheck_write(), arch/x86/mm/kmemcheck/kmemcheck.c, v4.14; one byte short as above.
void Checker::check_write(Fault& fault, std::uint64_t address, unsigned size) {
  const auto first = static_cast<unsigned>(part_before_page(address, size));
  const auto mark = [&](std::uint64_t at, unsigned n) {
    if (!shadow_.tracked(at)) return;
    save_address(fault, at);
    shadow_.mark(at, n, Shadow::initialized);
  };
  if (first == 0) return mark(address, size);
  mark(address, first);
  mark(address + first, size - 1 - first);
}

// The shadow goes along where the destination is tracked; what is uninitialised and goes where
// nobody watches is reported, and stays as it is at the source.
//
// kernel: kmemcheck_copy(), arch/x86/mm/kmemcheck/kmemcheck.c, v4.14
void Checker::check_copy(Fault& fault, std::uint64_t from, std::uint64_t to, unsigned size) {
  const auto save = [&](std::uint64_t address) {
    if (shadow_.tracked(address)) save_address(fault, address);
    const std::uint64_t first = part_before_page(address, size);
    if (first != 0 && shadow_.tracked(address + first)) save_address(fault, address + first);
  };
  save(from);
  std::vector<Shadow> bytes;
  for (unsigned i = 0; i < size; ++i) {
    bytes.push_back(shadow_.at(from + i).value_or(Shadow::initialized));
  }
  save(to);
  for (unsigned i = 0; i < size; ++i) {
    if (!shadow_.tracked(to + i)) continue;
    shadow_.mark(to + i, 1, bytes[i]);
    bytes[i] = Shadow::initialized;
  }
  if (const Shadow state = test(bytes); state != Shadow::initialized) {
    complain(fault.ip, state, from, size);
  }
}

// gcc makes reads of neighbouring bytes, so that one that is initialised may be enough.
//
// kernel: kmemcheck_shadow_test(), arch/x86/mm/kmemcheck/shadow.c, v4.14
Shadow Checker::test(std::span<const Shadow> shadow) const {
  const auto good = [](Shadow s) { return s == Shadow::initialized; };
  if (options_.partial_ok) {
    return std::any_of(shadow.begin(), shadow.end(), good) ? Shadow::initialized : shadow[0];
  }
  const auto bad = std::find_if_not(shadow.begin(), shadow.end(), good);
  return bad == shadow.end() ? Shadow::initialized : *bad;
}

// kernel: kmemcheck_error_save(), arch/x86/mm/kmemcheck/error.c, v4.14
void Checker::complain(std::uint64_t ip, Shadow state, std::uint64_t address, unsigned size) {
  if (options_.mode != 0 && ip != previous_ip_) {
    previous_ip_ = ip;
    const std::uint64_t count = std::uint64_t{1} << options_.shadow_copy;
    Report report{.state = state, .address = address, .size = size, .ip = ip};
    report.shown = address & ~(count - 1);
    // A copy that begins in a page that is not tracked.
    if (!shadow_.tracked(report.shown)) {
      dead_ = true;
      return;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      report.shadow.push_back(*shadow_.at(report.shown + i));
      report.memory.push_back(shadow_.content(report.shown + i));
    }
    queue_.push(std::move(report));
  }
  if (options_.mode == 2) options_.mode = 0;
}

}  // namespace kmemcheck
