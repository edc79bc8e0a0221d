// Facts that a kernel log tells only by what the kernel made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "input/log/log_lines.h"
#include "machine/machine.h"

namespace memmap::input {

// Fills in a Machine where no better source tells: of which stable version the kernel is, and
// whose; that the
// processor has 1 GiB pages; which pages were kept of EFI's tables and of the boot screen's picture; a
// command line that is built in; where KASLR put the image; options of the kernel's configuration; that
// the bounce buffer was given back.
class StatementFacts {
 public:
  explicit StatementFacts(Machine& machine) : machine_(machine) {}
  void line(const LogLine& line);
  // To be called once, when all else of the log is in the machine.
  void finish();

 private:
  void first_line(std::string_view text);
  void edit_line(std::string_view text);
  void memory_line(std::string_view text);
  void log_buffer_line(std::string_view text);
  void offset_line(std::string_view text);
  void take_built_in_command_line();
  void take_place();
  void take_deferral();

  Machine& machine_;
  std::string whole_command_line_{};  // `Kernel command line:`
  unsigned last_pfns_ = 0;            // lines `last_pfn`
  bool efi_ = false;
  bool saw_nodes_ = false;                      // nodes have their data
  std::optional<std::uint64_t> brk_{};          // of the first page table in the brk area
  std::optional<std::uint64_t> image_bytes_{};  // at least, from _text to the brk area
  // Of `Memory: 8121232K/8387056K available`, in KiB.
  std::optional<std::uint64_t> available_{}, all_{};
  bool told_early_ = false;  // that line came before the slab allocator was there
  bool saw_slab_ = false;
  bool saw_deferred_ = false;  // a node's struct pages were initialised late
  bool goes_on_ = false;       // past the place where nodes tell of that
};

}  // namespace memmap::input
