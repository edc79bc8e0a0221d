// The host's side of a call: what a plugin reaches through memmap_host_t, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "kernel/profile.h"
#include "plugin/abi.h"
#include "plugin/options.h"

namespace memmap::plugin {

// A copy of memmap_answer_t that owns its reason.
struct Answer {
  std::uint32_t verb = 0;
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int32_t nid = -1;
  std::uint32_t flags = 0;
  std::uint64_t align = 0;
  std::string reason{};
  std::string rule{};
};

// What a plugin told, and how many answers it had given then.
struct Said {
  Event event{};
  std::size_t after = 0;
};

struct DistanceAnswer {
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::uint32_t distance = 0;
};

// Serves the calls of one plugin with its options. Stays where it is: host() points to it.
class Call {
 public:
  // What the calls may hand over.
  enum class Takes { nothing, answers, answers_and_distances };

  Call(std::string plugin, OptionValues options, Takes takes);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const memmap_host_t* host() const { return &host_; }
  const std::string& plugin() const { return plugin_; }

  // Whose options has_config() tells; nullptr: nobody's. Must outlive the calls.
  void set_profile(const kernel::Profile* profile) { profile_ = profile; }

  // Forgets what the call before left behind.
  void begin();
  // What `function` came to, given what it returned: an error if it failed, broke a rule of the ABI
  // or returned what it must not. `may_be_none`: MEMMAP_NONE is an answer.
  enum class None { allowed, refused };
  std::optional<Error> end(const char* function, std::int32_t returned, None none);
  // Whether fail() was called, or something refused, since begin().
  bool failed() const { return failure_.has_value(); }

  const std::vector<Answer>& answers() const { return answers_; }
  const std::vector<DistanceAnswer>& distances() const { return distances_; }
  const std::vector<Said>& said() const { return said_; }  // through say(), and warn() too
  // Of all calls so far, at most kMaxWarnings.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // `plugin `NAME`: FUNCTION(): MESSAGE`
  Error fault(const char* function, std::string_view message) const;

  static constexpr std::size_t kMaxAnswers = 1 << 20;
  static constexpr std::size_t kMaxWarnings = 100;

 private:
  static Call& self(void* ctx) { return *static_cast<Call*>(ctx); }
  static const char* option(void* ctx, const char* name) noexcept;
  static std::int32_t number(void* ctx, const char* name, std::uint64_t* value) noexcept;
  static std::int32_t emit(void* ctx, const memmap_answer_t* answer) noexcept;
  static std::int32_t distance(void* ctx, std::int32_t from, std::int32_t to,
                               std::uint32_t distance) noexcept;
  static void warn(void* ctx, const char* message) noexcept;
  static std::int32_t fail(void* ctx, const char* message) noexcept;
  static void say(void* ctx, const memmap_message_t* message) noexcept;
  static const char* read_number(void* ctx, const char* text, std::uint32_t form,
                                 std::uint64_t* value) noexcept;
  static std::int32_t has_config(void* ctx, const char* option) noexcept;

  const OptionValue* find_option(const char* name);
  std::int32_t refuse(std::string message);  // the first reason stands

  std::string plugin_;
  OptionValues options_;
  Takes takes_;
  memmap_host_t host_{};
  std::vector<Answer> answers_;
  std::vector<DistanceAnswer> distances_;
  std::vector<Said> said_;
  std::vector<std::string> warnings_;
  const kernel::Profile* profile_ = nullptr;
  std::optional<std::string> failure_;
};

}  // namespace memmap::plugin
