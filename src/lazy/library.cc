#include "lazy/library.h"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace memmap::lazy {

void* Library::symbol(const char* name) const {
  void* handle = handle_.load(std::memory_order_acquire);
  if (handle == nullptr) {
    handle = dlopen(soname_, RTLD_NOW | RTLD_LOCAL);  // threads get the same handle
    if (handle == nullptr)
      throw std::runtime_error(std::string("a library cannot be loaded: ") + dlerror());
    handle_.store(handle, std::memory_order_release);
  }
  void* const at = dlsym(handle, name);
  if (at == nullptr)
    throw std::runtime_error(std::string("a library is not the one: ") + dlerror());
  return at;
}

}  // namespace memmap::lazy
