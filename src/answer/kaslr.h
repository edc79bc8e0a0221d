// The places that KASLR may give the kernel's image: what `memmap kaslr` answers of a machine.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "report/form/style.h"
#include "session/session.h"

namespace memmap::answer {

enum class Places { stretches, each };  // what is listed

// `format`: text or json. There must be a machine. Errors: those of session::boot_by_place().
Result<std::string> kaslr(session::Session& session, Places listed, std::string_view format,
                          const report::TextStyle& style);

}  // namespace memmap::answer
