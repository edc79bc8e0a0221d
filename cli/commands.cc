#include "commands/commands.h"

#include "choices.h"
#include "request.h"

namespace memmap::cli {
namespace {

// Rows of options, and then of commands, as command.h has their columns: an option's name, its value,
// its help, whether it may be repeated. What several commands take stands before them.
//
// clang-format off
constexpr Option kUsePlugin{"--plugin", "NAME[:KEY=VALUE,...]", "use a plugin (may be given several times)", true, {.installed = "plugin-keys"}};
constexpr Option kWithoutPlugin{"--without-plugin", "NAME", "boot without one of the kernel's own (may be repeated)", true, {.installed = "built-in"}};
constexpr Option kNoEntryLimit{"--no-entry-limit", "", "e820 tables without the kernel's last place"};
constexpr Option kAt{"--at", "MOMENT", "of the boot: hand-over (default), or user-space, where page tables are as the first process finds them", false, {all_of<kMoments>}};
constexpr Option kRoot{"--root", "NAME", "whose page tables: kernel (default), startup or early (before it has its own), user, trampoline or efi (with --at user-space)", false, {root_words}};
constexpr Option kKaslrBase{"--kaslr-base", "NAME=ADDRESS", "where randomisation put kernel_phys_base, kernel_virt_base, page_offset_base, vmalloc_base or vmemmap_base (may be repeated)", true, {base_words}};
constexpr Option kPluginFolder{"--plugin-dir", "DIR", "look for plugins there first (may be given several times)", true};
constexpr Option kIsolate{"--isolate-plugins", "", "run each plugin that is a file in a process of its own, which can do nothing but compute"};
constexpr Option kIsolateUnprotected{"--isolate-unprotected", "", "the same, also where the kernel has nothing to keep it in bounds"};
constexpr Option kPluginTimeout{"--plugin-timeout", "SECONDS", "how long a plugin of others may take to answer (default 60; 0: any time)"};
constexpr Option kOutput{"-o,--output", "FILE", "write there, all or nothing, instead of standard output"};
constexpr Option kForce{"--force", "", "replace FILE if it exists"};
constexpr Option kLimit{"--limit", "NAME=VALUE,...", "take on more, or less: sizes, entries, depth, time, memory; help: lists the limits (may be given several times)", true};

constexpr Option kLive{"--live", "", "this machine: what `memmap capture` gathers of it"};
constexpr Option kScale{"--scale", "SCALE", "of a map's heights: log (default: by the magnitude of sizes), linear or equal", false, {scale_words}};
constexpr Option kTheme{"--theme", "NAME", "of pictures: auto (default: as the reader's screen), light, dark or print (black on white)", false, {theme_words}};
constexpr Option kTitle{"--title", "TEXT", "of pictures, instead of the machine's source"};
constexpr Option kSameKernel{"--kernel", "NAME", "the kernel to boot, as with simulate", false, {.files = true, .installed = "kernels"}};
constexpr Option kConfig{"--config", "FILE", "its .config, instead of the one that it was built with"};
constexpr Option kCmdline{"--cmdline", "TEXT", "its command line, instead of the machine's own"};
constexpr Option kAppend{"--append", "TEXT", "parameters to add to its command line, as a boot loader would"};
constexpr Option kWidth{"--width", "COLUMNS", "of text: 60 to 200, instead of the terminal's, or 80"};
constexpr Option kColor{"--color", "WHEN", "of text: auto (default), always or never", false, {all_of<kColourWishes>}};
constexpr Option kNoPager{"--no-pager", "", "write to a terminal directly, not through MEMMAP_PAGER, PAGER or less"};
constexpr Option kTextOrJson{"--format", "FORMAT", "text (default) or json", false, {all_of<kAnswerFormats>}};

// Rows that stand together: which kernel boots, which plugins take part, where the answer goes.
#define MEMMAP_KERNEL_OPTIONS kSameKernel, kConfig, kCmdline, kAppend
#define MEMMAP_PLUGIN_PLACES kPluginFolder, kIsolate, kIsolateUnprotected
#define MEMMAP_PLUGIN_OPTIONS kUsePlugin, kWithoutPlugin, MEMMAP_PLUGIN_PLACES, kPluginTimeout
#define MEMMAP_ANSWER_OPTIONS kTextOrJson, kOutput, kForce

constexpr Option kSimulate[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    {"--kernel",         "NAME",                 "the kernel to boot: a name that `memmap kernels` lists, a profile's file, or what `memmap kernel` reads: an image, a package, a folder", false, {.files = true, .installed = "kernels"}},
    kConfig,
    kCmdline,
    kAppend,
    {"--format",         "FORMAT",               "text (default), json, jsonl (an object a line), dot, svg (a map to scale), png, pdf, html (a page for a browser), memblock-debug, qemu-mem, ptdump, meminfo, zoneinfo, buddyinfo, iomem or the name of a report plugin", false, {.words = simulate_format_words, .installed = "reports"}},
    {"--section",        "NAME,...",             "of text: summary, map, ledger, e820, memory, reserved, zones, free, pagetables, fixmap, checks, events, notes, steps, nodes, percpu, cma, hugepages", false, {.words = section_words, .several = true}},
    kWidth,
    kColor,
    kNoPager,
    {"--at",             "MOMENT",               "of the boot: hand-over, or user-space, when the first process runs (default: user-space for meminfo, zoneinfo and iomem, else hand-over)", false, {all_of<kMoments>}},
    {"--diagram",        "NAME",                 "of a picture: map (default), memblock, pipeline, pagetables, virtual, numa, structs, buddy or fixmap", false, {diagram_words}},
    kScale,
    kTheme,
    kTitle,
    {"--full",           "",                     "a diagram with everything, nothing folded"},
    {"--against",        "SOURCE",               "with --format html: another machine, or a changed one, to stand beside it"},
    kKaslrBase,
    kOutput,
    kForce,
    {"--strict",         "",                     "exit 1 if the simulated kernel warns or panics"},
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    kLimit,
};

constexpr Option kShow[] = {
    MEMMAP_SOURCE_OPTIONS,
    {"--input-columns",  "LIST",                 "SOURCE is a table with these columns, as --columns of simulate has them", false, {.words = column_words, .several = true}},
    kLive,
    {"--columns",        "LIST",                 "what to show: a,b,c; +d beside the usual ones; help: tells which there are"},
    {"--sort",           "COLUMN[:desc],...",    "sort by these columns, by value"},
    {"--json",           "",                     "an array with an object for each row"},
    {"--raw",            "",                     "words with a blank between them, exact numbers: as lsblk and lsmem have it"},
    {"--bytes",          "",                     "sizes in bytes"},
    {"--no-headings",    "",                     "without the line of titles"},
    MEMMAP_KERNEL_OPTIONS,
    kKaslrBase,
    kWidth,
    kColor,
    kNoPager,
    kOutput,
    kForce,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    kLimit,
};

constexpr Option kAccess[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    {"--do",             "STEP",                 "a step in place of SCRIPT: \"ioremap 0xfed00000 4K as hpet\" (may be given several times)", true},
    MEMMAP_KERNEL_OPTIONS,
    {"--format",         "FORMAT",               "text (default), json or memtype: the list of memory types afterwards, as pat_memtype_list has it", false, {all_of<kAccessFormats>}},
    kAt,
    kKaslrBase,
    kOutput,
    kForce,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    kLimit,
};

constexpr Option kConvert[] = {
    MEMMAP_MACHINE_OPTIONS,
    MEMMAP_PLUGIN_PLACES,
    {"--to", "ID", "what to write: yaml, json, sysfs, etc-e820, exactmap, c-array or synthetic", false, {target_words}},
    kOutput,
    kForce,
    kLimit,
};

constexpr Option kFormatsOptions[] = {MEMMAP_PLUGIN_PLACES, kLimit};

constexpr Option kCompare[] = {
    MEMMAP_MACHINE_OPTIONS,
    {"--alloc",          "NAME[:KEY=VALUE,...],...", "allocation plugins, and `kernel` for the kernel's own way (default: all that are found)", true, {.words = [] { return std::vector<std::string>{"kernel"}; }, .several = true, .installed = "allocators"}},
    MEMMAP_KERNEL_OPTIONS,
    kNoEntryLimit,
    MEMMAP_PLUGIN_PLACES,
    kPluginTimeout,
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kDiff[] = {
    {"--kernel",         "NAME",   "the kernel to boot, of both, as with simulate", false, {.files = true, .installed = "kernels"}},
    {"--new-kernel",     "NAME",   "the new side's", false, {.files = true, .installed = "kernels"}},
    kConfig,
    {"--new-config",     "FILE",   "the new side's"},
    kCmdline,
    {"--new-cmdline",    "TEXT",   "the new side's"},
    kAppend,
    {"--new-append",     "TEXT",   "the new side's"},
    {"--boot",           "N",      "the N-th boot of a log that holds several (default: the last)"},
    {"--new-boot",       "N",      "the new side's"},
    {"--input-format",   "ID",     "do not guess the format of what is read", false, {.words = input_format_words, .named = false, .installed = "sources"}},
    kNoEntryLimit,
    MEMMAP_PLUGIN_PLACES,
    {"--ignore",         "NAME",   "leave out an owner, a stage (`direct_map`) or a figure; `*` stands for any text (may be given several times)", true},
    {"--tolerance",      "SIZE",   "leave out what moved, grew or turned by no more"},
    {"--format",         "FORMAT", "text (default), json, svg (a map to scale, old beside new) or html (a page)", false, {diff_format_words}},
    kScale,
    kTheme,
    kTitle,
    kOutput,
    kForce,
    kLimit,
};

constexpr Option kCheck[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    MEMMAP_KERNEL_OPTIONS,
    kKaslrBase,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    {"--update",         "",       "show what changed of each baseline and write it anew; one that is not there is made"},
    {"--format",         "FORMAT", "text (default), json, tap, junit, ktap (as the kernel's own tests print), github (annotations) or sarif", false, {check_format_words}},
    kOutput,
    kForce,
    kLimit,
};

constexpr Option kWalk[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    MEMMAP_KERNEL_OPTIONS,
    kAt,
    kRoot,
    kKaslrBase,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kExplain[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    {"--lost",           "",                     "only what never comes back, with what a parameter can change"},
    MEMMAP_KERNEL_OPTIONS,
    kKaslrBase,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kFrames[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    {"--from",           "STEP",                 "begin with this step of the boot: a kernel function", false, {.words = step_words, .named = false}},
    {"--to",             "STEP",                 "end with this step", false, {.words = step_words, .named = false}},
    {"--all",            "",                     "steps that change nothing, too"},
    kScale,
    kTheme,
    kTitle,
    MEMMAP_KERNEL_OPTIONS,
    kKaslrBase,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    {"-o,--output",      "DIR",                  "the folder to write, all or nothing"},
    {"--force",          "",                     "replace DIR if it exists and holds nothing but what `frames` wrote"},
    kLimit,
};

constexpr Option kKaslr[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    {"--list",           "",                     "every place, too"},
    MEMMAP_KERNEL_OPTIONS,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

// How a second kernel is started.
constexpr Option kInitrd{"--initrd", "FILE", "the second kernel's initrd: a file, which is measured, or a size (default: the machine's own, or 32M)"};
constexpr Option kNeed{"--need", "SIZE", "what its programs need beside the initrd (default: 64M)"};
constexpr Option kSecondAppend{"--second-append", "TEXT", "parameters to add to its command line, in place of what the distribution's tool adds"};

constexpr Option kSuggest[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    {"--size",           "SIZE",                 "of crashkernel: how much to reserve, in place of the least in which the second kernel gets up"},
    kInitrd,
    kNeed,
    kSecondAppend,
    {"--node",           "N",                    "of a range or hugepages: on this NUMA node alone"},
    {"--ranges",         "N",                    "of badram: with N ranges at most"},
    {"--check",          "LINE",                 "of badram: whether a command line, or GRUB's list, covers all of it"},
    {"--page",           "SIZE",                 "of hugepages: 2M or 1G (default: 1G where the processor has them)", false, {all_of<kHugePages>}},
    {"--leave",          "SIZE",                 "of hugepages: what all else keeps (default: 512M)"},
    MEMMAP_KERNEL_OPTIONS,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kKdump[] = {
    MEMMAP_MACHINE_OPTIONS,
    kLive,
    {"--crash-kernel",   "VALUE",                "of crashkernel=, in place of the command line's own: 256M, 1G,high"},
    kInitrd,
    kNeed,
    kSecondAppend,
    MEMMAP_KERNEL_OPTIONS,
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kSweep[] = {
    {"--threads",        "N",      "boot on so many (default: as many as there are cores); the rows are the same whatever it is"},
    {"--format",         "FORMAT", "jsonl (default: an object a line) or csv", false, {sweep_format_words}},
    {"-o,--output",      "FILE",   "write there, row by row, instead of standard output"},
    {"--resume",         "",       "go on with FILE where a sweep of the same matrix was ended; none there: begin"},
    kForce,
    {"--shard",          "K/N",    "only the K-th of N shares; auto: as SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or PARALLEL_SEQ say; auto/N: of N"},
    {"--filter",         "TEXT",   "only combinations whose key is like a glob: machine=*qemu*, index=41 (may be given several times)", true},
    {"--only-failures",  "",       "only rows of combinations that fail"},
    {"--db",             "FILE",   "put the rows into a database of SQLite, with or without a file of rows"},
    {"--shrink",         "FILE",   "make the first combination that fails as small as it fails: its machine to FILE, its command to standard output"},
    {"--merge",          "",       "files of all shares become the one that a single machine would have written"},
    {"--yes",            "",       "more than a million combinations, too"},
    MEMMAP_PLUGIN_PLACES,
    kPluginTimeout,
    kLimit,
};

constexpr Option kPlugin[] = {
    MEMMAP_PLUGIN_PLACES,
    {"--kind",      "KIND", "of a new plugin: trim, numa, alloc, check, source or report", false, {skeleton_words}},
    {"-o,--output", "DIR",  "where to put a new plugin, instead of a folder of its name"},
    kLimit,
};

constexpr Option kCompletion[] = {
    MEMMAP_PLUGIN_PLACES,
    kOutput,
    kForce,
    kLimit,
};

constexpr Option kReplay[] = {
    {"--kernel",  "NAME",   "whose rules to follow, if not those of the log's: a name or a file", false, {.files = true, .installed = "kernels"}},
    {"--cmdline", "TEXT",   "its command line, if not the log's"},
    {"--append",  "TEXT",   "parameters to add to its command line"},
    {"--boot",    "N",      "the N-th boot of a log that holds several (default: the last)"},
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kCapture[] = {
    {"-o,--output",        "DIR", "the folder to write, all or nothing; it must not exist yet"},
    {"--sysroot",          "DIR", "capture from another machine's /proc, /sys, /dev and /var/log below DIR"},
    {"--keep-identifiers", "",    "keep serial numbers, UUIDs, host names and MAC addresses, which are overwritten otherwise"},
    kLimit,
};

constexpr Option kVerify[] = {
    {"--live",         "",     "this machine: its own log, and what /proc shows"},
    {"--machine",      "DIR",  "what else is known of the log's machine: a folder, as `memmap capture` makes", false, {.files = true}},
    {"--input-format", "ID",   "do not guess the format of LOG", false, {.words = input_format_words, .named = false, .installed = "sources"}},
    {"--boot",         "N",    "the N-th boot of a log that holds several (default: the last)"},
    {"--kernel",       "NAME", "the kernel that wrote the log: a name that `memmap kernels` lists, a profile's file, or an image", false, {.files = true, .installed = "kernels"}},
    kConfig,
    kKaslrBase,
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kLint[] = {
    MEMMAP_MACHINE_OPTIONS,
    {"--kernel",  "NAME",   "the kernel that is to read the line: a name or a file", false, {.files = true, .installed = "kernels"}},
    kConfig,
    {"--cmdline", "TEXT",   "the command line, instead of the machine's own"},
    {"--append",  "TEXT",   "parameters to add to it"},
    kNoEntryLimit,
    MEMMAP_PLUGIN_OPTIONS,
    {"--list",    "",       "list the rules"},
    MEMMAP_ANSWER_OPTIONS,
    kLimit,
};

constexpr Option kKernel[] = {
    {"--parts",      "DIR",  "read the parts in DIR: config, *.btf, kallsyms, sections.txt, params.txt, ..."},
    {"--btf",        "FILE", "its BTF: /sys/kernel/btf/vmlinux"},
    {"--config",     "FILE", "its .config: /boot/config-*, /proc/config.gz, or the package that has it"},
    {"--system-map", "FILE", "its symbols: System.map, `nm vmlinux`"},
    {"--kallsyms",   "FILE", "its symbols: /proc/kallsyms, read as root"},
    {"--sections",   "FILE", "its sections: `readelf -S --wide vmlinux`"},
    {"--params",     "FILE", "the parameters it knows: lines `early mem`, `setup root=`, `param panic`"},
    {"--name",       "NAME", "the profile's name, instead of the image's or folder's own"},
    {"--explain",    "",     "tell of each value where it was read and what it is used for"},
    kOutput,
    kForce,
    kLimit,
};

constexpr Option kKernels[] = {
    {"--differences", "",       "tell what kernel B does differently from kernel A"},
    {"--format",      "FORMAT", "of the differences: text (default) or json", false, {all_of<kAnswerFormats>}},
    kLimit,
};

// The lines below a command's options.
constexpr std::string_view kSimulateExamples =
    "  memmap simulate --e820 /sys/firmware/memmap\n"
    "  dmesg | memmap simulate --e820 - --kernel 6.12.117+deb12-amd64\n"
    "  memmap simulate --synthetic \"ram:640K hole:384K ram:3G\" --cmdline \"mem=2G\"\n"
    "  memmap simulate --e820 boot.log.xz --boot 2 --format json -o result.json";
constexpr std::string_view kShowExamples =
    "  memmap show\n"
    "  memmap show zones --e820 boot.log\n"
    "  memmap show owners boot.log --sort size:desc --columns owner,size,function\n"
    "  memmap show steps boot.log --append crashkernel=64M --json\n"
    "  memmap show zones --columns help";
constexpr std::string_view kAccessExamples =
    "  memmap access --e820 boot.log --do \"ioremap 0xfed00000 4K as hpet\" --do \"read hpet+0xf0 4\"\n"
    "  memmap access script.yaml --e820 boot.log --format json\n"
    "  memmap access --synthetic \"ram:640K hole:384K ram:3G\" --do \"write 0xffffffff81000000 8\"";
constexpr std::string_view kConvertExamples =
    "  memmap convert boot.log --to yaml\n"
    "  memmap convert /sys/firmware/memmap --to synthetic\n"
    "  memmap convert map.yaml --to sysfs -o memmap";
constexpr std::string_view kReplayExamples =
    "  memmap replay memblock.log\n"
    "  memmap replay memblock.log --format json -o replay.json";
constexpr std::string_view kVerifyExamples =
    "  memmap verify whole.log\n"
    "  memmap verify whole.log --format json";
constexpr std::string_view kLintExamples =
    "  memmap lint --cmdline \"root=/dev/sda1 quiet\"\n"
    "  memmap lint --list";
constexpr std::string_view kKernelExamples =
    "  memmap kernel /boot/vmlinuz-6.12.117+deb12-amd64 -o 6.12.yaml\n"
    "  memmap kernel /usr/lib/modules/7.2.12+deb13-amd64\n"
    "  memmap kernel --parts kernel-parts -o made.yaml\n"
    "  memmap kernel --parts kernel-parts --explain\n"
    "  memmap kernel --btf /sys/kernel/btf/vmlinux --config /boot/config-6.1.0-55-amd64 --kallsyms /proc/kallsyms";
constexpr std::string_view kCaptureExamples =
    "  memmap capture -o captured\n"
    "  memmap simulate --machine captured --cmdline crashkernel=256M";
constexpr std::string_view kKernelsExamples =
    "  memmap kernels\n"
    "  memmap kernels --differences 6.1 6.12";
constexpr std::string_view kCompareExamples =
    "  memmap compare --e820 boot.log\n"
    "  memmap compare --e820 boot.log --alloc kernel,alloc_bestfit\n"
    "  memmap compare boot.log --alloc kernel,alloc_low_fragmentation:block=2M --format json";
constexpr std::string_view kWalkExamples =
    "  memmap walk 0xffff888001000000 --e820 /sys/firmware/memmap\n"
    "  memmap walk phys:0xfee00000 boot.log --format json";
constexpr std::string_view kExplainExamples =
    "  memmap explain --e820 boot.log\n"
    "  memmap explain boot.log --lost --append crashkernel=64M\n"
    "  memmap explain boot.log 0x1000000,0xfee00000\n"
    "  memmap explain 0x9fc00 --synthetic \"ram:640K hole:384K ram:3G\" --format json";
constexpr std::string_view kFramesExamples =
    "  memmap frames --e820 boot.log -o frames\n"
    "  memmap frames boot.log --from e820__memblock_setup --to memblock_free_all --theme print -o film\n"
    "  memmap frames --synthetic \"ram:640K hole:384K ram:255M\" --title \"A small machine\" -o lecture";
constexpr std::string_view kKaslrExamples =
    "  memmap kaslr --e820 boot.log\n"
    "  memmap kaslr boot.log --append \"crashkernel=256M hugepagesz=1G hugepages=2\"\n"
    "  memmap kaslr --synthetic \"ram:640K hole:384K ram:255M\" --list --format json";
constexpr std::string_view kSuggestExamples =
    "  memmap suggest crashkernel boot.log --size 256M\n"
    "  memmap suggest pmem 256M boot.log\n"
    "  memmap suggest badram 0x12345000,0x12346000 boot.log --check \"memmap=8K\\$0x12345000\"\n"
    "  memmap suggest hugepages boot.log --page 2M --format json";
constexpr std::string_view kKdumpExamples =
    "  memmap kdump boot.log --crash-kernel 256M --initrd 20M\n"
    "  memmap kdump boot.log --crash-kernel 64M --initrd 20M   # exit 1";
constexpr std::string_view kDiffExamples =
    "  memmap diff boot.log whole.log\n"
    "  memmap diff boot.log --new-append crashkernel=256M   # exit 1\n"
    "  memmap diff boot.log --kernel 6.12.117+deb12-amd64 --new-kernel 7.2.12+deb13-amd64 --ignore \"hash table\"   # exit 1\n"
    "  memmap diff boot.log.xz --boot 1 --new-boot 2 --format json\n"
    "  memmap diff boot.log --new-append crashkernel=256M --format html -o diff.html   # exit 1";
constexpr std::string_view kSweepExamples =
    "  memmap sweep matrix.yaml -o rows.jsonl\n"
    "  memmap sweep matrix.yaml --filter \"append=crashkernel=64M*\" --format csv";
constexpr std::string_view kCheckExamples =
    "  memmap check policy.yaml\n"
    "  memmap check policy.yaml --e820 boot.log --format junit -o check.xml\n"
    "  memmap check policy.yaml --kernel 7.2.12+deb13-amd64 --append crashkernel=256M   # exit 1";
constexpr std::string_view kCompletionExamples =
    "  memmap completion bash\n"
    "  memmap completion zsh -o _memmap\n"
    "  memmap completion fish | head -1\n"
    "  memmap completion values kernels";
constexpr std::string_view kPluginExamples =
    "  memmap plugin list\n"
    "  memmap plugin show alloc_low_fragmentation\n"
    "  memmap plugin new alloc_mine --kind alloc";

constexpr Command kCommands[] = {
    // name, summary, examples, options, argument, what does it, second argument
    {"simulate", "boot a machine's memory map and report what became of it",                                kSimulateExamples, kSimulate,       {"SOURCE", "what to read, as with --e820", false},                                         run_simulate},
    {"show",     "show one thing of a boot as a table: zones, owners, steps, ...",                          kShowExamples,     kShow,           {"THING", "e820, memblock, reserved, owners, nodes, zones, free, pagetables, fixmap, percpu, cma, hugepages, parameters, slots, ledger, steps, events or log; none: list them", false, false, {thing_words}}, run_show, {"SOURCE", "what to read, as with --e820", false}},
    {"access",   "answer what accesses of memory come to: mapped, faulting, cached how",                      kAccessExamples,   kAccess,         {"SCRIPT", "a YAML file of steps (share/doc/access.md)", false},                          run_access},
    {"convert",  "write a machine's memory map in another format",                                          kConvertExamples,  kConvert,        {"SOURCE", "what to read, as with --e820", false},                                         run_convert},
    {"replay",   "check a log made with memblock=debug: what the kernel chose against what memmap would",   kReplayExamples,   kReplay,         {"LOG", "a kernel log, compressed or not; `-`: standard input"},                           run_replay},
    {"verify",   "compare what a kernel's log says of its memory with what memmap makes of it",                kVerifyExamples,   kVerify,         {"LOG", "a kernel log, compressed or not; `-`: standard input; several may be given", false, true}, run_verify},
    {"lint",     "tell what is wrong with a kernel command line, before it is booted",                      kLintExamples,     kLint,           {"FILE", "/etc/default/grub, grub.cfg, a boot entry, /proc/cmdline or a boot log", false}, run_lint},
    {"kernel",   "write the profile of a kernel, read from its image or from parts of it",                  kKernelExamples,   kKernel,         {"IMAGE", "a vmlinuz, a vmlinux, a unified kernel image, a package (.deb, .rpm, .pkg.tar.zst) or a folder with one", false}, run_kernel},
    {"capture",  "gather this machine's facts into a folder that --machine reads",                          kCaptureExamples,  kCapture,        {},                                                                                        run_capture},
    {"kernels",  "list the kernel profiles that come with the program, or what two kernels do differently", kKernelsExamples,  kKernels,        {"A", "with --differences: a profile's name or file, or a version", false, false, {.files = true, .installed = "kernels"}},                run_kernels,  {"B", "the kernel to compare it with", false, false, {.files = true, .installed = "kernels"}}},
    {"formats",  "list what can be read and written",                                                       "",                kFormatsOptions, {},                                                                                        run_formats},
    {"compare",  "boot under several allocation policies and rank what they leave",                         kCompareExamples,  kCompare,        {"SOURCE", "what to read, as with --e820", false},                                         run_compare},
    {"walk",     "tell how an address is translated, table by table, and what lies there",                  kWalkExamples,     kWalk,           {"ADDRESS", "virtual, or physical where it can be one (below 2^52); `virt:` or `phys:` before it says which; several with commas"}, run_walk, {"SOURCE", "what to read, as with --e820", false}},
    {"explain",  "tell where the RAM went, or what becomes of one address, from firmware's map to MemTotal", kExplainExamples,  kExplain,        {"SOURCE", "what to read, as with --e820", false},                                         run_explain,  {"ADDRESS", "physical (or virtual, as with walk): its story in place of the whole ledger; several with commas", false}},
    {"frames",   "draw the boot step by step: a picture for each, one that moves and a page that plays them",  kFramesExamples,   kFrames,         {"SOURCE", "what to read, as with --e820", false},                                         run_frames},
    {"kaslr",    "list the places that KASLR may give the kernel's image, and what depends on them",         kKaslrExamples,    kKaslr,          {"SOURCE", "what to read, as with --e820", false},                                         run_kaslr},
    {"suggest",  "suggest a parameter that holds wherever KASLR puts the kernel, proved by booting it",  kSuggestExamples,  kSuggest,        {"WHAT", "crashkernel, pmem SIZE, ramoops SIZE, device SIZE, badram LIST (a file of a memory test, or addresses) or hugepages", true, false, {suggestion_words}}, run_suggest, {"SOURCE", "behind it: what to read, as with --e820", false, true}},
    {"kdump",    "start the second kernel in the memory that crashkernel= reserves: does it get up?",     kKdumpExamples,    kKdump,          {"SOURCE", "what to read, as with --e820", false},                                         run_kdump},
    {"diff",     "tell what moved, came and went between results, maps, logs or kernels; whether an image resumes", kDiffExamples,     kDiff,           {"OLD", "a result of simulate --format json, or what to read, as with --e820"},            run_diff,     {"NEW", "what to hold against it; several may be given; none: OLD itself, with what --new-... says", false, true}},
    {"sweep",    "boot the product of machines, kernels, command lines, KASLR's places and plugins",             kSweepExamples,    kSweep,          {"MATRIX", "a YAML file (share/doc/sweep.md); with --merge: files of rows", true, true},                                           run_sweep},
    {"check",    "hold boots against a policy: what must be true of memory, and the nearest change where it is not", kCheckExamples,    kCheck,          {"FILE", "a policy (share/doc/check.md); `-`: standard input; several may be given", true, true},  run_check},
    {"plugin",   "list, show and check plugins, begin a new one",                                           kPluginExamples,   kPlugin,         {"ACTION", "list, show NAME, check FILE or new NAME", true, false, {all_of<kPluginActions>}},                                     run_plugin,   {"NAME", "a plugin's name; for check and, if you like, show: a file", false, false, {.files = true, .installed = "plugins"}}},
    {"completion", "write what a shell completes this program's words with",                              kCompletionExamples, kCompletion,    {"SHELL", "bash, zsh or fish; or values, which these ask: the words of NAME that there are here", true, false, {completion_words}}, run_completion, {"NAME", "with values: kernels, plugins, plugin-keys, built-in, allocators, sources or reports", false, false, {installed_name_words}}},
};
// clang-format on

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace memmap::cli
