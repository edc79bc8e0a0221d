// The table behind /proc/kallsyms, in each form that kernels have had it.
#include "profile/embedded_symbols.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace memmap::kernel {
namespace {

constexpr std::uint64_t kText = 0xffffffff81000000;
constexpr std::uint64_t kRodata = 0xffffffff82000000;
constexpr std::size_t kSymbols = 704;  // three markers; their numbers need no padding

// kernel: write_src(), scripts/kallsyms.c: of 6.1, of 6.12, of 7.2
enum class Form { base_before, base_behind, own_places };

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

class Builder {
 public:
  explicit Builder(Form form, std::size_t lead = 64) : form_(form), out_(lead, '\xaa') {}

  std::string build() && {
    if (form_ == Form::base_before) {
      addresses();
      base();
    }
    names();
    if (form_ == Form::base_before) order();
    tokens();
    if (form_ != Form::base_before) addresses();
    if (form_ == Form::base_behind) base();
    if (form_ != Form::base_before) order();
    out_.append(64, '\xbb');
    return std::move(out_);
  }

 private:
  static std::string name(std::size_t i) {
    if (i == 0) return "T_text";
    return i + 1 == kSymbols ? "B_end" : "ts" + std::to_string(i);
  }
  static std::uint64_t address(std::size_t i) { return kText + 16 * i; }

  void align() {
    const std::size_t to = form_ == Form::own_places ? 4 : 8;
    while (out_.size() % to != 0) out_ += '\0';
  }
  // Of names, which nobody here reads. Where no padding follows, the next part begins behind a byte
  // that is not zero.
  void order() {
    align();
    out_.append(3 * kSymbols, '\x11');
  }
  void base() {
    align();
    put(out_, kText);
  }
  void addresses() {
    align();
    for (std::size_t i = 0; i < kSymbols; ++i) {
      const std::uint64_t from = form_ == Form::own_places ? kRodata + out_.size() : kText;
      put(out_, static_cast<std::uint32_t>(address(i) - from));
    }
  }
  void names() {
    align();
    put(out_, static_cast<std::uint32_t>(kSymbols));
    align();
    const std::size_t start = out_.size();
    std::vector<std::uint32_t> markers;
    for (std::size_t i = 0; i < kSymbols; ++i) {
      if (i % 256 == 0) markers.push_back(static_cast<std::uint32_t>(out_.size() - start));
      out_ += static_cast<char>(name(i).size());
      out_ += name(i);  // a token a letter
    }
    align();
    for (const std::uint32_t marker : markers) put(out_, marker);
  }
  void tokens() {
    align();
    const std::size_t start = out_.size();
    std::vector<std::uint16_t> index;
    for (int i = 0; i < 256; ++i) {
      index.push_back(static_cast<std::uint16_t>(out_.size() - start));
      out_ += i > ' ' && i < 127 ? std::string(1, static_cast<char>(i)) : "in";
      out_ += '\0';
    }
    align();
    for (const std::uint16_t place : index) put(out_, place);
  }

  Form form_;
  std::string out_;
};

Image image_with(std::string_view rodata) {
  Image image{.source = "made"};
  image.sections.push_back({.name = ".text", .address = kText, .size = 0x4000});
  image.sections.push_back(
      {.name = ".rodata", .address = kRodata, .size = rodata.size(), .bytes = rodata});
  return image;
}

class EmbeddedSymbols : public testing::TestWithParam<Form> {};

TEST_P(EmbeddedSymbols, AreFoundWhereverTheyBegin) {
  for (const std::size_t lead : {64u, 68u, 72u, 4096u}) {
    const std::string rodata = Builder(GetParam(), lead).build();
    const auto symbols = find_embedded_symbols(image_with(rodata));
    ASSERT_TRUE(symbols) << lead;
    EXPECT_EQ(symbols->size(), kSymbols);
    EXPECT_EQ(symbols->find("_text"), kText);
    EXPECT_EQ(symbols->find("s300"), kText + 16 * 300);
    EXPECT_EQ(symbols->from_text("_end"), 16 * (kSymbols - 1));
    EXPECT_EQ(symbols->code("s5"), std::vector<std::string_view>{"s5"}) << "its type is kept";
  }
}

TEST_P(EmbeddedSymbols, OfAnotherTextAreNone) {
  const std::string rodata = Builder(GetParam()).build();
  Image image = image_with(rodata);
  image.sections[0].address += 0x1000;
  EXPECT_FALSE(find_embedded_symbols(image));
}

TEST_P(EmbeddedSymbols, CutShortOrDamagedAreNoneOrWhole) {
  const std::string whole = Builder(GetParam()).build();
  for (std::size_t size = 0; size < whole.size(); size += 37) {
    const auto symbols = find_embedded_symbols(image_with(std::string_view(whole).substr(0, size)));
    if (!symbols) continue;
    EXPECT_EQ(symbols->size(), kSymbols);
  }
  for (std::size_t at = 0; at < whole.size(); at += 23) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    find_embedded_symbols(image_with(bytes));
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, EmbeddedSymbols,
                         testing::Values(Form::base_before, Form::base_behind, Form::own_places));

}  // namespace
}  // namespace memmap::kernel
