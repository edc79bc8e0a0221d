// A table by its printer, by a guess and by columns: the first line of the input names those.
#include "input/table/table.h"

#include "fuzz/target.h"

FUZZ_TARGET(table)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Source whole{.name = "fuzz", .bytes = text};
  (void)recognise_table(whole);
  const std::size_t end = text.find('\n');
  ReadOptions by_columns;
  by_columns.columns = text.substr(0, end);
  const Source rest{.name = "fuzz", .bytes = end == std::string::npos ? "" : text.substr(end + 1)};
  for (const auto& machine : {read_table(whole, {}), read_table(rest, by_columns)}) {
    if (!machine) (void)memmap::to_string(machine.errors());
  }
  return 0;
}
