#include "input/firmware/setup_data.h"

#include <fmt/format.h>

#include <map>

#include "base/number.h"
#include "input/firmware/etc_e820.h"
#include "input/firmware/little_endian.h"
#include "input/text/lines.h"

namespace memmap::input {
namespace {

// struct setup_indirect {u32 type, 0, u64 len, u64 addr}
constexpr std::size_t kIndirectBytes = 24;

struct Content {
  std::string name{};
  std::uint32_t type = 0;
  std::string bytes{};
};
using Contents = std::map<std::uint64_t, Content>;

Error fault(std::string name, std::string message) {
  return Error{.message = std::move(message), .origin = {.file = std::move(name)}};
}

std::optional<std::uint32_t> type_number(std::string_view text) {
  const auto type = parse_hex(text);
  if (!type || *type > 0xffffffffu) return std::nullopt;
  return static_cast<std::uint32_t>(*type);
}

// One node of the folder, into `out`.
void read_node(const FileTree& tree, const std::string& folder, const std::string& name,
               SetupDataNames names, Contents& out, Errors& errors) {
  const std::string path = folder + "/" + name;
  const bool typed = names == SetupDataNames::typed;
  const std::size_t dash = typed ? name.find('-') : name.size();
  const auto number = parse_count(name.substr(0, dash));
  std::string type_text;
  if (typed && dash != std::string::npos) type_text = name.substr(dash + 1);
  if (!typed) {
    const auto text = tree.read(path + "/type");
    if (!text) return append(errors, text.errors());
    type_text = std::string(trimmed(*text));
  }
  const auto type = type_number(type_text);
  if (!number || !type) {
    errors.push_back(fault(tree.shown(path), typed ? "is named otherwise than N-0xTYPE"
                                                   : "is no node of setup_data: N with a type"));
    return;
  }
  const std::string data = typed ? path : path + "/data";
  auto bytes = tree.read(data);
  if (!bytes) return append(errors, bytes.errors());
  out[*number] = Content{.name = tree.shown(data), .type = *type, .bytes = std::move(*bytes)};
}

Contents read_contents(const FileTree& tree, const std::string& folder, SetupDataNames names,
                       Errors& errors) {
  Contents out;
  if (folder.empty()) return out;
  const auto nodes = tree.list(folder);
  if (!nodes) {
    errors = nodes.errors();
    return out;
  }
  for (const std::string& name : *nodes) {
    if (!name.starts_with('.')) read_node(tree, folder, name, names, out, errors);
  }
  return out;
}

// What the content means to memory: more entries of the map, or a range elsewhere.
void interpret(const Content& content, SetupData& node, E820Entries& extended, Errors& errors) {
  const std::string_view bytes = content.bytes;
  if (content.type == kSetupE820Ext) {
    if (bytes.size() % kPackedEntryBytes != 0) {
      errors.push_back(Error{.message = "cut short: entries of an e820 table have 20 bytes",
                             .origin = {.file = content.name, .offset = bytes.size()}});
      return;
    }
    for (std::size_t at = 0; at < bytes.size(); at += kPackedEntryBytes) {
      extended.push_back(packed_entry(bytes, at));
    }
  }
  if (content.type == kSetupIndirect && bytes.size() >= kIndirectBytes) {
    node.indirect_type = little_endian<std::uint32_t>(bytes, 0);
    node.indirect = PhysRange::from_size(PhysAddr{little_endian<std::uint64_t>(bytes, 16)},
                                         little_endian<std::uint64_t>(bytes, 8));
  }
}

}  // namespace

Result<SetupDataNodes> read_setup_data_folder(const FileTree& tree, const std::string& folder,
                                              SetupDataNames names, std::optional<PhysAddr> head,
                                              const std::vector<SetupData>& known) {
  Errors errors;
  SetupDataNodes out;
  const Contents contents = read_contents(tree, folder, names, errors);
  std::size_t unplaced = 0;
  for (const auto& [number, content] : contents) {
    SetupData node{.type = content.type, .len = content.bytes.size()};
    interpret(content, node, out.extended_map, errors);
    if (number == 0 && head) {
      node.addr = *head;
    } else if (known.size() == contents.size() && number < known.size()) {
      node.addr = known[static_cast<std::size_t>(number)].addr;
    } else {
      ++unplaced;
      continue;
    }
    if (!node.range()) {
      errors.push_back(fault(content.name, "the node reaches beyond 2^64 from where it lies"));
      continue;
    }
    out.nodes.push_back(node);
  }
  if (!errors.empty()) return errors;
  if (head && contents.empty() && known.empty()) {
    out.notes.push_back(fmt::format(
        "the loader passed setup_data at {:#x}, but none of its contents is here", raw(*head)));
  }
  if (unplaced > 0) {
    out.notes.push_back(
        fmt::format("setup_data: the place of {} of {} nodes is not known; they are left out",
                    unplaced, contents.size()));
  }
  return out;
}

}  // namespace memmap::input
