#include "sweep/boots.h"

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <mutex>
#include <vector>

#include "kernel/command_line.h"
#include "session/image_places.h"
#include "session/session.h"

namespace memmap::sweep {
namespace {

// So many sessions are kept; neighbours in the order of a sweep ask for the same.
constexpr std::size_t kMostStations = 32;

using StationKey = std::array<std::size_t, 5>;

StationKey key_of(const Plan& plan, const Combination& c) {
  return {plan.product_of(c).machines[c.machine], plan.kernel_index(c), c.product, c.config,
          c.plugins};
}

// The places that a combination's slots are.
class SlotPlaces {
 public:
  SlotPlaces() = default;
  SlotPlaces(const SlotsWish& wish, const session::Session& session, const std::string& line)
      : places_(session::image_places(session, *session.machine(), line)) {
    if (wish.which == SlotsWish::Which::count) spread_ = kaslr::spread_over(places_, wish.n);
    if (wish.which == SlotsWish::Which::every) step_ = wish.n;
    count_ = spread_.empty() ? (places_.count() + step_ - 1) / step_ : spread_.size();
  }

  std::uint64_t count() const { return count_; }
  PhysAddr place(std::uint64_t n) const {
    return PhysAddr{places_.place(spread_.empty() ? n * step_ : spread_[n])};
  }

 private:
  kaslr::PossiblePlaces places_{};
  std::vector<std::uint64_t> spread_{};  // by their numbers; empty: every step_-th
  std::uint64_t step_ = 1;
  std::uint64_t count_ = 0;
};

// What the boot loader passes.
std::string line_of(const Plan& plan, const session::Session& session, const Combination& c) {
  const std::optional<std::string>& own = session.machine()->command_line;
  return kernel::appended(plan.command_line(c).value_or(own.value_or("")), plan.append(c));
}

}  // namespace

Status boot_everywhere(const session::Session& session, session::Rules& rules,
                       const Machine& machine, boot::Options& options, const std::string& line,
                       const Booted::Look& look) {
  return session::each_place(session, rules, machine, options,
                             session::image_places(session, machine, line), kaslr::kMostPlacesTried,
                             look);
}

// What one thread boots with; a boot changes it.
struct Bench {
  session::Rules rules;
  Machine machine;                             // the session's, but for the image's place
  std::uint64_t position = ~std::uint64_t{0};  // of the combination that `slots` are of
  SlotPlaces slots{};
};

struct Boots::Station {
  std::once_flag once{};
  std::optional<session::Session> session{};
  Errors errors{};  // why there is none
  std::mutex mutex{};
  std::vector<std::unique_ptr<Bench>> idle{};

  Result<std::unique_ptr<Bench>> take() {
    const std::lock_guard lock(mutex);
    if (!errors.empty()) return errors;
    if (!idle.empty()) {
      auto out = std::move(idle.back());
      idle.pop_back();
      return out;
    }
    auto rules = session->rules();
    if (!rules) return rules.errors();
    return std::make_unique<Bench>(
        Bench{.rules = *std::move(rules), .machine = *session->machine()});
  }
  // One that failed, or whose checks have looked on, is of no more use.
  void give_back(std::unique_ptr<Bench> bench) {
    if (!bench->rules.checks.empty()) return;
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(bench));
  }
};

struct Boots::State {
  std::mutex mutex{};
  std::map<StationKey, std::shared_ptr<Station>> stations{};
  std::list<StationKey> used{};  // the latest first
};

Boots::Boots(const Plan& plan, const session::Places& places)
    : plan_(plan), places_(places), state_(std::make_unique<State>()) {}
Boots::~Boots() = default;

std::shared_ptr<Boots::Station> Boots::station(const Combination& c) {
  const StationKey key = key_of(plan_, c);
  std::shared_ptr<Station> out;
  {
    const std::lock_guard lock(state_->mutex);
    auto& stations = state_->stations;
    auto& slot = stations[key];
    if (slot) {
      state_->used.remove(key);
    } else {
      slot = std::make_shared<Station>();
    }
    out = slot;
    state_->used.push_front(key);
    if (state_->used.size() > kMostStations) {
      stations.erase(state_->used.back());
      state_->used.pop_back();
    }
  }
  std::call_once(out->once, [&] {
    const KernelAt& kernel = plan_.kernel(c);
    const ConfigAt& config = plan_.config(c);
    const PluginsAt& plugins = plan_.plugins(c);
    session::Request request{.plugins = plugins.use, .without_plugins = plugins.without};
    if (!kernel.wanted.empty()) request.kernel = kernel.wanted;
    if (!config.path.empty()) request.config = config.path;
    auto session = session::Session::open(std::move(request), places_, plan_.machine(c).machine,
                                          kernel.choice);
    if (session) {
      out->session.emplace(*std::move(session));
    } else {
      out->errors = session.errors();
    }
  });
  return out;
}

Status Boots::boot(const Combination& c, const std::function<void(const Booted&)>& show) {
  const std::shared_ptr<Station> at = station(c);
  auto taken = at->take();
  if (!taken) return taken.errors();
  Bench& bench = **taken;
  const session::Session& session = *at->session;
  boot::Options options = session.options(bench.rules);
  options.command_line = plan_.command_line(c);
  options.append = plan_.append(c);
  options.record_memblock = false;
  options.follow_pages = plan_.axes().asks_for_result();
  std::optional<PhysAddr> slot;
  if (c.slot) {
    if (bench.position != c.position) {
      bench.slots = SlotPlaces(plan_.product_of(c).slots, session, line_of(plan_, session, c));
      bench.position = c.position;
    }
    slot = bench.slots.place(*c.slot);
  }
  bench.machine.kernel_phys_base = slot ? slot : session.machine()->kernel_phys_base;
  const boot::Inputs inputs(bench.machine, session.profile(), options);
  const auto outcome = session.boot(bench.rules, options, inputs);
  if (!outcome) return outcome.errors();
  bool spoilt = false;
  const auto every_slot = [&](const Booted::Look& look) -> Status {
    const Status looked = boot_everywhere(session, bench.rules, bench.machine, options,
                                          line_of(plan_, session, c), look);
    spoilt = spoilt || !looked;
    return looked;
  };
  show({inputs, *outcome, slot, every_slot});
  if (!spoilt) at->give_back(*std::move(taken));
  return Done{};
}

std::uint64_t Boots::count_slots(const Combination& c) {
  const std::shared_ptr<Station> at = station(c);
  if (!at->session) return 1;
  return SlotPlaces(plan_.product_of(c).slots, *at->session, line_of(plan_, *at->session, c))
      .count();
}

}  // namespace memmap::sweep
