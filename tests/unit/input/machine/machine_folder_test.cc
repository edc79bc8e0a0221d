#include "input/machine/machine_folder.h"

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

void write_memmap(const ScratchFolder& scratch, const std::string& folder) {
  scratch.write_entry(folder + "/0", "0x0\n", "0x9fbff\n", "System RAM\n");
  scratch.write_entry(folder + "/1", "0x100000\n", "0x3ffdffff\n", "System RAM\n");
}

bool any_note(const Machine& machine, std::string_view text) {
  for (const std::string& note : machine.notes) {
    if (note.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(MachineFolder, PutsTheFilesTogether) {
  const ScratchFolder scratch;
  scratch.write("boot_params", data_bytes("boot_params-setup-data-3g"));
  scratch.write("cmdline", "console=ttyS0 nokaslr\n");
  scratch.write("cpuinfo", data_bytes("cpuinfo"));
  scratch.write("mtrr", data_bytes("mtrr"));
  scratch.write("iomem", "");
  scratch.write("firmware/page0", data_bytes("page0"));
  scratch.write("firmware/acpi/SRAT", data_bytes("SRAT-numa2"));
  scratch.write("firmware/setup_data/0-0x2", std::string(5004, '\0'));
  scratch.write("machine.json",
                R"({"kernel": "6.12.117+deb12-amd64", "kernel_phys_base": "0x1000000", "qemu": {},
                    "firmware_tables": {"mp_configuration": {"base": "0xf5bb0", "size": "0xc8"}}})");
  const auto m = read_machine_folder(scratch.path().string());
  ASSERT_TRUE(m.ok()) << all_messages(m);
  EXPECT_EQ(m->format, "machine");
  EXPECT_EQ(m->firmware_map.size(), 7u);
  EXPECT_EQ(m->command_line, "console=ttyS0 nokaslr");
  EXPECT_EQ(m->kernel_release, "6.12.117+deb12-amd64");
  EXPECT_EQ(m->kernel_phys_base, PhysAddr{0x1000000});
  EXPECT_EQ(m->mp_configuration, PhysRange::make(0xf5bb0, 0xf5c78));
  EXPECT_EQ(m->ebda, PhysAddr{0x9fc00});
  EXPECT_EQ(m->cpu.family, 15u);
  EXPECT_EQ(m->mtrrs.size(), 1u);
  EXPECT_EQ(m->node_memory.size(), 3u);
  ASSERT_EQ(m->setup_data.size(), 1u);
  EXPECT_EQ(m->setup_data[0].addr, PhysAddr{0xc817c0});
  EXPECT_EQ(m->setup_data[0].type, 2u);
  EXPECT_EQ(m->setup_data[0].len, 5004u);
  EXPECT_TRUE(m->notes.empty());
}

TEST(MachineFolder, ExtendedEntriesAreRead) {
  const ScratchFolder scratch;
  scratch.write("boot_params", data_bytes("boot_params-setup-data-3g"));
  scratch.write("firmware/setup_data/0-0x1", data_bytes("etc-e820.bin"));
  scratch.write("firmware/setup_data/1-0x9", std::string(32, 'r'));
  const auto m = read_machine_folder(scratch.path().string());
  ASSERT_TRUE(m.ok()) << all_messages(m);
  EXPECT_EQ(m->extended_map.size(), 3u);
  EXPECT_EQ(m->setup_data.size(), 1u);
  EXPECT_TRUE(any_note(*m, "the place of 1 of 2 nodes"));
}

TEST(MachineFolder, AContradictionIsNoted) {
  const ScratchFolder scratch;
  scratch.write("boot_params", data_bytes("boot_params-4g"));
  write_memmap(scratch, "firmware/memmap");
  const auto m = read_machine_folder(scratch.path().string());
  ASSERT_TRUE(m.ok()) << all_messages(m);
  EXPECT_EQ(show(m->firmware_map), kMap4G);
  EXPECT_TRUE(any_note(*m, "boot_params is used"));
}

TEST(MachineFolder, TheMemmapFolderAloneIsEnough) {
  const ScratchFolder scratch;
  write_memmap(scratch, "firmware/memmap");
  scratch.write("iomem", "00100000-3ffdffff : System RAM\n  03000000-03ffffff : Kernel code\n");
  const auto m = read_machine(scratch.path().string(), {});
  ASSERT_TRUE(m.ok()) << all_messages(m);
  EXPECT_EQ(m->format, "machine");
  EXPECT_EQ(m->firmware_map.size(), 2u);
  EXPECT_EQ(m->kernel_phys_base, PhysAddr{0x3000000});
}

TEST(MachineFolder, WhereTheKernelLiesIsBestToldByTheKernel) {
  const ScratchFolder scratch;
  write_memmap(scratch, "firmware/memmap");
  scratch.write("machine.json", R"({"kernel": "x", "kernel_phys_base": "0x1000000"})");
  EXPECT_EQ(read_machine(scratch.path().string(), {})->kernel_phys_base, PhysAddr{0x1000000});
  scratch.write("iomem", "00100000-3ffdffff : System RAM\n  03000000-03ffffff : Kernel code\n");
  const auto m = read_machine(scratch.path().string(), {});
  ASSERT_TRUE(m.ok()) << all_messages(m);
  EXPECT_EQ(m->kernel_phys_base, PhysAddr{0x3000000});
  EXPECT_TRUE(any_note(*m, "0x1000000 in machine.json, 0x3000000 as the kernel tells"));
}

TEST(MachineFolder, ADamagedKcoreIsTold) {
  const ScratchFolder scratch;
  write_memmap(scratch, "firmware/memmap");
  scratch.write("kcore", "no core");
  const auto m = read_machine(scratch.path().string(), {});
  ASSERT_FALSE(m.ok());
  EXPECT_NE(all_messages(m).find("is no ELF core of x86-64"), std::string::npos);
}

TEST(MachineFolder, TellsAllThatIsWrong) {
  const ScratchFolder scratch;
  scratch.write("boot_params", "short");
  scratch.write("mtrr", "hello\n");
  scratch.write("firmware/page0", "short");
  scratch.write("machine.json",
                R"({"kernel": 6, "kernel_phys_base": "-1", "firmware_tables": []})");
  const auto m = read_machine_folder(scratch.path().string());
  ASSERT_FALSE(m.ok());
  EXPECT_EQ(m.errors().size(), 6u) << all_messages(m);
}

TEST(MachineFolder, WithoutAMapOrAFolder) {
  const ScratchFolder scratch;
  auto m = read_machine_folder(scratch.path().string());
  ASSERT_FALSE(m.ok());
  EXPECT_NE(all_messages(m).find("no memory map"), std::string::npos);
  m = read_machine_folder((scratch.path() / "missing").string());
  ASSERT_FALSE(m.ok());
  EXPECT_NE(all_messages(m).find("no such folder"), std::string::npos);
}

// A tar as `tar` writes it: a ustar header and the content in blocks of 512, per member.
std::string tar(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out;
  for (const auto& [name, content] : members) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, "0000644");
    char size[12];
    std::snprintf(size, sizeof size, "%011zo", content.size());
    header.replace(124, 11, size);
    header.replace(156, 1, "0");
    header.replace(257, 8, std::string("ustar\00000", 8));
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum);
    header.replace(148, 7, std::string(text, 7));
    out += header + content + std::string((512 - content.size() % 512) % 512, '\0');
  }
  return out + std::string(1024, '\0');
}

TEST(MachineFolder, WhatCouldNotBeReadIsToldWhereNoMapIs) {
  const ScratchFolder scratch;
  std::filesystem::create_symlink("/proc/version", scratch.path() / "dmesg.txt");
  const auto m = read_machine_folder(scratch.path().string());
  ASSERT_FALSE(m.ok());
  EXPECT_NE(all_messages(m).find("holds no memory map"), std::string::npos);
  EXPECT_NE(all_messages(m).find("dmesg.txt: error: is a link into /proc"), std::string::npos)
      << all_messages(m);
}

TEST(MachineTar, IsTheFolderPacked) {
  const std::string page = data_bytes("boot_params-4g"), srat = data_bytes("SRAT-numa2");
  for (const std::string lead : {"", "./", "machine/", "./a/b/"}) {
    const ScratchFolder scratch;
    const std::string path = scratch.write("m.tar", tar({{lead + "cmdline", "quiet\n"},
                                                         {lead + "boot_params", page},
                                                         {lead + "firmware/acpi/SRAT", srat}}));
    const auto m = read_machine_folder(path);
    ASSERT_TRUE(m.ok()) << all_messages(m);
    EXPECT_EQ(show(m->firmware_map), kMap4G);
    EXPECT_EQ(m->command_line, "quiet");
    EXPECT_EQ(m->node_memory.size(), 3u);
    const auto recognised = read_machine(path, {});
    ASSERT_TRUE(recognised.ok()) << all_messages(recognised);
    EXPECT_EQ(recognised->format, "machine");
  }
}

TEST(MachineTar, ALogInItDoesNotMakeItALog) {
  const std::string log =
      "[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n";
  const auto m = read_machine({.name = "m.tar", .bytes = tar({{"m/dmesg.txt", log}})}, {});
  ASSERT_TRUE(m.ok()) << all_messages(m);
  EXPECT_EQ(m->format, "machine");
}

TEST(MachineTar, OneMachineEachFileOnce) {
  const std::string page = data_bytes("boot_params-4g");
  struct {
    const char* name;
    std::string bytes;
    const char* message;
  } const cases[] = {
      {"two", tar({{"a/boot_params", page}, {"b/boot_params", page}}), "2 machines"},
      {"none", tar({{"a/cmdline", "quiet"}}), "no gathered machine"},
      {"twice", tar({{"boot_params", page}, {"boot_params", page}}), "twice"},
      {"cut", tar({{"boot_params", page}}).substr(0, 2000), "cut short"},
      {"no_tar", page, "neither a folder nor a tar"},
  };
  for (const auto& c : cases) {
    const auto m = read_machine_source({.name = "m.tar", .bytes = c.bytes}, {});
    ASSERT_FALSE(m.ok()) << c.name;
    EXPECT_NE(all_messages(m).find(c.message), std::string::npos) << all_messages(m);
  }
}

TEST(MachineFolder, AnInitrdOutsideOfRamIsAContradiction) {
  std::string page = data_bytes("boot_params-4g");
  const ScratchFolder scratch;
  for (const auto& [byte, good] : {std::pair{'\xc0', false}, std::pair{'\x10', true}}) {
    page.replace(0x218, 4, std::string("\0\0\0", 3) + byte);  // ramdisk_image
    page.replace(0x21c, 4, std::string("\0\0\1\0", 4));       // ramdisk_size
    page[0x210] = 1;                                          // type_of_loader
    scratch.write("boot_params", page);
    const auto m = read_machine_folder(scratch.path().string());
    EXPECT_EQ(m.ok(), good) << all_messages(m);
    if (good) continue;
    EXPECT_EQ(m.errors()[0].origin.offset, 0x218u);
    EXPECT_TRUE(m.errors()[0].origin.file.ends_with("boot_params"));
  }
}

TEST(Manifest, NoJsonTellsWhere) {
  const ScratchFolder scratch;
  scratch.write("boot_params", data_bytes("boot_params-4g"));
  for (const std::string& text : {std::string("{\"kernel\": "), std::string("[]"),
                                  std::string(100'000, '['), std::string("\xff\xfe")}) {
    scratch.write("machine.json", text);
    const auto m = read_machine_folder(scratch.path().string());
    ASSERT_FALSE(m.ok());
    EXPECT_EQ(m.errors().size(), 1u);
  }
}

TEST(Sysroot, ReadsProcAndSysBelowIt) {
  const ScratchFolder scratch;
  scratch.write("sys/kernel/boot_params/data", data_bytes("boot_params-setup-data-3g"));
  scratch.write("sys/kernel/boot_params/setup_data/0/type", "0x9\n");
  scratch.write("sys/kernel/boot_params/setup_data/0/data", std::string(32, 'r'));
  scratch.write("sys/devices/system/cpu/possible", "0-7\n");
  scratch.write("sys/devices/system/cpu/present", "0-3\n");
  scratch.write("proc/version", "Linux version 6.1.0-9-amd64 (builder) #1 SMP\n");
  scratch.write("proc/cmdline", "root=/dev/sda1 ro\n");
  scratch.write("sys/bus/pci/devices/0000:00:02.0/vendor", "0x8086\n");
  scratch.write("sys/bus/pci/devices/0000:00:02.0/device", "0x0116\n");
  const auto m = read_sysroot(scratch.path().string());
  ASSERT_TRUE(m.ok()) << all_messages(m);
  EXPECT_EQ(m->format, "sysroot");
  EXPECT_EQ(m->kernel_release, "6.1.0-9-amd64");
  EXPECT_EQ(m->command_line, "root=/dev/sda1 ro");
  EXPECT_EQ(m->cpu.possible, 8u);
  EXPECT_EQ(m->cpu.present, 4u);
  ASSERT_EQ(m->setup_data.size(), 1u);
  EXPECT_EQ(m->setup_data[0].type, 9u);
  ASSERT_EQ(m->pci.size(), 1u);
  EXPECT_EQ(m->pci[0].device, 0x116);
}

}  // namespace
}  // namespace memmap::input
