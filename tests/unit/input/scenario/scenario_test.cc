#include "input/scenario/scenario.h"

#include <gtest/gtest.h>

#include <ostream>

#include "input/scenario/json.h"

namespace memmap::input {
namespace {

Result<Machine> scenario_of(std::string text) {
  return read_scenario({.name = "m.yaml", .bytes = std::move(text)}, {});
}

struct ScenarioCase {
  const char* name;
  const char* entry;  // of e820, flow style
  const char* want;   // a part of the message
};
void PrintTo(const ScenarioCase& c, std::ostream* out) { *out << c.name; }

class ScenarioRefuses : public testing::TestWithParam<ScenarioCase> {};

TEST_P(ScenarioRefuses, TheEntryAtItsPlace) {
  const auto machine = scenario_of(std::string("e820:\n  - ") + GetParam().entry + "\n");
  ASSERT_FALSE(machine);
  EXPECT_NE(to_string(machine.errors()).find(GetParam().want), std::string::npos)
      << to_string(machine.errors());
}

const ScenarioCase kScenarioCases[] = {
    {"size_0", "{start: 1M, size: 0, type: ram}", "m.yaml:2:23: error: a size of 0"},
    {"end_is_start", "{start: 1M, end: 1M, type: ram}",
     "m.yaml:2:22: error: it ends where it starts"},
    {"end_before_start", "{start: 2M, end: 1M, type: ram}", "m.yaml:2:22: error: it ends before"},
    {"last_before_start", "{start: 2M, last: 0x1fffff, type: ram}", "it ends before it starts"},
    {"wraps", "{start: 0xfffffffffffff000, size: 8K, type: ram}", "reach beyond 2^64"},
    {"whole_space", "{start: 0, last: 0xffffffffffffffff, type: ram}", "more than a size can tell"},
    {"octal", "{start: 010, size: 4K, type: ram}", "leading zero"},
    {"sign", "{start: -1, size: 4K, type: ram}", "m.yaml:2:13: error: `-1` has a sign"},
    {"overflow", "{start: 0x10000000000000000, size: 4K, type: ram}", "too large"},
    {"typo_in_key", "{start: 0, szie: 4K, type: ram}",
     "m.yaml:2:16: error: an e820 entry has no key `szie`; did you mean `size`?"},
    {"typo_in_type", "{start: 0, size: 4K, type: reservd}", "did you mean `reserved`?"},
    {"two_bounds", "{start: 0, size: 4K, end: 4K, type: ram}", "one of end, last, size is enough"},
    {"no_start", "{size: 4K, type: ram}", "needs a key `start`"},
    {"not_a_map", "ram", "an e820 entry is a map of keys and values"},
    {"null_start", "{start: , size: 4K, type: ram}", "`start` has no value"},
    {"list_as_size", "{start: 0, size: [4K], type: ram}", "`size` takes a single value"},
};
INSTANTIATE_TEST_SUITE_P(, ScenarioRefuses, testing::ValuesIn(kScenarioCases),
                         [](const auto& test) { return test.param.name; });

TEST(Scenario, ProximityDomainsAreOfOneNodeEach) {
  const auto with = [](std::string_view domains) {
    return scenario_of(
        "e820: [{start: 0, end: 640K, type: ram}]\nnode_domains: " + std::string(domains) + "\n");
  };
  const auto good = with("[2, 0, 2147483647]");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->node_domains, (std::vector<std::uint32_t>{2, 0, 2147483647}));
  const auto twice = with("[2, 0, 2]");
  ASSERT_FALSE(twice);
  EXPECT_NE(to_string(twice.errors()).find("m.yaml:2:15: error: each node has a domain"),
            std::string::npos)
      << to_string(twice.errors());
  EXPECT_FALSE(with("[2147483648]"));
}

TEST(Scenario, NumbersThatWrapAreToldWhereTheyStand) {
  const auto message = [](std::string_view line) {
    const auto machine =
        read_scenario({.name = "s.yaml",
                       .bytes = "e820: [{start: 0, end: 640K, type: ram}]\n" + std::string(line)},
                      {});
    return machine ? std::string() : to_string(machine.errors());
  };
  EXPECT_EQ(message("kernel_phys_base: 0x3fffffe00000"), "");
  EXPECT_TRUE(message("kernel_phys_base: 64T").starts_with("s.yaml:2:19: error:"));
  EXPECT_TRUE(message("kernel_phys_base: 0xffffffffffe00000").starts_with("s.yaml:2:19: error:"));
  EXPECT_EQ(message("setup_data: [{addr: 0xffffffffffffffe0, type: 1, len: 15}]"), "");
  EXPECT_TRUE(message("setup_data: [{addr: 0xfffffffffffffff8, type: 1, len: 0}]")
                  .starts_with("s.yaml:2:14: error:"));
  EXPECT_TRUE(message("setup_data: [{addr: 0, type: 1, len: 0xffffffffffffffff}]")
                  .starts_with("s.yaml:2:14: error:"));
}

TEST(Scenario, TellsAllMistakesAtOnce) {
  const auto machine = scenario_of(
      "e820:\n  - {start: 0, size: 0, type: ram}\n  - {start: 4K, size: 4K, type: rma}\n"
      "cmdlin: quiet\nfirmware: uefi\nnodes: 3\n");
  ASSERT_FALSE(machine);
  EXPECT_EQ(machine.errors().size(), 5u) << to_string(machine.errors());
}

TEST(Scenario, ManyMistakesAreCounted) {
  std::string text = "e820:\n";
  for (int i = 0; i < 1000; ++i) text += "  - {start: 0, size: 0, type: ram}\n";
  const auto machine = scenario_of(text);
  ASSERT_FALSE(machine);
  EXPECT_EQ(machine.errors().size(), 101u);
  EXPECT_EQ(machine.errors().back().message, "and 900 more mistakes");
}

TEST(Scenario, ReadsBlockAndFlowStyleAndAllBounds) {
  const auto machine = scenario_of(
      "e820:\n- start: 0x0\n  end: 0x9fc00\n  type: usable\n- {start: 0xf0000, last: 0xfffff, "
      "type: "
      "Reserved}\n- {start: 1M, size: 3G, type: 20}\n"
      "- {start: 0xfffffffffffff000, last: 0xffffffffffffffff, type: pmem}\n"
      "- {start: 7, size: 0, type: nvs, verbatim: true}\n");
  ASSERT_TRUE(machine) << to_string(machine.errors());
  const E820Entries want = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                            {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                            {PhysAddr{0x100000}, 3 * kGiB, E820Type{20}},
                            {PhysAddr{0xfffffffffffff000}, 0x1000, E820Type::pmem},
                            {PhysAddr{7}, 0, E820Type::nvs}};
  EXPECT_EQ(machine->firmware_map, want);
}

TEST(Scenario, ReadsEveryOtherKey) {
  const auto machine = scenario_of(R"(
description: d
origin: o
notes: [n]
e820: []
extended_map: [{start: 4G, size: 1G, type: ram}]
firmware: efi
setup_data: [{addr: 1M, type: 0x80000000, len: 32, indirect: {start: 2M, size: 4K}, indirect_type: 1}]
efi_map: [{start: 0, end: 0xa0000, type: 7, attributes: 0xf}]
efi_memory_attributes: {start: 3M, size: 4K}
efi_memmap: {start: 4M, size: 4K}
cmdline: quiet
kernel_release: 6.12
kernel_phys_base: 16M
initrd: {start: 5M, last: 0x5fffff}
acpi_tables: [{signature: FACP, start: 6M, size: 0x74}]
nodes: [{nid: 3, start: 0, end: 1G, hotplug: true}]
mp_floating: {start: 7M, size: 16}
mp_configuration: {start: 8M, size: 200}
ebda: 0x9fc00
base_memory: 639K
cpus: {possible: 8, present: 4, gbpages: true, la57: false, nx: true, pse: true, pge: false, phys_bits: 46, vendor: GenuineIntel, family: 6, model: 85}
mtrrs: [{start: 3G, end: 4G, type: uncachable}]
mtrr_default: write-back
acpi_upgrade: 0x1b5
snb_graphics: true
pci: [{address: "00:02.0", vendor: 0x8086, device: 0x0116}]
plugins: [{name: trim_x, options: {limit: 4G, list: "1,2"}}, {name: trim_bios, enabled: false}]
)");
  ASSERT_TRUE(machine) << to_string(machine.errors());
  const Machine& m = *machine;
  EXPECT_EQ(m.notes, (std::vector<std::string>{"description: d", "origin: o", "n"}));
  EXPECT_EQ(m.acpi_upgrade, 0x1b5u);
  EXPECT_TRUE(m.snb_graphics);
  EXPECT_EQ(m.extended_map.size(), 1u);
  EXPECT_EQ(m.firmware, Firmware::efi);
  ASSERT_EQ(m.setup_data.size(), 1u);
  EXPECT_EQ(m.setup_data[0].type, 0x80000000u);
  EXPECT_EQ(m.setup_data[0].indirect, PhysRange::make(2 * kMiB, 2 * kMiB + 4 * kKiB));
  EXPECT_EQ(m.setup_data[0].indirect_type, 1u);
  ASSERT_EQ(m.efi_map.size(), 1u);
  EXPECT_EQ(m.efi_map[0].attributes, 0xfu);
  EXPECT_EQ(m.efi_memory_attributes, PhysRange::make(3 * kMiB, 3 * kMiB + 4096));
  EXPECT_EQ(m.efi_memmap, PhysRange::make(4 * kMiB, 4 * kMiB + 4096));
  EXPECT_EQ(m.command_line, "quiet");
  EXPECT_EQ(m.kernel_release, "6.12");
  EXPECT_EQ(m.kernel_phys_base, PhysAddr{16 * kMiB});
  EXPECT_EQ(m.initrd, PhysRange::make(5 * kMiB, 6 * kMiB));
  ASSERT_EQ(m.acpi_tables.size(), 1u);
  EXPECT_EQ(m.acpi_tables[0].signature, "FACP");
  ASSERT_EQ(m.node_memory.size(), 1u);
  EXPECT_EQ(m.node_memory[0].nid, 3);
  EXPECT_TRUE(m.node_memory[0].hotpluggable);
  EXPECT_EQ(m.mp_floating->size(), 16u);
  EXPECT_EQ(m.mp_configuration->size(), 200u);
  EXPECT_EQ(m.ebda, PhysAddr{0x9fc00});
  EXPECT_EQ(m.base_memory, 639 * kKiB);
  EXPECT_EQ(m.cpu.possible, 8u);
  EXPECT_EQ(m.cpu.pge, false);
  EXPECT_EQ(m.cpu.phys_bits, 46u);
  EXPECT_EQ(m.cpu.vendor, "GenuineIntel");
  EXPECT_EQ(m.cpu.model, 85u);
  ASSERT_EQ(m.mtrrs.size(), 1u);
  EXPECT_EQ(m.mtrrs[0].type, MtrrType::uncachable);
  EXPECT_EQ(m.mtrr_default, MtrrType::write_back);
  ASSERT_EQ(m.pci.size(), 1u);
  EXPECT_EQ(m.pci[0].address, 0x10u);
  EXPECT_EQ(m.pci[0].vendor, 0x8086u);
  EXPECT_EQ(m.pci[0].device, 0x116u);
  ASSERT_EQ(m.plugins.size(), 2u);
  EXPECT_EQ(m.plugins[0].name, "trim_x");
  EXPECT_EQ(m.plugins[0].options,
            (std::vector<std::pair<std::string, std::string>>{{"limit", "4G"}, {"list", "1,2"}}));
  EXPECT_TRUE(m.plugins[0].enabled);
  EXPECT_FALSE(m.plugins[1].enabled);
}

TEST(Scenario, WrongPluginsAndDevicesAreTold) {
  const auto machine = scenario_of(R"(e820: [{start: 0, size: 1M, type: ram}]
pci: [{address: "2.0", vendor: 0x8086, device: 0x10000}]
plugins: [{options: [1]}, {name: x, enabled: false, options: {a: 1}}]
)");
  ASSERT_FALSE(machine);
  const std::string text = to_string(machine.errors());
  for (const char* part :
       {"expected a bus, a device and a function: 00:02.0", "`device` is at most", "`name`",
        "`options` takes keys and values", "a plugin that is not enabled takes no options"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Scenario, IsRecognisedByItsMap) {
  EXPECT_GT(recognise_scenario({.name = "x", .bytes = "a: 1\ne820:\n"}).score, 50);
  EXPECT_EQ(recognise_scenario({.name = "x", .bytes = "BIOS-e820: [mem"}).score, 0);
}

TEST(JsonFormat, ReadsAResultsFirmwareMap) {
  const auto machine =
      read_json({.name = "r.json", .bytes = R"({"schema": "memmap/result/1", "other": {"deep": []},
                    "e820": {"firmware": [{"start": "0x0", "end": "0x9fc00", "type": 1}], "table": []}})"},
                {});
  ASSERT_TRUE(machine) << to_string(machine.errors());
  EXPECT_EQ(machine->firmware_map, (E820Entries{{PhysAddr{0}, 0x9fc00, E820Type::ram}}));
  EXPECT_EQ(machine->notes.size(), 1u);
}

TEST(JsonFormat, IsRecognisedByItsMap) {
  EXPECT_GT(recognise_json({.name = "x", .bytes = "{\"e820\": []}"}).score, 50);
  EXPECT_LT(recognise_json({.name = "x", .bytes = "{\"dmesg\": []}"}).score, 50);
  EXPECT_EQ(recognise_json({.name = "x", .bytes = "e820:"}).score, 0);
}

}  // namespace
}  // namespace memmap::input
