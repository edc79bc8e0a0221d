#!/usr/bin/env python3
"""Plugins in processes of their own: what is hostile is contained, what is good answers the same.

isolate_test.py MEMMAP FIXTURES SHIPPED BUILT_IN SANITIZERS     folders of modules"""
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

MEMMAP, FIXTURES, SHIPPED, BUILT_IN = (os.path.abspath(sys.argv.pop(1)) for _ in range(4))
SANITIZERS = sys.argv.pop(1)
HOSTILE = FIXTURES + "/hostile"
SMALL = ("--synthetic", "ram:640K hole:384K ram:255M")
NODES = ("--synthetic", "ram:640K hole:384K ram:511M@node0 ram:512M@node1", "--append", "mem=900M numa=fake=4")


def run(*args, cwd=None, **options):
    return subprocess.run([MEMMAP, *args], capture_output=True, text=True, timeout=60, cwd=cwd, **options)


def isolated(*args, **options):
    return run(*args, "--plugin-dir", HOSTILE, "--plugin-dir", FIXTURES, "--isolate-plugins", **options)


def what_protects():
    """Whether this kernel has seccomp, and landlock: a note says what lacks, and outputs differ by it."""
    result = isolated("simulate", *SMALL, "--plugin", "exit_at_end", "--format", "json")
    if result.returncode != 0:
        return False, False
    return "no seccomp is here" not in result.stdout, "this kernel has no landlock" not in result.stdout


SECCOMP, LANDLOCK = what_protects()


def fork_is_told():
    """Since glibc 2.41 fork() blocks all signals, and with them the one by which the call is told."""
    version = os.confstr("CS_GNU_LIBC_VERSION").split()[-1]
    return tuple(int(part) for part in version.split(".")[:2]) < (2, 41)


FORKED = "made the system call clone " if fork_is_told() else "made a system call "


@unittest.skipUnless(SECCOMP, "no seccomp is here")
class Isolated(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def assert_fault(self, result, *words):
        self.assertEqual((result.returncode, result.stdout), (70, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def hostile(self, where, what, *args):
        return isolated("simulate", *SMALL, "--plugin", f"hostile:in={where},what={what}", *args, cwd=self.folder)

    def test_a_crash_in_each_function(self):
        names = {"trim": "run", "numa": "run"}
        for where in ("trim", "numa", "prepare", "choose", "event", "finish"):
            with self.subTest(where):
                self.assert_fault(self.hostile(where, "segfault"),
                                  f"plugin `hostile` crashed in {names.get(where, where)}() (signal 11)")
        self.assert_fault(isolated("access", *SMALL, "--do", "read 0xffff888000100000 4", "--plugin",
                                   "hostile:in=access,what=segfault"), "crashed in access() (signal 11)")
        self.assert_fault(isolated("simulate", *SMALL, "--format", "hostile:in=render,what=segfault"),
                          "crashed in render() (signal 11)")
        for where in ("recognise", "read"):
            file = self.folder / "map"
            file.write_text(f"hostile {where}")
            self.assert_fault(isolated("simulate", str(file), "--plugin", "hostile"),
                              f"crashed in {where}() (signal 11)")
        # The answer was there already.
        self.assertEqual(self.hostile("release", "segfault").returncode, 0)

    def test_whatever_a_plugin_does(self):
        says = {
            "abort": "crashed in run() (signal 6)",
            "exit": "ended its process in run()",
            "exit_raw": "ended its process in run()",
            "exit_thread": "ended its process in run()",
            "throw": "threw an exception out of run(): the moon?is wrong",
            "throw_int": "threw an exception out of run()",
            "write_file": "made the system call openat in run()",
            "read_passwd": "made the system call openat in run()",
            "connect": "made the system call socket in run()",
            "fork": FORKED + "in run()",
            "thread": "made the system call ",
            "exec": "made the system call execve in run()",
            "kill_parent": "made the system call getppid in run()",
            "signal": "made the system call kill in run()",
            "stdout": "made the system call write in run()",
            "handler": "made the system call rt_sigaction in run()",
            "limits": "made the system call prlimit64 in run()",
            "code": "made the system call mmap in run()",
            "garbage": "broke the protocol in run(): what it wrote is no frame",
            "large": "broke the protocol in run(): it answered with 1099511627776 bytes at once",
            "short": "broke the protocol in run(): ",
            "kind": "broke the protocol in run(): it answered what was not asked",
            "trapped": "made the system call read in run()",
        }
        if not SANITIZERS:
            says["allocate"] = "threw an exception out of run(): std::bad_alloc"
        for what, words in says.items():
            with self.subTest(what):
                self.assert_fault(self.hostile("trim", what), f"plugin `hostile` {words}")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_one_that_does_not_come_back(self):
        for what in ("loop", "chatter", "stop", "reads"):
            with self.subTest(what):
                self.assert_fault(self.hostile("trim", what, "--plugin-timeout", "1"),
                                  "plugin `hostile` did not come back from run() in 1 s (--plugin-timeout)")

    def test_what_is_done_while_loading(self):
        says = {"loading_writes": "made the system call openat while loading",
                "loading_connects": "made the system call socket while loading",
                "loading_forks": FORKED + "while loading",
                "loading_kills": "made the system call getppid while loading",
                "loading_crashes": "crashed while loading (signal 11)",
                "loading_exits": "ended its process while loading",
                "loading_speaks": "broke the protocol while loading: what it wrote is no frame",
                "describing_connects": "made the system call socket while loading",
                "crash_loading": "crashed while loading (signal 6)",
                "exit_hard_loading": "ended its process while loading"}
        for name, words in says.items():
            with self.subTest(name):
                self.assert_fault(isolated("simulate", *SMALL, "--plugin", name, cwd=self.folder),
                                  f"plugin `{name}`: {words}")
        self.assertEqual(list(self.folder.iterdir()), [])
        if LANDLOCK:
            self.assertIn("A fixture", isolated("plugin", "show", "loading_reads").stdout)
        for name, words in {"wrong_major": "plugin ABI 2.", "missing_symbol": "does not export",
                            "incomplete": "lacks get_interface()", "unresolved": "undefined symbol"}.items():
            result = isolated("simulate", *SMALL, "--plugin", name)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(f"plugin `{name}`: ", result.stderr)
            self.assertIn(words, result.stderr)

    def test_a_list_has_them_all(self):
        listed = isolated("plugin", "list")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        for words in ("hostile", "teller", "Refused:", "crashed while loading (signal 11)"):
            self.assertIn(words, listed.stdout)

    def test_mistakes_are_as_ever(self):
        for given in ("liar:lie=bad_option", "liar:lie=bad_option_at_a_hook", "liar:lies=1"):
            self.assert_same(2, "simulate", *SMALL, "--plugin-dir", FIXTURES, "--plugin", given)
        for lie in ("limits", "wraps", "misaligned", "taken", "code", "silent", "says_why", "emits", "option",
                    "number", "prepare", "no_such_option", "no_such_difference", "same", "align_odd",
                    "no_message", "no_number", "none_after_all", "verb"):
            self.assert_same(70, "simulate", *SMALL, "--plugin-dir", FIXTURES, "--plugin", f"liar:lie={lie}")
        for lie in ("backwards", "outside", "rule", "text", "null", "writes", "says", "code", "silent", "late"):
            self.assert_same(70, "simulate", *SMALL, "--plugin-dir", FIXTURES, "--plugin", f"teller:lie={lie}")

    def assert_same(self, code, *args):
        """The same bytes and status, here and apart."""
        with self.subTest(" ".join(args)):
            here, apart = run(*args), run(*args, "--isolate-plugins")
            self.assertEqual(here.returncode, code, here.stderr)
            self.assertEqual((apart.returncode, apart.stdout, apart.stderr), (here.returncode, here.stdout, here.stderr))

    @unittest.skipUnless(LANDLOCK, "a note tells what this kernel lacks")
    def test_the_same_answers(self):
        given = {"trim_badram": ":badram=0x4000000\\,0xfffff000", "numa_interleave": ":granule=64M"}
        for file in sorted(pathlib.Path(SHIPPED).glob("*.so")):
            name = file.stem
            if name.startswith("report_"):
                self.assert_same(0, "simulate", *NODES, "--format", name)
            elif name.startswith("source_"):
                table = self.folder / "map.csv"
                table.write_text("start,end,type\n0,0x9ffff,ram\n0x100000,0x3fffffff,ram\n")
                self.assert_same(0, "simulate", str(table), "--format", "json")
                table.write_text("start,end,type\n0,cow,ram\n")
                self.assert_same(2, "simulate", str(table))
            elif name == "check_invariants":
                self.assert_same(0, "simulate", *SMALL, "--plugin", name, "--format", "json")
            elif name != "trim_badram":
                self.assert_same(0, "simulate", *NODES, "--plugin", name + given.get(name, ""), "--format", "json")
        self.assert_same(0, "simulate", *NODES, "--plugin", "trim_badram:badram=0x4000000,0xfffff000", "--format", "json")
        # The kernel's own rules, as modules in their places.
        for file in sorted(pathlib.Path(BUILT_IN).glob("*.so")):
            self.assert_same(0, "simulate", *NODES, "--plugin-dir", BUILT_IN, "--plugin", file.stem, "--format", "json")
        self.assert_same(1, "simulate", *SMALL, "--plugin-dir", FIXTURES, "--plugin", "teller", "--format", "json")
        self.assert_same(0, "compare", *NODES, "--alloc", "kernel,alloc_bestfit,alloc_low_fragmentation", "--format", "json")
        self.assert_same(0, "access", *SMALL, "--cmdline", "kmemcheck=1", "--do", "read 0xffff888000100000 4", "--plugin",
                         "check_kmemcheck", "--format", "json")

    def test_a_sweep_goes_on(self):
        matrix = self.folder / "matrix.yaml"
        matrix.write_text('machines:\n  - {name: small, synthetic: "ram:640K hole:384K ram:255M"}\n'
                          "plugins:\n  - [\"hostile:in=trim,what=segfault\"]\n  - [hostile]\n"
                          "append: [a, b, c]\n")
        swept = run("sweep", str(matrix), "--plugin-dir", HOSTILE, "--isolate-plugins")
        self.assertEqual(swept.returncode, 1, swept.stderr)
        self.assertEqual(swept.stdout.count("plugin `hostile` crashed in run() (signal 11)"), 3, swept.stdout)
        self.assertIn("6 combinations: 3 passed, 0 failed, 3 could not be booted", swept.stderr)

    def test_a_closed_descriptor_does_not_become_the_plugins(self):
        """What is written to one fails, as without plugins, and does not go into the plugin's socket."""
        for closed in (0, 1, 2):
            result = isolated("simulate", *SMALL, "--plugin", "exit_at_end", preexec_fn=lambda fd=closed: os.close(fd))
            self.assertEqual(result.returncode, 2 if closed == 1 else 0, (closed, result.stderr))

    def test_a_parent_that_ignores_the_ends_of_children(self):
        result = isolated("simulate", *SMALL, "--plugin", "hostile:in=trim,what=segfault", cwd=self.folder,
                          preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assert_fault(result, "signal 11")

    def test_nobody_is_left_behind(self):
        """A killed program's plugin goes too, though it never looks up."""
        process = subprocess.Popen([MEMMAP, "simulate", *SMALL, "--plugin-dir", HOSTILE, "--isolate-plugins", "--plugin",
                                    "hostile:in=trim,what=loop"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            process.kill()
            self.skipTest("this kernel does not tell a process's children")
        deadline = time.monotonic() + 30
        while not (child := children.read_text().split()) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertTrue(child)
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)

        def lives():
            try:
                return pathlib.Path(f"/proc/{child[0]}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
            except OSError:
                return False
        while lives() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertFalse(lives())

    def test_what_it_tells_in_all_is_limited(self):
        result = isolated("simulate", *SMALL, "--format", "hostile:in=render,what=flood", "--limit", "plugin-told=20M")
        self.assert_fault(result, "plugin `hostile` tells too much in render(): the limit is plugin-told=20M; "
                          "--limit plugin-told=40M raises it")

    @unittest.skipIf(SANITIZERS, "a sanitizer's memory is not to be limited")
    def test_memory_that_runs_out_here(self):
        """What a plugin hands over does not fit: named, and no crash of the program's."""
        def little():
            resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
        for more in ((), ("--isolate-plugins",)):
            result = run("simulate", *SMALL, "--plugin-dir", HOSTILE, *more, "--format", "hostile:in=render,what=flood",
                         preexec_fn=little)
            self.assert_fault(result, "plugin `hostile`: render(): memory ran out for what it hands over or asks")


unittest.main()
