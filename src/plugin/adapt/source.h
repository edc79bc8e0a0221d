// A plugin that reads machines.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "machine/machine.h"
#include "memblock/region.h"
#include "plugin/adapt/call.h"
#include "plugin/load/host.h"

namespace memmap::plugin {

// What a source plugin thinks of some bytes: 0, not of its format, to 100.
struct SourceScore {
  int score = 0;
  std::string reason{};
};

class SourcePlugin {
 public:
  // Errors: it has no memmap.source/1, wrong options (all).
  static Result<std::unique_ptr<SourcePlugin>> create(const Plugin& plugin,
                                                      const OptionTexts& options);

  // Errors: the plugin's fault, a score beyond 100 too.
  Result<SourceScore> recognise(const std::string& name, const std::string& bytes);

  // The machine; its `source` and `format` are left to the caller. Errors: what the plugin says is
  // wrong with the input, with line and caret; or the plugin's fault: it failed, it handed over no
  // entry, one that ends before it begins, of type 0 or of a node that cannot be, a fact by an
  // unknown key, of a value that cannot be or, notes apart, twice.
  Result<Machine> read(const std::string& name, const std::string& bytes);

  const std::string& name() const { return call_.plugin(); }
  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  SourcePlugin(const Plugin& plugin, OptionValues options);
  Errors input_errors(const std::string& name, std::string_view bytes) const;
  std::string add_entry(const memmap_range_t& entry, Machine& machine) const;
  std::string add_fact(const std::string& key, const std::string& value, Machine& machine) const;

  Code& code_;
  Call call_;
};

}  // namespace memmap::plugin
