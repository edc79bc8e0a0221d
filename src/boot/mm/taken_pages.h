// What the kernel takes of the page allocator behind the hand-over, until mm_core_init() is done
// (mm_init() before 6.4): steps ask here for it, where Options::follow_pages wants to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "boot/boot.h"

namespace memmap::boot {

// The page allocator as the hand-over leaves it, or why nobody can tell what this kernel takes.
void follow_pages(Boot& boot);
// Pages are followed, and nothing has gone beyond what is known so far.
bool follows_pages(Boot& boot);

struct WantedPages {
  unsigned order = 0;
  unsigned least_order = 0;  // that will do where there is no such block
  std::optional<int>
      nid{};  // where it is to be; the boot processor's node, as alloc_pages() has it
};
// A block of unmovable pages for the step at work; `what`: what they are for. Does nothing where
// pages are not followed.
void take_pages(Boot& boot, const WantedPages& wanted, std::string_view what);
// As many single pages.
void take_single_pages(Boot& boot, std::uint64_t count, std::string_view what);

// Puts into the state what came of it.
void end_following_pages(Boot& boot);

}  // namespace memmap::boot
