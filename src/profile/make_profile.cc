#include "profile/make_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "base/align.h"
#include "kernel/distribution.h"
#include "profile/limits.h"

namespace memmap::kernel {
namespace {

// Without folders: a profile does not tell where files lay on somebody's machine.
std::string file_of(std::string_view source) {
  const std::size_t comma = source.find(", ");
  const std::string path(source.substr(0, comma));
  return std::filesystem::path(path).filename().string() +
         std::string(comma == std::string_view::npos ? "" : source.substr(comma));
}

// The file that `FILE, its sections` is a part of.
std::string_view part_of(std::string_view source) { return source.substr(0, source.rfind(", ")); }

class Maker {
 public:
  explicit Maker(const Facts& facts) : facts_(facts) {}

  Result<MadeProfile> make() {
    ask_for_what_is_missing();
    if (!errors_.empty()) return errors_;
    out_.notes = facts_.notes;
    name_and_version();
    distribution();
    if (auto status = apply_config(*facts_.config, out_.profile); !status)
      append(errors_, status.errors());
    out_.sources["config"] = file_of(facts_.config->source);
    image();
    if (facts_.decompressor) {
      out_.profile.decompressor = facts_.decompressor;
      out_.sources["decompressor"] = file_of(facts_.decompressor_source);
    }
    symbols();
    functions();
    types();
    parameters();
    contradictions();
    if (!errors_.empty()) return errors_;
    out_.profile.origin = origin();
    return std::move(out_);
  }

 private:
  void fault(std::string message, const std::string& file) {
    errors_.push_back({.message = std::move(message), .origin = {file}});
  }

  void ask_for_what_is_missing() {
    const std::string release = facts_.banner.substr(0, facts_.banner.find(' '));
    const std::string suffix = release.empty() ? "RELEASE" : release;
    if (!facts_.config && !facts_.companions.empty()) {
      fault(fmt::format("its options are not in it: they are in the package {}; give that with "
                        "--config, or put it beside this one",
                        fmt::join(facts_.companions, " or ")),
            facts_.subject);
    } else if (!facts_.config) {
      fault(fmt::format("its options are not in it: give its .config with --config (as a rule "
                        "/boot/config-{0} or /usr/lib/modules/{0}/config), or the package that has "
                        "it",
                        suffix),
            facts_.subject);
    }
    if (!facts_.types) {
      fault(
          "the sizes of its structures are not in it (no section .BTF): give its BTF with --btf "
          "(on "
          "a system that runs it: /sys/kernel/btf/vmlinux)",
          facts_.subject);
    }
    if (!facts_.symbols && !facts_.sections) {
      fault(fmt::format("where its parts lie is not in it: give --system-map (as a rule "
                        "/boot/System.map-{}), --kallsyms (/proc/kallsyms, read as root) or "
                        "--sections (`readelf -S --wide vmlinux`)",
                        suffix),
            facts_.subject);
    }
  }

  // Debian's 6.1.0-55-amd64 is a 6.1.192, as its banner tells.
  std::optional<Version> version() const {
    if (facts_.config->version) return facts_.config->version;
    if (const auto stable = stable_version_in(facts_.banner)) return parse_version(*stable);
    if (auto v = parse_version(facts_.banner)) return v;
    return parse_version(facts_.name);
  }

  void name_and_version() {
    Profile& p = out_.profile;
    p.name = facts_.name.empty() ? facts_.banner.substr(0, facts_.banner.find(' ')) : facts_.name;
    const auto v = version();
    if (!v) {
      fault("no part tells the kernel's version: give a .config with its first lines",
            facts_.subject);
    }
    p.version = v.value_or(Version{});
    if (p.name.empty()) p.name = to_string(p.version);
    out_.sources["version"] =
        file_of(facts_.config->version ? facts_.config->source : facts_.subject);
    const auto release = parse_version(facts_.banner);
    if (v && release && (release->major != v->major || release->minor != v->minor)) {
      fault(fmt::format("a .config of Linux {}, but the image is a {}", to_string(*v),
                        facts_.banner.substr(0, facts_.banner.find(' '))),
            facts_.config->source);
    }
  }

  void distribution() {
    const Recognised whose =
        recognise({.release = facts_.banner.empty() ? std::string_view(out_.profile.name)
                                                    : std::string_view(),
                   .banner = facts_.banner,
                   .compiler = facts_.config->text("CC_VERSION_TEXT").value_or("")});
    if (!whose.contradiction.empty()) out_.notes.push_back(whose.contradiction);
    if (whose.distribution == nullptr) {
      out_.notes.emplace_back(
          "whose kernel it is, neither its release nor its banner tells: the key `distribution` "
          "does");
      return;
    }
    out_.profile.distribution = whose.distribution->id;
    out_.sources["distribution"] = whose.by;
  }

  std::optional<std::uint64_t> from_sections(std::string_view symbol) const {
    if (!facts_.sections) return std::nullopt;
    const auto text = facts_.sections->symbol("_text");
    const auto address = facts_.sections->symbol(symbol);
    if (!text || !address) return std::nullopt;
    return *address < *text ? *address : *address - *text;  // per-CPU data is linked at 0
  }

  void image() {
    const std::string& first = facts_.symbols ? facts_.symbols->source() : facts_.sections->source;
    out_.sources["image"] = file_of(first);
    std::uint64_t before = 0;
    for (const ImageRow& row : image_rows()) {
      auto value = facts_.symbols ? facts_.symbols->from_text(row.symbol) : std::nullopt;
      if (!value) {
        value = from_sections(row.symbol);
        if (value && facts_.symbols)
          out_.sources[fmt::format("image.{}", row.key)] = file_of(facts_.sections->source);
      }
      if (!value) {
        fault(fmt::format("has no symbol {}: give --sections (`readelf -S --wide vmlinux`)",
                          row.symbol),
              first);
        continue;
      }
      if (*value < before || *value > kGiB) {
        fault(fmt::format("{} at {:#x} from _text: not of an image, or of a module", row.symbol,
                          *value),
              first);
      }
      before = *value;
      out_.profile.image.*row.member = *value;
    }
  }

  void symbols() {
    out_.sources["symbols"] =
        file_of(facts_.symbols ? facts_.symbols->source() : facts_.sections->source);
    std::vector<const Symbol*> lacking;
    for (const Symbol& row : symbol_rows()) {
      std::optional<std::uint64_t> value;
      if (facts_.symbols) {
        value = facts_.symbols->find(row.name);
        if (const auto offset = facts_.symbols->from_text(row.name)) value = offset;
      }
      if (!value) {
        value = from_sections(row.name);
        if (value && facts_.symbols)
          out_.sources[fmt::format("symbols.{}", row.name)] = file_of(facts_.sections->source);
      }
      if (value && row.allows(*value)) out_.profile.symbols.emplace(row.name, *value);
      if (!value && !row.told) lacking.push_back(&row);
    }
    // Of an image's own table some always lack: versions differ. One without data tells functions
    // alone (CONFIG_KALLSYMS_ALL is off).
    if (!facts_.symbols || !facts_.symbols->find("init_top_pgt")) tell_of_symbols(lacking);
  }

  // What each is for is what its lack costs.
  void tell_of_symbols(std::span<const Symbol* const> lacking) {
    std::vector<std::string_view> costs;
    for (const Symbol* row : lacking) {
      if (std::ranges::find(costs, row->use) == costs.end()) costs.push_back(row->use);
    }
    if (!facts_.symbols) costs.emplace_back("the callers that memblock=debug names");
    if (costs.empty()) return;
    out_.notes.push_back(fmt::format(
        "left out, or taken to be as usual, as {}: {}. --system-map or --kallsyms tells them",
        facts_.symbols ? "its table of symbols lacks them"
                       : "no table of symbols is there, or none of a form that is known",
        fmt::join(costs, "; ")));
  }

  // Left out without a symbol table: then all are taken to be there.
  void functions() {
    if (!facts_.symbols) return;
    out_.sources["functions"] = file_of(facts_.symbols->source());
    std::vector<std::string>& names = out_.profile.functions;
    for (const Function& row : function_rows()) {
      for (const std::string_view found : facts_.symbols->code(row.name)) {
        // A part that the compiler moved away does not call by its own name.
        if (!found.ends_with(".cold") && !found.ends_with(".part.0")) names.emplace_back(found);
      }
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }

  void types() {
    const Types& types = *facts_.types;
    for (const std::string_view key : {"struct_sizes", "constants", "offsets"}) {
      out_.sources[std::string(key)] = file_of(types.source());
    }
    for (const Struct& row : struct_rows()) {
      const auto size = types.size_of(row.name);
      if (size && *size > 0) take(row, *size, out_.profile.struct_sizes);
      if (row.wanted.how == Wanted::How::needed && !size) {
        fault(fmt::format("has no struct {}: not the BTF of a kernel (a module's?)", row.name),
              types.source());
      }
    }
    tell_of_usual_sizes();
    for (const Constant& row : constant_rows()) {
      const auto value = types.constant(row.name);
      if (value && *value >= 0) {
        take(row, static_cast<std::uint64_t>(*value), out_.profile.constants);
      }
    }
    slots();
    for (const Member& row : member_rows()) {
      const std::size_t dot = row.name.find('.');
      const auto offset = types.offset_of(row.name.substr(0, dot), row.name.substr(dot + 1));
      if (offset) take(row, *offset, out_.profile.offsets);
    }
  }

  void slots() {
    out_.sources["fixmap"] = file_of(facts_.types->source());
    for (const auto& [name, number] : facts_.types->constants_of("fixed_addresses")) {
      const auto value = static_cast<std::uint64_t>(number);
      if (const auto told = fault_of_slot(name, value)) {
        fault(fmt::format("has `{}` as {}, which {}", name, number, *told), facts_.types->source());
      } else {
        out_.profile.fixmap.emplace(name, value);
      }
    }
  }

  void take(const Quantity& row, std::uint64_t value,
            std::map<std::string, std::uint64_t, std::less<>>& into) {
    if (const auto told = fault_of(row, value)) {
      fault(fmt::format("has `{}` as {}, which {}", row.name, value, *told),
            facts_.types->source());
    } else {
      into.emplace(row.name, value);
    }
  }

  // What the boot takes memory for, if the option is on, and BTF lacks.
  void tell_of_usual_sizes() {
    std::vector<std::string_view> lacking;
    for (const Struct& row : struct_rows()) {
      if (row.wanted.how != Wanted::How::used) continue;
      const bool used = row.wanted.option == nullptr || out_.profile.has(*row.wanted.option);
      if (used && !out_.profile.struct_sizes.contains(row.name)) lacking.push_back(row.name);
    }
    if (lacking.empty()) return;
    out_.notes.push_back(fmt::format("not in {}: struct {}; usual sizes are used for them",
                                     file_of(facts_.types->source()), fmt::join(lacking, ", ")));
  }

  // A module parameter with a dot is never passed on to init, known or not.
  void parameters() {
    if (!facts_.parameters) {
      out_.notes.emplace_back(
          "left out: the parameters that it knows, so that no parameter counts as unknown; a "
          "vmlinux "
          "or vmlinuz tells them, or --params");
      return;
    }
    out_.sources["parameters"] = file_of(facts_.parameters->source);
    KnownParameters& known = out_.profile.parameters;
    for (const DeclaredParameter& p : facts_.parameters->list) {
      if (p.kind == ParameterKind::early) known.early.push_back(p.name);
      if (p.kind == ParameterKind::setup) known.setup.push_back(p.name);
      if (p.kind == ParameterKind::module && p.name.find('.') == std::string::npos) {
        known.param.push_back(p.name);
      }
    }
    for (auto* names : {&known.early, &known.setup, &known.param}) {
      std::ranges::sort(*names);
      names->erase(std::unique(names->begin(), names->end()), names->end());
    }
  }

  void contradictions() {
    const auto cpus = out_.profile.number(config::NR_CPUS);
    const auto mask = out_.profile.struct_sizes.find(type::cpumask.name);
    if (cpus > 0 && mask != out_.profile.struct_sizes.end() &&
        mask->second != align_up(cpus, 64) / 8) {
      fault(fmt::format("CONFIG_NR_CPUS={} of {} contradicts a cpumask of {} bytes: they are of "
                        "different kernels",
                        cpus, facts_.config->source, mask->second),
            facts_.types->source());
    }
    for (const Contradiction& c : contradictions_of(out_.profile)) {
      if (c.key == "default_phys_base") {
        errors_.push_back(facts_.config->error("PHYSICAL_START", c.message));
      } else {
        fault(c.message, c.group == "symbols" ? out_.sources["symbols"] : facts_.types->source());
      }
    }
    if (!facts_.symbols || !facts_.sections) return;
    // Both of one image: what differs then is where its linker script places the symbol.
    if (part_of(facts_.symbols->source()) == part_of(facts_.sections->source)) return;
    for (const std::string_view name : {"_etext", "_edata", "_end"}) {
      const auto a = facts_.symbols->from_text(name);
      const auto b = from_sections(name);
      if (!a || !b || *a == *b) continue;
      fault(
          fmt::format("{} lies at {:#x} from _text, in {} at {:#x}: they are of different kernels",
                      name, *b, facts_.symbols->source(), *a),
          facts_.sections->source);
      return;
    }
  }

  std::string origin() const {
    std::vector<std::string> files;
    for (const char* key : {"config", "image", "struct_sizes", "parameters"}) {
      const auto it = out_.sources.find(key);
      if (it == out_.sources.end()) continue;
      const std::string file = it->second.substr(0, it->second.find(", "));
      if (std::ranges::find(files, file) == files.end()) files.push_back(file);
    }
    return fmt::format("its {}", fmt::join(files, ", "));
  }

  const Facts& facts_;
  MadeProfile out_{};
  Errors errors_{};
};

}  // namespace

Result<MadeProfile> make_profile(const Facts& facts) { return Maker(facts).make(); }

}  // namespace memmap::kernel
