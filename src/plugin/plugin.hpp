// The plugin ABI for C++17 and later: views, typed calls to the host, and a fence for exceptions.
// Header-only; includes the standard library and abi.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "abi.h"

namespace memmap::plugin {

// An array that the host passed.
template <class T>
class View {
 public:
  View(const T* data, std::size_t size) : data_(data), size_(size) {}
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  const T* data_;
  std::size_t size_;
};

inline View<memmap_range_t> ranges_of(const memmap_trim_input_t& in) {
  return {in.ranges, in.range_count};
}
inline View<memmap_range_t> memory_of(const memmap_numa_input_t& in) {
  return {in.memory, in.memory_count};
}
inline View<memmap_range_t> blocks_of(const memmap_numa_input_t& in) {
  return {in.blocks, in.block_count};
}

// What a write writes, as far as it is known, or memory holds.
inline View<std::uint8_t> bytes_of(const memmap_access_t& a) { return {a.bytes, a.byte_count}; }

// Whether a parameter has that name; `-` and `_` are the same. kernel: parameq(), kernel/params.c
inline bool is_parameter(const memmap_setting_t& parameter, const char* name) {
  const char* given = parameter.name;
  for (; *given != '\0' && *name != '\0'; ++given, ++name) {
    if ((*given == '-' ? '_' : *given) != (*name == '-' ? '_' : *name)) return false;
  }
  return *given == *name;
}

// The last parameter of that name on the command line; nullptr: none.
inline const memmap_setting_t* find_parameter(const memmap_facts_t& facts, const char* name) {
  for (std::size_t i = facts.parameter_count; i-- > 0;) {
    if (is_parameter(facts.parameters[i], name)) return &facts.parameters[i];
  }
  return nullptr;
}

// Whether the last parameter of that name has that value.
inline bool is_set(const memmap_facts_t& facts, const char* name, const char* value) {
  const memmap_setting_t* p = find_parameter(facts, name);
  return p != nullptr && p->value != nullptr && std::strcmp(p->value, value) == 0;
}

// Whether the value of any parameter of that name starts so.
inline bool any_starts(const memmap_facts_t& facts, const char* name, const char* start) {
  for (std::size_t i = 0; i < facts.parameter_count; ++i) {
    const memmap_setting_t& p = facts.parameters[i];
    if (p.value != nullptr && is_parameter(p, name) &&
        std::strncmp(p.value, start, std::strlen(start)) == 0) {
      return true;
    }
  }
  return false;
}

// Whether the kernel that boots is that version or a later one.
inline bool since(const memmap_facts_t& facts, std::uint32_t major, std::uint32_t minor,
                  std::uint32_t patch = 0) {
  const std::uint32_t* v = facts.kernel_version;
  if (v[0] != major) return v[0] > major;
  return v[1] != minor ? v[1] > minor : v[2] >= patch;
}

// The lists of a boot's state.
template <class T>
View<T> list_of(const memmap_state_t& state, std::size_t (*function)(void*, const T**)) {
  const T* list = nullptr;
  const std::size_t count = function(state.ctx, &list);
  return {list, count};
}
inline View<memmap_range_t> e820_of(const memmap_state_t& s) { return list_of(s, s.e820); }
inline View<memmap_range_t> memory_of(const memmap_state_t& s) { return list_of(s, s.memory); }
inline View<memmap_range_t> reserved_of(const memmap_state_t& s) { return list_of(s, s.reserved); }
inline View<memmap_owned_t> owners_of(const memmap_state_t& s) { return list_of(s, s.owners); }
inline View<memmap_owned_t> in_use_of(const memmap_state_t& s) { return list_of(s, s.in_use); }
inline View<memmap_range_t> nodes_of(const memmap_state_t& s) { return list_of(s, s.nodes); }
inline View<memmap_zone_t> zones_of(const memmap_state_t& s) { return list_of(s, s.zones); }
inline View<memmap_free_run_t> free_blocks_of(const memmap_state_t& s) {
  return list_of(s, s.free_blocks);
}
inline View<memmap_mapping_t> mappings_of(const memmap_state_t& s) {
  return list_of(s, s.mappings);
}
inline View<memmap_event_t> messages_of(const memmap_state_t& s) { return list_of(s, s.messages); }

// What of them lies in [base, end); all of them, where the host is of an ABI before 1.2.
template <class T>
View<T> list_in(const memmap_state_t& state, std::uint64_t base, std::uint64_t end,
                std::size_t (*part)(void*, std::uint64_t, std::uint64_t, const T**)) {
  const T* list = nullptr;
  const std::size_t count = part(state.ctx, base, end, &list);
  return {list, count};
}
inline bool has_parts(const memmap_state_t& s) {
  return s.struct_size > offsetof(memmap_state_t, owners_in);
}
inline View<memmap_range_t> memory_in(const memmap_state_t& s, std::uint64_t base,
                                      std::uint64_t end) {
  return has_parts(s) ? list_in(s, base, end, s.memory_in) : memory_of(s);
}
inline View<memmap_range_t> reserved_in(const memmap_state_t& s, std::uint64_t base,
                                        std::uint64_t end) {
  return has_parts(s) ? list_in(s, base, end, s.reserved_in) : reserved_of(s);
}
inline View<memmap_owned_t> owners_in(const memmap_state_t& s, std::uint64_t base,
                                      std::uint64_t end) {
  return has_parts(s) ? list_in(s, base, end, s.owners_in) : owners_of(s);
}

// The host during one call. Each emitting function throws Refused when the host refuses; guarded()
// turns that, and any other exception, into the call's failure.
struct Refused {};

class Host {
 public:
  explicit Host(const memmap_host_t* host) : host_(host) {}

  std::optional<std::string> text(const char* option) const {
    const char* value = host_->option(host_->ctx, option);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }
  // Of a BYTES, COUNT or FLAG option.
  std::optional<std::uint64_t> number(const char* option) const {
    std::uint64_t value = 0;
    const std::int32_t rc = host_->number(host_->ctx, option, &value);
    if (rc == MEMMAP_FAILED) throw Refused{};
    return rc == MEMMAP_OK ? std::optional<std::uint64_t>(value) : std::nullopt;
  }

  // `rule`: the kernel's, if it is one of its own: `trim_bios_range(), arch/x86/kernel/setup.c`.
  void retype(std::uint64_t base, std::uint64_t end, std::uint32_t from, std::uint32_t to,
              const char* reason, const char* rule = nullptr) const {
    memmap_answer_t a = answer(MEMMAP_RETYPE, base, end, reason, rule);
    a.from = from;
    a.to = to;
    emit(a);
  }
  void remove(std::uint64_t base, std::uint64_t end, std::uint32_t from, const char* reason,
              const char* rule = nullptr) const {
    memmap_answer_t a = answer(MEMMAP_REMOVE, base, end, reason, rule);
    a.from = from;
    emit(a);
  }
  void reserve(std::uint64_t base, std::uint64_t end, const char* reason,
               const char* rule = nullptr) const {
    emit(answer(MEMMAP_RESERVE, base, end, reason, rule));
  }
  void cap(std::uint64_t limit, const char* reason, const char* rule = nullptr) const {
    emit(answer(MEMMAP_CAP, limit, UINT64_MAX, reason, rule));
  }
  void align(std::uint64_t to, const char* reason, const char* rule = nullptr) const {
    memmap_answer_t a = answer(MEMMAP_ALIGN, 0, UINT64_MAX, reason, rule);
    a.align = to;
    emit(a);
  }
  // `flags`: MEMMAP_NODE_HOTPLUG or 0.
  void assign(std::uint64_t base, std::uint64_t end, std::int32_t nid, const char* reason,
              std::uint32_t flags = 0) const {
    memmap_answer_t a = answer(MEMMAP_ASSIGN, base, end, reason, nullptr);
    a.nid = nid;
    a.flags = flags;
    emit(a);
  }
  void distance(std::int32_t from, std::int32_t to, std::uint32_t value) const {
    if (host_->distance(host_->ctx, from, to, value) != MEMMAP_OK) throw Refused{};
  }
  // A line of the boot's story about [base, end), if that is not empty.
  void say(std::uint32_t severity, const std::string& text, const char* rule = nullptr,
           std::uint64_t base = 0, std::uint64_t end = 0) const {
    memmap_message_t m{};
    m.struct_size = sizeof m;
    m.severity = severity;
    m.text = text.c_str();
    m.rule = rule;
    m.base = base;
    m.end = end;
    host_->say(host_->ctx, &m);
  }
  // The number at the front of `text`, as the kernel reads it; `rest`: what follows.
  std::uint64_t read_number(const char* text, std::uint32_t form,
                            const char** rest = nullptr) const {
    std::uint64_t value = 0;
    const char* after = host_->read_number(host_->ctx, text, form, &value);
    if (rest != nullptr) *rest = after;
    return value;
  }
  bool has_config(const char* option) const { return host_->has_config(host_->ctx, option) == 1; }
  // What the kernel that boots does, by the name of a difference between kernels.
  bool kernel_does(const char* difference) const {
    if (host_->abi_minor < 3) {
      fail("needs a memmap of plugin ABI 1.3");
      throw Refused{};
    }
    const std::int32_t does = host_->kernel_does(host_->ctx, difference);
    if (does == MEMMAP_FAILED) throw Refused{};
    return does == 1;
  }
  // memmap.check: `rule` is broken in [base, end), or, if both are 0, nowhere in particular.
  void finding(const char* rule, std::uint64_t base, std::uint64_t end,
               const std::string& text) const {
    memmap_finding_t f{};
    f.struct_size = sizeof f;
    f.base = base;
    f.end = end;
    f.rule = rule;
    f.text = text.c_str();
    if (host_->finding(host_->ctx, &f) != MEMMAP_OK) throw Refused{};
  }
  // memmap.source: an entry of the firmware's map; of a node, if `nid` is none below 0.
  void entry(std::uint64_t base, std::uint64_t end, std::uint32_t type,
             std::int32_t nid = -1) const {
    memmap_range_t r{};
    r.struct_size = sizeof r;
    r.type = type;
    r.base = base;
    r.end = end;
    r.nid = nid;
    if (host_->entry(host_->ctx, &r) != MEMMAP_OK) throw Refused{};
  }
  void fact(const char* key, const std::string& value) const {
    if (host_->fact(host_->ctx, key, value.c_str()) != MEMMAP_OK) throw Refused{};
  }
  void input_error(std::uint64_t line, std::uint64_t column, const std::string& message) const {
    host_->input_error(host_->ctx, line, column, message.c_str());
  }
  // memmap.report.
  void write(const std::string& bytes) const {
    if (host_->write(host_->ctx, bytes.data(), bytes.size()) != MEMMAP_OK) throw Refused{};
  }
  void warn(const std::string& message) const { host_->warn(host_->ctx, message.c_str()); }
  // `return host.fail("...")`
  std::int32_t fail(const std::string& message) const {
    return host_->fail(host_->ctx, message.c_str());
  }
  // `return host.bad_option("block", "must be a power of two")`: the user's value is wrong.
  std::int32_t bad_option(const char* option, const std::string& message) const {
    if (host_->abi_minor < 2) return fail("option `" + std::string(option) + "`: " + message);
    return host_->bad_option(host_->ctx, option, message.c_str());
  }

 private:
  static memmap_answer_t answer(std::uint32_t verb, std::uint64_t base, std::uint64_t end,
                                const char* reason, const char* rule) {
    memmap_answer_t a{};
    a.struct_size = sizeof a;
    a.verb = verb;
    a.base = base;
    a.end = end;
    a.nid = -1;
    a.reason = reason;
    a.rule = rule;
    return a;
  }
  void emit(const memmap_answer_t& a) const {
    if (host_->emit(host_->ctx, &a) != MEMMAP_OK) throw Refused{};
  }

  const memmap_host_t* host_;
};

// Runs body(Host), which returns what the C function returns; no exception gets past.
template <class Body>
std::int32_t guarded(const memmap_host_t* host, Body&& body) noexcept {
  try {
    return std::forward<Body>(body)(Host(host));
  } catch (const Refused&) {
    return MEMMAP_FAILED;  // the host knows why
  } catch (const std::exception& e) {
    return host->fail(host->ctx, e.what());
  } catch (...) {
    return host->fail(host->ctx, "threw something that is no std::exception");
  }
}

// `0x1000`
inline std::string hex(std::uint64_t value) {
  std::string out;
  do {
    out.insert(out.begin(), "0123456789abcdef"[value % 16]);
    value /= 16;
  } while (value != 0);
  return "0x" + out;
}
// [base, end) as the kernel writes it: `[mem 0x1000-0x1fff]`.
inline std::string mem(std::uint64_t base, std::uint64_t end) {
  return "[mem " + hex(base) + "-" + hex(end - 1) + "]";
}

// An interface by its id, for get_interface().
inline bool is_interface(const char* asked, const char* id) { return std::strcmp(asked, id) == 0; }

// The descriptor with what never differs filled in.
constexpr memmap_plugin_t describe(const char* name, const char* version, const char* summary,
                                   const void* (*get_interface)(const char*),
                                   const memmap_option_t* options = nullptr,
                                   std::size_t option_count = 0) {
  return {sizeof(memmap_plugin_t),
          MEMMAP_ABI_MAGIC,
          MEMMAP_ABI_MAJOR,
          MEMMAP_ABI_MINOR,
          name,
          version,
          summary,
          options,
          option_count,
          get_interface};
}

}  // namespace memmap::plugin
