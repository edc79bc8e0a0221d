// What people paste, one made-up input of each kind: read, or refused with the line.
#include <gtest/gtest.h>

#include "input/log/command_lines.h"
#include "input/log/dmesg.h"
#include "unit/input/log/entries.h"
#include "unit/input/log_samples.h"

namespace memmap::input {
namespace {

const E820Entries kPastedMap = {at(0, 0x9f000), at(0xe0000, 0x100000, V), at(0x100000, 0x7ff00000)};

struct Pasted {
  const char* name;
  const char* text;
  E820Entries map;
  const char* command_line;  // nullptr: none
  const char* note;          // words of one, with its line; nullptr: none that names a line
};

const Pasted kPasted[] = {
    {"tags",
     "[07:50:34.900][Box            ][Info   ] Linux version 4.9.1-box (a@b) (gcc)\n"
     "[07:50:34.910][Box            ][Info   ] Command line: console=ttyS0 text\n"
     "[07:50:34.930][Box            ][Info   ] BIOS-e820: [mem "
     "0x0000000000000000-0x000000000009efff] usable\n"
     "[07:50:34.935][Box            ][Info   ] BIOS-e820: [mem "
     "0x00000000000e0000-0x00000000000fffff] reserved\n"
     "[07:50:34.940][Box            ][Warn   ] BIOS-e820: [mem "
     "0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap, "console=ttyS0 text", nullptr},
    {"bullets",
     "- BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "- BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "- BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap, nullptr, nullptr},
    {"fields",
     "time=\"2026-09-21T19:09:20Z\" level=debug vmconsole=\"[    0.000001] Command line: a=\\\"b "
     "c\\\" panic=1\"\n"
     "time=\"2026-09-21T19:09:20Z\" level=debug vmconsole=\"[    0.000003] BIOS-e820: [mem "
     "0x0000000000000000-0x000000000009efff] usable\"\n"
     "time=\"2026-09-21T19:09:20Z\" level=debug vmconsole=\"[    0.000004] BIOS-e820: [mem "
     "0x00000000000e0000-0x00000000000fffff] reserved\"\n"
     "time=\"2026-09-21T19:09:20Z\" level=debug vmconsole=\"[    0.000005] BIOS-e820: [mem "
     "0x0000000000100000-0x000000007fefffff] usable\"\n",
     kPastedMap, "a=\"b c\" panic=1", nullptr},
    {"objects",
     "{\"log\":\"[    0.000001] Command line: quiet\\n\",\"stream\":\"stdout\"}\n"
     "{\"log\":\"[    0.000003] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] "
     "usable\\n\",\"stream\":\"stdout\"}\n"
     "{\"log\":\"[    0.000004] BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] "
     "reserved\\n\",\"stream\":\"stdout\"}\n"
     "{\"log\":\"[    0.000005] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] "
     "usable\\n\",\"stream\":\"stdout\"}\n",
     kPastedMap, "quiet", nullptr},
    {"document",
     "{\n  \"contents\": \"[    0.000001] Command line: quiet\\r\\n[    0.000003] BIOS-e820: [mem "
     "0x0000000000000000-0x000000000009efff] usable\\r\\n[    0.000004] BIOS-e820: [mem "
     "0x00000000000e0000-0x00000000000fffff] reserved\\r\\n[    0.000005] BIOS-e820: [mem "
     "0x0000000000100000-0x000000007fefffff] usable\\r\\n\",\n  \"next\": \"12\"\n}\n",
     kPastedMap, "quiet", nullptr},
    {"mail",
     ">> [    0.000000] Linux version 5.7.0 (a@b) (gcc version\n>> 9.2.1) #2 SMP\n"
     ">> [    0.000000] Command line: root=/dev/mapper/vg-root console=ttyS0,115200\n"
     ">> crashkernel=256M ro quiet\n"
     ">> [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff]\n>> usable\n"
     ">> [    0.000000] BIOS-e820: [mem\n>> 0x00000000000e0000-0x00000000000fffff]\n>> reserved\n"
     ">> [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff]\n>> usable\n"
     ">> [    0.000000] reserve setup_data: [mem\n>> 0x0000000000000000-0x000000000009efff] us\n",
     kPastedMap, "root=/dev/mapper/vg-root console=ttyS0,115200 crashkernel=256M ro quiet",
     "boot.log:12: the map with setup_data is damaged"},
    {"terminal",
     "[Tue Nov  4 21:29:37 2025] Command line: BOOT_IMAGE=(hd0,msdos1)/vmlinuz ro consoleblank=6\n"
     "00 console=tty0 crashkernel=2G-64G:256M,64G-:512M\n"
     "[Tue Nov  4 21:29:37 2025] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "[Tue Nov  4 21:29:37 2025] BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserve\n"
     "d\n"
     "[Tue Nov  4 21:29:37 2025] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap,
     "BOOT_IMAGE=(hd0,msdos1)/vmlinuz ro consoleblank=600 console=tty0 "
     "crashkernel=2G-64G:256M,64G-:512M",
     nullptr},
    {"hypervisor",
     "(XEN) Xen-e820 RAM map:\n"
     "(XEN) [0000003432ac52a2]  [0000000000000000, 000000000009efff] (usable)\n"
     "(XEN) [0000003433dd3569]  [00000000000e0000, 00000000000fffff]\n(reserved)\n"
     "(XEN) [0000003433dd4000] something else\n"
     "(XEN) [0000003433dd5000]  [0000000000100000, 000000007fefffff] (usable)\n",
     kPastedMap, nullptr, nullptr},
    {"user_table",
     "Linux version 5.1.0 (a@b) (gcc)\nuser-defined physical RAM map:\n"
     "user: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "user: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "user: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap, nullptr, "boot.log:3: the log has no line of the firmware's own map"},
    {"unknown_parameters",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "BIOS-e820: [mem 0x0000000000100000-0x00000000bfefffff] usable\n"
     "user-defined physical RAM map:\n"
     "user: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "user: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "user: [mem 0x0000000000100000-0x000000007fefffff] usable\n"
     "last_pfn = 0x7ff00 max_arch_pfn = 0x400000000\n",
     kPastedMap, nullptr, "boot.log:5: parameters that the log does not tell changed the map"},
    {"derived_only",
     "BIOS-provided physical RAM map:\nextended physical RAM map:\n"
     "reserve setup_data: [mem 0x0000000000000000-0x0000000000001fff] usable\n"
     "reserve setup_data: [mem 0x0000000000002000-0x000000000000212b] usable\n"
     "reserve setup_data: [mem 0x000000000000212c-0x000000000009efff] usable\n",
     {at(0, 0x9f000)},
     nullptr,
     "boot.log:3: the log has no line of the firmware's own map"},
    {"one_line",
     "[    0.0] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     {at(0x100000, 0x7ff00000)},
     nullptr,
     "boot.log:1: this is a part of a table"},
    {"doubled_and_moved",
     "BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap, nullptr, "boot.log:3: this entry of the firmware's map stands in line 2, too"},
    {"windows_1252",
     "BIOS-e820:\xa0[mem 0x0000000000000000\x96"
     "0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x00000000000e0000\x97"
     "0x00000000000fffff] reserved\n"
     "BIOS-e820: [mem 0\xd7"
     "0000000000100000-0x000000007fefffff] us\xad"
     "able\n",
     kPastedMap, nullptr, nullptr},
    {"typography",
     "BIOS-e820: [mem 0X0000000000000000\xe2\x88\x92"
     "0X000000000009EF\xef\xac\x80] usable\n"
     "BIOS-e820: [mem 0\xc3\x97"
     "00000000000e0000-0x00000000000\xef\xac\x80\xef\xac\x80"
     "f] reserved\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap, nullptr, nullptr},
    {"shown_returns",
     "Command line: quiet^M\n"
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable^M\n"
     "BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved^M\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable^M\n",
     kPastedMap, "quiet", nullptr},
    {"journal_bytes",
     "{\"MESSAGE\":[67,111,109,109,97,110,100,32,108,105,110,101,58,32,97,61,98]}\n"
     "{\"MESSAGE\":\"BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\"}\n"
     "{\"MESSAGE\":\"BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\"}\n"
     "{\"MESSAGE\":\"BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\"}\n",
     kPastedMap, "a=b", nullptr},
    {"python_bytes",
     "b'[    0.000001] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\\r\\n'\n"
     "b'[    0.000002] BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\\r\\n'\n"
     "b'[    0.000003] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\\r\\n'\n",
     kPastedMap, nullptr, nullptr},
    {"processor_tags",
     "[    0.000001]<0>.(0)[0:swapper]BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] "
     "usable\n"
     "[    0.000002]<0>.(0)[0:swapper]BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] "
     "reserved\n"
     "[    0.000003]<0>.(0)[0:swapper]BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] "
     "usable\n",
     kPastedMap, nullptr, nullptr},
    {"indented_rest",
     "[    0.000001] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "[    0.000002] BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff]\n    reserved\n"
     "[    0.000003] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n"
     "[    0.000004] BIOS-e820: [mem 0x000000007ff00000-0x000000007fffffff] ACPI\n    NVS\n",
     {at(0, 0x9f000), at(0xe0000, 0x100000, V), at(0x100000, 0x7ff00000),
      at(0x7ff00000, 0x80000000, E820Type::nvs)},
     nullptr,
     nullptr},
    {"lost_line_ends",
     "[    0.000000] Command line: quiet [    0.000001] BIOS-e820: [mem "
     "0x0000000000000000-0x000000000009efff] usable[    0.000002] BIOS-e820: [mem "
     "0x00000000000e0000-0x00000000000fffff] reserved <6>[    0.000003] BIOS-e820: [mem "
     "0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap, "quiet", nullptr},
    {"number_lines",
     "1\n[    0.000000] Command line: BOOT_IMAGE=vmlinuz-5.0.9-200.fc29.x86_64 root=/dev/sda1 "
     "ro\n2\n"
     "[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n3\n"
     "[    0.000000] BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n4\n"
     "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap, "BOOT_IMAGE=vmlinuz-5.0.9-200.fc29.x86_64 root=/dev/sda1 ro", nullptr},
    {"last_word",
     "Command line: BOOT_IMAGE=vmlinuz-5.0.9-200.fc29.x86_64 root=/dev/sda1 ro\n"
     "rd.lvm.lv=a/b rhgb quiet LANG=en_US.UTF-8 rd.driver.blacklist=nouveau\nsingle\n"
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     kPastedMap,
     "BOOT_IMAGE=vmlinuz-5.0.9-200.fc29.x86_64 root=/dev/sda1 ro rd.lvm.lv=a/b rhgb quiet "
     "LANG=en_US.UTF-8 rd.driver.blacklist=nouveau single",
     nullptr},
    {"cut_lines",
     "[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-13-amd64 root=UUID=12345678-\n"
     "[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "[    0.000000] BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n"
     "[    0.000000] DMI: Some Machine/Its Board, BIOS 1.0 with a long name "
     "that the tool has \n"
     "[    0.000000] Memory policy: a line of any words, as long as the two "
     "others, that was c\n",
     kPastedMap, "BOOT_IMAGE=/boot/vmlinuz-6.1.0-13-amd64 root=UUID=12345678-",
     "boot.log:1: the command line ends in column"},
    {"front_lost",
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n"
     "BIOS-e820: [mem 0x000000007ff00000-0x000000007fffffff] reserved\n",
     {at(0x100000, 0x7ff00000), at(0x7ff00000, 0x80000000, V)},
     nullptr,
     "boot.log:1: the firmware's map begins above the first megabyte"},
    {"lost",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n"
     "last_pfn = 0x23f000 max_arch_pfn = 0x400000000\n",
     kPastedMap, nullptr, "boot.log:4: RAM ends at page 0x23f000 here"},
};

TEST(Pasted, IsRead) {
  for (const Pasted& p : kPasted) {
    const auto machine = read_dmesg(log_of(p.text), {});
    ASSERT_TRUE(machine.ok()) << p.name << "\n" << to_string(machine.errors());
    EXPECT_EQ(machine->firmware_map, p.map) << p.name;
    EXPECT_EQ(machine->command_line.value_or("none"), p.command_line ? p.command_line : "none")
        << p.name;
    std::string notes;
    for (const std::string& note : machine->notes) notes += note + "\n";
    if (p.note != nullptr) {
      EXPECT_NE(notes.find(p.note), notes.npos) << p.name << ": " << notes;
    } else {
      EXPECT_EQ(notes.find("boot.log:"), notes.npos) << p.name << ": " << notes;
    }
  }
}

struct Refused {
  const char* name;
  const char* text;
  const char* message;
  std::size_t line;
};

const Refused kRefused[] = {
    {"overlap",
     "BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fffffff] reserved\n",
     "covers addresses of line 1", 2},
    {"diff",
     " BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
     "-BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n"
     "+BIOS-e820: [mem 0x0000000000100000-0x000000007fffffff] usable\n",
     "--side old or --side new", 2},
    {"word_diff",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
     "BIOS-e820: [mem [-0x0000000000100000-0x000000003fffffff]-] "
     "{+0x0000000000100000-0x000000007fffffff]+} usable\n",
     "--side old or --side new", 2},
    {"side_by_side",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable      BIOS-e820: [mem "
     "0x0000000000000000-0x000000000009ffff] usable\n",
     "give one of the two logs", 1},
    {"joined_without_stamps",
     "Command line: quiet BIOS-provided physical RAM map: BIOS-e820: [mem "
     "0x0000000000000000-0x000000000009ffff] usable BIOS-e820: [mem "
     "0x0000000000100000-0x000000007fffffff] usable\n",
     "without their line ends", 1},
    {"plain_diff",
     "4c4\n< BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n---\n"
     "> BIOS-e820: [mem 0x0000000000100000-0x000000007fffffff] usable\n",
     "give one of the two logs", 2},
    {"gap_lost",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff]  System RAM\n"
     "BIOS-e820: [gap 0x00000000000a0000-0x00000000000effff]\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fffffff]  System RAM\n",
     "are missing before this one", 3},
    {"beginning_lost",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n",
     "whose beginning is lost", 2},
    {"number_cut",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] type 2\n",
     "the number is cut", 2},
    {"lowmem",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n885MB LOWMEM available.\n",
     "32-bit kernel", 3},
    {"pae",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
     "BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n"
     "last_pfn = 0x7ff00 max_arch_pfn = 0x1000000\n",
     "32-bit kernel", 3},
    {"i686",
     "Linux version 5.10.0-8-686-pae (a@b) (gcc-10) #1 SMP\n"
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n",
     "32-bit kernel", 1},
    {"arm64",
     "[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd083]\n"
     "[    0.000000] Linux version 6.1.0 (a@b) (aarch64-linux-gnu-gcc-12 12.2.0) #1 SMP\n"
     "[    0.000000] Early memory node ranges\n"
     "[    0.000000]   node   0: [mem 0x0000000040000000-0x000000007fffffff]\n",
     "a kernel for arm64", 2},
};

TEST(Pasted, IsRefusedWithTheLine) {
  for (const Refused& r : kRefused) {
    EXPECT_GE(recognise_dmesg(log_of(r.text)).score, 60) << r.name;
    const auto machine = read_dmesg(log_of(r.text), {});
    ASSERT_FALSE(machine.ok()) << r.name;
    const Error& first = machine.errors().front();
    EXPECT_NE(first.message.find(r.message), std::string::npos) << r.name << ": " << first.message;
    EXPECT_EQ(first.origin.line, r.line) << r.name;
    EXPECT_EQ(first.origin.file, "boot.log") << r.name;
  }
}

TEST(Pasted, DiffGivesTheSideThatIsAskedFor) {
  const std::string diff =
      "--- a/dmesg\n+++ b/dmesg\n@@ -1,3 +1,3 @@\n"
      " BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
      " BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved\n"
      "-BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n"
      "+BIOS-e820: [mem 0x0000000000100000-0x000000007fefffff] usable\n";
  const auto newer = read_dmesg(log_of(diff), {.side = Side::newer});
  ASSERT_TRUE(newer.ok()) << to_string(newer.errors());
  EXPECT_EQ(newer->firmware_map, kPastedMap);
  const auto older = read_dmesg(log_of(diff), {.side = Side::older});
  ASSERT_TRUE(older.ok()) << to_string(older.errors());
  EXPECT_EQ(older->firmware_map.back(), at(0x100000, 0x40000000));
  const auto none = read_dmesg(log_of(kPasted[1].text), {.side = Side::older});
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.errors()[0].message.find("--side has no effect"), std::string::npos);
}

TEST(Pasted, CommandLineIsTheSameForLint) {
  for (const Pasted& p : kPasted) {
    if (p.command_line == nullptr) continue;
    const auto lines = read_command_lines(log_of(p.text));
    ASSERT_TRUE(lines.ok()) << p.name;
    EXPECT_EQ(lines->lines[0].text, p.command_line) << p.name;
  }
}

}  // namespace
}  // namespace memmap::input
