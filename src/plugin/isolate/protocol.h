// What the program and a plugin's process say to each other: frames, one side at a time.
//
//   program   load ......... call ....... answer ........... call ...
//   plugin         described      ask, log       done, ...
//
// The program believes nothing of what it reads: all that a plugin hands over goes through the host's
// functions (memmap_host_t), as if it had been called here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace memmap::plugin::isolate {

// How the program is started to be a plugin's process: its only argument.
inline constexpr char kArgument[] = "--isolated-plugin-process";

enum class Kind : std::uint32_t {
  // To the plugin's process.
  load,    // name, file, Protection, Limits
  call,    // Function and what it takes
  answer,  // to ask and log
  // From it.
  described,  // errors, or a Description
  log,        // Told's, of which more follow; answered with whether the call has failed already
  ask,        // Told's, then Ask and what it takes
  done,       // Told's, then what the function returned and gave
  threw,      // what a C++ exception said
  refused,    // the number of a system call
};

struct Head {
  std::uint32_t magic = 0;
  Kind kind = Kind::load;
  std::uint64_t size = 0;  // of what follows
};
inline constexpr std::uint32_t kMagic = 0x50494d4d;

// In one piece: most are small, and each write wakes the other side.
inline std::string frame(Kind kind, std::string_view bytes) {
  const Head head{kMagic, kind, bytes.size()};
  std::string out;
  out.reserve(sizeof head + bytes.size());
  out.append(reinterpret_cast<const char*>(&head), sizeof head);
  out.append(bytes);
  return out;
}

// A frame of a plugin's process is no larger; what is longer is told in parts.
inline constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 20;
// So much is collected before it is told.
inline constexpr std::uint64_t kPart = std::uint64_t{256} << 10;

enum class Function : std::uint32_t {
  trim,
  numa,
  prepare_alloc,
  prepare_check,
  release_alloc,
  release_check,
  choose,
  event,
  finish,
  access,
  recognise,
  read,
  render,
};

// A call of a function of memmap_host_t that has nothing to give back but whether it is taken.
enum class Told : std::uint8_t {
  emit,
  distance,
  warn,
  fail,
  say,
  finding,
  entry,
  fact,
  input_error,
  write,
  bad_option,
  // What the host refuses: an option that is not declared or no number, a number read from nothing.
  option,
  number,
  read_number,
};

enum class Ask : std::uint8_t {
  has_config,
  kernel_does,
  // memmap_free_ranges_t
  next_up,
  next_down,
  first_fit_up,
  first_fit_down,
  smallest_piece,
  // memmap_state_t
  e820,
  memory,
  reserved,
  owners,
  in_use,
  nodes,
  zones,
  free_blocks,
  mappings,
  messages,
  memory_in,
  reserved_in,
  owners_in,
};

// Questions of the last choose(), as bits: the next one is likely to ask the same, and its call brings
// the answers.
enum Asked : std::uint8_t { kFitUp = 1, kFitDown = 2, kNextUp = 4, kNextDown = 8, kPiece = 16 };
inline constexpr std::uint8_t kAllAsked = kFitUp | kFitDown | kNextUp | kNextDown | kPiece;

// Ranges that one answer to next_up and next_down has at most: whoever walks asks for the next.
inline constexpr std::uint32_t kRangesAtOnce = 64;
struct Bounds {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
};

}  // namespace memmap::plugin::isolate
