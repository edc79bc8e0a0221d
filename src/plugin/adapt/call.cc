#include "plugin/adapt/call.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <new>

#include "kernel/backports.h"
#include "kernel/command_line.h"
#include "kernel/differences.h"
#include "plugin/load/descriptor.h"

namespace memmap::plugin {
namespace {

constexpr std::size_t kMaxValue = 64 * 1024;  // a command line may be long

// Of version 1.0; an answer of a newer plugin is larger.
constexpr std::uint32_t kAnswerSize = 48;
static_assert(offsetof(memmap_answer_t, rule) == kAnswerSize);
// Of 1.1, which has these first.
constexpr std::uint32_t kMessageSize = 40;
constexpr std::uint32_t kFindingSize = 40;
constexpr std::uint32_t kRangeSize = 32;
static_assert(sizeof(memmap_message_t) == kMessageSize &&
              sizeof(memmap_finding_t) == kFindingSize && sizeof(memmap_range_t) == kRangeSize);

}  // namespace

std::string one_line(const char* text, std::size_t most) {
  if (text == nullptr) return "";
  std::string out(text, ::strnlen(text, most));
  for (char& c : out) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7f) c = u == '\t' || u == '\n' ? ' ' : '?';
  }
  return out;
}

FollowedRule rule_of(const std::string& text) {
  constexpr std::string_view kCall = "()", kComma = ", ";
  std::string function;
  const std::size_t at = text.find(kCall);
  std::string_view rest(text);
  if (at != text.npos && at != 0) {
    rest.remove_prefix(at + kCall.size());
    const bool named = rest.starts_with(kComma) && rest.size() > kComma.size();
    if (rest.empty() || named) function = text.substr(0, at);
  }
  if (text.empty()) return {};
  if (function.empty()) return {"", text};
  return {std::move(function), std::string(rest.empty() ? rest : rest.substr(kComma.size()))};
}

Call::Call(std::string plugin, OptionValues options, Takes takes)
    : plugin_(std::move(plugin)), options_(std::move(options)), takes_(takes) {
  host_ = {.struct_size = sizeof host_,
           .abi_minor = MEMMAP_ABI_MINOR,
           .ctx = this,
           .option = option,
           .number = number,
           .emit = emit,
           .distance = distance,
           .warn = warn,
           .fail = fail,
           .say = say,
           .read_number = read_number,
           .has_config = has_config,
           .finding = finding,
           .entry = entry,
           .fact = fact,
           .input_error = input_error,
           .write = write,
           .bad_option = bad_option,
           .kernel_does = kernel_does};
}

void Call::begin() {
  answers_.clear();
  distances_.clear();
  said_.clear();
  findings_.clear();
  source_ = {};
  bytes_.clear();
  failure_.reset();
  users_mistake_ = false;
  ran_out_ = false;
}

Error Call::fault(const char* function, std::string_view message) const {
  return Error{.message = fmt::format("plugin `{}`: {}(): {}", plugin_, function, message),
               .code = ErrorCode::plugin_fault};
}

std::optional<Error> Call::end(const char* function, std::int32_t returned, None none) {
  if (ran_out_) {
    forget();  // to have memory to say it with
    return fault(function, "memory ran out for what it hands over or asks");
  }
  if (failure_ && users_mistake_) {
    return Error{.message = fmt::format("plugin `{}`: {}", plugin_, *failure_)};
  }
  if (failure_) return fault(function, *failure_);
  if (returned == MEMMAP_OK || (returned == MEMMAP_NONE && none == None::allowed)) return {};
  if (returned == MEMMAP_FAILED) return fault(function, "failed without saying why");
  return fault(function, fmt::format("returned {}, which means nothing here", returned));
}

void Call::forget() {
  answers_ = {};
  distances_ = {};
  said_ = {};
  findings_ = {};
  source_ = {};
  bytes_ = {};
}

std::int32_t Call::ran_out() {
  ran_out_ = true;
  return MEMMAP_FAILED;
}

std::int32_t Call::refuse(std::string message) {
  if (!failure_) failure_ = std::move(message);
  return MEMMAP_FAILED;
}

const OptionValue* Call::find_option(const char* name) {
  for (const OptionValue& o : options_) {
    if (name != nullptr && o.name == name) return &o;
  }
  refuse(fmt::format("asks for an option `{}` that it does not declare", one_line(name)));
  return nullptr;
}

const char* Call::option(void* ctx, const char* name) noexcept try {
  const OptionValue* o = self(ctx).find_option(name);
  return o != nullptr && o->text ? o->text->c_str() : nullptr;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out(), nullptr;
}

std::int32_t Call::number(void* ctx, const char* name, std::uint64_t* value) noexcept try {
  const OptionValue* o = self(ctx).find_option(name);
  if (o == nullptr) return MEMMAP_FAILED;
  if (!o->text) return MEMMAP_NONE;
  if (!o->number || value == nullptr) {
    return self(ctx).refuse(fmt::format("asks for option `{}` as a number", o->name));
  }
  *value = *o->number;
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::emit(void* ctx, const memmap_answer_t* answer) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::answers && call.takes_ != Takes::answers_and_distances) {
    return call.refuse("emits an answer where none is taken");
  }
  if (answer == nullptr || answer->struct_size < kAnswerSize) {
    return call.refuse(answer == nullptr
                           ? std::string("emits a null answer")
                           : fmt::format("emits an answer with the struct_size {}; expected {} or "
                                         "more",
                                         answer->struct_size, kAnswerSize));
  }
  if (call.answers_.size() == kMaxAnswers) {
    return call.refuse(fmt::format("emits more than {} answers", kMaxAnswers));
  }
  const auto a = copy_struct<memmap_answer_t>(answer);
  call.answers_.push_back({.verb = a.verb,
                           .base = a.base,
                           .end = a.end,
                           .from = a.from,
                           .to = a.to,
                           .nid = a.nid,
                           .flags = a.flags,
                           .align = a.align,
                           .reason = one_line(a.reason),
                           .rule = one_line(a.rule)});
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::distance(void* ctx, std::int32_t from, std::int32_t to,
                            std::uint32_t distance) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::answers_and_distances) {
    return call.refuse("tells a distance where none is taken");
  }
  if (call.distances_.size() == kMaxAnswers) {
    return call.refuse(fmt::format("tells more than {} distances", kMaxAnswers));
  }
  call.distances_.push_back({.from = from, .to = to, .distance = distance});
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::finding(void* ctx, const memmap_finding_t* finding) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::findings) return call.refuse("finds something where no check is made");
  if (finding == nullptr || finding->struct_size < kFindingSize) {
    return call.refuse(finding == nullptr
                           ? std::string("hands over a null finding")
                           : fmt::format("hands over a finding with the struct_size {}; expected "
                                         "{} or more",
                                         finding->struct_size, kFindingSize));
  }
  if (call.findings_.size() == kMaxAnswers) {
    return call.refuse(fmt::format("finds more than {} things", kMaxAnswers));
  }
  const auto f = copy_struct<memmap_finding_t>(finding);
  call.findings_.push_back(
      {.base = f.base, .end = f.end, .rule = one_line(f.rule), .text = one_line(f.text)});
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::entry(void* ctx, const memmap_range_t* entry) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::machine) return call.refuse("hands over an entry where none is taken");
  if (entry == nullptr || entry->struct_size < kRangeSize) {
    return call.refuse(entry == nullptr ? std::string("hands over a null entry")
                                        : fmt::format("hands over an entry with the struct_size "
                                                      "{}; expected {} or more",
                                                      entry->struct_size, kRangeSize));
  }
  if (call.source_.entries.size() == kMaxAnswers) {
    return call.refuse(fmt::format("hands over more than {} entries", kMaxAnswers));
  }
  call.source_.entries.push_back(copy_struct<memmap_range_t>(entry));
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::fact(void* ctx, const char* key, const char* value) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::machine) return call.refuse("tells a fact where none is taken");
  if (key == nullptr || value == nullptr) return call.refuse("tells a fact without key or value");
  if (call.source_.facts.size() == kMaxWarnings) {
    return call.refuse(fmt::format("tells more than {} facts", kMaxWarnings));
  }
  call.source_.facts.emplace_back(one_line(key), one_line(value, kMaxValue));
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::input_error(void* ctx, std::uint64_t line, std::uint64_t column,
                               const char* message) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::machine) return call.refuse("faults an input where there is none");
  if (call.source_.faults.size() < kMaxWarnings) {
    call.source_.faults.push_back({line, column, one_line(message)});
  }
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::write(void* ctx, const void* bytes, std::size_t count) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::bytes) return call.refuse("writes where no report is made");
  if (bytes == nullptr && count != 0) return call.refuse("writes from nowhere");
  if (count > kMaxBytes - call.bytes_.size()) {
    return call.refuse(fmt::format("writes more than {} bytes", kMaxBytes));
  }
  if (count != 0) call.bytes_.append(static_cast<const char*>(bytes), count);
  return MEMMAP_OK;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

void Call::warn(void* ctx, const char* message) noexcept try {
  Call& call = self(ctx);
  if (call.warnings_.size() < kMaxWarnings) call.warnings_.push_back(one_line(message));
  if (call.said_.size() >= kMaxAnswers) return;
  call.said_.push_back(
      {{.severity = Severity::warning, .text = one_line(message)}, call.answers_.size()});
} catch (const std::bad_alloc&) {
  self(ctx).ran_out();
}

void Call::say(void* ctx, const memmap_message_t* message) noexcept try {
  Call& call = self(ctx);
  if (call.takes_ != Takes::answers && call.takes_ != Takes::answers_and_distances &&
      !call.story_) {
    call.refuse("says something where no story is told");
    return;
  }
  if (message == nullptr || message->struct_size < kMessageSize ||
      message->severity > MEMMAP_SEVERITY_WARNING || call.said_.size() >= kMaxAnswers) {
    call.refuse("says what is no message, or too much");
    return;
  }
  Event event{.severity = static_cast<Severity>(message->severity),
              .rule = rule_of(one_line(message->rule)),
              .text = one_line(message->text)};
  event.step = event.rule.function;
  const auto range = PhysRange::from_bounds(PhysAddr{message->base}, PhysAddr{message->end});
  if (range && !range->empty()) event.range = *range;
  call.said_.push_back({std::move(event), call.answers_.size()});
} catch (const std::bad_alloc&) {
  self(ctx).ran_out();
}

const char* Call::read_number(void* ctx, const char* text, std::uint32_t form,
                              std::uint64_t* value) noexcept try {
  if (text == nullptr || value == nullptr || form > MEMMAP_SIZE) {
    self(ctx).refuse("wants a number read from nothing, or in an unknown form");
    return text;
  }
  const kernel::Parsed parsed =
      form == MEMMAP_SIZE ? kernel::memparse(text) : kernel::simple_strtoull(text);
  *value = parsed.value;
  return parsed.rest.data();
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out(), text;
}

std::int32_t Call::has_config(void* ctx, const char* option) noexcept try {
  Call& call = self(ctx);
  if (option == nullptr || call.profile_ == nullptr) return 0;
  return call.profile_->has_named(option) ? 1 : 0;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out(), 0;
}

std::int32_t Call::bad_option(void* ctx, const char* option, const char* message) noexcept try {
  Call& call = self(ctx);
  if (call.find_option(option) == nullptr || call.failed()) return MEMMAP_FAILED;
  const std::string text = one_line(message);
  if (text.empty()) return call.refuse("refuses an option's value without saying why");
  call.users_mistake_ = true;
  return call.refuse(fmt::format("option `{}`: {}", option, text));
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::int32_t Call::kernel_does(void* ctx, const char* difference) noexcept try {
  Call& call = self(ctx);
  const kernel::Difference* d =
      difference == nullptr ? nullptr : kernel::find_difference(difference);
  if (d == nullptr) {
    return call.refuse(fmt::format("asks for a difference between kernels `{}` that is not known",
                                   one_line(difference)));
  }
  return call.profile_ != nullptr && kernel::does(*call.profile_, *d) ? 1 : 0;
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out(), 0;
}

std::int32_t Call::fail(void* ctx, const char* message) noexcept try {
  const std::string text = one_line(message);
  return self(ctx).refuse(text.empty() ? "failed without saying why" : text);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

}  // namespace memmap::plugin
