// What `memmap access` has to tell of a script, as text, as JSON, and as the kernel lists memory types.
#pragma once

#include <string>

#include "access/answer.h"
#include "boot/outcome.h"
#include "report/form/style.h"

namespace memmap::report {

inline constexpr const char* kAccessSchema = "memmap/access/1";

// Of the boot come its subject and what checks found, then and over the script; `script` is how its
// source was named.
std::string access_to_text(const boot::Outcome& outcome, const std::string& script,
                           const access::Answers& answers, const TextStyle& style);
// share/schema/access.json
std::string access_to_json(const boot::Outcome& outcome, const std::string& script,
                           const access::Answers& answers);
// As /sys/kernel/debug/x86/pat_memtype_list reads: the ends are exclusive.
// Without PAT there is no such file, and no text.
// kernel: memtype_seq_show(), arch/x86/mm/pat/memtype.c, v6.12
std::string to_memtype_list(const access::Answers& answers);

}  // namespace memmap::report
