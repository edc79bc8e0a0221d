// Scripts, from their lines to their answers, on a made-up machine of 1 GiB.
#include "access/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boot/run.h"
#include "input/script/script.h"
#include "support/default_chain.h"

namespace memmap::access {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using enum Answer::Outcome;

Machine machine() {
  Machine m;
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                    {PhysAddr{kMiB}, 1023 * kMiB, E820Type::ram},
                    {PhysAddr{0xfeffc000}, 0x4000, E820Type::nvs}};
  m.hpet = Hpet{0, 0xfed00000};
  m.cpu.phys_bits = 40;
  return m;
}

class Run : public testing::Test {
 protected:
  Run() {
    profile_.version = {6, 12, 0};
    profile_.image = {.etext = 0x1000000,
                      .end_of_kernel_reserve = 0x2000000,
                      .brk_base = 0x2000000,
                      .end = 0x2030000};
  }
  Result<Answers> run(const std::vector<std::string>& lines, Observer* observer = nullptr) {
    const auto script = input::read_script_lines("--do", lines);
    if (!script) return script.errors();
    boot::Options options = test::default_options();
    options.command_line = line_;
    const boot::Outcome outcome = boot::run(machine_, profile_, options);
    const boot::Inputs inputs(machine_, profile_, options);
    return access::run(*script, outcome, inputs, observer);
  }
  std::vector<Answer> answers(const std::vector<std::string>& lines) {
    auto out = run(lines);
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : to_string(out.errors()));
    return out.ok() ? out->steps : std::vector<Answer>(lines.size());
  }
  Answer answer(const std::string& line) { return answers({line}).front(); }
  static std::vector<std::string> texts(const Answer& answer) {
    std::vector<std::string> out;
    for (const Event& e : answer.events) out.push_back(e.text);
    return out;
  }

  Machine machine_ = machine();
  kernel::Profile profile_{};
  std::string line_{};
};

TEST_F(Run, TellsWhatServedAnAccess) {
  const Answer read = answer("read 0xffff888000100000 8");
  ASSERT_EQ(read.served.size(), 1u);
  const Served& part = read.served.front();
  EXPECT_EQ(part.phys, PhysAddr{0x100000});
  EXPECT_TRUE(part.there.ram);
  EXPECT_EQ(part.walk->steps.back().entry, paging::EntryKind::page);
  EXPECT_EQ(part.mode, ioremap::CacheMode::wb);
  EXPECT_THAT(part.cached, StartsWith("write-back, with write-back MTRRs"));
}

TEST_F(Run, NamesDevicesRomAndHoles) {
  const auto there = [&](const std::string& at) {
    return answer("read " + at + " 1 phys").served.at(0).there.words;
  };
  EXPECT_EQ(there("0xfed00000"), "no RAM: the HPET");
  EXPECT_EQ(there("0xfee00000"), "no RAM: the local APIC");
  EXPECT_EQ(there("0xb8000"), "no RAM: the VGA's memory");
  EXPECT_EQ(there("0xf0000"), "no RAM: ROM of the BIOS");
  EXPECT_THAT(there("0xfeffc000"), HasSubstr("ACPI NVS"));
  EXPECT_THAT(there("0xd0000000"), HasSubstr("no table knows it"));
  EXPECT_THAT(there("0xffffffffffffffff"), HasSubstr("no table knows it"));
  EXPECT_THAT(there("0x1000000"), HasSubstr("kernel image"));
}

TEST_F(Run, CutsAnAccessWhereItsPlaceChanges) {
  const auto all = answers({"ioremap 0xfed00000 8K as a", "read a+1020 8"});
  ASSERT_EQ(all[1].served.size(), 2u);
  EXPECT_EQ(all[1].served[0].there.words, "no RAM: the HPET");
  EXPECT_EQ(all[1].served[0].size, 4u);
  EXPECT_THAT(all[1].served[1].there.words, HasSubstr("no table knows it"));
}

TEST_F(Run, SaysWhereADeviceIsCached) {
  machine_.mtrr_default = MtrrType::write_back;
  const auto all = answers(
      {"ioremap 0xd0000000 4K cache wb as a", "read a", "ioremap 0xd1000000 4K as b", "read b"});
  EXPECT_TRUE(all[1].served[0].cache_is_wrong);
  EXPECT_FALSE(all[3].served[0].cache_is_wrong);
}

TEST_F(Run, FaultsInTheKernelsWords) {
  const auto all = answers({"read 0x8", "read 0xffff900000000000", "write 0x4000000000000000",
                            "exec PAGE_OFFSET+2M", "read _text 1 user", "write 0x1000 1 user"});
  EXPECT_THAT(texts(all[0]),
              ElementsAre("BUG: kernel NULL pointer dereference, address: 0000000000000008",
                          "#PF: supervisor read access in kernel mode",
                          "#PF: error_code(0x0000) - not-present page"));
  EXPECT_THAT(texts(all[1]).front(),
              "BUG: unable to handle page fault for address: ffff900000000000");
  EXPECT_THAT(texts(all[2]), ElementsAre("Oops: general protection fault, probably for "
                                         "non-canonical address 0x4000000000000000: 0000"));
  EXPECT_THAT(texts(all[3]),
              ElementsAre("kernel tried to execute NX-protected page - exploit attempt? (uid: 0)",
                          "BUG: unable to handle page fault for address: ffff888000200000",
                          "#PF: supervisor instruction fetch in kernel mode",
                          "#PF: error_code(0x0011) - permissions violation"));
  EXPECT_THAT(texts(all[4]), ElementsAre("segfault at ffffffff81000000 error 5"));
  EXPECT_THAT(texts(all[5]), ElementsAre("segfault at 1000 error 6"));
  for (const Answer& a : all) EXPECT_EQ(a.outcome, fault);
}

TEST_F(Run, FaultsAtAReadOnlyPageAndASmepsUser) {
  const auto all = answers({"map 0x200000 phys 0x1000 size 4K flags nx", "write 0x200000",
                            "map 0x400000 phys 0x1000 size 4K flags user,rw", "exec 0x400000",
                            "write 0x400000 4 user", "exec 0x400000 1 user"});
  EXPECT_THAT(texts(all[1]).back(), "#PF: error_code(0x0003) - permissions violation");
  EXPECT_THAT(texts(all[3]).front(), "unable to execute userspace code (SMEP?) (uid: 0)");
  EXPECT_EQ(all[4].outcome, done);
  EXPECT_EQ(all[5].outcome, done);
}

TEST_F(Run, FaultsInTheGuardPageAfterWhatLiesBeforeIt) {
  const auto all = answers({"ioremap 0xd0000000 4K as a", "read a+4092 8"});
  EXPECT_EQ(all[1].outcome, fault);
  EXPECT_THAT(all[1].text, HasSubstr("the guard page behind the area at 0xffffc90000000000"));
  ASSERT_EQ(all[1].served.size(), 1u);
  EXPECT_EQ(all[1].served[0].size, 4u);
}

TEST_F(Run, AllocatesAndFrees) {
  const auto all = answers({"alloc_pages 0 as a", "read a", "free_pages a", "free_pages a",
                            "alloc_pages 0 as b", "alloc_pages 11", "kmalloc 0 as z", "kfree z"});
  EXPECT_EQ(all[1].served[0].there.words, "RAM, allocated by the script");
  EXPECT_EQ(all[3].outcome, refused);
  EXPECT_THAT(texts(all[3]), ElementsAre(HasSubstr("Bad page state")));
  EXPECT_EQ(all[4].address, all[0].address);
  EXPECT_THAT(texts(all[5]), ElementsAre(HasSubstr("order 11 is above 10")));
  EXPECT_EQ(all[7].outcome, done);
}

TEST_F(Run, FreesAnObjectOnce) {
  const auto all = answers(
      {"kmalloc 32 as p", "read p 32", "kfree p", "kfree p", "kfree 0", "kfree PAGE_OFFSET"});
  EXPECT_EQ(all[1].served[0].there.words, "RAM of the slab kmalloc-32");
  EXPECT_EQ(all[2].outcome, done);
  EXPECT_THAT(texts(all[3]), ElementsAre(HasSubstr("no object in use")));
  EXPECT_EQ(all[4].outcome, done);
  EXPECT_EQ(all[5].outcome, refused);
}

TEST_F(Run, WhatWasRefusedIsNull) {
  const auto all = answers({"ioremap 0x10000000 4K as a", "read a+0xf0"});
  EXPECT_EQ(all[0].outcome, refused);
  EXPECT_THAT(texts(all[1]).front(),
              "BUG: kernel NULL pointer dereference, address: 00000000000000f0");
}

TEST_F(Run, GoesAroundAreasOfOthers) {
  const auto all = answers(
      {"vm_area 0xffffc90000000000 16K", "ioremap 0xd0000000 4K", "vm_area 0xffffc90000003000 8K"});
  EXPECT_EQ(all[1].address, 0xffffc90000004000);
  EXPECT_EQ(all[2].outcome, refused);
}

TEST_F(Run, MapsThroughWindowsOfTheFixmap) {
  const auto all =
      answers({"early_ioremap 0xfed00100 1K as a", "write a 4",
               "early_memremap_ro 0x100000 4K as b", "write b 4", "early_iounmap b 8K",
               "early_memunmap b", "read b", "early_iounmap a 1K", "early_ioremap 0xfed00000 1M"});
  EXPECT_EQ(all[1].served[0].phys, PhysAddr{0xfed00100});
  EXPECT_THAT(all[3].text, HasSubstr("the page is read-only"));
  EXPECT_EQ(all[4].outcome, refused);
  EXPECT_EQ(all[5].outcome, done);
  EXPECT_EQ(all[6].outcome, fault);
  EXPECT_EQ(all[7].outcome, done);
  EXPECT_EQ(all[8].outcome, refused);
}

TEST_F(Run, KnowsTheParametersOfPat) {
  line_ = "nopat";
  const auto out = run({"ioremap 0xd0000000 4K cache wc as a", "read a"});
  ASSERT_TRUE(out.ok());
  EXPECT_FALSE(out->pat_enabled);
  EXPECT_THAT(out->memtypes, IsEmpty());
  EXPECT_EQ(out->steps[1].served[0].mode, ioremap::CacheMode::uc_minus);
  line_ = "nohugeiomap";
  EXPECT_EQ(answers({"ioremap 0xd0000000 2M as a", "read a"})[1].served[0].walk->mapping->page_size,
            kPageSize);
}

TEST_F(Run, RefusesNamesThatNobodyGives) {
  const auto out = run({"ioremap 0xd0000000 4K as hpet", "read hpte+4", "read later",
                        "kmalloc 1 as later", "kmalloc 1 as hpet", "read _txet"});
  ASSERT_FALSE(out.ok());
  const std::string all = to_string(out.errors());
  EXPECT_EQ(out.errors().size(), 4u) << all;
  EXPECT_THAT(all, HasSubstr("--do:2:6: error: no step before this one gives `hpte`"));
  EXPECT_THAT(all, HasSubstr("did you mean `hpet`?"));
  EXPECT_THAT(all, HasSubstr("--do:3:6: error: no step before this one gives `later`"));
  EXPECT_THAT(all, HasSubstr("--do:5:1: error: `hpet` is given by an earlier step"));
  EXPECT_THAT(all, HasSubstr("did you mean `_text`?"));
}

TEST_F(Run, RefusesWhatWouldNotEnd) {
  const auto out = run({"ioremap 0xd0000000 1T", "ioremap 0xd0000000 2T"});
  ASSERT_FALSE(out.ok());
  EXPECT_THAT(to_string(out.errors()), HasSubstr("--do:2:1: error: up to here"));
  EXPECT_FALSE(run({"map 0x800000000000 phys 0 size 4K"}).ok());
  EXPECT_FALSE(run({"map 0x7fffffffe000 phys 0 size 16K"}).ok());
  EXPECT_EQ(answer("ioremap 0xfffffffffffff000 2T").outcome, refused) << "the kernel sees it wrap";
}

class Notebook : public Observer {
 public:
  std::vector<std::string> lines{};
  void allocated(const Allocation& a, EventSink&) override {
    lines.push_back("allocated " + std::string(a.by) + " " + std::to_string(a.size) + "/" +
                    std::to_string(a.room) + (a.zeroed ? " zeroed" : ""));
  }
  void freed(const Freed& f, EventSink&) override {
    lines.push_back("freed " + std::to_string(f.size));
  }
  void accessed(const Accessed& a, EventSink& sink) override {
    lines.push_back(std::to_string(a.size) + (a.mmio ? " mmio" : "") +
                    (a.mapping == nullptr ? " physical" : "") + " bytes " +
                    std::to_string(a.bytes.size()));
    sink.tell({.text = "seen"});
  }
};

TEST_F(Run, TellsWhoeverLooksOn) {
  Notebook book;
  const auto out = run({"kmalloc 60 gfp GFP_KERNEL|__GFP_ZERO as p", "write p 4 value 1",
                        "read 0xd0000000 4 phys", "read 0x8", "kfree p", "kfree p"},
                       &book);
  ASSERT_TRUE(out.ok());
  EXPECT_THAT(book.lines, ElementsAre("allocated kmalloc 60/64 zeroed", "4 bytes 4",
                                      "4 mmio physical bytes 0", "freed 64"));
  EXPECT_THAT(texts(out->steps[1]), ElementsAre("seen"));
}

TEST_F(Run, LeavesTheOutcomeAsItIs) {
  const auto one = answers({"ioremap 0xd0000000 4K", "alloc_pages 3"});
  const auto two = answers({"ioremap 0xd0000000 4K", "alloc_pages 3"});
  EXPECT_EQ(one[0].address, two[0].address);
  EXPECT_EQ(one[1].address, two[1].address);
}

}  // namespace
}  // namespace memmap::access
