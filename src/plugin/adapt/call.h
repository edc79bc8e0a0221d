// The host's side of a call: what a plugin reaches through memmap_host_t, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "kernel/profile.h"
#include "plugin/abi.h"
#include "plugin/load/options.h"

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

// A copy of memmap_finding_t that owns its texts.
struct FindingAnswer {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::string rule{};
  std::string text{};
};

// What memmap.source hands over.
struct SourceAnswer {
  struct Fault {
    std::uint64_t line = 0;
    std::uint64_t column = 0;
    std::string message{};
  };
  std::vector<memmap_range_t> entries{};
  std::vector<std::pair<std::string, std::string>> facts{};
  std::vector<Fault> faults{};
};

struct DistanceAnswer {
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::uint32_t distance = 0;
};

// A plugin's text as one printable line of at most `most` bytes.
std::string one_line(const char* text, std::size_t most = 1000);

// Of `trim_bios_range(), FILE`; a text of another form is all file.
FollowedRule rule_of(const std::string& text);

// Serves the calls of one plugin with its options. Stays where it is: host() points to it.
class Call {
 public:
  // What the calls may hand over.
  enum class Takes { nothing, answers, answers_and_distances, findings, machine, bytes };

  Call(std::string plugin, OptionValues options, Takes takes);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const memmap_host_t* host() const { return &host_; }
  const std::string& plugin() const { return plugin_; }

  // Whose options has_config() tells, and kernel_does() what it does; nullptr: nobody's. Must
  // outlive the calls.
  void set_profile(const kernel::Profile* profile) { profile_ = profile; }

  // Whether say() is there for one that Takes::findings; for those who take answers it always is.
  void allow_story(bool allowed) { story_ = allowed; }

  // Forgets what the call before left behind.
  void begin();
  // What `function` came to, given what it returned: an error if it failed, broke a rule of the ABI
  // or returned what it must not; or, no fault of the plugin's, a value of an option that it cannot
  // use.
  enum class None { allowed, refused };
  std::optional<Error> end(const char* function, std::int32_t returned, None none);
  // Whether fail() was called, something refused or memory ran out, since begin().
  bool failed() const { return ran_out_ || failure_.has_value(); }
  // Memory ran out while the call was served: end() says so. Gives MEMMAP_FAILED.
  std::int32_t ran_out();

  const std::vector<Answer>& answers() const { return answers_; }
  const std::vector<DistanceAnswer>& distances() const { return distances_; }
  const std::vector<Said>& said() const { return said_; }  // through say(), and warn() too
  const std::vector<FindingAnswer>& findings() const { return findings_; }
  const SourceAnswer& source() const { return source_; }
  const std::string& bytes() const { return bytes_; }
  // Of all calls so far, at most kMaxWarnings.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // `plugin `NAME`: FUNCTION(): MESSAGE`, the plugin's fault.
  Error fault(const char* function, std::string_view message) const;

  static constexpr std::size_t kMaxAnswers = 1 << 20;
  static constexpr std::size_t kMaxWarnings = 100;
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

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
  static std::int32_t finding(void* ctx, const memmap_finding_t* finding) noexcept;
  static std::int32_t entry(void* ctx, const memmap_range_t* entry) noexcept;
  static std::int32_t fact(void* ctx, const char* key, const char* value) noexcept;
  static std::int32_t input_error(void* ctx, std::uint64_t line, std::uint64_t column,
                                  const char* message) noexcept;
  static std::int32_t write(void* ctx, const void* bytes, std::size_t count) noexcept;
  static std::int32_t bad_option(void* ctx, const char* option, const char* message) noexcept;
  static std::int32_t kernel_does(void* ctx, const char* difference) noexcept;

  const OptionValue* find_option(const char* name);
  std::int32_t refuse(std::string message);  // the first reason stands
  void forget();                             // all that was handed over, and its memory

  std::string plugin_;
  OptionValues options_;
  Takes takes_;
  bool story_ = false;
  memmap_host_t host_{};
  std::vector<Answer> answers_;
  std::vector<DistanceAnswer> distances_;
  std::vector<Said> said_;
  std::vector<FindingAnswer> findings_;
  SourceAnswer source_;
  std::string bytes_;
  std::vector<std::string> warnings_;
  const kernel::Profile* profile_ = nullptr;
  std::optional<std::string> failure_;
  bool users_mistake_ = false;  // failure_ is told by bad_option()
  bool ran_out_ = false;
};

}  // namespace memmap::plugin
