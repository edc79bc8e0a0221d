#include "profile/btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "lazy/library.h"

namespace memmap::kernel {
namespace {

constexpr std::uint16_t kMagic = 0xeb9f;
constexpr std::uint16_t kSwapped = 0x9feb;
constexpr int kDeepest = 32;  // types within types; BTF itself allows no deeper resolving
constexpr int kMostMembers = 100'000;

// As in linux/btf.h; read by hand so that a message can tell the byte.
struct Header {
  std::uint16_t magic;
  std::uint8_t version;
  std::uint8_t flags;
  std::uint32_t header_bytes;
  std::uint32_t type_off;
  std::uint32_t type_len;
  std::uint32_t str_off;
  std::uint32_t str_len;
};
static_assert(sizeof(Header) == 24);

Error fault(const std::string& source, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = source, .offset = offset}};
}

// libbpf changes the byte order silently and tells of damage by a number only.
std::optional<Error> header_fault(const std::string& source, std::string_view bytes) {
  if (bytes.size() < sizeof(Header)) {
    return fault(source, fmt::format("cut short: BTF starts with {} bytes", sizeof(Header)),
                 bytes.size());
  }
  Header h;
  std::memcpy(&h, bytes.data(), sizeof h);
  if (h.magic == kSwapped) {
    return fault(source, "BTF of the other byte order: of no x86 kernel", 0);
  }
  if (h.magic != kMagic) return fault(source, "no BTF: it starts with 9f eb", 0);
  if (h.version != 1) {
    return fault(source, fmt::format("BTF version {}; only 1 is known", h.version), 2);
  }
  if (h.header_bytes < sizeof(Header) || h.header_bytes > bytes.size()) {
    return fault(source, fmt::format("a header of {} bytes does not fit", h.header_bytes), 4);
  }
  const std::uint64_t room = bytes.size() - h.header_bytes;
  if (std::uint64_t{h.type_off} + h.type_len > room ||
      std::uint64_t{h.str_off} + h.str_len > room) {
    return fault(source,
                 fmt::format("cut short: types and names end at byte {}",
                             h.header_bytes + std::max(std::uint64_t{h.type_off} + h.type_len,
                                                       std::uint64_t{h.str_off} + h.str_len)),
                 bytes.size());
  }
  return std::nullopt;
}

// Loaded when it is needed.
const lazy::Library libbpf(MEMMAP_LIBBPF);
MEMMAP_LAZY(libbpf, btf__free);
MEMMAP_LAZY(libbpf, btf__name_by_offset);
MEMMAP_LAZY(libbpf, btf__new);
MEMMAP_LAZY(libbpf, btf__type_by_id);
MEMMAP_LAZY(libbpf, btf__type_cnt);
MEMMAP_LAZY(libbpf, libbpf_get_error);
MEMMAP_LAZY(libbpf, libbpf_set_print);

struct FreeBtf {
  void operator()(btf* b) const { btf__free(b); }
};

}  // namespace

struct Types::Impl {
  std::string source{};
  std::unique_ptr<btf, FreeBtf> types{};
  // Names point into `types`.
  std::unordered_map<std::string_view, std::uint32_t> structs{};  // and unions
  std::unordered_map<std::string_view, std::uint32_t> typedefs{};
  std::unordered_map<std::string_view, std::uint32_t> enums{};
  std::unordered_map<std::string_view, std::int64_t> constants{};

  std::string_view name(std::uint32_t offset) const {
    const char* text = btf__name_by_offset(types.get(), offset);
    return text == nullptr ? std::string_view{} : text;
  }

  const btf_type* type(std::uint32_t id) const { return btf__type_by_id(types.get(), id); }

  // Through typedefs and qualifiers to what has a size.
  const btf_type* plain(std::uint32_t id) const {
    const btf_type* t = type(id);
    for (int depth = 0; t != nullptr && depth < kDeepest; ++depth) {
      if (!btf_is_mod(t) && !btf_is_typedef(t) && !btf_is_type_tag(t)) return t;
      t = type(t->type);
    }
    return nullptr;
  }

  void index(std::uint32_t id) {
    const btf_type* t = type(id);
    if (t == nullptr) return;
    const std::string_view text = name(t->name_off);
    if (btf_is_composite(t) && !text.empty()) {
      structs.emplace(text, id);
    } else if (btf_is_typedef(t)) {
      typedefs.emplace(text, id);
    } else if (btf_is_any_enum(t)) {
      if (!text.empty() && btf_vlen(t) > 0) enums.emplace(text, id);
      for_each_constant(t, [this](std::string_view constant, std::int64_t value) {
        constants.emplace(constant, value);
      });
    }
  }

  template <class Each>
  void for_each_constant(const btf_type* t, const Each& each) const {
    for (std::uint16_t i = 0; i < btf_vlen(t); ++i) {
      if (btf_is_enum(t)) {
        each(name(btf_enum(t)[i].name_off), std::int64_t{btf_enum(t)[i].val});
      } else {
        const struct btf_enum64& e = btf_enum64(t)[i];
        each(name(e.name_off), static_cast<std::int64_t>(btf_enum64_value(&e)));
      }
    }
  }

  // `steps`: how many members may still be looked at; hostile BTF nests without end.
  std::optional<std::uint64_t> offset(const btf_type* t, std::string_view member, int depth,
                                      int& steps) const {
    if (t == nullptr || depth > kDeepest || !btf_is_composite(t)) return std::nullopt;
    const btf_member* m = btf_members(t);
    for (std::uint16_t i = 0; i < btf_vlen(t) && steps > 0; ++i, --steps) {
      const std::uint64_t at = btf_member_bit_offset(t, i) / 8;
      const std::string_view text = name(m[i].name_off);
      if (text == member) return at;
      if (!text.empty()) continue;
      if (const auto inner = offset(plain(m[i].type), member, depth + 1, steps)) {
        return at + *inner;
      }
    }
    return std::nullopt;
  }
};

Types::Types(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Types::Types(Types&&) noexcept = default;
Types& Types::operator=(Types&&) noexcept = default;
Types::~Types() = default;

Result<Types> Types::read(const std::string& source, std::string_view bytes) {
  if (auto wrong = header_fault(source, bytes)) return std::move(*wrong);
  libbpf_set_print(nullptr);  // it would write to standard error
  auto impl = std::make_unique<Impl>();
  impl->source = source;
  impl->types.reset(btf__new(bytes.data(), static_cast<std::uint32_t>(bytes.size())));
  if (libbpf_get_error(impl->types.get()) != 0 || impl->types == nullptr) {
    (void)impl->types.release();  // an error in the guise of a pointer, in libbpf before 1.0
    return fault(source, "damaged BTF: libbpf refuses its types", sizeof(Header));
  }
  const std::uint32_t count = btf__type_cnt(impl->types.get());
  for (std::uint32_t id = 1; id < count; ++id) impl->index(id);
  if (impl->structs.empty()) return fault(source, "holds no structure: no kernel's BTF", 0);
  return Types(std::move(impl));
}

const std::string& Types::source() const { return impl_->source; }

std::optional<std::uint64_t> Types::size_of(std::string_view name) const {
  const btf_type* t = nullptr;
  if (const auto it = impl_->structs.find(name); it != impl_->structs.end()) {
    t = impl_->type(it->second);
  } else if (const auto alias = impl_->typedefs.find(name); alias != impl_->typedefs.end()) {
    t = impl_->plain(alias->second);
  }
  if (t == nullptr || (!btf_is_composite(t) && !btf_is_int(t) && !btf_is_any_enum(t))) {
    return std::nullopt;
  }
  return t->size;
}

std::optional<std::uint64_t> Types::offset_of(std::string_view type,
                                              std::string_view member) const {
  const auto it = impl_->structs.find(type);
  if (it == impl_->structs.end() || member.empty()) return std::nullopt;
  int steps = kMostMembers;
  return impl_->offset(impl_->type(it->second), member, 0, steps);
}

std::optional<std::int64_t> Types::constant(std::string_view name) const {
  const auto it = impl_->constants.find(name);
  return it == impl_->constants.end() ? std::nullopt : std::optional(it->second);
}

std::vector<std::pair<std::string, std::int64_t>> Types::constants_of(std::string_view name) const {
  std::vector<std::pair<std::string, std::int64_t>> out;
  if (const auto it = impl_->enums.find(name); it != impl_->enums.end()) {
    impl_->for_each_constant(
        impl_->type(it->second),
        [&](std::string_view text, std::int64_t value) { out.emplace_back(text, value); });
  }
  return out;
}

bool is_btf(std::string_view bytes) {
  return bytes.starts_with("\x9f\xeb") || bytes.starts_with("\xeb\x9f");
}

}  // namespace memmap::kernel
