#include "plugin/isolate/answers.h"

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "plugin/isolate/structs.h"

namespace memmap::plugin::isolate {
namespace {

template <class T>
void put_list(Writer& out, std::size_t count, const T* list) {
  if constexpr (std::is_same_v<T, memmap_owned_t> || std::is_same_v<T, memmap_event_t>) {
    out.put(static_cast<std::uint64_t>(count));
    for (std::size_t i = 0; i < count; ++i) put(out, list[i]);
  } else {
    out.list(list, count);
  }
}

template <class T>
void put_whole(Writer& out, const memmap_state_t& state,
               std::size_t (*function)(void*, const T** list)) {
  const T* list = nullptr;
  const std::size_t count = function(state.ctx, &list);
  put_list(out, count, list);
}

template <class T>
void put_part(Writer& out, Reader& in, const memmap_state_t& state,
              std::size_t (*function)(void*, std::uint64_t, std::uint64_t, const T** list)) {
  const auto base = in.get<std::uint64_t>();
  const auto end = in.get<std::uint64_t>();
  const T* list = nullptr;
  const std::size_t count = function(state.ctx, base, end, &list);
  put_list(out, count, list);
}

// As `next`, next_up() or next_down(), gives them, one after the other, from `from` on; the next is looked
// for from the `end` of the last up, from its `base` down.
void put_ranges(Writer& out, const memmap_free_ranges_t& free,
                decltype(memmap_free_ranges_t::next_up) next, std::uint64_t from,
                std::uint64_t Bounds::*go_on) {
  std::vector<Bounds> list;
  bool all = false;
  while (list.size() < kRangesAtOnce) {
    Bounds b;
    if (next(free.ctx, from, &b.base, &b.end) != MEMMAP_OK) {
      all = true;
      break;
    }
    list.push_back(b);
    from = b.*go_on;
  }
  out.put(static_cast<std::uint8_t>(all));
  out.list(list.data(), list.size());
}

// Hands what the plugin told to the host. False: it is no such thing.
bool hand_over(Reader& in, const memmap_host_t& host, std::int32_t& last) {
  const auto told = in.get<Told>();
  switch (told) {
    case Told::emit: {
      memmap_answer_t room{};
      last = host.emit(host.ctx, get_given(in, room));
      return in.ok();
    }
    case Told::distance: {
      const auto from = in.get<std::int32_t>();
      const auto to = in.get<std::int32_t>();
      last = host.distance(host.ctx, from, to, in.get<std::uint32_t>());
      return in.ok();
    }
    case Told::warn:
      host.warn(host.ctx, in.text());
      return in.ok();
    case Told::fail:
      last = host.fail(host.ctx, in.text());
      return in.ok();
    case Told::say: {
      memmap_message_t room{};
      host.say(host.ctx, get_given(in, room));
      return in.ok();
    }
    case Told::finding: {
      memmap_finding_t room{};
      last = host.finding(host.ctx, get_given(in, room));
      return in.ok();
    }
    case Told::entry: {
      memmap_range_t room{};
      last = host.entry(host.ctx, get_given(in, room));
      return in.ok();
    }
    case Told::fact: {
      const char* key = in.text();
      last = host.fact(host.ctx, key, in.text());
      return in.ok();
    }
    case Told::input_error: {
      const auto line = in.get<std::uint64_t>();
      const auto column = in.get<std::uint64_t>();
      last = host.input_error(host.ctx, line, column, in.text());
      return in.ok();
    }
    case Told::write: {
      const bool there = in.get<std::uint8_t>() != 0;
      const auto count = in.get<std::uint64_t>();
      if (!there) {
        last = host.write(host.ctx, nullptr, count);
        return in.ok();
      }
      const std::string_view bytes = in.view();
      last = host.write(host.ctx, bytes.data(), bytes.size());
      return in.ok();
    }
    case Told::bad_option: {
      const char* option = in.text();
      last = host.bad_option(host.ctx, option, in.text());
      return in.ok();
    }
    case Told::option:
      host.option(host.ctx, in.text());
      return in.ok();
    case Told::number: {
      const char* name = in.text();
      std::uint64_t value = 0;
      last = host.number(host.ctx, name, in.get<std::uint8_t>() != 0 ? &value : nullptr);
      return in.ok();
    }
    case Told::read_number:
      host.read_number(host.ctx, nullptr, MEMMAP_PLAIN, nullptr);
      return in.ok();
  }
  return false;
}

}  // namespace

bool answer_of_state(const memmap_state_t& state, Ask what, Reader& in, Writer& out) {
  switch (what) {
    case Ask::e820:
      return put_whole(out, state, state.e820), true;
    case Ask::memory:
      return put_whole(out, state, state.memory), true;
    case Ask::reserved:
      return put_whole(out, state, state.reserved), true;
    case Ask::owners:
      return put_whole(out, state, state.owners), true;
    case Ask::in_use:
      return put_whole(out, state, state.in_use), true;
    case Ask::nodes:
      return put_whole(out, state, state.nodes), true;
    case Ask::zones:
      return put_whole(out, state, state.zones), true;
    case Ask::free_blocks:
      return put_whole(out, state, state.free_blocks), true;
    case Ask::mappings:
      return put_whole(out, state, state.mappings), true;
    case Ask::messages:
      return put_whole(out, state, state.messages), true;
    case Ask::memory_in:
      return put_part(out, in, state, state.memory_in), true;
    case Ask::reserved_in:
      return put_part(out, in, state, state.reserved_in), true;
    case Ask::owners_in:
      return put_part(out, in, state, state.owners_in), true;
    default:
      return false;
  }
}

void put_up(Writer& out, const memmap_free_ranges_t& free, std::uint64_t after) {
  put_ranges(out, free, free.next_up, after, &Bounds::end);
}

void put_down(Writer& out, const memmap_free_ranges_t& free, std::uint64_t before) {
  put_ranges(out, free, free.next_down, before, &Bounds::base);
}

void put_fit(Writer& out, const memmap_free_ranges_t& free,
             std::int32_t (*function)(void*, std::uint64_t*)) {
  std::uint64_t address = 0;
  out.put(static_cast<std::uint8_t>(function(free.ctx, &address) == MEMMAP_OK));
  out.put(address);
}

void put_piece(Writer& out, const memmap_free_ranges_t& free, std::uint64_t grain) {
  Bounds b;
  out.put(static_cast<std::uint8_t>(free.smallest_piece(free.ctx, grain, &b.base, &b.end) ==
                                    MEMMAP_OK));
  out.put(b);
}

bool answer_of_ranges(const memmap_free_ranges_t& free, Ask what, Reader& in, Writer& out) {
  switch (what) {
    case Ask::next_up:
      return put_up(out, free, in.get<std::uint64_t>()), true;
    case Ask::next_down:
      return put_down(out, free, in.get<std::uint64_t>()), true;
    case Ask::first_fit_up:
      return put_fit(out, free, free.first_fit_up), true;
    case Ask::first_fit_down:
      return put_fit(out, free, free.first_fit_down), true;
    case Ask::smallest_piece:
      return put_piece(out, free, in.get<std::uint64_t>()), true;
    default:
      return false;
  }
}

bool hand_over_all(std::string bytes, const memmap_host_t& host, bool& refused) {
  Reader in(std::move(bytes));
  while (in.ok() && !in.at_end()) {
    std::int32_t last = MEMMAP_OK;
    if (!hand_over(in, host, last)) return false;
    refused = refused || last == MEMMAP_FAILED;
  }
  return in.ok();
}

}  // namespace memmap::plugin::isolate
