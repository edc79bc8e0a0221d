// Rules on values: what the kernel does not take, and what it takes otherwise than it was meant.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kernel/behaviour.h"
#include "kernel/known_parameters.h"
#include "kernel/reserve_mem.h"
#include "lint/check.h"

namespace memmap::lint {
namespace {

using Value = std::optional<std::string_view>;

bool starts_with_digit(Value v) {
  return v && !v->empty() && v->front() >= '0' && v->front() <= '9';
}

bool is_size(Value v) { return starts_with_digit(v); }
bool is_size_above_0(Value v) { return is_size(v) && kernel::memparse(*v).value != 0; }
bool is_number(Value v) { return starts_with_digit(v); }
bool is_option(Value v) { return kernel::get_option(v).has_value(); }
bool is_above_0(Value v) { return kernel::get_option(v).value_or(0) > 0; }
bool is_switch(Value v) { return kernel::kstrtobool(v).has_value(); }
bool is_module_switch(Value v) { return !v || is_switch(v); }
bool is_unsigned_long(Value v) { return v && kernel::kstrtoul(*v).has_value(); }
bool is_absent(Value v) { return !v.has_value(); }
bool is_core(Value v) { return v && (is_size(v) || kernel::parse_option_str(*v, "mirror")); }
bool is_huge_size(Value v) {
  const std::uint64_t size = v ? kernel::memparse(*v).value : 0;
  return size == 2 * kMiB || size == kGiB;
}
bool is_percpu(Value v) { return v == "embed" || v == "page"; }
bool is_pti(Value v) { return v == "on" || v == "off" || v == "auto"; }
bool is_numa(Value v) {
  constexpr std::array<std::string_view, 4> kWords{"off", "noacpi", "nohmat", "fake="};
  return v && std::ranges::any_of(kWords, [&](std::string_view w) { return v->starts_with(w); });
}
// kernel: numa_emulation(), split_nodes_interleave(), split_nodes_size_interleave_uniform(),
// mm/numa_emulation.c, v7.2
bool is_numa_fake(Value v) {
  constexpr std::string_view kFake = "fake=";
  if (!v || !v->starts_with(kFake)) return true;
  const std::string_view made = v->substr(kFake.size());
  if (made.find('U') == made.npos && made.find_first_of("MG") != made.npos)
    return kernel::memparse(made).value != 0;
  const std::uint64_t count = kernel::simple_strtoull(made).value;
  return count != 0 && count <= ~0u >> 1;
}
bool is_acpi(Value v) {
  constexpr std::array<std::string_view, 7> kWords{"off",   "force",     "strict", "rsdt",
                                                   "noirq", "copy_dsdt", "nocmcff"};
  return v && std::ranges::find(kWords, *v) != kWords.end();
}
bool is_swiotlb(Value v) {
  return v && (starts_with_digit(v) || v->starts_with(',') || v == "force" || v == "noforce");
}
bool is_reserve_mem(Value v) { return v && kernel::reserve_mem_of(*v).has_value(); }
bool is_hugepages(Value v) {
  // COUNT, or NODE:COUNT with commas. kernel: hugepages_setup(), mm/hugetlb.c
  return v && !v->empty() && v->find_first_not_of("0123456789:,") == std::string_view::npos &&
         starts_with_digit(v);
}

struct Form {
  std::string_view name{};
  bool (*accepts)(Value) = nullptr;
  std::string_view expected{};
  std::string_view kernel_does{};
  std::string_view rule{};
};

constexpr std::string_view kMalformed = "the kernel ignores it and prints `Malformed early option`";
constexpr std::string_view kIgnores = "the kernel ignores it and says nothing";
constexpr std::string_view kNothing = "nothing is reserved";

// How the kernel reads each parameter's value.
constexpr Form kForms[] = {
    {"mem", is_size_above_0, "a size: 4G", kMalformed, "parse_memopt(), arch/x86/kernel/e820.c"},
    {"kernelcore", is_core, "a size, a percentage or `mirror`", "the kernel reads it as 0",
     "cmdline_parse_kernelcore(), mm/mm_init.c"},
    {"movablecore", is_size, "a size or a percentage", "the kernel reads it as 0",
     "cmdline_parse_core(), mm/mm_init.c"},
    {"hugepagesz", is_huge_size, "2M or 1G",
     "the kernel refuses it, and the next hugepages= with it", "hugepagesz_setup(), mm/hugetlb.c"},
    {"default_hugepagesz", is_huge_size, "2M or 1G",
     "the kernel refuses it, and the next hugepages= with it",
     "default_hugepagesz_setup(), mm/hugetlb.c"},
    {"hugepages", is_hugepages, "a number of pages, without a unit, or NODE:NUMBER,...",
     "it stops at the first other character: a number of pages has no unit",
     "hugepages_setup(), mm/hugetlb.c"},
    {"hugetlb_cma", is_size, "a size, or NODE:SIZE,...", kNothing,
     "cmdline_parse_hugetlb_cma(), mm/hugetlb.c"},
    {"cma", is_size, "SIZE[@BASE[-LIMIT]]", kNothing, "early_cma(), kernel/dma/contiguous.c"},
    {"log_buf_len", is_size_above_0, "a size: 4M", kIgnores,
     "log_buf_len_setup(), kernel/printk/printk.c"},
    {"swiotlb", is_swiotlb, "SLABS[,AREAS][,force], force or noforce", kIgnores,
     "setup_io_tlb_npages(), kernel/dma/swiotlb.c"},
    {"nr_cpus", is_above_0, "a number above 0", kIgnores, "nrcpus(), kernel/smp.c"},
    {"maxcpus", is_option, "a number", kIgnores, "maxcpus(), kernel/smp.c"},
    {"possible_cpus", is_option, "a number", kIgnores, "setup_possible_cpus()"},
    {"percpu_alloc", is_percpu, "embed or page", "the kernel warns and takes its default",
     "percpu_alloc_setup(), mm/percpu.c"},
    {"numa", is_numa, "off, noacpi, nohmat or fake=...", kIgnores,
     "numa_setup(), arch/x86/mm/numa.c"},
    {"numa", is_numa_fake, "fake=NUMBER, fake=SIZE or fake=NUMBERU, above 0",
     "the kernel makes no nodes of it, and says nothing", "numa_emulation(), mm/numa_emulation.c"},
    {"reserve_mem", is_reserve_mem,
     "SIZE:ALIGN:NAME, the size above 0, the name of 1 to 15 characters",
     "nothing is reserved, which kernels before 7.1 do not even print",
     "reserve_mem(), mm/memblock.c"},
    {"acpi", is_acpi, "off, force, strict, rsdt, noirq, copy_dsdt or nocmcff", kMalformed,
     "parse_acpi(), arch/x86/kernel/acpi/boot.c"},
    {"pti", is_pti, "on, off or auto", kIgnores, "pti_check_boottime_disable(), arch/x86/mm/pti.c"},
    {"debug_pagealloc", is_switch, "on or off", kMalformed,
     "early_debug_pagealloc(), mm/debug_page_alloc.c"},
    {"page_owner", is_switch, "on or off", kMalformed, "early_page_owner_param(), mm/page_owner.c"},
    {"init_on_alloc", is_switch, "1 or 0", kMalformed, "early_init_on_alloc(), mm/mm_init.c"},
    {"init_on_free", is_switch, "1 or 0", kMalformed, "early_init_on_free(), mm/mm_init.c"},
    {"stack_depot_disable", is_switch, "on or off", kMalformed,
     "disable_stack_depot(), lib/stackdepot.c"},
    {"page_alloc.shuffle", is_module_switch, "1 or 0", "the kernel refuses it, and says so",
     "shuffle_param_set(), mm/shuffle.c"},
    {"kfence.sample_interval", is_unsigned_long, "a number of milliseconds; 0: off",
     "the kernel refuses it, and says so", "param_set_sample_interval(), mm/kfence/core.c"},
    {"dhash_entries", is_number, "a number", "the kernel reads it as 0: its own choice",
     "set_dhash_entries(), fs/dcache.c"},
    {"ihash_entries", is_number, "a number", "the kernel reads it as 0: its own choice",
     "set_ihash_entries(), fs/inode.c"},
    {"mhash_entries", is_number, "a number", "the kernel reads it as 0: its own choice",
     "set_mhash_entries(), fs/namespace.c"},
    {"mphash_entries", is_number, "a number", "the kernel reads it as 0: its own choice",
     "set_mphash_entries(), fs/namespace.c"},
    {"hashdist", is_number, "0 or 1", "the kernel reads it as 0", "set_hashdist(), mm/mm_init.c"},
    {"mminit_loglevel", is_option, "a number", kIgnores, "set_mminit_loglevel(), mm/mm_init.c"},
    {"nokaslr",
     is_absent,
     {},
     "only the whole word is looked for: KASLR stays on",
     "choose_random_location(), arch/x86/boot/compressed/kaslr.c"},
    {"no5lvl",
     is_absent,
     {},
     "only the whole word is looked for: five levels of page tables stay on",
     "configure_5level_paging(), arch/x86/boot/compressed/pgtable_64.c"},
};

// What parse_memmap_one() makes of one part.
void check_memmap(Check& check, const MemmapItem& item) {
  constexpr std::string_view kRule = "parse_memmap_one(), arch/x86/kernel/e820.c";
  if (item.exactmap) return;
  if (!item.has_size) {
    return check.find(
        item.text.empty() ? check.line().substr(item.parameter->at, item.parameter->size)
                          : item.text,
        {fmt::format("`{}` is no size, so this part of memmap= does nothing", item.text),
         fmt::format("{} ({})", kIgnores, kRule),
         "write SIZE$START, SIZE@START, SIZE#START, SIZE!START or exactmap"});
  }
  if (item.mark == '%' && !item.rest.empty()) {
    return check.find(
        item.text, {fmt::format("the kernel gives up at `{}`, so this part of memmap= does nothing",
                                item.rest),
                    fmt::format("{} ({})", kIgnores, kRule),
                    "write SIZE%START-FROM+TO, the types as numbers, FROM before TO"});
  }
  if (item.rest.starts_with(',')) {
    return check.find(item.text, {fmt::format("`{}` is not looked at", item.rest),
                                  "this kernel takes one part of each memmap=, lists came with 3.9 "
                                  "(parse_memmap_opt(), arch/x86/kernel/e820.c)",
                                  "write each part as a memmap= of its own"});
  }
  if (item.mark == '\0' || item.mark == '%') return;
  if (item.text.back() == item.mark) {
    return check.find(item.text,
                      {fmt::format("no address stands behind `{}`", item.mark),
                       fmt::format("the kernel takes it as 0 ({})", kRule),
                       fmt::format("write the range's start behind the `{}`", item.mark)});
  }
  if (item.size == 0) {
    check.find(item.text, {"the range is empty", "a size of 0 covers nothing",
                           fmt::format("write a size in front of the `{}`", item.mark)});
  }
}

// What this kernel is too old for; it says nothing.
void check_old_forms(Check& check) {
  const kernel::Behaviour b = kernel::behaviour_of(check.profile());
  for (const kernel::Parameter* p : check.named("hugepages")) {
    if (b.hugetlb_counts_by_node || check.value_of(*p).find(':') == std::string_view::npos)
      continue;
    check.find(*p, {fmt::format("this kernel takes no NODE:NUMBER: `{}` is {} pages", *p->value,
                                kernel::simple_strtoull(*p->value).value),
                    "hugepages= has nodes since 5.16; before, the first number is all that is read "
                    "(hugetlb_nrpages_setup(), hugepages_setup(), mm/hugetlb.c)",
                    "write a number of pages"});
  }
  for (const std::string_view name : {"kernelcore", "movablecore"}) {
    for (const kernel::Parameter* p : check.named(name)) {
      if (b.core_takes_percent || !check.value_of(*p).ends_with('%')) continue;
      check.find(*p, {fmt::format("this kernel takes no percentage in {}=", name),
                      "they came with 4.17; before, the number is one of bytes "
                      "(cmdline_parse_core(), mm/page_alloc.c)",
                      "write a size"});
    }
  }
}

// kernel: numa_emu_cmdline(), include/linux/numa_memblks.h, v6.12
void check_numa_emulation(Check& check) {
  if (check.profile().has(config::NUMA_EMU)) return;
  for (const kernel::Parameter* p : check.named("numa")) {
    if (!p->value || !p->value->starts_with("fake=") || check.is_found(*p)) continue;
    check.find(*p, {fmt::format("kernel {} makes no nodes", check.profile().name),
                    "it was built without CONFIG_NUMA_EMU (numa_setup(), arch/x86/mm/numa.c)",
                    "remove it"});
  }
}

// One number in a value that is a size, to the next character that separates.
struct Token {
  std::string_view text{};
  kernel::Parsed read{};
};
std::vector<Token> tokens_of(std::string_view value) {
  constexpr std::string_view kSeparators = ",:@#$!%-+";
  std::vector<Token> out;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of(kSeparators), value.size());
    const std::string_view text = value.substr(0, end);
    if (starts_with_digit(text)) out.push_back({text, kernel::memparse(text)});
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return out;
}

// True where the exact number does not fit: the kernel's shifts drop what is above 64 bits.
bool wraps(std::string_view text, std::uint64_t read) {
  const kernel::Parsed plain = kernel::simple_strtoull(text);
  const std::string_view digits = text.substr(0, text.size() - plain.rest.size());
  if (!kernel::kstrtoul(digits)) return true;
  constexpr std::string_view kUnits = "kmgtpe";
  if (plain.rest.empty()) return false;
  const char c = plain.rest.front();
  const std::size_t unit = kUnits.find(static_cast<char>(c | 0x20));
  return unit != std::string_view::npos && read >> (10 * (unit + 1)) != plain.value;
}

bool is_octal(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

void misread(Check& check, const Token& token) {
  const std::string_view rest = token.read.rest;
  const auto told = [&](std::string reason, std::string advice) {
    check.find(token.text,
               {fmt::format("the kernel reads `{}` as {}", token.text, size_text(token.read.value)),
                std::move(reason), std::move(advice)});
  };
  if (wraps(token.text, token.read.value)) {
    return told("what does not fit 64 bits is dropped (memparse(), lib/cmdline.c)",
                "write a size below 16E");
  }
  if (is_octal(token.text)) {
    return told("a number that begins with 0 is octal (simple_strtoull(), lib/vsprintf.c)",
                "write it without the leading 0");
  }
  if (rest.empty()) return;
  const std::string_view read = token.text.substr(0, token.text.size() - rest.size());
  if (rest.front() == '.') {
    return told("it has no fractions, and stops at the `.` (memparse(), lib/cmdline.c)",
                "write it in a smaller unit: 1536M for 1.5G");
  }
  // Digits again, or a lone unit, are a lost mark of memmap= rather than a slip in a size.
  if (starts_with_digit(rest) || rest == "K" || rest == "M" || rest == "G") return;
  told(fmt::format("a unit is one letter: it stops at `{}`, and what follows is lost or malformed "
                   "(memparse(), lib/cmdline.c)",
                   rest),
       fmt::format("write `{}`", read));
}

// True where the kernel gives up inside the token, and takes none of its item.
// kernel: parse_memmap_one(), arch/x86/kernel/e820.c, v6.12
bool is_given_up(const Check& check, std::string_view token) {
  return std::ranges::any_of(check.memmap_items(), [&](const MemmapItem& item) {
    return item.mark == '%' && !item.rest.empty() && item.rest.data() >= token.data() &&
           item.rest.data() < token.data() + token.size();
  });
}

// A size of fewer bytes than anything is done with: its unit was forgotten, as a rule.
void check_unit(Check& check, std::string_view name, std::string_view text, std::uint64_t least) {
  const kernel::Parsed read = kernel::memparse(text);
  const std::string_view number = text.substr(0, text.size() - read.rest.size());
  const bool has_unit = !kernel::simple_strtoull(number).rest.empty();
  if (has_unit || read.value == 0 || read.value >= least || check.is_found(text)) return;
  check.find(number, {fmt::format("the kernel reads `{}` of {}= as {} bytes, too few to be of use",
                                  number, name, read.value),
                      "a size without a unit is one of bytes (memparse(), lib/cmdline.c)",
                      fmt::format("write the unit behind it: {}M", read.value)});
}

// The sizes of crashkernel=, without START-[END] of its ranges.
void check_crashkernel_unit(Check& check, const kernel::Parameter& p) {
  std::string_view value = check.value_of(p);
  const bool is_list = value.find(':') != value.npos;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    std::string_view size = value.substr(0, end);
    if (is_list) size.remove_prefix(std::min(size.find(':') + 1, size.size()));
    check_unit(check, "crashkernel", size, kMiB);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

// Which of several counts where the kernel keeps one: the last.
constexpr std::string_view kKeptOnce[] = {
    "cma",           "kernelcore",    "movablecore",   "percpu_alloc",   "possible_cpus", "maxcpus",
    "dhash_entries", "ihash_entries", "mhash_entries", "mphash_entries", "hashdist"};

std::string_view rule_of(std::string_view name) {
  return std::ranges::find(kForms, name, &Form::name)->rule;
}

// Each of `all` but the last is void, if the last says something else.
void check_replaced(Check& check, const std::vector<const kernel::Parameter*>& all,
                    std::string_view rule) {
  const kernel::Parameter* last = nullptr;
  for (const kernel::Parameter* p : all) {
    if (!check.is_found(*p)) last = p;
  }
  for (const kernel::Parameter* p : all) {
    if (p == last || check.is_found(*p) || p->value == last->value) continue;
    check.find(*p, {fmt::format("`{}` is void: `{}` behind it replaces it",
                                check.line().substr(p->at, p->size),
                                check.line().substr(last->at, last->size)),
                    fmt::format("of several the kernel takes the last ({})", rule), "keep one"});
  }
}

}  // namespace

// kernel: log_buf_len_setup(), log_buf_len_update(), kernel/printk/printk.c, v6.12
void log_buffer_idle(Check& check) {
  const std::uint64_t has = std::uint64_t{1} << check.profile().number(config::LOG_BUF_SHIFT);
  for (const kernel::Parameter* p : check.named("log_buf_len")) {
    if (!p->value || check.is_found(*p)) continue;
    if (kernel::memparse(*p->value).value > has) continue;
    check.find(*p, {fmt::format("the log's buffer has {} already: `{}` changes nothing",
                                size_text(has), check.line().substr(p->at, p->size)),
                    "only a larger one is allocated (log_buf_len_update(), kernel/printk/printk.c)",
                    fmt::format("write more than {}, or remove it", size_text(has))});
  }
}

void replaced(Check& check) {
  for (const std::string_view name : kKeptOnce) {
    std::vector<const kernel::Parameter*> all = check.named(name);
    // kernelcore=mirror is kept beside a size.
    std::erase_if(all, [](const kernel::Parameter* p) {
      return !p->value || kernel::parse_option_str(*p->value, "mirror");
    });
    check_replaced(check, all, rule_of(name));
  }
  check_replaced(check, check.named("log_buf_len"), rule_of("log_buf_len"));
  std::vector<const kernel::Parameter*> fakes = check.named("numa");
  std::erase_if(fakes, [](const kernel::Parameter* p) {
    return !p->value || !p->value->starts_with("fake=");
  });
  check_replaced(check, fakes, "numa_emu_cmdline(), mm/numa_emulation.c");
}

void size_without_unit(Check& check) {
  for (const kernel::Parameter* p : check.named("crashkernel")) {
    if (!check.is_found(*p)) check_crashkernel_unit(check, *p);
  }
  for (const std::string_view name :
       {"mem", "cma", "hugetlb_cma", "kernelcore", "movablecore", "log_buf_len", "reserve_mem"}) {
    for (const kernel::Parameter* p : check.named(name)) {
      const std::string_view value = check.value_of(*p);
      const bool is_share = kernel::simple_strtoull(value).rest.starts_with('%');
      const bool of_node = name == "hugetlb_cma" && value.find(':') != value.npos;
      if (!is_share && !of_node && !check.is_found(*p)) check_unit(check, name, value, kPageSize);
    }
  }
  for (const MemmapItem& item : check.memmap_items()) {
    if (item.mark != '\0' && item.mark != '%') check_unit(check, "memmap", item.text, kPageSize);
  }
}

// What the kernel does not survive, and nothing is seen of it.
void check_missing_values(Check& check) {
  for (const kernel::Parameter& p : check.parameters()) {
    const auto function = kernel::reads_no_value(check.profile(), p);
    if (!function) continue;
    check.find(p, {fmt::format("{} needs a value", p.name),
                   fmt::format("without one the kernel stops before it can print anything ({})",
                               to_string(FollowedRule(*function))),
                   "give it one, or leave it out"});
  }
}

// kernel: set_dhash_entries(), fs/dcache.c, v6.12 and v7.2
void check_hash_entries(Check& check) {
  const bool whole = kernel::behaviour_of(check.profile()).hash_entries_are_whole;
  for (const std::string_view name :
       {"dhash_entries", "ihash_entries", "mhash_entries", "mphash_entries"}) {
    for (const kernel::Parameter* p : check.named(name)) {
      if (!p->value || p->value->empty() || kernel::kstrtoul(*p->value)) continue;
      check.find(
          *p,
          {fmt::format("`{}` is no number", *p->value),
           whole
               ? "since 7.0 the kernel refuses it: its own choice, and the parameter goes to init"
               : fmt::format("the kernel reads it as {}", kernel::simple_strtoull(*p->value).value),
           "write a number of entries without a unit"});
    }
  }
}

void value_ignored(Check& check) {
  check_missing_values(check);
  check_hash_entries(check);
  for (const MemmapItem& item : check.memmap_items()) check_memmap(check, item);
  check_old_forms(check);
  check_numa_emulation(check);
  const bool has_reserve_mem = kernel::behaviour_of(check.profile()).has_reserve_mem;
  for (const Form& form : kForms) {
    if (form.accepts == is_reserve_mem && !has_reserve_mem) continue;
    for (const kernel::Parameter* p : check.named(form.name)) {
      const Value value = p->value ? Value(*p->value) : std::nullopt;
      if (form.accepts(value) || check.is_found(*p)) continue;
      const bool alone = form.accepts == is_absent;
      const std::string what =
          alone   ? fmt::format("{} takes no value", form.name)
          : value ? fmt::format("`{}` is no value that {}= takes", *value, form.name)
                  : fmt::format("{} needs a value", form.name);
      check.find(*p, {what, fmt::format("{} ({})", form.kernel_does, form.rule),
                      alone ? fmt::format("write {} alone", form.name)
                            : fmt::format("expected: {}", form.expected)});
    }
  }
}

void size_misread(Check& check) {
  constexpr std::string_view kSizes[] = {
      "mem",         "memmap", "crashkernel", "hugepagesz",  "default_hugepagesz",
      "hugetlb_cma", "cma",    "kernelcore",  "movablecore", "log_buf_len"};
  for (const std::string_view name : kSizes) {
    for (const kernel::Parameter* p : check.named(name)) {
      if (check.is_found(*p)) continue;  // a mark of memmap= that is not where it should be
      for (const Token& token : tokens_of(check.value_of(*p))) {
        if (!is_given_up(check, token.text)) misread(check, token);
      }
    }
  }
}

}  // namespace memmap::lint
