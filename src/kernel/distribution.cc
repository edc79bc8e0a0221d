#include "kernel/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/address.h"
#include "base/align.h"

namespace memmap::kernel {
namespace {

using Rules = Distribution::Rules;

// clang-format off
constexpr Distribution kDistributions[] = {
    // id, name, its rules, whose kernels it changes, compiler, what was read
    {"mainline",  "kernel.org",            Rules::version,   "",       "",         "the tables of differences are of its source"},
    {"debian",    "Debian",                Rules::version,   "",       "Debian",   "linux 5.10 to 7.3; its profiles are compared with boots"},
    {"ubuntu",    "Ubuntu",                Rules::version,   "",       "Ubuntu",   "linux 5.15.0-185.195 (of 5.15.200)"},
    {"proxmox",   "Proxmox",               Rules::version,   "ubuntu", "Debian",   "pve-kernel, its patches for 4.13 to 7.0: none changes a stage"},
    {"fedora",    "Fedora",                Rules::version,   "",       "Red Hat",  ""},
    {"arch",      "Arch Linux",            Rules::version,   "",       "",         ""},
    {"gentoo",    "Gentoo",                Rules::version,   "",       "Gentoo",   ""},
    {"elrepo",    "ELRepo",                Rules::version,   "",       "Red Hat",  ""},
    {"tumbleweed", "openSUSE",             Rules::version,   "",       "SUSE",     ""},
    {"el7",       "Enterprise Linux 7",    Rules::builds,    "",       "Red Hat",  "kernel-3.10.0-1062.el7"},
    {"el8",       "Enterprise Linux 8",    Rules::builds,    "",       "Red Hat",  "kernel-4.18.0-80.7.1.el8_0, -240.22.1, -305.25.1, -348.23.1, -372.32.1, -425.19.2, -477.13.1, -513.24.1, -553.66.1.el8_10"},
    {"el9",       "Enterprise Linux 9",    Rules::builds,    "",       "Red Hat",  "kernel-5.14.0-70.30.1.el9_0, -162.23.1, -284.30.1, -362.24.1, -427.42.1, -503.40.1, -570.32.1.el9_6"},
    {"el10",      "Enterprise Linux 10",   Rules::builds,    "",       "Red Hat",  "kernel-6.12.0-55.24.1.el10_0"},
    {"uek",       "Oracle's UEK",          Rules::not_known, "",       "Red Hat",  ""},
    {"suse",      "SUSE Linux Enterprise and Leap", Rules::not_known, "", "SUSE",  ""},
    {"amazon",    "Amazon Linux",          Rules::not_known, "",       "",         ""},
    {"azurelinux", "Azure Linux",          Rules::not_known, "",       "",         ""},
    {"openeuler", "openEuler",             Rules::not_known, "",       "",         ""},
    {"kali",      "Kali Linux",            Rules::not_known, "debian", "Debian",   ""},
    {"pop",       "Pop!_OS",               Rules::not_known, "ubuntu", "Ubuntu",   ""},
    {"trisquel",  "Trisquel",              Rules::not_known, "ubuntu", "Ubuntu",   ""},
    {"cachyos",   "CachyOS",               Rules::not_known, "arch",   "",         ""},
    {"manjaro",   "Manjaro",               Rules::not_known, "arch",   "",         ""},
    {"alpine",    "Alpine Linux",          Rules::not_known, "",       "Alpine",   ""},
    {"nixos",     "NixOS",                 Rules::not_known, "",       "",         ""},
    {"mageia",    "Mageia",                Rules::not_known, "",       "",         ""},
    {"mariux64",  "mariux64",              Rules::not_known, "",       "",         ""},
    {"wsl",       "Microsoft's WSL",       Rules::not_known, "",       "",         ""},
    {"qubes",     "Qubes OS",              Rules::not_known, "",       "",         ""},
    {"xanmod",    "XanMod",                Rules::not_known, "",       "",         ""},
    {"liquorix",  "Liquorix",              Rules::not_known, "",       "",         ""},
    {"android",   "Android",               Rules::not_known, "",       "",         ""},
};

// Of a text: `#` stands for one digit or more, all else for itself; `^` begins and `$` ends it.
struct Mark {
  std::string_view pattern{};
  std::string_view id{};
};

// The first that is found counts.
constexpr Mark kReleaseMarks[] = {
    {".elrepo.", "elrepo"},        {".el#uek", "uek"},          {".el#.uek", "uek"},
    {".el7", "el7"},               {".el8", "el8"},             {".el9", "el9"},
    {".el10", "el10"},             {".qubes", "qubes"},         {".amzn#", "amazon"},
    {".fc#", "fedora"},            {".azl#", "azurelinux"},     {".cm#", "azurelinux"},
    {".oe#", "openeuler"},         {".mga#", "mageia"},         {".mx64.#", "mariux64"},
    {"-pve", "proxmox"},           {"-cachyos", "cachyos"},     {"-MANJARO", "manjaro"},
    {"-arch#-", "arch"},           {"-zen#-#-zen$", "arch"},    {"-hardened#-#-hardened$", "arch"},
    {"-gentoo", "gentoo"},         {"-kali#-", "kali"},         {"-microsoft-standard", "wsl"},
    {"-xanmod#", "xanmod"},        {"-liquorix-", "liquorix"},  {"-android#-", "android"},
    {"+deb#", "debian"},           {"+bpo", "debian"},          {"-#-amd64$", "debian"},
    {"-#-cloud-amd64$", "debian"}, {"-#-rt-amd64$", "debian"},  {"-#-amd64-unsigned$", "debian"},
    {".deb#.#-", "debian"},
};

// Flavours of Ubuntu's, behind `5.15.0-67`; mainline builds of its archive have six digits there.
constexpr std::string_view kUbuntuFlavours[] = {
    "generic", "lowlatency", "server", "virtual",  "kvm",    "aws",         "azure",
    "gcp",     "oem",        "oracle", "realtime", "nvidia", "generic-hwe", "lowlatency-hwe"};

// SUSE Linux Enterprise and Leap keep a version for years; SUSE's others follow the stable series.
constexpr std::string_view kSuseKept[] = {"4.4.",     "4.12.14-", "5.3.18-",
                                          "5.14.21-", "6.4.0-1",  "6.12.0-16"};
constexpr std::string_view kSuseFlavours[] = {"-default", "-preempt", "-azure", "-rt", "-kvmsmall"};

constexpr Mark kBannerMarks[] = {
    {"trisquel", "trisquel"},   {" PVE #", "proxmox"},   {" PMX #", "proxmox"},
    {"(Ubuntu #.#.#-#.#", "ubuntu"}, {"-Ubuntu SMP", "ubuntu"}, {" Debian #.#", "debian"},
    {" ZEN SMP", "arch"},       {"@archlinux)", "arch"}, {"(nixbld@", "nixos"},
    {"(geeko@buildhost)", "tumbleweed"},
};
// clang-format on

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether `text` begins with the pattern, from a place that it may stand at.
bool stands_at(std::string_view text, std::string_view pattern) {
  while (!pattern.empty()) {
    const char c = pattern.front();
    pattern.remove_prefix(1);
    if (c == '$' && pattern.empty()) return text.empty();
    if (c == '#') {
      if (text.empty() || !is_digit(text.front())) return false;
      while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
      continue;
    }
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
  }
  return true;
}

bool has(std::string_view text, std::string_view pattern) {
  if (pattern.starts_with('^')) return stands_at(text, pattern.substr(1));
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (stands_at(text.substr(at), pattern)) return true;
  }
  return false;
}

// Takes what the pattern stands for off the front, where it does.
bool eat(std::string_view& text, std::string_view pattern) {
  for (std::size_t n = text.size(); n > 0; --n) {
    std::string whole(pattern);
    whole += '$';
    if (!stands_at(text.substr(0, n), whole)) continue;
    text.remove_prefix(n);
    return true;
  }
  return false;
}

// `6.12.31`, `5.16.0-rc1+`, `5.19.0-rc3-00027-g0568e6122574`, `6.11.0-rc5-next-20240829`: kernel.org's
// source, as its own scripts name what was built of it. `6.19.0-rc6-1-git-00201-gcfc7bee071d1` is not.
// kernel: scripts/setlocalversion, v6.12
bool is_mainline(std::string_view release) {
  if (!eat(release, "#.#")) return false;
  eat(release, ".#");
  eat(release, "-rc#");
  eat(release, "-next-#");
  if (release.starts_with('-') && eat(release, "-#-g")) {
    const auto end =
        std::ranges::find_if(release, [](char c) { return !is_digit(c) && (c < 'a' || c > 'f'); });
    release.remove_prefix(static_cast<std::size_t>(end - release.begin()));
  }
  if (release.starts_with("-dirty")) release.remove_prefix(6);
  if (release.starts_with('+')) release.remove_prefix(1);
  return release.empty();
}

const Mark* first_of(std::span<const Mark> marks, std::string_view text) {
  const auto it = std::ranges::find_if(marks, [&](const Mark& m) { return has(text, m.pattern); });
  return it == marks.end() ? nullptr : &*it;
}

// `5.15.0-67-generic`; `5.5.0-050500rc3-generic` is a build of mainline's, in Ubuntu's archive;
// `6.9.3-76060903-generic` one of Pop!_OS's.
std::string_view ubuntu_flavour(std::string_view release) {
  std::string_view rest = release;
  if (!eat(rest, "#.#.#-")) return {};
  if (rest.starts_with('0')) return rest.ends_with("-generic") ? "mainline" : "";
  const std::string_view number = rest.substr(0, rest.find('-'));
  if (number.empty() || !std::ranges::all_of(number, is_digit)) return {};
  rest.remove_prefix(std::min(rest.size(), number.size() + 1));
  const auto& all = kUbuntuFlavours;
  if (std::ranges::find(all, rest) == std::end(all)) return {};
  return number.size() >= 8 ? "pop" : "ubuntu";
}

std::string_view suse_of(std::string_view release) {
  const auto ends = [&](std::string_view flavour) { return release.ends_with(flavour); };
  const auto begins = [&](std::string_view kept) { return release.starts_with(kept); };
  if (std::ranges::any_of(kSuseFlavours, ends) && std::ranges::any_of(kSuseKept, begins))
    return "suse";
  return release.ends_with("-default") ? "tumbleweed" : "";
}

struct Told {
  const Distribution* distribution = nullptr;
  std::string by{};
};

Told told_by_release(std::string_view release) {
  if (const Mark* m = first_of(kReleaseMarks, release))
    return {find_distribution(m->id), fmt::format("its release, `{}`", release)};
  for (const std::string_view id : {ubuntu_flavour(release), suse_of(release)}) {
    if (!id.empty()) return {find_distribution(id), fmt::format("its release, `{}`", release)};
  }
  return {};
}

// `Debian` of `gcc-10 (Debian 10.2.1-6) 10.2.1`.
std::string_view builder_of(std::string_view compiler) {
  for (const std::string_view name : {"Debian", "Ubuntu", "Red Hat", "SUSE", "Alpine", "Gentoo"}) {
    std::size_t at = compiler.find(name);
    if (at != compiler.npos && at > 0 && compiler[at - 1] == '(') return name;
  }
  return {};
}

bool related(const Distribution& a, const Distribution& b) {
  return &a == &b || a.based_on == b.id || b.based_on == a.id || a.id == "mainline" ||
         b.id == "mainline" || (a.compiler == "SUSE" && b.compiler == "SUSE") ||
         (a.id == "proxmox" && b.id == "debian");
}

// 160 MiB and 2 bits for each page, in whole MiB; nothing below 2 GiB, to the next 128 MiB.
std::string el7_auto(std::uint64_t memory) {
  if (align_up(memory, 128 * kMiB) < 2 * kGiB) return "0M";
  const std::uint64_t bitmap = (memory / kPageSize) / 4;
  return fmt::format("{}M", align_up(160 * kMiB + bitmap, kMiB) >> 20);
}

// EL8's, by the first build that has each: 8.0, 8.3 and 8.8.
// kernel: __parse_crashkernel(), kernel/crash_core.c, 4.18.0-80.7.1.el8_0, -240.22.1, -477.13.1
struct AutoList {
  unsigned since = 0;
  const char* ranges = nullptr;
};
constexpr AutoList kEl8Auto[] = {
    {477, "1G-4G:192M,4G-64G:256M,64G-:512M"},
    {240, "1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M"},
    {0, "1G-64G:160M,64G-1T:256M,1T-:512M"},
};

}  // namespace

std::span<const Distribution> distributions() { return kDistributions; }

const Distribution* find_distribution(std::string_view id) {
  const auto* it = std::ranges::find(kDistributions, id, &Distribution::id);
  return it == std::end(kDistributions) ? nullptr : it;
}

Recognised recognise(const Marks& marks) {
  std::string_view release = marks.release;
  if (release.empty()) release = marks.banner.substr(0, marks.banner.find(' '));
  const std::size_t blank = std::min(marks.banner.find(' '), marks.banner.size());
  const std::string_view told = marks.banner.substr(blank);
  const Told first = told_by_release(release);
  Told second;
  if (const Mark* m = first_of(kBannerMarks, told))
    second = {find_distribution(m->id), "its banner"};
  Recognised out{first.distribution, first.by, {}};
  // A derivative tells itself in one of the two, and whose kernel it changes in the other.
  const bool finer = second.distribution != nullptr && first.distribution != nullptr &&
                     second.distribution->based_on == first.distribution->id;
  if (out.distribution == nullptr || finer) out = {second.distribution, second.by, {}};
  const std::string_view builder = builder_of(told.find('(') != told.npos ? told : marks.compiler);
  if (out.distribution == nullptr && builder == "Alpine") {
    out = {find_distribution("alpine"), "its compiler", {}};
  } else if (out.distribution == nullptr && has(release, "-#-lts$")) {
    out = {find_distribution("arch"), fmt::format("its release, `{}`", release), {}};
  }
  if (out.distribution == nullptr && is_mainline(release))
    return {find_distribution("mainline"), fmt::format("its release, `{}`", release), {}};
  if (first.distribution != nullptr && second.distribution != nullptr &&
      !related(*first.distribution, *second.distribution)) {
    out.contradiction = fmt::format("its release is one of {}'s, its banner tells of {}",
                                    first.distribution->name, second.distribution->name);
  } else if (out.distribution != nullptr && !builder.empty() &&
             !out.distribution->compiler.empty() && builder != out.distribution->compiler) {
    out.contradiction = fmt::format(
        "it is named as {}'s kernels are, and {}'s compiler built it: it may be "
        "somebody's own",
        out.distribution->name, builder);
  }
  return out;
}

const std::string& release_of(const Profile& profile) {
  return profile.stands_for.empty() ? profile.name : profile.stands_for;
}

const Distribution* distribution_of(const Profile& profile) {
  if (!profile.distribution.empty()) return find_distribution(profile.distribution);
  return recognise({.release = release_of(profile)}).distribution;
}

unsigned build_of(std::string_view release) {
  unsigned out = 0;
  for (std::size_t at = release.find('-') + 1; at != 0 && at < release.size(); ++at) {
    if (!is_digit(release[at]) || out > 100'000) break;
    out = out * 10 + static_cast<unsigned>(release[at] - '0');
  }
  return out;
}

std::optional<std::string> stable_version_in(std::string_view banner) {
  std::size_t at = banner.rfind(" Debian ");
  if (at != banner.npos) {
    at += 8;
  } else if (at = banner.rfind("(Ubuntu "); at != banner.npos) {
    at = banner.find(' ', at + 8);
    if (at == banner.npos) return std::nullopt;
    ++at;
  } else {
    return std::nullopt;
  }
  const std::string_view rest = banner.substr(at);
  std::size_t n = 0;
  while (n < rest.size() && (is_digit(rest[n]) || rest[n] == '.')) ++n;
  const std::string_view version = rest.substr(0, n);
  if (std::ranges::count(version, '.') != 2 || version.back() == '.') return std::nullopt;
  return std::string(version);
}

std::optional<std::string> crashkernel_auto(const Profile& profile, std::uint64_t memory) {
  const Distribution* whose = distribution_of(profile);
  if (whose == nullptr) return std::nullopt;
  if (whose->id == "el7") return el7_auto(memory);
  if (whose->id != "el8") return std::nullopt;
  const unsigned build = build_of(release_of(profile));
  return std::ranges::find_if(kEl8Auto, [&](const AutoList& l) { return build >= l.since; })
      ->ranges;
}

}  // namespace memmap::kernel
