// What this format is.
#include <cstdlib>
#include <memmap/plugin/plugin.hpp>
#include <string>
#include <string_view>

namespace {

using memmap::plugin::Host;

constexpr std::string_view kFirstLine = "@NAME@\n";

std::string_view text_of(const memmap_source_input_t& in) {
  return {reinterpret_cast<const char*>(in.bytes), in.byte_count};
}

// From 0, this is not of the format, to 100, no other looks like that.
std::int32_t recognise(const memmap_source_input_t* in, const memmap_host_t*, const char** reason) {
  *reason = "whether the first line is the format's name";
  return text_of(*in).substr(0, kFirstLine.size()) == kFirstLine ? 100 : 0;
}

// After the first line: START SIZE, of RAM, one a line.
std::int32_t read(const memmap_source_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    std::string_view text = text_of(*in);
    if (text.substr(0, kFirstLine.size()) != kFirstLine) {
      h.input_error(1, 1, "expected the format's name");
      return MEMMAP_FAILED;
    }
    text.remove_prefix(kFirstLine.size());
    for (std::uint64_t number = 2; !text.empty(); ++number) {
      const std::string line(text.substr(0, text.find('\n')));
      text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
      char* rest = nullptr;
      const std::uint64_t start = std::strtoull(line.c_str(), &rest, 0);
      const bool blank = *rest == ' ';
      const std::uint64_t size = blank ? std::strtoull(rest + 1, &rest, 0) : 0;
      if (!blank || *rest != '\0' || size > UINT64_MAX - start) {
        h.input_error(number, 1, "expected START SIZE");
        return MEMMAP_FAILED;
      }
      h.entry(start, start + size, 1);
    }
    return MEMMAP_OK;
  });
}

constexpr memmap_source_t kSource = {sizeof(memmap_source_t), 0,         "the format @NAME@",
                                     "memmap simulate FILE",  recognise, read};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_SOURCE_1) ? &kSource : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin =
    memmap::plugin::describe("@NAME@", "0.1", "Reads the format @NAME@", get_interface);
