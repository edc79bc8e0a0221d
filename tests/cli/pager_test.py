#!/usr/bin/env python3
"""What goes to a terminal is shown by a pager, as git does it; its style by --width and --color.   pager_test.py MEMMAP"""
import os
import pty
import subprocess
import sys
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
ZONES = ["show", "zones", "--synthetic", "ram:640K hole:384K ram:255M"]
REPORT = ["simulate", "--synthetic", "ram:640K hole:384K ram:255M"]


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if k not in ("PAGER", "MEMMAP_PAGER", "LESS", "NO_COLOR", "CLICOLOR_FORCE")}
    return {**kept, "TERM": "xterm", "LC_ALL": "C.UTF-8", **more}


def on_a_terminal(*words, **more):
    """The exit status and what a terminal shows."""
    main, other = pty.openpty()
    run = subprocess.Popen([MEMMAP, *words], stdin=other, stdout=other, stderr=other, env=environment(**more))
    os.close(other)
    out = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(main)
    return run.wait(timeout=60), out.decode(errors="replace").replace("\r\n", "\n")


def piped(*words, **more):
    run = subprocess.run([MEMMAP, *words], capture_output=True, text=True, env=environment(**more), timeout=60)
    return run.stdout


class Pager(unittest.TestCase):
    def test_a_terminal_gets_a_pager(self):
        for command in (ZONES, REPORT):
            status, told = on_a_terminal(*command, PAGER="sed s/^/P:/")
            self.assertEqual(status, 0, told)
            self.assertTrue(all(line.startswith(("P:", "memmap: note: ")) for line in told.splitlines()), told[:400])

    def test_what_goes_before(self):
        self.assertIn("M:", on_a_terminal(*ZONES, MEMMAP_PAGER="sed s/^/M:/", PAGER="sed s/^/P:/")[1])
        self.assertIn("FRX -c", on_a_terminal(*ZONES, PAGER="cat >/dev/null; echo $LESS $LV")[1])
        self.assertIn("mine", on_a_terminal(*ZONES, PAGER="cat >/dev/null; echo $LESS", LESS="mine")[1])

    def test_no_pager(self):
        plain = on_a_terminal(*ZONES, PAGER="cat")[1]
        self.assertIn("DMA32", plain)
        for more in ({"MEMMAP_PAGER": ""}, {"PAGER": "/no/such/pager"}):
            self.assertEqual(on_a_terminal(*ZONES, **more)[1].splitlines()[-1], plain.splitlines()[-1])
        self.assertEqual(on_a_terminal(*ZONES, "--no-pager", PAGER="sed s/^/P:/")[1], plain)
        self.assertNotIn("P:", piped(*ZONES, PAGER="sed s/^/P:/"))

    def test_one_that_quits_early(self):
        status, told = on_a_terminal(*REPORT, PAGER="head -n 1")
        self.assertEqual((status, told.count("\n")), (0, 1))

    def test_style(self):
        self.assertNotIn("\x1b[", piped(*REPORT))
        self.assertIn("\x1b[", piped(*REPORT, "--color", "always"))
        self.assertIn("\x1b[", piped(*REPORT, CLICOLOR_FORCE="1"))
        self.assertNotIn("\x1b[", piped(*REPORT, CLICOLOR_FORCE="1", NO_COLOR="1"))
        self.assertNotIn("\x1b[", on_a_terminal(*REPORT, "--color", "never", PAGER="cat")[1])
        for width in (60, 100, 200):
            longest = max(len(line) for line in piped(*REPORT, "--width", str(width), "--section", "summary").splitlines())
            self.assertEqual(longest, width)
        for words in (["--width", "59"], ["--width", "x"], ["--color", "yes"], ["--section", "zone"],
                      ["--format", "json", "--width", "80"]):
            run = subprocess.run([MEMMAP, *REPORT, *words], capture_output=True, text=True, timeout=60)
            self.assertEqual((run.returncode, run.stdout), (2, ""), words)

    def test_sections(self):
        self.assertTrue(piped(*REPORT, "--section", "zones,summary").startswith("\nNodes and zones"))
        self.assertEqual(piped(*REPORT), piped(*REPORT, "--section", ",".join(
            "summary map ledger e820 memory reserved zones free pagetables fixmap checks events notes".split())))


unittest.main()
