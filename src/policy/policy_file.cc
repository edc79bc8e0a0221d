#include <array>

#include "input/document/fields.h"
#include "input/document/yaml_reader.h"
#include "policy/policy.h"

namespace memmap::policy {
namespace {

using input::Fields;
using input::Named;
using input::ValueId;
using input::ValueKind;

constexpr std::array<std::string_view, 9> kKeys{"schema",  "title",  "machine", "kernel", "config",
                                                "cmdline", "append", "plugins", "require"};
constexpr std::string_view kSchema = "memmap/policy/1";

// A word alone, or a list of them.
std::vector<Named> words(const input::Document& document, const Fields& fields,
                         std::string_view key, input::DocumentFaults& faults) {
  std::vector<Named> out;
  const auto id = fields.find(key);
  if (!id) return out;
  if (document.kind(*id) == ValueKind::scalar) return {input::named(document, *id)};
  if (document.kind(*id) != ValueKind::list) {
    faults.at(*id, "`" + std::string(key) + "` takes a word or a list of words");
    return out;
  }
  for (ValueId one = document.first(*id); one != input::kNoValue; one = document.next(one)) {
    if (document.kind(one) == ValueKind::scalar) {
      out.push_back(input::named(document, one));
    } else {
      faults.at(one, "`" + std::string(key) + "` takes words");
    }
  }
  if (out.empty()) faults.at(*id, "`" + std::string(key) + "` names nothing");
  return out;
}

}  // namespace

Result<Policy> read_policy(const std::string& name, std::string_view bytes) {
  const auto document = input::read_yaml(name, bytes);
  if (!document) return document.errors();
  input::DocumentFaults faults(*document);
  const Fields fields(*document, 0, "a policy", kKeys, faults);
  Policy out{.file = name};
  if (const auto schema = fields.text("schema"); schema && *schema != kSchema)
    faults.at(*fields.find("schema"),
              "policies of schema " + std::string(kSchema) + " are read, not `" + *schema + "`");
  out.title = fields.text("title").value_or("");
  out.machines = words(*document, fields, "machine", faults);
  out.kernels = words(*document, fields, "kernel", faults);
  if (fields.text("config")) out.config = input::named(*document, *fields.find("config"));
  out.command_line = fields.text("cmdline");
  for (Named& more : words(*document, fields, "append", faults))
    out.appends.push_back(std::move(more.text));
  out.plugins = words(*document, fields, "plugins", faults);
  if (fields.require("require")) {
    if (const auto list = fields.list("require")) {
      out.rules = read_rules(*document, *list, faults);
      if (document->size(*list) == 0) faults.at(*list, "`require` has no rule");
    }
  }
  if (!faults.none()) return faults.take();
  return out;
}

}  // namespace memmap::policy
