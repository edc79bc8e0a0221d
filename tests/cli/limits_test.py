#!/usr/bin/env python3
"""--limit: each limit is met by an input, said, and raised.   limits_test.py MEMMAP"""
import gzip
import os
import re
import subprocess
import sys
import tempfile
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
SMALL = ("--synthetic", "ram:640K hole:384K ram:255M")


def run(*args):
    return subprocess.run([MEMMAP, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def table():
    lines = run("simulate", "--limit", "help").stdout.splitlines()
    return {line.split()[0]: line.split()[1] for line in lines[2:]}


class Limits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def test_the_table_is_told_by_every_command(self):
        rows = table()
        self.assertIn("document-depth", rows)
        self.assertEqual(rows["input-size"], "128M")
        for command in ("formats", "kernels", "simulate", "show"):
            done = run(command, "--limit", "help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(done.stdout, run("simulate", "--limit", "help").stdout)

    def test_what_is_no_limit_is_refused(self):
        for text, told in {"docment-depth=3": "did you mean `document-depth`?", "x=1": "`--limit help` lists them",
                           "memory=lots": "--limit memory", "document-depth=0": "is from 1 to"}.items():
            done = run("simulate", *SMALL, "--limit", text)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(told, done.stderr)

    def test_each_is_met_said_and_raised(self):
        deep = self.write("deep.yaml", "e820: " + "[" * 70 + "]" * 70)
        yaml = self.write("map.yaml", "e820:\n" + "".join(
            f"  - {{start: {i * 8192:#x}, size: 4K, type: usable}}\n" for i in range(200)))
        text = self.write("map.txt", "ram:4K hole:4K " * 100)
        packed = self.write("map.gz", gzip.compress(b"ram:4K hole:4K " * 100000))
        policy = self.write("policy.yaml", "require:\n" + "  - no panic\n" * 5)
        nested = self.write("nested.yaml", "require:\n  - " + "(" * 9 + "mem_total" + ")" * 9 + " >= 1M\n")
        appends = self.write("appends.yaml", "require: [no panic]\nappend: [a, b, c, d, e]\n")
        matrix = self.write("matrix.yaml", "machines: [{name: m, synthetic: 'ram:640K hole:384K ram:63M'}]\n"
                            "append: ['quiet={1..9}']\n")
        script = self.write("script.yaml", "steps:\n" + "  - read: {at: 0xffff888000100000, size: 4}\n" * 9)
        grub = self.write("cmdline", "quiet " * 100)
        met = {
            "input-size=100": ("simulate", text), "unpacked-size=64K": ("simulate", packed),
            "unpack-ratio=2,unpacked-free=1K": ("simulate", packed), "document-size=1K": ("simulate", yaml),
            "document-depth=2": ("simulate", deep), "document-values=100": ("simulate", yaml),
            "map-entries=100": ("simulate", yaml), "rules=4": ("check", policy, *SMALL),
            "rule-size=7": ("check", policy, *SMALL), "rule-depth=8": ("check", nested, *SMALL),
            "cases=4": ("check", appends, *SMALL), "texts=8": ("sweep", matrix), "walked=8": ("sweep", matrix),
            "steps=8": ("access", script, *SMALL), "command-line=99": ("lint", grub),
        }
        for limit, command in met.items():
            name = limit.split("=")[0]
            done = run(*command, "--limit", limit)
            self.assertEqual((done.returncode, done.stdout), (2, ""), limit)
            self.assertIn(f"the limit is {name}=", done.stderr, limit)
            raised = re.search(r"--limit (\S+=\S+) raises it", done.stderr)
            self.assertTrue(raised, done.stderr)
            if name != "document-depth":  # such a document is none of a machine, however deep
                self.assertIn(run(*command).returncode, (0, 1), limit)

    @unittest.skipIf("SANITIZED" in os.environ, "its own memory counts")
    def test_memory(self):
        large = self.write("large.txt", "ram:4K hole:4K " * 200000)
        done = run("simulate", large, "--limit", "memory=24M,map-entries=1000000")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("out of memory: the limit is memory=24M; --limit memory=48M raises it", done.stderr)

    def test_time(self):
        matrix = self.write("matrix.yaml", "machines: [{name: m, synthetic: 'ram:640K hole:384K ram:63M'}]\n"
                            "append: ['quiet={1..100000}']\n")
        rows = os.path.join(self.folder, "rows.jsonl")
        done = run("sweep", matrix, "-o", rows, "--limit", "time=1")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("out of time: the limit is time=1; --limit time=2 raises it", done.stderr)


if __name__ == "__main__":
    unittest.main()
