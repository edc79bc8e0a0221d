// A boot step by step: the columns after each, and what the step changed in them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "account/columns.h"
#include "boot/observer.h"

namespace memmap::account {

// What was one thing and is another now.
struct Difference {
  PhysRange range{};
  std::string before{};  // the block's label; empty: there was none
  std::string after{};   // empty: there is none any more
  std::string by{};      // of `after`: the kernel function that asked

  friend bool operator==(const Difference&, const Difference&) = default;
};

// Where two states of a column differ: ascending; what touches and differs alike is one.
// O(blocks of both).
std::vector<Difference> differences(const Column& before, const Column& after);

// After one step of the boot.
struct Frame {
  std::string_view phase{};     // the kernel function that calls
  std::string_view function{};  // the kernel function of the step
  std::string_view file{};      // where it stands
  // By ColumnId; a column that did not change is the one of the frame before.
  std::array<std::shared_ptr<const Column>, kColumns> columns{};
  std::array<std::vector<Difference>, kColumns> changes{};  // of the step
  std::vector<std::string> said{};                          // in the kernel's words

  bool changed() const;
};

// Looks on while a boot runs; of a boot of n ranges a step that changes nothing costs O(n).
class Recorder final : public boot::Observer {
 public:
  void begin(const boot::Boot& boot) override { boot_ = &boot; }
  void after_step(const boot::Step& step) override;
  void on_call(const memblock::Call& call) override;
  void on_event(const Event& event) override;
  void at_end() override { boot_ = nullptr; }

  // One for each step, in their order. They live as long as the table of steps does: always.
  const std::vector<Frame>& frames() const { return frames_; }

 private:
  // Of what columns are made of, enough to tell whether they have changed.
  struct Stamp {
    std::uint64_t firmware = 0;
    std::uint64_t e820 = 0;
    memblock::Regions memory{};
    memblock::Regions reserved{};
    std::uint64_t calls = 0;
    paging::Mappings mappings{};
    std::size_t nodes = 0;
    bool handed_over = false;
    std::size_t given_back = 0;
  };
  std::array<bool, kColumns> changed_since_last(const boot::State& state);

  const boot::Boot* boot_ = nullptr;
  std::vector<Frame> frames_{};
  std::vector<std::string> said_{};  // since the last step
  std::uint64_t calls_ = 0;
  Stamp last_{};
};

}  // namespace memmap::account
