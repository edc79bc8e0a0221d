// How a loaded plugin's functions are called: in this process, or in one of the plugin's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "plugin/abi.h"
#include "plugin/load/descriptor.h"

namespace memmap::plugin {

// The functions of all interfaces, of which a plugin has those that its Interfaces have. What each
// takes and returns is abi.h's. Error: no answer came, by the plugin's fault and in whole words
// (`plugin `x` crashed in run() (signal 11)`); what it told meanwhile is worth nothing. In this process
// there is none: whoever breaks it ends it (guard.h). One thread at a time.
class Code {
 public:
  // Interfaces whose functions share what prepare() made.
  enum class Of { alloc, check };

  virtual ~Code() = default;
  virtual Result<std::int32_t> trim(const memmap_trim_input_t& input,
                                    const memmap_host_t& host) = 0;
  virtual Result<std::int32_t> numa(const memmap_numa_input_t& input,
                                    const memmap_host_t& host) = 0;
  // Where the plugin has no prepare() or release(), nothing is done, and well.
  virtual Result<std::int32_t> prepare(Of of, const memmap_host_t& host, void** state) = 0;
  virtual void release(Of of, void* state) = 0;
  virtual Result<std::int32_t> choose(void* state, const memmap_host_t& host,
                                      const memmap_find_t& find,
                                      const memmap_free_ranges_t& free_ranges,
                                      std::uint64_t* address) = 0;
  virtual Result<std::int32_t> event(void* state, const memmap_host_t& host,
                                     const memmap_event_t& event, const memmap_state_t& boot) = 0;
  virtual Result<std::int32_t> finish(void* state, const memmap_host_t& host,
                                      const memmap_state_t& boot) = 0;
  virtual Result<std::int32_t> access(void* state, const memmap_host_t& host,
                                      const memmap_access_t& access,
                                      const memmap_state_t& boot) = 0;
  // *reason is good until the next call.
  virtual Result<std::int32_t> recognise(const memmap_source_input_t& input,
                                         const memmap_host_t& host, const char** reason) = 0;
  virtual Result<std::int32_t> read(const memmap_source_input_t& input,
                                    const memmap_host_t& host) = 0;
  virtual Result<std::int32_t> render(const memmap_report_input_t& input,
                                      const memmap_host_t& host) = 0;
};

// Calls these functions here, behind a guard that names the plugin.
std::unique_ptr<Code> code_here(std::string plugin, const Interfaces& interfaces);

}  // namespace memmap::plugin
