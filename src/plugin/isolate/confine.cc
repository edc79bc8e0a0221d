#include "plugin/isolate/confine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "base/sanitized.h"
#include "lazy/library.h"

namespace memmap::plugin::isolate {
namespace {

namespace fs = std::filesystem;

constexpr lazy::Library kLibseccomp{MEMMAP_LIBSECCOMP};
MEMMAP_LAZY(kLibseccomp, seccomp_init);
MEMMAP_LAZY(kLibseccomp, seccomp_release);
MEMMAP_LAZY(kLibseccomp, seccomp_attr_set);
MEMMAP_LAZY(kLibseccomp, seccomp_rule_add_array);
MEMMAP_LAZY(kLibseccomp, seccomp_load);
MEMMAP_LAZY(kLibseccomp, seccomp_syscall_resolve_num_arch);

constexpr unsigned kSpareSeconds = 5;

Error system_error(std::string_view what, int error) {
  return Error{.message = fmt::format("cannot be isolated: {}: {}", what, std::strerror(error))};
}

// ---------------------------------------------------------------- landlock

// As the kernel has it now; the header here may be older than the kernel.
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t ports = 0;   // since revision 4
  std::uint64_t scoped = 0;  // since revision 6
};

// Of include/uapi/linux/landlock.h: how many kinds of access a revision knows.
Ruleset everything(int revision) {
  Ruleset out;
  const unsigned files = revision >= 5 ? 16 : revision >= 3 ? 15 : revision >= 2 ? 14 : 13;
  out.files = (std::uint64_t{1} << files) - 1;
  if (revision >= 4) out.ports = 3;   // bind, connect
  if (revision >= 6) out.scoped = 3;  // abstract sockets and signals of others
  return out;
}

std::size_t size_of(int revision) {
  return revision >= 6   ? sizeof(Ruleset)
         : revision >= 4 ? offsetof(Ruleset, scoped)
                         : offsetof(Ruleset, ports);
}

// Where the system has its libraries.
constexpr const char* kLibraries[] = {"/lib",        "/lib64",         "/lib32",
                                      "/usr/lib",    "/usr/lib64",     "/usr/lib32",
                                      "/usr/libx32", "/usr/local/lib", "/etc/ld.so.cache"};

// Allows reading below `path`; one that is not there need not be. Gives the system's error, or 0.
int allow_reading(int ruleset, const char* path) {
  const int fd = ::open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return 0;
  struct stat st {};
  std::uint64_t access = LANDLOCK_ACCESS_FS_READ_FILE;
  if (::fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) access |= LANDLOCK_ACCESS_FS_READ_DIR;
  const landlock_path_beneath_attr rule{.allowed_access = access, .parent_fd = fd};
  const long added =
      ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  const int error = added == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

// From here on the process reaches no files but those, and no more than read them.
Status shut_files(int revision, std::span<const std::string> readable) {
  if (revision == 0) return Done{};
  const Ruleset all = everything(revision);
  const int ruleset =
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, size_of(revision), 0));
  if (ruleset < 0) return system_error("landlock", errno);
  int error = 0;
  for (const std::string& path : readable) {
    if (error == 0) error = allow_reading(ruleset, path.c_str());
  }
  if (error == 0 && ::syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) error = errno;
  ::close(ruleset);
  if (error != 0) return system_error("landlock", error);
  return Done{};
}

// ---------------------------------------------------------------- seccomp

using Condition = scmp_arg_cmp;

Condition is(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
Condition has_none_of(unsigned argument, std::uint64_t bits) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = 0};
}

struct Allowed {
  int call = 0;
  std::vector<Condition> if_all{};
};

// What computing needs, and no more than looking at the process itself.
std::vector<Allowed> to_compute() {
  std::vector<Allowed> out;
  for (const int call : {SCMP_SYS(brk),
                         SCMP_SYS(munmap),
                         SCMP_SYS(mremap),
                         SCMP_SYS(madvise),
                         SCMP_SYS(futex),
                         SCMP_SYS(exit),
                         SCMP_SYS(exit_group),
                         SCMP_SYS(clock_gettime),
                         SCMP_SYS(clock_getres),
                         SCMP_SYS(gettimeofday),
                         SCMP_SYS(time),
                         SCMP_SYS(nanosleep),
                         SCMP_SYS(clock_nanosleep),
                         SCMP_SYS(restart_syscall),
                         SCMP_SYS(sched_yield),
                         SCMP_SYS(sched_getaffinity),
                         SCMP_SYS(getrandom),
                         SCMP_SYS(getpid),
                         SCMP_SYS(gettid),
                         SCMP_SYS(rt_sigprocmask),
                         SCMP_SYS(getcpu),
                         SCMP_SYS(getrusage),
                         SCMP_SYS(sigaltstack),
                         SCMP_SYS(membarrier)}) {
    out.push_back({call, {}});
  }
  const std::uint64_t socket = Confinement::kSocket;
  out.push_back({SCMP_SYS(write), {is(0, socket)}});
  // Standard error is /dev/null: assert() and what C++ says of exceptions end there.
  out.push_back({SCMP_SYS(write), {is(0, STDERR_FILENO)}});
  out.push_back({SCMP_SYS(writev), {is(0, STDERR_FILENO)}});
  // A signal to itself: abort(), raise().
  out.push_back({SCMP_SYS(tgkill), {is(0, static_cast<std::uint64_t>(::getpid()))}});
  return out;
}

std::vector<Allowed> to_run() {
  std::vector<Allowed> out = to_compute();
  out.push_back({SCMP_SYS(read), {is(0, Confinement::kSocket)}});
  out.push_back({SCMP_SYS(mmap), {has_none_of(2, PROT_EXEC)}});
  out.push_back({SCMP_SYS(mprotect), {has_none_of(2, PROT_EXEC)}});
  return out;
}

// What the loader needs besides, and what the second filter is put in place with.
std::vector<Allowed> to_load() {
  constexpr std::uint64_t kWrites = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | O_PATH;
  std::vector<Allowed> out = to_compute();
  for (const int call :
       {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
        SCMP_SYS(readlink), SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(landlock_create_ruleset),
        SCMP_SYS(landlock_restrict_self)}) {
    out.push_back({call, {}});
  }
  out.push_back({SCMP_SYS(openat), {has_none_of(2, kWrites)}});
  out.push_back({SCMP_SYS(open), {has_none_of(1, kWrites)}});
  out.push_back({SCMP_SYS(seccomp), {is(0, SECCOMP_SET_MODE_FILTER)}});
  return out;
}

// A filter that is made, and waits.
class Filter {
 public:
  explicit Filter(const std::vector<Allowed>& allowed)
      : filter_(seccomp_init(SCMP_ACT_TRAP)), good_(filter_ != nullptr) {
    if (!good_) return;
    good_ = seccomp_attr_set(filter_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
            seccomp_attr_set(filter_, SCMP_FLTATR_CTL_NNP, 0) == 0;
    for (const Allowed& a : allowed) {
      if (!good_) return;
      good_ = seccomp_rule_add_array(filter_, SCMP_ACT_ALLOW, a.call,
                                     static_cast<unsigned>(a.if_all.size()), a.if_all.data()) == 0;
    }
  }
  ~Filter() {
    if (filter_ != nullptr) seccomp_release(filter_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  Status load() {
    if (!good_) return system_error("seccomp", EINVAL);
    if (const int error = seccomp_load(filter_); error != 0) return system_error("seccomp", -error);
    return Done{};
  }

 private:
  scmp_filter_ctx filter_;
  bool good_;
};

void (*tell_refused)(int call) = nullptr;

void on_refused_call(int /*signal*/, siginfo_t* info, void* /*context*/) {
  constexpr int kBySeccomp = 1;  // SYS_SECCOMP, which the C library's header does not have yet
  if (info->si_code == kBySeccomp && tell_refused != nullptr) tell_refused(info->si_syscall);
  for (;;) ::syscall(SYS_exit_group, Confinement::kRefused);
}

void watch_refusals(void (*on_refused)(int call)) {
  tell_refused = on_refused;
  struct sigaction action {};
  action.sa_sigaction = on_refused_call;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSYS, &action, nullptr);
}

// ------------------------------------------------------------------ limits

Status limit(int resource, const char* name, rlim_t most) {
  rlimit both{};
  // What is less already stays so: nobody raises that who may not.
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &both) == 0) {
    most = std::min(most, both.rlim_max);
  }
  both = {.rlim_cur = most, .rlim_max = most};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) == 0) return Done{};
  return system_error(name, errno);
}

Status set_limits(const Limits& limits) {
  constexpr rlim_t kFiles = 64;  // a library's libraries are opened one after the other
  const std::tuple<int, const char*, rlim_t> kLimits[] = {
      {RLIMIT_AS, "address space", kAddressSanitized ? RLIM_INFINITY : limits.memory},
      {RLIMIT_CORE, "core files", 0},
      {RLIMIT_FSIZE, "size of files", 0},
      {RLIMIT_NPROC, "processes", 0},
      {RLIMIT_NOFILE, "open files", kFiles},
      {RLIMIT_MEMLOCK, "locked memory", 0},
      {RLIMIT_MSGQUEUE, "message queues", 0},
  };
  for (const auto& [resource, name, most] : kLimits) {
    if (Status s = limit(resource, name, most); !s) return s;
  }
  if (limits.seconds == 0) return Done{};
  // The other process counts the time of each call; this is for when it cannot, and is put off by it.
  rlimit soft{};
  ::getrlimit(RLIMIT_CPU, &soft);
  soft.rlim_cur = std::min(rlim_t{limits.seconds} + kSpareSeconds, soft.rlim_max);
  if (::setrlimit(RLIMIT_CPU, &soft) == 0) return Done{};
  return system_error("processor time", errno);
}

}  // namespace

struct Confinement::Filters {
  Filter load{to_load()};
  Filter run{to_run()};
};

Protection protection_here() {
  Protection out;
  const long revision =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  out.landlock = revision > 0 ? static_cast<int>(revision) : 0;
  const std::uint32_t action = SECCOMP_RET_TRAP;
  if (::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) {
    try {
      // Whether the library is there; the name is the caller's to free.
      std::free(seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, 0));
      out.seccomp = true;
    } catch (const std::runtime_error&) {
    }
  }
  return out;
}

std::optional<std::string> what_lacks(const Protection& p) {
  if (p.seccomp && p.landlock > 0) return std::nullopt;
  if (p.seccomp) {
    return "plugins run in processes of their own, whose system calls are filtered (seccomp); this "
           "kernel has no landlock: a plugin can read files";
  }
  if (p.landlock > 0) {
    return "plugins run in processes of their own, which files are shut off from (landlock); no "
           "seccomp is here: a plugin can make system calls, signal processes and use sockets";
  }
  return "plugins run in processes of their own, and nothing else contains them: neither seccomp "
         "nor "
         "landlock is here";
}

Confinement::Confinement(const Protection& protection, const Limits& limits,
                         void (*on_refused)(int call))
    : protection_(protection), limits_(limits) {
  if (!protection_.seccomp) return;
  watch_refusals(on_refused);
  filters_ = std::make_unique<Filters>();
}
Confinement::~Confinement() = default;

Status Confinement::before_loading(const fs::path& file) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return system_error("no_new_privs", errno);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  std::vector<std::string> readable{file.string()};
  readable.insert(readable.end(), std::begin(kLibraries), std::end(kLibraries));
  if (Status s = shut_files(protection_.landlock, readable); !s) return s;
  if (Status s = set_limits(limits_); !s) return s;
  return filters_ == nullptr ? Status(Done{}) : filters_->load.load();
}

Status Confinement::after_loading() {
  if (Status s = shut_files(protection_.landlock, {}); !s) return s;
  return filters_ == nullptr ? Status(Done{}) : filters_->run.load();
}

std::string name_of_system_call(int number) {
  try {
    // Of the C library, which it is to give back.
    const std::unique_ptr<char, void (*)(void*)> name(
        seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number), std::free);
    if (name != nullptr) return name.get();
  } catch (const std::runtime_error&) {
  }
  return fmt::format("{}", number);
}

}  // namespace memmap::plugin::isolate
