#include "session/asked.h"

#include <fmt/format.h>

#include <limits>
#include <string>
#include <vector>

#include "base/number.h"
#include "machine/visit.h"

namespace memmap::session {
namespace {

constexpr std::string_view kPhysicalBase = "kernel_phys_base";

Result<std::vector<plugin::PluginSpec>> named_plugins(const Arguments& arguments) {
  std::vector<plugin::PluginSpec> out;
  Errors errors;
  for (const std::string& text : arguments.all("--plugin")) {
    if (const auto spec = plugin::parse_spec(text)) {
      out.push_back(*spec);
    } else {
      append(errors, spec.errors());
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

// Reads one NAME=ADDRESS of --kaslr-base: names and bounds are those of a scenario's `kaslr`.
class BaseOption {
 public:
  BaseOption(std::string_view name, std::uint64_t address) : name_(name), address_(address) {}

  void number(std::string_view key, std::optional<VirtAddr>& base) {
    known_.push_back(std::string(key));
    if (key != name_) return;
    base = VirtAddr{address_};
    taken_ = true;
  }
  void check(bool good, std::string_view key, std::string_view message) {
    if (!good && key == name_) fault_ = fmt::format("{:#x} {}", address_, message);
  }
  bool taken() const { return taken_; }
  const std::string& fault() const { return fault_; }
  const std::vector<std::string>& known() const { return known_; }

 private:
  std::string_view name_;
  std::uint64_t address_;
  bool taken_ = false;
  std::string fault_{};
  std::vector<std::string> known_{};
};

// All --kaslr-base options; of each name the last.
Status read_bases(const Arguments& arguments, Request& request) {
  Errors errors;
  for (const std::string& text : arguments.all("--kaslr-base")) {
    const auto refuse = [&](std::string_view why) {
      errors.push_back({fmt::format("--kaslr-base {}: {}", text, why), {"memmap"}});
    };
    const std::size_t equals = text.find('=');
    const auto address = parse_u64(equals == text.npos ? "" : text.substr(equals + 1));
    if (!address) {
      refuse(equals == text.npos ? "expected NAME=ADDRESS"
                                 : std::string_view(address.errors().front().message));
      continue;
    }
    const std::string_view name = std::string_view(text).substr(0, equals);
    if (name == kPhysicalBase) {
      if (*address >= Machine::kKernelEnd) {
        refuse("a kernel image lies below 64T");
      } else if (*address % KaslrBases::kImageStep != 0) {
        // kernel: CONFIG_PHYSICAL_ALIGN, arch/x86/Kconfig
        refuse("a kernel image lies at a multiple of 2M");
      }
      request.kernel_phys_base = PhysAddr{*address};
      continue;
    }
    BaseOption option(name, *address);
    visit_members(option, request.kaslr);
    if (!option.taken()) {
      refuse(
          fmt::format("the bases are {} and {}", kPhysicalBase, fmt::join(option.known(), ", ")));
    } else if (!option.fault().empty()) {
      refuse(option.fault());
    }
  }
  if (!errors.empty()) return errors;
  return Done{};
}

}  // namespace

std::vector<std::string> base_names() {
  std::vector<std::string> out{std::string(kPhysicalBase)};
  BaseOption nobody({}, 0);
  Request none;
  visit_members(nobody, none.kaslr);
  out.insert(out.end(), nobody.known().begin(), nobody.known().end());
  return out;
}

Result<input::ReadOptions> read_options(const Arguments& arguments) {
  input::ReadOptions options;
  options.format = arguments.get("--input-format");
  options.columns = arguments.get("--columns");
  if (const auto text = arguments.get("--boot")) {
    const auto number = parse_count(*text);
    if (!number) return Error{number.errors().front().message, {"--boot"}};
    constexpr unsigned kMost = std::numeric_limits<unsigned>::max();
    if (*number == 0 || *number > kMost) {
      return Error{fmt::format("boots are counted from 1 to {}", kMost), {"--boot"}};
    }
    options.boot = static_cast<unsigned>(*number);
  }
  if (const auto side = arguments.get("--side")) {
    if (std::ranges::find(kSides, *side) == kSides.end()) {
      return Error{
          fmt::format("`{}` is no side of a diff; there are {}", *side, fmt::join(kSides, " and ")),
          {"--side"}};
    }
    options.side = *side == kSides[0] ? input::Side::older : input::Side::newer;
  }
  return options;
}

Result<std::optional<Source>> source_of(const Arguments& arguments) {
  const auto options = read_options(arguments);
  if (!options) return options.errors();
  std::vector<Source> sources;
  std::vector<std::string> given;
  const auto add = [&](SourceKind kind, std::string text, std::string_view name) {
    sources.push_back(
        {kind, std::move(text), options->format, options->boot, options->columns, options->side});
    given.emplace_back(name);
  };
  for (const KindOfSource& kind : kinds_of_source()) {
    if (const auto text = arguments.get(kind.option)) add(kind.kind, *text, kind.option);
  }
  if (const auto source = arguments.get("SOURCE"); source && !source->empty()) {
    add(SourceKind::named, *source, *source);
  }
  if (sources.empty()) return std::optional<Source>();
  if (sources.size() > 1) {
    return Error{fmt::format("{} and {} each name a machine; give one", given[0], given[1]),
                 {"memmap"}};
  }
  return std::optional(std::move(sources.front()));
}

Result<boot::Moment> moment_of(const Arguments& arguments) {
  const std::string at = arguments.get("--at").value_or(std::string(kMoments[0]));
  if (at == kMoments[0]) return boot::Moment::hand_over;
  if (at == kMoments[1]) return boot::Moment::user_space;
  return Error{fmt::format("--at is {}, not `{}`", fmt::join(kMoments, " or "), at), {"memmap"}};
}

Result<Request> request_of(const Arguments& arguments) {
  auto plugins = named_plugins(arguments);
  if (!plugins) return plugins.errors();
  auto source = source_of(arguments);
  if (!source) return source.errors();
  const auto moment = moment_of(arguments);
  if (!moment) return moment.errors();
  const auto without = arguments.all("--without-plugin");
  Request request{
      .source = *std::move(source),
      .kernel = arguments.get("--kernel"),
      .config = arguments.get("--config"),
      .command_line = arguments.get("--cmdline"),
      .append = arguments.get("--append").value_or(""),
      .plugins = *std::move(plugins),
      .without_plugins = {without.begin(), without.end()},
      .entry_limit = !arguments.has("--no-entry-limit"),
      .goes_on = *moment == boot::Moment::user_space,
      .record_memblock = arguments.get("--format") == "memblock-debug" ||
                         arguments.get("--format") == "html" ||
                         arguments.get("--diagram") == "pipeline",
      .follow_pages = arguments.get("--format") == "json",
  };
  if (const Status read = read_bases(arguments, request); !read) return read.errors();
  return request;
}

Status names_machine(const Request& request) {
  if (request.source) return Done{};
  std::vector<std::string_view> options;
  for (const KindOfSource& kind : kinds_of_source()) options.push_back(kind.option);
  return Error{fmt::format("a machine is missing: give one of {}", fmt::join(options, ", ")),
               {"memmap"}};
}

}  // namespace memmap::session
