// Per-CPU areas and hash tables.
#include <fmt/format.h>

#include <algorithm>

#include "boot/mm/large_hash.h"
#include "input/text/scan.h"
#include "kernel/command_line.h"
#include "witness/kinds.h"
#include "witness/words.h"

namespace memmap::witness {
namespace {

// `percpu: Embedded 66 pages/cpu s233472 r8192 d28672 u2097152`, before 4.?
// `PERCPU: Embedded 31 pages/cpu @ffff88007fc00000 s92696 r8192 d26088 u131072`
std::optional<Said> read_percpu(std::string_view line, Reading&) {
  const auto pages = number_behind(line, "Embedded ");
  std::string value = fmt::format("{} pages each:", pages.value_or(0));
  if (!pages) return std::nullopt;
  for (const std::string_view part : {" s", " r", " d", " u"}) {
    const auto bytes = number_behind(line, part);
    if (!bytes) return std::nullopt;
    value += fmt::format("{}{}", part, *bytes);
  }
  return Said{"", value};
}

// kernel: pcpu_embed_first_chunk(), mm/percpu.c
std::vector<Said> percpu(const Simulated& boot) {
  const boot::PerCpuUnits& u = boot.out.state.per_cpu;
  if (u.pieces_of_each != 1) return {};
  const std::uint64_t used = u.static_size + u.reserved_size + u.dynamic_size;
  return {{"", fmt::format("{} pages each: s{} r{} d{} u{}", used >> kPageShift, u.static_size,
                           u.reserved_size, u.dynamic_size, u.piece_size)}};
}

// `setup_percpu: NR_CPUS:8192 nr_cpumask_bits:2 nr_cpu_ids:2 nr_node_ids:2`
std::optional<Said> read_cpu_ids(std::string_view line, Reading&) {
  auto count = number_behind(line, "nr_cpu_ids:");
  if (!count) count = number_behind(line, "nr_cpu_ids: ");
  if (!count) return std::nullopt;
  return Said{"", fmt::format("{} processor numbers", *count)};
}
std::vector<Said> cpu_ids(const Simulated& boot) {
  return {{"", fmt::format("{} processor numbers", boot.in.nr_cpu_ids)}};
}
// How many are possible is read from the log, unless the MADT is at hand.
Judged judge_cpu_ids(const Simulated& boot, const Said&) {
  switch (boot.in.cpus.origin) {
    case boot::CpuCount::Origin::madt:
      return {};
    case boot::CpuCount::Origin::told:
      return {boot.in.machine.format == "dmesg" ? Standing::fact : Standing::compared};
    case boot::CpuCount::Origin::assumed:
      return {Standing::unknown, "the log does not tell how many processors firmware lists"};
  }
  return {};
}

// `Dentry cache hash table entries: 131072 (order: 8, 1048576 bytes, linear)`
std::optional<Said> read_hash(std::string_view line, Reading&) {
  const std::size_t at = line.find(" hash table entries: ");
  const auto entries = number_behind(line, " hash table entries: ");
  const auto bytes = input::decimal_before(line, " bytes");
  if (at == line.npos || !entries || !bytes) return std::nullopt;
  return Said{std::string(line.substr(0, at)),
              fmt::format("{} entries, {} bytes", *entries, *bytes)};
}

struct Table {
  std::string_view name;
  std::string_view parameter;  // that asks for a number of entries
  int scale;
  std::uint64_t least;
  std::uint64_t most;  // 0: a share of memory
};
// kernel: dcache_init(), fs/dcache.c; inode_init(), fs/inode.c; mnt_init(), fs/namespace.c, v6.12;
// pidhash_init(), kernel/pid.c, v4.14
constexpr Table kTables[] = {{"Dentry cache", "dhash_entries", 13, 2, 0},
                             {"Inode-cache", "ihash_entries", 14, 0, 0},
                             {"Mount-cache", "mhash_entries", 19, 0, 0},
                             {"Mountpoint-cache", "mphash_entries", 19, 0, 0},
                             {"PID", "", 18, 0, 4096}};

std::vector<Said> hashes(const Simulated& boot) {
  constexpr std::uint64_t kBucket = 8;  // struct hlist_head, struct hlist_bl_head
  std::vector<Said> out;
  for (const Table& t : kTables) {
    boot::hash::Table table{.bucket_bytes = kBucket,
                            .scale = t.scale,
                            .least = t.least,
                            .pages = boot.out.state.nr_kernel_pages,
                            .most = t.most};
    if (const auto asked = boot.in.parameter(t.parameter))
      table.asked = kernel::simple_strtoull(*asked).value;
    const std::uint64_t entries = boot::hash::entries(table);
    out.push_back(
        {std::string(t.name), fmt::format("{} entries, {} bytes", entries, entries * kBucket)});
  }
  Reading reading;
  for (const Event& e : boot.out.events) {
    if (!e.text.starts_with("stackdepot")) continue;
    if (const auto said = read_hash(e.text, reading)) out.push_back(*said);
  }
  return out;
}

// Whether there is a depot, and how wide its entries are, is the configuration's.
Judged judge_hash(const Simulated& boot, const Said& said) {
  if (said.key == "stackdepot") return another_build(boot, said);
  return {};
}

// clang-format off
constexpr Kind kKinds[] = {
    {"percpu",      "per-CPU areas",         {"percpu: Embedded ", "PERCPU: Embedded "}, read_percpu, percpu, nullptr, another_build, Cause::sizes},
    {"cpu_ids",     "numbers of processors", {"setup_percpu: NR_CPUS", "NR_CPUS"}, read_cpu_ids, cpu_ids, nullptr, judge_cpu_ids},
    {"hash_tables", "hash tables",           {"Dentry cache hash", "Inode-cache hash", "Mount-cache hash", "Mountpoint-cache hash", "PID hash", "stackdepot hash"}, read_hash, hashes, nullptr, judge_hash},
};
// clang-format on

}  // namespace

std::span<const Kind> table_kinds() { return kKinds; }

}  // namespace memmap::witness
