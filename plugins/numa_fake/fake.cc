// numa=fake: the kernel splits the nodes it has into smaller ones, for tests.
// kernel: numa_emulation(), arch/x86/mm/numa_emulation.c, v6.1; mm/numa_emulation.c, v6.12
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

using Version = std::array<std::uint32_t, 3>;

constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kUnit = 32ull << 20;     // FAKE_NODE_MIN_SIZE
constexpr std::uint64_t kDma32End = 1ull << 32;  // numa_emu_dma_end()

constexpr std::uint64_t down(std::uint64_t size, std::uint64_t unit) { return size / unit * unit; }
constexpr std::uint64_t up(std::uint64_t size, std::uint64_t unit) {
  return down(size + unit - 1, unit);
}

struct Block {
  std::uint64_t base;
  std::uint64_t end;
  std::int32_t nid;
};

// Whether each node has to come to as many as were asked for; before, those behind the first are helped by what it came to.
// Since 7.2, 6.12.97 and 6.1.178; other stable series took it over in July 2026, of which no number was read.
// kernel: numa_emulation(), mm/numa_emulation.c, v6.12 and v7.2
bool uniform_by_node(const std::uint32_t (&kernel_version)[3]) {
  const Version version = std::to_array(kernel_version);
  return version >= Version{7, 2, 0} ||
         (version >= Version{6, 12, 97} && version < Version{6, 13, 0}) ||
         (version >= Version{6, 1, 178} && version < Version{6, 2, 0});
}

class Emulator {
 public:
  Emulator(const memmap_numa_input_t& in, const Host& host)
      : in_(in), host_(host), nodes_(in.nodes, in.nodes + in.node_count) {
    for (const memmap_range_t& b : memmap::plugin::blocks_of(in)) {
      left_.push_back({b.base, b.end, b.nid});
    }
  }

  // Whether the command (what follows `numa=fake=`) and the memory allow it.
  bool run(const std::string& command) {
    if (command.find('U') != command.npos) {
      return each_node_uniformly(host_.read_number(command.c_str(), MEMMAP_PLAIN));
    }
    if (command.find_first_of("MG") != command.npos) {
      const std::uint64_t size = host_.read_number(command.c_str(), MEMMAP_SIZE);
      const std::uint64_t least = capacity(0, in_.end_of_ram, hole(0, in_.end_of_ram), max_nodes());
      return size != 0 && split(nodes_, at_least(size, least), max_nodes(), 0, Holes::count);
    }
    return interleave(host_.read_number(command.c_str(), MEMMAP_PLAIN));
  }

  const std::vector<Block>& made() const { return made_; }

 private:
  enum class Holes { count, ignore };

  std::uint64_t max_nodes() const { return in_.facts->max_nodes; }

  // Bytes of [start, end) that are no memory, whole pages. kernel: mem_hole_size()
  std::uint64_t hole(std::uint64_t start, std::uint64_t end) const {
    const std::uint64_t first = up(start, kPage);
    const std::uint64_t last = down(end, kPage);
    if (first >= last) return 0;
    std::uint64_t absent = last - first;
    for (const memmap_range_t& r : memmap::plugin::memory_of(in_)) {
      const std::uint64_t from = std::clamp(up(r.base, kPage), first, last);
      const std::uint64_t to = std::clamp(down(r.end, kPage), first, last);
      if (from < to) absent -= to - from;
    }
    return absent;
  }

  // kernel: uniform_size()
  static std::uint64_t capacity(std::uint64_t start, std::uint64_t end, std::uint64_t holes,
                                std::uint64_t nodes) {
    return (end / kPage - start / kPage - holes / kPage) / nodes * kPage;
  }

  static std::uint64_t at_least(std::uint64_t size, std::uint64_t least) {
    return down(std::max(size, up(std::max(least, kUnit), kUnit)), kUnit);
  }

  // The end of a part that holds `size` bytes of memory, or `limit`. kernel: find_end_of_node()
  std::uint64_t end_with(std::uint64_t start, std::uint64_t end, std::uint64_t limit,
                         std::uint64_t size) const {
    while (end - start - hole(start, end) < size) {
      end += kUnit;
      if (end > limit) return limit;
    }
    return end;
  }

  // A rest below 4 GiB that is too small for a part goes to this one.
  std::uint64_t with_rest_of_dma32(std::uint64_t end) const {
    const bool small = end < kDma32End && kDma32End - end - hole(end, kDma32End) < kUnit;
    return small ? kDma32End : end;
  }

  // kernel: emu_setup_memblk(); false: too many blocks
  bool take(std::size_t index, std::int32_t nid, std::uint64_t size) {
    if (made_.size() >= 2 * max_nodes()) return false;  // NR_NODE_MEMBLKS
    Block& block = left_[index];
    const std::uint64_t end = block.base + size;
    made_.push_back({block.base, end, nid});
    host_.say(MEMMAP_SEVERITY_INFO,
              "Faking node " + std::to_string(nid) + " (" + std::to_string(size >> 20) + "MB)",
              "emu_setup_memblk(), mm/numa_emulation.c", block.base, end);
    if (end >= block.end) {
      left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      block.base = end;
    }
    return true;
  }

  std::optional<std::size_t> block_of(std::int32_t nid) const {
    const auto found =
        std::find_if(left_.begin(), left_.end(), [&](const Block& b) { return b.nid == nid; });
    if (found == left_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - left_.begin());
  }

  // Takes parts in turns from `nodes` until nothing is left of them. `end_of`: of a part, from its
  // start, its block's end and the number of the part.
  template <class EndOf>
  bool fill(std::set<std::int32_t> nodes, std::uint64_t new_nodes, std::uint64_t first,
            const EndOf& end_of) {
    count_ = first;
    while (!nodes.empty()) {
      for (auto node = nodes.begin(); node != nodes.end();) {
        const auto index = block_of(*node);
        if (!index) {
          node = nodes.erase(node);
          continue;
        }
        const std::uint64_t start = left_[*index].base;
        const std::uint64_t limit = left_[*index].end;
        const std::uint64_t end = end_of(start, limit, count_);
        const auto nid = static_cast<std::int32_t>(count_++ % new_nodes);
        if (!take(*index, nid, std::min(end, limit) - start)) return false;
        ++node;
      }
    }
    return true;
  }

  // kernel: split_nodes_interleave()
  bool interleave(std::uint64_t count) {
    if (count == 0 || count > ~0u >> 1) return false;
    count = std::min(count, max_nodes());
    const std::uint64_t end_of_ram = in_.end_of_ram;
    std::uint64_t size = (end_of_ram - hole(0, end_of_ram)) / kPage / count * kPage;
    const std::uint64_t big = size % kUnit * count / kUnit;
    size = down(size, kUnit);
    if (size == 0) {
      host_.say(MEMMAP_SEVERITY_WARNING,
                "Not enough memory for each node.  NUMA emulation disabled.",
                "split_nodes_interleave(), mm/numa_emulation.c", 0, end_of_ram);
      return false;
    }
    return fill(nodes_, count, 0, [&](std::uint64_t start, std::uint64_t limit, std::uint64_t n) {
      std::uint64_t end = start + size + (n < big ? kUnit : 0);
      end = with_rest_of_dma32(end_with(start, end, limit, size));
      return end >= limit || limit - end - hole(end, limit) < size ? limit : end;
    });
  }

  // kernel: split_nodes_size_interleave_uniform()
  bool split(const std::set<std::int32_t>& nodes, std::uint64_t size, std::uint64_t new_nodes,
             std::uint64_t first, Holes holes) {
    return fill(nodes, new_nodes, first,
                [&](std::uint64_t start, std::uint64_t limit, std::uint64_t) {
                  std::uint64_t end = start + size;
                  if (holes == Holes::count) end = end_with(start, end, limit, size);
                  end = with_rest_of_dma32(end);
                  const bool last = end < limit && limit - end - hole(end, limit) < size;
                  return holes == Holes::count && last ? limit : end;
                });
  }

  bool each_node_uniformly(std::uint64_t count) {
    if (count == 0) return false;
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < nodes_.size() && !left_.empty(); ++i) {
      const Block block = left_.front();
      const std::uint64_t least = capacity(block.base, block.end, 0, count);
      const std::uint64_t size = at_least(least, least);
      if (!split({block.nid}, size, max_nodes(), before, Holes::ignore)) return false;
      const bool few = uniform_by_node(in_.facts->kernel_version)
                           ? count_ != before && count_ - before < count
                           : count_ < count;
      if (few) return false;
      before = count_;
    }
    return true;
  }

  const memmap_numa_input_t& in_;
  const Host& host_;
  std::set<std::int32_t> nodes_;
  std::vector<Block> left_{};  // what is not split yet
  std::vector<Block> made_{};
  std::uint64_t count_ = 0;
};

// The option, else what follows the last numa=fake=.
std::string command_of(const memmap_facts_t& facts, const Host& host) {
  if (const auto option = host.text("split")) return *option;
  constexpr char kFake[] = "fake=";
  std::string command;
  for (std::size_t i = 0; i < facts.parameter_count; ++i) {
    const memmap_setting_t& p = facts.parameters[i];
    if (p.value == nullptr || !memmap::plugin::is_parameter(p, "numa")) continue;
    if (std::strncmp(p.value, kFake, sizeof kFake - 1) == 0) command = p.value + sizeof kFake - 1;
  }
  return host.has_config("NUMA_EMU") ? command : "";
}

// With numa=off the nodes are split and then left as they were: since 6.14, and 6.12.67.
// kernel: fix_pxm_node_maps(), drivers/acpi/numa/srat.c, v6.12
bool gives_up(const memmap_facts_t& facts, const Host& host) {
  if (host.text("split")) return false;
  const Version version = std::to_array(facts.kernel_version);
  const bool stable = version[0] == 6 && version[1] == 12 && version[2] >= 67;
  if (!stable && version < Version{6, 14, 0}) return false;
  return memmap::plugin::any_starts(facts, "numa", "off");
}

std::int32_t run(const memmap_numa_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const std::string command = command_of(*in->facts, h);
    if (command.empty()) return MEMMAP_NONE;
    Emulator emulator(*in, h);
    if (!emulator.run(command) || gives_up(*in->facts, h)) return MEMMAP_NONE;
    for (const Block& b : emulator.made()) h.assign(b.base, b.end, b.nid, "split");
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_TEXT, "split",
     "what to make, as after numa=fake=, for any kernel: 4, 512M, 2U", nullptr, nullptr, 0, 0, 0,
     0},
};

constexpr memmap_numa_t kNuma = {sizeof(memmap_numa_t), MEMMAP_NUMA_TRANSFORMS, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_NUMA_1) ? &kNuma : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "numa_fake", "1.0", "Splits nodes into smaller ones: numa=fake=", get_interface, kOptions, 1);
