#include "access/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "access/check.h"
#include "access/fault.h"
#include "access/kernel.h"
#include "access/serve.h"
#include "access/symbols.h"

namespace memmap::access {
namespace {

// Of one access: further ones are asked for faults, but not told.
constexpr std::size_t kMostServed = 64;

using Names = std::map<std::string, std::uint64_t, std::less<>>;

class Runner {
 public:
  Runner(Kernel& kernel, Observer* observer) : k_(kernel), observer_(observer) {}

  Answer answer(const Step& step) {
    Answer out{.words = step.words};
    EventList events;
    std::visit([&](const auto& action) { run(action, out, events); }, step.action);
    out.events = std::move(events.events);
    if (!step.as.empty()) names_[step.as] = out.address.value_or(0);
    return out;
  }

 private:
  VirtAddr resolve(const Address& at) const {
    if (at.name.empty()) return VirtAddr{at.offset};
    const auto given = names_.find(at.name);
    const std::uint64_t base =
        given != names_.end()
            ? given->second
            : raw(place_of(at.name, k_.inputs, k_.tables.bases()).value_or(VirtAddr{0}));
    return VirtAddr{base + at.offset};
  }

  static void gives(Answer& out, VirtAddr virt, std::string text) {
    out.address = raw(virt);
    out.text = std::move(text);
  }
  static void refuses(Answer& out, std::string text) {
    out.outcome = Answer::Outcome::refused;
    out.text = std::move(text);
  }

  void run(const Ioremap& what, Answer& out, EventSink& sink) {
    const auto virt = k_.io.ioremap(what.phys, what.size, what.cache, sink);
    if (!virt) return refuses(out, "NULL");
    const Walk walk = k_.walk(*virt);
    gives(
        out, *virt,
        fmt::format("{:#x}, {}", raw(*virt), ioremap::cattr_name(k_.mode_of(walk.mapping->flags))));
  }

  void run(const Iounmap& what, Answer& out, EventSink& sink) {
    const VirtAddr at = resolve(what.at);
    if (k_.io.iounmap(at, sink)) {
      out.text = fmt::format("{:#x} is unmapped", raw(at));
    } else {
      refuses(out, "nothing is unmapped");
    }
  }

  void run(const EarlyMap& what, Answer& out, EventSink& sink) {
    const std::uint32_t flags = ioremap::early_flags(what.how, k_.surroundings.kernel_flags);
    const auto virt = k_.early.map(k_.tables, what.phys, what.size, flags, sink);
    if (!virt) return refuses(out, "NULL");
    gives(out, *virt, fmt::format("{:#x}", raw(*virt)));
  }

  void run(const EarlyUnmap& what, Answer& out, EventSink& sink) {
    const VirtAddr at = resolve(what.at);
    const auto& windows = k_.early.windows();
    const auto window = std::ranges::find(windows, at, &ioremap::EarlyIoremap::Window::at);
    const std::uint64_t size = window == windows.end() ? 0 : window->size;
    if (k_.early.unmap(k_.tables, at, what.size.value_or(size), sink)) {
      out.text = fmt::format("{:#x} is unmapped", raw(at));
    } else {
      refuses(out, "nothing is unmapped");
    }
  }

  void run(const AllocPages& what, Answer& out, EventSink& sink) {
    if (what.order > k_.inputs.profile.max_page_order && (what.gfp & kGfpNowarn) == 0) {
      sink.tell(
          {.severity = Severity::warning,
           .step = "__alloc_pages",
           .text = fmt::format("WARNING: at mm/page_alloc.c __alloc_pages: order {} is above {}",
                               what.order, k_.inputs.profile.max_page_order)});
    }
    const auto block = k_.pages.take(what.order, what.gfp);
    if (!block) {
      return refuses(out, fmt::format("NULL: no free block of order {}", what.order));
    }
    const PhysAddr phys = phys_of(block->first);
    const std::uint64_t bytes = kPageSize << block->order;
    gives(out, k_.virt_of(phys),
          fmt::format("{:#x}, page frame {:#x}, zone {} of node {}", raw(k_.virt_of(phys)),
                      raw(block->first), zones::name(block->zone), block->nid));
    out.models.emplace_back(
        "which block: the zones' lists as they are at the hand-over, without the lists of each "
        "processor");
    if (observer_ == nullptr) return;
    observer_->allocated({.by = "alloc_pages",
                          .virt = k_.virt_of(phys),
                          .phys = phys,
                          .size = bytes,
                          .room = bytes,
                          .gfp = what.gfp,
                          .zeroed = (what.gfp & kGfpZero) != 0},
                         sink);
  }

  void run(const FreePages& what, Answer& out, EventSink& sink) {
    const VirtAddr at = resolve(what.at);
    if (raw(at) == 0) {
      out.text = "nothing, of NULL";
      return;
    }
    const auto phys = k_.phys_of_direct(at);
    const PageAllocator::Block* found = phys ? k_.pages.taken(pfn_down(*phys)) : nullptr;
    if (found == nullptr || k_.slabs.cache_at(*phys)) {
      sink.tell({.severity = Severity::warning,
                 .step = "free_pages",
                 .text = fmt::format("BUG: Bad page state: {:#x} is nothing that the script has "
                                     "allocated with alloc_pages",
                                     raw(at))});
      return refuses(out, "nothing is freed");
    }
    const PageAllocator::Block block = *found;
    k_.pages.give_back(block);
    const std::uint64_t bytes = kPageSize << block.order;
    out.text = fmt::format("{:#x} is free", raw(at));
    if (observer_ == nullptr) return;
    observer_->freed({.by = "free_pages",
                      .virt = k_.virt_of(phys_of(block.first)),
                      .phys = phys_of(block.first),
                      .size = bytes},
                     sink);
  }

  // Of a kernel address in the direct map, or wherever the tables have it.
  std::optional<PhysAddr> mapped_to(VirtAddr at) const {
    if (const auto direct = k_.phys_of_direct(at)) return direct;
    const Walk walk = k_.walk(at);
    if (!walk.mapping) return std::nullopt;
    return PhysAddr{raw(walk.mapping->phys) + (raw(at) - raw(walk.mapping->virt))};
  }

  std::optional<Slabs::Object> object_of(const Kmalloc& what) {
    if (!what.at) return k_.slabs.take(what.size, what.gfp, what.cache, what.flags);
    const auto phys = mapped_to(*what.at);
    if (!phys) return std::nullopt;
    return k_.slabs.take_at(*phys, what.size, what.gfp, what.cache, what.flags);
  }

  void run(const Kmalloc& what, Answer& out, EventSink& sink) {
    if (what.size == 0) {
      // kernel: ZERO_SIZE_PTR, include/linux/slab.h
      return gives(out, VirtAddr{16}, "ZERO_SIZE_PTR, which nothing may be read from");
    }
    const auto object = object_of(what);
    if (!object) {
      return refuses(out, what.at ? "NULL: no free page is mapped there" : "NULL: no pages for it");
    }
    const VirtAddr virt = what.at.value_or(k_.virt_of(object->phys));
    gives(out, virt,
          fmt::format("{:#x}, {} bytes of {}", raw(virt), object->size,
                      object->cache.empty() ? "whole pages" : object->cache));
    if (!what.at)
      out.models.emplace_back(
          "where: the size of objects and slabs is the kernel's, their order and place are a "
          "model");
    if (observer_ == nullptr) return;
    observer_->allocated(
        {.by = "kmalloc",
         .virt = virt,
         .phys = object->phys,
         .size = what.size,
         .room = object->size,
         .gfp = what.gfp,
         .zeroed = (what.gfp & kGfpZero) != 0,
         .cache = object->cache,
         .cache_flags = object->flags,
         .new_slab = object->first_of_slab || object->cache.empty() ? std::optional(object->slab)
                                                                    : std::nullopt},
        sink);
  }

  void run(const Kfree& what, Answer& out, EventSink& sink) {
    const VirtAddr at = resolve(what.at);
    if (raw(at) <= 16) {  // kernel: ZERO_OR_NULL_PTR()
      out.text = "nothing, of NULL";
      return;
    }
    const auto phys = mapped_to(at);
    const auto object = phys ? k_.slabs.taken(*phys) : std::nullopt;
    if (!object) {
      sink.tell({.severity = Severity::warning,
                 .step = "kfree",
                 .text = fmt::format("kfree() of {:#x}, which is no object in use: freed twice, or "
                                     "never allocated",
                                     raw(at))});
      return refuses(out, "nothing is freed");
    }
    k_.slabs.give_back(*phys);
    out.text = fmt::format("{:#x} is free", raw(at));
    if (observer_ == nullptr) return;
    observer_->freed({.by = "kfree",
                      .virt = at,
                      .phys = *phys,
                      .size = object->size,
                      .cache = object->cache,
                      .cache_flags = object->flags},
                     sink);
  }

  void run(const Map& what, Answer& out, EventSink&) {
    const paging::Mapping run{
        .virt = what.virt,
        .phys = what.phys,
        .page_size = what.page_size,
        .pages = what.size / what.page_size,
        .flags = what.flags | ioremap::flags_of(what.cache, k_.surroundings.pat)};
    if (!k_.map(run)) return refuses(out, "no page is left for a table");
    gives(out, what.virt, fmt::format("{:#x} is mapped", raw(what.virt)));
  }

  void run(const VmArea& what, Answer& out, EventSink&) {
    // As listed, its guard page is part of it.
    const ioremap::VmapArea area{.virt = what.virt, .size = what.size - ioremap::kGuard};
    if (!k_.areas.put(area)) return refuses(out, "another area is there already");
    gives(out, what.virt, fmt::format("{:#x} is taken", raw(what.virt)));
  }

  void run(const Access& what, Answer& out, EventSink& sink) {
    const VirtAddr start = resolve(what.at);
    std::uint64_t done = 0;
    while (done < what.size) {
      const VirtAddr at{raw(start) + done};
      Served part{.virt = at, .phys = PhysAddr{raw(at)}, .size = what.size - done};
      std::optional<paging::Mapping> mapping;
      if (!what.phys) {
        Walk walk = k_.walk(at, what.user);
        if (fault_of(walk, what.touch, what.user))
          return fault(what, at, std::move(walk), out, sink);
        mapping = walk.mapping;
        part.phys = PhysAddr{raw(mapping->phys) + (raw(at) - raw(mapping->virt))};
        part.size = std::min(part.size, mapping->bytes() - (raw(at) - raw(mapping->virt)));
        part.walk = std::move(walk);
      }
      part.there = k_.places.at(part.phys);
      part.size = std::min(part.size, raw(part.there.end) - raw(part.phys));
      if (part.size == 0) part.size = 1;  // the last byte of all
      if (mapping) judge_cache(k_, *mapping, part);
      if (observer_ != nullptr) tell_of(what, part, mapping, done, sink);
      done += part.size;
      if (out.served.size() < kMostServed) out.served.push_back(std::move(part));
    }
    const std::string_view verb = what.touch == Touch::read    ? "read"
                                  : what.touch == Touch::write ? "written"
                                                               : "executed";
    out.text = fmt::format("{} {} {}", what.size, what.size == 1 ? "byte" : "bytes", verb);
  }

  // The source is read and the destination written to; whoever looks on is told once.
  void run(const Copy& what, Answer& out, EventSink& sink) {
    Observer* const observer = std::exchange(observer_, nullptr);
    run(Access{.touch = Touch::read, .at = what.from, .size = what.size}, out, sink);
    if (out.outcome == Answer::Outcome::done) {
      run(Access{.touch = Touch::write, .at = what.at, .size = what.size}, out, sink);
    }
    observer_ = observer;
    if (out.outcome != Answer::Outcome::done) return;
    out.text = fmt::format("{} {} copied", what.size, what.size == 1 ? "byte" : "bytes");
    if (observer_ == nullptr) return;
    observer_->copied(
        {.from = resolve(what.from), .to = resolve(what.at), .size = what.size, .unit = what.unit},
        sink);
  }

  void run(const Contents& what, Answer& out, EventSink& sink) {
    out.text = fmt::format("{} {} there", what.bytes.size(),
                           what.bytes.size() == 1 ? "byte is" : "bytes are");
    if (observer_ == nullptr) return;
    observer_->told({.virt = resolve(what.at), .size = what.bytes.size(), .bytes = what.bytes},
                    sink);
  }

  void run(const Annotate& what, Answer& out, EventSink& sink) {
    out.text = "counts as initialised where somebody checks";
    if (observer_ != nullptr) {
      observer_->told({.virt = resolve(what.at), .size = what.size}, sink);
    }
  }

  void run(const Sysctl& what, Answer& out, EventSink& sink) {
    out.text = fmt::format("{} = {}", what.name, what.value);
    if (observer_ != nullptr) observer_->set(what, sink);
  }

  void run(const Interrupts& what, Answer& out, EventSink& sink) {
    out.text = what.on ? "interrupts are on" : "interrupts are off";
    if (observer_ != nullptr) observer_->interrupts(what.on, sink);
  }

  void tell_of(const Access& what, const Served& part,
               const std::optional<paging::Mapping>& mapping, std::uint64_t done, EventSink& sink) {
    std::span<const std::uint8_t> bytes(what.bytes);
    if (!bytes.empty()) bytes = bytes.subspan(done, part.size);
    observer_->accessed({.touch = what.touch,
                         .virt = what.phys ? VirtAddr{} : part.virt,
                         .phys = part.phys,
                         .size = part.size,
                         .bytes = bytes,
                         .mapping = mapping ? &*mapping : nullptr,
                         .mmio = !part.there.ram,
                         .user = what.user},
                        sink);
  }

  void fault(const Access& what, VirtAddr at, Walk walk, Answer& out, EventSink& sink) const {
    out.outcome = Answer::Outcome::fault;
    for (Event& event : fault_events(at, walk, what.touch, what.user)) sink.tell(std::move(event));
    out.text = fmt::format("a fault at {:#x}: {}", raw(at), fault_reason(k_, at, walk, what));
    out.fault = std::move(walk);
  }

  Kernel& k_;
  Observer* observer_;
  Names names_{};
};

}  // namespace

Result<Answers> run(const Script& script, const boot::Outcome& outcome, const boot::Inputs& inputs,
                    Observer* observer) {
  Errors errors = check(script, inputs, outcome.state.page_tables);
  if (!errors.empty()) return errors;
  Kernel kernel(outcome, inputs);
  Runner runner(kernel, observer);
  Answers out;
  out.notes = kernel.notes();
  for (const Step& step : script.steps) {
    if (observer != nullptr) observer->begin(out.steps.size() + 1);
    out.steps.push_back(runner.answer(step));
  }
  out.memtypes = kernel.memtypes.entries();
  out.pat_enabled = kernel.surroundings.pat != ioremap::Pat::off;
  out.list_has_ranges = inputs.behaviour.pat_list_has_ranges;
  return out;
}

}  // namespace memmap::access
