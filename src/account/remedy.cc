#include "account/remedy.h"

#include <algorithm>
#include <string_view>

#include "account/ledger.h"
#include "boot/owner.h"

namespace memmap::account {
namespace {

namespace owner = boot::owner;

struct Remedy {
  std::string_view words{};  // of the owner, whatever follows; or the kernel function
  std::string_view text{};
};

// clang-format off
constexpr Remedy kOfOwners[] = {
    {owner::kCrashKernel.words,              "without crashkernel="},
    {owner::kSoftwareIOTLB.words,            "swiotlb=noforce where no device needs it, or swiotlb=SLABS for a smaller one"},
    {owner::kLogBuffer.words,                "a smaller log_buf_len="},
    {owner::kDentryHashTable.words,          "a smaller dhash_entries="},
    {owner::kInodeHashTable.words,           "a smaller ihash_entries="},
    {owner::kKFENCE.words,                   "kfence.sample_interval=0"},
    {owner::kStackDepot.words,               "stack_depot_disable=on"},
    {owner::kPerCPUAreas.words,              "a smaller nr_cpus=, where more processors are possible than there are"},
    {owner::kEFIBootServices.words,          "without efi=debug"},
    {owner::kInitrd.words,                   "without retain_initrd"},
    {owner::kReserveMem.words,               "without reserve_mem="},
    {owner::kWatchedForTheBIOSSWrites.words, "memory_corruption_check=0"},
};
constexpr Remedy kOfLosses[] = {
    {"mtrr_trim_uncached_memory", "disable_mtrr_trim, at a risk: what no MTRR covers is uncached, and so very slow"},
};
// Those that act on a parameter, which a row's words are then.
constexpr std::string_view kOfParameters[] = {"parse_memopt", "parse_memmap_opt"};
// clang-format on

}  // namespace

std::string remedy_of(const LedgerRow& row) {
  if (row.kept() == 0) return {};
  if (row.stage == Stage::reserved) {
    for (const Remedy& r : kOfOwners) {
      if (row.what.starts_with(r.words)) return std::string(r.text);
    }
  }
  if (row.stage != Stage::lost) return {};
  if (std::ranges::find(kOfParameters, row.function) != std::end(kOfParameters))
    return "without " + row.what;
  for (const Remedy& r : kOfLosses) {
    if (row.function == r.words) return std::string(r.text);
  }
  return {};
}

}  // namespace memmap::account
