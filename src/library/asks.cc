// The functions of the C API that ask a boot.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/diff.h"
#include "answer/simulate.h"
#include "answer/suggest.h"
#include "facts/facts.h"
#include "library/boot.h"
#include "library/looks.h"
#include "library/memmap.h"
#include "library/request.h"
#include "profile/kernel_choice.h"
#include "report/table/things.h"

namespace memmap::library {
namespace {

constexpr Look kReportLooks[] = {{.name = "section", .may_repeat = true},
                                 {"diagram"},
                                 {"scale"},
                                 {"theme"},
                                 {"title"},
                                 {"at"},
                                 {"full", true}};
constexpr Look kDiffLooks[] = {
    {.name = "ignore", .may_repeat = true}, {"tolerance"}, {"scale"}, {"theme"}, {"title"}};
constexpr Look kKdumpLooks[] = {
    {"crash-kernel"}, {"initrd", false, true}, {"need"}, {"second-append"}};
constexpr Look kShowLooks[] = {{"columns"}, {"sort"}, {"bytes", true}, {"no-headings", true}};
constexpr Look kSuggestLooks[] = {{"size"},  {"initrd", false, true},
                                  {"need"},  {"second-append"},
                                  {"node"},  {"ranges"},
                                  {"check"}, {"page"},
                                  {"leave"}};

// Names that stay, one of them by its index; nullptr behind the last, and where there is no memory for them.
const char* kept_name(const std::vector<std::string>& names, std::size_t index) {
  return index < names.size() ? names[index].c_str() : nullptr;
}

}  // namespace
}  // namespace memmap::library

using namespace memmap;           // NOLINT(google-*): what follows is C
using namespace memmap::library;  // NOLINT(google-*)

const char* memmap_status_words(int32_t status) {
  constexpr const char* kWords[] = {"done",      "no such thing", "absent",        "bad input",
                                    "wrong use", "out of memory", "internal fault"};
  const auto index = static_cast<std::size_t>(status);  // of a negative one: beyond all
  if (index >= std::size(kWords)) return "no such status";
  return kWords[index];
}

uint32_t memmap_library_version(void) {
  std::array<std::uint32_t, 3> parts{};
  std::size_t part = 0;
  for (const char c : std::string_view(MEMMAP_VERSION)) {
    if (c == '.') {
      if (++part == parts.size()) break;
    } else {
      parts[part] = parts[part] * 10 + static_cast<std::uint32_t>(c - '0');
    }
  }
  return parts[0] << 16 | parts[1] << 8 | parts[2];
}

const char* memmap_option_name(size_t index) {
  return index < options().size() ? options()[index].name : nullptr;
}

const char* memmap_format_name(size_t index) try {
  static const std::vector<std::string> kNames = [] {
    const auto known = answer::format_names();
    return std::vector<std::string>(known.begin(), known.end());
  }();
  return kept_name(kNames, index);
} catch (...) {
  return nullptr;
}

const char* memmap_list_name(size_t index) try {
  static const std::vector<const char*> kNames = Boot::list_names();
  return index < kNames.size() ? kNames[index] : nullptr;
} catch (...) {
  return nullptr;
}

const char* memmap_kernel_name(size_t index) try {
  static const std::vector<std::string> kNames = kernel::kernel_names({});
  return kept_name(kNames, index);
} catch (...) {
  return nullptr;
}

const char* memmap_table_name(size_t index) {
  const auto all = report::things();
  return index < all.size() ? all[index].name.data() : nullptr;  // a literal
}

const char* memmap_suggestion_name(size_t index) try {
  static const std::vector<std::string> kNames = [] {
    const auto known = answer::suggestions();
    return std::vector<std::string>(known.begin(), known.end());
  }();
  return kept_name(kNames, index);
} catch (...) {
  return nullptr;
}

int32_t memmap_figure_at(size_t index, memmap_figure_t* figure) {
  if (figure == nullptr) return MEMMAP_MISUSED;
  const auto all = facts::facts();
  if (index >= all.size()) return MEMMAP_NO_SUCH;
  const facts::Fact& fact = all[index];
  const std::uint32_t unit = fact.unit == facts::Unit::bytes     ? MEMMAP_UNIT_BYTES
                             : fact.unit == facts::Unit::address ? MEMMAP_UNIT_ADDRESS
                                                                 : MEMMAP_UNIT_COUNT;
  // Both are literals.
  const memmap_figure_t told{sizeof told, unit, fact.name.data(), fact.what.data()};
  return give(told, figure) ? MEMMAP_DONE : MEMMAP_MISUSED;
}

void memmap_boot_free(memmap_boot_t* boot) { delete boot; }

const char* memmap_boot_source(const memmap_boot_t* boot) {
  return boot == nullptr ? "" : boot->boot.outcome().subject.source.c_str();
}

const char* memmap_boot_kernel(const memmap_boot_t* boot) {
  return boot == nullptr ? "" : boot->boot.outcome().subject.kernel.c_str();
}

const char* memmap_boot_command_line(const memmap_boot_t* boot) {
  return boot == nullptr ? "" : boot->boot.outcome().subject.command_line.c_str();
}

int32_t memmap_boot_panicked(const memmap_boot_t* boot) {
  return boot != nullptr && boot->boot.outcome().panicked ? 1 : 0;
}

int32_t memmap_boot_figure(memmap_boot_t* boot, const char* name, uint64_t* value) {
  if (boot == nullptr) return MEMMAP_MISUSED;
  return guarded(boot->mistakes, [&]() -> int32_t {
    if (name == nullptr || value == nullptr) return boot->mistakes.misused("a figure is NULL");
    const facts::Fact* const fact = facts::fact_named(name);
    if (fact == nullptr) return MEMMAP_NO_SUCH;
    const auto found = fact->of(boot->boot.outcome());
    if (!found) return MEMMAP_ABSENT;
    *value = *found;
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_pieces(memmap_boot_t* boot, const char* list, memmap_piece_t* pieces,
                           size_t size, size_t room, size_t* count) {
  if (boot == nullptr) return MEMMAP_MISUSED;
  return guarded(boot->mistakes, [&]() -> int32_t {
    Mistakes& mistakes = boot->mistakes;
    if (list == nullptr || count == nullptr || (pieces == nullptr && room != 0))
      return mistakes.misused("a list, its pieces or their count is NULL");
    if (room != 0 && (size < kSmallest<memmap_piece_t> || size > UINT32_MAX))
      return mistakes.misused("a piece is no memmap_piece_t");
    const auto* const found = boot->boot.pieces(list);
    if (found == nullptr) return MEMMAP_NO_SUCH;
    *count = found->size();
    auto* to = reinterpret_cast<char*>(pieces);
    for (std::size_t i = 0; i < std::min(room, found->size()); ++i, to += size) {
      memmap_piece_t piece = (*found)[i];
      piece.struct_size = static_cast<std::uint32_t>(std::min(size, sizeof piece));
      std::memcpy(to, &piece, piece.struct_size);
    }
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_at(memmap_boot_t* boot, uint64_t address, memmap_piece_t* piece) {
  if (boot == nullptr) return MEMMAP_MISUSED;
  return guarded(boot->mistakes, [&]() -> int32_t {
    if (piece == nullptr) return boot->mistakes.misused("nowhere to put the piece");
    const memmap_piece_t* const found = boot->boot.at(address);
    if (found == nullptr) return MEMMAP_NO_SUCH;
    if (!give(*found, piece)) return boot->mistakes.misused("a piece is no memmap_piece_t");
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_event_at(memmap_boot_t* boot, size_t index, memmap_boot_event_t* event) {
  if (boot == nullptr) return MEMMAP_MISUSED;
  return guarded(boot->mistakes, [&]() -> int32_t {
    if (event == nullptr) return boot->mistakes.misused("nowhere to put the event");
    const Events& all = boot->boot.outcome().events;
    if (index >= all.size()) return MEMMAP_NO_SUCH;
    const Event& e = all[index];
    const PhysRange range = e.range.value_or(PhysRange{});
    const memmap_boot_event_t told{.struct_size = sizeof told,
                                   .severity = static_cast<std::uint32_t>(e.severity),
                                   .step = e.step.c_str(),
                                   .text = e.text.c_str(),
                                   .start = raw(range.base()),
                                   .end = raw(range.end())};
    if (!give(told, event)) return boot->mistakes.misused("an event is no memmap_boot_event_t");
    return MEMMAP_DONE;
  });
}

const char* memmap_boot_note(memmap_boot_t* boot, size_t index) {
  if (boot == nullptr) return nullptr;
  const char* out = nullptr;
  guarded(boot->mistakes, [&]() -> int32_t {
    const auto notes = boot->boot.notes();
    if (!notes) return boot->mistakes.take(notes.errors());
    out = kept_name(**notes, index);
    return MEMMAP_DONE;
  });
  return out;
}

int32_t memmap_boot_explain(memmap_boot_t* boot, const char* what, const char* format, char** text,
                            size_t* length) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  return guarded(boot->mistakes, [&]() -> int32_t {
    if (text == nullptr) return boot->mistakes.misused("nowhere to put the text");
    const auto done = boot->boot.explain(what, format == nullptr ? "text" : format);
    if (!done) return boot->mistakes.take(done.errors());
    give_text(*done, text, length);
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_walk(memmap_boot_t* boot, const char* root, const char* addresses,
                         const char* format, char** text, size_t* length) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  return guarded(boot->mistakes, [&]() -> int32_t {
    if (text == nullptr) return boot->mistakes.misused("nowhere to put the text");
    if (addresses == nullptr) return boot->mistakes.misused("no address is asked for");
    const auto done = boot->boot.walk(root, addresses, format == nullptr ? "text" : format);
    if (!done) return boot->mistakes.take(done.errors());
    give_text(*done, text, length);
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_kaslr(memmap_boot_t* boot, int32_t list, const char* format, char** text,
                          size_t* length) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  return guarded(boot->mistakes, [&]() -> int32_t {
    if (text == nullptr) return boot->mistakes.misused("nowhere to put the text");
    const auto done = boot->boot.kaslr(list != 0 ? answer::Places::each : answer::Places::stretches,
                                       format == nullptr ? "text" : format);
    if (!done) return boot->mistakes.take(done.errors());
    give_text(*done, text, length);
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_kdump(memmap_boot_t* boot, const char* format, const char* const* options,
                          size_t option_count, char** text, size_t* length, int32_t* gets_up) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = boot->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (text == nullptr && gets_up == nullptr) return mistakes.misused("nowhere to put the text");
    session::Arguments arguments;
    if (const auto code = take_looks(options, option_count, kKdumpLooks, arguments, mistakes);
        code != MEMMAP_DONE)
      return code;
    const auto done = boot->boot.kdump(arguments, format == nullptr ? "text" : format);
    if (!done) return mistakes.take(done.errors());
    if (text != nullptr) give_text(done->text, text, length);
    if (gets_up != nullptr) *gets_up = done->gets_up ? 1 : 0;
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_show(memmap_boot_t* boot, const char* table, const char* format,
                         const char* const* options, size_t option_count, char** text,
                         size_t* length) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = boot->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (text == nullptr) return mistakes.misused("nowhere to put the text");
    if (table == nullptr) return mistakes.misused("a table without a name");
    session::Arguments arguments;
    if (const auto code = take_looks(options, option_count, kShowLooks, arguments, mistakes);
        code != MEMMAP_DONE)
      return code;
    const auto done = boot->boot.show(table, arguments, format == nullptr ? "text" : format);
    if (!done) return mistakes.take(done.errors());
    give_text(*done, text, length);
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_suggest(memmap_boot_t* boot, const char* what, const char* argument,
                            const char* format, const char* const* options, size_t option_count,
                            char** text, size_t* length, int32_t* holds) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = boot->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (what == nullptr) return mistakes.misused("nothing is looked for");
    if (text == nullptr && holds == nullptr) return mistakes.misused("nowhere to put the text");
    if (argument != nullptr && std::string_view(argument) == "-")
      return mistakes.misused("standard input is the program's, not the library's");
    session::Arguments arguments;
    arguments.add("WHAT", what);
    if (argument != nullptr) arguments.add("SOURCE", argument);
    if (const auto code = take_looks(options, option_count, kSuggestLooks, arguments, mistakes);
        code != MEMMAP_DONE)
      return code;
    const auto done = boot->boot.suggest(arguments, format == nullptr ? "text" : format);
    if (!done) return mistakes.take(done.errors());
    if (text != nullptr) give_text(done->text, text, length);
    if (holds != nullptr) *holds = done->holds ? 1 : 0;
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_report(memmap_boot_t* boot, const char* format, const char* const* options,
                           size_t option_count, char** text, size_t* length) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = boot->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (text == nullptr) return mistakes.misused("nowhere to put the text");
    if (format == nullptr) return mistakes.misused("a report without a format");
    session::Arguments arguments;
    arguments.add("--format", format);
    if (const auto code = take_looks(options, option_count, kReportLooks, arguments, mistakes);
        code != MEMMAP_DONE)
      return code;
    const auto done = boot->boot.report(arguments);
    if (!done) return mistakes.take(done.errors());
    give_text(*done, text, length);
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_diff(memmap_boot_t* boot, memmap_boot_t* newer, const char* format,
                         const char* const* options, size_t option_count, char** text,
                         size_t* length, int32_t* differs) {
  if (text != nullptr) *text = nullptr;
  if (boot == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = boot->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (newer == nullptr) return mistakes.misused("nothing to hold the boot against");
    if (text == nullptr && differs == nullptr) return mistakes.misused("nowhere to put the text");
    const std::string_view form = format == nullptr ? "text" : format;
    if (const Status known = known_format(form, answer::diff_formats()); !known)
      return mistakes.take(known.errors());
    session::Arguments arguments;
    if (const auto code = take_looks(options, option_count, kDiffLooks, arguments, mistakes);
        code != MEMMAP_DONE)
      return code;
    const auto tolerance = answer::tolerance_of(arguments);
    if (!tolerance) return mistakes.take(tolerance.errors());
    const auto look = answer::diff_look(arguments, form);
    if (!look) return mistakes.take(look.errors());
    const auto was = boot->boot.view();
    if (!was) return mistakes.take(was.errors());
    const auto is = newer->boot.view();
    if (!is) return mistakes.take(is.errors());
    report::DiffAnswer answer{.older = **was};
    answer.newer.push_back({**is, diff::diff(**was, **is, *tolerance)});
    if (differs != nullptr) *differs = answer.newer.front().diff.differs() ? 1 : 0;
    if (text != nullptr) give_text(answer::write_diff(answer, form, {}, *look), text, length);
    return MEMMAP_DONE;
  });
}

int32_t memmap_boot_mistake(const memmap_boot_t* boot, size_t index, memmap_mistake_t* mistake) {
  return boot == nullptr ? MEMMAP_MISUSED : boot->mistakes.get(index, mistake);
}

const char* memmap_boot_mistakes_text(const memmap_boot_t* boot) {
  return boot == nullptr ? "" : boot->mistakes.text.c_str();
}

void memmap_text_free(char* text) { std::free(text); }
