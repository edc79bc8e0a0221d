#include "answer/kaslr.h"

#include "report/answers/kaslr.h"
#include "session/image_places.h"

namespace memmap::answer {

Result<std::string> kaslr(session::Session& session, Places listed, std::string_view format,
                          const report::TextStyle& style) {
  const kaslr::PossiblePlaces places = session::image_places(session);
  const auto boots = session::boot_by_place(session, places);
  if (!boots) return boots.errors();
  const report::KaslrAnswer answer{boots->subject, places, boots->answers, listed == Places::each};
  return format == "json" ? report::kaslr_to_json(answer) : report::kaslr_to_text(answer, style);
}

}  // namespace memmap::answer
