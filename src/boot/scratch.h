// What one file of steps keeps from one of its steps to the next.
#pragma once

#include <map>
#include <memory>
#include <typeindex>
#include <typeinfo>

namespace memmap::boot {

// A default-made object of each type that is asked for, kept for the boot. The type is the file's
// own struct (in its unnamed namespace), so that nobody else can ask for it: a name for
// std::vector<PhysRange> is the same type in every file.
class Scratch {
 public:
  template <class T>
  T& of() {
    std::shared_ptr<void>& slot = slots_[typeid(T)];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> slots_{};
};

}  // namespace memmap::boot
