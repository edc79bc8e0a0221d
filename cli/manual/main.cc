// Makes the man pages, as the build asks it to:   memmap_manual share/man FOLDER
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "manual/manual.h"
#include "messages.h"

namespace memmap::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> content(const fs::path& file) {
  std::ifstream in(file);
  if (!in) return Error{"there is none", {file.string()}};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<Written> written(const fs::path& file) {
  const auto text = content(file);
  if (!text) return text.errors();
  return read_written(*text, file.string());
}

Status write(const fs::path& file, const Result<std::string>& page) {
  if (!page) return page.errors();
  std::ofstream out(file);
  out << *page << std::flush;
  return out ? Status(Done{}) : Error{"cannot be written", {file.string()}};
}

Status make(const fs::path& from, const fs::path& to) {
  const auto shared = written(from / "options.in");
  if (!shared) return shared.errors();
  Errors errors;
  const auto take = [&](const Status& status) {
    if (!status) append(errors, status.errors());
  };
  take(all_used(*shared, commands()));
  const auto about = content(from / "memmap.in");
  take(about ? write(to / "memmap.1", overview(*about, commands())) : Status(about.errors()));
  for (const Command& command : commands()) {
    const auto own = written(from / fmt::format("memmap-{}.in", command.name));
    take(own ? write(to / fmt::format("memmap-{}.1", command.name),
                     manual_of(command, *own, *shared))
             : Status(own.errors()));
  }
  if (!errors.empty()) return errors;
  return Done{};
}

}  // namespace
}  // namespace memmap::cli

int main(int argc, char** argv) {
  namespace cli = memmap::cli;
  if (argc != 3) return static_cast<int>(cli::bad_usage("memmap_manual share/man FOLDER"));
  const auto made = cli::make(argv[1], argv[2]);
  return static_cast<int>(made ? cli::ExitCode::good : cli::bad_input(made.errors()));
}
