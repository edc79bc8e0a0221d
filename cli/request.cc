#include "request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/number.h"
#include "messages.h"
#include "plugin/isolate/isolate.h"
#include "plugin/load/watch.h"

namespace memmap::cli {
namespace {

constexpr std::uint64_t kMostSeconds = 24 * 60 * 60;

Result<session::Places> places_of(const Arguments& arguments) {
  const char* path = std::getenv("MEMMAP_PLUGIN_PATH");
  auto places = session::find_places(arguments.all("--plugin-dir"), path == nullptr ? "" : path);
  const bool unprotected = arguments.has("--isolate-unprotected");
  if (places && (unprotected || arguments.has("--isolate-plugins"))) {
    plugin::isolate::Wishes wishes{.unprotected = unprotected};
    wishes.limits.seconds = plugin_seconds(arguments).value_or(wishes.limits.seconds);
    places->opener = plugin::isolate::isolating_opener(std::move(wishes));
  }
  return places;
}

}  // namespace

std::optional<unsigned> plugin_seconds(const Arguments& arguments) {
  const auto text = arguments.get("--plugin-timeout");
  if (!text) return plugin::kPluginSeconds;
  const auto number = parse_count(*text);
  if (!number || *number > kMostSeconds) return std::nullopt;
  return static_cast<unsigned>(*number);
}

Status refuse_others(const Arguments& arguments, std::initializer_list<std::string_view> followed,
                     std::string_view source, std::string_view what) {
  Errors errors;
  for (const std::string_view name : arguments.names()) {
    if (std::ranges::find(followed, name) != followed.end()) continue;
    errors.push_back(session::no_effect(name, source, what));
  }
  if (!errors.empty()) return errors;
  return Done{};
}

Result<Asked> asked(const Arguments& arguments) {
  auto places = places_of(arguments);
  if (!places) return places.errors();
  auto request = session::request_of(arguments);
  if (!request) return request.errors();
  return Asked{*std::move(request), *std::move(places)};
}

Result<Asked> asked_of_machine(const Arguments& arguments) {
  auto out = asked(arguments);
  if (!out) return out;
  if (const Status named = session::names_machine(out->request); !named) return named.errors();
  return out;
}

void note_log(const boot::Outcome& outcome) {
  for (const std::string& text : outcome.subject.notes)
    if (text.starts_with(session::kOfLog)) note(text);
}

Result<session::Session> open_session(const Arguments& arguments) {
  auto wanted = asked_of_machine(arguments);
  if (!wanted) return wanted.errors();
  wanted->request.log = session::LogUse::noted;
  return session::Session::open(std::move(wanted->request), wanted->places);
}

Result<plugin::PluginHost> plugin_host(const Arguments& arguments) {
  auto places = places_of(arguments);
  if (!places) return places.errors();
  return places->host();
}

}  // namespace memmap::cli
