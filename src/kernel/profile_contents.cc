#include "kernel/profile_contents.h"

#include <algorithm>

#include "base/check.h"

namespace memmap::kernel {
namespace {

// The linker script places the symbols in this order.
// clang-format off
constexpr ImageRow kImage[] = {
    {"etext",                 "_etext",                  &ImageLayout::etext,                 "code: reserved, mapped, in /proc/iomem"},
    {"start_rodata",          "__start_rodata",          &ImageLayout::start_rodata,          "read-only data"},
    {"end_rodata",            "__end_rodata",            &ImageLayout::end_rodata,            "read-only data"},
    {"sdata",                 "_sdata",                  &ImageLayout::sdata,                 "data"},
    {"edata",                 "_edata",                  &ImageLayout::edata,                 "data"},
    {"bss_start",             "__bss_start",             &ImageLayout::bss_start,             "zeroed data"},
    {"bss_stop",              "__bss_stop",              &ImageLayout::bss_stop,              "zeroed data"},
    {"end_of_kernel_reserve", "__end_of_kernel_reserve", &ImageLayout::end_of_kernel_reserve, "what early_reserve_memory() reserves"},
    {"brk_base",              "__brk_base",              &ImageLayout::brk_base,              "the first page tables come from there"},
    {"end",                   "_end",                    &ImageLayout::end,                   "the image's end; the room for the first page tables"},
};
// clang-format on

// kernel: PHYSICAL_START and PHYSICAL_ALIGN, arch/x86/Kconfig; struct setup_header,
// arch/x86/include/uapi/asm/bootparam.h, v6.12
// clang-format off
constexpr DecompressorRow kDecompressor[] = {
    {"load_address", &Decompressor::load_address, 0,        kGiB,      2 * kMiB, "the lowest place; where loaders put it"},
    {"align",        &Decompressor::align,        2 * kMiB, 16 * kMiB, 2 * kMiB, "how far places are apart"},
    {"init_size",    &Decompressor::init_size,    1,        kGiB,      0,        "where the program itself lies while it chooses"},
    {"input_offset", &Decompressor::input_offset, 1,        kGiB,      0,        "where the program itself lies while it chooses"},
    {"end",          &Decompressor::end,          1,        kGiB,      0,        "where the program itself lies while it chooses"},
    {"output_len",   &Decompressor::output_len,   1,        kGiB,      0,        "how much room a place must have"},
};
// clang-format on

// kernel: the ASSERT() on KERNEL_IMAGE_SIZE, arch/x86/kernel/vmlinux.lds.S (addresses are linked
// from PHYSICAL_START on); NODES_SHIFT (none without NUMA), arch/x86/Kconfig; the #error on an order
// beyond a section, include/linux/mmzone.h, v6.12; X86_RESERVE_LOW, arch/x86/Kconfig, v5.10
// clang-format off
constexpr SettingRow kSettings[] = {
    {"default_phys_base",         "PHYSICAL_START",            &Profile::default_phys_base,         0,        kGiB,       2 * kMiB, "where the image lies without KASLR"},
    {"nodes_shift",               "NODES_SHIFT",               &Profile::nodes_shift,               0,        10,         0,        "how many nodes there may be, and memblock's mark for none"},
    {"x86_5level",                "X86_5LEVEL",                &Profile::x86_5level,                0,        1,          0,        "page tables of five levels"},
    {"deferred_struct_page_init", "DEFERRED_STRUCT_PAGE_INIT", &Profile::deferred_struct_page_init, 0,        1,          0,        "how much memory is handed over before the CPUs share the rest"},
    {"memory_hotplug",            "MEMORY_HOTPLUG",            &Profile::memory_hotplug,            0,        1,          0,        "movable_node, where memory may be taken"},
    {"numa",                      "NUMA",                      &Profile::numa,                      0,        1,          0,        "whether there are nodes"},
    {"reserve_low",               "X86_RESERVE_LOW",           &Profile::reserve_low,               4 * kKiB, 640 * kKiB, kKiB,     "what is reserved at 0 by kernels before 5.13"},
    {"pageblock_order",           "HUGETLB_PAGE",              &Profile::pageblock_order,           1,        15,         0,        "the blocks that share a migrate type"},
    {"max_page_order",            "",                          &Profile::max_page_order,            1,        15,         0,        "the largest free block"},
};
// clang-format on

constexpr Option kOptions[] = {
#define FLAG(name, otherwise, effect, use) config::name,
#define NUMBER(name, otherwise, smallest, largest, effect, use) config::name,
#define TEXT(name, effect, use) config::name,
#define TOLD_FLAG FLAG
#define TOLD_NUMBER NUMBER
#define POWER_OF_TWO NUMBER
#include "kernel/rows/options.def"
#undef TOLD_FLAG
#undef TOLD_NUMBER
#undef POWER_OF_TWO
#undef FLAG
#undef NUMBER
#undef TEXT
};

constexpr Struct kStructs[] = {
#define STRUCT(name, otherwise, smallest, largest, shape, wanted, use) type::name,
#define TOLD(name, wanted, use) type::name,
#include "kernel/rows/structs.def"
#undef STRUCT
#undef TOLD
};

constexpr Member kMembers[] = {
#define MEMBER(structure, name, otherwise, use) member::structure##_##name,
#define TOLD(structure, name, use) \
  {{#structure "." #name, 0, 0, type::kLargestStruct, Shape::any, use, true}},
#include "kernel/rows/members.def"
#undef MEMBER
#undef TOLD
};

constexpr std::uint64_t kMostMigrateTypes = 8;  // PB_migratetype_bits
constexpr std::uint64_t kMostZones = 8;         // ZONES_SHIFT

constexpr Constant kConstants[] = {
#define CONSTANT(name, otherwise, smallest, largest, shape, use) constant::name,
#define TOLD(name, smallest, largest, use) {{#name, 0, smallest, largest, Shape::any, use, true}},
#include "kernel/rows/constants.def"
#undef CONSTANT
#undef TOLD
};

constexpr Symbol kSymbols[] = {
#define SYMBOL(name, otherwise, use) symbol::name,
#define TOLD(name, use) symbol::name,
#include "kernel/rows/symbols.def"
#undef SYMBOL
#undef TOLD
};

constexpr Function kFunctions[] = {
#define FUNCTION(name) function::name,
#define VARIANT(name, suffix, number) function::name##_##suffix##_##number,
#define TOLD(name) function::name,
#include "kernel/rows/functions.def"
#undef FUNCTION
#undef TOLD
#undef VARIANT
};

static_assert(std::ranges::is_sorted(kOptions, {}, &Option::name));
static_assert(std::ranges::is_sorted(kStructs, {}, &Struct::name));
static_assert(std::ranges::is_sorted(kMembers, {}, &Member::name));
static_assert(std::ranges::is_sorted(kConstants, {}, &Constant::name));
static_assert(std::ranges::is_sorted(kSymbols, {}, &Symbol::name));
static_assert(std::ranges::is_sorted(kFunctions, {}, &Function::name));

// A default is a value that is allowed; 0 may also stand for none.
template <class Row>
constexpr bool defaults_are_allowed(std::span<const Row> rows) {
  return std::ranges::all_of(
      rows, [](const Row& row) { return row.otherwise == 0 || row.allows(row.otherwise); });
}
static_assert(defaults_are_allowed<Option>(kOptions) && defaults_are_allowed<Struct>(kStructs) &&
              defaults_are_allowed<Member>(kMembers) && defaults_are_allowed<Symbol>(kSymbols) &&
              defaults_are_allowed<Constant>(kConstants));

}  // namespace

std::span<const DecompressorRow> decompressor_rows() { return kDecompressor; }

std::span<const ImageRow> image_rows() { return kImage; }
std::span<const SettingRow> setting_rows() { return kSettings; }
std::span<const Option> option_rows() { return kOptions; }
std::span<const Struct> struct_rows() { return kStructs; }
std::span<const Member> member_rows() { return kMembers; }
std::span<const Constant> constant_rows() { return kConstants; }
std::span<const Symbol> symbol_rows() { return kSymbols; }
std::span<const Function> function_rows() { return kFunctions; }

const SettingRow& setting_row(decltype(SettingRow::member) member) {
  const auto* row = std::ranges::find(kSettings, member, &SettingRow::member);
  MEMMAP_CHECK(row != std::end(kSettings), "a setting with a row");
  return *row;
}

std::uint64_t number_of(const Profile& profile, const SettingRow& row) {
  return std::visit([&](auto member) -> std::uint64_t { return profile.*member; }, row.member);
}

void set_number(Profile& profile, const SettingRow& row, std::uint64_t value) {
  std::visit(
      [&](auto member) {
        using T = std::remove_reference_t<decltype(profile.*member)>;
        profile.*member = static_cast<T>(value);
      },
      row.member);
}

}  // namespace memmap::kernel
