#!/usr/bin/env python3
"""The folder that `memmap frames` writes, and that pictures are valid XML.   frames_test.py MEMMAP"""
import base64
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

MEMMAP = os.path.abspath(sys.argv.pop(1))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SMALL = "ram:640K hole:384K ram:255M"
MAPS = [os.path.join(ROOT, "maps", name) for name in sorted(os.listdir(os.path.join(ROOT, "maps"))) if name.endswith(".yaml")]
SVG = "{http://www.w3.org/2000/svg}"


def run(*args, **more):
    return subprocess.run([MEMMAP, *args], capture_output=True, timeout=120, **more)


class Frames(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.out = os.path.join(scratch.name, "frames")

    def frames(self, *args):
        return run("frames", "--synthetic", SMALL, "-o", self.out, *args)

    def text(self, name):
        with open(os.path.join(self.out, name), encoding="utf-8") as file:
            return file.read()

    def names(self):
        return sorted(os.listdir(self.out))

    def test_a_folder(self):
        done = self.frames("--title", 'a <b>"title"')
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        names = self.names()
        pictures = [name for name in names if re.fullmatch(r"\d{3}-\w+\.svg", name)]
        self.assertEqual(names, [*pictures, "animation.svg", "index.html"])
        self.assertEqual([name[:3] for name in pictures], [f"{n:03}" for n in range(1, len(pictures) + 1)])
        self.assertTrue(any("e820__memblock_setup" in name for name in pictures))
        heights = set()
        for name in pictures:
            tree = xml.etree.ElementTree.fromstring(self.text(name))
            heights.add(tree.get("height"))
            self.assertEqual(tree.find(SVG + "title").text, 'a <b>"title"')
            self.assertTrue(tree.findall(f".//{SVG}rect[@class='changed']"), name)
        self.assertEqual(len(heights), 1, "one axis for all")
        moving = xml.etree.ElementTree.fromstring(self.text("animation.svg"))
        groups = [g for g in moving.iter(SVG + "g") if g.get("class", "").startswith("f ")]
        self.assertGreater(len(groups), len(pictures))
        for style in re.findall(r"animation-name:(f\d+-\d+)", self.text("animation.svg")):
            self.assertIn("@keyframes " + style + "{", self.text("animation.svg"))

    def test_the_page(self):
        self.frames()
        page = self.text("index.html")
        pictures = [name for name in self.names() if name[0].isdigit()]
        self.assertEqual(re.findall(r'<img src="([^"]+)"', page), pictures)
        script = re.search(r"<script>(.*)</script>", page, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        self.assertIn(f"script-src 'sha256-{digest}'", page)
        self.assertIn("default-src 'none'", page)
        self.assertNotRegex(page, "https?:")

    def test_some_steps(self):
        self.assertEqual(self.frames("--from", "e820__memblock_setup", "--to", "init_mem_mapping").returncode, 0)
        some = [name for name in self.names() if name[0].isdigit()]
        self.assertRegex(some[0], "^001-e820__memblock_setup")
        self.assertRegex(some[-1], "init_mem_mapping")
        self.assertEqual(self.frames("--force", "--all").returncode, 0)
        self.assertGreater(len(self.names()), 2 * len(some))
        for args, why in ((["--from", "memblock_free_al"], b"did you mean `memblock_free_all`"),
                          (["--to", "nothing"], b"--to: this boot has no step `nothing`"),
                          (["--from", "memblock_free_all", "--to", "e820__memory_setup"], b"runs before")):
            done = self.frames("--force", *args)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(why, done.stderr)

    def test_all_or_nothing(self):
        self.assertEqual(self.frames().returncode, 0)
        before = {name: self.text(name) for name in self.names()}
        done = self.frames()
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"exists already; --force replaces it", done.stderr)
        self.assertEqual(self.frames("--force").returncode, 0)
        self.assertEqual({name: self.text(name) for name in self.names()}, before, "the same bytes")
        with open(os.path.join(self.out, "notes.txt"), "w") as file:
            file.write("mine")
        done = self.frames("--force")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"holds what memmap did not write (notes.txt)", done.stderr)
        self.assertEqual(self.text("notes.txt"), "mine")
        done = run("frames", "--synthetic", SMALL)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"name one with -o", done.stderr)
        self.assertEqual(sorted(os.listdir(os.path.dirname(self.out))), ["frames"], "nothing is left beside")

    def test_a_boot_that_panics(self):
        self.assertEqual(run("frames", "--synthetic", "ram:8M", "-o", self.out).returncode, 0)
        self.assertIn("index.html", self.names())


class Maps(unittest.TestCase):
    def test_pictures_are_xml(self):
        for path in MAPS:
            for scale in ("log", "linear", "equal"):
                with self.subTest(path + " " + scale):
                    done = run("simulate", "--e820", path, "--format", "svg", "--scale", scale)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    tree = xml.etree.ElementTree.fromstring(done.stdout)
                    columns = [g.get("data-column") for g in tree.iter(SVG + "g") if g.get("data-column")]
                    self.assertEqual(columns, ["firmware", "e820", "memory", "reserved", "direct_map", "zones", "free"])
                    for mark in tree.iter(SVG + "rect"):
                        if mark.get("data-start"):
                            self.assertLess(int(mark.get("data-start"), 16), int(mark.get("data-end"), 16))


if __name__ == "__main__":
    unittest.main()
