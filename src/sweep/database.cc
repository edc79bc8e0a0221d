// The one file that knows SQLite.
#include "sweep/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "facts/facts.h"
#include "lazy/library.h"
#include "sweep/rows_reader.h"

namespace memmap::sweep {
namespace {

// Loaded when it is needed.
const lazy::Library libsqlite3(MEMMAP_LIBSQLITE3);
MEMMAP_LAZY(libsqlite3, sqlite3_bind_text);
MEMMAP_LAZY(libsqlite3, sqlite3_close);
MEMMAP_LAZY(libsqlite3, sqlite3_column_int);
MEMMAP_LAZY(libsqlite3, sqlite3_column_int64);
MEMMAP_LAZY(libsqlite3, sqlite3_column_text);
MEMMAP_LAZY(libsqlite3, sqlite3_errmsg);
MEMMAP_LAZY(libsqlite3, sqlite3_exec);
MEMMAP_LAZY(libsqlite3, sqlite3_finalize);
MEMMAP_LAZY(libsqlite3, sqlite3_open_v2);
MEMMAP_LAZY(libsqlite3, sqlite3_prepare_v2);
MEMMAP_LAZY(libsqlite3, sqlite3_reset);
MEMMAP_LAZY(libsqlite3, sqlite3_step);

constexpr int kApplication = 0x6d6d7377;  // `mmsw`
constexpr std::size_t kRowsPerTransaction = 4096;

std::string columns() {
  std::string out;
  for (const auto& fact : facts::facts()) out += fmt::format(", \"{}\" INTEGER", column_of(fact));
  return out;
}

// A fact's values, one below the other.
std::string figures() {
  std::string out;
  for (const auto& fact : facts::facts()) {
    out += fmt::format(
        "{}SELECT id, machine, kernel, '{}' AS fact, \"{}\" AS value FROM combinations WHERE "
        "\"{}\" IS NOT NULL",
        out.empty() ? "" : " UNION ALL ", fact.name, column_of(fact), column_of(fact));
  }
  return out;
}

std::string by_key() {
  std::string out;
  for (const std::string_view key : kKeys) {
    out += fmt::format(
        "{}SELECT '{}' AS key, {} AS value, count(*) AS combinations, sum(result = 'failed') AS "
        "failed, "
        "sum(result = 'error') AS errors, sum(panic IS NOT NULL) AS panics FROM combinations GROUP "
        "BY {}",
        out.empty() ? "" : " UNION ALL ", key, key, key);
  }
  return out;
}

// Of each group, the value below which so many percent are: that of the nearest rank.
std::string percentiles(std::string_view group) {
  constexpr int kPercent[] = {1, 10, 50, 90, 99};
  const std::string with = group.empty() ? "" : fmt::format("{}, ", group);
  std::string out = fmt::format("SELECT {}fact, count(*) AS known, min(value) AS least", with);
  for (const int p : kPercent)
    out += fmt::format(", max(CASE WHEN rank = (n * {} + 99) / 100 THEN value END) AS p{}", p, p);
  return out + fmt::format(
                   ", max(value) AS most FROM (SELECT {0}fact, value, row_number() OVER (PARTITION "
                   "BY {0}fact ORDER BY "
                   "value) AS rank, count(*) OVER (PARTITION BY {0}fact) AS n FROM figures) GROUP "
                   "BY {0}fact",
                   with);
}

std::string schema() {
  return fmt::format(
      "CREATE TABLE sweep (head TEXT NOT NULL, summary TEXT);"
      "CREATE TABLE combinations (id INTEGER PRIMARY KEY, machine TEXT, kernel TEXT, config TEXT, "
      "plugins TEXT, "
      "command_line TEXT, append TEXT, slot TEXT, result TEXT NOT NULL, error TEXT, panic TEXT{});"
      "CREATE TABLE failures (id INTEGER NOT NULL REFERENCES combinations, rule TEXT NOT NULL, "
      "level TEXT NOT NULL, "
      "actual TEXT NOT NULL);"
      "CREATE INDEX failures_of ON failures (id);"
      "CREATE VIEW failing AS SELECT c.id, machine, kernel, config, plugins, command_line, append, "
      "slot, rule, "
      "coalesce(actual, error) AS actual FROM combinations c LEFT JOIN failures f ON f.id = c.id "
      "WHERE result <> 'passed';"
      "CREATE VIEW by_rule AS SELECT rule, count(*) AS failed, count(DISTINCT machine) AS "
      "machines, "
      "count(DISTINCT kernel) AS kernels FROM failing WHERE rule IS NOT NULL GROUP BY rule;"
      "CREATE VIEW by_key AS {};"
      "CREATE VIEW figures AS {};"
      "CREATE VIEW percentiles AS {};"
      "CREATE VIEW percentiles_by_machine AS {};"
      "CREATE VIEW percentiles_by_kernel AS {};",
      columns(), by_key(), figures(), percentiles(""), percentiles("machine"),
      percentiles("kernel"));
}

std::string insert_combination() {
  std::string out = "INSERT INTO combinations SELECT json_extract(?1, '$.index')";
  for (const std::string_view key : kKeys) out += fmt::format(", json_extract(?1, '$.{}')", key);
  out += ", json_extract(?1, '$.result'), json_extract(?1, '$.error'), json_extract(?1, '$.panic')";
  for (const auto& fact : facts::facts())
    out += fmt::format(", json_extract(?1, '$.facts.{}')", fact.name);
  return out;
}

constexpr std::string_view kInsertFailures =
    "INSERT INTO failures SELECT json_extract(?1, '$.index'), json_extract(value, '$.rule'), "
    "json_extract(value, '$.level'), "
    "json_extract(value, '$.actual') FROM json_each(?1, '$.failed')";

}  // namespace

struct Database::State {
  std::string path{};
  ::sqlite3* db = nullptr;
  ::sqlite3_stmt* combination = nullptr;
  ::sqlite3_stmt* failures = nullptr;
  std::optional<std::uint64_t> last{};
  Summary held{};
  bool complete = false;
  std::size_t pending = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (db == nullptr) return;
    sqlite3_finalize(combination);
    sqlite3_finalize(failures);
    sqlite3_close(db);
  }

  Error failed() const { return {fmt::format("the database: {}", sqlite3_errmsg(db)), {path}}; }

  Status run(const std::string& sql) {
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
    return Done{};
  }

  // Calls `row` for each row of the answer.
  template <class Row>
  Status ask(const std::string& sql, const Row& row) {
    ::sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
    if (code == SQLITE_OK) {
      while ((code = sqlite3_step(statement)) == SQLITE_ROW) row(statement);
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return failed();
    return Done{};
  }

  Status insert(::sqlite3_stmt* statement, const std::string& json) {
    sqlite3_bind_text(statement, 1, json.data(), static_cast<int>(json.size()), SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) return failed();
    return Done{};
  }

  Status create(const std::string& head) {
    if (const Status made = run("BEGIN;" + schema()); !made) return made;
    ::sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, "INSERT INTO sweep VALUES (?1, NULL)", -1, &statement, nullptr) !=
        SQLITE_OK)
      return failed();
    const Status inserted = insert(statement, head);
    sqlite3_finalize(statement);
    if (!inserted) return inserted;
    return run(fmt::format("PRAGMA application_id = {}; COMMIT", kApplication));
  }

  // Empty of NULL too, which a database has that was damaged.
  static std::string text_of(::sqlite3_stmt* statement, int column) {
    const auto* const text = sqlite3_column_text(statement, column);
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
  }

  // Of a database that is there: whether it is of this sweep, and what it holds.
  Status look(const Head& head) {
    int application = 0;
    if (const Status asked =
            ask("PRAGMA application_id", [&](auto* s) { application = sqlite3_column_int(s, 0); });
        !asked)
      return asked;
    if (application != kApplication) return Error{"is no database of `memmap sweep`", {path}};
    std::string line;
    const Status asked = ask("SELECT head, summary IS NOT NULL FROM sweep", [&](auto* s) {
      line = text_of(s, 0);
      complete = sqlite3_column_int(s, 1) != 0;
    });
    if (!asked) return asked;
    const auto own = parse_head(line);
    if (!own) return Error{own.errors().front().message, {path}};
    if (const std::string why = difference_of(*own, head); !why.empty())
      return Error{fmt::format("is of {}; nothing is added to it", why), {path}};
    return ask("SELECT result, count(*), max(id) FROM combinations GROUP BY result", [&](auto* s) {
      const std::string result = text_of(s, 0);
      const auto n = static_cast<std::uint64_t>(sqlite3_column_int64(s, 1));
      held.count += n;
      (result == name_of(End::passed)   ? held.passed
       : result == name_of(End::failed) ? held.failed
                                        : held.errors) = n;
      const auto id = static_cast<std::uint64_t>(sqlite3_column_int64(s, 2));
      last = std::max(last.value_or(0), id);
    });
  }

  Status prepare() {
    const std::string sql = insert_combination();
    if (sqlite3_prepare_v2(db, sql.c_str(), -1, &combination, nullptr) != SQLITE_OK ||
        sqlite3_prepare_v2(db, kInsertFailures.data(), static_cast<int>(kInsertFailures.size()),
                           &failures, nullptr) != SQLITE_OK)
      return failed();
    return Done{};
  }
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

std::optional<std::uint64_t> Database::last() const { return state_->last; }
const Summary& Database::held() const { return state_->held; }
bool Database::complete() const { return state_->complete; }

Result<Database> Database::open(const std::string& path, const Head& head, IfThere what) try {
  std::error_code error;
  const bool there =
      std::filesystem::exists(path, error) && std::filesystem::file_size(path, error) > 0;
  if (there && what == IfThere::refuse)
    return Error{"exists already; --resume goes on with it, --force replaces it", {path}};
  if (there && what == IfThere::replace && !std::filesystem::remove(path, error))
    return Error{fmt::format("cannot be replaced: {}", error.message()), {path}};
  auto state = std::make_unique<State>();
  state->path = path;
  constexpr int kHow = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path.c_str(), &state->db, kHow, nullptr) != SQLITE_OK) return state->failed();
  std::string line;
  append_head(line, head, Form::jsonl);
  // Whoever else has it open is told of at once, not at the first row.
  if (const Status own = state->run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL");
      !own)
    return own.errors();
  bool empty = false;
  if (const Status asked = state->ask("SELECT count(*) FROM sqlite_master",
                                      [&](auto* s) { empty = sqlite3_column_int(s, 0) == 0; });
      !asked)
    return asked.errors();
  const Status ready = empty ? state->create(line) : state->look(head);
  if (!ready) return ready.errors();
  if (const Status prepared = state->prepare(); !prepared) return prepared.errors();
  return Database(std::move(state));
} catch (const std::runtime_error& e) {  // the library is not there
  return Error{e.what(), {path}};
}

Status Database::add(const std::string& json) {
  State& s = *state_;
  if (s.pending == 0) {
    if (const Status begun = s.run("BEGIN IMMEDIATE"); !begun) return begun;
  }
  if (const Status added = s.insert(s.combination, json); !added) return added;
  if (const Status added = s.insert(s.failures, json); !added) return added;
  if (++s.pending < kRowsPerTransaction) return Done{};
  s.pending = 0;
  return s.run("COMMIT");
}

Status Database::finish(const Summary& summary) {
  State& s = *state_;
  if (s.pending == 0) {
    if (const Status begun = s.run("BEGIN IMMEDIATE"); !begun) return begun;
  }
  std::string line;
  append_summary(line, summary, Form::jsonl);
  ::sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(s.db, "UPDATE sweep SET summary = ?1", -1, &statement, nullptr) !=
      SQLITE_OK)
    return s.failed();
  const Status set = s.insert(statement, line);
  sqlite3_finalize(statement);
  if (!set) return set;
  return s.run("COMMIT");
}

}  // namespace memmap::sweep
