#include "capture/capture.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "boot/run.h"
#include "capture/kernel_log.h"
#include "input/machine/machine_folder.h"
#include "kernel/profile.h"
#include "unit/input/input_files.h"

namespace memmap::capture {
namespace {

using input::data_bytes;
using input::ScratchFolder;

const char* const kLog =
    "<5>[    0.000000] Linux version 6.1.0-9-amd64 (build@somewhere) #1 SMP\n"
    "<6>[    0.000000] Command line: root=UUID=7d3c0d8e-91a6-4b7e-8d8f-1f0f0c0d7f5a ip=mybox\n"
    "<6>[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
    "<6>[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable\n"
    "<6>[    0.000000] DMI: Memory slots populated: 1/1\n"
    "<6>[    0.100000] Run /init as init process\n"
    "<6>[    2.000000] usb 1-1: SerialNumber: 123456\n";

// The beginning of /proc/kcore: a note, the image, vmalloc, modules, RAM, the map of struct pages; then
// what nobody else is to see.
std::string kcore() {
  std::string out;
  const auto number = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> 8 * i));
  };
  struct Segment {
    std::uint32_t type;
    std::uint64_t virt, phys, size;
  };
  constexpr std::uint64_t kNone = ~0ull;
  const Segment segments[] = {{4, 0, 0, 0},
                              {1, 0xffffffff9c200000, 0x11d800000, 0x3430000},
                              {1, 0xffffcef780000000, kNone, 0x1fffffffffff},
                              {1, 0xffffffffc0000000, kNone, 0x3f000000},
                              {1, 0xffff8c62c0001000, 0x1000, 0x9e000},
                              {1, 0xffffef0cc0000000, kNone, 0x3000},
                              {1, 0xffff8c62c0100000, 0x100000, 0xbfee0000},
                              {1, 0xffffef0cc0004000, kNone, 0x2ffc000}};
  out = std::string(
            "\x7f"
            "ELF\x02\x01\x01",
            7) +
        std::string(9, '\0');
  number(4, 2), number(62, 2), number(1, 4), number(0, 8), number(64, 8), number(0, 8);
  number(0, 4), number(64, 2), number(56, 2), number(std::size(segments), 2), number(0, 6);
  for (const Segment& s : segments) {
    number(s.type, 4), number(7, 4), number(0, 8), number(s.virt, 8), number(s.phys, 8);
    number(s.size, 8), number(s.size, 8), number(4096, 8);
  }
  return out + "root=UUID=7d3c0d8e of mybox";
}

// A whole machine below a root of its own.
void make_root(const ScratchFolder& root) {
  root.write("proc/sys/kernel/hostname", "mybox\n");
  root.write("proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
  root.write("proc/cmdline", "root=UUID=7d3c0d8e-91a6-4b7e-8d8f-1f0f0c0d7f5a ip=mybox\n");
  root.write("proc/cpuinfo", data_bytes("cpuinfo") + "\nprocessor\t: 1\n\n");
  root.write("proc/mtrr", data_bytes("mtrr"));
  root.write("proc/iomem",
             "00100000-bffdffff : System RAM\n  01000000-01ffffff : Kernel code\n"
             "fd000000-fdffffff : 0000:00:02.0\n");
  root.write("proc/kcore", kcore());
  root.write("proc/kallsyms",
             "0000000000000000 A fixed_percpu_data\nffffffff9c200000 T _text\n"
             "ffffffff9c200000 T startup_64\n");
  root.write("sys/devices/system/cpu/possible", "0-3\n");
  root.write("sys/devices/system/cpu/present", "0-1\n");
  root.write("sys/firmware/acpi/tables/SRAT", data_bytes("SRAT-numa2"));
  root.write("sys/firmware/acpi/tables/MSDM", "a licence");
  root.write("sys/firmware/dmi/tables/DMI", data_bytes("smbios_DMI"));
  root.write("sys/firmware/dmi/tables/smbios_entry_point", data_bytes("smbios_entry_point"));
  root.write("sys/kernel/boot_params/data", data_bytes("boot_params-setup-data-3g"));
  root.write("sys/kernel/boot_params/setup_data/0/type", "0x9\n");
  root.write("sys/kernel/boot_params/setup_data/0/data", std::string(32, 'r'));
  root.write("sys/kernel/btf/vmlinux", "btf");
  root.write("var/log/dmesg", kLog);
  root.write_entry("sys/firmware/memmap/0", "0x0\n", "0x9fbff\n", "System RAM\n");
  root.write_entry("sys/firmware/memmap/1", "0x100000\n", "0xbffdffff\n", "System RAM\n");
  std::string memory = data_bytes("page0") + std::string(0x100000 - 4096, 'B');
  memory.replace(0xf5ba0, 16,
                 std::string("_MP_\xb0\x5b\x0f\x00\x01\x04\x86\x00\x00\x00\x00\x00", 16));
  memory.replace(0xf5bb0, 0xc8, 0xc8, 'P');
  memory.replace(0xf5bb0, 8, std::string("PCMP\xc8\x00\x04\x56", 8));
  root.write("dev/mem", memory);
}

std::string simulated(const input::FileTree& tree) {
  const auto machine = input::read_machine_tree("m", tree);
  EXPECT_TRUE(machine.ok()) << input::all_messages(machine);
  if (!machine) return {};
  const boot::Outcome outcome = boot::run(*machine, kernel::Profile{}, {});
  std::string out;
  for (const memblock::Region& r : outcome.state.memblock.reserved().regions()) {
    out += std::to_string(raw(r.range.base())) + "+" + std::to_string(r.range.size()) + "\n";
  }
  for (const std::string& note : outcome.subject.notes) out += note + "\n";
  return out;
}

// Of the picture no more is taken than the kernel looks at; a capture of the root is as good as the root.
TEST(Capture, GathersWhereTheBootScreensPictureLies) {
  const ScratchFolder root;
  make_root(root);
  std::string bgrt = "BGRT" + std::string(52, '\0');
  bgrt[4] = 56;
  bgrt[36] = 1;  // version
  bgrt.replace(40, 4, "\x10\x20\x30\x40");
  root.write("sys/firmware/acpi/tables/BGRT", bgrt);
  root.write("sys/firmware/acpi/tables/MSDM", "MSDM" + bgrt.substr(4));
  root.write("sys/firmware/acpi/bgrt/image", std::string("BM\x36\x05\0\0", 6) + "somebody's logo");
  const auto c = capture("c", {.root = root.path().string()});
  ASSERT_TRUE(c.ok()) << input::all_messages(c);
  EXPECT_EQ(c->files.read("firmware/bgrt_image")->size(), Machine::kPictureHeadBytes);
  const PhysRange picture = PhysRange::make(0x40302010, 0x40302546);
  const auto machine = input::read_machine_tree("m", c->files);
  ASSERT_TRUE(machine.ok()) << input::all_messages(machine);
  EXPECT_EQ(machine->efi_picture, picture);
  const auto direct = input::read_sysroot(root.path().string());
  ASSERT_TRUE(direct.ok()) << input::all_messages(direct);
  EXPECT_EQ(direct->efi_picture, picture);
}

TEST(Capture, GathersEverythingOfARoot) {
  const ScratchFolder root;
  make_root(root);
  const auto c = capture("c", {.root = root.path().string()});
  ASSERT_TRUE(c.ok()) << input::all_messages(c);
  for (const capture::Missing& m : c->missing) ADD_FAILURE() << m.file << ": " << m.reason;
  for (const char* file :
       {"dmesg.txt", "cmdline", "boot_params", "firmware/setup_data/0-0x9", "firmware/memmap/1/end",
        "firmware/acpi/SRAT", "firmware/dmi/DMI", "firmware/dmi/smbios_entry_point",
        "firmware/page0", "firmware/bios_9fc00", "firmware/bios_f0000", "cpuinfo", "cpus_possible",
        "cpus_present", "mtrr", "iomem", "kcore", "kallsyms", "machine.json"}) {
    EXPECT_TRUE(c->files.has(file)) << file;
  }
  EXPECT_FALSE(c->files.has("firmware/acpi/MSDM"));
  EXPECT_EQ(*c->files.read("iomem"), "  01000000-01ffffff : Kernel code\n");
  EXPECT_NE(c->files.read("machine.json")->find("/sys/kernel/btf/vmlinux"), std::string::npos);
  EXPECT_EQ(c->files.read("cpuinfo")->find("processor\t: 1"), std::string::npos);
  const auto machine = input::read_machine_tree("m", c->files);
  ASSERT_TRUE(machine.ok()) << input::all_messages(machine);
  EXPECT_EQ(machine->mp_configuration, PhysRange::make(0xf5bb0, 0xf5c78));
  EXPECT_EQ(machine->ebda, PhysAddr{0x9fc00});
  EXPECT_EQ(machine->cpu.possible, 4u);
  EXPECT_EQ(machine->node_memory.size(), 3u);
  ASSERT_TRUE(machine->smbios.has_value());
}

// Where KASLR put what: as a user of the folder has it; without iomem too.
TEST(Capture, TellsWhereTheKernelLies) {
  for (const bool has_iomem : {true, false}) {
    const ScratchFolder root;
    make_root(root);
    if (!has_iomem) std::filesystem::remove(root.path() / "proc/iomem");
    const auto c = capture("c", {.root = root.path().string()});
    ASSERT_TRUE(c.ok()) << input::all_messages(c);
    EXPECT_EQ(*c->files.read("kallsyms"), "ffffffff9c200000 T _text\n");
    EXPECT_EQ(c->files.read("kcore")->find("mybox"), std::string::npos);
    const auto machine = input::read_machine_tree("m", c->files);
    ASSERT_TRUE(machine.ok()) << input::all_messages(machine);
    EXPECT_EQ(machine->kernel_phys_base, PhysAddr{has_iomem ? 0x1000000u : 0x11d800000u});
    EXPECT_EQ(machine->kaslr.kernel_virt_base, VirtAddr{0xffffffff9c200000});
    EXPECT_EQ(machine->kaslr.page_offset_base, VirtAddr{0xffff8c62c0000000});
    EXPECT_EQ(machine->kaslr.vmalloc_base, VirtAddr{0xffffcef780000000});
    EXPECT_EQ(machine->kaslr.vmemmap_base, VirtAddr{0xffffef0cc0000000});
  }
}

TEST(Capture, SaysThatTheKernelsPlaceIsHidden) {
  const ScratchFolder root;
  make_root(root);
  std::filesystem::remove(root.path() / "proc/kcore");
  root.write("proc/kallsyms", "0000000000000000 T _text\n");
  const auto c = capture("c", {.root = root.path().string()});
  ASSERT_TRUE(c.ok()) << input::all_messages(c);
  const auto machine = input::read_machine_tree("m", c->files);
  ASSERT_TRUE(machine.ok());
  EXPECT_EQ(machine->kaslr, KaslrBases{});
  for (const std::string text : {"kcore was not captured: is not there",
                                 "kallsyms was not captured: hides where the kernel lies"}) {
    EXPECT_TRUE(std::ranges::any_of(machine->notes, [&](const std::string& note) {
      return note.starts_with(text);
    })) << text;
  }
}

TEST(Capture, HidesTheMachineWithoutChangingItsBoot) {
  const ScratchFolder root;
  make_root(root);
  const std::string path = root.path().string();
  const auto hidden = capture("c", {.root = path});
  const auto open = capture("c", {.root = path, .keep_identifiers = true});
  ASSERT_TRUE(hidden.ok() && open.ok());
  ASSERT_EQ(hidden->files.files().size(), open->files.files().size());
  for (const auto& [file, bytes] : hidden->files.files()) {
    EXPECT_EQ(bytes.size(), open->files.read(file)->size()) << file;
    for (const char* name : {"7d3c0d8e", "mybox", "SerialNumber", "BBBB", "rrrr"}) {
      EXPECT_EQ(bytes.find(name), bytes.npos) << file << ": " << name;
    }
  }
  EXPECT_NE(open->files.read("cmdline")->find("mybox"), std::string::npos);
  EXPECT_EQ(simulated(hidden->files), simulated(open->files));
  EXPECT_FALSE(simulated(hidden->files).empty());
}

TEST(Capture, SaysWhatIsMissing) {
  const ScratchFolder root;
  root.write_entry("sys/firmware/memmap/0", "0x0\n", "0x9fbff\n", "System RAM\n");
  root.write_entry("sys/firmware/memmap/1", "0x100000\n", "0xbffdffff\n", "System RAM\n");
  root.write("proc/iomem", "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n");
  const auto c = capture("c", {.root = root.path().string()});
  ASSERT_TRUE(c.ok()) << input::all_messages(c);
  std::map<std::string, std::string> why;
  for (const capture::Missing& m : c->missing) why[m.file] = m.reason;
  EXPECT_EQ(why["boot_params"], "is not there");
  EXPECT_EQ(why["firmware/page0"], "/dev/mem: is not there");
  EXPECT_EQ(why["dmesg.txt"], "is not there");
  EXPECT_NE(why["iomem"].find("needs root"), std::string::npos);
  const auto machine = input::read_machine_tree("m", c->files);
  ASSERT_TRUE(machine.ok());
  EXPECT_GE(machine->notes.size(), why.size());  // each is told again in the report
}

TEST(Capture, WaitsForNoFifo) {
  const ScratchFolder root;
  make_root(root);
  const auto memory = root.path() / "dev/mem";
  std::filesystem::remove(memory);
  ASSERT_EQ(mkfifo(memory.c_str(), 0600), 0);
  const auto c = capture("c", {.root = root.path().string()});
  ASSERT_TRUE(c.ok());
  EXPECT_TRUE(std::ranges::any_of(c->missing, [](const capture::Missing& m) {
    return m.reason == "/dev/mem: is neither physical memory nor a file";
  }));
}

TEST(Capture, WithoutAMapThereIsNothing) {
  const ScratchFolder root;
  root.write("proc/cmdline", "quiet\n");
  const auto c = capture("c", {.root = root.path().string()});
  ASSERT_FALSE(c.ok());
  EXPECT_NE(input::all_messages(c).find("nothing that tells the memory map"), std::string::npos);
  EXPECT_FALSE(capture("c", {.root = (root.path() / "missing").string()}).ok());
}

TEST(BootLines, EndWhereUserSpaceStarts) {
  EXPECT_EQ(boot_lines("<6>[    0.1] a\n[    0.2] b Run /x\n<6>[    0.3] Run /init as\nlate\n"),
            "[    0.1] a\n");
  EXPECT_EQ(boot_lines("[    0.1] quote \"Run /x\"\nno end"),
            "[    0.1] quote \"Run /x\"\nno end\n");
}

}  // namespace
}  // namespace memmap::capture
