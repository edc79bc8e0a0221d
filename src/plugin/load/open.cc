#include "plugin/load/open.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSymbol = "memmap_plugin";

// Never unloaded: an object, an exit handler or a string of the plugin may outlive any owner that
// we could think of.
void keep_for_ever(boost::dll::shared_library library) {
  static auto& kept = *new std::vector<boost::dll::shared_library>;
  static std::mutex mutex;  // hosts of several threads
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(library));
}

// The loader's own words, without the file's name in front, which our message has already.
std::string loader_message(const fs::path& file) {
  const char* text = ::dlerror();
  std::string message = text == nullptr ? "the loader refuses it" : text;
  const std::string lead = file.string() + ": ";
  return message.rfind(lead, 0) == 0 ? message.substr(lead.size()) : message;
}

}  // namespace

Result<const void*> open_library(const fs::path& file) {
  try {
    boost::dll::fs::error_code ec;
    boost::dll::shared_library library;
    library.load(boost::dll::fs::path(file),
                 boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, ec);
    if (!library.is_loaded()) return Error{.message = loader_message(file)};
    if (!library.has(kSymbol)) {
      keep_for_ever(std::move(library));
      return Error{.message = "is no memmap plugin: it does not export `memmap_plugin`"};
    }
    const void* symbol = &library.get<const memmap_plugin_t>(kSymbol);
    keep_for_ever(std::move(library));
    return symbol;
  } catch (const std::exception& e) {
    return Error{.message = e.what()};
  } catch (...) {
    return Error{.message = "threw an exception while loading"};
  }
}

Result<Description> open_and_describe(const fs::path& file, std::string_view name) {
  const auto symbol = open_library(file);
  if (!symbol) return symbol.errors();
  try {
    auto description = describe_plugin(*symbol, name);
    if (description) description->info.file = file;
    return description;
  } catch (const std::exception& e) {
    return Error{.message = e.what()};
  } catch (...) {
    return Error{.message = "threw an exception while describing itself"};
  }
}

}  // namespace memmap::plugin
