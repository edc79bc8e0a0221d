// What a plugin makes of its options before its first call and keeps until its last.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "plugin/adapt/call.h"

namespace memmap::plugin {

// The state of interfaces that have prepare() and release(); either may be missing.
class Prepared {
 public:
  using Prepare = std::int32_t (*)(const memmap_host_t* host, void** state);
  using Release = void (*)(void* state);

  // `call` must outlive it.
  explicit Prepared(Call& call) : call_(call) {}
  // Lets the plugin release what prepare() made, if it was called and did not fail.
  ~Prepared();
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  // Calls `prepare`, once. Error: the plugin's own.
  Status make(Prepare prepare, Release release);
  // For the plugin's functions; nullptr before make().
  void* state() const { return state_; }

 private:
  Call& call_;
  void* state_ = nullptr;
  Release release_ = nullptr;
};

}  // namespace memmap::plugin
