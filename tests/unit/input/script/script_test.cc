#include "input/script/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "paging/mapping.h"

namespace memmap::input {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

access::Script script_of(const std::string& text) {
  auto script = read_script("s.yaml", text);
  EXPECT_TRUE(script.ok()) << (script.ok() ? "" : to_string(script.errors()));
  return script.ok() ? *std::move(script) : access::Script{};
}
access::Script lines(const std::vector<std::string>& text) {
  auto script = read_script_lines("--do", text);
  EXPECT_TRUE(script.ok()) << (script.ok() ? "" : to_string(script.errors()));
  return script.ok() ? *std::move(script) : access::Script{};
}
template <class T>
const T& only(const access::Script& script) {
  return std::get<T>(script.steps.at(0).action);
}
std::string fault(const std::string& step) {
  const auto script = read_script("s.yaml", "steps:\n  - " + step + "\n");
  return script.ok() ? "none" : to_string(script.errors());
}

TEST(Script, ReadsEachAction) {
  const auto io = script_of("steps: [{ioremap: {phys: 0xfed00000, size: 4K, cache: wc, as: a}}]");
  EXPECT_EQ(only<access::Ioremap>(io).phys, PhysAddr{0xfed00000});
  EXPECT_EQ(only<access::Ioremap>(io).size, 4096u);
  EXPECT_EQ(only<access::Ioremap>(io).cache, ioremap::CacheMode::wc);
  EXPECT_EQ(io.steps[0].as, "a");
  EXPECT_EQ(io.steps[0].words, "ioremap 0xfed00000 4K cache wc as a");

  const auto pages = script_of("steps: [{alloc_pages: {order: 2, gfp: GFP_DMA32|__GFP_ZERO}}]");
  EXPECT_EQ(only<access::AllocPages>(pages).order, 2u);
  EXPECT_EQ(only<access::AllocPages>(pages).gfp, access::kGfpDma32 | access::kGfpZero);
  EXPECT_EQ(only<access::Kmalloc>(script_of("steps: [{kmalloc: {size: 64}}]")).gfp,
            access::kGfpKernel);

  const auto map = script_of(
      "steps: [{map: {virt: 0x200000, phys: 4M, size: 2M, page_size: 2M, flags: [rw, nx, uc]}}]");
  EXPECT_EQ(only<access::Map>(map).page_size, paging::kSize2M);
  EXPECT_EQ(only<access::Map>(map).flags, paging::kWritable | paging::kNoExecute);
  EXPECT_EQ(only<access::Map>(map).cache, ioremap::CacheMode::uc);

  const auto area = script_of("steps: [{vm_area: {virt: 0xffffc90000000000, size: 8K}}]");
  EXPECT_EQ(only<access::VmArea>(area).size, 8192u);
  EXPECT_EQ(only<access::Iounmap>(script_of("steps: [{iounmap: 0x10}]")).at.offset, 16u);
  EXPECT_EQ(only<access::Kfree>(script_of("steps: [{kfree: {at: p}}]")).at.name, "p");
}

TEST(Script, ReadsWhatIsWritten) {
  const auto value = script_of("steps: [{write: {at: p-8, size: 4, value: 0x1234}}]");
  EXPECT_THAT(only<access::Access>(value).bytes, ElementsAre(0x34, 0x12, 0, 0));
  EXPECT_EQ(only<access::Access>(value).at.name, "p");
  EXPECT_EQ(only<access::Access>(value).at.offset, 0 - std::uint64_t{8});
  const auto bytes = script_of("steps: [{write: {at: 1, bytes: \"00 ff 1c\"}}]");
  EXPECT_THAT(only<access::Access>(bytes).bytes, ElementsAre(0, 0xff, 0x1c));
  EXPECT_EQ(only<access::Access>(bytes).size, 3u);
}

TEST(Script, IsTheSameInLines) {
  const std::vector<std::string> text{
      "ioremap 0xfed00000 4K cache uc- as hpet",
      "read hpet+0xf0 4 user",
      "write 0x1000 3 phys bytes \"00 ff 1c\"",
      "alloc_pages 2 gfp GFP_KERNEL|__GFP_ZERO as b",
      "map 0x200000 phys 2M size 2M page_size 2M flags rw,nx",
      "free_pages b",
      "exec _text",
  };
  const access::Script script = lines(text);
  ASSERT_EQ(script.steps.size(), text.size());
  std::string yaml = "steps:\n";
  yaml += "  - ioremap: {phys: 0xfed00000, size: 4K, cache: uc-, as: hpet}\n";
  yaml += "  - read: {at: hpet+0xf0, size: 4, user: true}\n";
  yaml += "  - write: {at: 0x1000, size: 3, phys: true, bytes: \"00 ff 1c\"}\n";
  yaml += "  - alloc_pages: {order: 2, gfp: GFP_KERNEL|__GFP_ZERO, as: b}\n";
  yaml += "  - map: {virt: 0x200000, phys: 2M, size: 2M, page_size: 2M, flags: [rw, nx]}\n";
  yaml += "  - free_pages: b\n";
  yaml += "  - exec: {at: _text}\n";
  const access::Script same = script_of(yaml);
  ASSERT_EQ(same.steps.size(), text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(script.steps[i].words, same.steps[i].words);
    EXPECT_EQ(script.steps[i].action.index(), same.steps[i].action.index());
    EXPECT_EQ(script.steps[i].as, same.steps[i].as);
  }
  EXPECT_TRUE(std::get<access::Access>(script.steps[1].action).user);
  EXPECT_EQ(script.steps[6].place.origin.line, 7u);
}

TEST(Script, TellsWhatIsWrongAtItsPlace) {
  EXPECT_THAT(fault("iormap: {phys: 0, size: 1}"),
              HasSubstr("s.yaml:2:5: error: there is no action `iormap`; did you mean `ioremap`?"));
  EXPECT_THAT(fault("ioremap: {phys: 0, sise: 1}"), HasSubstr("did you mean `size`?"));
  EXPECT_THAT(fault("ioremap: {phys: 0}"), HasSubstr("ioremap needs a key `size`"));
  EXPECT_THAT(fault("ioremap: {phys: 0, size: 1, cache: wq}"), HasSubstr("s.yaml:2:40"));
  EXPECT_THAT(fault("read: {at: 1x}"), HasSubstr("s.yaml:2:16"));
  EXPECT_THAT(fault("read: {at: p*2}"), HasSubstr("an address is a number, or a name"));
  EXPECT_THAT(fault("read: {at: 0, size: 0}"), HasSubstr("an access is of 1 byte to 1G"));
  EXPECT_THAT(fault("read: {at: 0, size: 2G}"), HasSubstr("an access is of 1 byte to 1G"));
  EXPECT_THAT(fault("kmalloc: {size: 1, gfp: GFP_KERNAL}"), HasSubstr("mean `GFP_KERNEL`"));
  EXPECT_THAT(fault("kmalloc: {size: 1, as: 1a}"), HasSubstr("`1a` is no name"));
  EXPECT_THAT(fault("write: {at: 0, size: 1, value: 0x100}"), HasSubstr("more bytes"));
  EXPECT_THAT(fault("write: {at: 0, bytes: 0}"), HasSubstr("pairs of hexadecimal digits"));
  EXPECT_THAT(fault("map: {virt: 0x1001, phys: 0, size: 4K}"), HasSubstr("multiples"));
  EXPECT_THAT(fault("map: {virt: 0, phys: 0xffffffffff000, size: 8K}"), HasSubstr("wraps"));
  EXPECT_THAT(fault("map: {virt: 0, phys: 0, size: 4K, page_size: 8K}"), HasSubstr("4K, 2M or 1G"));
  EXPECT_THAT(fault("vm_area: {virt: 0, size: 4K}"), HasSubstr("two at least"));
  EXPECT_THAT(fault("alloc_pages: {order: 64}"), HasSubstr("order"));
  EXPECT_THAT(fault("read"), HasSubstr("a step is one action"));
  EXPECT_THAT(fault("iounmap: [1]"), HasSubstr("s.yaml:2"));
}

TEST(Script, TellsAllThatIsWrong) {
  const auto script =
      read_script("s.yaml", "steps:\n  - red: {at: 0}\n  - read: {size: 1}\n  - kfree: 0x1x\n");
  ASSERT_FALSE(script.ok());
  EXPECT_EQ(script.errors().size(), 3u);
}

TEST(Script, HasAnEnd) {
  std::string text = "steps:\n";
  for (std::size_t i = 0; i <= limit_of(Limit::steps); ++i) text += "  - kfree: 0\n";
  const auto script = read_script("s.yaml", text);
  ASSERT_FALSE(script.ok());
  EXPECT_THAT(script.errors().front().message, HasSubstr("the limit is steps=10000"));
}

TEST(Script, TellsWhatIsWrongInALine) {
  const auto wrong = [](const std::string& line) {
    const auto script = read_script_lines("--do", std::vector<std::string>{"kfree 0", line});
    return script.ok() ? "none" : to_string(script.errors());
  };
  EXPECT_THAT(wrong("raed 0"), HasSubstr("--do:2:1: error: there is no action `raed`"));
  EXPECT_THAT(wrong("read 0 4 sise 5"), HasSubstr("--do:2:10: error: read has no key `sise`"));
  EXPECT_THAT(wrong("write 0 bytes \"00"), HasSubstr("--do:2:15: error: the quote is not closed"));
  EXPECT_THAT(wrong("ioremap 0 4K cache"), HasSubstr("has no value"));
  EXPECT_THAT(wrong("ioremap 0 4K size 5"), HasSubstr("--do:2"));
  EXPECT_EQ(wrong(""), "none") << "an empty line is no step";
}

}  // namespace
}  // namespace memmap::input
