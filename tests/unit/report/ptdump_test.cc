#include "report/text/ptdump.h"

#include <gtest/gtest.h>

namespace memmap::report {
namespace {

constexpr std::uint64_t kDirect = 0xffff888000000000;
constexpr std::uint32_t kData = paging::kWritable | paging::kNoExecute | paging::kGlobal;

TEST(Ptdump, ShowsRunsAndHolesByAreaAndLevel) {
  paging::AddressSpace tables(4);
  tables.add_table(3, VirtAddr{kDirect}, {});
  tables.add_table(2, VirtAddr{kDirect}, {});
  tables.add_table(1, VirtAddr{kDirect}, {});
  tables.map({VirtAddr{kDirect}, PhysAddr{0}, paging::kSize4K, 3, kData});
  // Other frames, but the same flags: one line with what is before it.
  tables.map({VirtAddr{kDirect + 0x3000}, PhysAddr{0x9000}, paging::kSize4K, 1, kData});
  tables.map({VirtAddr{kDirect + paging::kSize2M}, PhysAddr{paging::kSize2M}, paging::kSize2M, 2,
              paging::kUser | paging::kCacheDisable | paging::kWriteThrough});
  kernel::Profile profile;
  profile.config["MODIFY_LDT_SYSCALL"] = "false";
  const std::string text = to_ptdump(tables, profile);
  EXPECT_EQ(
      text.substr(0, text.find("---[ vmalloc")),
      "---[ User Space ]---\n"
      "0x0000000000000000-0xffff880000000000    16777096T                               pgd\n"
      "---[ Kernel Space ]---\n"
      "0xffff880000000000-0xffff888000000000         512G                               pgd\n"
      "---[ Low Kernel Mapping ]---\n"
      "0xffff888000000000-0xffff888000004000          16K     RW                 GLB NX pte\n"
      "0xffff888000004000-0xffff888000200000        2032K                               pte\n"
      "0xffff888000200000-0xffff888000600000           4M USR ro PWT PCD PSE         x  pmd\n"
      "0xffff888000600000-0xffff888040000000        1018M                               pmd\n"
      "0xffff888040000000-0xffff890000000000         511G                               pud\n"
      "0xffff890000000000-0xffffc90000000000          64T                               pgd\n");
}

TEST(Ptdump, HasFiveLevels) {
  paging::AddressSpace tables(5);
  tables.add_table(4, VirtAddr{0xff11000000000000}, {});
  tables.add_table(3, VirtAddr{0xff11000000000000}, {});
  tables.map({VirtAddr{0xff11000000000000}, PhysAddr{0}, paging::kSize1G, 2, kData});
  // An area's name follows the line that reaches into it: that of the hole before LDTs' did.
  const std::string text = to_ptdump(tables, {});
  EXPECT_NE(text.find("---[ LDT remap ]---\n"
                      "0xff11000000000000-0xff11000080000000           2G     RW         PSE     "
                      "GLB NX pud\n"
                      "---[ Low Kernel Mapping ]---\n"
                      "0xff11000080000000-0xff11008000000000         510G                        "
                      "       pud\n"
                      "0xff11008000000000-0xff12000000000000      261632G                        "
                      "       p4d\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace memmap::report
