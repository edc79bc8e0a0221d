#include "plugin/call.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>

#include "kernel/command_line.h"
#include "plugin/descriptor.h"

namespace memmap::plugin {
namespace {

constexpr std::size_t kMaxText = 1000;

// Of version 1.0; an answer of a newer plugin is larger.
constexpr std::uint32_t kAnswerSize = 48;
static_assert(offsetof(memmap_answer_t, rule) == kAnswerSize);
// Of 1.1, which has messages first.
constexpr std::uint32_t kMessageSize = 40;
static_assert(sizeof(memmap_message_t) == kMessageSize);

// A plugin's text as one printable line.
std::string clean(const char* text) {
  if (text == nullptr) return "";
  std::string out(text, ::strnlen(text, kMaxText));
  for (char& c : out) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7f) c = u == '\t' || u == '\n' ? ' ' : '?';
  }
  return out;
}

}  // namespace

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
           .has_config = has_config};
}

void Call::begin() {
  answers_.clear();
  distances_.clear();
  said_.clear();
  failure_.reset();
}

Error Call::fault(const char* function, std::string_view message) const {
  return Error{.message = fmt::format("plugin `{}`: {}(): {}", plugin_, function, message)};
}

std::optional<Error> Call::end(const char* function, std::int32_t returned, None none) {
  if (failure_) return fault(function, *failure_);
  if (returned == MEMMAP_OK || (returned == MEMMAP_NONE && none == None::allowed)) return {};
  if (returned == MEMMAP_FAILED) return fault(function, "failed without saying why");
  return fault(function, fmt::format("returned {}, which means nothing here", returned));
}

std::int32_t Call::refuse(std::string message) {
  if (!failure_) failure_ = std::move(message);
  return MEMMAP_FAILED;
}

const OptionValue* Call::find_option(const char* name) {
  for (const OptionValue& o : options_) {
    if (name != nullptr && o.name == name) return &o;
  }
  refuse(fmt::format("asks for an option `{}` that it does not declare", clean(name)));
  return nullptr;
}

const char* Call::option(void* ctx, const char* name) noexcept {
  const OptionValue* o = self(ctx).find_option(name);
  return o != nullptr && o->text ? o->text->c_str() : nullptr;
}

std::int32_t Call::number(void* ctx, const char* name, std::uint64_t* value) noexcept {
  const OptionValue* o = self(ctx).find_option(name);
  if (o == nullptr) return MEMMAP_FAILED;
  if (!o->text) return MEMMAP_NONE;
  if (!o->number || value == nullptr) {
    return self(ctx).refuse(fmt::format("asks for option `{}` as a number", o->name));
  }
  *value = *o->number;
  return MEMMAP_OK;
}

std::int32_t Call::emit(void* ctx, const memmap_answer_t* answer) noexcept {
  Call& call = self(ctx);
  if (call.takes_ == Takes::nothing) return call.refuse("emits an answer where none is taken");
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
                           .reason = clean(a.reason),
                           .rule = clean(a.rule)});
  return MEMMAP_OK;
}

std::int32_t Call::distance(void* ctx, std::int32_t from, std::int32_t to,
                            std::uint32_t distance) noexcept {
  Call& call = self(ctx);
  if (call.takes_ != Takes::answers_and_distances) {
    return call.refuse("tells a distance where none is taken");
  }
  if (call.distances_.size() == kMaxAnswers) {
    return call.refuse(fmt::format("tells more than {} distances", kMaxAnswers));
  }
  call.distances_.push_back({.from = from, .to = to, .distance = distance});
  return MEMMAP_OK;
}

void Call::warn(void* ctx, const char* message) noexcept {
  Call& call = self(ctx);
  if (call.warnings_.size() < kMaxWarnings) call.warnings_.push_back(clean(message));
  if (call.said_.size() >= kMaxAnswers) return;
  call.said_.push_back(
      {{.severity = Severity::warning, .text = clean(message)}, call.answers_.size()});
}

void Call::say(void* ctx, const memmap_message_t* message) noexcept {
  Call& call = self(ctx);
  if (message == nullptr || message->struct_size < kMessageSize ||
      message->severity > MEMMAP_WARNING || call.said_.size() >= kMaxAnswers) {
    call.refuse("says what is no message, or too much");
    return;
  }
  Event event{.severity = static_cast<Severity>(message->severity),
              .rule = clean(message->rule),
              .text = clean(message->text)};
  event.step = event.rule.substr(0, event.rule.find('('));
  const auto range = PhysRange::from_bounds(PhysAddr{message->base}, PhysAddr{message->end});
  if (range && !range->empty()) event.range = *range;
  call.said_.push_back({std::move(event), call.answers_.size()});
}

const char* Call::read_number(void* ctx, const char* text, std::uint32_t form,
                              std::uint64_t* value) noexcept {
  if (text == nullptr || value == nullptr || form > MEMMAP_SIZE) {
    self(ctx).refuse("wants a number read from nothing, or in an unknown form");
    return text;
  }
  const kernel::Parsed parsed =
      form == MEMMAP_SIZE ? kernel::memparse(text) : kernel::simple_strtoull(text);
  *value = parsed.value;
  return parsed.rest.data();
}

std::int32_t Call::has_config(void* ctx, const char* option) noexcept {
  Call& call = self(ctx);
  if (option == nullptr || call.profile_ == nullptr) return 0;
  return call.profile_->has(option) ? 1 : 0;
}

std::int32_t Call::fail(void* ctx, const char* message) noexcept {
  const std::string text = clean(message);
  return self(ctx).refuse(text.empty() ? "failed without saying why" : text);
}

}  // namespace memmap::plugin
