#include "request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "base/number.h"
#include "machine/visit.h"
#include "plugin/isolate/isolate.h"
#include "plugin/load/watch.h"

namespace memmap::cli {
namespace {

constexpr std::uint64_t kMostSeconds = 24 * 60 * 60;

// Moments of a boot, for --at.
constexpr std::string_view kHandOver = "hand-over";
constexpr std::string_view kUserSpace = "user-space";

Result<std::vector<plugin::PluginSpec>> named_plugins(const Arguments& arguments) {
  std::vector<plugin::PluginSpec> out;
  Errors errors;
  for (const std::string& text : arguments.all("--plugin")) {
    if (const auto spec = plugin::parse_spec(text)) {
      out.push_back(*spec);
    } else {
      append(errors, spec.errors());
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

// Reads one NAME=ADDRESS of --kaslr-base: names and bounds are those of a scenario's `kaslr`.
class BaseOption {
 public:
  BaseOption(std::string_view name, std::uint64_t address) : name_(name), address_(address) {}

  void number(std::string_view key, std::optional<VirtAddr>& base) {
    known_.push_back(std::string(key));
    if (key != name_) return;
    base = VirtAddr{address_};
    taken_ = true;
  }
  void check(bool good, std::string_view key, std::string_view message) {
    if (!good && key == name_) fault_ = fmt::format("{:#x} {}", address_, message);
  }
  bool taken() const { return taken_; }
  const std::string& fault() const { return fault_; }
  const std::vector<std::string>& known() const { return known_; }

 private:
  std::string_view name_;
  std::uint64_t address_;
  bool taken_ = false;
  std::string fault_{};
  std::vector<std::string> known_{};
};

// All --kaslr-base options; of each name the last.
Status read_bases(const Arguments& arguments, session::Request& request) {
  constexpr std::string_view kPhysical = "kernel_phys_base";
  Errors errors;
  for (const std::string& text : arguments.all("--kaslr-base")) {
    const auto refuse = [&](std::string_view why) {
      errors.push_back({fmt::format("--kaslr-base {}: {}", text, why), {"memmap"}});
    };
    const std::size_t equals = text.find('=');
    const auto address = parse_u64(equals == text.npos ? "" : text.substr(equals + 1));
    if (!address) {
      refuse(equals == text.npos ? "expected NAME=ADDRESS"
                                 : std::string_view(address.errors().front().message));
      continue;
    }
    const std::string_view name = std::string_view(text).substr(0, equals);
    if (name == kPhysical) {
      if (*address >= Machine::kKernelEnd) refuse("a kernel image lies below 64T");
      request.kernel_phys_base = PhysAddr{*address};
      continue;
    }
    BaseOption option(name, *address);
    visit_members(option, request.kaslr);
    if (!option.taken()) {
      refuse(fmt::format("the bases are {} and {}", kPhysical, fmt::join(option.known(), ", ")));
    } else if (!option.fault().empty()) {
      refuse(option.fault());
    }
  }
  if (!errors.empty()) return errors;
  return Done{};
}

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

Result<input::ReadOptions> read_options(const Arguments& arguments) {
  input::ReadOptions options;
  options.format = arguments.get("--input-format");
  options.columns = arguments.get("--columns");
  if (const auto text = arguments.get("--boot")) {
    const auto number = parse_count(*text);
    if (!number) return Error{number.errors().front().message, {"--boot"}};
    constexpr unsigned kMost = std::numeric_limits<unsigned>::max();
    if (*number == 0 || *number > kMost) {
      return Error{fmt::format("boots are counted from 1 to {}", kMost), {"--boot"}};
    }
    options.boot = static_cast<unsigned>(*number);
  }
  if (const auto side = arguments.get("--side")) {
    if (*side != "old" && *side != "new") {
      return Error{fmt::format("`{}` is no side of a diff; there are old and new", *side),
                   {"--side"}};
    }
    options.side = *side == "old" ? input::Side::older : input::Side::newer;
  }
  return options;
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

Result<std::optional<session::Source>> source_of(const Arguments& arguments) {
  const auto options = read_options(arguments);
  if (!options) return options.errors();
  std::vector<session::Source> sources;
  std::vector<std::string> given;
  const auto add = [&](session::SourceKind kind, std::string text, std::string_view name) {
    sources.push_back(
        {kind, std::move(text), options->format, options->boot, options->columns, options->side});
    given.emplace_back(name);
  };
  for (const session::KindOfSource& kind : session::kinds_of_source()) {
    if (const auto text = arguments.get(kind.option)) add(kind.kind, *text, kind.option);
  }
  if (const auto source = arguments.get("SOURCE"); source && !source->empty()) {
    add(session::SourceKind::named, *source, *source);
  }
  if (sources.empty()) return std::optional<session::Source>();
  if (sources.size() > 1) {
    return Error{fmt::format("{} and {} each name a machine; give one", given[0], given[1]),
                 {"memmap"}};
  }
  return std::optional(std::move(sources.front()));
}

Result<Asked> asked(const Arguments& arguments) {
  auto places = places_of(arguments);
  if (!places) return places.errors();
  auto plugins = named_plugins(arguments);
  if (!plugins) return plugins.errors();
  auto source = source_of(arguments);
  if (!source) return source.errors();
  const std::string at = arguments.get("--at").value_or(std::string(kHandOver));
  if (at != kHandOver && at != kUserSpace) {
    return Error{fmt::format("--at is {} or {}, not `{}`", kHandOver, kUserSpace, at), {"memmap"}};
  }
  const auto without = arguments.all("--without-plugin");
  session::Request request{
      .source = *std::move(source),
      .kernel = arguments.get("--kernel"),
      .config = arguments.get("--config"),
      .command_line = arguments.get("--cmdline"),
      .append = arguments.get("--append").value_or(""),
      .plugins = *std::move(plugins),
      .without_plugins = {without.begin(), without.end()},
      .entry_limit = !arguments.has("--no-entry-limit"),
      .goes_on = at == kUserSpace,
      .record_memblock = arguments.get("--format") == "memblock-debug" ||
                         arguments.get("--format") == "html" ||
                         arguments.get("--diagram") == "pipeline",
      .follow_pages = arguments.get("--format") == "json",
  };
  if (const Status read = read_bases(arguments, request); !read) return read.errors();
  return Asked{std::move(request), *std::move(places)};
}

Result<Asked> asked_of_machine(const Arguments& arguments) {
  auto out = asked(arguments);
  if (!out || out->request.source) return out;
  std::vector<std::string_view> options;
  for (const session::KindOfSource& kind : session::kinds_of_source()) {
    options.push_back(kind.option);
  }
  return Error{fmt::format("a machine is missing: give one of {}", fmt::join(options, ", ")),
               {"memmap"}};
}

Result<session::Session> open_session(const Arguments& arguments) {
  auto wanted = asked_of_machine(arguments);
  if (!wanted) return wanted.errors();
  return session::Session::open(std::move(wanted->request), wanted->places);
}

Errors idle_plugins(const session::Session& session, std::string_view command) {
  const session::NamedPlugins& named = session.named();
  std::vector<std::string> idle = named.only_reports;
  idle.insert(idle.end(), named.only_checks.begin(), named.only_checks.end());
  Errors out;
  for (const std::string& name : idle) {
    out.push_back(session::no_effect(fmt::format("--plugin {}", name), command,
                                     "it neither shows checks nor writes with plugins"));
  }
  return out;
}

Result<plugin::PluginHost> plugin_host(const Arguments& arguments) {
  auto places = places_of(arguments);
  if (!places) return places.errors();
  return places->host();
}

}  // namespace memmap::cli
