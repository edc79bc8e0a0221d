// The program's side of a plugin's process: started, talked to, ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plugin/isolate/confine.h"
#include "plugin/isolate/protocol.h"

namespace memmap::plugin::isolate {

// In place of a function's name, for what happens before any is called.
inline constexpr std::string_view kLoading = "loading";

// One process; no thread of this one is disturbed by it, whenever it is started. Ends with this.
class Process {
 public:
  Process() = default;
  ~Process() { end(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // `program`: the file that is run, empty: this one. Nothing of this process is inherited: no
  // descriptor, no environment, no memory. Error: the system has no process, ...
  Status start(const std::string& program, const std::string& plugin);
  bool alive() const { return pid_ > 0; }

  // Begins to count a time, of which up to `seconds` may pass until end_of_call(); 0: any.
  void begin_call(unsigned seconds);
  // Both give what became of it, in words that follow the plugin's name and of which `call` is a part:
  // `crashed in run() (signal 11)`. Then it is ended.
  Status send(Kind kind, std::string_view bytes, std::string_view call);
  struct Frame {
    Kind kind = Kind::done;
    std::string bytes{};
  };
  Result<Frame> receive(std::string_view call);

  // Ends it and says of it what receive() would of a frame that nobody expects.
  Error broke_protocol(std::string_view call, std::string_view how);
  void end();

 private:
  enum class Trouble { none, closed, late };
  Trouble wait_for(short events);
  Trouble send_all(const char* at, std::size_t count);
  Trouble read_all(char* to, std::size_t count);
  // What became of it, which has not come back from `call`.
  Error fault_of(Trouble trouble, std::string_view call);
  void put_off_limit();

  pid_t pid_ = -1;
  int socket_ = -1;
  unsigned seconds_ = 0;
  std::uint64_t spent_ms_ = 0;       // of the call
  std::int64_t used_before_ms_ = 0;  // processor time of this thread when the call began
  std::int64_t put_off_at_ = -1;     // when the limit on processor time was last moved
};

}  // namespace memmap::plugin::isolate
