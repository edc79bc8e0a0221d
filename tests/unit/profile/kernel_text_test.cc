// The text parts: tables of symbols, of sections, of parameters.
#include <gtest/gtest.h>

#include "profile/config.h"
#include "profile/parameters.h"
#include "profile/sections.h"
#include "profile/symbols.h"

namespace memmap::kernel {
namespace {

TEST(Symbols, AreFoundByName) {
  const auto symbols =
      read_symbol_table("s",
                        "ffffffff81000000 T _text\n0000000000030000 A __per_cpu_end\n"
                        "ffffffff81001000 t alloc.constprop.0\n"
                        "ffffffff81002000 t alloc_more\n"
                        "ffffffffc0000000 t _text\t[module]\n");
  ASSERT_TRUE(symbols.ok());
  EXPECT_EQ(symbols->size(), 4u);
  EXPECT_EQ(symbols->from_text("alloc_more"), 0x2000u);
  EXPECT_EQ(symbols->from_text("__per_cpu_end"), std::nullopt);
  EXPECT_EQ(symbols->find("__per_cpu_end"), 0x30000u);
  EXPECT_EQ(symbols->code("alloc"), std::vector<std::string_view>{"alloc.constprop.0"});
}

struct KernelTextBad {
  const char* text;
  const char* part_of_message;
};

TEST(Symbols, TellWhatIsWrong) {
  const KernelTextBad kBad[] = {
      {"", "holds no symbol"},
      {"0000000000000000 T _text\n", "the kernel hides them"},
      {"ffffffffffffffff B The real System.map is in the linux-image-dbg package\n",
       "holds no symbol"},
      {"ffffffff81000000 T main\n", "has no symbol _text"},
      {"hello world\n", "no line of a symbol table"},
  };
  for (const KernelTextBad& bad : kBad) {
    const auto symbols = read_symbol_table("s", bad.text);
    ASSERT_FALSE(symbols.ok()) << bad.text;
    EXPECT_NE(symbols.errors().front().message.find(bad.part_of_message), std::string::npos)
        << symbols.errors().front().message;
  }
}

TEST(Sections, TellTheLinkersSymbols) {
  const auto sections = read_sections(
      "s",
      "Section Headers:\n  [Nr] Name Type Address Off Size\n"
      "  [ 0]                   NULL            0000000000000000 000000 000000 00      0   0  0\n"
      "  [ 1] .text  PROGBITS ffffffff81000000 200000 600100 00  AX  0   0 4096\n"
      "  [ 9] .BTF   PROGBITS ffffffff81900000 b00000 000801 00   A  0   0  1\n"
      "  [10] .data  PROGBITS ffffffff81c00000 e00000 0da480 00  WA  0   0 4096\n");
  ASSERT_TRUE(sections.ok());
  EXPECT_EQ(sections->symbol("_etext"), 0xffffffff81600100u);
  EXPECT_EQ(sections->symbol("__end_rodata"), 0xffffffff81901000u);
  EXPECT_EQ(sections->symbol("_end"), std::nullopt);
  EXPECT_FALSE(read_sections("s", "  [ 1] .text PROGBITS zz 0 0\n").ok());
  EXPECT_FALSE(read_sections("s", "hello\n").ok());
}

// kernel: _etext, arch/x86/kernel/vmlinux.lds.S, v6.16
TEST(Sections, TheFirstCodeMayLieBehindTheText) {
  const auto sections =
      read_sections("s",
                    "  [ 1] .text      PROGBITS ffffffff81000000 200000 04d498 00  AX  0   0 4096\n"
                    "  [ 2] .head.text PROGBITS ffffffff8104d4a0 24d4a0 001763 00  AX  0   0 16\n");
  ASSERT_TRUE(sections.ok());
  EXPECT_EQ(sections->symbol("_etext"), 0xffffffff8104ec03u);
}

TEST(DeclaredParameters, AreRead) {
  const auto p = read_parameters("p", "early mem\nsetup root=\nparam printk.time\n");
  ASSERT_TRUE(p.ok());
  EXPECT_EQ(p->list.at(1), (DeclaredParameter{ParameterKind::setup, "root="}));
  const auto bad = read_parameters("p", "early mem\nlate x\nearly\n");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.errors().size(), 2u) << "all mistakes at once";
}

// All four are read line by line, and their mistakes collected, as every other text's are.
TEST(KernelTexts, TellSoManyMistakesAndHowManyMore) {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "  [ 1] .text\r\n";
  for (const Errors& errors :
       {read_symbol_table("s", text).errors(), read_sections("s", text).errors(),
        read_parameters("s", text).errors(), read_config("s", text).errors()}) {
    ASSERT_EQ(errors.size(), 101u);
    EXPECT_EQ(errors[99].origin.line, 100u);
    EXPECT_EQ(errors[99].line_text, "  [ 1] .text");
    EXPECT_EQ(errors[100].message, "and 50 more mistakes");
  }
}

}  // namespace
}  // namespace memmap::kernel
