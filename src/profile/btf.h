// BTF: the sizes and layouts of a kernel's types, as /sys/kernel/btf/vmlinux and the section .BTF
// of a vmlinux hold them. Through libbpf.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace memmap::kernel {

class Types {
 public:
  // Copies what it needs of `bytes`. Errors, with the byte at fault: cut short, of a machine of the
  // other byte order, of another version, damaged, without any structure.
  static Result<Types> read(const std::string& source, std::string_view bytes);

  Types(Types&&) noexcept;
  Types& operator=(Types&&) noexcept;
  ~Types();

  const std::string& source() const;
  // Of a struct or union, else of a typedef; bytes. nullopt: there is none, or of no known size.
  std::optional<std::uint64_t> size_of(std::string_view name) const;
  // Of a member, looked for in its unnamed structs and unions too; bytes, rounded down for a bit
  // field.
  std::optional<std::uint64_t> offset_of(std::string_view type, std::string_view member) const;
  // The value of a constant of any enum: `MIGRATE_TYPES`.
  std::optional<std::int64_t> constant(std::string_view name) const;
  // All constants of the enum of that name, in its order; empty: there is none.
  std::vector<std::pair<std::string, std::int64_t>> constants_of(std::string_view name) const;

 private:
  struct Impl;
  explicit Types(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Starts as BTF does, in either byte order.
bool is_btf(std::string_view bytes);

}  // namespace memmap::kernel
