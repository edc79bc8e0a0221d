#include "sweep/shrink.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/command_line.h"
#include "machine/visit.h"
#include "session/session.h"
#include "sweep/boots.h"
#include "sweep/ddmin.h"

namespace memmap::sweep {
namespace {

constexpr std::string_view kError = "error";  // Failure::level

// Forgets one thing that is known of a machine, by its number among the rows of machine/visit.h.
class Forget {
 public:
  explicit Forget(std::size_t which) : which_(which) {}
  bool past_the_end() const { return at_ <= which_; }
  bool forgot() const { return forgot_; }

  template <class T, class... More>
  void number(std::string_view key, T& value, More&&...) {
    forget(key, value);
  }
  template <class T, class... More>
  void count(std::string_view key, T& value, More&&...) {
    forget(key, value);
  }
  template <class T>
  void flag(std::string_view key, T& value) {
    forget(key, value);
  }
  void flag(std::string_view key, bool& value, bool) { forget(key, value); }
  template <class T, class W, class... More>
  void choice(std::string_view key, T& value, const W&, More&&...) {
    forget(key, value);
  }
  template <class T, class... More>
  void list(std::string_view key, T& value, More&&...) {
    forget(key, value);
  }
  template <class T, class... More>
  void ranges(std::string_view key, T& value, More&&...) {
    forget(key, value);
  }
  template <class T, class... More>
  void numbers(std::string_view key, T& value, More&&...) {
    forget(key, value);
  }
  template <class T, class... More>
  void nodes(std::string_view key, T& value, More&&...) {
    forget(key, value);
  }
  template <class T>
  void addresses(std::string_view key, T& value) {
    forget(key, value);
  }
  template <class T>
  void object(std::string_view key, T& value) {
    forget(key, value);
  }
  template <class T>
  void range(std::string_view key, T& value) {
    forget(key, value);
  }
  template <class T, class... More>
  void text(std::string_view key, T& value, More&&...) {
    forget(key, value);
  }
  void constant(std::string_view, std::string_view) {}
  void remark(std::string_view, std::vector<std::string>&) {}
  void texts(std::string_view key, std::vector<std::string>& value) { forget(key, value); }
  void check(bool, std::string_view, std::string_view) {}

 private:
  template <class T>
  void forget(std::string_view key, T& value) {
    // The map is made smaller, not forgotten; which kernel the machine ran says which one boots.
    if (key == "e820" || key.starts_with("kernel_release") || key.starts_with("kernel_version") ||
        key.starts_with("kernel_distribution"))
      return;
    if (at_++ != which_) return;
    if constexpr (requires { value.empty(); }) {
      if (value.empty()) return;
    } else if constexpr (requires { value == T(); }) {
      if (value == T()) return;
    }
    value = T();
    forgot_ = true;
  }

  std::size_t which_;
  std::size_t at_ = 0;
  bool forgot_ = false;
};

class Shrinker {
 public:
  Shrinker(const Plan& plan, const Combination& c, const Row& row, const session::Places& places,
           const Judge& judge)
      : choice_(plan.kernel(c).choice),
        places_(places),
        judge_(judge),
        wanted_(row),
        as_result_(plan.axes().asks_for_result()) {
    const auto first = std::ranges::find(row.failures, kError, &Failure::level);
    if (first != row.failures.end()) rule_ = first->rule;
    out_.machine = plan.machine(c).machine;
    out_.kernel = plan.kernel(c).wanted;
    out_.config = plan.config(c).path;
    out_.plugins = plan.plugins(c);
    const std::string own = std::exchange(out_.machine.command_line, std::nullopt).value_or("");
    out_.line = kernel::appended(plan.command_line(c).value_or(own), plan.append(c));
  }

  Result<Shrunk> run(std::optional<PhysAddr> slot) {
    if (slot) out_.machine.kernel_phys_base = slot;
    opens();
    if (!fails(out_.machine, out_.line))
      return Error{"does not fail when it is booted by itself", {"--shrink"}};
    out_.entries_before = out_.machine.firmware_map.size();
    out_.parameters_before = kernel::parse_command_line(out_.line).size();
    // What a scenario does not hold goes first.
    if (Machine m = out_.machine;
        m.firmware_events.clear(), m.apic_nodes.clear(), fails(m, out_.line))
      out_.machine = std::move(m);
    drop_config();
    drop_plugins();
    // What one leaves out may let the other leave out more.
    for (std::size_t size = 0; size != size_of_all();) {
      size = size_of_all();
      drop_parameters();
      forget_facts();
      drop_entries();
      join_entries();
    }
    fails(out_.machine, out_.line);
    out_.row = last_;
    out_.entries = out_.machine.firmware_map.size();
    out_.parameters = kernel::parse_command_line(out_.line).size();
    return std::move(out_);
  }

 private:
  // Of what is left.
  std::size_t size_of_all() const {
    return out_.line.size() + out_.machine.firmware_map.size() + facts_left_;
  }

  // A session with the kernel, the .config and the plugins as they are now.
  bool opens() {
    rules_.reset();  // they run code that the session holds
    session_.reset();
    session::Request request{.plugins = out_.plugins.use, .without_plugins = out_.plugins.without};
    if (!out_.kernel.empty()) request.kernel = out_.kernel;
    if (!out_.config.empty()) request.config = out_.config;
    auto session = session::Session::open(std::move(request), places_, out_.machine, choice_);
    if (!session) return fault_ = in_one_line(session.errors()), false;
    session_.emplace(*std::move(session));
    auto rules = session_->rules();
    if (!rules) return fault_ = in_one_line(rules.errors()), false;
    rules_.emplace(*std::move(rules));
    fault_.clear();
    return true;
  }

  bool fails(const Machine& machine, const std::string& line) {
    ++out_.boots;
    last_ = Row{};
    if (rules_ && (spoilt_ || !rules_->checks.empty())) opens();
    if (!rules_) {
      last_.end = End::error;
      last_.error = fault_;
      return same();
    }
    boot::Options options = session_->options(*rules_);
    options.command_line = line;
    options.append.clear();
    options.record_memblock = false;
    options.follow_pages = as_result_;
    const boot::Inputs inputs(machine, session_->profile(), options);
    const auto outcome = session_->boot(*rules_, options, inputs);
    spoilt_ = !outcome.ok();
    if (outcome) {
      const auto every_slot = [&](const Booted::Look& look) {
        return boot_everywhere(*session_, *rules_, machine, options, line, look);
      };
      const Status judged =
          judge_.judge({inputs, *outcome, machine.kernel_phys_base, every_slot}, last_);
      if (!judged) {
        spoilt_ = true;
        last_.end = End::error;
        last_.error = in_one_line(judged.errors());
      }
    } else {
      last_.end = End::error;
      last_.error = in_one_line(outcome.errors());
    }
    return same();
  }

  bool same() const {
    if (last_.end != wanted_.end || last_.panic.has_value() != wanted_.panic.has_value())
      return false;
    if (wanted_.end == End::error) return last_.error == wanted_.error;
    return std::ranges::any_of(
        last_.failures, [&](const Failure& f) { return f.rule == rule_ && f.level == kError; });
  }

  // Tries with something else; keeps it where that fails as well.
  template <class Change>
  void try_plugged(const Change& change) {
    const Shrunk before = out_;
    change(out_);
    opens();
    if (fails(out_.machine, out_.line)) return;
    const std::size_t boots = out_.boots;
    out_ = before;
    out_.boots = boots;
    opens();
  }

  void drop_config() {
    if (!out_.config.empty()) try_plugged([](Shrunk& s) { s.config.clear(); });
  }

  void drop_plugins() {
    const auto each = [&](auto member) {
      for (std::size_t i = member(out_).size(); i-- > 0;)
        try_plugged([&](Shrunk& s) {
          auto& list = member(s);
          list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
        });
    };
    each([](Shrunk & s) -> auto& { return s.plugins.use; });
    each([](Shrunk & s) -> auto& { return s.plugins.without; });
    each([](Shrunk & s) -> auto& { return s.machine.plugins; });
  }

  void drop_parameters() {
    const std::string line = out_.line;
    const auto joined = [&](const std::vector<kernel::Parameter>& parameters) {
      std::string text;
      for (const kernel::Parameter& p : parameters)
        text = kernel::appended(text, line.substr(p.at, p.size));
      return text;
    };
    const auto left = ddmin<kernel::Parameter>(
        kernel::parse_command_line(line),
        [&](const auto& parameters) { return fails(out_.machine, joined(parameters)); });
    out_.line = joined(left);
  }

  void forget_facts() {
    facts_left_ = 0;
    for (std::size_t i = 0;; ++i) {
      Machine machine = out_.machine;
      Forget forget(i);
      visit_members(forget, machine);
      if (forget.past_the_end()) return;
      if (!forget.forgot()) continue;
      if (fails(machine, out_.line)) {
        out_.machine = std::move(machine);
      } else {
        ++facts_left_;
      }
    }
  }

  void drop_entries() {
    Machine machine = out_.machine;
    out_.machine.firmware_map = ddmin<E820Entry>(machine.firmware_map, [&](const auto& entries) {
      machine.firmware_map = entries;
      // A scenario without a map is none.
      return !entries.empty() && fails(machine, out_.line);
    });
  }

  // Two entries of one type become one, from the first's start to the second's end.
  void join_entries() {
    for (std::size_t i = 0; i + 1 < out_.machine.firmware_map.size();) {
      Machine machine = out_.machine;
      E820Entry& first = machine.firmware_map[i];
      const E820Entry second = machine.firmware_map[i + 1];
      const bool joins =
          first.type == second.type && raw(second.addr) >= raw(first.addr) && !second.wraps();
      if (joins) {
        first.size = std::max(first.end(), second.end()) - raw(first.addr);
        machine.firmware_map.erase(machine.firmware_map.begin() + static_cast<std::ptrdiff_t>(i) +
                                   1);
      }
      if (joins && fails(machine, out_.line)) {
        out_.machine = std::move(machine);
      } else {
        ++i;
      }
    }
  }

  const kernel::KernelChoice& choice_;
  const session::Places& places_;
  const Judge& judge_;
  const Row& wanted_;
  std::string rule_{};  // the first that it breaks
  bool as_result_;
  Shrunk out_{};
  Row last_{};
  std::optional<session::Session> session_{};
  std::optional<session::Rules> rules_{};
  std::string fault_{};
  bool spoilt_ = false;  // a plugin did something wrong: it is not called any more
  std::size_t facts_left_ = 0;
};

}  // namespace

Result<Shrunk> shrink(const Plan& plan, const Combination& combination, const Row& row,
                      const session::Places& places, const Judge& judge) {
  return Shrinker(plan, combination, row, places, judge).run(row.slot);
}

}  // namespace memmap::sweep
