#include "sweep/writer.h"

#include <algorithm>
#include <limits>

#include "sweep/sweep.h"

namespace memmap::sweep {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

template <class Held>
std::uint64_t first_that_lacks(const Held& held) {
  if (held.complete()) return kAll;
  return held.last() ? *held.last() + 1 : 0;
}

}  // namespace

Result<Writer> Writer::open(const Output& output, const Head& head) {
  Writer out(head, output.form);
  if (output.text != nullptr) {
    out.memory_ = output.text;
    append_head(*out.memory_, head, output.form);
  } else if (!output.path.empty()) {
    auto file = RowsFile::open(output.path, head, output.form, output.there);
    if (!file) return file.errors();
    out.file_.emplace(*std::move(file));
    out.file_from_ = first_that_lacks(*out.file_);
    out.summary_ = out.file_->held();
  }
  if (output.database) {
    auto database = Database::open(*output.database, head, output.there);
    if (!database) return database.errors();
    out.database_.emplace(*std::move(database));
    out.database_from_ = first_that_lacks(*out.database_);
    if (!out.has_rows()) out.summary_ = out.database_->held();
  }
  return out;
}

std::uint64_t Writer::from() const {
  return std::min(has_rows() ? file_from_ : kAll, database_ ? database_from_ : kAll);
}

void Writer::begin_behind(std::uint64_t counted) {
  const bool complete = file_ ? file_->complete() : has_rows() ? false : database_->complete();
  if (!head_.only_failures || complete) return;
  summary_.count = counted;
  summary_.passed = counted - summary_.failed - summary_.errors;
}

Made Writer::made(const Row& row) const {
  Made out{.index = row.index, .end = row.end, .selected = row.selected};
  const bool kept = row.selected && (!head_.only_failures || row.end != End::passed);
  if (kept && has_rows()) append_row(out.text, row, form_);
  if (kept && database_) append_row(out.json, row, Form::jsonl);
  return out;
}

Result<bool> Writer::take(const std::vector<Made>& made) {
  text_.clear();
  for (const Made& m : made) {
    const bool passed_by = !m.selected && !head_.only_failures;
    if (m.index >= counted_from() && !passed_by) summary_.add(m.selected ? m.end : End::passed);
    if (!m.selected) continue;
    if (m.index >= file_from_) text_ += m.text;
    if (!m.json.empty() && m.index >= database_from_) {
      if (const Status added = database_->add(m.json); !added) return added.errors();
    }
  }
  if (memory_ != nullptr) *memory_ += text_;
  if (!file_ || text_.empty()) return true;
  return file_->write(text_);
}

Result<bool> Writer::take_line(std::uint64_t index, End end, const std::string& line) {
  Made made{.index = index, .end = end};
  if (has_rows()) made.text = line;
  if (database_) made.json = line;
  return take({std::move(made)});
}

Status Writer::finish() {
  if (memory_ != nullptr) append_summary(*memory_, summary_, form_);
  if (file_ && file_from_ != kAll) {
    std::string text;
    append_summary(text, summary_, form_);
    if (const auto wrote = file_->write(text); !wrote) return wrote.errors();
    if (const Status closed = file_->close(); !closed) return closed;
  }
  if (database_ && database_from_ != kAll) return database_->finish(summary_);
  return Done{};
}

}  // namespace memmap::sweep
