#include "plugin/isolate/isolate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "plugin/isolate/answers.h"
#include "plugin/isolate/process.h"
#include "plugin/isolate/protocol.h"
#include "plugin/isolate/structs.h"
#include "plugin/isolate/wire.h"

namespace memmap::plugin::isolate {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kLoadingSeconds = 10;

const char* name_of(Function function) {
  switch (function) {
    case Function::trim:
    case Function::numa:
      return "run()";
    case Function::prepare_alloc:
    case Function::prepare_check:
      return "prepare()";
    case Function::release_alloc:
    case Function::release_check:
      return "release()";
    case Function::choose:
      return "choose()";
    case Function::event:
      return "event()";
    case Function::finish:
      return "finish()";
    case Function::access:
      return "access()";
    case Function::recognise:
      return "recognise()";
    case Function::read:
      return "read()";
    case Function::render:
      return "render()";
  }
  return "a call";
}

// Who answers what only some calls may ask; false: not that.
using Answers = std::function<bool(Ask what, Reader& in, Writer& out)>;
bool nothing(Ask, Reader&, Writer&) { return false; }

// A plugin's process, started when it is needed.
class Isolated : public Code {
 public:
  Isolated(const Wishes& wishes, const Protection& protection, const fs::path& file,
           std::string name)
      : wishes_(wishes), protection_(protection), file_(file), name_(std::move(name)) {}

  // Errors: without the plugin's name.
  Result<Description> load();

  Result<std::int32_t> trim(const memmap_trim_input_t& input, const memmap_host_t& host) override {
    return call(Function::trim, host, [&](Writer& out) {
      put_options(out, host);
      out.put(input.hook);
      put_facts(out, *input.facts);
      out.list(input.ranges, input.range_count);
      out.put(static_cast<std::uint8_t>(input.parameter != nullptr));
      if (input.parameter != nullptr) put(out, *input.parameter);
      out.put(input.end_of_ram);
    });
  }
  Result<std::int32_t> numa(const memmap_numa_input_t& input, const memmap_host_t& host) override {
    return call(Function::numa, host, [&](Writer& out) {
      put_options(out, host);
      put_facts(out, *input.facts);
      out.list(input.memory, input.memory_count);
      out.put(input.end_of_ram);
      out.list(input.blocks, input.block_count);
      out.list(input.nodes, input.node_count);
    });
  }
  Result<std::int32_t> prepare(Of of, const memmap_host_t& host, void** state) override {
    auto made = std::make_unique<Made>();
    last_options_.reset();  // they stay with what is prepared
    const auto rc = call(
        of == Of::alloc ? Function::prepare_alloc : Function::prepare_check, host,
        [&](Writer& out) { put_options(out, host); }, nothing,
        [&](Reader& in) { made->id = in.get<std::uint64_t>(); });
    last_options_.reset();
    made->life = life_;
    if (rc && *rc == MEMMAP_OK) *state = made.release();  // else nobody asks for it to be released
    return rc;
  }
  void release(Of of, void* state) override {
    const std::unique_ptr<Made> made(static_cast<Made*>(state));
    if (made == nullptr || !lives(*made)) return;
    const memmap_host_t nobody = deaf_host();
    const auto function = of == Of::alloc ? Function::release_alloc : Function::release_check;
    // Nothing can be asked after it; if the process ends of it, the next call begins another.
    static_cast<void>(call(function, nobody, [&](Writer& out) { out.put(made->id); }));
  }
  Result<std::int32_t> choose(void* state, const memmap_host_t& host, const memmap_find_t& find,
                              const memmap_free_ranges_t& free, std::uint64_t* address) override {
    Made& made = *static_cast<Made*>(state);
    if (!lives(made)) return gone();
    return call(
        Function::choose, host,
        [&](Writer& out) {
          out.put(made.id);
          out.put(find);
          out.put(made.asked);
          out.put(made.grain);
          if ((made.asked & kFitUp) != 0) put_fit(out, free, free.first_fit_up);
          if ((made.asked & kFitDown) != 0) put_fit(out, free, free.first_fit_down);
          if ((made.asked & kNextUp) != 0) put_up(out, free, find.base);
          if ((made.asked & kNextDown) != 0) put_down(out, free, find.end);
          if ((made.asked & kPiece) != 0) put_piece(out, free, made.grain);
        },
        [&](Ask what, Reader& in, Writer& out) { return answer_of_ranges(free, what, in, out); },
        [&](Reader& in) {
          *address = in.get<std::uint64_t>();
          made.asked = in.get<std::uint8_t>() & kAllAsked;
          made.grain = in.get<std::uint64_t>();
        });
  }
  Result<std::int32_t> event(void* state, const memmap_host_t& host, const memmap_event_t& event,
                             const memmap_state_t& boot) override {
    return look_on(Function::event, state, host, boot, [&](Writer& out) { put(out, event); });
  }
  Result<std::int32_t> finish(void* state, const memmap_host_t& host,
                              const memmap_state_t& boot) override {
    return look_on(Function::finish, state, host, boot, [](Writer&) {});
  }
  Result<std::int32_t> access(void* state, const memmap_host_t& host, const memmap_access_t& access,
                              const memmap_state_t& boot) override {
    return look_on(Function::access, state, host, boot, [&](Writer& out) { put(out, access); });
  }
  Result<std::int32_t> recognise(const memmap_source_input_t& input, const memmap_host_t& host,
                                 const char** reason) override {
    return call(
        Function::recognise, host, [&](Writer& out) { put_source(out, input, host); }, nothing,
        [&](Reader& in) {
          const char* text = in.text();
          reason_ = text == nullptr ? "" : text;
          *reason = text == nullptr ? nullptr : reason_.c_str();
        });
  }
  Result<std::int32_t> read(const memmap_source_input_t& input,
                            const memmap_host_t& host) override {
    return call(Function::read, host, [&](Writer& out) { put_source(out, input, host); });
  }
  Result<std::int32_t> render(const memmap_report_input_t& input,
                              const memmap_host_t& host) override {
    return call(
        Function::render, host,
        [&](Writer& out) {
          put_options(out, host);
          out.text(input.json);
          put_state(out, *input.state);
          for (const char* text :
               {input.source, input.format, input.kernel, input.command_line, input.policy}) {
            out.text(text);
          }
        },
        [&](Ask what, Reader& in, Writer& out) {
          return answer_of_state(*input.state, what, in, out);
        });
  }

 private:
  // What prepare() made there: of one life of the process.
  struct Made {
    std::uint64_t id = 0;
    std::uint64_t life = 0;
    std::uint8_t asked = 0;   // in the last search
    std::uint64_t grain = 0;  // the last of its kPiece
  };

  bool lives(const Made& made) const { return process_.alive() && made.life == life_; }

  // Whatever is told while nobody listens.
  static memmap_host_t deaf_host() {
    memmap_host_t h{};
    h.option = [](void*, const char*) -> const char* { return nullptr; };
    h.number = [](void*, const char*, std::uint64_t*) { return MEMMAP_FAILED; };
    h.emit = [](void*, const memmap_answer_t*) { return MEMMAP_FAILED; };
    h.distance = [](void*, std::int32_t, std::int32_t, std::uint32_t) { return MEMMAP_FAILED; };
    h.warn = [](void*, const char*) {};
    h.fail = [](void*, const char*) { return MEMMAP_FAILED; };
    h.say = [](void*, const memmap_message_t*) {};
    h.read_number = [](void*, const char* text, std::uint32_t, std::uint64_t*) { return text; };
    h.has_config = [](void*, const char*) { return 0; };
    h.finding = [](void*, const memmap_finding_t*) { return MEMMAP_FAILED; };
    h.entry = [](void*, const memmap_range_t*) { return MEMMAP_FAILED; };
    h.fact = [](void*, const char*, const char*) { return MEMMAP_FAILED; };
    h.input_error = [](void*, std::uint64_t, std::uint64_t, const char*) { return MEMMAP_FAILED; };
    h.write = [](void*, const void*, std::size_t) { return MEMMAP_FAILED; };
    h.bad_option = [](void*, const char*, const char*) { return MEMMAP_FAILED; };
    h.kernel_does = [](void*, const char*) { return 0; };
    return h;
  }

  Error blame(const Error& error) const {
    Error out = error;
    out.message = fmt::format("plugin `{}` {}", name_, error.message);
    return out;
  }
  // What was prepared went with the process, and what ended that is the reason here too.
  Error gone() const {
    return fault_.value_or(
        blame(Error{.message = "has no process any more", .code = ErrorCode::plugin_fault}));
  }

  void put_options(Writer& out, const memmap_host_t& host) {
    Writer options;
    options.put(static_cast<std::uint64_t>(options_.size()));
    for (const OptionInfo& o : options_) {
      options.text(std::string_view(o.name));
      options.text(host.option(host.ctx, o.name.c_str()));
      const bool is_number =
          o.type == OptionType::bytes || o.type == OptionType::count || o.type == OptionType::flag;
      std::uint64_t number = 0;
      const bool known = is_number && host.number(host.ctx, o.name.c_str(), &number) == MEMMAP_OK;
      options.put(static_cast<std::uint8_t>(known));
      options.put(number);
    }
    put_once(out, last_options_, options.bytes());
  }
  void put_facts(Writer& out, const memmap_facts_t& facts) {
    Writer bytes;
    put(bytes, facts);
    put_once(out, last_facts_, bytes.bytes());
  }
  void put_state(Writer& out, const memmap_state_t& state) {
    out.put(std::array<std::uint64_t, 3>{state.flags, state.current_limit, state.max_pfn});
    put_facts(out, *state.facts);
  }
  void put_source(Writer& out, const memmap_source_input_t& input, const memmap_host_t& host) {
    put_options(out, host);
    out.text(input.name);
    put_once(out, last_source_,
             std::string_view(reinterpret_cast<const char*>(input.bytes), input.byte_count));
  }
  // What the process has already is not told again.
  static void put_once(Writer& out, std::optional<std::string>& last, std::string_view bytes) {
    const bool anew = last != bytes;
    out.put(static_cast<std::uint8_t>(anew));
    if (!anew) return;
    out.text(bytes);
    last = bytes;
  }

  // Hands over what it told. Error: it makes no sense, or is more than is listened to.
  Status listen(std::string bytes, const memmap_host_t& host, bool& refused, const char* name);

  template <class Puts>
  Result<std::int32_t> look_on(Function function, void* state, const memmap_host_t& host,
                               const memmap_state_t& boot, const Puts& puts) {
    const Made& made = *static_cast<Made*>(state);
    if (!lives(made)) return gone();
    return call(
        function, host,
        [&](Writer& out) {
          out.put(made.id);
          puts(out);
          put_state(out, boot);
        },
        [&](Ask what, Reader& in, Writer& out) { return answer_of_state(boot, what, in, out); });
  }

  template <class Puts>
  Result<std::int32_t> call(
      Function function, const memmap_host_t& host, const Puts& puts,
      const Answers& answers = nothing,
      const std::function<void(Reader&)>& gives = [](Reader&) {}) {
    if (!process_.alive()) {
      if (auto again = load(); !again) return blame_all(again.errors());
    }
    Writer out;
    out.put(function);
    puts(out);
    const char* name = name_of(function);
    process_.begin_call(wishes_.limits.seconds);
    auto rc = talk(out, host, answers, gives, name);
    if (rc) return rc;
    fault_ = blame(rc.errors().front());
    return *fault_;
  }
  Errors blame_all(const Errors& errors) const {
    Errors out;
    for (const Error& e : errors) out.push_back(blame(e));
    return out;
  }

  Result<std::int32_t> talk(const Writer& request, const memmap_host_t& host,
                            const Answers& answers, const std::function<void(Reader&)>& gives,
                            const char* name);

  const Wishes wishes_;
  const Protection protection_;
  const fs::path file_;
  const std::string name_;
  Process process_{};
  std::uint64_t life_ = 0;        // how often it was started
  std::uint64_t told_ = 0;        // in bytes, by all its lives
  std::optional<Error> fault_{};  // what ended it last
  std::vector<OptionInfo> options_{};
  std::string reason_{};
  // What the process has.
  std::optional<std::string> last_options_{};
  std::optional<std::string> last_facts_{};
  std::optional<std::string> last_source_{};
};

Status Isolated::listen(std::string bytes, const memmap_host_t& host, bool& refused,
                        const char* name) {
  told_ += bytes.size();
  if (told_ > limit_of(Limit::plugin_told)) {
    process_.end();
    return Error{
        .message = fmt::format("tells too much in {}: {}", name, beyond(Limit::plugin_told)),
        .code = ErrorCode::plugin_fault};
  }
  if (hand_over_all(std::move(bytes), host, refused)) return Done{};
  return process_.broke_protocol(name, "what it told makes no sense");
}

Result<std::int32_t> Isolated::talk(const Writer& request, const memmap_host_t& host,
                                    const Answers& answers,
                                    const std::function<void(Reader&)>& gives, const char* name) {
  if (Status s = process_.send(Kind::call, request.bytes(), name); !s) return s.errors();
  bool refused = false;
  for (;;) {
    auto frame = process_.receive(name);
    if (!frame) return frame.errors();
    if (frame->kind == Kind::log) {
      if (Status s = listen(std::move(frame->bytes), host, refused, name); !s) return s.errors();
      Writer heard;
      heard.put(static_cast<std::uint8_t>(refused));
      if (Status s = process_.send(Kind::answer, heard.bytes(), name); !s) return s.errors();
      continue;
    }
    if (frame->kind != Kind::ask && frame->kind != Kind::done) {
      return process_.broke_protocol(name, "it answered what was not asked");
    }
    Reader in(std::move(frame->bytes));
    if (Status s = listen(std::string(in.view()), host, refused, name); !s) return s.errors();
    if (!in.ok()) return process_.broke_protocol(name, "what it told makes no sense");
    if (frame->kind == Kind::done) {
      const auto rc = in.get<std::int32_t>();
      gives(in);
      if (in.ok() && in.at_end()) return rc;
      return process_.broke_protocol(name, "what it returned makes no sense");
    }
    const auto what = in.get<Ask>();
    Writer out;
    bool known = true;
    if (what == Ask::has_config) {
      out.put(host.has_config(host.ctx, in.text()));
    } else if (what == Ask::kernel_does) {
      out.put(host.kernel_does(host.ctx, in.text()));
    } else {
      known = answers(what, in, out);
    }
    if (!known || !in.ok() || !in.at_end()) {
      return process_.broke_protocol(name, "it asked what is not there to be asked");
    }
    if (Status s = process_.send(Kind::answer, out.bytes(), name); !s) return s.errors();
  }
}

Result<Description> Isolated::load() {
  if (Status s = process_.start(wishes_.program, name_); !s) return s.errors();
  ++life_;
  last_options_.reset();
  last_facts_.reset();
  last_source_.reset();
  Writer out;
  out.text(std::string_view(name_));
  out.text(std::string_view(file_.string()));
  out.put(protection_);
  out.put(wishes_.limits);
  process_.begin_call(kLoadingSeconds);
  if (Status s = process_.send(Kind::load, out.bytes(), kLoading); !s) return s.errors();
  auto frame = process_.receive(kLoading);
  if (!frame) return frame.errors();
  if (frame->kind != Kind::described) {
    return process_.broke_protocol(kLoading, "it answered what was not asked");
  }
  Reader in(std::move(frame->bytes));
  const auto count = in.get<std::uint64_t>();
  Errors errors;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, 100) && in.ok(); ++i) {
    std::string message(in.view().substr(0, 1000));
    for (char& c : message) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    errors.push_back(Error{.message = std::move(message)});
  }
  if (!errors.empty()) {
    process_.end();
    return errors;
  }
  Description description = get_description(in);
  if (!in.ok() || !in.at_end() || description.info.name != name_ ||
      !faults_of(description.info.options).empty()) {
    return process_.broke_protocol(kLoading, "how it describes itself makes no sense");
  }
  description.info.file = file_;
  options_ = description.info.options;
  return description;
}

class IsolatingOpener : public Opener {
 public:
  explicit IsolatingOpener(Wishes wishes)
      : wishes_(std::move(wishes)),
        protection_(wishes_.protection ? *wishes_.protection : protection_here()) {}

  Result<Opened> open(const fs::path& file, std::string_view name) const override {
    if (!protection_.any() && !wishes_.unprotected) {
      return Error{
          .message =
              "cannot be isolated: nothing would contain it, for this kernel has neither "
              "seccomp nor landlock; --isolate-unprotected runs it in a process of its own "
              "all the same"};
    }
    auto code = std::make_unique<Isolated>(wishes_, protection_, file, std::string(name));
    auto description = code->load();
    if (!description) return description.errors();
    return Opened{*std::move(description), std::move(code)};
  }
  std::optional<std::string> note() const override { return what_lacks(protection_); }

 private:
  Wishes wishes_;
  Protection protection_;
};

}  // namespace

std::shared_ptr<const Opener> isolating_opener(Wishes wishes) {
  return std::make_shared<IsolatingOpener>(std::move(wishes));
}

}  // namespace memmap::plugin::isolate
