#!/usr/bin/env python3
"""The program as a user meets it: exit codes, messages, where output goes.   cli_test.py MEMMAP"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
SMALL = "ram:640K hole:384K ram:255M"
MAPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "maps")


def run(*args, stdin=None, env=None, stdout=subprocess.PIPE):
    return subprocess.run([MEMMAP, *args], input=stdin, stdout=stdout, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, **(env or {})}, timeout=60)


def simulate(*args, **options):
    return run("simulate", "--synthetic", SMALL, *args, **options)


class Cli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def assert_fails(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertNotIn("terminate called", result.stderr)
        self.assertNotIn("std::", result.stderr)

    def test_version_and_help(self):
        self.assertRegex(run("--version").stdout, r"^memmap \d+\.\d+\.\d+\n$")
        self.assertIn("simulate", run("--help").stdout)
        self.assertEqual(run().returncode, 0)
        self.assertIn("Examples:", run("simulate", "--help").stdout)
        self.assertEqual(run("help", "simulate").stdout, run("simulate", "--help").stdout)

    def test_usage_errors_suggest(self):
        self.assert_fails(run("simulat"), 2, "did you mean `simulate`")
        self.assert_fails(run("", "x"), 2, "unknown command ``")
        self.assert_fails(run("--", "simulate", "x", "y"), 2, "`y` is one argument too many")
        self.assert_fails(simulate("--formta", "json"), 2, "did you mean `--format`")
        self.assert_fails(simulate("--format", "jsn"), 2, "did you mean `json`")
        self.assert_fails(simulate("--kernel", "6.1.0-55-amd46"), 2, "did you mean `6.1.0-55-amd64`")
        self.assert_fails(run("convert", "--synthetic", SMALL, "--to", "yml"), 2, "yaml")

    def test_a_number_that_no_kernel_can_have_is_refused_where_it_stands(self):
        profile = self.path("k.yaml")
        with open(profile, "w", encoding="utf-8") as file:
            file.write("name: x\nversion: 6.1\nimage: {etext: 1M, start_rodata: 1M, end_rodata: 2M, sdata: 2M, "
                       "edata: 3M, bss_start: 3M, bss_stop: 4M, end_of_kernel_reserve: 4M, brk_base: 4M, end: 5M}\n"
                       "struct_sizes: {mem_section: 8192}\nconfig: {NR_CPUS: 4294967296}\n")
        self.assert_fails(simulate("--kernel", profile), 2, f"{profile}:4:29: error: `mem_section` is",
                          f"{profile}:5:19: error: `NR_CPUS` is from 1 to 8192")
        config = self.path("config")
        for line, column, told in (("NR_CPUS=4294967296", 16, "from 1 to 8192"),
                                   ("NR_CPUS=4294967295", 16, "from 1 to 8192"),
                                   ("LOG_BUF_SHIFT=64", 22, "from 12 to 25"),
                                   ("LOG_CPU_MAX_BUF_SHIFT=64", 30, "from 0 to 21")):
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"CONFIG_X86_64=y\nCONFIG_SMP=y\nCONFIG_{line}\nCONFIG_CPU_ISOLATION=y\n")
            cmdline = "possible_cpus=2147483647 isolcpus=1"
            self.assert_fails(simulate("--config", config, "--cmdline", cmdline), 2,
                              f"{config}:3:{column}: error: `CONFIG_{line.split('=')[0]}` is {told}", f"CONFIG_{line}")

    def test_usage_errors(self):
        self.assert_fails(run("simulate"), 2, "a machine is missing")
        self.assert_fails(simulate("--e820", "x"), 2, "each name a machine")
        self.assert_fails(simulate("--format"), 2)
        self.assert_fails(simulate("x", "y"), 2)
        self.assert_fails(run("convert", "--synthetic", SMALL), 2, "--to is missing")
        for boot in ("-1", "0", "010", "1.5", "two", "99999999999999999999"):
            self.assert_fails(run("simulate", "--e820", "-", "--boot", boot, stdin=""), 2, "--boot")

    def test_bad_sources(self):
        self.assert_fails(run("simulate", "--e820", self.path("nothing")), 2, self.path("nothing"))
        self.assert_fails(run("simulate", "--e820", "-", stdin=""), 2, "empty")
        self.assert_fails(run("simulate", "--e820", "-", stdin="hello\n"), 2, "no known format")
        with open(self.path("bad.yaml"), "w") as file:
            file.write("e820:\n  - {start: 4K, end: 0, type: ram}\n  - {start: 0, size: 0, type: rma}\n")
        result = run("simulate", "--e820", self.path("bad.yaml"), "-o", self.path("out"))
        self.assert_fails(result, 2, "bad.yaml:2:", "bad.yaml:3:", "^")
        self.assertFalse(os.path.exists(self.path("out")))

    def test_forced_format(self):
        result = run("simulate", "--e820", "-", "--input-format", "iomem", stdin=SMALL)
        self.assert_fails(result, 2, "-:1:")
        self.assert_fails(run("simulate", "--e820", "-", "--input-format", "dmseg", stdin="x"), 2, "`dmesg`")

    def test_output_file_is_all_or_nothing(self):
        out = self.path("out.json")
        self.assertEqual(simulate("--format", "json", "-o", out).returncode, 0)
        with open(out) as file:
            first = file.read()
        self.assertIn("memmap/result/1", first)
        self.assert_fails(simulate("-o", out), 2, "--force")
        with open(out) as file:
            self.assertEqual(file.read(), first)
        self.assertEqual(simulate("-o", out, "--force").returncode, 0)
        self.assertEqual(os.listdir(self.folder), ["out.json"])
        self.assert_fails(simulate("-o", self.path("no/such/folder")), 2, "no/such/folder")

    def test_folders_are_never_replaced(self):
        target = self.path("memmap")
        convert = ("convert", "--synthetic", SMALL, "--to", "sysfs")
        self.assertEqual(run(*convert, "-o", target).returncode, 0)
        with open(os.path.join(target, "0", "end")) as file:
            self.assertEqual(file.read(), "0x9ffff\n")
        self.assert_fails(run(*convert, "-o", target, "--force"), 2, "never replaced")
        self.assert_fails(run(*convert), 2, "standard output")
        self.assertEqual(run("simulate", "--e820", target).returncode, 0)

    def test_closed_pipe_and_full_disk(self):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as closed:
            result = simulate("--format", "json", stdout=closed)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open("/dev/full", "w") as full:
            result = simulate("--format", "json", stdout=full)
        self.assertEqual(result.returncode, 2)
        self.assertIn("No space left", result.stderr)

    def test_same_input_same_bytes(self):
        for fmt in ("text", "json", "dot", "memblock-debug", "qemu-mem", "meminfo", "zoneinfo", "buddyinfo",
                    "iomem"):
            first = simulate("--format", fmt)
            self.assertEqual(first.returncode, 0, first.stderr)
            other = simulate("--format", fmt, env={"LC_ALL": "C", "COLUMNS": "200", "TZ": "Asia/Tokyo"})
            self.assertEqual(first.stdout, other.stdout, fmt)
        self.assertNotIn("\x1b", simulate().stdout)

    def test_every_section_keeps_to_the_width(self):
        sections = ("summary,map,ledger,e820,memory,reserved,zones,free,pagetables,fixmap,checks,events,notes,"
                    "steps,nodes,percpu,cma,hugepages")
        for name in ("supermicro-as-4125gs-tnrt", "qemu-pc-4nodes-8g", "qemu-q35-efi-4g"):
            for width in (60, 67, 80):
                done = run("simulate", os.path.join(MAPS, f"{name}.yaml"), "--section", sections,
                           "--width", str(width), "--cmdline",
                           "crashkernel=256M cma=64M isolcpus=1 memmap=1M!2G reserve_mem=1M:4K:abc foo")
                self.assertEqual(done.returncode, 0, done.stderr)
                wide = [line for line in done.stdout.splitlines() if len(line) > width]
                self.assertEqual(wide, [], (name, width))

    def test_huge_pages_that_nobody_can_count_are_told(self):
        machine = ("simulate", "--synthetic", "ram:640K hole:384K ram:2G", "--format", "meminfo", "--cmdline")
        known = run(*machine, "hugepages=800")
        self.assertIn("HugePages_Total:     800", known.stdout)
        self.assertNotIn("HugePages_Total", known.stderr)
        unknown = run(*machine, "hugepages=950")
        self.assertNotIn("HugePages_Total", unknown.stdout)
        self.assertIn("left out: HugePages_Total", unknown.stderr)

    def test_what_the_kernel_says_is_no_error_of_ours(self):
        # One entry, given by the user: the kernel panics.
        result = simulate("--cmdline", "memmap=exactmap,64M@0")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Invalid user supplied memory map", result.stdout)
        self.assertEqual(simulate("--strict", "--cmdline", "memmap=exactmap,64M@0").returncode, 1)
        self.assertEqual(simulate("--strict").returncode, 0)

    def test_more_entries_than_the_kernel_has_places(self):
        line = ",".join(f"4K${16 + i}M" for i in range(230))
        args = ("--synthetic", "ram:640K hole:384K ram:1G", "--kernel", "6.12-nodefer-cma", "--cmdline", "memmap=" + line)
        limited = run("simulate", *args, "--format", "json")
        free = run("simulate", *args, "--format", "json", "--no-entry-limit")
        self.assertIn("too many entries; ignoring", limited.stdout)
        self.assertNotIn("too many entries; ignoring", free.stdout)

    def test_append_adds_to_the_command_line(self):
        whole = simulate("--cmdline", "mem=128M quiet", "--format", "json")
        added = simulate("--cmdline", "mem=128M", "--append", "quiet", "--format", "json")
        self.assertEqual(whole.stdout, added.stdout)
        self.assertEqual(simulate("--append", "mem=128M quiet", "--format", "json").stdout, whole.stdout)

    def test_differences_of_two_kernels(self):
        forward = run("kernels", "--differences", "6.1", "6.12.117+deb12-amd64")
        self.assertEqual((forward.returncode, forward.stderr), (0, ""))
        self.assertIn("+ 6.2    efi_remove_e820_mmio(), arch/x86/platform/efi/efi.c\n", forward.stdout)
        self.assertIn("- 6.4    init_mem_debugging_and_hardening(), mm/page_alloc.c\n", forward.stdout)
        back = json.loads(run("kernels", "--differences", "6.12.117", "6.1", "--format", "json").stdout)
        rows = {row["name"]: row for row in back["differences"]}
        self.assertEqual((rows["efi_removes_mmio"]["only_in"], rows["efi_removes_mmio"]["version"]), ("first", "6.2"))
        self.assertEqual(rows["e820_nosave_between_ram"]["stable"][:2], ["6.14.3", "6.13.12"])
        for older, newer, text in (("5.10.262", "5.11", "not yet in 5.11.0; mainline from 5.12"),
                                   ("6.6.80", "6.7", "not yet in 6.7.0; mainline from 6.8")):
            self.assertIn(text, run("kernels", "--differences", older, newer).stdout)
            told = json.loads(run("kernels", "--differences", older, newer, "--format", "json").stdout)
            for row in told["differences"] + told["steps"]:
                self.assertRegex(row["version"], r"^[0-9]+\.[0-9]+$", row)
        of_builds = json.loads(run("kernels", "--differences", "5.14", "5.14.0-570.el9", "--format", "json").stdout)
        self.assertEqual((of_builds["first"]["distribution"], of_builds["second"]["distribution"]), ("mainline", "el9"))
        generic = {row["name"]: row for row in of_builds["differences"]}["crash_kernel_is_generic"]
        self.assertEqual((generic["only_in"], generic["version"], generic["distribution"]), ("second", "6.7", "el9"))
        self.assertRegex(run("kernels").stdout, r"6\.1\.0-55-amd64 +Linux 6\.1\.192 +debian\n")
        same = run("kernels", "--differences", "6.1", "6.1")
        self.assertEqual(same.stdout, "0 differences between Linux 6.1.0 and 6.1.0\n")
        for wrong in (("--differences",), ("--differences", "6.1"), ("6.1", "6.12"), ("--differences", "6.1", "6.x"),
                      ("--format", "json")):
            self.assertEqual(run("kernels", *wrong).returncode, 2, wrong)

    def test_lint(self):
        good = run("lint", "--cmdline", "ro quiet")
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        self.assertIn("0 findings in 1 command line", good.stdout)
        line = "ro memmap=79G82G mem=4GiB"
        bad = run("lint", "--cmdline", line, "--kernel", "6.12.117+deb12-amd64")
        self.assertEqual((bad.returncode, bad.stderr), (1, ""))
        expected = (
            "--cmdline:1:11: warning: no `$` (nor `@`, `#`, `!`) stands between size and address in `79G82G` [lost-dollar]\n"
            f"    {line}\n"
            "              ^^^^^^\n"
            "    why: the kernel reads mem=79G and does not understand `82G`: all RAM from 79G up is taken away "
            "(parse_memmap_one(), arch/x86/kernel/e820.c)\n"
            "    do:  a shell or GRUB took the `$`: in /etc/default/grub write `\\\\\\$` between double quotes, in a "
            "line of grub.cfg `\\$`, on a shell's command line put it between single quotes\n"
            "--cmdline:1:22: warning: the kernel reads `4GiB` as 4G [size-misread]\n"
            f"    {line}\n"
            "                         ^^^^\n"
            "    why: a unit is one letter: it stops at `iB`, and what follows is lost or malformed (memparse(), "
            "lib/cmdline.c)\n"
            "    do:  write `4G`\n"
            "2 findings in 1 command line, for kernel 6.12.117+deb12-amd64\n")
        self.assertEqual(bad.stdout, expected)
        self.assertEqual(run("lint", "--cmdline", line, "--format", "json").returncode, 1)
        on = run("lint", "--synthetic", SMALL, "--cmdline", "crashkernel=1G")
        self.assertIn("[crashkernel-not-reserved]", on.stdout)
        self.assertIn("lost-dollar", run("lint", "--list").stdout)

    def test_lint_has_nothing_to_say_of_real_boots(self):
        boots = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance/boots")
        machines = [os.path.join(boots, name, "machine") for name in sorted(os.listdir(boots))]
        self.assertGreater(len(machines), 3)
        for machine in machines:
            result = run("lint", "--machine", machine)
            self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)

    def test_lint_appends_to_a_machine_without_a_line(self):
        path = self.path("map.log")
        with open(path, "w") as file:
            file.write("BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable\n"
                       "BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n"
                       "BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] reserved\n")
        result = run("lint", path, "--append", "memmap=1G@4G")
        self.assertEqual((result.returncode, result.stderr), (1, ""), result.stdout)
        self.assertTrue(result.stdout.startswith("--append:1:8: warning: `memmap=1G@4G` changes nothing"),
                        result.stdout)
        self.assert_fails(run("lint", path), 2, "no kernel command line is found")

    def test_lint_refuses(self):
        self.assert_fails(run("lint"), 2, "a command line is missing")
        self.assert_fails(run("lint", self.folder), 2, "not a folder")
        self.assert_fails(run("lint", "--cmdline", "a", "--format", "xml"), 2, "--format is one of text, json")
        path = self.path("log")
        with open(path, "w") as file:
            file.write("one\ntwo\n")
        self.assert_fails(run("lint", path), 2, "no kernel command line is found")
        self.assert_fails(run("lint", path, "--cmdline", "a"), 2, "give one")

    def test_plugins(self):
        self.assertIn("alloc_bottomup", simulate("--plugin", "alloc_bottomup").stdout)
        self.assert_fails(simulate("--plugin", "alloc_botomup"), 2, "alloc_bottomup")
        self.assert_fails(simulate("--plugin", "alloc_topdown:x=1"), 2, "x")
        self.assert_fails(simulate("--plugin", "trim_limit:limit=0"), 2, "limit")
        self.assert_fails(simulate("--plugin", "trim_badram"), 2, "badram")
        self.assert_fails(simulate("--without-plugin", "numa_flat"), 2, "cannot be left out")
        self.assert_fails(simulate("--without-plugin", "trim_badram"), 2, "trim_bios")
        two = simulate("--plugin", "alloc_bottomup", "--plugin", "alloc_topdown")
        self.assert_fails(two, 2, "one allocation policy")

    def test_plugins_of_a_scenario(self):
        machine = ("e820: [{start: 0, size: 640K, type: ram}, {start: 1M, size: 255M, type: ram}]\n"
                   "plugins:\n"
                   "  - {name: trim_badram, options: {memmap: 4K$128M}}\n"
                   "  - {name: trim_bios, enabled: false}\n")
        plain = run("simulate", "--e820", "-", stdin=machine)
        self.assertIn("trim_badram: bad memory", plain.stdout, plain.stderr)
        self.assertIn("0x08000000-0x08000fff", plain.stdout)
        # The command line comes first, for the plugin that it names.
        other = run("simulate", "--e820", "-", "--plugin", "trim_badram,memmap=8K$96M", stdin=machine)
        self.assertIn("0x06000000-0x06001fff", other.stdout, other.stderr)
        self.assertNotIn("0x08000fff", other.stdout)
        kept = run("convert", "-", "--to", "yaml", stdin=machine)
        self.assertIn("trim_badram", kept.stdout, kept.stderr)
        wrong = run("simulate", "--e820", "-", stdin=machine.replace("memmap:", "memap:"))
        self.assert_fails(wrong, 2, "memap")
        # Who reads a file has not chosen what code runs.
        path = run("simulate", "--e820", "-", stdin=machine.replace("trim_badram", "/tmp/x.so"))
        self.assert_fails(path, 2, "named here, not their files")

    def test_completion(self):
        self.assert_fails(run("completion"), 2, "SHELL")
        self.assert_fails(run("completion", "zhs"), 2, "did you mean `zsh`")
        self.assert_fails(run("completion", "bash", "--plugin-dir", "/"), 2, "--plugin-dir")
        self.assert_fails(run("completion", "values"), 2, "plugin-keys")
        self.assert_fails(run("completion", "values", "kernel"), 2, "did you mean `kernels`")
        self.assertIn("trim_limit:limit=", run("completion", "values", "plugin-keys").stdout.split())
        kernels = [line.split()[0] for line in run("kernels").stdout.splitlines()]
        self.assertEqual(run("completion", "values", "kernels").stdout.split(), kernels)


unittest.main()
