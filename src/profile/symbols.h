// A kernel's symbols: names and addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace memmap::kernel {

// Owns the names. add() all, then sort(), then find().
class Symbols {
 public:
  void set_source(std::string source) { source_ = std::move(source); }
  const std::string& source() const { return source_; }

  // `type` as nm prints it: `T` and `t` are code.
  void add(std::string_view name, char type, std::uint64_t address);
  void sort();
  // The first added of that name.
  std::optional<std::uint64_t> find(std::string_view name) const;
  // What `name` marks from `_text` on; nullopt: not there, or before _text.
  std::optional<std::uint64_t> from_text(std::string_view name) const;
  // The code symbols of that name, those with a compiler's suffix (`name.constprop.0`) too.
  std::vector<std::string_view> code(std::string_view name) const;
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t address;
    std::uint32_t name;  // into names_
    std::uint32_t length;
    char type;
  };
  std::string_view name_of(const Entry& e) const {
    return std::string_view(names_).substr(e.name, e.length);
  }

  std::string source_{};
  std::string names_{};
  std::vector<Entry> entries_{};
};

// Lines `ffffffff81000000 T _text`: System.map, /proc/kallsyms, nm. Modules' lines (`[name]` at the
// end) are left out. Errors: lines of another form; all addresses 0 (kptr_restrict hides them); no
// `_text` (the System.map of Debian's packages is a stub).
Result<Symbols> read_symbol_table(const std::string& source, std::string_view text);

}  // namespace memmap::kernel
