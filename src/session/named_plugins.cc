#include "session/named_plugins.h"

#include <fmt/format.h>

#include "session/source.h"

namespace memmap::session {
namespace {

class SourceFormat : public input::OtherFormat {
 public:
  explicit SourceFormat(plugin::SourcePlugin& source) : source_(source) {}
  const std::string& id() const override { return source_.name(); }
  Result<input::Recognition> recognise(const input::Source& source) override {
    const auto score = source_.recognise(source.name, source.bytes);
    if (!score) return score.errors();
    return input::Recognition{score->score, score->reason};
  }
  Result<Machine> read(const input::Source& source) override {
    return source_.read(source.name, source.bytes);
  }

 private:
  plugin::SourcePlugin& source_;
};

}  // namespace

Result<NamedPlugins> sort_plugins(plugin::PluginHost& host,
                                  std::span<const plugin::PluginSpec> specs) {
  NamedPlugins out;
  Errors errors;
  const auto keep = [&](const plugin::PluginSpec& spec, auto made, auto& list) {
    if (made) {
      list.push_back(*std::move(made));
    } else {
      append(errors, spec.told(made.errors()));
    }
  };
  for (const plugin::PluginSpec& spec : specs) {
    const auto loaded = host.load(spec.name);
    if (!loaded) {
      append(errors, spec.told(loaded.errors()));
      continue;
    }
    const plugin::Interfaces& offered = (*loaded)->interfaces();
    if (offered.has_check())
      keep(spec, plugin::CheckPlugin::create(**loaded, spec.options), out.checks);
    if (offered.has_source())
      keep(spec, plugin::SourcePlugin::create(**loaded, spec.options), out.sources);
    if (offered.has_report()) out.reports.push_back(spec);
    const bool decides = offered.has_alloc() || offered.has_trim() || offered.has_numa();
    if (decides) out.deciding.push_back(spec);
    const int kinds = decides + offered.has_check() + offered.has_source() + offered.has_report();
    if (decides || kinds != 1) continue;
    auto& only = offered.has_check()    ? out.only_checks
                 : offered.has_source() ? out.only_sources
                                        : out.only_reports;
    only.push_back((*loaded)->name());
  }
  if (!errors.empty()) return errors;
  return out;
}

input::OtherFormat* PluginFormats::add(plugin::SourcePlugin& source) {
  return readers_.emplace_back(std::make_unique<SourceFormat>(source)).get();
}

input::OtherFormat* PluginFormats::known(const std::string& id) {
  for (const auto& reader : readers_) {
    if (reader->id() == id) return reader.get();
  }
  for (const auto& source : named_.sources) {
    if (source->name() == id) return add(*source);
  }
  return nullptr;
}

Errors idle_plugins(const NamedPlugins& named, std::string_view command) {
  Errors out;
  for (const auto* idle : {&named.only_reports, &named.only_checks}) {
    for (const std::string& name : *idle) {
      out.push_back(no_effect(fmt::format("--plugin {}", name), command,
                              "it neither shows checks nor writes with plugins"));
    }
  }
  return out;
}

Result<input::OtherFormat*> PluginFormats::find(const std::string& id) {
  if (input::OtherFormat* reader = known(id)) return reader;
  if (!host_.knows(id)) return static_cast<input::OtherFormat*>(nullptr);
  const auto loaded = host_.load(id);
  if (!loaded) return loaded.errors();
  auto source = plugin::SourcePlugin::create(**loaded, {});
  if (!source) return source.errors();
  return add(*found_.emplace_back(*std::move(source)));
}

std::vector<input::OtherFormat*> PluginFormats::all() {
  std::vector<input::OtherFormat*> out;
  for (const plugin::PluginInfo& info : host_.list().plugins) {
    const auto loaded = host_.load(info.name);
    if (!loaded || !(*loaded)->interfaces().has_source()) continue;
    input::OtherFormat* reader = known(info.name);
    if (reader == nullptr) {
      // One with an option that must be given can only be named.
      auto source = plugin::SourcePlugin::create(**loaded, {});
      if (!source) continue;
      reader = add(*found_.emplace_back(*std::move(source)));
    }
    out.push_back(reader);
  }
  return out;
}

}  // namespace memmap::session
