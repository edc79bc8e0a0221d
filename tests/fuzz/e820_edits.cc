// Any sequence of entries, edits and sanitising: no crash, and what sanitising promises holds.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "e820/edit.h"
#include "e820/sanitize.h"
#include "fuzz/target.h"

namespace {

using namespace memmap;

struct Reader {
  const std::uint8_t* data;
  std::size_t size;

  std::uint64_t number() {
    std::uint64_t v = 0;
    const std::size_t n = size < 8 ? size : 8;
    std::memcpy(&v, data, n);
    data += n;
    size -= n;
    return v;
  }
};

void check_sane(const e820::Table& table) {
  std::uint64_t end = 0;
  for (const E820Entry& e : table.entries()) {
    MEMMAP_CHECK(e.size != 0 && !e.wraps(), "a sanitised entry is not empty and does not wrap");
    MEMMAP_CHECK(raw(e.addr) >= end, "sanitised entries are sorted and disjoint");
    end = e.end();
  }
}

}  // namespace

FUZZ_TARGET(e820_edits)(const std::uint8_t* data, std::size_t size) {
  Reader in{data, size};
  e820::Table table(16);
  EventList told;
  e820::Editor edit(table, told, "fuzz");
  while (in.size > 0) {
    const std::uint64_t op = in.number();
    const std::uint64_t start = in.number();
    const std::uint64_t length = in.number();
    const E820Type from{static_cast<std::uint32_t>(op >> 8) & 0xff};
    const E820Type to{static_cast<std::uint32_t>(op >> 16) & 0xff};
    switch (op % 5) {
      case 0:
        edit.add(start, length, to);
        break;
      case 1:
        if (from != to) edit.update(start, length, from, to);
        break;
      case 2:
        edit.remove(start, length, from);
        break;
      case 3:
        edit.remove_all(start, length);
        break;
      default:
        if (edit.sanitize()) check_sane(table);
    }
    MEMMAP_CHECK(table.entries().size() <= table.capacity(), "a table keeps to its places");
  }
  return 0;
}
