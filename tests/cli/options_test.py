#!/usr/bin/env python3
"""Every option on every kind of source: it acts, or it is refused.   options_test.py MEMMAP

The program's help lists the options; KINDS and REFUSED are what ought to be.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

MEMMAP = os.path.abspath(sys.argv.pop(1))
HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = "ram:640K hole:384K ram:255M"
NAMING = {"--e820", "--synthetic", "--machine", "--sysroot", "--live"}

# What is asked for with each option; None: a switch. One that no row has fails the test.
VALUES = {
    "--kernel": "6.1.0-55-amd64", "--config": "{folder}/config", "--cmdline": "ro", "--append": "quiet",
    "--format": "json", "--output": "{folder}/out", "--force": None, "--strict": None,
    "--no-entry-limit": None, "--plugin": "trim_limit:limit=128M", "--without-plugin": "trim_bios",
    "--plugin-dir": "{folder}", "--alloc": "kernel", "--to": "yaml", "--boot": "1", "--side": "old",
    "--columns": "start,last,type", "--list": None, "--plugin-timeout": "9", "--isolate-plugins": None, "--isolate-unprotected": None, "--at": "hand-over",
    "--root": "early", "--lost": None, "--scale": "linear", "--against": "{folder}/map.yaml",
    "--theme": "print", "--title": "<&>", "--diagram": "structs", "--full": None, "--from": "e820__memory_setup", "--all": None,
    "--input-columns": "start,last,type", "--sort": "managed:desc", "--json": None, "--raw": None, "--bytes": None,
    "--no-headings": None, "--width": "100", "--color": "never", "--no-pager": None, "--section": "zones",
    "--size": "64M", "--initrd": "4M", "--need": "16M", "--second-append": "nr_cpus=1", "--node": "0", "--ranges": "4",
    "--check": "memmap=4K$0x2000000", "--page": "2M", "--leave": "16M", "--crash-kernel": "64M",
    "--kaslr-base": "kernel_phys_base=32M", "--update": None, "--do": "read 0xffff888000100000 4",
    "--threads": "2", "--resume": None, "--shard": "1/2", "--filter": "machine=small", "--only-failures": None,
    "--limit": "input-size=64M", "--db": "{folder}/results.sqlite", "--shrink": "{folder}/small.yaml", "--yes": None,
}
# What an option acts on, beside a source.
WITH = {("simulate", "--scale"): ["--format", "svg"], ("simulate", "--against"): ["--format", "html"],
        ("simulate", "--full"): ["--format", "dot"], ("sweep", "--resume"): ["--output", "{folder}/out"],
        **{("simulate", option): ["--format", "svg"] for option in ("--diagram", "--theme", "--title")}}
# The values of options that mean something else to a command.
VALUES_OF = {("sweep", "--format"): "csv", ("show", "--columns"): "+start", ("frames", "--to"): "memblock_free_all"}
# Kind of source: how it is given, and as what --input-format reads it (where that acts).
KINDS = {
    "log": (["--e820", "{folder}/two.log"], "dmesg"),
    "scenario": (["--e820", "{folder}/map.yaml"], "scenario"),
    "table": (["--e820", "{folder}/table.txt"], "table"),
    "sysfs": (["--e820", "{folder}/memmap"], "sysfs"),
    "folder with a log": (["--e820", "{folder}/gathered"], "machine"),
    "synthetic": (["--synthetic", SMALL], "synthetic"),
    "machine": (["--machine", "{folder}/gathered"], "machine"),
    "machine without a log": (["--machine", "{folder}/bare"], "machine"),
    "sysroot": (["--sysroot", "{folder}/root"], "sysfs"),
    "live": (["--live"], "machine"),
}
ONE_BOOT = {"scenario", "sysfs", "synthetic", "machine without a log", "sysroot", "live"}
ONE_FORM = {"synthetic", "machine", "machine without a log", "sysroot", "live"}
# Option: the kinds that it has no effect on.
# --side acts on a diff of two logs, of which none is here.
REFUSED = {"--boot": ONE_BOOT, "--side": set(KINDS), "--input-format": ONE_FORM, "--columns": ONE_FORM,
           "--input-columns": ONE_FORM}
# `show --columns` is no option of the source.
ACTS_OF = {("show", "--columns")}
# It makes a table of whatever it is given, which these are not.
NO_TABLE = {"log", "scenario", "sysfs", "folder with a log"}
# They act where `lint` has a machine, or a log that tells of one.
OF_A_BOOT = {"--boot", "--side", "--no-entry-limit", "--plugin", "--without-plugin", "--plugin-dir", "--plugin-timeout",
             "--isolate-plugins", "--isolate-unprotected"}
# The same of one command: there plugins do nothing but read.
REFUSED_BY = {("convert", option): ONE_FORM
              for option in ("--plugin-dir", "--isolate-plugins", "--isolate-unprotected")}


def run(*args):
    return subprocess.run([MEMMAP, *args], capture_output=True, text=True, errors="replace", timeout=120)


def options_of(command):
    names = set()
    for line in run(command, "--help").stdout.splitlines():
        if re.match(r"\s+-", line):
            names.update(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", re.split(r"\s{2,}", line.strip())[0]))
    return names - {"--help"}


class Options(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = folder = cls.scratch.name
        with open(os.path.join(HERE, "../docs/data/boot.log")) as file:
            log = file.read()
        two = log + log.replace("[    0.", "[    1.")
        cls.write("two.log", two)
        cls.write("gathered/dmesg.txt", two)
        cls.write("config", "CONFIG_X86_64=y\nCONFIG_SMP=y\n")
        for name in ("memmap", "bare/firmware/memmap", "root/sys/firmware/memmap"):
            target = os.path.join(folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            made = run("convert", "--synthetic", SMALL, "--to", "sysfs", "-o", target)
            assert made.returncode == 0, made.stderr
        cls.write("map.yaml", run("convert", "--synthetic", SMALL, "--to", "yaml").stdout)
        with open(os.path.join(HERE, "../docs/data/memblock.log")) as file:
            cls.write("memblock.log", file.read())
        cls.write("table.txt", "0000000000001000-000000000009ffff (1)\n0000000000100000-000000000fffffff (1)\n")
        with open(os.path.join(HERE, "../docs/data/whole.log")) as file:
            cls.write("whole.log", file.read())
        cls.write("grub", 'GRUB_CMDLINE_LINUX="quiet"\n')

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def filled(self, words):
        return [word.replace("{folder}", self.folder) for word in words]

    def given(self, option, form="", command=""):
        value = form if option == "--input-format" else VALUES_OF.get((command, option), VALUES[option])
        return self.filled([option] if value is None else [option, value])

    def check(self, words, option, refused, source):
        out = os.path.join(self.folder, "out")
        if os.path.isdir(out):
            shutil.rmtree(out)
        elif os.path.exists(out):
            os.remove(out)
        with self.subTest(" ".join(words)):
            done = run(*words)
            if refused:
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(f"{option} has no effect", done.stderr)
                self.assertIn(source, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            else:
                self.assertIn(done.returncode, (0, 1), done.stderr)
                self.assertNotIn("no effect", done.stderr)

    def check_command(self, command, kinds, needs=(), but=frozenset()):
        options = options_of(command)
        self.assertTrue(options & NAMING)
        for kind in kinds:
            source, form = KINDS[kind]
            source = self.filled(source)
            if kind == "live" and "--live" not in options:
                continue
            for option in sorted(options - NAMING - {"--list"} - but):
                source_option = (command, option) not in ACTS_OF
                refused = source_option and kind in REFUSED.get(option, ()) or kind in REFUSED_BY.get((command, option), ())
                if kind == "live" and not refused:
                    continue  # what this machine may tell is another test's
                if option in ("--columns", "--input-columns") and source_option and kind in NO_TABLE:
                    continue
                more = [*([] if option in needs else needs), *WITH.get((command, option), ())]
                words = [command, *source, *more, *self.given(option, form, command)]
                by_path = kind not in ONE_FORM or (kind in ("machine", "machine without a log") and option == "--side") or (kind, option) == ("machine without a log", "--boot")
                self.check(words, option, refused, source[1 if by_path else 0])

    def test_simulate(self):
        self.check_command("simulate", KINDS)

    def test_a_scale(self):
        self.check(["simulate", "--synthetic", SMALL, "--scale", "log"], "--scale", True, "--format text")
        done = run("simulate", "--synthetic", SMALL, "--format", "svg", "--scale", "lin")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("--scale is one of log, linear, equal, not `lin`", done.stderr)

    def test_compare(self):
        self.check_command("compare", KINDS)

    def test_bases_of_randomisation(self):
        told = run("walk", "phys:0x100000", "--synthetic", SMALL, "--kaslr-base",
                   "page_offset_base=0xffff900000000000").stdout
        self.assertIn("0xffff900000100000", told)
        for text, why in (("page_offset_base=5G", "is no place of the kernel's"), ("vmalloc=0", "the bases are "),
                          ("vmalloc_base", "expected NAME=ADDRESS"), ("vmalloc_base=x", "expected a number"),
                          ("kernel_phys_base=64T", "below 64T"), ("kernel_phys_base=0x1234567", "a multiple of 2M"),
                          ("kernel_phys_base=16T", "no RAM there"), ("vmalloc_base=0xffff888000000000", "the direct map"),
                          ("vmalloc_base=0xff11000000000000", "the direct map")):
            done = run("simulate", "--synthetic", SMALL, "--kaslr-base", text)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(why, done.stderr)
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "config")
            config.write_text("CONFIG_X86_64=y\nCONFIG_PHYSICAL_ALIGN=0x1000000\n")
            for base, status in (("kernel_phys_base=0x1200000", 2), ("kernel_virt_base=0xffffffff81200000", 2),
                                 ("kernel_phys_base=0x2000000", 0)):
                done = run("simulate", "--synthetic", SMALL, "--config", config, "--kaslr-base", base)
                self.assertEqual(done.returncode, status, base)
                self.assertEqual("lies at a multiple of 16M" in done.stderr, status == 2, base)
        done = run("simulate", "--synthetic", SMALL, "--kaslr-base", "page_offset_base=0xff11000000000000")
        self.assertIn("cannot be those of 4 levels", " ".join(done.stdout.split()))

    def test_a_moment_of_the_boot(self):
        for command in (["simulate", "--synthetic", SMALL], ["walk", "0x1000", "--synthetic", SMALL]):
            done = run(*command, "--at", "noon")
            self.assertEqual(done.returncode, 2)
            self.assertIn("--at is hand-over or user-space, not `noon`", done.stderr)
        user_space = ["simulate", "--synthetic", SMALL, "--at", "user-space"]
        for form in ("text", "dot", "memblock-debug", "report_markdown"):
            self.check([*user_space, "--format", form], "--at", True, f"--format {form}")
        for form in ("json", "qemu-mem", "ptdump", "zoneinfo", "meminfo", "iomem"):
            self.check([*user_space, "--format", form], "--at", False, "")
        hand_over = ["simulate", "--synthetic", SMALL, "--at", "hand-over"]
        for form in ("meminfo", "iomem"):
            self.check([*hand_over, "--format", form], "--at", True, f"--format {form}")
        for form in ("text", "zoneinfo", "buddyinfo"):
            self.check([*hand_over, "--format", form], "--at", False, "")
        self.assertIn("depend on what ran", run(*user_space, "--format", "buddyinfo").stderr)
        later, earlier = (run("simulate", "--synthetic", SMALL, "--format", "zoneinfo", *at).stdout
                          for at in ((), ("--at", "hand-over")))
        self.assertRegex(later, r"min +[1-9]")
        self.assertNotRegex(earlier, r"min +[1-9]")
        self.assertIn('"user_space"', run(*user_space, "--format", "json").stdout)

    def test_a_picture(self):
        small = ["simulate", "--synthetic", SMALL]
        for option in ("--diagram", "--full", "--scale", "--theme", "--title"):
            self.check([*small, *self.given(option), "--format", "json"], option, True, "--format json")
        self.assertIn("did you mean `structs`", run(*small, "--format", "dot", "--diagram", "struct").stderr)
        self.assertIn("--theme is one of auto, light, dark, print, not `x`",
                      run(*small, "--format", "dot", "--theme", "x").stderr)
        said = run(*small, "--format", "svg", "--title", "<&\\N\n\"").stdout
        self.assertIn("&lt;&amp;", said)
        xml.etree.ElementTree.fromstring(said)

    def test_a_root_of_page_tables(self):
        walk = ["walk", "0xffffffff81000000", "--synthetic", SMALL]
        for root, why in (("x", "--root `x`: startup, early, kernel, user, trampoline, efi are the roots"),
                          ("user", "ask --at user-space"), ("trampoline", "ask --at user-space")):
            done = run(*walk, "--root", root)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(why, done.stderr)
        for root, why in (("user", "no page-table isolation"), ("efi", "no EFI runtime services")):
            done = run(*walk, "--root", root, "--at", "user-space")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(why, done.stderr)
        self.assertIn("where setup_arch() begins", run(*walk, "--root", "early").stdout)
        for root in ("kernel", "trampoline"):
            done = run(*walk, "--root", root, "--at", "user-space", "--format", "json")
            self.assertIn(f'"root": "{root}"', done.stdout)

    def test_access(self):
        self.check_command("access", KINDS, ("--do", "read 0xffff888000100000 4"))
        done = run("access", "--do", "read 0", "--synthetic", SMALL, "--plugin", "report_markdown")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin report_markdown has no effect on access", done.stderr)

    def test_walk(self):
        self.check_command("walk", KINDS, ("0xffff888000000000",))
        done = run("walk", "0x1000", "--synthetic", SMALL, "--plugin", "check_invariants")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin check_invariants has no effect on walk", done.stderr)

    def test_show(self):
        self.check_command("show", KINDS, ("zones",))
        done = run("show", "zones", "--synthetic", SMALL, "--plugin", "check_invariants")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin check_invariants has no effect on show", done.stderr)

    def test_explain(self):
        self.check_command("explain", KINDS)
        done = run("explain", "--synthetic", SMALL, "--plugin", "check_invariants")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin check_invariants has no effect on explain", done.stderr)

    def test_kaslr(self):
        self.check_command("kaslr", KINDS)
        done = run("kaslr", "--synthetic", SMALL, "--plugin", "check_invariants")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin check_invariants has no effect on kaslr", done.stderr)

    def test_suggest(self):
        of = {"--size": "crashkernel", "--initrd": "crashkernel", "--need": "crashkernel", "--second-append": "crashkernel",
              "--node": "pmem", "--ranges": "badram", "--check": "badram", "--page": "hugepages", "--leave": "hugepages"}
        argument = {"pmem": "16M", "ramoops": "1M", "device": "1M", "badram": "0x3000000"}
        words = {what: [what, *([argument[what]] if what in argument else [])]
                 for what in ("crashkernel", "pmem", "ramoops", "device", "badram", "hugepages")}
        self.check_command("suggest", KINDS, words["pmem"], but=set(of))
        for option, its in of.items():
            for what in words:
                acts = what == its or option == "--node" and what in ("pmem", "ramoops", "device", "hugepages")
                self.check(["suggest", *words[what], "--synthetic", SMALL, *self.given(option)], option, not acts, what)
        done = run("suggest", "pmem", "16M", "--synthetic", SMALL, "--plugin", "check_invariants")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin check_invariants has no effect on suggest", done.stderr)

    def test_kdump(self):
        self.check_command("kdump", KINDS)

    def test_check(self):
        self.write("policy.yaml", "require: [no panic]\n")
        self.write("kept.yaml", "require: ['unchanged since kept.json']\n")
        WITH["check", "--update"] = [os.path.join(self.folder, "kept.yaml")]
        self.check_command("check", KINDS, (os.path.join(self.folder, "policy.yaml"),))
        done = run("check", os.path.join(self.folder, "policy.yaml"), "--synthetic", SMALL, "--plugin", "report_markdown")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin report_markdown has no effect on check", done.stderr)

    def test_frames(self):
        self.check_command("frames", KINDS, ("--output", f"{self.folder}/out"))
        done = run("frames", "--synthetic", SMALL, "-o", f"{self.folder}/none", "--plugin", "check_invariants")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--plugin check_invariants has no effect on frames", done.stderr)

    def test_convert(self):
        self.check_command("convert", KINDS, ("--to", "yaml"))

    def test_lint(self):
        # A map alone tells no command line.
        self.check_command("lint", KINDS, ("--cmdline", "ro"))

    def test_lint_without_a_machine(self):
        sources = {"log": f"{self.folder}/two.log", "grub": f"{self.folder}/grub", "line": "--cmdline"}
        for kind, name in sources.items():
            source = ["--cmdline", "ro"] if kind == "line" else [name]
            for option in sorted(options_of("lint") - NAMING - {"--list"}):
                if option in ("--cmdline", "--append") and kind != "line" or option in source:
                    continue  # refused for another reason: two lines
                refused = option in ("--input-format", "--columns", "--side") or kind != "log" and option in OF_A_BOOT
                self.check(["lint", *source, *self.given(option, "dmesg")], option, refused, name)

    def test_lint_with_plugins_and_a_config(self):
        machine = ("--synthetic", SMALL, "--cmdline", "mem=64M")
        for name in ("check_invariants", "report_markdown"):
            done = run("lint", *machine, "--plugin", name)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(f"--plugin {name} has no effect on lint", done.stderr)
        told = run("lint", *machine, "--config", f"{self.folder}/config", "--format", "json").stdout
        self.assertIn(f"its options are those of {self.folder}/config", told)
        done = run("lint", *machine, "--without-plugin", "alloc_topdown")
        self.assertEqual(done.returncode, 2)
        self.assertIn("plugin `alloc_topdown`: cannot be left out", done.stderr)

    def test_lint_of_a_file_for_a_machine(self):
        log, grub, machine = (f"{self.folder}/{name}" for name in ("two.log", "grub", "gathered"))
        self.check(["lint", log, "--machine", machine, "--boot", "2"], "--boot", False, "")
        self.check(["lint", grub, "--machine", machine, "--boot", "2"], "--boot", False, "")
        self.check(["lint", grub, "--synthetic", SMALL, "--boot", "2"], "--boot", True, "--synthetic")
        self.assertEqual(run("lint", grub, "--machine", machine, "--boot", "3").returncode, 2)

    def test_lint_list(self):
        for option in sorted(options_of("lint") - {"--list"}):
            value = KINDS["log"][0] if option == "--e820" else None
            if option in NAMING:
                given = [option, "x"]
            else:
                given = self.given(option, "dmesg")
            refused = option not in ("--output", "--force")
            self.check(["lint", "--list", *(value or given)], option, refused, "lint --list")

    def test_verify(self):
        log = os.path.join(HERE, "../docs/data/whole.log")
        for option in sorted(options_of("verify") - NAMING):
            self.check(["verify", log, *self.given(option, "dmesg")], option, False, "")
        self.check(["verify", f"{self.folder}/whole.log", "--machine", f"{self.folder}/gathered"], "--machine",
                   False, "")
        for words in (["verify"], ["verify", log, "--live"], ["verify", log, log, "--machine", self.folder]):
            self.assertEqual(run(*words).returncode, 2, words)

    def test_sweep(self):
        self.write("matrix.yaml", f'machines: {{name: small, synthetic: "{SMALL}"}}\nappend: [a, b]\n')
        for option in sorted(options_of("sweep") - {"--merge"}):
            more = self.filled(WITH.get(("sweep", option), []))
            self.check(["sweep", f"{self.folder}/matrix.yaml", *more, *self.given(option, command="sweep")], option, False, "")
        self.check(["sweep", f"{self.folder}/matrix.yaml", "-o", f"{self.folder}/rows"], "--output", False, "")
        for option in ("--threads", "--resume", "--shard", "--filter", "--only-failures", "--shrink", "--yes"):
            done = run("sweep", "--merge", f"{self.folder}/rows", *self.given(option))
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(f"{option} has no effect on --merge", done.stderr)

    def test_replay(self):
        for option in sorted(options_of("replay")):
            self.check(["replay", f"{self.folder}/memblock.log", *self.given(option)], option, False, "")

    def test_plugin(self):
        loads = {"--plugin-dir", "--isolate-plugins", "--isolate-unprotected"}
        always = {"--limit"}  # it bounds the whole run
        takes = {"list": loads, "show": loads, "check": set(), "new": {"--kind", "--output"}}
        for action, names in takes.items():
            words = ["plugin", action, *([] if action == "list" else ["alloc_topdown"])]
            for option in sorted(options_of("plugin") - names - always):
                value = ["x"] if VALUES.get(option, "x") is not None else []
                self.check([*words, option, *value], option, True, f"plugin {action}")

    def test_a_boots_number(self):
        for number in ("0", "4294967296", "4294967297"):
            done = run("simulate", "--e820", f"{self.folder}/two.log", "--boot", number)
            self.assertEqual(done.returncode, 2)
            self.assertIn("boots are counted from 1 to 4294967295", done.stderr)

    def test_a_boot_that_is_not_there(self):
        for source in (["--e820", f"{self.folder}/two.log"], ["--machine", f"{self.folder}/gathered"]):
            done = run("simulate", *source, "--boot", "99")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("there is no boot 99", done.stderr)
        both = ["--machine", f"{self.folder}/gathered", "--format", "json"]
        first, last = (run("simulate", *both, *more).stdout for more in (["--boot", "1"], []))
        self.assertTrue("boot 1" in first and "boot 2" in last)

    def test_plugins_that_only_read_or_write(self):
        for kind in KINDS:
            if kind == "live":
                continue
            done = run("simulate", *self.filled(KINDS[kind][0]), "--plugin", "source_csv")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--plugin source_csv has no effect", done.stderr)
        done = run("simulate", "--synthetic", SMALL, "--plugin", "report_markdown")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--plugin report_markdown has no effect", done.stderr)

    def test_what_one_command_notes_all_note(self):
        source = ["--synthetic", SMALL, "--config", f"{self.folder}/config"]
        guessed = "kernel: the machine does not say which kernel it ran"
        assumed = "default: there is no initrd"
        for command, more in (("simulate", []), ("compare", ["--alloc", "kernel"])):
            told = run(command, *source, *more, "--format", "json").stdout
            self.assertIn(guessed, told)
            self.assertIn(assumed, told)
        for form, words in (("json", (guessed, assumed)), ("text", (guessed, "there is no initrd"))):
            told = run("lint", *source[:2], "--cmdline", "ro", "--format", form).stdout
            for word in words:
                self.assertIn(word, told)
        self.assertIn("kernel: the kernel that the machine ran",
                      run("replay", f"{self.folder}/memblock.log", "--format", "json").stdout)


unittest.main()
