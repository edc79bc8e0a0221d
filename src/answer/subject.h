// The head of an answer about a boot.
#pragma once

#include "boot/outcome.h"

namespace memmap::answer {

// What was booted. Where the machine's log says otherwise it has that note too, whether the session was to
// compare the log or to note it (session::LogUse).
boot::Subject subject_of(const boot::Outcome& outcome);

}  // namespace memmap::answer
