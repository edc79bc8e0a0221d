// What a plugin makes of its options before its first call and keeps until its last.
#pragma once

#include "base/result.h"
#include "plugin/adapt/call.h"
#include "plugin/load/code.h"

namespace memmap::plugin {

// The state of interfaces that have prepare() and release(); either may be missing.
class Prepared {
 public:
  // `call` must outlive it.
  explicit Prepared(Call& call) : call_(call) {}
  // Lets the plugin release what prepare() made, if it was called and did not fail.
  ~Prepared();
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  // Calls prepare(), once. `code` must outlive this. Error: the plugin's own.
  Status make(Code& code, Code::Of of);
  // For the plugin's functions; nullptr before make().
  void* state() const { return state_; }

 private:
  Call& call_;
  void* state_ = nullptr;
  Code* code_ = nullptr;
  Code::Of of_ = Code::Of::alloc;
};

}  // namespace memmap::plugin
