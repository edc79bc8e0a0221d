// The functions that a plugin may call.
#include <algorithm>
#include <type_traits>

#include "kernel/command_line.h"
#include "plugin/isolate/child_socket.h"
#include "plugin/isolate/server.h"

namespace memmap::plugin::isolate {

void Server::flush() {
  send(Kind::log, told_.bytes());
  told_.clear();
  Reader in(receive(Kind::answer));
  failed_ = failed_ || in.get<std::uint8_t>() != 0;
}

Reader& Server::ask(Ask what, const Writer& values) {
  Writer out;
  out.text(std::string_view(told_.bytes()));
  told_.clear();
  out.put(what);
  out.append(values);
  send(Kind::ask, out.bytes());
  return answers_.emplace_back(receive(Kind::answer));
}

const Option* Server::find_option(const char* name) const {
  if (name == nullptr || options_ == nullptr) return nullptr;
  const auto it = std::ranges::find(options_->list, name, &Option::name);
  return it == options_->list.end() ? nullptr : &*it;
}

void Server::set_host() {
  host_.struct_size = sizeof host_;
  host_.abi_minor = MEMMAP_ABI_MINOR;
  host_.ctx = this;
  host_.option = [](void* ctx, const char* name) noexcept -> const char* {
    const Option* o = self(ctx).find_option(name);
    if (o == nullptr) self(ctx).tell(Told::option, name);
    return o == nullptr ? nullptr : o->text;
  };
  host_.number = [](void* ctx, const char* name, std::uint64_t* value) noexcept -> std::int32_t {
    const Option* o = self(ctx).find_option(name);
    if (o != nullptr && o->text == nullptr) return MEMMAP_NONE;
    if (o == nullptr || !o->number || value == nullptr) {
      self(ctx).tell(Told::number, name, static_cast<std::uint8_t>(value != nullptr));
      return MEMMAP_FAILED;
    }
    *value = *o->number;
    return MEMMAP_OK;
  };
  host_.emit = [](void* ctx, const memmap_answer_t* answer) noexcept -> std::int32_t {
    self(ctx).told_.put(Told::emit);
    put_given(self(ctx).told_, answer);
    return self(ctx).told_any();
  };
  host_.distance = [](void* ctx, std::int32_t from, std::int32_t to,
                      std::uint32_t distance) noexcept -> std::int32_t {
    return self(ctx).tell(Told::distance, from, to, distance);
  };
  host_.warn = [](void* ctx, const char* message) noexcept { self(ctx).tell(Told::warn, message); };
  host_.fail = [](void* ctx, const char* message) noexcept -> std::int32_t {
    self(ctx).tell(Told::fail, message);
    return MEMMAP_FAILED;
  };
  host_.say = [](void* ctx, const memmap_message_t* message) noexcept {
    self(ctx).told_.put(Told::say);
    put_given(self(ctx).told_, message);
    self(ctx).told_any();
  };
  host_.read_number = [](void* ctx, const char* text, std::uint32_t form,
                         std::uint64_t* value) noexcept -> const char* {
    if (text == nullptr || value == nullptr || form > MEMMAP_SIZE) {
      self(ctx).tell(Told::read_number);
      return text;
    }
    const kernel::Parsed parsed =
        form == MEMMAP_SIZE ? kernel::memparse(text) : kernel::simple_strtoull(text);
    *value = parsed.value;
    return parsed.rest.data();
  };
  host_.has_config = [](void* ctx, const char* option) noexcept -> std::int32_t {
    Writer what;
    what.text(option, kPart);
    return self(ctx).ask(Ask::has_config, what).get<std::int32_t>();
  };
  host_.finding = [](void* ctx, const memmap_finding_t* finding) noexcept -> std::int32_t {
    self(ctx).told_.put(Told::finding);
    put_given(self(ctx).told_, finding);
    return self(ctx).told_any();
  };
  host_.entry = [](void* ctx, const memmap_range_t* entry) noexcept -> std::int32_t {
    self(ctx).told_.put(Told::entry);
    put_given(self(ctx).told_, entry);
    return self(ctx).told_any();
  };
  host_.fact = [](void* ctx, const char* key, const char* value) noexcept -> std::int32_t {
    return self(ctx).tell(Told::fact, key, value);
  };
  host_.input_error = [](void* ctx, std::uint64_t line, std::uint64_t column,
                         const char* message) noexcept -> std::int32_t {
    return self(ctx).tell(Told::input_error, line, column, message);
  };
  host_.write = [](void* ctx, const void* bytes, std::size_t count) noexcept -> std::int32_t {
    Server& server = self(ctx);
    const auto* at = static_cast<const char*>(bytes);
    std::int32_t rc = MEMMAP_OK;
    do {
      const std::size_t part = std::min<std::size_t>(count, kPart);
      server.told_.put(Told::write);
      server.told_.put(static_cast<std::uint8_t>(at != nullptr));
      server.told_.put(static_cast<std::uint64_t>(part));
      if (at == nullptr) return server.told_any();
      server.told_.list(at, part);
      rc = server.told_any();
      at += part;
      count -= part;
    } while (count != 0 && rc == MEMMAP_OK);
    return rc;
  };
  host_.bad_option = [](void* ctx, const char* option,
                        const char* message) noexcept -> std::int32_t {
    self(ctx).tell(Told::bad_option, option, message);
    return MEMMAP_FAILED;
  };
  host_.kernel_does = [](void* ctx, const char* difference) noexcept -> std::int32_t {
    Writer what;
    what.text(difference, kPart);
    return self(ctx).ask(Ask::kernel_does, what).get<std::int32_t>();
  };
  set_state();
  free_ranges_.struct_size = sizeof free_ranges_;
  free_ranges_.ctx = this;
  free_ranges_.next_up = [](void* ctx, std::uint64_t after, std::uint64_t* base,
                            std::uint64_t* end) noexcept -> std::int32_t {
    return self(ctx).next(Ask::next_up, self(ctx).up_, after, base, end);
  };
  free_ranges_.next_down = [](void* ctx, std::uint64_t before, std::uint64_t* base,
                              std::uint64_t* end) noexcept -> std::int32_t {
    return self(ctx).next(Ask::next_down, self(ctx).down_, before, base, end);
  };
  free_ranges_.first_fit_up = [](void* ctx, std::uint64_t* address) noexcept -> std::int32_t {
    return fit(ctx, Ask::first_fit_up, kFitUp, self(ctx).fit_up_, address);
  };
  free_ranges_.first_fit_down = [](void* ctx, std::uint64_t* address) noexcept -> std::int32_t {
    return fit(ctx, Ask::first_fit_down, kFitDown, self(ctx).fit_down_, address);
  };
  free_ranges_.smallest_piece = [](void* ctx, std::uint64_t grain, std::uint64_t* base,
                                   std::uint64_t* end) noexcept -> std::int32_t {
    return self(ctx).smallest_piece(grain, base, end);
  };
}

void Server::set_state() {
  state_.struct_size = sizeof state_;
  state_.ctx = this;
  state_.e820 = whole_list<memmap_range_t, Ask::e820>;
  state_.memory = whole_list<memmap_range_t, Ask::memory>;
  state_.reserved = whole_list<memmap_range_t, Ask::reserved>;
  state_.owners = whole_list<memmap_owned_t, Ask::owners>;
  state_.in_use = whole_list<memmap_owned_t, Ask::in_use>;
  state_.nodes = whole_list<memmap_range_t, Ask::nodes>;
  state_.zones = whole_list<memmap_zone_t, Ask::zones>;
  state_.free_blocks = whole_list<memmap_free_run_t, Ask::free_blocks>;
  state_.mappings = whole_list<memmap_mapping_t, Ask::mappings>;
  state_.messages = whole_list<memmap_event_t, Ask::messages>;
  state_.memory_in = part_of_list<memmap_range_t, Ask::memory_in>;
  state_.reserved_in = part_of_list<memmap_range_t, Ask::reserved_in>;
  state_.owners_in = part_of_list<memmap_owned_t, Ask::owners_in>;
}

template <class T>
std::pair<const T*, std::size_t> Server::get_list(Reader& in) {
  if constexpr (std::is_same_v<T, memmap_owned_t> || std::is_same_v<T, memmap_event_t>) {
    std::vector<T> out;
    const auto count = in.get<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      if constexpr (std::is_same_v<T, memmap_owned_t>) {
        out.push_back(get_owned(in));
      } else {
        out.push_back(get_event(in));
      }
    }
    return in.keep(std::move(out));
  } else {
    return in.list<T>();
  }
}

template <class T, Ask kAsk>
std::size_t Server::whole_list(void* ctx, const T** list) noexcept {
  auto& known = self(ctx).lists_;
  auto it = known.find(kAsk);
  if (it == known.end()) {
    const auto [first, count] = get_list<T>(self(ctx).ask(kAsk));
    it = known.emplace(kAsk, std::pair<const void*, std::size_t>(first, count)).first;
  }
  if (list != nullptr) *list = static_cast<const T*>(it->second.first);
  return it->second.second;
}

template <class T, Ask kAsk>
std::size_t Server::part_of_list(void* ctx, std::uint64_t base, std::uint64_t end,
                                 const T** list) noexcept {
  Writer limits;
  limits.put(base);
  limits.put(end);
  const auto [first, count] = get_list<T>(self(ctx).ask(kAsk, limits));
  if (list != nullptr) *list = first;
  return count;
}

// The next free range from `from` on, upwards or downwards: what is known of them, or what the program tells.
// Of a range that lies across `from` the part that lies on its way.
std::int32_t Server::next(Ask way, KnownRanges& known, std::uint64_t from, std::uint64_t* base,
                          std::uint64_t* end) {
  const bool up = way == Ask::next_up;
  asked_ |= up ? kNextUp : kNextDown;
  for (;;) {
    if (known.told && (up ? from >= known.from : from <= known.from)) {
      const auto it =
          up ? std::ranges::upper_bound(known.list, from, {}, &Bounds::end)
             : std::ranges::find_if(known.list, [from](const Bounds& b) { return b.base < from; });
      if (it != known.list.end()) {
        if (base == nullptr || end == nullptr) return MEMMAP_NONE;
        *base = up ? std::max(it->base, from) : it->base;
        *end = up ? it->end : std::min(it->end, from);
        return MEMMAP_OK;
      }
      if (known.all) return MEMMAP_NONE;
    }
    Writer what;
    what.put(from);
    known.take(ask(way, what), from);
  }
}

std::optional<std::uint64_t> get_fit(Reader& in) {
  const auto there = in.get<std::uint8_t>();
  const auto address = in.get<std::uint64_t>();
  return there == 0 ? std::nullopt : std::optional(address);
}

std::optional<Bounds> get_piece(Reader& in) {
  const auto there = in.get<std::uint8_t>();
  const auto bounds = in.get<Bounds>();
  return there == 0 ? std::nullopt : std::optional(bounds);
}

std::int32_t Server::smallest_piece(std::uint64_t grain, std::uint64_t* base, std::uint64_t* end) {
  asked_ |= kPiece;
  if (!piece_ || grain != grain_) {
    Writer what;
    what.put(grain);
    piece_ = get_piece(ask(Ask::smallest_piece, what));
    grain_ = grain;
  }
  if (!*piece_ || base == nullptr || end == nullptr) return MEMMAP_NONE;
  *base = (*piece_)->base;
  *end = (*piece_)->end;
  return MEMMAP_OK;
}

std::int32_t Server::fit(void* ctx, Ask which, Asked bit,
                         std::optional<std::optional<std::uint64_t>>& known,
                         std::uint64_t* address) {
  Server& server = self(ctx);
  server.asked_ |= bit;
  if (!known) known = get_fit(server.ask(which));
  if (!*known || address == nullptr) return MEMMAP_NONE;
  *address = **known;
  return MEMMAP_OK;
}

}  // namespace memmap::plugin::isolate
