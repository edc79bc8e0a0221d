#include "plugin/adapt/prepared.h"

#include "plugin/load/guard.h"

namespace memmap::plugin {

Prepared::~Prepared() {
  if (release_ == nullptr) return;
  CallGuard guard(call_.plugin().c_str(), "release()");
  release_(state_);
  guard.returned();
}

Status Prepared::make(Prepare prepare, Release release) {
  if (prepare != nullptr) {
    call_.begin();
    CallGuard guard(call_.plugin().c_str(), "prepare()");
    const std::int32_t rc = guard.returned(prepare(call_.host(), &state_));
    if (auto e = call_.end("prepare", rc, Call::None::refused)) return *std::move(e);
  }
  release_ = release;
  return Done{};
}

}  // namespace memmap::plugin
