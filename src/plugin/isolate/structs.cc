#include "plugin/isolate/structs.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace memmap::plugin::isolate {
namespace {

// A plugin's text is cut to a line by whoever gets it (Call); a fact's may be as long as this.
constexpr std::size_t kMostText = 64 * 1024;
constexpr std::size_t kMostLine = 400;
constexpr std::size_t kMostItems = 64;

// A struct travels whole, but for its pointers: they are taken out, and what they point to follows.
template <class T>
T without(T value, auto... pointers) {
  ((value.*pointers = nullptr), ...);
  return value;
}

template <class T>
void put_part(Writer& out, const T* given) {
  out.put(static_cast<std::uint8_t>(given != nullptr));
}

bool is_there(Reader& in) { return in.get<std::uint8_t>() != 0; }

// A plugin's own struct with its two texts; nullptr stays that.
template <class T>
void put_with(Writer& out, const T* given, const char* T::*first, const char* T::*second) {
  put_part(out, given);
  if (given == nullptr) return;
  const T copy = copy_struct<T>(given);
  out.put(without(copy, first, second));
  out.text(copy.*first, kMostText);
  out.text(copy.*second, kMostText);
}

template <class T>
const T* get_with(Reader& in, T& room, const char* T::*first, const char* T::*second) {
  if (!is_there(in)) return nullptr;
  room = in.get<T>();
  room.*first = in.text();
  room.*second = in.text();
  return &room;
}

// A text that people read, as describe_plugin() lets it through.
std::string line(Reader& in) {
  std::string out(in.view().substr(0, kMostLine));
  for (char& c : out) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7f) c = '?';
  }
  return out;
}

void put(Writer& out, const std::vector<std::string>& texts) {
  out.put(static_cast<std::uint64_t>(texts.size()));
  for (const std::string& text : texts) out.text(std::string_view(text));
}

std::vector<std::string> get_lines(Reader& in) {
  std::vector<std::string> out;
  const auto count = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, kMostItems) && in.ok(); ++i) {
    out.push_back(line(in));
  }
  return out;
}

void put(Writer& out, const OptionInfo& o) {
  out.text(std::string_view(o.name));
  out.put(o.type);
  out.text(std::string_view(o.help));
  out.text(o.default_value ? o.default_value->c_str() : nullptr);
  put(out, o.choices);
  out.put(o.min);
  out.put(o.max);
  out.put(static_cast<std::uint8_t>(o.required));
}

OptionInfo get_option(Reader& in) {
  OptionInfo o;
  o.name = line(in);
  o.type = in.get<OptionType>();
  o.help = line(in);
  if (const char* text = in.text()) o.default_value = text;
  o.choices = get_lines(in);
  o.min = in.get<std::uint64_t>();
  o.max = in.get<std::uint64_t>();
  o.required = is_there(in);
  return o;
}

// In the place of functions that are in the other process.
void not_here() {}
template <class F>
void put_function(Writer& out, F function) {
  out.put(static_cast<std::uint8_t>(function != nullptr));
}
template <class F>
void get_function(Reader& in, F& function) {
  function = is_there(in) ? reinterpret_cast<F>(&not_here) : nullptr;
}

}  // namespace

void put(Writer& out, const memmap_setting_t& s) {
  out.text(s.name);
  out.text(s.value);
}

memmap_setting_t get_setting(Reader& in) {
  memmap_setting_t s{};
  s.name = in.text();
  s.value = in.text();
  return s;
}

void put(Writer& out, const memmap_facts_t& f) {
  using F = memmap_facts_t;
  out.put(without(f, &F::command_line, &F::kernel_release, &F::node_memory, &F::mtrrs,
                  &F::parameters, &F::cpu_nodes, &F::pci, &F::other_nodes, &F::distances));
  out.text(f.command_line);
  out.text(f.kernel_release);
  out.list(f.node_memory, f.node_memory_count);
  out.list(f.mtrrs, f.mtrr_count);
  out.put(static_cast<std::uint64_t>(f.parameter_count));
  for (std::size_t i = 0; i < f.parameter_count; ++i) put(out, f.parameters[i]);
  out.list(f.cpu_nodes, f.cpu_node_count);
  out.list(f.pci, f.pci_count);
  out.list(f.other_nodes, f.other_node_count);
  out.list(f.distances, f.distance_count);
}

memmap_facts_t get_facts(Reader& in) {
  auto f = in.get<memmap_facts_t>();
  f.command_line = in.text();
  f.kernel_release = in.text();
  std::tie(f.node_memory, f.node_memory_count) = in.list<memmap_range_t>();
  std::tie(f.mtrrs, f.mtrr_count) = in.list<memmap_range_t>();
  std::vector<memmap_setting_t> parameters;
  const auto count = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) parameters.push_back(get_setting(in));
  std::tie(f.parameters, f.parameter_count) = in.keep(std::move(parameters));
  std::tie(f.cpu_nodes, f.cpu_node_count) = in.list<std::int32_t>();
  std::tie(f.pci, f.pci_count) = in.list<memmap_pci_t>();
  std::tie(f.other_nodes, f.other_node_count) = in.list<std::int32_t>();
  std::tie(f.distances, f.distance_count) = in.list<std::uint8_t>();
  return f;
}

void put(Writer& out, const memmap_event_t& e) {
  using E = memmap_event_t;
  out.put(without(e, &E::step, &E::text, &E::function, &E::owner));
  for (const char* text : {e.step, e.text, e.function, e.owner}) out.text(text);
}

memmap_event_t get_event(Reader& in) {
  auto e = in.get<memmap_event_t>();
  for (const char** text : {&e.step, &e.text, &e.function, &e.owner}) *text = in.text();
  return e;
}

void put(Writer& out, const memmap_access_t& a) {
  using A = memmap_access_t;
  out.put(without(a, &A::bytes, &A::by, &A::cache));
  out.put(static_cast<std::uint8_t>(a.bytes != nullptr));
  out.list(a.bytes, a.bytes == nullptr ? 0 : a.byte_count);
  out.text(a.by);
  out.text(a.cache);
}

memmap_access_t get_access(Reader& in) {
  auto a = in.get<memmap_access_t>();
  const bool known = is_there(in);
  const auto [bytes, count] = in.list<std::uint8_t>();
  a.bytes = known ? bytes : nullptr;
  a.byte_count = count;
  a.by = in.text();
  a.cache = in.text();
  return a;
}

void put(Writer& out, const memmap_owned_t& o) {
  out.put(without(o, &memmap_owned_t::owner, &memmap_owned_t::function));
  out.text(o.owner);
  out.text(o.function);
}

memmap_owned_t get_owned(Reader& in) {
  auto o = in.get<memmap_owned_t>();
  o.owner = in.text();
  o.function = in.text();
  return o;
}

void put_given(Writer& out, const memmap_answer_t* answer) {
  put_with(out, answer, &memmap_answer_t::reason, &memmap_answer_t::rule);
}

const memmap_answer_t* get_given(Reader& in, memmap_answer_t& room) {
  return get_with(in, room, &memmap_answer_t::reason, &memmap_answer_t::rule);
}

void put_given(Writer& out, const memmap_message_t* message) {
  put_with(out, message, &memmap_message_t::text, &memmap_message_t::rule);
}

const memmap_message_t* get_given(Reader& in, memmap_message_t& room) {
  return get_with(in, room, &memmap_message_t::text, &memmap_message_t::rule);
}

void put_given(Writer& out, const memmap_finding_t* finding) {
  put_with(out, finding, &memmap_finding_t::rule, &memmap_finding_t::text);
}

const memmap_finding_t* get_given(Reader& in, memmap_finding_t& room) {
  return get_with(in, room, &memmap_finding_t::rule, &memmap_finding_t::text);
}

void put_given(Writer& out, const memmap_range_t* range) {
  put_part(out, range);
  if (range != nullptr) out.put(copy_struct<memmap_range_t>(range));
}

const memmap_range_t* get_given(Reader& in, memmap_range_t& room) {
  if (!is_there(in)) return nullptr;
  room = in.get<memmap_range_t>();
  return &room;
}

void put(Writer& out, const Description& d) {
  const PluginInfo& i = d.info;
  for (const std::string* text :
       {&i.name, &i.version, &i.summary, &i.source_summary, &i.source_example, &i.report_summary}) {
    out.text(std::string_view(*text));
  }
  out.put(i.abi_major);
  out.put(i.abi_minor);
  put(out, i.interfaces);
  put(out, i.warnings);
  out.put(static_cast<std::uint64_t>(i.options.size()));
  for (const OptionInfo& o : i.options) put(out, o);
  const Interfaces& in = d.interfaces;
  out.put(in.trim.hooks);
  put_function(out, in.trim.run);
  out.put(in.numa.flags);
  put_function(out, in.numa.run);
  put_function(out, in.alloc.choose);
  out.put(in.check.events);
  out.put(in.check.accesses);
  put_function(out, in.check.event);
  put_function(out, in.check.finish);
  put_function(out, in.check.access);
  put_function(out, in.source.recognise);
  put_function(out, in.source.read);
  out.put(in.report.flags);
  put_function(out, in.report.render);
}

Description get_description(Reader& in) {
  Description d;
  PluginInfo& i = d.info;
  for (std::string* text :
       {&i.name, &i.version, &i.summary, &i.source_summary, &i.source_example, &i.report_summary}) {
    *text = line(in);
  }
  i.abi_major = in.get<std::uint32_t>();
  i.abi_minor = in.get<std::uint32_t>();
  i.interfaces = get_lines(in);
  i.warnings = get_lines(in);
  const auto options = in.get<std::uint64_t>();
  for (std::uint64_t o = 0; o < std::min<std::uint64_t>(options, kMostItems) && in.ok(); ++o) {
    i.options.push_back(get_option(in));
  }
  Interfaces& out = d.interfaces;
  out.trim.hooks = in.get<std::uint32_t>();
  get_function(in, out.trim.run);
  out.numa.flags = in.get<std::uint32_t>();
  get_function(in, out.numa.run);
  get_function(in, out.alloc.choose);
  out.check.events = in.get<std::uint32_t>();
  out.check.accesses = in.get<std::uint32_t>();
  get_function(in, out.check.event);
  get_function(in, out.check.finish);
  get_function(in, out.check.access);
  get_function(in, out.source.recognise);
  get_function(in, out.source.read);
  out.report.flags = in.get<std::uint32_t>();
  get_function(in, out.report.render);
  return d;
}

}  // namespace memmap::plugin::isolate
