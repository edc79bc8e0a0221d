#include "report/convert/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <random>

#include "input/map/c_array.h"
#include "input/map/exactmap.h"
#include "input/map/synthetic.h"
#include "input/scenario/json.h"
#include "input/scenario/scenario.h"

namespace memmap {
namespace {

using Read = Result<Machine> (*)(const input::Source&, const input::ReadOptions&);

E820Type random_type(std::mt19937_64& random) {
  constexpr std::uint32_t kTypes[] = {1, 2, 3, 4, 5, 6, 7, 12, 13, 20, 128, 0xefffffff, 0xfffffffe};
  return E820Type{random() % 8 == 0 ? static_cast<std::uint32_t>(random() | 1)
                                    : kTypes[random() % std::size(kTypes)]};
}

// Entries in any order, overlapping, adjacent, of odd sizes; `odd`: empty and wrapping ones too.
E820Entries random_map(std::mt19937_64& random, bool odd) {
  E820Entries entries;
  const std::size_t count = random() % 20;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t start = random() >> (1 + random() % 63);
    std::uint64_t size = 1 + (random() >> (1 + random() % 63));
    if (random() % 2 == 0) size = (size | 0xfff) + 1;
    if (odd && random() % 4 == 0) size = random() % 2 == 0 ? 0 : ~start + random() % 3;
    entries.push_back({PhysAddr{start}, size, random_type(random)});
    if (random() % 3 == 0) entries.push_back({PhysAddr{start + size}, 4096, entries.back().type});
  }
  return entries;
}

struct Form {
  const char* id;
  Read read;
};
void PrintTo(const Form& c, std::ostream* out) { *out << c.id; }

class RoundTrip : public testing::TestWithParam<Form> {};

TEST_P(RoundTrip, KeepsEveryEntry) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    Machine machine;
    machine.firmware_map = random_map(random, round % 2 == 0);
    const auto written = report::convert(machine, GetParam().id);
    ASSERT_TRUE(written) << to_string(written.errors());
    const auto longer = [](const std::string& loss) {
      return loss.find("parameters are longer") != std::string::npos;
    };
    EXPECT_TRUE(std::ranges::all_of(written->losses, longer));
    const auto read = GetParam().read({.name = "f", .bytes = written->bytes}, {});
    ASSERT_TRUE(read) << to_string(read.errors()) << written->bytes;
    ASSERT_EQ(read->firmware_map, machine.firmware_map) << written->bytes;
  }
}

const Form kForms[] = {{"yaml", input::read_scenario},
                       {"json", input::read_json},
                       {"exactmap", input::read_exactmap},
                       {"c-array", input::read_c_array}};
INSTANTIATE_TEST_SUITE_P(, RoundTrip, testing::ValuesIn(kForms), [](const auto& test) {
  std::string name = test.param.id;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(RoundTripSynthetic, KeepsWhatLiesEndToEnd) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 300; ++round) {
    Machine machine;
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < 1 + random() % 10; ++i) {
      if (random() % 2 == 0) at += 1 + random() % (1ull << (random() % 50));
      const std::uint64_t size = 1 + (random() >> (10 + random() % 50));
      machine.firmware_map.push_back({PhysAddr{at}, size, random_type(random)});
      if (random() % 2 == 0) {
        const PhysRange range = PhysRange::make(at, at + size);
        auto& nodes = machine.node_memory;
        const int nid = static_cast<int>(random() % 3);
        if (!nodes.empty() && nodes.back().nid == nid && nodes.back().range.end() == range.base()) {
          nodes.back().range = PhysRange::make(raw(nodes.back().range.base()), at + size);
        } else {
          nodes.push_back({.range = range, .nid = nid});
        }
      }
      at += size;
    }
    const auto written = report::to_synthetic(machine);
    ASSERT_TRUE(written) << to_string(written.errors());
    EXPECT_TRUE(written->losses.empty()) << written->losses[0];
    const auto read = input::read_synthetic(written->bytes, "f");
    ASSERT_TRUE(read) << to_string(read.errors());
    ASSERT_EQ(read->firmware_map, machine.firmware_map) << written->bytes;
    // The same line again says that the nodes are the same too.
    EXPECT_EQ(report::to_synthetic(*read)->bytes, written->bytes);
  }
}

Machine full_machine() {
  Machine m;
  m.notes = {"one: \"two\"", "tab\tnewline\n\x01 \x7f back\\slash \xc3\xa4", "- # : {}", ""};
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram}};
  m.extended_map = {{PhysAddr{4 * kGiB}, kGiB, E820Type{20}}};
  m.firmware = Firmware::xen;
  m.setup_data = {{.addr = PhysAddr{kMiB},
                   .type = 0x80000000,
                   .len = 32,
                   .indirect = PhysRange::make(1, 2),
                   .indirect_type = 9},
                  {.addr = PhysAddr{2 * kMiB}, .type = 1, .len = ~0ull >> 16}};
  m.efi_map = {{.range = PhysRange::make(0, 4096), .type = 7, .attributes = 1ull << 63}};
  m.efi_memory_attributes = PhysRange::make(3, 4);
  m.efi_memmap = PhysRange::make(5, 6);
  m.command_line = "root=/dev/sda1 memmap=1M$16M \"quoted value\"";
  m.kernel_release = "6.12";
  m.kernel_phys_base = PhysAddr{0x1000000};
  m.initrd = PhysRange::make(7, 8);
  m.acpi_tables = {{.signature = "FACP", .range = PhysRange::make(9, 10)}};
  m.node_memory = {{.range = PhysRange::make(0, kGiB), .nid = 0},
                   {.range = PhysRange::make(kGiB, 2 * kGiB), .nid = 1, .hotpluggable = true}};
  m.cxl_windows = {PhysRange::make(8 * kGiB, 12 * kGiB), PhysRange::make(4 * kGiB, 5 * kGiB)};
  m.mp_floating = PhysRange::make(11, 12);
  m.mp_configuration = PhysRange::make(13, 14);
  m.ebda = PhysAddr{0x9fc00};
  m.base_memory = 639 * kKiB;
  m.cpu = {.possible = 8,
           .present = 4,
           .gbpages = true,
           .la57 = false,
           .nx = true,
           .pse = true,
           .pge = false,
           .phys_bits = 46,
           .meltdown = true,
           .vendor = "GenuineIntel",
           .family = 6,
           .model = 85};
  m.cpu_nodes = {0, 1, 1};
  m.ioapics = 2;
  m.acpi_upgrade = 5000;
  m.snb_graphics = true;
  m.intel_graphics = PhysRange::make(0x7af00000, 0x7ef00000);
  m.swiotlb_torn_down = true;
  m.kernel_options = {
      .deferred_struct_page_init = false, .log_buf_shift = 18, .log_cpu_max_buf_shift = 15};
  m.e820_cut = true;
  m.x2apic = X2apic::on;
  m.ibft = PhysAddr{0x9b000};
  m.tboot = PhysAddr{0x7a000000};
  m.mtrrs = {{.range = PhysRange::make(15, 16), .type = MtrrType::uncachable}};
  m.mtrr_default = MtrrType::write_back;
  m.mtrr_tom2 = PhysAddr{0x43f000000};
  m.memory_above_1m = 63 * kMiB;
  m.installed_ram = 4 * kGiB;
  m.efi_esrt = PhysRange::make(0x7a88a018, 0x7a88a050);
  m.efi_mmio = {PhysRange::make(0xe0000000, 0xf0000000)};
  return m;
}

TEST(RoundTripMachine, YamlAndJsonKeepTheWholeMachine) {
  const Machine machine = full_machine();
  const auto yaml = report::to_yaml(machine);
  const auto json = report::to_json(machine);
  ASSERT_TRUE(yaml && json);
  EXPECT_TRUE(yaml->losses.empty());
  const auto from_yaml = input::read_scenario({.name = "f", .bytes = yaml->bytes}, {});
  ASSERT_TRUE(from_yaml) << to_string(from_yaml.errors()) << yaml->bytes;
  const auto from_json = input::read_json({.name = "f", .bytes = json->bytes}, {});
  ASSERT_TRUE(from_json) << to_string(from_json.errors()) << json->bytes;
  EXPECT_EQ(from_yaml->notes, machine.notes);
  EXPECT_EQ(from_yaml->command_line, machine.command_line);
  // Each reads what the other wrote; scenario_test.cc says that no key is overlooked.
  EXPECT_EQ(report::to_yaml(*from_yaml)->bytes, yaml->bytes);
  EXPECT_EQ(report::to_yaml(*from_json)->bytes, yaml->bytes);
  EXPECT_EQ(report::to_json(*from_yaml)->bytes, json->bytes);
}

TEST(Losses, AreTold) {
  Machine machine = full_machine();
  machine.command_line = "bad \xff byte";
  EXPECT_EQ(report::to_json(machine)->losses.size(), 1u);
  machine.efi_memmap = PhysRange::make(5, 5);
  EXPECT_EQ(report::to_yaml(machine)->losses.size(), 2u);
  EXPECT_EQ(report::to_c_array(machine)->losses.size(), 17u);
}

// The kernel copies the command line: a longer one would move what lies behind.
TEST(Losses, ATextThatIsNoUtf8KeepsItsLength) {
  Machine machine = full_machine();
  machine.command_line = "a=\xff\xfe\xc3\xa4\xc3 b";
  for (const auto& written : {report::to_yaml(machine), report::to_json(machine)}) {
    EXPECT_EQ(written->losses.size(), 1u);
    const auto read = input::read_scenario({.name = "f", .bytes = written->bytes}, {});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->command_line, "a=??\xc3\xa4? b");
  }
}

TEST(Sysfs, IsAFolderAsTheKernelsOwn) {
  Machine machine;
  machine.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                          {PhysAddr{0x9fc00}, 0, E820Type::ram},
                          {PhysAddr{kMiB}, kMiB, E820Type{20}}};
  const auto written = report::to_sysfs(machine);
  ASSERT_TRUE(written);
  const std::vector<std::pair<std::string, std::string>> want = {
      {"0/start", "0x0\n"},      {"0/end", "0x9fbff\n"},  {"0/type", "System RAM\n"},
      {"1/start", "0x100000\n"}, {"1/end", "0x1fffff\n"}, {"1/type", "Unknown E820 type\n"}};
  EXPECT_EQ(written->files, want);
  EXPECT_EQ(written->losses.size(), 2u);
  machine.firmware_map = {{PhysAddr{2}, ~0ull, E820Type::ram}};
  EXPECT_FALSE(report::to_sysfs(machine));
}

TEST(EtcE820, Is20BytesAnEntry) {
  Machine machine;
  machine.firmware_map = {{PhysAddr{0x0102030405060708}, 0x1112131415161718, E820Type{0x21222324}}};
  const auto written = report::to_etc_e820(machine);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->bytes,
            "\x08\x07\x06\x05\x04\x03\x02\x01\x18\x17\x16\x15\x14\x13\x12\x11\x24\x23\x22\x21");
}

TEST(Convert, RefusesWhatAFormCannotHold) {
  Machine machine;
  machine.firmware_map = {{PhysAddr{0}, 4096, E820Type{0}}};
  EXPECT_FALSE(report::to_exactmap(machine));
  machine.firmware_map = {{PhysAddr{0}, 4096, E820Type::ram}, {PhysAddr{1}, 4096, E820Type::ram}};
  EXPECT_FALSE(report::to_synthetic(machine));
  machine.firmware_map = {{PhysAddr{0}, 4096, E820Type{0}}};
  EXPECT_FALSE(report::to_etc_e820(machine));
  machine.firmware_map.clear();
  EXPECT_FALSE(report::to_synthetic(machine));
  EXPECT_FALSE(report::to_etc_e820(machine));
  EXPECT_FALSE(report::to_sysfs(machine));
  const auto unknown = report::convert(machine, "yml");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.errors()[0].message, "cannot write `yml`; did you mean `yaml`?");
}

TEST(Convert, LargeMapsAreReadInTime) {
  Machine machine;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    machine.firmware_map.push_back(
        {PhysAddr{i * 8192}, 4096, E820Type{static_cast<std::uint32_t>(1 + i % 5)}});
  }
  for (const Form& form : kForms) {
    const auto written = report::convert(machine, form.id);
    ASSERT_TRUE(written);
    const auto start = std::chrono::steady_clock::now();
    const auto read = form.read({.name = "f", .bytes = written->bytes}, {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    ASSERT_TRUE(read);
    EXPECT_EQ(read->firmware_map, machine.firmware_map);
    std::printf("%s: %zu bytes in %.3f s\n", form.id, written->bytes.size(), took.count());
    // About 1 s; not so on a loaded or instrumented machine.
    EXPECT_LT(took.count(), 20) << form.id;
  }
}

}  // namespace
}  // namespace memmap
