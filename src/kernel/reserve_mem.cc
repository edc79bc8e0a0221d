#include "kernel/reserve_mem.h"

#include "kernel/command_line.h"

namespace memmap::kernel {

std::optional<ReserveMem> reserve_mem_of(std::string_view text) {
  constexpr std::size_t kNameSize = 16;  // RESERVE_MEM_NAME_SIZE
  const Parsed size = memparse(text);
  if (size.value == 0 || !size.rest.starts_with(':')) return std::nullopt;
  const Parsed align = memparse(size.rest.substr(1));
  if (!align.rest.starts_with(':')) return std::nullopt;
  const std::string_view name = align.rest.substr(1);
  const bool is_blank = name.find_first_not_of(" \t\n\v\f\r") == name.npos;
  if (is_blank || name.size() >= kNameSize) return std::nullopt;
  return ReserveMem{size.value, align.value, name};
}

}  // namespace memmap::kernel
