#include "choices.h"

#include <fmt/format.h>

#include <algorithm>

#include "answer/check.h"
#include "answer/diff.h"
#include "answer/simulate.h"
#include "answer/suggest.h"
#include "answer/sweep.h"
#include "base/suggest.h"
#include "boot/roots.h"
#include "boot/steps.h"
#include "input/formats.h"
#include "input/table/columns.h"
#include "profile/kernel_choice.h"
#include "report/convert/convert.h"
#include "report/diagram/diagrams.h"
#include "report/form/theme.h"
#include "report/table/things.h"
#include "report/text/text.h"
#include "request.h"
#include "session/places.h"
#include "skeleton.h"

namespace memmap::cli {
namespace {

using Words = std::vector<std::string>;

template <class Rows, class Member>
Words each(const Rows& rows, Member member) {
  Words out;
  for (const auto& row : rows) out.emplace_back(row.*member);
  return out;
}

Words strings(std::span<const std::string_view> words) { return {words.begin(), words.end()}; }

Result<Words> kernels(const Arguments&) {
  return kernel::kernel_names(session::share_folder("kernels"));
}

// What `word` makes of each plugin that is found, where it makes anything.
template <class Word>
Result<Words> plugins(const Arguments& arguments, Word word) {
  auto host = plugin_host(arguments);
  if (!host) return host.errors();
  Words out;
  for (const plugin::PluginInfo& info : host->list().plugins) word(info, out);
  return out;
}

bool offers(const plugin::PluginInfo& info, std::string_view interface) {
  return std::ranges::any_of(
      info.interfaces, [&](const auto& id) { return std::string_view(id).starts_with(interface); });
}

// A plugin's name, and for each of its keys `NAME:KEY=`.
void with_keys(const plugin::PluginInfo& info, Words& out) {
  out.push_back(info.name);
  for (const plugin::OptionInfo& o : info.options)
    out.push_back(fmt::format("{}:{}=", info.name, o.name));
}

struct Installed {
  std::string_view name{};
  Result<Words> (*find)(const Arguments&) = nullptr;
};

// clang-format off
constexpr Installed kFound[] = {
    {"kernels",     kernels},
    {"plugins",     [](const Arguments& a) { return plugins(a, [](const auto& info, Words& out) { out.push_back(info.name); }); }},
    {"plugin-keys", [](const Arguments& a) { return plugins(a, with_keys); }},
    {"built-in",    [](const Arguments& a) { return plugins(a, [](const auto& info, Words& out) { if (info.file.empty()) out.push_back(info.name); }); }},
    {"allocators",  [](const Arguments& a) { return plugins(a, [](const auto& info, Words& out) { if (offers(info, "memmap.alloc/")) out.push_back(info.name); }); }},
    {"sources",     [](const Arguments& a) { return plugins(a, [](const auto& info, Words& out) { if (!info.source_summary.empty()) out.push_back(info.name); }); }},
    {"reports",     [](const Arguments& a) { return plugins(a, [](const auto& info, Words& out) { if (!info.report_summary.empty()) out.push_back(info.name); }); }},
};
// clang-format on

}  // namespace

Words base_words() {
  Words out;
  for (const std::string& name : session::base_names()) out.push_back(name + "=");
  return out;
}

Words column_words() { return strings(input::column_names()); }

Words completion_words() {
  Words out = all_of<kShells>();
  out.emplace_back(kInstalled);
  return out;
}

Words step_words() {
  Words out;
  for (const boot::Step& step : boot::steps()) out.emplace_back(step.function);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Words check_format_words() { return strings(answer::verdict_formats()); }
Words diff_format_words() { return strings(answer::diff_formats()); }
Words diagram_words() { return each(report::diagrams(), &report::Diagram::name); }
Words input_format_words() { return each(input::formats(), &input::Format::id); }
Words installed_name_words() { return each(kFound, &Installed::name); }
Words root_words() { return strings(boot::root_names()); }
Words scale_words() { return strings(answer::scale_names()); }
Words section_words() { return each(report::text_sections(), &report::TextSection::name); }
Words simulate_format_words() { return strings(answer::format_names()); }
Words skeleton_words() { return strings(skeleton_kinds()); }
Words suggestion_words() { return strings(answer::suggestions()); }
Words sweep_format_words() { return strings(answer::sweep_formats()); }
Words target_words() { return each(report::convert_targets(), &report::Target::id); }
Words theme_words() { return strings(report::theme_names()); }
Words thing_words() { return each(report::things(), &report::Thing::name); }

std::vector<std::string_view> installed_names() {
  std::vector<std::string_view> out;
  for (const Installed& row : kFound) out.push_back(row.name);
  return out;
}

Result<Words> installed_words(std::string_view name, const Arguments& arguments) {
  const auto* const row = std::ranges::find(kFound, name, &Installed::name);
  if (row != std::end(kFound)) return row->find(arguments);
  const auto known = installed_names();
  return Error{fmt::format("completion values: one of {}, not `{}`{}", fmt::join(known, ", "), name,
                           did_you_mean(name, known)),
               {"memmap"}};
}

}  // namespace memmap::cli
