// The state of a boot as plugins see it: arrays of the ABI's structs, each made when it is first
// asked for.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "boot/boot.h"
#include "boot/outcome.h"
#include "plugin/abi.h"
#include "plugin/adapt/facts.h"

namespace memmap::plugin {

// Of a boot at one moment, or of what it came to. Stays where it is: abi() points to it.
class State {
 public:
  // Both must stay as they are while this lives.
  State(const boot::Boot& boot, const Facts& facts);
  State(const boot::Outcome& outcome, const Facts& facts);
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const memmap_state_t* abi() const { return &abi_; }
  // Whether memory ran out for a list, which the plugin found empty.
  bool has_run_out() const { return ran_out_; }

 private:
  template <class T>
  using List = std::optional<std::vector<T>>;

  State(const boot::State& state, const Events& events, std::uint32_t flags, const Facts& facts);
  void set_functions();
  const char* keep(std::string_view text);
  std::size_t ran_out() {
    ran_out_ = true;
    return 0;
  }
  void add_zones(const std::vector<boot::NodeState>& nodes);
  static std::vector<memmap_owned_t> owned_of(State& self, const std::vector<boot::Owned>& list);

  static std::size_t e820(void* ctx, const memmap_range_t** list) noexcept;
  static std::size_t memory(void* ctx, const memmap_range_t** list) noexcept;
  static std::size_t reserved(void* ctx, const memmap_range_t** list) noexcept;
  static std::size_t owners(void* ctx, const memmap_owned_t** list) noexcept;
  static std::size_t in_use(void* ctx, const memmap_owned_t** list) noexcept;
  static std::size_t nodes(void* ctx, const memmap_range_t** list) noexcept;
  static std::size_t zones(void* ctx, const memmap_zone_t** list) noexcept;
  static std::size_t free_blocks(void* ctx, const memmap_free_run_t** list) noexcept;
  static std::size_t mappings(void* ctx, const memmap_mapping_t** list) noexcept;
  static std::size_t messages(void* ctx, const memmap_event_t** list) noexcept;
  static std::size_t memory_in(void* ctx, std::uint64_t base, std::uint64_t end,
                               const memmap_range_t** list) noexcept;
  static std::size_t reserved_in(void* ctx, std::uint64_t base, std::uint64_t end,
                                 const memmap_range_t** list) noexcept;
  static std::size_t owners_in(void* ctx, std::uint64_t base, std::uint64_t end,
                               const memmap_owned_t** list) noexcept;

  AbiRanges regions(std::span<const memblock::Region> list) const;

  const boot::State* state_;
  const Events* events_;
  // One of the two is set: who knows the owners.
  const boot::Boot* boot_ = nullptr;
  const boot::Outcome* outcome_ = nullptr;
  int max_nodes_ = 0;
  memmap_state_t abi_{};
  bool ran_out_ = false;

  List<memmap_range_t> e820_{};
  List<memmap_range_t> memory_{};
  List<memmap_range_t> reserved_{};
  List<memmap_range_t> nodes_{};
  List<memmap_owned_t> owners_{};
  List<memmap_owned_t> in_use_{};
  List<memmap_zone_t> zones_{};
  List<memmap_free_run_t> free_blocks_{};
  List<memmap_mapping_t> mappings_{};
  List<memmap_event_t> messages_{};
  // Of *_in(): one for each time that it was asked.
  std::deque<AbiRanges> range_parts_{};
  std::deque<std::vector<memmap_owned_t>> owner_parts_{};
  std::deque<std::string> texts_{};  // what the structs point to
};

// An event of MEMMAP_EVENT_MESSAGE; its strings live as long as `event`
// and `rule`, which is the text of the event's rule.
memmap_event_t to_abi(const Event& event, const char* rule);

}  // namespace memmap::plugin
