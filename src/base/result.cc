#include "base/result.h"

#include <cerrno>
#include <utility>

#include "base/excerpt.h"
#include "base/printable.h"

namespace memmap {
namespace {

// The place of the mistake, as the message's first line begins with it.
std::string place(const Origin& o) {
  if (o.file.empty()) return "";
  std::string out = printable(o.file, Charset::unicode);
  if (o.line != 0) {
    out += ":" + std::to_string(o.line);
    if (o.column != 0) out += ":" + std::to_string(o.column);
  } else if (o.offset) {
    out += ": at byte " + std::to_string(*o.offset);
  }
  return out + ": ";
}

}  // namespace

void append(Errors& errors, const Errors& more) {
  errors.insert(errors.end(), more.begin(), more.end());
}

Error told_at(const Error& place, std::string message) {
  Error out = place;
  out.message = std::move(message);
  return out;
}

Error told_at(const Error& place, const Error& error) {
  Error out = told_at(place, error.message);
  out.code = error.code;
  return out;
}

Errors told_at(const Error& place, const Errors& errors) {
  Errors out;
  for (const Error& e : errors) out.push_back(told_at(place, e));
  return out;
}

ErrorCode code_of_errno(int number) {
  switch (number) {
    case ENOENT:
      return ErrorCode::not_found;
    case EACCES:
      return ErrorCode::no_access;
    case EPERM:
      return ErrorCode::not_permitted;
    default:
      return ErrorCode::bad_input;
  }
}

std::string to_string(const Error& error) {
  std::string out =
      place(error.origin) + "error: " + printable(error.message, Charset::unicode) + "\n";
  if (!error.line_text.empty())
    out += excerpt(error.line_text, error.origin.column, error.caret_length);
  return out;
}

std::string to_string(const Errors& errors, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < errors.size() && i < limit; ++i) out += to_string(errors[i]);
  if (errors.size() > limit) {
    out += "... and " + std::to_string(errors.size() - limit) + " more\n";
  }
  return out;
}

}  // namespace memmap
