#include "account/frames.h"

#include <algorithm>

#include "answer/picture.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "report/map/frames.h"
#include "request.h"

namespace memmap::cli {
namespace {

// What this command writes: a folder with anything else in it is not replaced.
bool is_ours(std::string_view name) {
  if (name == "index.html" || name == "animation.svg") return true;
  const std::size_t dash = name.find('-');
  return dash != name.npos && dash >= 3 && name.ends_with(".svg") &&
         std::ranges::all_of(name.substr(0, dash), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

ExitCode run_frames(const Arguments& arguments) {
  const auto map = answer::map_options(arguments);
  if (!map) return bad_input(map.errors());
  if (!arguments.has("--output"))
    return bad_input({{"frames writes a folder: name one with -o", {"memmap"}}});
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  const Errors idle = session::idle_plugins(session->named(), "frames");
  if (!idle.empty()) return bad_input(idle);
  auto rules = session->rules_without_checks();
  if (!rules) return bad_input(rules.errors());
  account::Recorder recorder;
  auto options = session->options(*rules);
  options.observer = &recorder;
  const auto outcome = session->boot(*rules, options);
  if (!outcome) return bad_input(outcome.errors());
  const auto files = report::frames_of(*outcome, recorder.frames(),
                                       {.map = *map,
                                        .from = arguments.get("--from").value_or(""),
                                        .to = arguments.get("--to").value_or(""),
                                        .all = arguments.has("--all")});
  if (!files) return bad_input(files.errors());
  const Status written = write_folder(destination_of(arguments), *files, is_ours);
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace memmap::cli
