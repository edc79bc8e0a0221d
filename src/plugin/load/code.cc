#include "plugin/load/code.h"

#include <utility>

#include "plugin/load/guard.h"

namespace memmap::plugin {
namespace {

class Here : public Code {
 public:
  Here(std::string plugin, const Interfaces& interfaces)
      : plugin_(std::move(plugin)), in_(interfaces) {}

  Result<std::int32_t> trim(const memmap_trim_input_t& input, const memmap_host_t& host) override {
    return guarded("run()", in_.trim.run, &input, &host);
  }
  Result<std::int32_t> numa(const memmap_numa_input_t& input, const memmap_host_t& host) override {
    return guarded("run()", in_.numa.run, &input, &host);
  }
  Result<std::int32_t> prepare(Of of, const memmap_host_t& host, void** state) override {
    const auto prepare = of == Of::alloc ? in_.alloc.prepare : in_.check.prepare;
    return prepare == nullptr ? MEMMAP_OK : guarded("prepare()", prepare, &host, state);
  }
  void release(Of of, void* state) override {
    const auto release = of == Of::alloc ? in_.alloc.release : in_.check.release;
    if (release == nullptr) return;
    CallGuard guard(plugin_.c_str(), "release()");
    release(state);
    guard.returned();
  }
  Result<std::int32_t> choose(void* state, const memmap_host_t& host, const memmap_find_t& find,
                              const memmap_free_ranges_t& free_ranges,
                              std::uint64_t* address) override {
    return guarded("choose()", in_.alloc.choose, state, &host, &find, &free_ranges, address);
  }
  Result<std::int32_t> event(void* state, const memmap_host_t& host, const memmap_event_t& event,
                             const memmap_state_t& boot) override {
    return guarded("event()", in_.check.event, state, &host, &event, &boot);
  }
  Result<std::int32_t> finish(void* state, const memmap_host_t& host,
                              const memmap_state_t& boot) override {
    return guarded("finish()", in_.check.finish, state, &host, &boot);
  }
  Result<std::int32_t> access(void* state, const memmap_host_t& host, const memmap_access_t& access,
                              const memmap_state_t& boot) override {
    return guarded("access()", in_.check.access, state, &host, &access, &boot);
  }
  Result<std::int32_t> recognise(const memmap_source_input_t& input, const memmap_host_t& host,
                                 const char** reason) override {
    return guarded("recognise()", in_.source.recognise, &input, &host, reason);
  }
  Result<std::int32_t> read(const memmap_source_input_t& input,
                            const memmap_host_t& host) override {
    return guarded("read()", in_.source.read, &input, &host);
  }
  Result<std::int32_t> render(const memmap_report_input_t& input,
                              const memmap_host_t& host) override {
    return guarded("render()", in_.report.render, &input, &host);
  }

 private:
  template <class F, class... A>
  std::int32_t guarded(const char* call, F function, A... arguments) {
    CallGuard guard(plugin_.c_str(), call);
    return guard.returned(function(arguments...));
  }

  std::string plugin_;
  Interfaces in_;
};

}  // namespace

std::unique_ptr<Code> code_here(std::string plugin, const Interfaces& interfaces) {
  return std::make_unique<Here>(std::move(plugin), interfaces);
}

}  // namespace memmap::plugin
