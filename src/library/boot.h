// A boot of the C API: the session that made it, and what was asked of it so far.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "answer/kaslr.h"
#include "answer/kdump.h"
#include "answer/suggest.h"
#include "base/result.h"
#include "boot/outcome.h"
#include "diff/view.h"
#include "library/call.h"
#include "library/request.h"
#include "session/session.h"

namespace memmap::library {

class Boot {
 public:
  // Errors: those of the request, of reading the machine and the kernel, of the boot.
  static Result<Boot> make(const Request& request);

  const boot::Outcome& outcome() const { return outcome_; }
  // Names of lists: share/doc/library.md.
  static std::vector<const char*> list_names();
  // nullptr: no such list. Made the first time; what pieces point to is the boot's.
  const std::vector<memmap_piece_t>* pieces(std::string_view list);
  // Of `use`; nullptr: above all that anything describes.
  const memmap_piece_t* at(std::uint64_t address);
  Result<const std::vector<std::string>*> notes();
  // `format`, here and below: text or json.
  Result<std::string> explain(const char* what, const std::string& format);
  // `root`: as boot::root_named() takes it. Those that are made behind the hand-over boot once more.
  Result<std::string> walk(const char* root, const char* addresses, const std::string& format);
  Result<std::string> kaslr(answer::Places listed, const std::string& format);
  Result<answer::Kdumped> kdump(const session::Arguments& arguments, const std::string& format);
  // `format`: text, json or raw.
  Result<std::string> show(const std::string& thing, const session::Arguments& arguments,
                           std::string_view format);
  // WHAT, what stands behind it as SOURCE, and its options.
  Result<answer::Suggested> suggest(const session::Arguments& arguments, const std::string& format);
  Result<std::string> report(const session::Arguments& arguments);
  // As it is compared. Made the first time.
  Result<const diff::View*> view();

 private:
  Boot(session::Session session, boot::Outcome outcome, bool has_plugins)
      : session_(std::move(session)), outcome_(std::move(outcome)), has_plugins_(has_plugins) {}

  // With the log of memblock, and what is counted of it.
  struct Told {
    boot::Outcome outcome{};
    std::vector<account::Piece> pieces{};
    account::Ledger ledger{};
  };
  Result<const Told*> told();
  // Held while something boots, where modules may be loaded.
  std::unique_lock<std::mutex> turn() const;
  // The same boot, with one more thing recorded.
  Result<boot::Outcome> again(bool boot::Options::*with);

  session::Session session_;
  boot::Outcome outcome_;
  bool has_plugins_;
  std::map<std::string, std::vector<memmap_piece_t>, std::less<>> lists_{};
  std::deque<std::string> names_{};  // that pieces point to
  std::optional<std::vector<std::string>> notes_{};
  std::unique_ptr<const Told> told_{};
  std::unique_ptr<const diff::View> view_{};
};

}  // namespace memmap::library

struct memmap_boot {
  memmap::library::Boot boot;
  memmap::library::Mistakes mistakes{};
};
