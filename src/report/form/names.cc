#include "report/form/names.h"

#include <fmt/format.h>

#include "memblock/region.h"
#include "paging/mapping.h"

namespace memmap::report {

std::string not_verified_note(std::string_view kernel) {
  return fmt::format("kernel {}: {}", kernel, kNotVerified);
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::debug:
      return "debug";
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::panic:
      return "panic";
  }
  return "info";
}

std::string region_flags(std::uint32_t flags) {
  struct Name {
    std::uint32_t bit;
    std::string_view text;
  };
  constexpr Name kNames[] = {
      {memblock::kHotplug, "hotplug"},   {memblock::kMirror, "mirror"},
      {memblock::kNomap, "nomap"},       {memblock::kDriverManaged, "driver-managed"},
      {memblock::kRsrvNoinit, "noinit"}, {memblock::kRsrvKern, "kern"}};
  std::string out;
  for (const Name& name : kNames) {
    if ((flags & name.bit) == 0) continue;
    out += out.empty() ? "" : "|";
    out += name.text;
    flags &= ~name.bit;
  }
  if (flags != 0) out += fmt::format("{}{:#x}", out.empty() ? "" : "|", flags);
  return out;
}

std::string mapping_flags(std::uint32_t flags) {
  struct Letter {
    std::uint32_t bit;
    char letter;
  };
  constexpr Letter kLetters[] = {{paging::kCacheDisable, 'C'}, {paging::kGlobal, 'G'},
                                 {paging::kPat, 'P'},          {paging::kWriteThrough, 'T'},
                                 {paging::kUser, 'U'},         {paging::kWritable, 'W'},
                                 {paging::kNoExecute, 'X'}};
  std::string out;
  for (const Letter& l : kLetters) {
    if ((flags & l.bit) != 0) out += l.letter;
  }
  return out;
}

std::string mapping_words(std::uint32_t flags) {
  std::string out = (flags & paging::kWritable) != 0 ? "RW" : "ro";
  if ((flags & paging::kUser) != 0) out += " USR";
  if ((flags & paging::kWriteThrough) != 0) out += " PWT";
  if ((flags & paging::kCacheDisable) != 0) out += " PCD";
  if ((flags & paging::kPat) != 0) out += " PAT";
  if ((flags & paging::kGlobal) != 0) out += " GLB";
  return out + ((flags & paging::kNoExecute) != 0 ? " NX" : " x");
}

std::string_view table_name(unsigned level, unsigned levels) {
  constexpr std::string_view kNames[] = {"", "PTE", "PMD", "PUD", "P4D"};
  return level == levels ? "PGD" : kNames[level];
}

std::string_view entry_name(paging::EntryKind kind) {
  switch (kind) {
    case paging::EntryKind::absent:
      return "absent";
    case paging::EntryKind::table:
      return "table";
    case paging::EntryKind::page:
      return "page";
  }
  return "";
}

std::string_view origin_name(paging::TableOrigin origin) {
  switch (origin) {
    case paging::TableOrigin::image:
      return "image";
    case paging::TableOrigin::brk:
      return "brk";
    case paging::TableOrigin::memblock:
      return "memblock";
    case paging::TableOrigin::page_allocator:
      return "page allocator";
  }
  return "";
}

}  // namespace memmap::report
