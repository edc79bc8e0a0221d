#include "input/script/watched.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "base/number.h"
#include "base/suggest.h"

namespace memmap::input {
namespace {

constexpr std::array<std::string_view, 4> kUnits{"1", "2", "4", "8"};
constexpr std::array<std::string_view, 4> kSlabFlags{"SLAB_NOTRACK", "SLAB_DESTROY_BY_RCU",
                                                     "SLAB_TYPESAFE_BY_RCU", "constructor"};

std::uint64_t size_of(const Fields& fields) {
  if (!fields.require("size")) return 1;
  const std::uint64_t size = fields.number("size").value_or(1);
  if (size == 0 || size > access::kLargestAccess) {
    fields.faults().at(*fields.find("size"), "an access is of 1 byte to 1G");
  }
  return size;
}

}  // namespace

std::optional<std::vector<std::uint8_t>> bytes_of(const Fields& fields, std::string_view key) {
  const auto text = fields.text(key);
  if (!text) return std::nullopt;
  std::string digits;
  std::ranges::copy_if(*text, std::back_inserter(digits), [](char c) { return c != ' '; });
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < digits.size() && out.size() <= access::kMostBytes; i += 2) {
    const auto byte = parse_hex(std::string_view(digits).substr(i, 2));
    if (!byte) break;
    out.push_back(static_cast<std::uint8_t>(*byte));
  }
  if (!digits.empty() && out.size() * 2 == digits.size()) return out;
  fields.faults().at(*fields.find(key), "`" + std::string(key) +
                                            "` takes pairs of hexadecimal digits, up to 4096 of "
                                            "them: 00 ff 1c");
  return std::nullopt;
}

std::optional<access::Action> watched_action(
    std::string_view verb, const Fields& fields,
    const std::function<access::Address(std::string_view)>& address) {
  if (verb == "copy") {
    const auto unit = fields.choice("by", kUnits);
    return access::Copy{.at = address("to"),
                        .from = address("from"),
                        .size = size_of(fields),
                        .unit = 1u << unit.value_or(3)};
  }
  if (verb == "contents") {
    access::Contents out{.at = address("at")};
    if (fields.require("bytes")) out.bytes = bytes_of(fields, "bytes").value_or(out.bytes);
    return out;
  }
  if (verb == "annotate") return access::Annotate{address("at"), size_of(fields)};
  if (verb == "sysctl") {
    access::Sysctl out;
    if (fields.require("name")) out.name = fields.text("name").value_or("");
    if (fields.require("value")) out.value = fields.number("value").value_or(0);
    return out;
  }
  if (verb == "local_irq_enable") return access::Interrupts{true};
  if (verb == "local_irq_disable") return access::Interrupts{false};
  return std::nullopt;
}

void read_place(const Fields& fields, const std::vector<std::pair<std::string, ValueId>>& flags,
                access::Kmalloc& out) {
  if (const auto at = fields.number("at")) out.at = VirtAddr{*at};
  out.cache = fields.text("cache").value_or("");
  for (const auto& [word, id] : flags) {
    if (word == "SLAB_NOTRACK") {
      out.flags.notrack = true;
    } else if (word == "SLAB_DESTROY_BY_RCU" || word == "SLAB_TYPESAFE_BY_RCU") {
      out.flags.by_rcu = true;
    } else if (word == "constructor") {
      out.flags.constructor = true;
    } else {
      fields.faults().at(
          id, "there is no flag `" + word + "` of a slab cache" +
                  did_you_mean(word, kSlabFlags,
                               "flags are SLAB_NOTRACK, SLAB_DESTROY_BY_RCU and constructor"));
    }
  }
}

}  // namespace memmap::input
