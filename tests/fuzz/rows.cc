// Files of a sweep that is gone on with: any bytes are read as rows to the end, or refused with told
// mistakes; gone on with, such a file keeps every whole row and takes more; a database of other bytes
// is refused as it is. Input: `jsonl`, `csv` or `db` and a line's end, then the file.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/check.h"
#include "fuzz/target.h"
#include "sweep/database.h"
#include "sweep/rows_file.h"
#include "sweep/rows_reader.h"

namespace {

using namespace memmap;
using namespace memmap::sweep;

// One file a process, in memory where the system has such a folder.
const std::string& file() {
  static const auto& name = *new std::string([] {
    const std::filesystem::path shm("/dev/shm");
    const auto folder = std::filesystem::exists(shm) ? shm : std::filesystem::temp_directory_path();
    return (folder / ("memmap_fuzz_rows." + std::to_string(::getpid()))).string();
  }());
  return name;
}

void put(std::string_view bytes) {
  std::ofstream(file(), std::ios::binary | std::ios::trunc) << bytes;
}
std::string get() {
  std::ifstream in(file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void check_told(const Errors& errors) {
  MEMMAP_CHECK(!to_string(errors).empty(), "refused without a word");
}

struct Read {
  bool good = false;  // to its end, or to a row that was half written
  Head head{};
  Form form = Form::jsonl;
  std::uint64_t rows = 0;
  bool whole = false;  // with its summary
};

Read read_all() {
  Read out;
  auto reader = RowsReader::open(file());
  if (!reader) return check_told(reader.errors()), out;
  out.head = reader->head();
  out.form = reader->form();
  std::optional<std::uint64_t> last;
  for (;;) {
    const auto line = reader->next();
    if (!line) return check_told(line.errors()), out;
    if (*line == RowsReader::Line::row) {
      MEMMAP_CHECK(!last || reader->index() > *last, "rows that do not ascend");
      MEMMAP_CHECK(reader->text().ends_with('\n'), "a row without an end");
      last = reader->index();
      ++out.rows;
    } else if (*line == RowsReader::Line::summary) {
      out.whole = true;
    } else {
      break;
    }
  }
  out.good = true;
  return out;
}

// As the sweep does that was killed and is started again.
void resume(const Read& before, std::string_view bytes) {
  auto rows = RowsFile::open(file(), before.head, before.form, IfThere::resume);
  if (!rows) {
    check_told(rows.errors());
    MEMMAP_CHECK(get() == bytes, "a refused file has changed");
    return;
  }
  MEMMAP_CHECK(before.good, "gone on with what cannot be read");
  MEMMAP_CHECK(rows->complete() == before.whole, "whether it is complete");
  if (rows->complete()) return;
  Row row;
  row.index = rows->last().value_or(0) + 1;
  if (row.index == 0) return;
  std::string text;
  append_row(text, row, before.form);
  MEMMAP_CHECK(rows->write(text).ok() && rows->close().ok(), "a row could not be written");
  const Read after = read_all();
  MEMMAP_CHECK(after.good && after.rows == before.rows + 1 && after.head == before.head,
               "what was gone on with");
}

void database(std::string_view bytes) {
  const Head head{.digest = std::string(64, 'a'), .count = 3, .filters = {}, .shard = {}};
  auto db = Database::open(file(), head, IfThere::resume);
  if (!db) {
    check_told(db.errors());
    MEMMAP_CHECK(get() == bytes, "a refused file has changed");
    return;
  }
  if (db->complete()) return;
  Row row;
  row.index = db->last().value_or(0) + 1;
  std::string text;
  append_row(text, row, Form::jsonl);
  const Status added = db->add(text);
  const Status done = added ? db->finish(db->held()) : added;
  if (!done) check_told(done.errors());
}

}  // namespace

FUZZ_TARGET(rows)(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(bytes.find('\n'), size);
  const std::string_view form = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, size));
  put(bytes);
  if (form == "db") {
    database(bytes);
  } else {
    const Read before = read_all();
    if (!before.head.digest.empty()) resume(before, bytes);
  }
  std::filesystem::remove(file());
  return 0;
}
