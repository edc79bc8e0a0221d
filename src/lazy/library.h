// Shared libraries that few runs need, loaded when the first function of theirs is called: the rest start
// sooner without.
#pragma once

#include <atomic>

namespace memmap::lazy {

// A library by the name that the loader knows it by (`libarchive.so.13`). It stays loaded. Threads may share
// it.
class Library {
 public:
  constexpr explicit Library(const char* soname) : soname_(soname) {}
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // A function or an object of it. Throws std::runtime_error where the library or the symbol is missing: what
  // the program was built with is not installed.
  void* symbol(const char* name) const;

 private:
  const char* soname_;
  mutable std::atomic<void*> handle_ = nullptr;
};

template <class F>
class Function;

// Called as the function itself. Throws as symbol(), the first time.
template <class R, class... A>
class Function<R(A...)> {
 public:
  constexpr Function(const Library& library, const char* name) : library_(library), name_(name) {}
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;

  R operator()(A... arguments) const {
    void* at = at_.load(std::memory_order_acquire);
    if (at == nullptr) at_.store(at = library_.symbol(name_), std::memory_order_release);
    return reinterpret_cast<R (*)(A...)>(at)(arguments...);
  }

 private:
  const Library& library_;
  const char* name_;
  mutable std::atomic<void*> at_ = nullptr;
};

}  // namespace memmap::lazy

// In a namespace of memmap: `name` there is the library's function, of which nothing is linked.
#define MEMMAP_LAZY(library, name)                                                                 \
  const ::memmap::lazy::Function<decltype(::name)> name { /* NOLINT(bugprone-macro-parentheses) */ \
    library, #name                                                                                 \
  }
