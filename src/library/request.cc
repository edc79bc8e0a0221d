#include "library/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "answer/formats.h"
#include "answer/lint.h"
#include "answer/simulate.h"
#include "answer/sweep.h"
#include "library/boot.h"
#include "library/looks.h"
#include "policy/policy.h"
#include "session/asked.h"
#include "session/source.h"
#include "sweep/shard.h"

namespace memmap::library {
namespace {

// clang-format off
constexpr Option kOptions[] = {
    // name             switch  repeats  file   bytes
    {"e820",            false,  false,   true,  true},
    {"synthetic",       false,  false,   false, false},
    {"machine",         false,  false,   true,  false},
    {"sysroot",         false,  false,   true,  false},
    {"live",            true,   false,   false, false},
    {"input-format",    false,  false,   false, false},
    {"boot",            false,  false,   false, false},
    {"side",            false,  false,   false, false},
    {"columns",         false,  false,   false, false},
    {"kernel",          false,  false,   true,  true},
    {"config",          false,  false,   true,  true},
    {"cmdline",         false,  false,   false, false},
    {"append",          false,  false,   false, false},
    {"kaslr-base",      false,  true,    false, false},
    {"no-entry-limit",  true,   false,   false, false},
    {"plugin",          false,  true,    false, false},
    {"without-plugin",  false,  true,    false, false},
    {"plugin-dir",      false,  true,    false, false},
};
// clang-format on

Error wrong(const Option& option, std::string_view why) {
  return {fmt::format("--{} {}", option.name, why), {"memmap"}};
}

std::string dashed(const Option& option) { return fmt::format("--{}", option.name); }

}  // namespace

std::span<const Option> options() { return kOptions; }

const Option* option_named(std::string_view name) {
  const auto* const found = std::ranges::find(kOptions, name, &Option::name);
  return found == std::end(kOptions) ? nullptr : found;
}

Status Request::set(const Option& option, const char* value) {
  const std::string_view text = value == nullptr ? "" : value;
  if (option.is_switch && !text.empty()) return wrong(option, "is a switch and takes no value");
  if (!option.is_switch && value == nullptr) return wrong(option, "wants a value");
  if (option.is_file && text == "-")
    return wrong(option, "-: standard input is the program's, not the library's");
  put({&option, std::string(text)});
  return Done{};
}

Status Request::set_bytes(const Option& option, const char* name, std::string bytes) {
  if (bytes.empty()) return wrong(option, "is empty");
  auto source = input::source_from_bytes(name == nullptr ? option.name : name, std::move(bytes));
  if (!source) return source.errors();
  std::string text = source->name;
  put({&option, std::move(text), *std::move(source)});
  return Done{};
}

// What was there stays where there is no memory.
void Request::put(Value value) {
  values_.reserve(values_.size() + 1);
  if (!value.option->repeats || value.opened) unset(*value.option);
  values_.push_back(std::move(value));
}

void Request::unset(const Option& option) {
  std::erase_if(values_, [&](const Value& v) { return v.option == &option; });
}

const input::Source* Request::opened(std::string_view option) const {
  for (const Value& v : values_)
    if (v.opened && v.option->name == option) return &*v.opened;
  return nullptr;
}

session::Arguments Request::arguments() const {
  session::Arguments out;
  for (const Value& v : values_) out.add(dashed(*v.option), v.text);
  return out;
}

Result<session::Request> Request::asked() const {
  auto out = session::request_of(arguments());
  if (!out) return out;
  const auto take = [&](std::string_view option, std::optional<input::Source>& to) {
    if (const input::Source* const at_hand = opened(option)) to = *at_hand;
  };
  if (out->source && out->source->kind == session::SourceKind::named)
    take("e820", out->source->opened);
  take("kernel", out->opened_kernel);
  take("config", out->opened_config);
  return out;
}

bool Request::has_plugins() const {
  return std::ranges::any_of(values_, [](const Value& v) {
    const std::string_view name = v.option->name;
    return name == "plugin" || name == "plugin-dir";
  });
}

Errors Request::idle_in_sweep() const {
  Errors out;
  for (const Value& v : values_) {
    if (std::string_view(v.option->name) != "plugin-dir")
      out.push_back(session::no_effect(dashed(*v.option), "a sweep", "its matrix says what boots"));
  }
  return out;
}

Result<session::Places> Request::places() const {
  if (!has_plugins()) return session::Places{};
  std::vector<std::string> folders;
  for (const Value& v : values_)
    if (std::string_view(v.option->name) == "plugin-dir") folders.push_back(v.text);
  return session::places_of_library(folders);
}

std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace memmap::library

using namespace memmap;           // NOLINT(google-*): what follows is C
using namespace memmap::library;  // NOLINT(google-*)

memmap_request_t* memmap_request_new(void) { return new (std::nothrow) memmap_request; }

void memmap_request_free(memmap_request_t* request) { delete request; }

int32_t memmap_request_set(memmap_request_t* request, const char* option, const char* value) {
  if (request == nullptr) return MEMMAP_MISUSED;
  return guarded(request->mistakes, [&]() -> int32_t {
    if (option == nullptr) return request->mistakes.misused("an option without a name");
    const Option* const row = option_named(option);
    if (row == nullptr) return MEMMAP_NO_SUCH;
    const Status set = request->request.set(*row, value);
    return set ? MEMMAP_DONE : request->mistakes.take(set.errors());
  });
}

int32_t memmap_request_set_bytes(memmap_request_t* request, const char* option, const char* name,
                                 const void* bytes, size_t length) {
  if (request == nullptr) return MEMMAP_MISUSED;
  return guarded(request->mistakes, [&]() -> int32_t {
    if (option == nullptr) return request->mistakes.misused("an option without a name");
    if (bytes == nullptr) return request->mistakes.misused("bytes that are NULL");
    const Option* const row = option_named(option);
    if (row == nullptr || !row->takes_bytes) return MEMMAP_NO_SUCH;
    const Status set =
        request->request.set_bytes(*row, name, {static_cast<const char*>(bytes), length});
    return set ? MEMMAP_DONE : request->mistakes.take(set.errors());
  });
}

int32_t memmap_request_unset(memmap_request_t* request, const char* option) {
  if (request == nullptr) return MEMMAP_MISUSED;
  return guarded(request->mistakes, [&]() -> int32_t {
    if (option == nullptr) return request->mistakes.misused("an option without a name");
    const Option* const row = option_named(option);
    if (row == nullptr) return MEMMAP_NO_SUCH;
    request->request.unset(*row);
    return MEMMAP_DONE;
  });
}

int32_t memmap_request_boot(memmap_request_t* request, memmap_boot_t** boot) {
  if (boot != nullptr) *boot = nullptr;
  if (request == nullptr) return MEMMAP_MISUSED;
  return guarded(request->mistakes, [&]() -> int32_t {
    if (boot == nullptr) return request->mistakes.misused("nowhere to put the boot");
    auto made = Boot::make(request->request);
    if (!made) return request->mistakes.take(made.errors());
    *boot = new memmap_boot{*std::move(made)};
    return MEMMAP_DONE;
  });
}

namespace memmap::library {
namespace {

Result<answer::Linted> linted(const Request& request, const char* name, const void* bytes,
                              std::size_t length, std::string_view format) {
  const session::Arguments arguments = request.arguments();
  const auto options = session::read_options(arguments);
  if (!options) return options.errors();
  auto asked = request.asked();
  if (!asked) return asked.errors();
  const auto places = request.places();
  if (!places) return places.errors();
  answer::LintWish wish{.options = *options, .request = *std::move(asked)};
  if (name != nullptr) wish.file = name;
  if (bytes != nullptr) {
    auto source =
        input::source_from_bytes(*wish.file, std::string(static_cast<const char*>(bytes), length));
    if (!source) return source.errors();
    wish.opened = *std::move(source);
  }
  auto input = answer::lint_input(std::move(wish), *places);
  if (!input) return input.errors();
  if (Errors idle = answer::idle_in_lint(arguments, *input); !idle.empty()) return idle;
  return answer::lint(*input, format);
}

struct PolicyText {
  std::string name;
  const void* bytes;
  std::size_t length;
};

Result<policy::Policy> read(const PolicyText& from) {
  if (from.bytes != nullptr)
    return policy::read_policy(from.name,
                               std::string_view(static_cast<const char*>(from.bytes), from.length));
  const auto source = input::open_source(from.name);
  if (!source) return source.errors();
  if (source->is_folder()) return Error{"a folder; a policy is a file", {from.name}};
  return policy::read_policy(from.name, source->bytes);
}

Result<answer::Checked> checked(const Request& request, const PolicyText& from) {
  const auto policy = read(from);
  if (!policy) return policy.errors();
  const auto asked = request.asked();
  if (!asked) return asked.errors();
  const auto places = request.places();
  if (!places) return places.errors();
  answer::Checked out;
  const auto baseline = [](const std::string& path, const boot::Outcome&) {
    return answer::kept_baseline(path);
  };
  answer::check(*policy, *asked, *places, {}, baseline, out);
  if (!out.errors.empty()) return out.errors;
  return out;
}

Result<answer::Swept> swept(const Request& request, const session::Arguments& arguments,
                            const void* bytes, std::size_t length, sweep::Form form) {
  if (Errors idle = request.idle_in_sweep(); !idle.empty()) return idle;
  sweep::Wanted wanted = answer::sweep_wanted(arguments);
  if (bytes != nullptr) wanted.bytes.emplace(static_cast<const char*>(bytes), length);
  if (const auto text = arguments.get("--shard")) {
    const auto shard = sweep::parse_shard(*text);
    if (!shard) return Error{shard.errors().front().message, {"--shard"}};
    wanted.shard = *shard;
  }
  const auto places = request.places();
  if (!places) return places.errors();
  std::unique_lock lock(one_at_a_time(), std::defer_lock);
  if (request.has_plugins()) lock.lock();
  return answer::sweep(wanted, *places, form);
}

constexpr Look kSweepLooks[] = {
    {.name = "filter", .may_repeat = true}, {"only-failures", true}, {"shard"}, {"yes", true}};

}  // namespace

Status known_format(std::string_view format, std::span<const std::string_view> known) {
  if (std::ranges::find(known, format) != known.end()) return Done{};
  return Error{fmt::format("--format is one of {}, not `{}`", fmt::join(known, ", "), format),
               {"memmap"}};
}

}  // namespace memmap::library

int32_t memmap_request_check(memmap_request_t* request, const char* name, const void* bytes,
                             size_t bytes_length, const char* format, char** text, size_t* length,
                             int32_t* fails) {
  if (text != nullptr) *text = nullptr;
  if (request == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = request->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (text == nullptr) return mistakes.misused("nowhere to put the text");
    if (name == nullptr) return mistakes.misused("a policy without a name");
    if (bytes == nullptr && std::string_view(name) == "-")
      return mistakes.misused("standard input is the program's, not the library's");
    const std::string wanted = format == nullptr ? "text" : format;
    if (const Status known = known_format(wanted, answer::verdict_formats()); !known)
      return mistakes.take(known.errors());
    std::unique_lock lock(one_at_a_time(), std::defer_lock);
    if (request->request.has_plugins()) lock.lock();
    const auto done = checked(request->request, {name, bytes, bytes_length});
    if (!done) return mistakes.take(done.errors());
    give_text(answer::write_verdicts(done->cases, wanted, {}), text, length);
    if (fails != nullptr) *fails = done->fails() ? 1 : 0;
    return MEMMAP_DONE;
  });
}

int32_t memmap_request_lint(memmap_request_t* request, const char* name, const void* bytes,
                            size_t bytes_length, const char* format, char** text, size_t* length,
                            size_t* findings) {
  if (text != nullptr) *text = nullptr;
  if (request == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = request->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (text == nullptr && findings == nullptr) return mistakes.misused("nowhere to put the text");
    if (name == nullptr && bytes != nullptr) return mistakes.misused("bytes without a name");
    if (name != nullptr && bytes == nullptr && std::string_view(name) == "-")
      return mistakes.misused("standard input is the program's, not the library's");
    const std::string_view wanted = format == nullptr ? "text" : format;
    if (const Status known = known_format(wanted, answer::kAnswerFormats); !known)
      return mistakes.take(known.errors());
    std::unique_lock lock(one_at_a_time(), std::defer_lock);
    if (request->request.has_plugins()) lock.lock();
    const auto done = linted(request->request, name, bytes, bytes_length, wanted);
    if (!done) return mistakes.take(done.errors());
    if (text != nullptr) give_text(done->text, text, length);
    if (findings != nullptr) *findings = done->findings;
    return MEMMAP_DONE;
  });
}

int32_t memmap_request_sweep(memmap_request_t* request, const char* name, const void* bytes,
                             size_t bytes_length, const char* format, const char* const* options,
                             size_t option_count, char** text, size_t* length, int32_t* fails) {
  if (text != nullptr) *text = nullptr;
  if (request == nullptr) return MEMMAP_MISUSED;
  Mistakes& mistakes = request->mistakes;
  return guarded(mistakes, [&]() -> int32_t {
    if (text == nullptr) return mistakes.misused("nowhere to put the rows");
    if (name == nullptr) return mistakes.misused("a matrix without a name");
    if (bytes == nullptr && std::string_view(name) == "-")
      return mistakes.misused("standard input is the program's, not the library's");
    const std::string_view wanted = format == nullptr ? "jsonl" : format;
    if (const Status known = known_format(wanted, answer::sweep_formats()); !known)
      return mistakes.take(known.errors());
    session::Arguments arguments;
    arguments.add("MATRIX", name);
    if (const auto code = take_looks(options, option_count, kSweepLooks, arguments, mistakes);
        code != MEMMAP_DONE)
      return code;
    const auto done =
        swept(request->request, arguments, bytes, bytes_length, answer::sweep_form(wanted));
    if (!done) return mistakes.take(done.errors());
    give_text(done->text, text, length);
    if (fails != nullptr) *fails = done->summary.failed + done->summary.errors != 0 ? 1 : 0;
    return MEMMAP_DONE;
  });
}

int32_t memmap_request_mistake(const memmap_request_t* request, size_t index,
                               memmap_mistake_t* mistake) {
  return request == nullptr ? MEMMAP_MISUSED : request->mistakes.get(index, mistake);
}

const char* memmap_request_mistakes_text(const memmap_request_t* request) {
  return request == nullptr ? "" : request->mistakes.text.c_str();
}
