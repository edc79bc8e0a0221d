// What `memmap suggest` tells: a parameter, its proof, what was left out, and how each boot loader wants
// it written; for people and for programs.
#pragma once

#include <string>

#include "boot/outcome.h"
#include "report/form/json_writer.h"
#include "report/form/page.h"
#include "report/form/style.h"
#include "suggest/badram.h"
#include "suggest/loader_lines.h"
#include "suggest/suggestion.h"

namespace memmap::report {

inline constexpr const char* kSuggestSchema = "memmap/suggest/1";

struct SuggestAnswer {
  const boot::Subject& subject;
  const suggest::Suggestion& suggestion;
  const suggest::CheckedLine* checked =
      nullptr;  // of bad memory: what somebody's line does about it
};

// The first line is the answer; of a checked line, what it does.
std::string suggest_to_text(const SuggestAnswer& answer, const TextStyle& style);
// share/schema/suggest.json
std::string suggest_to_json(const SuggestAnswer& answer);

}  // namespace memmap::report
