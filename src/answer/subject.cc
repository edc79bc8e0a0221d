#include "answer/subject.h"

#include <string>
#include <utility>

#include "session/session.h"

namespace memmap::answer {

boot::Subject subject_of(const boot::Outcome& outcome) {
  boot::Subject out = outcome.subject;
  if (!outcome.log) return out;
  if (std::string note = session::log_note(*outcome.log); !note.empty())
    out.notes.push_back(std::move(note));
  return out;
}

}  // namespace memmap::answer
