// Unified kernel images: what their sections tell, and what is wrong with those that are none.
#include "profile/uki.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "profile/kernel_image.h"

namespace memmap::kernel {
namespace {

using namespace std::string_literals;

template <class T>
void put(std::string& out, std::size_t at, T value) {
  out.replace(at, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
}

struct Part {
  std::string name;
  std::string bytes;
};

constexpr std::size_t kHeader = 0x80;
constexpr std::size_t kSections = kHeader + 24 + 240;

// An EFI program with these sections, each padded to 512 bytes as linkers do.
std::string made(const std::vector<Part>& parts, std::uint16_t machine = 0x8664) {
  std::string out(kSections + 40 * parts.size(), '\0');
  put(out, 0, std::uint16_t{0x5a4d});
  put(out, 0x3c, std::uint32_t{kHeader});
  put(out, kHeader, std::uint32_t{0x4550});
  put(out, kHeader + 4, machine);
  put(out, kHeader + 6, static_cast<std::uint16_t>(parts.size()));
  put(out, kHeader + 20, std::uint16_t{240});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out.resize((out.size() + 511) / 512 * 512);
    const std::size_t header = kSections + 40 * i;
    const std::size_t padded = (parts[i].bytes.size() + 511) / 512 * 512;
    out.replace(header, parts[i].name.size(), parts[i].name);
    put(out, header + 8, static_cast<std::uint32_t>(parts[i].bytes.size()));
    put(out, header + 16, static_cast<std::uint32_t>(padded));
    put(out, header + 20, static_cast<std::uint32_t>(out.size()));
    out += parts[i].bytes + std::string(padded - parts[i].bytes.size(), '\0');
  }
  return out;
}

const std::vector<Part> kUkiParts = {{".osrel", "ID=made\n"},
                                     {".uname", "6.1.0-9-made"},
                                     {".cmdline", "root=/dev/sda1\nquiet\n"},
                                     {".linux", "a kernel"},
                                     {".initrd", std::string(700, 'i')}};

TEST(Uki, TellsItsSections) {
  const std::string file = made(kUkiParts);
  EXPECT_TRUE(is_efi_program(file));
  const auto uki = read_uki("u", file);
  ASSERT_TRUE(uki.ok()) << to_string(uki.errors());
  EXPECT_EQ(uki->linux_image, "a kernel") << "without its padding";
  EXPECT_EQ(uki->release, "6.1.0-9-made");
  EXPECT_EQ(uki->cmdlines, std::vector<std::string>{"root=/dev/sda1 quiet"}) << "on one line";
  EXPECT_EQ(uki->initrd_bytes, 700u);
}

struct UkiBad {
  const char* name;
  std::string file;
  const char* part_of_message;
};

TEST(Uki, TellsWhatIsWrong) {
  const std::string whole = made(kUkiParts);
  std::string far = whole;
  put(far, kSections + 40 * 3 + 20, std::uint32_t{0xfffffff0});
  const UkiBad kBad[] = {
      {"text", "hello", "no EFI program"},
      {"mark alone", "MZ", "no EFI program"},
      {"header beyond", "MZ"s + std::string(58, '\0') + "\xff\xff\xff\x7f", "no EFI program"},
      {"header cut", whole.substr(0, kHeader + 10), "cut short within the header"},
      {"table cut", whole.substr(0, kSections + 20), "cut short: section 1 of 5"},
      {"section cut", whole.substr(0, whole.size() - 600), "cut short: section .initrd"},
      {"section beyond", far, "cut short: section .linux ends at byte 4294967288"},
      {"boot loader", made({{".text", "x"}}), "without a kernel (section .linux)"},
      {"other machine", made(kUkiParts, 0xaa64), "of another machine (0xaa64)"},
  };
  for (const UkiBad& bad : kBad) {
    const auto uki = read_uki("u", bad.file);
    ASSERT_FALSE(uki.ok()) << bad.name;
    EXPECT_NE(uki.errors().front().message.find(bad.part_of_message), std::string::npos)
        << bad.name << ": " << uki.errors().front().message;
    EXPECT_TRUE(uki.errors().front().origin.offset) << bad.name;
  }
}

// The kernel in it may be the program itself, as its header says.
TEST(Uki, OneInAnotherEnds) {
  std::string file = made(kUkiParts);
  put(file, kSections + 40 * 3 + 8, static_cast<std::uint32_t>(file.size()));
  put(file, kSections + 40 * 3 + 16, static_cast<std::uint32_t>(file.size()));
  put(file, kSections + 40 * 3 + 20, std::uint32_t{0});
  Facts facts;
  const auto status = read_kernel_image("u", file, facts);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(to_string(status.errors()).find("too many times"), std::string::npos);
}

}  // namespace
}  // namespace memmap::kernel
