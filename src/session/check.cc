#include "session/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/limits.h"
#include "session/files.h"
#include "session/image_places.h"
#include "session/nearest.h"

namespace memmap::session {
namespace {

namespace fs = std::filesystem;

Result<std::vector<input::Named>> machines_of(const policy::Policy& policy) {
  std::vector<input::Named> out;
  Errors errors;
  for (const input::Named& pattern : policy.machines) {
    const std::string path = path_beside(policy.file, pattern.text);
    const auto files = is_pattern(path) ? files_like(path) : std::vector{path};
    if (files.empty())
      errors.push_back(told_at(pattern.place, fmt::format("no machine fits `{}`", path)));
    for (const std::string& file : files) out.push_back({file, pattern.place});
  }
  if (!errors.empty()) return errors;
  return out;
}

// A kernel is a name, or a file that the policy names by its path.
input::Named kernel_of(const policy::Policy& policy, const input::Named& kernel) {
  const bool is_file = is_kernel_file(kernel.text);
  return {is_file ? path_beside(policy.file, kernel.text) : kernel.text, kernel.place};
}

// What is wrong with a file or a kernel as such is told where the policy names it.
Errors told_of_policy(Errors errors, const CheckCase& what) {
  for (Error& error : errors) {
    if (error.origin.line != 0 || error.origin.offset) continue;
    const auto word = std::ranges::find(what.named, error.origin.file, &input::Named::text);
    if (word == what.named.end()) continue;
    error.message = fmt::format("`{}`: {}", word->text, error.message);
    error = told_at(word->place, error);
  }
  return errors;
}

template <class Value>
std::vector<std::optional<Value>> or_none(const std::vector<Value>& values) {
  std::vector<std::optional<Value>> out(values.begin(), values.end());
  if (out.empty()) out.push_back(std::nullopt);
  return out;
}

Status seek_remedies(Session& session, std::vector<policy::Verdict>& verdicts) {
  auto rules = session.rules_without_checks();
  if (!rules) return rules.errors();
  boot::Options options = session.options(*rules);
  options.append.clear();
  options.follow_pages = false;
  const auto trial = [&](const std::string& line) -> std::optional<boot::Outcome> {
    options.command_line = line;
    auto boot = session.boot(*rules, options);
    return boot ? std::optional(*std::move(boot)) : std::nullopt;
  };
  find_remedies(session.command_line(), trial, verdicts);
  return Done{};
}

}  // namespace

Result<std::vector<CheckCase>> cases_of(const policy::Policy& policy, const Request& given,
                                        const input::ReadOptions& reading) {
  auto machines = given.source ? Result<std::vector<input::Named>>(std::vector<input::Named>{})
                               : machines_of(policy);
  if (!machines) return machines.errors();
  if (!given.source && machines->empty())
    return Error{"no machine: name one in the policy (`machine:`) or with --e820", {policy.file}};
  const auto kernels = given.kernel ? std::vector<input::Named>{} : policy.kernels;
  const auto appends = given.append.empty() ? policy.appends : std::vector<std::string>{};
  Request base = given;
  std::vector<input::Named> named;
  if (!base.config && policy.config) {
    base.config = path_beside(policy.file, policy.config->text);
    named.push_back({*base.config, policy.config->place});
  }
  if (!base.command_line) base.command_line = policy.command_line;
  Errors errors;
  for (const input::Named& word : policy.plugins) {
    if (auto spec = plugin::parse_spec_of_input(word.text, word.place)) {
      base.plugins.push_back(*std::move(spec));
    } else {
      append(errors, spec.errors());
    }
  }
  if (!errors.empty()) return errors;
  std::vector<CheckCase> out;
  for (const auto& machine : or_none(*machines)) {
    for (const auto& kernel : or_none(kernels)) {
      for (const auto& more : or_none(appends)) {
        CheckCase one{
            .name = given.source ? given.source->text : "", .request = base, .named = named};
        if (machine) {
          one.name = machine->text;
          one.named.push_back(*machine);
          one.request.source = Source{.text = machine->text,
                                      .format = reading.format,
                                      .boot = reading.boot,
                                      .columns = reading.columns,
                                      .side = reading.side};
        }
        if (one.name.empty()) one.name = "this machine";
        if (kernel) {
          one.named.push_back(kernel_of(policy, *kernel));
          one.request.kernel = one.named.back().text;
        }
        if (more) one.request.append = *more;
        if (kernels.size() > 1) one.name += ", " + kernel->text;
        if (appends.size() > 1) one.name += more->empty() ? ", nothing added" : ", " + *more;
        out.push_back(std::move(one));
      }
    }
  }
  if (out.size() > limit_of(Limit::cases))
    return Error{fmt::format("{} boots are asked for, of which `memmap sweep` takes care: {}",
                             out.size(), beyond(Limit::cases, out.size())),
                 {policy.file}};
  return out;
}

std::string baseline_path(const std::string& policy_file, const std::string& path,
                          const CheckCase& what) {
  constexpr std::string_view kMachine = "{machine}";
  std::string out = path;
  const std::string stem =
      what.request.source ? fs::path(what.request.source->text).stem().string() : "live";
  for (std::size_t at = out.find(kMachine); at != out.npos; at = out.find(kMachine, at))
    out.replace(at, kMachine.size(), stem), at += stem.size();
  return path_beside(policy_file, out);
}

Result<Judged> judge(const CheckCase& what, const Places& places, policy::Rules rules,
                     const Helpers& helpers) {
  Request request = what.request;
  if (rules.asks_for_view()) request.follow_pages = true;
  auto session = Session::open(std::move(request), places);
  if (!session) return told_of_policy(session.errors(), what);
  for (const std::string& name : session->named().only_reports)
    return no_effect("--plugin " + name, "check", "it shows no reports of plugins");
  auto outcome = session->boot();
  if (!outcome) return told_of_policy(outcome.errors(), what);
  Judged out{.outcome = *std::move(outcome)};
  Errors errors;
  for (policy::Baseline& baseline : rules.baselines) {
    auto view = helpers.baseline(baseline, what, out.outcome);
    if (view) {
      baseline.view = std::make_shared<const diff::View>(*std::move(view));
    } else {
      append(errors, view.errors());
    }
  }
  if (!errors.empty()) return errors;
  out.rules = std::make_unique<const policy::Rules>(std::move(rules));
  policy::Subject subject{.outcome = out.outcome};
  subject.every_slot = [&](const policy::Subject::Look& look) {
    return each_place(*session, image_places(*session), kaslr::kMostPlacesTried, look);
  };
  subject.view = [&] { return helpers.as_result(out.outcome); };
  out.verdicts = policy::evaluate(*out.rules, subject);
  if (const Status sought = seek_remedies(*session, out.verdicts); !sought) return sought.errors();
  return out;
}

}  // namespace memmap::session
