#include "plugin/isolate/child.h"

#include <cxxabi.h>
#include <signal.h>
#include <sys/prctl.h>

#include <array>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "plugin/isolate/child_socket.h"
#include "plugin/isolate/confine.h"
#include "plugin/isolate/server.h"
#include "plugin/load/open.h"

namespace memmap::plugin::isolate {

void Server::serve() {
  for (;;) answer(receive(Kind::call));
}

void* Server::prepared(std::uint64_t id) {
  const auto it = prepared_.find(id);
  if (it == prepared_.end()) end(1);
  options_ = it->second.options.get();
  return it->second.state;
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
  grain_ = in.get<std::uint64_t>();
  if ((brought & kFitUp) != 0) fit_up_ = get_fit(in);
  if ((brought & kFitDown) != 0) fit_down_ = get_fit(in);
  if ((brought & kNextUp) != 0) up_.take(in, find.base);
  if ((brought & kNextDown) != 0) down_.take(in, find.end);
  if ((brought & kPiece) != 0) piece_ = get_piece(in);
  std::uint64_t address = 0;
  const std::int32_t rc = plugin_.alloc.choose(state, &host_, &find, &free_ranges_, &address);
  gives.put(address);
  gives.put(asked_);
  gives.put(grain_);
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

namespace {

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

}  // namespace

void Server::answer(std::string bytes) {
  options_ = nullptr;
  failed_ = false;
  answers_.clear();
  lists_.clear();
  up_ = {};
  down_ = {};
  fit_up_.reset();
  fit_down_.reset();
  piece_.reset();
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
