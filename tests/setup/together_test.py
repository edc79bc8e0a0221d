#!/usr/bin/env python3
"""Which sources are compiled at once.   together_test.py SOURCES"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCES = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(SOURCES / "cmake"))
import together  # noqa: E402


def source(body, before=""):
    return together.Names(f'#include "base/range.h"\n\n{before}namespace memmap {{\nnamespace {{\n\n{body}\n\n}}  // namespace\n}}  // namespace memmap\n')


class Together(unittest.TestCase):
    def check(self, a, b, can):
        self.assertEqual(a.can_be_with(b), can)
        self.assertEqual(b.can_be_with(a), can)

    def test_names_of_ones_own(self):
        one = source("constexpr int kMost = 3;\nint add(int a) { return a; }")
        self.check(one, source("int take(int a) { return a; }"), True)
        self.check(one, source("void add() {}"), False)
        self.check(one, source("struct S {\n  static constexpr int kMost = 4;\n};"), False)
        self.check(one, source('const char* text() { return "add(kMost)"; }  // add(kMost)'), True)

    def test_names_of_headers(self):
        one = source("struct PhysRange {};")
        self.check(one, source("int f(PhysRange r);"), False)
        self.check(one, source("int f(memmap::PhysRange r);"), True)

    def test_what_a_name_is_taken_for(self):
        one = source("int f();", "using memmap::PhysRange;\n")
        self.check(one, source("int g();", "using memmap::PhysRange;\n"), True)
        self.check(one, source("int g();", "using other::PhysRange;\n"), False)

    def test_what_changes_all_that_follows(self):
        self.assertTrue(source("int f();", "#define ROW(x) x\n").touches_all)
        self.assertTrue(source("int f();", "using namespace std;\n").touches_all)
        self.assertFalse(source("int f() {\n  using namespace std;\n}").touches_all)

    def test_tests_of_one_name(self):
        test = "TEST(Range, IsEmpty) {\n}"
        self.check(source(test), source(test), False)
        self.check(source(test), source("TEST(Range, IsFull) {\n}"), True)

    def test_the_same_each_time_and_generated_sources_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            generated = folder / "made.cc"
            generated.write_text("int made() { return 1; }\n")
            ours = sorted(map(str, (SOURCES / "src" / "memblock").glob("*.cc")))
            (folder / "targets.txt").write_text(";".join(["memblock", *ours, str(generated), "$<TARGET_OBJECTS:x>"]) + "\n")
            said = set()
            for seed in ("1", "2", "3"):
                said.add(subprocess.run([sys.executable, "-B", SOURCES / "cmake" / "together.py", folder / "targets.txt", folder],
                                        env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True).stdout)
            self.assertEqual(len(said), 1)
            compiled = said.pop().split('"')[1].split(";")
            self.assertIn(str(generated), compiled)
            self.assertIn("$<TARGET_OBJECTS:x>", compiled)
            units = [pathlib.Path(f).read_text() for f in compiled if f.startswith(str(folder / "memblock"))]
            alone = [f for f in compiled if f in ours]
            self.assertTrue(units)
            included = [f for f in ours for unit in units if f'#include "{f}"\n' in unit]
            self.assertEqual(sorted(included + alone), ours)  # each once


if __name__ == "__main__":
    unittest.main()
