#include "sweep/axes.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/suggest.h"
#include "input/open/source.h"
#include "kernel/version.h"
#include "plugin/built_in.h"
#include "plugin/chain.h"
#include "plugin/load/host.h"
#include "profile/kernel_profile_yaml.h"
#include "session/files.h"
#include "session/named_plugins.h"
#include "session/source.h"
#include "sweep/digest.h"

namespace memmap::sweep {
namespace {

namespace fs = std::filesystem;

class AxesReader {
 public:
  AxesReader(const Matrix& matrix, const session::Places& places)
      : matrix_(matrix),
        places_(places),
        host_(places.host()),
        folder_(fs::path(matrix.file).parent_path()) {}

  Result<Axes> read(std::string_view bytes) {
    digest_.add("matrix", bytes);
    add(matrix_.product, matrix_.exclude);
    for (const Lists& lists : matrix_.include) add(lists, {});
    add_rules(matrix_.rules, matrix_.file);
    for (const input::Named& named : matrix_.policies) add_policy(named);
    look_for_foreign();
    if (!errors_.empty()) return std::move(errors_);
    out_.digest = digest_.take();
    return std::move(out_);
  }

 private:
  std::string path_of(const std::string& text) const {
    return session::path_beside(matrix_.file, text);
  }

  // A path as rows have it: as the matrix would name it.
  std::string name_of(const std::string& path) const {
    const std::string front = folder_.empty() ? std::string() : (folder_ / "").string();
    return path.starts_with(front) ? path.substr(front.size()) : path;
  }

  void add_file(std::string_view what, const std::string& path, const Error& place) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      errors_.push_back(told_at(place, fmt::format("there is no file `{}`", path)));
    } else if (const Status added = digest_.add_files(path); !added) {
      append(errors_, added.errors());
    } else {
      digest_.add(what, name_of(path));
    }
  }

  void add_policy(const input::Named& named) {
    const std::string path = path_of(named.text);
    const std::size_t before = errors_.size();
    add_file("policy", path, named.place);
    if (errors_.size() != before) return;
    const auto source = input::open_source(path);
    if (!source) return append(errors_, source.errors());
    auto read = policy::read_policy(path, source->bytes);
    if (!read) return append(errors_, read.errors());
    add_rules(std::move(read->rules), path);
  }

  // `file` says of which folder the baselines' paths are.
  void add_rules(policy::Rules rules, const std::string& file) {
    if (rules.rules.empty()) return;
    const fs::path folder = fs::path(file).parent_path();
    const Status read =
        policy::read_baselines(rules, [&](const policy::Baseline& baseline) -> Result<std::string> {
          auto source = input::open_source((folder / baseline.path).string());
          if (!source) return source.errors();
          digest_.add("baseline", source->bytes);
          return std::move(source->bytes);
        });
    if (!read) append(errors_, read.errors());
    out_.rules.push_back(std::move(rules));
  }

  void add(const Lists& lists, const std::vector<Exclusion>& exclude) {
    if (lists.machines.empty()) return;
    Product product{.command_lines = lists.command_lines,
                    .append = lists.append,
                    .slots = lists.slots,
                    .exclude = exclude};
    for (const MachineWish& wish : lists.machines) add_machines(wish, product);
    for (const input::Named& named : lists.kernels) add_kernels(named, product);
    for (const input::Named& named : lists.configs) add_configs(named, product);
    for (const PluginsWish& wish : lists.plugins) add_plugins(wish, product);
    out_.products.push_back(std::move(product));
  }

  void add_machines(const MachineWish& wish, Product& product) {
    const bool is_file = wish.source.kind != session::SourceKind::synthetic;
    if (!is_file || !session::is_pattern(wish.source.text)) {
      MachineWish one = wish;
      if (is_file) one.source.text = path_of(wish.source.text);
      if (one.name.empty()) one.name = wish.source.text;
      return add_machine(one, product);
    }
    const std::vector<std::string> files = session::files_like(path_of(wish.source.text));
    if (files.empty())
      errors_.push_back(told_at(wish.place, fmt::format("no file matches `{}`", wish.source.text)));
    if (files.size() > 1 && !wish.name.empty())
      errors_.push_back(told_at(
          wish.place,
          fmt::format("{} files match, which cannot all be named `{}`", files.size(), wish.name)));
    for (const std::string& file : files) {
      MachineWish one = wish;
      one.source.text = file;
      if (one.name.empty()) one.name = name_of(file);
      add_machine(one, product);
    }
  }

  void add_machine(const MachineWish& wish, Product& product) {
    if (const auto found = machines_.find(wish.name); found != machines_.end()) {
      const std::size_t index = found->second;
      const MachineAt* const known = &out_.machines[index];
      const auto& own = product.machines;
      const bool same =
          known->source.text == wish.source.text && known->source.kind == wish.source.kind &&
          known->source.boot == wish.source.boot && known->source.format == wish.source.format;
      if (!same) {
        errors_.push_back(told_at(
            wish.place,
            fmt::format("another machine is named `{}` too; give one a `name`", wish.name)));
      } else if (std::ranges::find(own, index) == own.end()) {
        product.machines.push_back(index);
      }
      return;
    }
    if (wish.source.kind == session::SourceKind::synthetic) {
      digest_.add("machine", wish.source.text);
    } else {
      const std::size_t before = errors_.size();
      if (wish.source.text == "-" || wish.source.text.ends_with("/-")) {
        errors_.push_back(told_at(wish.place, "a matrix reads files, not standard input"));
        return;
      }
      add_file("machine", wish.source.text, wish.place);
      if (errors_.size() != before) return;
    }
    auto machine = session::read_machine(wish.source, host_);
    if (!machine) {
      if (wish.source.kind == session::SourceKind::synthetic) {
        append(errors_, told_at(wish.place, machine.errors()));
      } else {
        append(errors_, machine.errors());
      }
      return;
    }
    machine->log = {};  // a witness of other boots
    const auto own_kernel = own_kernel_of(*machine);
    if (!own_kernel) return;
    product.machines.push_back(out_.machines.size());
    machines_.emplace(wish.name, out_.machines.size());
    out_.machines.push_back({wish.name, wish.source, *std::move(machine), *own_kernel});
  }

  // The kernel that the machine ran.
  std::optional<std::size_t> own_kernel_of(const Machine& machine) {
    const std::string release = machine.kernel_release.value_or("");
    if (const auto known = own_kernels_.find(release); known != own_kernels_.end())
      return known->second;
    auto choice = kernel::choose_kernel(std::nullopt, machine.kernel_release, places_.kernels);
    if (!choice) {
      append(errors_, choice.errors());
      return std::nullopt;
    }
    return own_kernels_[release] = add_kernel("", "", *std::move(choice));
  }

  std::size_t add_kernel(std::string name, std::string wanted, kernel::KernelChoice choice) {
    digest_.add("kernel", kernel::to_profile_yaml({.profile = choice.profile}));
    digest_.add(kernel::to_string(choice.profile.version), choice.profile.stands_for);
    out_.kernels.push_back({std::move(name), std::move(wanted), std::move(choice)});
    return out_.kernels.size() - 1;
  }

  void add_kernels(const input::Named& named, Product& product) {
    if (named.text.empty()) return product.kernels.emplace_back(std::nullopt), void();
    const bool is_file = session::is_kernel_file(named.text);
    std::vector<std::string> names{is_file ? path_of(named.text) : named.text};
    if (is_file && session::is_pattern(named.text)) {
      names = session::files_like(names.front());
    } else if (session::is_pattern(named.text)) {
      names = kernel::kernel_names(places_.kernels);
      std::erase_if(names, [&](const std::string& name) {
        return ::fnmatch(named.text.c_str(), name.c_str(), 0) != 0;
      });
    }
    if (names.empty())
      errors_.push_back(told_at(named.place, fmt::format("no kernel matches `{}`", named.text)));
    for (const std::string& name : names) {
      const std::string shown = is_file ? name_of(name) : name;
      const auto known = std::ranges::find(out_.kernels, shown, &KernelAt::name);
      if (known != out_.kernels.end()) {
        product.kernels.emplace_back(static_cast<std::size_t>(known - out_.kernels.begin()));
        continue;
      }
      auto choice = kernel::choose_kernel(name, std::nullopt, places_.kernels);
      if (choice) {
        product.kernels.emplace_back(add_kernel(shown, name, *std::move(choice)));
      } else if (is_file) {
        append(errors_, choice.errors());
      } else {
        errors_.push_back(told_at(named.place, choice.errors().front().message));
      }
    }
  }

  void add_configs(const input::Named& named, Product& product) {
    if (named.text.empty()) return product.configs.emplace_back(), void();
    const std::string path = path_of(named.text);
    const std::vector<std::string> files =
        session::is_pattern(named.text) ? session::files_like(path) : std::vector{path};
    if (files.empty())
      errors_.push_back(told_at(named.place, fmt::format("no file matches `{}`", named.text)));
    for (const std::string& file : files) {
      add_file("config", file, named.place);
      check_config(file);
      product.configs.push_back({name_of(file), file});
    }
  }

  // That it can be laid over a kernel's.
  void check_config(const std::string& file) {
    if (!errors_.empty() || out_.kernels.empty()) return;
    kernel::Profile scratch = out_.kernels.front().choice.profile;
    const auto laid = kernel::overlay_config_file(file, scratch);
    if (!laid) append(errors_, laid.errors());
  }

  void add_plugins(const PluginsWish& wish, Product& product) {
    PluginsAt out{.name = wish.text, .without = wish.without};
    const std::size_t before = errors_.size();
    for (const input::Named& named : wish.use) {
      auto spec = plugin::parse_spec_of_input(named.text, named.place);
      if (spec) {
        out.use.push_back(*std::move(spec));
      } else {
        append(errors_, spec.errors());
      }
    }
    if (errors_.size() == before) check_plugins(out, wish.place);
    product.plugins.push_back(std::move(out));
  }

  // That they can be loaded together and do something.
  void check_plugins(const PluginsAt& plugins, const Error& place) {
    auto named = session::sort_plugins(host_, plugins.use);
    if (!named) return append(errors_, named.errors());
    for (const auto* idle : {&named->only_sources, &named->only_reports}) {
      for (const std::string& name : *idle)
        errors_.push_back(told_at(place, fmt::format("plugin `{}` does nothing in a boot", name)));
    }
    const auto chain = plugin::Chain::create(host_, {std::move(named->deciding), plugins.without});
    if (!chain) {
      for (const Error& e : chain.errors())
        errors_.push_back(e.origin.line == 0 ? told_at(place, e) : e);
    }
    for (const plugin::PluginSpec& spec : plugins.use) note_foreign(spec.name);
  }

  void note_foreign(const std::string& name) {
    const auto loaded = host_.load(name);
    if (!loaded || (*loaded)->info().file.empty()) return;
    out_.foreign_plugin = (*loaded)->name();
    const std::string file = (*loaded)->info().file.string();
    if (const Status added = digest_.add_files(file); !added) append(errors_, added.errors());
  }

  // Of the default chain, in whose places modules may be, and of scenarios.
  void look_for_foreign() {
    for (const plugin::BuiltIn& own : plugin::built_in_plugins())
      note_foreign(std::string(own.name));
    for (const MachineAt& m : out_.machines) {
      for (const PluginUse& use : m.machine.plugins) {
        if (use.enabled) note_foreign(use.name);
      }
    }
  }

  const Matrix& matrix_;
  const session::Places& places_;
  plugin::PluginHost host_;
  fs::path folder_;
  Digest digest_{};
  std::map<std::string, std::size_t> machines_{};     // by name
  std::map<std::string, std::size_t> own_kernels_{};  // by the release that a machine ran
  Errors errors_{};
  Axes out_{};
};

}  // namespace

Result<Axes> read_axes(const Matrix& matrix, std::string_view bytes,
                       const session::Places& places) {
  return AxesReader(matrix, places).read(bytes);
}

}  // namespace memmap::sweep
