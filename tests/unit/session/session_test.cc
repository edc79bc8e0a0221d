#include "session/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "report/json/result.h"
#include "session/image_places.h"

namespace memmap::session {
namespace {

namespace fs = std::filesystem;

Places places() {
  return {.kernels = MEMMAP_SOURCE_DIR "/share/kernels",
          .plugins = {{.path = MEMMAP_BUILD_DIR "/plugins", .trust = plugin::Trust::own}}};
}

Request request_for(std::string map) {
  return {.source = Source{.kind = SourceKind::synthetic, .text = std::move(map)}};
}

std::string answer(const Request& request) {
  auto session = Session::open(request, places());
  if (!session) return to_string(session.errors());
  const auto outcome = session->boot();
  return outcome ? report::to_json(*outcome) : to_string(outcome.errors());
}

// A program may answer many requests at once: none may show in another's answer.
TEST(Session, RequestsOfSeveralThreadsAreAsThoseOfOne) {
  std::vector<Request> requests;
  for (int i = 1; i <= 4; ++i) {
    Request request = request_for("ram:640K hole:384K ram:" + std::to_string(i * 64) + "M");
    request.append = "crashkernel=" + std::to_string(i) + "M";
    request.plugins = {{"check_invariants", {}}};
    requests.push_back(request);
  }
  std::vector<std::string> alone;
  for (const Request& request : requests) alone.push_back(answer(request));
  EXPECT_NE(alone.front().find("\"schema\": \"memmap/result/1\""), std::string::npos)
      << alone.front();
  std::vector<std::string> together(requests.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int turn = 0; turn < 3; ++turn) together[i] = answer(requests[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(together, alone);
}

std::string told(const BootsByPlace& boots) {
  std::string out = fmt::format("{} {}\n", boots.answers.boots(), boots.subject.kernel);
  for (const compare::Spread& s : boots.answers.spreads()) {
    out += fmt::format("{} {} {} {} {:x} {:x}\n", s.key, s.boots, s.least, s.most, raw(s.least_at),
                       raw(s.most_at));
  }
  for (const compare::Complaint& c : boots.answers.complaints())
    out += fmt::format("{} {} {:x}\n", c.text, c.boots, raw(c.first_at));
  return out;
}

TEST(Session, SeveralThreadsBootThePlacesAsOneDoes) {
  Request request = request_for("ram:640K hole:384K ram:511M");
  request.append = "crashkernel=400M";  // it does not fit everywhere
  auto session = Session::open(request, places());
  ASSERT_TRUE(session) << to_string(session.errors());
  const kaslr::PossiblePlaces where = image_places(*session);
  const auto alone = boot_by_place(*session, where, 64, 1);
  const auto together = boot_by_place(*session, where, 64, 4);
  ASSERT_TRUE(alone && together);
  EXPECT_GE(alone->answers.boots(), 32u);
  EXPECT_FALSE(alone->answers.complaints().empty());
  EXPECT_EQ(told(*alone), told(*together));

  std::vector<std::string> looked;
  for (const std::size_t threads : {1u, 4u}) {
    std::string& seen = looked.emplace_back();
    int left = 20;
    const Status done = each_place(
        *session, where, 64,
        [&](PhysAddr place, const boot::Outcome& outcome) {
          seen += fmt::format("{:x} {}\n", raw(place), outcome.totals.managed_pages);
          return --left != 0;
        },
        threads);
    EXPECT_TRUE(done);
    EXPECT_EQ(left, 0) << threads;
  }
  EXPECT_EQ(looked[0], looked[1]);
}

TEST(Session, ABootTellsAllThatTheSessionNotes) {
  auto session = Session::open(request_for("ram:640K hole:384K ram:64M"), places());
  ASSERT_TRUE(session) << to_string(session.errors());
  const std::vector<std::string> notes = session->notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_TRUE(notes[0].starts_with("kernel: the machine does not say which kernel it ran"));
  const auto outcome = session->boot();
  ASSERT_TRUE(outcome) << to_string(outcome.errors());
  const auto& told = outcome->subject.notes;
  EXPECT_NE(std::ranges::find(told, notes[0]), told.end());
  EXPECT_NE(std::ranges::find(told, "default: there is no initrd"), told.end());
  EXPECT_EQ(outcome->subject.policy, "alloc_topdown, alloc_bottomup");
}

// A kernel between two that are known may be off by what these two do differently.
TEST(Session, AKernelWithoutAProfileTellsHowFarOffItMayBe) {
  Machine machine;
  machine.firmware_map = {{.addr = PhysAddr{0}, .size = 0x9fc00},
                          {.addr = PhysAddr{0x100000}, .size = 0x3ff00000}};
  const auto margin_of = [&](std::optional<std::string> release) -> std::optional<std::string> {
    machine.kernel_release = std::move(release);
    auto session = Session::open(Request{}, places(), machine);
    EXPECT_TRUE(session) << to_string(session.errors());
    const auto outcome = session->boot();
    EXPECT_TRUE(outcome) << to_string(outcome.errors());
    const auto margin = session->margin(*outcome);
    EXPECT_TRUE(margin) << to_string(margin.errors());
    return *margin;
  };
  const auto margin = margin_of("6.4.0-1-made");
  ASSERT_TRUE(margin);
  EXPECT_NE(
      margin->find("is known, 6.12.117+deb12-amd64: e820 the same, memory the same, reserved "),
      std::string::npos)
      << *margin;
  EXPECT_NE(margin->find("K apart, MemTotal "), std::string::npos) << *margin;
  EXPECT_FALSE(margin_of("6.1.0-55-amd64")) << "its own profile";
  EXPECT_FALSE(margin_of(std::nullopt)) << "nothing to be off from";
}

TEST(Session, WhatIsKnownOfAMachineChoosesTheKernel) {
  const Machine known{.notes = {"n"}, .command_line = "quiet", .kernel_release = "6.1.0-55-amd64"};
  const auto session = Session::open({.append = "mem=1G"}, places(), known);
  ASSERT_TRUE(session) << to_string(session.errors());
  EXPECT_EQ(session->profile().name, "6.1.0-55-amd64");
  EXPECT_EQ(session->command_line(), "quiet mem=1G");
  EXPECT_EQ(session->notes(),
            (std::vector<std::string>{"n", "kernel: the kernel that the machine ran"}));
}

// But not over a profile that the request names.
TEST(Session, TheLogTellsOverTheNearestProfile) {
  Machine machine;
  machine.firmware_map = {{PhysAddr{kMiB}, 8 * kGiB, E820Type::ram}};
  machine.kernel_release = "6.1.7";
  machine.kernel_options.deferred_struct_page_init = false;
  const auto nearest = Session::open({}, places(), machine);
  ASSERT_TRUE(nearest) << to_string(nearest.errors());
  EXPECT_FALSE(nearest->profile().deferred_struct_page_init);
  const std::vector<std::string> notes = nearest->notes();
  EXPECT_TRUE(std::ranges::any_of(notes, [](const std::string& note) {
    return note.starts_with("kernel: the log decides that no struct pages are left for later");
  }));
  const auto named = Session::open({.kernel = "6.1.0-55-amd64"}, places(), machine);
  ASSERT_TRUE(named) << to_string(named.errors());
  EXPECT_TRUE(named->profile().deferred_struct_page_init);
}

TEST(Session, RulesUnderAPolicyTakeItAlone) {
  auto session = Session::open(request_for("ram:640K hole:384K ram:64M"), places());
  ASSERT_TRUE(session) << to_string(session.errors());
  auto rules = session->rules_under(plugin::PluginSpec{"alloc_bestfit", {}});
  ASSERT_TRUE(rules) << to_string(rules.errors());
  const auto outcome = session->boot(*rules, session->options(*rules));
  ASSERT_TRUE(outcome) << to_string(outcome.errors());
  EXPECT_EQ(outcome->subject.policy, "alloc_bestfit");
  EXPECT_FALSE(session->rules_under(plugin::PluginSpec{"trim_badram", {}}));
}

// The table of kinds is in the order of the enum, and complete.
TEST(Sources, EveryKindHasARow) {
  for (const SourceKind kind : {SourceKind::named, SourceKind::synthetic, SourceKind::gathered,
                                SourceKind::sysroot, SourceKind::live}) {
    EXPECT_EQ(kind_of_source(kind).kind, kind);
  }
}

TEST(Places, BesideTheProgram) {
  EXPECT_EQ(share_folder_of(MEMMAP_BUILD_DIR "/memmap", "kernels"),
            MEMMAP_SOURCE_DIR "/share/kernels");
}

// Where a share/ lies in the current folder, too.
TEST(Places, NeverTheCurrentFolders) {
  const fs::path before = fs::current_path();
  fs::current_path(MEMMAP_SOURCE_DIR);
  for (const char* program : {"", "memmap", "build/memmap"}) {
    const fs::path folder = share_folder_of(program, "kernels");
    EXPECT_TRUE(folder.is_absolute()) << folder;
    EXPECT_FALSE(folder.string().starts_with(MEMMAP_SOURCE_DIR)) << folder;
  }
  fs::current_path(before);
}

}  // namespace
}  // namespace memmap::session
