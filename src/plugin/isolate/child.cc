#include "plugin/isolate/child.h"

#include <cxxabi.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/command_line.h"
#include "plugin/isolate/confine.h"
#include "plugin/isolate/protocol.h"
#include "plugin/isolate/structs.h"
#include "plugin/isolate/wire.h"
#include "plugin/load/descriptor.h"
#include "plugin/load/open.h"

namespace memmap::plugin::isolate {
namespace {

[[noreturn]] void end(int code) {
  for (;;) ::syscall(SYS_exit_group, code);  // nothing that the plugin registered runs
}

// All of it, or nobody is there any more.
void write_all(const void* from, std::size_t count) {
  const auto* at = static_cast<const char*>(from);
  while (count != 0) {
    const ssize_t written = ::write(Confinement::kSocket, at, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) end(1);
    at += written;
    count -= static_cast<std::size_t>(written);
  }
}

void read_all(void* to, std::size_t count) {
  auto* at = static_cast<char*>(to);
  while (count != 0) {
    const ssize_t got = ::read(Confinement::kSocket, at, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) end(1);
    at += got;
    count -= static_cast<std::size_t>(got);
  }
}

void send(Kind kind, std::string_view bytes) {
  const std::string whole = frame(kind, bytes);
  write_all(whole.data(), whole.size());
}

std::string receive(Kind expected) {
  Head head;
  read_all(&head, sizeof head);
  // The program does not err; a plugin that reads its frames away makes it look so.
  if (head.magic != kMagic || head.kind != expected) end(1);
  std::string out(head.size, '\0');
  read_all(out.data(), out.size());
  return out;
}

// In a signal handler.
void tell_refused(int call) {
  const std::int64_t number = call;
  struct {
    Head head{kMagic, Kind::refused, sizeof number};
    std::int64_t number = 0;
  } frame;
  static_assert(sizeof frame == sizeof(Head) + sizeof number);
  frame.number = number;
  write_all(&frame, sizeof frame);
}

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

// Serves the calls of the plugin that is at work: tells the program, or asks it.
class Server {
 public:
  Server() { set_host(); }

  // Loads what the first frame says, and says what it is.
  void load();
  [[noreturn]] void serve() {
    for (;;) answer(receive(Kind::call));
  }

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
  void* prepared(std::uint64_t id) {
    const auto it = prepared_.find(id);
    if (it == prepared_.end()) end(1);
    options_ = it->second.options.get();
    return it->second.state;
  }

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
  void flush() {
    send(Kind::log, told_.bytes());
    told_.clear();
    Reader in(receive(Kind::answer));
    failed_ = failed_ || in.get<std::uint8_t>() != 0;
  }
  // The reader lives until the call returns.
  Reader& ask(Ask what, const Writer& values = {}) {
    Writer out;
    out.text(std::string_view(told_.bytes()));
    told_.clear();
    out.put(what);
    out.append(values);
    send(Kind::ask, out.bytes());
    return answers_.emplace_back(receive(Kind::answer));
  }

  const Option* find_option(const char* name) const {
    if (name == nullptr || options_ == nullptr) return nullptr;
    const auto it = std::ranges::find(options_->list, name, &Option::name);
    return it == options_->list.end() ? nullptr : &*it;
  }

  template <class T, Ask kAsk>
  static std::size_t whole_list(void* ctx, const T** list) noexcept;
  template <class T, Ask kAsk>
  static std::size_t part_of_list(void* ctx, std::uint64_t base, std::uint64_t end,
                                  const T** list) noexcept;
  template <class T>
  static std::pair<const T*, std::size_t> get_list(Reader& in);

  static std::int32_t next_up(void* ctx, std::uint64_t after, std::uint64_t* base,
                              std::uint64_t* end) noexcept;
  static std::int32_t next_down(void* ctx, std::uint64_t before, std::uint64_t* base,
                                std::uint64_t* end) noexcept;
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
  std::uint8_t asked_ = 0;
};

void Server::set_host() {
  host_.struct_size = sizeof host_;
  host_.abi_minor = MEMMAP_ABI_MINOR;
  host_.ctx = this;
  host_.option = [](void* ctx, const char* name) noexcept -> const char* {
    const Option* o = self(ctx).find_option(name);
    if (o == nullptr) self(ctx).tell(Told::option, name);
    return o == nullptr ? nullptr : o->text;
  };
  host_.number = [](void* ctx, const char* name, std::uint64_t* value) noexcept -> std::int32_t {
    const Option* o = self(ctx).find_option(name);
    if (o != nullptr && o->text == nullptr) return MEMMAP_NONE;
    if (o == nullptr || !o->number || value == nullptr) {
      self(ctx).tell(Told::number, name, static_cast<std::uint8_t>(value != nullptr));
      return MEMMAP_FAILED;
    }
    *value = *o->number;
    return MEMMAP_OK;
  };
  host_.emit = [](void* ctx, const memmap_answer_t* answer) noexcept -> std::int32_t {
    self(ctx).told_.put(Told::emit);
    put_given(self(ctx).told_, answer);
    return self(ctx).told_any();
  };
  host_.distance = [](void* ctx, std::int32_t from, std::int32_t to,
                      std::uint32_t distance) noexcept -> std::int32_t {
    return self(ctx).tell(Told::distance, from, to, distance);
  };
  host_.warn = [](void* ctx, const char* message) noexcept { self(ctx).tell(Told::warn, message); };
  host_.fail = [](void* ctx, const char* message) noexcept -> std::int32_t {
    self(ctx).tell(Told::fail, message);
    return MEMMAP_FAILED;
  };
  host_.say = [](void* ctx, const memmap_message_t* message) noexcept {
    self(ctx).told_.put(Told::say);
    put_given(self(ctx).told_, message);
    self(ctx).told_any();
  };
  host_.read_number = [](void* ctx, const char* text, std::uint32_t form,
                         std::uint64_t* value) noexcept -> const char* {
    if (text == nullptr || value == nullptr || form > MEMMAP_SIZE) {
      self(ctx).tell(Told::read_number);
      return text;
    }
    const kernel::Parsed parsed =
        form == MEMMAP_SIZE ? kernel::memparse(text) : kernel::simple_strtoull(text);
    *value = parsed.value;
    return parsed.rest.data();
  };
  host_.has_config = [](void* ctx, const char* option) noexcept -> std::int32_t {
    Writer what;
    what.text(option, kPart);
    return self(ctx).ask(Ask::has_config, what).get<std::int32_t>();
  };
  host_.finding = [](void* ctx, const memmap_finding_t* finding) noexcept -> std::int32_t {
    self(ctx).told_.put(Told::finding);
    put_given(self(ctx).told_, finding);
    return self(ctx).told_any();
  };
  host_.entry = [](void* ctx, const memmap_range_t* entry) noexcept -> std::int32_t {
    self(ctx).told_.put(Told::entry);
    put_given(self(ctx).told_, entry);
    return self(ctx).told_any();
  };
  host_.fact = [](void* ctx, const char* key, const char* value) noexcept -> std::int32_t {
    return self(ctx).tell(Told::fact, key, value);
  };
  host_.input_error = [](void* ctx, std::uint64_t line, std::uint64_t column,
                         const char* message) noexcept -> std::int32_t {
    return self(ctx).tell(Told::input_error, line, column, message);
  };
  host_.write = [](void* ctx, const void* bytes, std::size_t count) noexcept -> std::int32_t {
    Server& server = self(ctx);
    const auto* at = static_cast<const char*>(bytes);
    std::int32_t rc = MEMMAP_OK;
    do {
      const std::size_t part = std::min<std::size_t>(count, kPart);
      server.told_.put(Told::write);
      server.told_.put(static_cast<std::uint8_t>(at != nullptr));
      server.told_.put(static_cast<std::uint64_t>(part));
      if (at == nullptr) return server.told_any();
      server.told_.list(at, part);
      rc = server.told_any();
      at += part;
      count -= part;
    } while (count != 0 && rc == MEMMAP_OK);
    return rc;
  };
  host_.bad_option = [](void* ctx, const char* option,
                        const char* message) noexcept -> std::int32_t {
    self(ctx).tell(Told::bad_option, option, message);
    return MEMMAP_FAILED;
  };
  host_.kernel_does = [](void* ctx, const char* difference) noexcept -> std::int32_t {
    Writer what;
    what.text(difference, kPart);
    return self(ctx).ask(Ask::kernel_does, what).get<std::int32_t>();
  };
  set_state();
  free_ranges_.struct_size = sizeof free_ranges_;
  free_ranges_.ctx = this;
  free_ranges_.next_up = next_up;
  free_ranges_.next_down = next_down;
  free_ranges_.first_fit_up = [](void* ctx, std::uint64_t* address) noexcept -> std::int32_t {
    return fit(ctx, Ask::first_fit_up, kFitUp, self(ctx).fit_up_, address);
  };
  free_ranges_.first_fit_down = [](void* ctx, std::uint64_t* address) noexcept -> std::int32_t {
    return fit(ctx, Ask::first_fit_down, kFitDown, self(ctx).fit_down_, address);
  };
}

void Server::set_state() {
  state_.struct_size = sizeof state_;
  state_.ctx = this;
  state_.e820 = whole_list<memmap_range_t, Ask::e820>;
  state_.memory = whole_list<memmap_range_t, Ask::memory>;
  state_.reserved = whole_list<memmap_range_t, Ask::reserved>;
  state_.owners = whole_list<memmap_owned_t, Ask::owners>;
  state_.in_use = whole_list<memmap_owned_t, Ask::in_use>;
  state_.nodes = whole_list<memmap_range_t, Ask::nodes>;
  state_.zones = whole_list<memmap_zone_t, Ask::zones>;
  state_.free_blocks = whole_list<memmap_free_run_t, Ask::free_blocks>;
  state_.mappings = whole_list<memmap_mapping_t, Ask::mappings>;
  state_.messages = whole_list<memmap_event_t, Ask::messages>;
  state_.memory_in = part_of_list<memmap_range_t, Ask::memory_in>;
  state_.reserved_in = part_of_list<memmap_range_t, Ask::reserved_in>;
  state_.owners_in = part_of_list<memmap_owned_t, Ask::owners_in>;
}

template <class T>
std::pair<const T*, std::size_t> Server::get_list(Reader& in) {
  if constexpr (std::is_same_v<T, memmap_owned_t> || std::is_same_v<T, memmap_event_t>) {
    std::vector<T> out;
    const auto count = in.get<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      if constexpr (std::is_same_v<T, memmap_owned_t>) {
        out.push_back(get_owned(in));
      } else {
        out.push_back(get_event(in));
      }
    }
    return in.keep(std::move(out));
  } else {
    return in.list<T>();
  }
}

template <class T, Ask kAsk>
std::size_t Server::whole_list(void* ctx, const T** list) noexcept {
  auto& known = self(ctx).lists_;
  auto it = known.find(kAsk);
  if (it == known.end()) {
    const auto [first, count] = get_list<T>(self(ctx).ask(kAsk));
    it = known.emplace(kAsk, std::pair<const void*, std::size_t>(first, count)).first;
  }
  if (list != nullptr) *list = static_cast<const T*>(it->second.first);
  return it->second.second;
}

template <class T, Ask kAsk>
std::size_t Server::part_of_list(void* ctx, std::uint64_t base, std::uint64_t end,
                                 const T** list) noexcept {
  Writer limits;
  limits.put(base);
  limits.put(end);
  const auto [first, count] = get_list<T>(self(ctx).ask(kAsk, limits));
  if (list != nullptr) *list = first;
  return count;
}

std::int32_t Server::next_up(void* ctx, std::uint64_t after, std::uint64_t* base,
                             std::uint64_t* end) noexcept {
  Server& server = self(ctx);
  KnownRanges& known = server.up_;
  server.asked_ |= kNextUp;
  for (;;) {
    if (known.told && after >= known.from) {
      const auto it = std::ranges::upper_bound(known.list, after, {}, &Bounds::end);
      if (it != known.list.end()) {
        if (base == nullptr || end == nullptr) return MEMMAP_NONE;
        *base = std::max(it->base, after);
        *end = it->end;
        return MEMMAP_OK;
      }
      if (known.all) return MEMMAP_NONE;
    }
    Writer what;
    what.put(after);
    known.take(server.ask(Ask::next_up, what), after);
  }
}

std::int32_t Server::next_down(void* ctx, std::uint64_t before, std::uint64_t* base,
                               std::uint64_t* end) noexcept {
  Server& server = self(ctx);
  KnownRanges& known = server.down_;
  server.asked_ |= kNextDown;
  for (;;) {
    if (known.told && before <= known.from) {
      const auto it =
          std::ranges::find_if(known.list, [before](const Bounds& b) { return b.base < before; });
      if (it != known.list.end()) {
        if (base == nullptr || end == nullptr) return MEMMAP_NONE;
        *base = it->base;
        *end = std::min(it->end, before);
        return MEMMAP_OK;
      }
      if (known.all) return MEMMAP_NONE;
    }
    Writer what;
    what.put(before);
    known.take(server.ask(Ask::next_down, what), before);
  }
}

std::optional<std::uint64_t> get_fit(Reader& in) {
  const auto there = in.get<std::uint8_t>();
  const auto address = in.get<std::uint64_t>();
  return there == 0 ? std::nullopt : std::optional(address);
}

std::int32_t Server::fit(void* ctx, Ask which, Asked bit,
                         std::optional<std::optional<std::uint64_t>>& known,
                         std::uint64_t* address) {
  Server& server = self(ctx);
  server.asked_ |= bit;
  if (!known) known = get_fit(server.ask(which));
  if (!*known || address == nullptr) return MEMMAP_NONE;
  *address = **known;
  return MEMMAP_OK;
}

std::int32_t Server::run_trim(Reader& in) {
  take_options(in);
  memmap_trim_input_t input{};
  input.struct_size = sizeof input;
  input.hook = in.get<std::uint32_t>();
  input.facts = facts(in);
  std::tie(input.ranges, input.range_count) = in.list<memmap_range_t>();
  memmap_setting_t parameter{};
  if (in.get<std::uint8_t>() != 0) {
    parameter = get_setting(in);
    input.parameter = &parameter;
  }
  input.end_of_ram = in.get<std::uint64_t>();
  return plugin_.trim.run(&input, &host_);
}

std::int32_t Server::run_numa(Reader& in) {
  take_options(in);
  memmap_numa_input_t input{};
  input.struct_size = sizeof input;
  input.facts = facts(in);
  std::tie(input.memory, input.memory_count) = in.list<memmap_range_t>();
  input.end_of_ram = in.get<std::uint64_t>();
  std::tie(input.blocks, input.block_count) = in.list<memmap_range_t>();
  std::tie(input.nodes, input.node_count) = in.list<std::int32_t>();
  return plugin_.numa.run(&input, &host_);
}

std::int32_t Server::prepare(Function function, Reader& in, Writer& gives) {
  take_options(in);
  const auto prepare =
      function == Function::prepare_alloc ? plugin_.alloc.prepare : plugin_.check.prepare;
  Prepared made;
  const std::int32_t rc = prepare == nullptr ? MEMMAP_OK : prepare(&host_, &made.state);
  made.options = std::move(unprepared_);
  gives.put(next_id_);
  prepared_.emplace(next_id_++, std::move(made));
  return rc;
}

void Server::release(Function function, Reader& in) {
  const auto id = in.get<std::uint64_t>();
  void* state = prepared(id);
  const auto release =
      function == Function::release_alloc ? plugin_.alloc.release : plugin_.check.release;
  if (release != nullptr) release(state);
  options_ = nullptr;
  prepared_.erase(id);
}

std::int32_t Server::run_choose(Reader& in, Writer& gives) {
  void* state = prepared(in.get<std::uint64_t>());
  const auto find = in.get<memmap_find_t>();
  const auto brought = in.get<std::uint8_t>();
  if ((brought & kFitUp) != 0) fit_up_ = get_fit(in);
  if ((brought & kFitDown) != 0) fit_down_ = get_fit(in);
  if ((brought & kNextUp) != 0) up_.take(in, find.base);
  if ((brought & kNextDown) != 0) down_.take(in, find.end);
  std::uint64_t address = 0;
  const std::int32_t rc = plugin_.alloc.choose(state, &host_, &find, &free_ranges_, &address);
  gives.put(address);
  gives.put(asked_);
  return rc;
}

std::int32_t Server::run_check(Function function, Reader& in) {
  void* state = prepared(in.get<std::uint64_t>());
  if (function == Function::finish) {
    take_state(in);
    return plugin_.check.finish(state, &host_, &state_);
  }
  if (function == Function::event) {
    const memmap_event_t event = get_event(in);
    take_state(in);
    return plugin_.check.event(state, &host_, &event, &state_);
  }
  const memmap_access_t access = get_access(in);
  take_state(in);
  return plugin_.check.access(state, &host_, &access, &state_);
}

std::int32_t Server::run_source(Function function, Reader& in, Writer& gives) {
  take_options(in);
  memmap_source_input_t input{};
  input.struct_size = sizeof input;
  input.name = in.text();
  const std::string_view bytes = kept(in, bytes_);
  input.bytes = reinterpret_cast<const std::uint8_t*>(bytes.data());  // a string's: a NUL follows
  input.byte_count = bytes.size();
  if (function == Function::read) return plugin_.source.read(&input, &host_);
  const char* reason = nullptr;
  const std::int32_t rc = plugin_.source.recognise(&input, &host_, &reason);
  gives.text(reason, kPart);
  return rc;
}

std::int32_t Server::run_report(Reader& in) {
  take_options(in);
  memmap_report_input_t input{};
  input.struct_size = sizeof input;
  input.json = in.text();
  input.json_size = std::strlen(input.json);
  take_state(in);
  input.state = &state_;
  for (const char** text :
       {&input.source, &input.format, &input.kernel, &input.command_line, &input.policy}) {
    *text = in.text();
  }
  return plugin_.report.render(&input, &host_);
}

std::int32_t Server::run(Function function, Reader& in, Writer& gives) {
  switch (function) {
    case Function::trim:
      return run_trim(in);
    case Function::numa:
      return run_numa(in);
    case Function::prepare_alloc:
    case Function::prepare_check:
      return prepare(function, in, gives);
    case Function::release_alloc:
    case Function::release_check:
      release(function, in);
      return MEMMAP_OK;
    case Function::choose:
      return run_choose(in, gives);
    case Function::event:
    case Function::finish:
    case Function::access:
      return run_check(function, in);
    case Function::recognise:
    case Function::read:
      return run_source(function, in, gives);
    case Function::render:
      return run_report(in);
  }
  end(1);
}

// What the plugin's function is left by other than a return ends the process: only a fresh one is as it
// should be.
template <class F>
void or_tell(const F& function) {
  try {
    function();
  } catch (const abi::__forced_unwind&) {  // NOLINT: pthread_exit(), which must go on
    throw;
  } catch (const std::exception& e) {
    send(Kind::threw, std::string_view(e.what()).substr(0, 400));
    end(1);
  } catch (...) {
    send(Kind::threw, "");
    end(1);
  }
}

void Server::answer(std::string bytes) {
  options_ = nullptr;
  failed_ = false;
  answers_.clear();
  lists_.clear();
  up_ = {};
  down_ = {};
  fit_up_.reset();
  fit_down_.reset();
  asked_ = 0;
  or_tell([&] {
    Reader in(std::move(bytes));
    const auto function = in.get<Function>();
    Writer gives;
    const std::int32_t rc = run(function, in, gives);
    Writer out;
    out.text(std::string_view(told_.bytes()));
    told_.clear();
    out.put(rc);
    out.append(gives);
    send(Kind::done, out.bytes());
  });
}

void Server::load() {
  Reader in(receive(Kind::load));
  name_ = in.view();
  const std::string file(in.view());
  const auto protection = in.get<Protection>();
  const auto limits = in.get<Limits>();
  Confinement confinement(protection, limits, tell_refused);
  std::vector<std::string> errors;
  Description description;
  const auto take = [&errors](const Status& s) {
    if (s) return true;
    for (const Error& e : s.errors()) errors.push_back(e.message);
    return false;
  };
  or_tell([&] {
    if (take(confinement.before_loading(file))) {
      auto opened = open_and_describe(file, name_);
      if (opened) {
        description = *std::move(opened);
      } else {
        take(Status(opened.errors()));
      }
    }
    if (errors.empty()) take(confinement.after_loading());
  });
  Writer out;
  out.put(static_cast<std::uint64_t>(errors.size()));
  for (const std::string& e : errors) out.text(std::string_view(e));
  if (errors.empty()) put(out, description);
  send(Kind::described, out.bytes());
  if (!errors.empty()) end(0);
  plugin_ = description.interfaces;
}

}  // namespace

bool is_child(int argc, char** argv) { return argc == 2 && std::string_view(argv[1]) == kArgument; }

void run_child() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The plain end of a crash tells more than anybody's handler would.
  for (const int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPIPE}) {
    ::signal(s, SIG_DFL);
  }
  static Server& server = *new Server;  // nothing of it is ever destroyed
  server.load();
  server.serve();
}

}  // namespace memmap::plugin::isolate
