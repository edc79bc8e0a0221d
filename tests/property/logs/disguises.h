// What tools, terminals, mails and people do to a log, done to one.
#pragma once

#include <span>
#include <string>

#include "property/logs/logs.h"

namespace memmap::input {

struct Wear {
  const char* name;
  // Makes the lines that a file has then.
  LogLines (*put_on)(const LogLines&);
  bool last = false;  // its result is bytes, not lines: nothing comes over it
};

std::span<const Wear> wears();

}  // namespace memmap::input
