#include "report/text/ptdump.h"

#include <fmt/format.h>

#include <vector>

#include "fixmap/fixmap.h"
#include "fixmap/slots.h"
#include "paging/geometry.h"

namespace memmap::report {
namespace {

struct Marker {
  std::uint64_t start;
  std::string_view name;
  unsigned max_lines = 0;       // 0: all
  std::string_view left_out{};  // what is mapped there and not shown
};

VirtAddr ldt_remap(unsigned levels) {
  return levels == 5 ? paging::kLdtRemap5 : paging::kLdtRemap4;
}

// kernel: address_markers, pt_dump_init(), v6.12
std::vector<Marker> markers_of(const paging::AddressSpace& tables, const kernel::Profile& p) {
  const paging::Bases& bases = tables.bases();
  std::vector<Marker> out{{0, "User Space"}, {1ull << 63, "Kernel Space"}};
  if (p.has(config::MODIFY_LDT_SYSCALL))
    out.push_back({raw(ldt_remap(tables.levels())), "LDT remap"});
  out.push_back({raw(bases.page_offset), "Low Kernel Mapping"});
  out.push_back({raw(bases.vmalloc), "vmalloc() Area"});
  out.push_back({raw(bases.vmemmap), "Vmemmap"});
  out.push_back({raw(paging::kCpuEntryAreas), "CPU entry Area"});
  if (p.has(config::X86_ESPFIX64)) {
    const bool mapped = tables.table(3, paging::kEspfix).has_value();
    out.push_back({raw(paging::kEspfix), "ESPfix Area", 16,
                   mapped ? "stacks at random addresses, not simulated" : ""});
  }
  if (p.has(config::EFI)) out.push_back({raw(paging::kEfiEnd), "EFI Runtime Services"});
  out.push_back({raw(paging::kStartKernelMap), "High Kernel Mapping"});
  out.push_back({raw(bases.modules), "Modules"});
  out.push_back({raw(paging::kModulesEnd), "End Modules"});
  const fixmap::Slots slots(p);
  out.push_back({raw(fixmap::fix_to_virt(slots.permanent_end())), "Fixmap Area"});  // FIXADDR_START
  out.push_back({~std::uint64_t{0}, ""});
  return out;
}

// What lines are made of: entries one after the other, holes of whatever size.
class Dump {
 public:
  Dump(const paging::AddressSpace& tables, std::vector<Marker> markers)
      : tables_(tables), markers_(std::move(markers)) {}

  std::string text() && {
    const unsigned root = tables_.levels();
    // The hole of non-canonical addresses, and that behind it which hypervisors may use, are left
    // out: GUARD_HOLE_END_ADDR.
    const std::uint64_t half = paging::table_size(root) / 2;
    const std::uint64_t guard_end = raw(ldt_remap(root));
    table(root, 0, half);
    table(root, guard_end, 0 - guard_end);
    note(0, 0, kNothing, true);
    return std::move(out_);
  }

 private:
  static constexpr std::uint32_t kNothing = ~std::uint32_t{0};  // no entry, or the end

  // Entries of the table of `level` that translate [start, start + size).
  void table(unsigned level, std::uint64_t start, std::uint64_t size) {
    const std::uint64_t step = paging::entry_size(level);
    for (std::uint64_t done = 0; done < size;) {
      const VirtAddr at{start + done};
      const paging::Mapping* run = tables_.find(at);
      if (run != nullptr && run->page_size == step) {
        note(raw(at), level, run->flags);
        done += std::min(size - done, run->bytes() - (raw(at) - raw(run->virt)));
        continue;
      }
      if (level > 1 && tables_.table(level - 1, at)) {
        table(level - 1, raw(at), step);
      } else {
        note(raw(at), level, kNothing);
      }
      done += step;
    }
  }

  // kernel: note_page()
  void note(std::uint64_t at, unsigned level, std::uint32_t flags, bool last = false) {
    if (!begun_) {
      out_ += fmt::format("---[ {} ]---\n", markers_[marker_].name);
      begun_ = true;
    } else if (last || flags != flags_ || level != level_ || at >= markers_[marker_ + 1].start) {
      const unsigned most = markers_[marker_].max_lines;
      if (most == 0 || lines_ < most) write_line(at);
      ++lines_;
      if (!last && at >= markers_[marker_ + 1].start) next_marker(most);
    } else {
      return;
    }
    start_ = at;
    flags_ = flags;
    level_ = level;
  }

  void next_marker(unsigned most) {
    if (most != 0 && lines_ > most) {
      out_ += fmt::format("... {} entr{} skipped ... \n", lines_ - most,
                          lines_ - most == 1 ? "y" : "ies");
    }
    if (const std::string_view left_out = markers_[marker_].left_out; !left_out.empty()) {
      out_ += fmt::format("... {} ... \n", left_out);
    }
    ++marker_;
    lines_ = 0;
    out_ += fmt::format("---[ {} ]---\n", markers_[marker_].name);
  }

  void write_line(std::uint64_t end) {
    constexpr std::string_view kUnits = "BKMGTPE";
    std::uint64_t delta = end - start_;
    std::size_t unit = 0;
    for (; delta % 1024 == 0 && unit + 1 < kUnits.size(); ++unit) delta /= 1024;
    out_ += fmt::format("0x{:016x}-0x{:016x}   {:9}{} {}{}\n", start_, end, delta, kUnits[unit],
                        rights(), level_name());
  }

  // kernel: printk_prot()
  std::string rights() const {
    if (flags_ == kNothing) return std::string(30, ' ');
    const auto word = [&](std::uint32_t flag, std::string_view set, std::string_view clear) {
      return (flags_ & flag) != 0 ? set : clear;
    };
    return fmt::format(
        "{}{}{}{}{}    {}{}", word(paging::kUser, "USR ", "    "),
        word(paging::kWritable, "RW ", "ro "), word(paging::kWriteThrough, "PWT ", "    "),
        word(paging::kCacheDisable, "PCD ", "    "), level_ > 1 ? "PSE " : "    ",
        word(paging::kGlobal, "GLB ", "    "), word(paging::kNoExecute, "NX ", "x  "));
  }
  std::string_view level_name() const {
    constexpr std::string_view kNames[] = {"", "pte", "pmd", "pud", "p4d"};
    return level_ == tables_.levels() ? "pgd" : kNames[level_];
  }

  const paging::AddressSpace& tables_;
  const std::vector<Marker> markers_;
  std::string out_{};
  bool begun_ = false;
  std::size_t marker_ = 0;
  unsigned lines_ = 0;  // below the marker
  // What the next line is of.
  std::uint64_t start_ = 0;
  unsigned level_ = 0;
  std::uint32_t flags_ = kNothing;
};

}  // namespace

std::string to_ptdump(const paging::AddressSpace& tables, const kernel::Profile& profile) {
  return Dump(tables, markers_of(tables, profile)).text();
}

}  // namespace memmap::report
