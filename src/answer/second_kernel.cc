#include "answer/second_kernel.h"

#include <fmt/format.h>

#include "base/number.h"
#include "input/open/initrd.h"

namespace memmap::answer {
namespace {

constexpr std::uint64_t kNoInitrdKnown = 32 * kMiB;
constexpr std::uint64_t kUnpackedTimes = 4;      // of what is usual, the most
constexpr std::uint64_t kEntryTakes = 1 * kKiB;  // an inode and a dentry

suggest::Initrd guessed(std::uint64_t packed) {
  return {.packed = packed, .unpacked = packed * kUnpackedTimes};
}

Result<suggest::Initrd> initrd_of(const std::string& text) {
  if (parse_u64(text)) {
    const auto size = memory_size_of(text, "--initrd");
    if (!size) return size.errors();
    return guessed(*size);
  }
  const auto contents = input::read_initrd(text);
  if (!contents) return contents.errors();
  return suggest::Initrd{
      .packed = contents->packed,
      .unpacked = (contents->pages << kPageShift) + contents->entries * kEntryTakes,
      .measured = true};
}

}  // namespace

Result<std::uint64_t> memory_size_of(const std::string& text, std::string_view name) {
  const auto size = parse_u64(text);
  if (!size) return Error{size.errors().front().message, {std::string(name)}};
  constexpr std::uint64_t kMost = std::uint64_t{1} << 52;
  if (*size == 0 || *size > kMost)
    return Error{fmt::format("`{}` is no size of memory", text), {std::string(name)}};
  return *size;
}

Result<suggest::KdumpWish> kdump_wish_of(const Arguments& arguments, const Machine& machine) {
  suggest::KdumpWish out{.append = arguments.get("--second-append")};
  if (const auto text = arguments.get("--initrd")) {
    const auto initrd = initrd_of(*text);
    if (!initrd) return initrd.errors();
    out.initrd = *initrd;
  } else {
    out.initrd = guessed(machine.initrd ? machine.initrd->size() : kNoInitrdKnown);
  }
  if (const auto text = arguments.get("--need")) {
    const auto need = memory_size_of(*text, "--need");
    if (!need) return need.errors();
    out.need = *need;
  }
  return out;
}

}  // namespace memmap::answer
