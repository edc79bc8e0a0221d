#include "report/form/notes.h"

#include <string_view>

namespace memmap::report {

SortedNotes sorted_notes(const std::vector<std::string>& notes) {
  constexpr std::string_view kDefault = "default: ";
  SortedNotes out;
  for (const std::string& note : notes) {
    if (!note.starts_with(kDefault)) {
      out.others.push_back(note);
    } else {
      out.assumed += (out.assumed.empty() ? "" : "; ") + note.substr(kDefault.size());
    }
  }
  return out;
}

}  // namespace memmap::report
