// What serves a plugin in its process: the host's functions, which tell the program or ask it, and the
// program's calls of the plugin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/abi.h"
#include "plugin/isolate/protocol.h"
#include "plugin/isolate/structs.h"
#include "plugin/isolate/wire.h"
#include "plugin/load/descriptor.h"

namespace memmap::plugin::isolate {

struct Option {
  std::string name{};
  const char* text = nullptr;
  std::optional<std::uint64_t> number{};
};

// As the program checked them; texts live in its reader.
struct Options {
  explicit Options(std::string bytes) : in(std::move(bytes)) {
    const auto count = in.get<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      Option o;
      o.name = in.view();
      o.text = in.text();
      const auto has = in.get<std::uint8_t>();
      const auto number = in.get<std::uint64_t>();
      if (has != 0) o.number = number;
      list.push_back(std::move(o));
    }
  }
  Reader in;
  std::vector<Option> list{};
};

struct FactsHere {
  explicit FactsHere(std::string bytes) : in(std::move(bytes)), facts(get_facts(in)) {}
  Reader in;
  memmap_facts_t facts;
};

// The free ranges of one search, as far as they were told.
struct KnownRanges {
  std::uint64_t from = 0;  // what was asked for
  bool told = false;
  bool all = false;  // there are no more
  std::vector<Bounds> list{};

  void take(Reader& in, std::uint64_t asked) {
    from = asked;
    told = true;
    all = in.get<std::uint8_t>() != 0;
    const auto [first, count] = in.list<Bounds>();
    list.assign(first, first + count);
  }
};

// first_fit_up() or first_fit_down(), as the program answers.
std::optional<std::uint64_t> get_fit(Reader& in);
// smallest_piece(), likewise.
std::optional<Bounds> get_piece(Reader& in);

// Serves the calls of the plugin that is at work: tells the program, or asks it.
class Server {
 public:
  Server() { set_host(); }

  // Loads what the first frame says, and says what it is.
  void load();
  [[noreturn]] void serve();

 private:
  static Server& self(void* ctx) { return *static_cast<Server*>(ctx); }

  void set_host();
  void set_state();
  void answer(std::string bytes);
  std::int32_t run(Function function, Reader& in, Writer& gives);
  std::int32_t run_trim(Reader& in);
  std::int32_t run_numa(Reader& in);
  std::int32_t run_choose(Reader& in, Writer& gives);
  std::int32_t run_check(Function function, Reader& in);
  std::int32_t run_source(Function function, Reader& in, Writer& gives);
  std::int32_t run_report(Reader& in);
  std::int32_t prepare(Function function, Reader& in, Writer& gives);
  void release(Function function, Reader& in);

  // Bytes that are often those of the call before.
  std::string_view kept(Reader& in, std::string& slot) {
    if (in.get<std::uint8_t>() != 0) slot = in.view();
    return slot;
  }
  const memmap_facts_t* facts(Reader& in) {
    if (in.get<std::uint8_t>() != 0) {
      facts_ = std::make_unique<FactsHere>(std::string(in.view()));
    }
    return &facts_->facts;
  }
  void take_options(Reader& in) {
    if (in.get<std::uint8_t>() != 0) {
      unprepared_ = std::make_unique<Options>(std::string(in.view()));
    }
    options_ = unprepared_.get();
  }
  void take_state(Reader& in) {
    auto state = in.get<std::array<std::uint64_t, 3>>();
    state_.flags = static_cast<std::uint32_t>(state[0]);
    state_.current_limit = state[1];
    state_.max_pfn = state[2];
    state_.facts = facts(in);
  }
  void* prepared(std::uint64_t id);

  // What the plugin tells. OK as long as the program has not refused any of it.
  template <class... A>
  std::int32_t tell(Told told, const A&... values) {
    told_.put(told);
    (put_one(values), ...);
    return told_any();
  }
  template <Plain T>
  void put_one(const T& value) {
    told_.put(value);
  }
  void put_one(const char* text) { told_.text(text, kPart); }
  std::int32_t told_any() {
    if (told_.bytes().size() >= kPart) flush();
    return failed_ ? MEMMAP_FAILED : MEMMAP_OK;
  }
  void flush();
  // The reader lives until the call returns.
  Reader& ask(Ask what, const Writer& values = {});

  const Option* find_option(const char* name) const;

  template <class T, Ask kAsk>
  static std::size_t whole_list(void* ctx, const T** list) noexcept;
  template <class T, Ask kAsk>
  static std::size_t part_of_list(void* ctx, std::uint64_t base, std::uint64_t end,
                                  const T** list) noexcept;
  template <class T>
  static std::pair<const T*, std::size_t> get_list(Reader& in);

  std::int32_t smallest_piece(std::uint64_t grain, std::uint64_t* base, std::uint64_t* end);
  std::int32_t next(Ask way, KnownRanges& known, std::uint64_t from, std::uint64_t* base,
                    std::uint64_t* end);
  static std::int32_t fit(void* ctx, Ask which, Asked bit,
                          std::optional<std::optional<std::uint64_t>>& known,
                          std::uint64_t* address);

  std::string name_{};
  Interfaces plugin_{};
  memmap_host_t host_{};
  memmap_state_t state_{};
  memmap_free_ranges_t free_ranges_{};

  // Of all calls.
  struct Prepared {
    void* state = nullptr;
    std::unique_ptr<Options> options{};
  };
  std::map<std::uint64_t, Prepared> prepared_{};
  std::uint64_t next_id_ = 1;
  std::unique_ptr<Options> unprepared_{};
  std::unique_ptr<FactsHere> facts_{};
  std::string bytes_{};

  // Of the call that lasts.
  const Options* options_ = nullptr;
  Writer told_{};
  bool failed_ = false;
  std::deque<Reader> answers_{};
  std::map<Ask, std::pair<const void*, std::size_t>> lists_{};
  KnownRanges up_{};
  KnownRanges down_{};
  std::optional<std::optional<std::uint64_t>> fit_up_{};
  std::optional<std::optional<std::uint64_t>> fit_down_{};
  std::optional<std::optional<Bounds>> piece_{};  // of grain_
  std::uint64_t grain_ = 0;
  std::uint8_t asked_ = 0;
};

}  // namespace memmap::plugin::isolate
