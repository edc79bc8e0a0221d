// Tables that people really had, where their folder stands beside the checkout; else skipped.
#include <filesystem>

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

struct FieldCase {
  const char* file;
  const char* map;   // nullptr: refused
  const char* told;  // in a note, or in the error
};

const FieldCase kFieldCases[] = {
    {"f18-foreign-tables/seabios.txt", "0-9fc00 1\n9fc00-a0000 2\n100000-7f7ff000 1\n",
     "announces 8"},
    {"f18-foreign-tables/coreboot.txt",
     "0-1000 16\n1000-a0000 1\na0000-100000 2\n100000-76899000 1\n76899000-76952000 16\n"
     "76952000-76ac9000 2\n76ac9000-77000000 16\n77000000-80400000 2\nc0000000-d0000000 2\n",
     "RAMSTAGE"},
    {"f18-foreign-tables/limine.txt",
     "1000-52000 2\n52000-9f000 1\n9fc00-a0000 2\nf0000-100000 2\n100000-ff00000 1\n",
     "Bootloader Reclaimable"},
    {"f18-foreign-tables/limine2.txt", "1000-52000 2\n52000-9f000 1\n9fc00-a0000 2\n", "type 5"},
    {"f18-foreign-tables/uroot.txt", "0-1000 2\n1000-a0000 1\na0000-100000 2\n100000-7ff63000 1\n",
     "u-root"},
    {"f18-foreign-tables/hyperenclave.txt", "fedc0000-fedc1000 2\n100000000-3066bc0000 1\n",
     "a part"},
    {"f18-foreign-tables/xenefi.txt", "0-58000 1\n58000-59000 2\n59000-5f000 1\n", "EFI"},
    {"f18-foreign-tables/uefishell.txt",
     "0-a0000 1\n100000-800000 1\n800000-808000 4\n808000-810000 1\n", "EFI"},
    {"f18-foreign-tables/lsmmap.txt", "0-9fc00 1\n9fc00-a0000 2\n100000-7ffe0000 1\n", "lsmmap"},
    {"f18-foreign-tables/smap.txt", "0-9fc00 1\n9fc00-a0000 2\n100000-3fff0000 1\n", "SMAP"},
    {"f18-foreign-tables/kexecd.txt", "1000-9fc00 1\n100000-3ffdb000 1\n3ffdb000-40000000 2\n",
     "kexec"},
    {"f18-foreign-tables/ubootbd.txt", "0-a0000 1\na0000-100000 2\n100000-7ff00000 1\n", "U-Boot"},
    {"f18-foreign-tables/acrn.txt",
     "0-9e000 1\n9e000-100000 2\n100000-2200000 1\n6e17000-25353000 1\n",
     "line 5: an entry of length 0"},
    {"f18-foreign-tables/lsmem.txt", nullptr, "lsmem"},
    {"m-mtree.txt", "0-a0000 1\n100000-80000000 1\nffc00000-100000000 2\n", "pc.bios"},
};

TEST(Field, TablesOfOthers) {
  const std::string folder = MEMMAP_SOURCE_DIR "/../shared/field/";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no " << folder;
  for (const FieldCase& c : kFieldCases) {
    const auto machine = read_machine(folder + c.file, {});
    ASSERT_EQ(machine.ok(), c.map != nullptr) << c.file << all_messages(machine);
    std::string told = all_messages(machine);
    if (machine) {
      EXPECT_EQ(show(machine->firmware_map), c.map) << c.file;
      for (const std::string& note : machine->notes) told += note + "\n";
    }
    EXPECT_NE(told.find(c.told), std::string::npos) << c.file << "\n" << told;
  }
}

}  // namespace
}  // namespace memmap::input
