#include "kernel/setup_functions.h"

#include <gtest/gtest.h>

#include <ostream>

namespace memmap::kernel {
namespace {

struct Case {
  const char* name;
  const char* setup;
  const char* rest;
  bool taken;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class SetupFunctions : public testing::TestWithParam<Case> {};

TEST_P(SetupFunctions, TakeWhatTheKernelsDo) {
  EXPECT_EQ(setup_function_takes(GetParam().setup, GetParam().rest), GetParam().taken);
}

const Case kCases[] = {
    {"alone", "ro", "", true},
    {"not_alone", "ro", "ot=/dev/sda", false},
    {"anything", "nomodeset", "=1", true},
    {"nothing_known_of_it", "root=", "/dev/sda", true},
    {"word", "transparent_hugepage=", "madvise", true},
    {"other_word", "transparent_hugepage=", "sometimes", false},
    {"bool", "psi=", "off", true},
    {"bool_by_its_first_letter", "psi=", "yellow", true},
    {"no_bool", "psi=", "ohm", false},
    {"bool_after_an_equals_sign", "strict_sas_size", "=1", false},
    {"number", "tracing_thresh=", "0x10", true},
    {"number_and_more", "tracing_thresh=", "10us", false},
    {"entries_with_a_unit", "thash_entries=", "1M", false},
    {"entries", "uhash_entries=", "0x100", true},
    {"exactly", "nofsgsbase", "", true},
    {"not_exactly", "nofsgsbase", "=1", false},
    {"nothing", "acpi_os_name=", "", false},
    {"mce_alone", "mce", "", true},
    {"mce_number", "mce", "=300", true},
    {"mce_of_another", "mce", "log", false},
    {"other_parameter", "tp_printk", "_stop_on_boot", false},
    {"ftrace_cpu", "ftrace_dump_on_oops", "=2", true},
    {"ftrace_other", "ftrace_dump_on_oops", "x", false},
};
INSTANTIATE_TEST_SUITE_P(, SetupFunctions, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::kernel
