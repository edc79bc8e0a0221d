#include "plugin/adapt/prepared.h"

namespace memmap::plugin {

Prepared::~Prepared() {
  if (code_ != nullptr) code_->release(of_, state_);
}

Status Prepared::make(Code& code, Code::Of of) {
  call_.begin();
  const auto rc = code.prepare(of, *call_.host(), &state_);
  if (!rc) return rc.errors();
  if (auto e = call_.end("prepare", *rc, Call::None::refused)) return *std::move(e);
  code_ = &code;
  of_ = of;
  return Done{};
}

}  // namespace memmap::plugin
