// Whether the second kernel gets up: what `memmap kdump` answers of a machine.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "report/form/style.h"
#include "session/arguments.h"
#include "session/session.h"

namespace memmap::answer {

using session::Arguments;

struct Kdumped {
  std::string text{};
  bool gets_up = false;
};

// --crash-kernel, --initrd, --need and --second-append say how. `format`: text or json. There must be a
// machine. Errors: those of kdump_wish_of() and of Session::boot().
Result<Kdumped> kdump(session::Session& session, const Arguments& arguments,
                      std::string_view format, const report::TextStyle& style);

}  // namespace memmap::answer
