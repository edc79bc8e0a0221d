#!/usr/bin/env python3
"""What `memmap diff` tells of two results, however they are given.   diff_test.py MEMMAP"""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
import zlib

MEMMAP = os.path.abspath(sys.argv.pop(1))
MAPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../maps")
NODES = os.path.join(MAPS, "qemu-pc-2nodes-6g.yaml")
SMALL = os.path.join(MAPS, "qemu-pc-1g.yaml")


def run(*args):
    return subprocess.run([MEMMAP, *args], capture_output=True, text=True, timeout=120)


def diff(*args):
    done = run("diff", *args, "--format", "json")
    answer = json.loads(done.stdout)
    assert done.returncode == any(c["differs"] for c in answer["comparisons"]), done.stderr
    return answer["comparisons"][0]


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return path

    def refused(self, *args):
        done = run("diff", *args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        return done.stderr


class Diff(Base):
    def test_a_boot_is_the_same_as_its_kept_result(self):
        kept = self.path("kept.json")
        run("simulate", NODES, "--format", "json", "-o", kept)
        for sides in ((kept, NODES), (NODES, kept), (kept, kept)):
            self.assertFalse(diff(*sides)["differs"], sides)
        done = run("diff", kept, NODES)
        self.assertTrue(done.stdout.startswith("no difference\n"))

    def test_a_parameter_of_the_new_side(self):
        told = diff(NODES, "--new-append", "crashkernel=256M")
        changes = {c["what"]: c for stage in told["stages"] if stage["stage"] == "owners" for c in stage["changes"]}
        self.assertEqual(changes["crash kernel"]["kind"], "appeared")
        self.assertEqual(changes["crash kernel"]["new"]["size"], "0x10000000")
        total = next(f for f in told["figures"] if f["name"] == "MemTotal")
        self.assertEqual(total["old"] - total["new"], 256 * 1024)

    def test_our_own_result_may_be_larger_than_an_input(self):
        told = diff(SMALL, "--new-append", "crashkernel=64M", "--limit", "document-values=200")
        self.assertTrue(told["differs"])

    def test_what_is_asked_of_one_side_is_not_asked_of_the_other(self):
        told = diff(NODES, "--kernel", "6.12.117+deb12-amd64", "--cmdline", "mem=2G", "--new-cmdline", "mem=2G")
        self.assertFalse(told["differs"])
        told = diff(NODES, "--kernel", "6.12.117+deb12-amd64", "--new-kernel", "7.2.12+deb13-amd64")
        self.assertEqual(told["new"]["kernel"], "7.2.12+deb13-amd64")

    def test_hibernation(self):
        small = diff(SMALL, NODES)["resume"]
        self.assertFalse(small["resumes"])
        self.assertFalse(small["same_usable"])
        table = json.loads(run("simulate", SMALL, "--format", "json").stdout)["e820"]["firmware"]
        packed = struct.pack("<I", len(table)) + b"".join(
            struct.pack("<QQI", int(e["start"], 16), int(e["end"], 16) - int(e["start"], 16), e["type"]) for e in table)
        self.assertEqual(int(small["old_crc32"], 16), zlib.crc32(packed))
        # The firmware's map stays what it was, whatever the command line makes of it; the pages do not.
        less = diff(NODES, "--new-append", "mem=1G")["resume"]
        self.assertEqual((less["old_crc32"], less["refusal"]), (less["new_crc32"], "Image mismatch: memory size"))
        self.assertTrue(diff(NODES, "--new-append", "crashkernel=64M")["resume"]["resumes"])
        self.assertIn("Hibernate inconsistent memory map detected!", " ".join(run("diff", SMALL, NODES).stdout.split()))

    def test_a_milder_verdict(self):
        one = self.path("one.yaml", "e820:\n  - {start: 0, end: 640K, type: ram}\n  - {start: 1M, end: 1G, type: ram}\n"
                                    "  - {start: 3G, end: 3076M, type: reserved}\n")
        two = self.path("two.yaml", "e820:\n  - {start: 0, end: 640K, type: ram}\n  - {start: 1M, end: 1G, type: ram}\n"
                                    "  - {start: 3G, end: 3080M, type: reserved}\n")
        told = diff(one, two)
        self.assertEqual((told["resume"]["resumes"], told["resume"]["same_usable"]), (False, True))
        firmware = next(s for s in told["stages"] if s["stage"] == "firmware")
        self.assertEqual([c["range"] for c in firmware["changes"]], [{"base": "0xc0400000", "size": "0x400000"}])

    def test_ignoring(self):
        words = [NODES, "--new-append", "crashkernel=256M"]
        told = diff(*words, "--ignore", "crash kernel", "--ignore", "reserved")
        self.assertNotIn("crash kernel", json.dumps(told["stages"]))
        self.assertGreater(told["tolerated"], 0)
        self.assertIn("--ignore crush has no effect", run("diff", *words, "--ignore", "crush").stderr)
        self.assertNotIn("no effect", run("diff", *words, "--ignore", "crash*", "--ignore", "kernel image").stderr)
        self.assertIn("--tolerance", self.refused(*words, "--tolerance", "lots"))
        rest = run("diff", *words, "--ignore", "*")
        self.assertEqual((rest.returncode, rest.stdout.splitlines()[0]), (0, "no difference but what is tolerated"))

    def test_a_panic(self):
        told = diff(self.path("tiny.yaml", "e820:\n  - {start: 0, end: 4K, type: ram}\n"), SMALL)
        self.assertIn("panics", told["resume"]["refusal"])

    def test_a_node_that_is_not_known(self):
        told = diff(NODES, "--kernel", "6.1.0-55-amd64", "--new-kernel", "7.2.12+deb13-amd64")
        self.assertNotIn("node 1024", json.dumps(told))
        self.assertIn("--ignore usable has no effect", run("diff", NODES, NODES, "--ignore", "usable").stderr)

    def test_flags_that_are_new(self):
        kept, other = self.path("kept.json"), None
        run("simulate", SMALL, "--format", "json", "-o", kept)
        with open(kept, encoding="utf-8") as file:
            text = file.read()
        for flag in (64, 128, 4096):
            other = self.path(f"{flag}.json", text.replace('"flags": 32', f'"flags": {flag}', 1))
            self.assertTrue(diff(kept, other)["differs"], flag)

    def test_several(self):
        done = run("diff", SMALL, SMALL, NODES)
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 of 2 differ from the first", done.stdout)
        self.assertEqual([line.split()[-1] for line in done.stdout.splitlines() if line.endswith("resumes")], ["resumes"])

    def test_bad_input(self):
        self.assertIn("one result is nothing to compare", self.refused(NODES))
        kept = self.path("kept.json")
        run("simulate", SMALL, "--format", "json", "-o", kept)
        self.assertIn(f"--kernel has no effect on {kept}", self.refused(kept, NODES, "--kernel", "6.12"))
        self.assertIn(f"--new-append has no effect on {kept}", self.refused(NODES, kept, "--new-append", "mem=1G"))
        self.assertIn(f"--append has no effect on {kept}", self.refused(NODES, kept, "--append", "mem=1G"))
        with open(kept, encoding="utf-8") as file:
            text = file.read()
        other = self.path("other.json", text.replace("memmap/result/1", "memmap/result/2"))
        said = self.refused(other, NODES)
        self.assertIn("other.json:2:13: error: results of schema memmap/result/1 are compared", said)
        cut = self.path("cut.json", text[:len(text) // 2])
        self.assertIn("cut.json:", self.refused(cut, NODES))
        lacks = self.path("lacks.json", text.replace('"memblock"', '"memblocks"'))
        self.assertIn("lacks `memblock`", self.refused(lacks, NODES))
        wraps = self.path("wraps.json", text.replace('"start_pfn": 1,', '"start_pfn": 18446744073709551615,'))
        self.assertIn("is larger than memory can be", self.refused(wraps, SMALL))
        self.assertIn("no such file", self.refused(NODES, self.path("none.log")).lower())
        self.assertIn("but once", self.refused("-", "-"))
        self.assertIn("but once", self.refused("-", "--new-append", "mem=1G"))

    def test_standard_input_is_a_side(self):
        with open(NODES, encoding="utf-8") as file:
            done = subprocess.run([MEMMAP, "diff", "-", NODES], stdin=file, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout.splitlines()[0]), (0, "no difference"), done.stderr)


class Pictures(Base):
    """--format svg and html: old beside new."""

    def svg(self, *args):
        done = run("diff", *args, "--format", "svg")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return xml.etree.ElementTree.fromstring(done.stdout), done.stdout

    def test_what_came_is_outlined_in_the_new_one_alone(self):
        root, text = self.svg(NODES, "--new-append", "crashkernel=256M")
        outlines = [r for r in root.iter() if r.get("class") == "changed"]
        at = {(r.get("data-start"), r.get("data-end")) for r in outlines}
        self.assertIn(("0xab000000", "0xbf000000"), at)  # the IO TLB below the crash kernel
        self.assertIn("crash kernel at 0xaf000000-0xbeffffff 256M: appeared", text)
        self.assertEqual(text, self.svg(NODES, "--new-append", "crashkernel=256M")[1])

    def test_what_did_not_change_has_no_outline(self):
        root, text = self.svg(NODES, NODES)
        self.assertEqual([r for r in root.iter() if r.get("class") == "changed"], [])
        self.assertIn("no difference", text)

    def test_hostile_names_are_text(self):
        name = self.path("<script>&\"]]>.yaml", open(SMALL, encoding="utf-8").read())
        self.svg(name, NODES)
        page = run("diff", name, NODES, "--format", "html").stdout
        self.assertNotIn("<script", page)
        self.assertIn("&lt;script&gt;", page)

    def test_a_page_of_several(self):
        page = run("diff", SMALL, NODES, SMALL, "--format", "html").stdout
        ids = re.findall(r' id="([^"]+)"', page)
        self.assertEqual(sorted(ids), sorted(set(ids)))
        self.assertEqual(page.count("<svg"), 2)
        if shutil.which("tidy"):
            told = subprocess.run(["tidy", "-q", "-e", "-utf8"], input=page, capture_output=True, text=True, timeout=60)
            self.assertEqual(told.stderr, "")
        self.assertIn("shows one result", self.refused(SMALL, NODES, SMALL, "--format", "svg"))
        self.assertIn("--theme has no effect", self.refused(SMALL, NODES, "--theme", "dark"))


if __name__ == "__main__":
    unittest.main()
