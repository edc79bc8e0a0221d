// What a boot header and the code behind it tell, on files made up byte by byte.
#include "profile/vmlinuz.h"

#include <gtest/gtest.h>

#include <cstring>

namespace memmap::kernel {
namespace {

using namespace std::string_view_literals;

void put(std::string& file, std::size_t at, std::uint64_t value, std::size_t bytes) {
  std::memcpy(file.data() + at, &value, bytes);
}

// One setup sector, then code with `beginning` in it, then a payload that says gzip.
std::string vmlinuz(std::string_view beginning) {
  constexpr std::size_t kCode = 2 * 512;
  constexpr std::size_t kInput = 0x100;
  std::string file(kCode + kInput + 16, '\0');
  put(file, 0x1f1, 1, 1);
  put(file, 0x1fe, 0xaa55, 2);
  file.replace(0x202, 4, "HdrS");
  put(file, 0x206, 0x20f, 2);
  put(file, 0x230, 0x200000, 4);
  put(file, 0x248, kInput, 4);
  put(file, 0x24c, 16, 4);
  put(file, 0x258, 0x1000000, 8);
  put(file, 0x260, 0x3000000, 4);
  file.replace(kCode + 0x20, beginning.size(), beginning);
  file.replace(kCode + kInput, 2, "\x1f\x8b");
  put(file, kCode + kInput + 12, 0x2f00000, 4);
  return file;
}

std::optional<Decompressor> decompressor_of(const std::string& file) {
  const auto header = read_boot_header("vmlinuz", file);
  return header ? header->decompressor : std::nullopt;
}

constexpr std::string_view k32 = "\x03\x9e\x60\x02\0\0\x81\xeb\x00\x70\xbe\x00"sv;
constexpr std::string_view k64 = "\x8b\x9e\x60\x02\0\0\x81\xeb\x00\x70\xbe\x00"sv;

TEST(Vmlinuz, TellsOfItsDecompressor) {
  for (const std::string_view code : {k32, k64}) {
    const auto program = decompressor_of(vmlinuz(code));
    ASSERT_TRUE(program);
    EXPECT_EQ(program->load_address, 0x1000000u);
    EXPECT_EQ(program->align, 0x200000u);
    EXPECT_EQ(program->init_size, 0x3000000u);
    EXPECT_EQ(program->input_offset, 0x100u);
    EXPECT_EQ(program->end, 0xbe7000u);
    EXPECT_EQ(program->output_len, 0x2f00000u);
  }
}

TEST(Vmlinuz, OfAnotherFormTellsNothingOfIt) {
  EXPECT_FALSE(decompressor_of(vmlinuz("")));
  std::string old = vmlinuz(k64);
  put(old, 0x206, 0x209, 2);  // without init_size
  EXPECT_FALSE(decompressor_of(old));
  std::string odd = vmlinuz(k64);
  put(odd, 0x230, 0x1000, 4);  // an alignment that no kernel has
  EXPECT_FALSE(decompressor_of(odd));
  std::string small = vmlinuz(k64);
  put(small, 0x260, 0x200000, 4);  // less than the program itself
  EXPECT_FALSE(decompressor_of(small));
}

}  // namespace
}  // namespace memmap::kernel
