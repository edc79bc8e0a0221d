#include "sweep/merge.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <queue>
#include <utility>

#include "sweep/plan.h"
#include "sweep/rows_file.h"
#include "sweep/writer.h"

namespace memmap::sweep {

Result<Merge> Merge::open(const std::vector<std::string>& paths) {
  Merge out;
  Errors errors;
  std::map<std::uint64_t, std::string> shares;
  for (const std::string& path : paths) {
    auto reader = RowsReader::open(path);
    if (!reader) {
      append(errors, reader.errors());
      continue;
    }
    Head head = reader->head();
    const Shard shard = std::exchange(head.shard, Shard{});
    if (out.parts_.empty()) {
      out.head_ = head;
      out.form_ = reader->form();
    }
    const Shard& first = out.parts_.empty() ? shard : out.parts_.front().reader.head().shard;
    if (const std::string why = difference_of(head, out.head_); !why.empty()) {
      errors.push_back({fmt::format("is of {}, unlike {}", why, paths.front()), {path}});
    } else if (reader->form() != out.form_) {
      errors.push_back({fmt::format("is of another form than {}", paths.front()), {path}});
    } else if (shard.n != first.n) {
      errors.push_back({fmt::format("is the share {}, where {} is {}", shard.text(), paths.front(),
                                    first.text()),
                        {path}});
    } else if (const auto [it, added] = shares.emplace(shard.k, path); !added) {
      errors.push_back(
          {fmt::format("is the share {}, as {} is", shard.text(), it->second), {path}});
    }
    out.parts_.push_back({path, *std::move(reader)});
  }
  if (errors.empty()) {
    const std::uint64_t n = out.parts_.front().reader.head().shard.n;
    std::string lacking;
    std::uint64_t lacks = 0;
    for (std::uint64_t k = 1; k <= n; ++k) {
      if (shares.contains(k)) continue;
      constexpr std::uint64_t kShown = 10;
      if (++lacks <= kShown)
        lacking += fmt::format("{}{}", lacking.empty() ? "" : ", ", Shard{k, n}.text());
    }
    if (lacks > 0)
      errors.push_back(
          {fmt::format("{} of {} shares lack: {}{}", lacks, n, lacking, lacks > 10 ? ", ..." : ""),
           {"--merge"}});
  }
  if (!errors.empty()) return errors;
  return out;
}

// To the part's next row; at its end, what it says of itself is checked.
Status Merge::advance(Part& part) {
  auto line = part.reader.next();
  if (!line) return line.errors();
  part.line = *line;
  switch (*line) {
    case RowsReader::Line::row:
      ++part.rows;
      return Done{};
    case RowsReader::Line::summary:
      break;
    case RowsReader::Line::cut:
    case RowsReader::Line::end:
      return Error{
          fmt::format(
              "ends without its summary, behind {} rows: the share {} is not complete (--resume)",
              part.rows, part.reader.head().shard.text()),
          {part.path}};
  }
  const Summary& s = part.reader.summary();
  const std::uint64_t rows = head_.only_failures ? s.failed + s.errors : s.count;
  if (s.passed + s.failed + s.errors != s.count || rows != part.rows)
    return Error{fmt::format("has {} rows, its summary says {}", part.rows, rows), {part.path}};
  auto behind = part.reader.next();
  if (!behind) return behind.errors();
  if (*behind != RowsReader::Line::end) return Error{"goes on behind its summary", {part.path}};
  return Done{};
}

Result<Summary> Merge::run(
    const std::function<bool(std::uint64_t index, End end, const std::string& line)>& take) {
  using Next = std::pair<std::uint64_t, std::size_t>;  // an index, whose part
  std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
  const auto go_on = [&](std::size_t i) -> Status {
    const Status advanced = advance(parts_[i]);
    if (advanced && parts_[i].line == RowsReader::Line::row)
      queue.emplace(parts_[i].reader.index(), i);
    return advanced;
  };
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (const Status begun = go_on(i); !begun) return begun.errors();
  }
  std::optional<std::uint64_t> last;
  while (!queue.empty()) {
    const auto [index, i] = queue.top();
    queue.pop();
    const Part& part = parts_[i];
    if (last == index)
      return Error{fmt::format("has the row {}, which another share has too", index), {part.path}};
    const bool whole = head_.filters.empty() && !head_.only_failures;
    if (whole && index != (last ? *last + 1 : 0))
      return Error{fmt::format("lacks a row: {} follows {}", index,
                               last ? fmt::format("{}", *last) : "the head"),
                   {part.path}};
    if (whole && !part.reader.head().shard.has(index))
      return Error{fmt::format("has the row {}, which is not of the share {}", index,
                               part.reader.head().shard.text()),
                   {part.path}};
    last = index;
    if (!take(index, part.reader.row_end(), part.reader.text())) break;
    if (const Status advanced = go_on(i); !advanced) return advanced.errors();
  }
  Summary out;
  for (const Part& part : parts_) out.add(part.reader.summary());
  const bool by_result =
      std::ranges::any_of(head_.filters, [](const std::string& f) { return !Plan::is_filter(f); });
  if ((!by_result || head_.only_failures) && out.count != head_.count)
    return Error{fmt::format("{} combinations in all shares, of {}", out.count, head_.count),
                 {"--merge"}};
  return out;
}

namespace {

// A file of each share is open at once, and shells give a process 1024.
void allow_open_files(std::size_t n) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > n + 64) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, n + 64);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// What is wrong with the files is known before anything is written.
Result<Summary> looked_through(const std::vector<std::string>& paths) {
  auto parts = Merge::open(paths);
  if (!parts) return parts.errors();
  return parts->run([](std::uint64_t, End, const std::string&) { return true; });
}

}  // namespace

Result<Summary> merge(const std::vector<std::string>& paths, Output output) {
  allow_open_files(paths.size());
  const auto whole = looked_through(paths);
  if (!whole) return whole;
  auto parts = Merge::open(paths);
  if (!parts) return parts.errors();
  output.form = parts->form();
  if (output.database && output.form != Form::jsonl)
    return Error{"--db takes rows of JSON Lines, not of CSV", {"--merge"}};
  auto writer = Writer::open(output, parts->head());
  if (!writer) return writer.errors();
  Errors errors;
  const auto written = parts->run([&](std::uint64_t index, End end, const std::string& line) {
    const auto taken = writer->take_line(index, end, line);
    if (!taken) errors = taken.errors();
    return taken && *taken;
  });
  if (!errors.empty()) return errors;
  if (!written) return written.errors();
  writer->set_summary(*whole);
  if (const Status finished = writer->finish(); !finished) return finished.errors();
  return *whole;
}

}  // namespace memmap::sweep
