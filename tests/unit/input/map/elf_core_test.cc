#include "input/map/elf_core.h"

#include <elf.h>

#include <cstring>
#include <vector>

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

// A core of class `Ehdr`/`Phdr` with these segments, headers only.
template <class Ehdr, class Phdr>
std::string core(unsigned char elf_class, const std::vector<Phdr>& segments,
                 std::uint16_t type = ET_CORE) {
  Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = elf_class;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = type;
  header.e_machine = EM_386;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  header.e_phoff = segments.empty() ? 0 : sizeof header;
  header.e_phentsize = sizeof(Phdr);
  header.e_phnum = static_cast<std::uint16_t>(segments.size());
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(reinterpret_cast<const char*>(segments.data()), segments.size() * sizeof(Phdr));
  return bytes;
}

Elf64_Phdr load64(std::uint64_t paddr, std::uint64_t size, std::uint64_t vaddr = 0) {
  return {.p_type = PT_LOAD, .p_vaddr = vaddr, .p_paddr = paddr, .p_filesz = size, .p_memsz = size};
}
Elf32_Phdr load32(std::uint32_t paddr, std::uint32_t size) {
  return {.p_type = PT_LOAD, .p_paddr = paddr, .p_filesz = size, .p_memsz = size};
}

Result<Machine> read_core(std::string bytes) {
  return read_elf_core({.name = "core", .bytes = std::move(bytes)}, {});
}

// Heads of what dump-guest-memory of QEMU 7.2 wrote.
TEST(ElfCore, ReadsTheHeadOfRealDumps) {
  auto machine = read_machine(data_path("core-5g.elf"), {});
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(machine->format, "elf-core");
  EXPECT_EQ(show(machine->firmware_map), "0-a0000 1\n100000-c0000000 1\n100000000-180000000 1\n");
  machine = read_machine(data_path("core-vga-16m.elf"), {});
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(show(machine->firmware_map), "0-a0000 1\n100000-1000000 1\n");
  EXPECT_NE(machine->notes.at(0).find("2 ranges below 4 GiB left out"), std::string::npos);
}

TEST(ElfCore, ReadsBothClasses) {
  const auto narrow = read_core(core<Elf32_Ehdr, Elf32_Phdr>(
      ELFCLASS32, {load32(0x1000, 0x9e000), load32(0x100000, 0x100000), load32(0x200000, 0x1000)}));
  ASSERT_TRUE(narrow.ok()) << all_messages(narrow);
  EXPECT_EQ(show(narrow->firmware_map), "1000-9f000 1\n100000-201000 1\n");
  const auto wide = read_core(core<Elf64_Ehdr, Elf64_Phdr>(
      ELFCLASS64, {load64(~0ull, 0x1000, 0xffff800000000000), load64(0x100000000, 0x40000000)}));
  ASSERT_TRUE(wide.ok()) << all_messages(wide);
  EXPECT_EQ(show(wide->firmware_map), "100000000-140000000 1\n");
  EXPECT_NE(wide->notes.at(0).find("without a physical address"), std::string::npos);
}

TEST(ElfCore, RefusesWhatIsNoMemoryDump) {
  const struct {
    std::string bytes;
    const char* what;
  } cases[] = {
      {data_bytes("core-5g.elf").substr(0, 40), "cut short"},
      {data_bytes("core-5g.elf").substr(0, 300), "cut short"},
      {core<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, {}), "no segments"},
      {core<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, {load64(0, 4096)}, ET_EXEC), "not a core"},
      {core<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, {load64(0, 4096, 0x400000)}), "of a process"},
      {core<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, {load64(~0ull - 5, 4096)}), "wraps"},
      {"\x7f"
       "ELF",
       "cut short"},
      {"not ELF at all", "does not start"},
  };
  for (const auto& c : cases) {
    const auto machine = read_core(c.bytes);
    ASSERT_FALSE(machine.ok()) << c.what;
    EXPECT_NE(all_messages(machine).find(c.what), std::string::npos) << all_messages(machine);
  }
}

TEST(ElfCore, ACompressedDumpIsTold) {
  const auto machine =
      read_machine(Source{.name = "d", .bytes = "KDUMP   " + std::string(100, '\0')}, {});
  ASSERT_FALSE(machine.ok());
  EXPECT_NE(all_messages(machine).find("kdump-compressed"), std::string::npos);
}

}  // namespace
}  // namespace memmap::input
