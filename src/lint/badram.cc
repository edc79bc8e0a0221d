// Rules on GRUB's list of bad memory: `GRUB_BADRAM=` of /etc/default/grub, `badram` of grub.cfg.
#include "machine/badram.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "lint/check.h"

namespace memmap::lint {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kMostPieces = std::size_t{1} << 16;
// GRUB's table for the kernel, as the zero page's. grub: GRUB_E820_MAX_ENTRY, include/grub/i386/linux.h
constexpr std::size_t kMostEntries = 128;
constexpr std::string_view kRead = "GRUB reads pairs of hexadecimal numbers, address and mask";

// What of `ram` a pair names: its pages, and how many pieces they are; no more than kMostPieces are
// counted.
struct Covered {
  std::uint64_t bytes = 0;
  std::size_t pieces = 0;
};
Covered covered(const BadramPair& pair, const std::vector<PhysRange>& ram) {
  Covered out;
  for (const PhysRange piece : badram_pieces(pair, ram, kMostPieces)) {
    ++out.pieces;
    out.bytes += piece.size();
  }
  return out;
}

}  // namespace

// grub: grub_cmd_badram(), grub-core/mmap/mmap.c
void badram_malformed(Check& check) {
  const std::string_view list = check.line();
  if (const std::size_t blank = list.find_first_of(" \t"); blank != list.npos) {
    return check.find(list.substr(blank), {"a blank stands in the list of bad memory",
                                           "GRUB's badram takes one word: it fails, and leaves all "
                                           "memory to the kernel",
                                           "write ADDRESS,MASK,ADDRESS,MASK,... without blanks"});
  }
  const auto words = badram_words(list);
  for (const std::string_view word : words) {
    if (parse_hex(word)) continue;
    return check.find(word.empty() ? list : word,
                      {fmt::format("`{}` is no hexadecimal number", word),
                       fmt::format("{}: it stops there", kRead),
                       "write ADDRESS,MASK,ADDRESS,MASK,..., as 0x12345000,0xfffff000"});
  }
  if (words.size() % 2 == 0) return;
  check.find(words.back(), {"the last address has no mask",
                            fmt::format("{}: what is left over is not looked at", kRead),
                            "give it a mask: 0xfffff000 names one page"});
}

void badram_mask(Check& check) {
  for (const BadramPair& p : badram_pairs(check.line())) {
    // A mask of 32 bits leaves those above free: every 4 GiB once more.
    const bool short_mask = p.mask >> 32 == 0 && p.mask != 0;
    const bool above =
        std::ranges::any_of(check.ram(), [](PhysRange r) { return raw(r.end()) > 4 * kGiB; });
    const std::uint64_t unseen = p.address & ~p.mask & ~(kPage - 1);
    if (short_mask && above && p.address >> 32 == 0) {
      check.find(p.text,
                 {"the mask has 32 bits, and the machine RAM above 4 GiB: the same page of "
                  "each 4 GiB is named as well",
                  "an address matches if it has the bits that the mask names; those that it "
                  "does not name may be any",
                  fmt::format("write the mask with 64 bits: {:#x}", p.mask | 0xffffffff00000000)});
    } else if (unseen != 0) {
      check.find(p.text,
                 {fmt::format("the address has bits that its mask does not name: {:#x}", unseen),
                  "those bits may be any: more pages are named than the one",
                  "a mask of 0xfffffffffffff000 names the one page of its address"});
    }
  }
}

void badram_covers(Check& check) {
  constexpr std::uint64_t kMuch = 64 * kMiB;
  std::size_t pieces = 0;
  for (const BadramPair& p : badram_pairs(check.line())) {
    const Covered of = covered(p, check.ram());
    pieces += of.pieces;
    if (check.is_found(p.text)) continue;
    if (of.bytes == 0) {
      check.find(p.text, {"no page of the machine's RAM has such an address",
                          "an address matches if it has the bits that the mask names",
                          "check it against the memory test's list"});
    } else if (of.bytes >= kMuch) {
      check.find(p.text, {fmt::format("it takes {} of RAM away, in {} pieces", size_text(of.bytes),
                                      of.pieces),
                          "each bit that the mask leaves out doubles it",
                          "check the mask: 0xfffffffffffff000 names one page"});
    }
  }
  if (pieces + check.firmware().size() <= kMostEntries) return;
  check.find(
      check.line(),
      {fmt::format("the list makes {} holes in RAM; GRUB's table for the kernel has {} entries",
                   pieces, kMostEntries),
       "GRUB then says `Too many e820 memory map entries`, and does not start the kernel",
       "join pages to larger ranges, by masks with fewer bits"});
}

void badram_idle(Check& check) {
  if (check.machine()->firmware != Firmware::efi) return;
  check.find(check.line(),
             {"GRUB's list of bad memory has no effect on this machine: it boots by EFI",
              "the kernel's EFI stub takes the map from firmware, not from GRUB",
              "name the ranges to the kernel: memmap=SIZE$START"});
}

}  // namespace memmap::lint
