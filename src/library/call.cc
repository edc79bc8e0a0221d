#include "library/call.h"

#include <cstdlib>
#include <utility>

namespace memmap::library {
namespace {

std::uint32_t code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_input:
      return MEMMAP_MISTAKE_BAD_INPUT;
    case ErrorCode::not_found:
      return MEMMAP_MISTAKE_NOT_FOUND;
    case ErrorCode::no_access:
      return MEMMAP_MISTAKE_NO_ACCESS;
    case ErrorCode::not_permitted:
      return MEMMAP_MISTAKE_NOT_PERMITTED;
    case ErrorCode::plugin_fault:
      return MEMMAP_MISTAKE_PLUGIN;
  }
  return MEMMAP_MISTAKE_BAD_INPUT;
}

}  // namespace

void Mistakes::clear() {
  errors.clear();
  text.clear();
  internal = false;
}

std::int32_t Mistakes::take(Errors wrong) {
  text = to_string(wrong);
  errors = std::move(wrong);
  const bool fault =
      std::ranges::any_of(errors, [](const Error& e) { return e.code == ErrorCode::plugin_fault; });
  return fault ? MEMMAP_BROKEN : MEMMAP_REFUSED;
}

std::int32_t Mistakes::misused(const char* why) {
  take({Error{why, {"memmap"}}});
  return MEMMAP_MISUSED;
}

std::int32_t Mistakes::broken(const char* why) {
  try {
    take({Error{std::string("internal fault: ") + why, {"memmap"}}});
    internal = true;
  } catch (const std::bad_alloc&) {
    clear();  // the code alone tells
  }
  return MEMMAP_BROKEN;
}

std::int32_t Mistakes::get(std::size_t index, memmap_mistake_t* out) const {
  if (out == nullptr) return MEMMAP_MISUSED;
  if (index >= errors.size()) return MEMMAP_NO_SUCH;
  const Error& e = errors[index];
  const memmap_mistake_t told{.struct_size = sizeof told,
                              .code = internal ? MEMMAP_MISTAKE_INTERNAL : code_of(e.code),
                              .text = e.message.c_str(),
                              .file = e.origin.file.c_str(),
                              .line = e.origin.line,
                              .column = e.origin.column,
                              .length = e.caret_length,
                              .line_text = e.line_text.c_str()};
  return give(told, out) ? MEMMAP_DONE : MEMMAP_MISUSED;
}

void give_text(const std::string& from, char** text, std::size_t* length) {
  auto* const bytes = static_cast<char*>(std::malloc(from.size() + 1));
  if (bytes == nullptr) throw std::bad_alloc();
  std::memcpy(bytes, from.c_str(), from.size() + 1);
  *text = bytes;
  if (length != nullptr) *length = from.size();
}

}  // namespace memmap::library
