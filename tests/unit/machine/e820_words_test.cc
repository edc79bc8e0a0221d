#include "machine/e820_words.h"

#include <gtest/gtest.h>

namespace memmap {
namespace {

struct Names {
  std::uint32_t type;
  const char* word;
  const char* report;
  const char* log;
  const char* resource;
};
// kernel: e820_print_type(), e820_type_to_string(), arch/x86/kernel/e820.c, v6.12
const Names kNames[] = {
    {1, "ram", "RAM", "usable", "System RAM"},
    {2, "reserved", "reserved", "reserved", "Reserved"},
    {3, "acpi", "ACPI data", "ACPI data", "ACPI Tables"},
    {4, "nvs", "ACPI NVS", "ACPI NVS", "ACPI Non-volatile Storage"},
    {5, "unusable", "unusable", "unusable", "Unusable memory"},
    {7, "pmem", "persistent", "persistent (type 7)", "Persistent Memory"},
    {12, "pram", "persistent (legacy)", "persistent (type 12)", "Persistent Memory (legacy)"},
    {128, "reserved_kern", "RAM, setup data", "usable", "System RAM"},
    {0xefffffff, "soft", "soft reserved", "soft reserved", "Soft Reserved"},
    {6, "type6", "type 6", "type 6", "Unknown E820 type"},
    {20, "type20", "type 20", "type 20", "Unknown E820 type"},
};

TEST(E820Words, EachTypeHasANameInEachDialect) {
  for (const Names& n : kNames) {
    const E820Type type{n.type};
    EXPECT_EQ(e820_word(type), n.word);
    EXPECT_EQ(e820_name(type), n.report);
    EXPECT_EQ(e820_log_name(type), n.log);
    EXPECT_EQ(e820_resource_name(type), n.resource);
  }
}

TEST(E820Words, AWordIsReadBack) {
  for (const Names& n : kNames) EXPECT_EQ(e820_type_of_word(n.word), E820Type{n.type}) << n.word;
}

// But where two types have the same name.
TEST(E820Words, ALogsOrAResourcesNameIsReadBack) {
  for (const Names& n : kNames) {
    if (n.type == raw(E820Type::reserved_kern)) continue;
    EXPECT_EQ(e820_type_of_log_name(n.log), E820Type{n.type}) << n.log;
    EXPECT_EQ(e820_type_of_word(n.log), E820Type{n.type}) << n.log;
    if (n.type == 20) continue;
    EXPECT_EQ(e820_type_of_resource(n.resource), E820Type{n.type}) << n.resource;
  }
  EXPECT_EQ(e820_type_of_log_name("usable"), E820Type::ram);
  for (const E820Type type : {E820Type::ram, E820Type::reserved, E820Type::acpi, E820Type::pram}) {
    EXPECT_EQ(e820_type_of_log_name(e820_log_name(type, E820LogNames::system_ram)), type);
  }
  EXPECT_EQ(e820_log_name(E820Type::pram, E820LogNames::system_ram), "persistent RAM (type 12)");
  EXPECT_EQ(e820_type_of_resource("system RAM"), E820Type::ram);
  EXPECT_EQ(e820_type_of_resource("device reserved"), E820Type::reserved);
}

TEST(E820Words, WordsAreReadInEitherCase) {
  EXPECT_EQ(e820_type_of_word("RESERVED_KERN"), E820Type::reserved_kern);
  EXPECT_EQ(e820_type_of_word("acpi_non-volatile storage"), E820Type::nvs);
  EXPECT_EQ(e820_type_of_word("Type 4294967295"), E820Type{0xffffffff});
  for (const char* text :
       {"", "typ", "type", "type ", "type x", "type4294967296", "7", "soft re"}) {
    EXPECT_FALSE(e820_type_of_word(text)) << text;
  }
}

TEST(E820Words, ALogIsReadLetterByLetter) {
  for (const char* text : {"", "Usable", "RAM", "type_5", "persistent (type 7", "persistent"}) {
    EXPECT_FALSE(e820_type_of_log_name(text)) << text;
  }
}

TEST(E820Words, OtherNamesAreNoResource) {
  for (const char* text : {"", "System_RAM", "RAM", "Kernel code"}) {
    EXPECT_FALSE(e820_type_of_resource(text)) << text;
  }
}

}  // namespace
}  // namespace memmap
