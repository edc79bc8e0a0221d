// What every function of the C API does around its work: nothing gets out of it but a code.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "base/check_throws.h"
#include "base/result.h"
#include "library/memmap.h"

namespace memmap::library {

// The size of the first version of each struct: one that is smaller is no such struct.
template <class Struct>
inline constexpr std::size_t kSmallest = 0;
template <>
inline constexpr std::size_t kSmallest<memmap_mistake_t> = 56;
template <>
inline constexpr std::size_t kSmallest<memmap_figure_t> = 24;
template <>
inline constexpr std::size_t kSmallest<memmap_piece_t> = 72;
template <>
inline constexpr std::size_t kSmallest<memmap_boot_event_t> = 40;

// What was wrong in a handle's last call.
struct Mistakes {
  Errors errors{};
  std::string text{};     // all of them, as the program prints it
  bool internal = false;  // they are ours

  void clear();
  std::int32_t take(Errors wrong);  // MEMMAP_REFUSED; MEMMAP_BROKEN where it is a plugin's fault
  std::int32_t misused(const char* why);
  std::int32_t broken(const char* why);
  std::int32_t get(std::size_t index, memmap_mistake_t* out) const;
};

// Calls `work`, which returns a code. `mistakes` of the handle are those of this call then.
template <class Work>
std::int32_t guarded(Mistakes& mistakes, const Work& work) noexcept {
  try {
    const ChecksThrow throws;
    mistakes.clear();
    return work();
  } catch (const std::bad_alloc&) {
    return MEMMAP_NO_MEMORY;
  } catch (const std::exception& e) {
    return mistakes.broken(e.what());
  } catch (...) {
    return mistakes.broken("something else than an exception was thrown");
  }
}

// The caller's copy of `from`, a NUL behind it; `length` may be nullptr. Throws std::bad_alloc.
void give_text(const std::string& from, char** text, std::size_t* length);

// Copies as much of `from` as the caller's struct has room for, which says how large it is. False: it is
// smaller than the struct's first version.
template <class Struct>
bool give(Struct from, Struct* to) {
  const std::uint32_t size = to->struct_size;
  if (size < kSmallest<Struct>) return false;
  from.struct_size = size;
  std::memcpy(to, &from, std::min<std::size_t>(size, sizeof from));
  return true;
}

}  // namespace memmap::library
