// The boot, top to bottom: what the kernel does, in which order, since and until when.
#pragma once

#include <span>
#include <string_view>

#include "boot/boot.h"
#include "kernel/behaviour.h"
#include "kernel/threshold.h"

namespace memmap::boot {

// Where a column of versions begins or ends: by a version, or, where a stable series took the change
// over or other code asks for it too, by a difference of kernel/differences.cc.
class Bound {
 public:
  constexpr Bound() = default;
  // NOLINTBEGIN(google-explicit-constructor): a column of a table
  consteval Bound(const char* versions) : versions_(versions) {}
  constexpr Bound(bool kernel::Behaviour::*difference) : difference_(difference) {}
  // NOLINTEND(google-explicit-constructor)

  constexpr bool empty() const { return difference_ == nullptr && versions_.empty(); }
  constexpr bool names_difference() const { return difference_ != nullptr; }
  constexpr bool reached(kernel::Version v, const kernel::Behaviour& behaviour) const {
    return difference_ != nullptr ? behaviour.*difference_ : versions_.reached(v);
  }
  // Empty where a difference is named.
  constexpr const kernel::Threshold& versions() const { return versions_; }

 private:
  kernel::Threshold versions_{};
  bool kernel::Behaviour::*difference_ = nullptr;
};

struct Step {
  std::string_view phase{};                // the function of the kernel that calls it
  std::string_view function{};             // of the kernel, that this stands for
  std::string_view file{};                 // where it is
  Bound since{};                           // first version that does it, so far as we know
  Bound until{};                           // first version that no longer does; empty: all do
  bool (*applies)(const Boot&) = nullptr;  // null: always
  void (*run)(Boot&) = nullptr;            // null: it takes nothing of memblock
  // The function of another row that calls it from `until` on; empty: none does.
  std::string_view moves_into{};

  bool is_of(kernel::Version v, const kernel::Behaviour& behaviour) const {
    return (since.empty() || since.reached(v, behaviour)) && !until.reached(v, behaviour);
  }
};

std::span<const Step> steps();

}  // namespace memmap::boot
