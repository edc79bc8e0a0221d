#include "input/table/columns.h"

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

Result<Machine> read_text(const char* text, const char* columns) {
  ReadOptions options;
  if (columns != nullptr) options.columns = columns;
  return read_machine(Source{.name = "t", .bytes = text}, options);
}

struct ColumnsCase {
  const char* name;
  const char* text;
  const char* columns;  // nullptr: guessed
  const char* map;
};

constexpr const char* kColumnsMap = "0-90000 1\n90000-a0000 2\n100000-40000000 1\n";
const ColumnsCase kColumnsCases[] = {
    {"end", "0x0 0x90000 ram\n0x90000 0xa0000 reserved\n0x100000 0x40000000 ram\n",
     "start,end,type", kColumnsMap},
    {"last", "0x0 0x8ffff ram\n0x90000 0x9ffff reserved\n0x100000 0x3fffffff ram\n",
     "start,last,type", kColumnsMap},
    {"size", "0x0 0x90000 ram\n0x90000 0x10000 reserved\n0x100000 0x3ff00000 ram\n",
     "start,length,type", kColumnsMap},
    {"any_order", "ram,0x90000,0x0\nreserved,0x10000,0x90000\nram,0x3ff00000,0x100000\n",
     "type,size,start", kColumnsMap},
    {"skipped", "a 0x0 9 0x90000 1\nb 0x90000 9 0x10000 2\nc 0x100000 9 0x3ff00000 1\n",
     "-,start,-,size,type", kColumnsMap},
    {"titles_comments_counters",
     "start;end;type\n# made up\n0: 0;0x90000;1\n1: 0x90000;0xa0000;2\n2: 0x100000;0x40000000;1\n",
     "start,end,type", kColumnsMap},
    {"units", "0 576 ram\n576 64 reserved\n1024 1047552 ram\n", "start/KiB,size/KiB,type",
     kColumnsMap},
    {"pages", "0 90 usable\n90 a0 reserved\n100 40000 usable\n", "start/hex,end/hex,type",
     "0-90 1\n90-a0 2\n100-40000 1\n"},
    {"letters_tell", "0 90000 1\n90000 a0000 2\n100000 40000000 1\n", "start,end/hex,type",
     nullptr},
    {"hex", "0 90000 1\n90000 a0000 2\n100000 40000000 1\n", "start/hex,end,type", kColumnsMap},
    {"decimal", "0 589824 1\n589824 655360 2\n1048576 1073741824 1\n", "start,end,type",
     kColumnsMap},
    {"units_in_cells", "0x0 576K ram\n576KiB 64 KiB reserved\n1MiB 1023 MiB ram\n",
     "start,size,type", kColumnsMap},
    {"efi", "7 0x0 0x8ffff\n0 0x90000 0x9ffff\n7 0x100000 0x3fffffff\n", "efi-type,start,last",
     kColumnsMap},
    {"limine", "0x0 0x90000 0\n0x90000 0xa0000 1\n0x100000 0x40000000 0\n", "start,end,limine-type",
     kColumnsMap},
    // Guessed.
    {"ends_touch", "0x0 0x90000 ram\n0x90000 0xa0000 reserved\n0x100000 0x40000000 ram\n", nullptr,
     kColumnsMap},
    {"sizes_touch", "0x0 0x90000 ram\n0x90000 0x10000 reserved\n0x100000 0x3ff00000 ram\n", nullptr,
     kColumnsMap},
    {"last_bytes",
     "[0x0-0x8ffff] usable\n[0x90000-0x9ffff] ACPI data\n[0x100000-0x3fffffff] usable\n", nullptr,
     "0-90000 1\n90000-a0000 3\n100000-40000000 1\n"},
    {"labels", "entry 0 addr=0x0 len=0x90000 type=1\nentry 1 addr=0x100000 len=0x3ff00000 type=1\n",
     nullptr, "0-90000 1\n100000-40000000 1\n"},
    {"titles", "Start     Length    Type\n00000000  00090000  RAM\n00100000  3ff00000  RAM\n",
     nullptr, "0-90000 1\n100000-40000000 1\n"},
    {"half_open", "[0x0, 0x90000) usable\n[0x100000, 0x40000000) usable\n", nullptr,
     "0-90000 1\n100000-40000000 1\n"},
    {"type_first",
     "usable: 0x0 - 0x90000\nreserved: 0x90000 - 0xa0000\nusable: 0x100000 - 0x40000000\n", nullptr,
     kColumnsMap},
    {"a_word_before_the_first",
     "memory    0x0000000000000000-0x000000000008ffff available\n"
     "          0x0000000000090000-0x000000000009ffff reserved\n"
     "          0x0000000000100000-0x000000003fffffff available\n",
     nullptr, kColumnsMap},
    {"without_zeros",
     "E820: 3 entries\n              Addr              Size  Type\n           0       90000  RAM\n"
     "       90000       10000  Reserved\n      100000    3ff00000  RAM\nSetup sectors       : "
     "1e\n",
     nullptr, kColumnsMap},
    {"sizes_beside",
     "0x0 - 0x90000 (0.6 MiB CONVENTIONAL)\n0x90000 - 0xa0000 (0.1 MiB RESERVED)\n"
     "0x100000 - 0x40000000 (1023.0 MiB BOOT_SERVICES_DATA)\n",
     nullptr, kColumnsMap},
    {"osdev",
     "Base Address       | Length             | Type\n"
     "0x0000000000000000 | 0x0000000000090000 | Free Memory (1)\n"
     "0x0000000000090000 | 0x0000000000010000 | Reserved Memory (2)\n"
     "0x0000000000100000 | 0x000000003FF00000 | Free Memory (1)\n",
     nullptr, kColumnsMap},
    {"length_at_start",
     "E820: 0x90000 @ 0x0 usable\nE820: 0x10000 @ 0x90000 reserved\n"
     "E820: 0x3ff00000 @ 0x100000 usable\n",
     nullptr, kColumnsMap},
    {"decimal_guessed",
     "start=0 end=589824 type=1\nstart=589824 end=655360 type=2\n"
     "start=1048576 end=1073741824 type=1\n",
     nullptr, kColumnsMap},
    {"wiki",
     "| Start | End | Type |\n|---|---|---|\n| 0x0 | 0x8ffff | usable |\n| 0x90000 | 0x9ffff | "
     "reserved |\n"
     "| 0x100000 | 0x3fffffff | usable |\n",
     nullptr, kColumnsMap},
    {"stamped",
     "[    1.000001] mod: 0x0 -> 0x90000 usable\n[    1.000002] mod: 0x90000 -> 0xa0000 reserved\n"
     "[    1.000003] mod: 0x100000 -> 0x40000000 usable\n",
     "start,end,type", kColumnsMap},
};

TEST(Columns, ReadEveryOrderAndUnit) {
  for (const ColumnsCase& c : kColumnsCases) {
    const auto machine = read_text(c.text, c.columns);
    if (c.map == nullptr) continue;  // told below
    ASSERT_TRUE(machine.ok()) << c.name << "\n" << all_messages(machine);
    EXPECT_EQ(machine->format, "table") << c.name;
    EXPECT_EQ(show(machine->firmware_map), c.map) << c.name;
  }
}

TEST(Columns, WhatTheyAreIsChecked) {
  for (const char* text :
       {"", "start", "start,end", "start,end,type,type", "start,end,last,type", "start,end,kind",
        "start/KB,end,type", "start,,type", "start,end,type,"}) {
    const auto columns = parse_columns(text);
    ASSERT_FALSE(columns.ok()) << text;
    EXPECT_EQ(columns.errors()[0].origin.file, "--columns");
    EXPECT_NE(all_messages(columns).find("`last` (the last byte)"), std::string::npos) << text;
  }
  EXPECT_EQ(parse_columns("-,start/hex,size/pages,efi-type")->size(), 4u);
}

struct ColumnsBad {
  const char* text;
  const char* columns;
  std::size_t line;
  const char* message;
};
const ColumnsBad kColumnsBad[] = {
    {"0x0 0x90000 ram\n0x90000 reserved\n0x100000 0x200000 ram\n", "start,end,type", 2,
     "has not its columns"},
    {"0x0 0x90000 ram\n0x100000 0x2000\n", "start,end,type", 2, "has not its columns"},
    {"0x0 0x90000 rum\n", "start,end,type", 1, "`rum` is no type; did you mean `ram`"},
    {"0x0 0x90000 0\n", "start,end,type", 1, "0 is no number of a type"},
    {"0x90000 0x10000 1\n", "start,end,type", 1, "ends before it starts"},
    {"0xffffffffffffff00 0x100 1\n", "start,size,type", 1, "beyond 2^64"},
    {"0xffffffffffffff00 0xffffffffffffffff 1\n", "start,last,type", 1, "beyond 2^64"},
    {"0x0 0x90000 1\n0x80000 0x90000 1\n", "start,size,type", 2, "overlaps the entry of line 1"},
    {"0 1024000000 1\n", "start,size,type", 1,
     "nothing tells whether this column is decimal or hexadecimal"},
    {"hello\n", "start,size,type", 0, "no line has the 3 columns"},
};

TEST(Columns, MistakesHaveTheirLines) {
  for (const ColumnsBad& bad : kColumnsBad) {
    const auto machine = read_text(bad.text, bad.columns);
    ASSERT_FALSE(machine.ok()) << bad.text;
    EXPECT_EQ(machine.errors()[0].origin.line, bad.line) << bad.text;
    EXPECT_NE(all_messages(machine).find(bad.message), std::string::npos)
        << bad.text << all_messages(machine);
  }
  const auto other = read_machine(Source{.name = "t", .bytes = "x"},
                                  {.format = "dmesg", .columns = "start,end,type"});
  EXPECT_NE(all_messages(other).find("--columns has no effect on format `dmesg`"),
            std::string::npos);
}

// What is not certain is refused at its first line, with what may be meant.
const ColumnsBad kUncertain[] = {
    {"\nmap\n0x100000 0x7ff00000 ram\n0x100000000 0x180000000 ram\n", nullptr, 3,
     "--columns `start,end,type`, `start,size,type`"},
    {"0x0 0x90000 zone a\n0x100000 0x200000 zone b\n", nullptr, 1, "lacks a type that is known"},
    {"one\n0x100000\n", nullptr, 2, "lacks a second number"},
    {"hello\nworld\n", nullptr, 0, "no line holds an address"},
    {"0x0 0x90 ram\n0x90 0xa0 reserved\n0x100 0x40000 ram\n", nullptr, 1,
     "nothing of it lies above 1 MiB"},
    {"0000000000000000-0000000000090000 (1)\n0000000000090000-0000000000100000 (2)\n", nullptr, 1,
     "would be `last`, and it is not"},
    {"0x0 0x90000 ram\n0x90000 0xa0000 reserved\n0x100000 0x180000\n0x200000 0x40000000 ram\n",
     nullptr, 3, "has another form"},
    {"0x0 0x90000 ram\n0x80000 0x90000 ram\n0x70000 0x200000 ram\n", nullptr, 1,
     "in no reading of it"},
};

TEST(Guess, RefusesWithTheLineThatCameClosest) {
  for (const ColumnsBad& bad : kUncertain) {
    const auto machine = read_text(bad.text, nullptr);
    ASSERT_FALSE(machine.ok()) << bad.text;
    EXPECT_EQ(machine.errors()[0].origin.line, bad.line) << bad.text << all_messages(machine);
    EXPECT_NE(all_messages(machine).find(bad.message), std::string::npos)
        << bad.text << all_messages(machine);
    EXPECT_NE(all_messages(machine).find("--columns"), std::string::npos) << bad.text;
  }
}

TEST(Guess, WhatIsNoMapIsRefusedByName) {
  const struct {
    const char* text;
    const char* name;
  } kTexts[] = {
      {"RANGE                                 SIZE  STATE REMOVABLE BLOCK\n"
       "0x0000000000000000-0x000000003fffffff   1G online       yes   0-7\n",
       "lsmem"},
      {"$ lsmem\n0x0000000000000000-0x000000003fffffff   1G\n\nMemory block size:       128M\n",
       "lsmem"},
      {"{\n  \"memory\": [\n    {\n      \"range\": \"0x0000000000000000-0x000000003fffffff\"\n    "
       "}\n  ]\n}\n",
       "lsmem"},
      {"0x0000000000000000-0x000000003fffffff   1G online       yes   0-7\n", "lsmem"},
      {"reg00: base=0x000000000 (    0MB), size= 1024MB, count=1: write-back\n", "/proc/mtrr"},
      {"MemTotal:        1000000 kB\nMemFree:          500000 kB\n", "/proc/meminfo"},
      {"00400000-00452000 r-xp 00000000 08:02 1735  /usr/bin/x\n", "maps of a process"},
  };
  for (const auto& t : kTexts) {
    const auto machine = read_text(t.text, nullptr);
    ASSERT_FALSE(machine.ok()) << t.text;
    EXPECT_NE(all_messages(machine).find(t.name), std::string::npos) << all_messages(machine);
    EXPECT_NE(all_messages(machine).find("/sys/firmware/memmap"), std::string::npos);
  }
}

}  // namespace
}  // namespace memmap::input
