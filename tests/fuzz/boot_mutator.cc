// How libFuzzer changes an input of `boot`: as text, half of the time. A number becomes another, a
// line is doubled or goes, the command line gets a word; that leads further than changed bytes, which
// mostly end in a reader's refusal.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

constexpr std::string_view kNumbers =
    "0 1 2 7 64 640K 0xfff 0x1001 1M 2M 16M 64M 1G 4G 1T 64T 4096T 4294967296 -1 128 512 "
    "511 2047 8192 65536 8E 0x7fffffffffffffff 50% 0xfffffffffffff000";
constexpr std::string_view kWords =
    "acpi=off add_efi_memmap alloc_mptable cma=64M cma=16M@1G crashkernel=64M "
    "crashkernel=1G,high crashkernel=32M@256M default_hugepagesz=1G dhash_entries=1 "
    "efi=noruntime hashdist=0 hugepages=2 hugepages=0:1,1:2 hugepagesz=1G hugetlb_cma=1G "
    "irqaffinity=0 isolcpus=1 kernelcore=50% kernelcore=mirror kfence.sample_interval=0 "
    "log_buf_len=4M maxcpus=0 mem=64M mem=1G memmap=1M!2G memmap=16M#1G memmap=64K$1M "
    "memmap=exactmap memmap=640K@0 memmap=512M@1M movable_node movablecore=1G "
    "nohz_full=1 nokaslr no5lvl nosmp nr_cpus=2 numa=fake=4 numa=fake=64M numa=off "
    "numa_cma=0:16M cma_pernuma=16M page_owner=on percpu_alloc=page possible_cpus=64 "
    "pti=on reserve_mem=1M:4K:x reservelow=640K slub_debug=U swiotlb=force swiotlb=8192,4 "
    "debug_pagealloc=on memory_corruption_check=1 mminit_loglevel=4";

class Mutator {
 public:
  Mutator(std::string text, unsigned seed) : text_(std::move(text)), random_(seed) {}

  std::string run() {
    for (std::size_t times = 1 + pick(4); times > 0; --times) change();
    return std::move(text_);
  }

 private:
  std::size_t pick(std::size_t n) { return random_() % n; }
  // A word of those between blanks.
  std::string_view one_of(std::string_view words) {
    const std::size_t end = words.find(' ', pick(words.size()));
    words = words.substr(0, end);
    return words.substr(words.rfind(' ') + 1);
  }

  void change() {
    switch (pick(6)) {
      case 0:
        return double_line();
      case 1:
        return drop_line();
      case 2:
        return add_word();
      default:
        return change_number();
    }
  }

  void change_number() {
    const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    std::size_t from = text_.find_first_of("0123456789", pick(text_.size() + 1));
    if (from == text_.npos) return;
    while (from > 0 && is_part(text_[from - 1])) --from;
    std::size_t to = from;
    while (to < text_.size() && is_part(text_[to])) ++to;
    text_.replace(from, to - from, one_of(kNumbers));
  }

  // The beginning of a line.
  std::size_t line() {
    const std::size_t end = text_.rfind('\n', pick(text_.size() + 1));
    return end == text_.npos ? 0 : end + 1;
  }
  std::string line_at(std::size_t at) const {
    return text_.substr(at, std::min(text_.find('\n', at), text_.size() - 1) - at + 1);
  }

  void double_line() {
    if (text_.empty()) return;
    const std::size_t from = line();
    text_.insert(pick(2) == 0 ? from : line(), line_at(from));
  }

  void drop_line() {
    if (text_.empty()) return;
    const std::size_t at = line();
    text_.erase(at, line_at(at).size());
  }

  void add_word() {
    constexpr std::string_view kSection = "=== cmdline\n";
    if (text_.find(kSection) == text_.npos) text_.insert(0, std::string(kSection) + "\n");
    const std::size_t at = text_.find(kSection) + kSection.size();
    text_.insert(at, std::string(one_of(kWords)) + " ");
  }

  std::string text_;
  std::minstd_rand random_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string changed =
      Mutator({reinterpret_cast<const char*>(data), size}, seed).run().substr(0, max_size);
  std::memcpy(data, changed.data(), changed.size());
  return changed.size();
}
