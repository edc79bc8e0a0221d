#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/printable.h"
#include "base/suggest.h"
#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "plugin/load/host.h"
#include "request.h"
#include "skeleton.h"

namespace memmap::cli {
namespace {

namespace fs = std::filesystem;

// `alloc, check` of memmap.alloc/1 and memmap.check/1.
std::string kinds_of(const plugin::PluginInfo& info) {
  std::string out;
  for (const std::string& id : info.interfaces) {
    const std::size_t dot = id.find('.') + 1;
    out += (out.empty() ? "" : ", ") + id.substr(dot, id.find('/') - dot);
  }
  return out;
}

ExitCode print(const std::string& text) {
  const Status status = write_output({}, printable_lines(text, Charset::unicode));
  return status ? ExitCode::good : bad_input(status.errors());
}

ExitCode list(plugin::PluginHost& host) {
  const plugin::Listing listing = host.list();
  std::size_t name = 0;
  std::size_t kind = 0;
  for (const plugin::PluginInfo& p : listing.plugins) {
    name = std::max(name, p.name.size());
    kind = std::max(kind, kinds_of(p).size());
  }
  std::vector<fs::path> folders;
  for (const plugin::PluginInfo& p : listing.plugins) {
    const fs::path folder = p.file.parent_path();
    if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(folder);
  }
  std::string out;
  std::stable_partition(folders.begin(), folders.end(),
                        [](const fs::path& folder) { return folder.empty(); });
  for (const fs::path& folder : folders) {
    out += fmt::format("{}{}:\n", out.empty() ? "" : "\n",
                       folder.empty() ? "Built in" : folder.string());
    for (const plugin::PluginInfo& p : listing.plugins) {
      if (p.file.parent_path() != folder) continue;
      out += fmt::format("  {:<{}}  {:<{}}  {:<5} {}\n", p.name, name, kinds_of(p), kind, p.version,
                         p.summary);
    }
  }
  if (listing.plugins.empty()) out += "No plugin is found.\n";
  if (!listing.refused.empty()) out += "\nRefused:\n";
  for (const Error& e : listing.refused) {
    out += fmt::format("  {}: {}\n", e.origin.file, e.message);
  }
  return print(out);
}

std::string type_of(const plugin::OptionInfo& option) {
  std::string out = plugin::describe_values(option);
  if (option.required) return out + ", must be given";
  return option.default_value ? fmt::format("{}, default {}", out, *option.default_value) : out;
}

std::string described(const plugin::PluginInfo& p) {
  std::string out = fmt::format("{} {}: {}\n", p.name, p.version, p.summary);
  out += fmt::format("  file     {}\n", p.file.empty() ? "built in" : p.file.string());
  out += fmt::format("  kind     {}\n", kinds_of(p));
  out += fmt::format("  offers   {}\n", fmt::join(p.interfaces, ", "));
  out += fmt::format("  ABI      {}.{}\n", p.abi_major, p.abi_minor);
  if (p.options.empty()) out += "  options  none\n";
  for (const plugin::OptionInfo& o : p.options) {
    out += fmt::format("  {:<8} {}: {}\n             {}\n", &o == &p.options[0] ? "options" : "",
                       o.name, type_of(o), o.help);
  }
  for (const std::string& warning : p.warnings) out += fmt::format("  note     {}\n", warning);
  return out;
}

ExitCode show(plugin::PluginHost& host, const std::string& name) {
  const auto loaded = host.load(name);
  if (!loaded) return bad_input(loaded.errors());
  return print(described((*loaded)->info()));
}

// Each check on a line; what is wrong below it.
ExitCode check(const std::string& name) {
  std::error_code ec;
  const fs::path file = fs::absolute(name, ec);
  Errors errors;
  std::string out = file.string() + "\n";
  for (const plugin::LoadCheck& c : plugin::examine(file)) {
    const std::string_view mark = !c.reached ? "-   " : c.errors.empty() ? "good" : "BAD ";
    out += fmt::format("  {} {}\n", mark, c.what);
    for (const Error& e : c.errors) out += fmt::format("         {}\n", e.message);
    append(errors, c.errors);
  }
  if (const ExitCode printed = print(out); printed != ExitCode::good) return printed;
  if (errors.empty()) return ExitCode::good;
  const bool fault =
      std::ranges::any_of(errors, [](const Error& e) { return e.code == ErrorCode::plugin_fault; });
  return fault ? ExitCode::fault : ExitCode::bad_input;
}

ExitCode begin_new(const Arguments& arguments, const std::string& name) {
  const auto kind = arguments.get("--kind");
  if (!kind) {
    return bad_usage(fmt::format("plugin new: --kind is missing; it is one of {}",
                                 fmt::join(skeleton_kinds(), ", ")));
  }
  const auto files = skeleton(session::share_folder("skeletons"), name, *kind);
  if (!files) return bad_input(files.errors());
  const std::string folder = arguments.get("--output").value_or(name);
  if (const Status written = write_folder({folder}, *files); !written) {
    return bad_input(written.errors());
  }
  std::string out = fmt::format("{}:\n", folder);
  for (const auto& [file, text] : *files) out += fmt::format("  {}\n", file);
  out += fmt::format(
      "To build and test it:\n  cmake -S {0} -B {0}/build && cmake --build {0}/build && ctest "
      "--test-dir {0}/build\n",
      folder);
  return print(out);
}

}  // namespace

ExitCode run_plugin(const Arguments& arguments) {
  const std::string action = arguments.get("ACTION").value_or("");
  if (std::ranges::find(kPluginActions, action) == kPluginActions.end()) {
    return bad_usage(fmt::format("plugin: `{}` is none of {}{}", action,
                                 fmt::join(kPluginActions, ", "),
                                 did_you_mean(action, kPluginActions)));
  }
  const std::string name = arguments.get("NAME").value_or("");
  if (name.empty() != (action == "list")) {
    return bad_usage(action == "list" ? "plugin list: takes no name"
                                      : fmt::format("plugin {}: a name is missing", action));
  }
  const auto alone = [&](std::initializer_list<std::string_view> followed) {
    return refuse_others(arguments, followed, "plugin " + action, "it does not need it");
  };
  if (action == "check") {
    const Status fits = alone({"ACTION", "NAME"});
    return fits ? check(name) : bad_input(fits.errors());
  }
  if (action == "new") {
    const Status fits = alone({"ACTION", "NAME", "--kind", "--output"});
    return fits ? begin_new(arguments, name) : bad_input(fits.errors());
  }
  if (const Status fits =
          alone({"ACTION", "NAME", "--plugin-dir", "--isolate-plugins", "--isolate-unprotected"});
      !fits) {
    return bad_input(fits.errors());
  }
  auto host = plugin_host(arguments);
  if (!host) return bad_input(host.errors());
  return action == "list" ? list(*host) : show(*host, name);
}

}  // namespace memmap::cli
