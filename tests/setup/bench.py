#!/usr/bin/env python3
"""bench/run writes rows, and bench/compare holds two files of them against each other.

  bench.py SOURCES BUILD
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

SOURCES, BUILD = sys.argv.pop(1), sys.argv.pop(1)


def tool(name, *args):
    return subprocess.run([sys.executable, "-B", os.path.join(SOURCES, "bench", name), *args], capture_output=True, text=True,
                          timeout=300, check=False)


class Bench(unittest.TestCase):
    def test_run_and_compare(self):
        with tempfile.TemporaryDirectory() as folder:
            old, new = os.path.join(folder, "old.json"), os.path.join(folder, "new.json")
            done = tool("run", "--build", BUILD, "--runs", "1", "--only", "startup", "--only", "formats", "--json", old)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(old, encoding="utf-8") as file:
                told = json.load(file)
            names = {row["name"] for row in told["rows"]}
            self.assertTrue({"memmap simulate", "json", "svg", "html", "iomem"} <= names, names)
            for row in told["rows"]:
                row["median"] = row["least"] = row["most"] = row["median"] * 2
            with open(new, "w", encoding="utf-8") as file:
                json.dump(told, file)
            self.assertEqual(tool("compare", old, old).returncode, 0)
            slower = tool("compare", old, new)
            self.assertEqual(slower.returncode, 1)
            self.assertIn("2.00", slower.stdout)

    def test_a_group_that_is_none(self):
        done = tool("run", "--build", BUILD, "--only", "startups")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no group `startups`", done.stderr)


if __name__ == "__main__":
    unittest.main()
