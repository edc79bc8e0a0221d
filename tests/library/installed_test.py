"""The program of share/doc/library.md, built against an installed copy by pkg-config and by CMake, and run.
installed_test.py CMAKE SOURCES BUILD"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, SOURCES, BUILD = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1)), sys.argv.pop(1)
LISTS = """cmake_minimum_required(VERSION 3.16)
project(mine C)
find_package(memmap REQUIRED)
add_executable(mine main.c)
target_link_libraries(mine PRIVATE memmap::library)
"""


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.prefix = cls.folder / "prefix"
        for component in ("library", "plugin_sdk"):
            run(CMAKE, "--install", BUILD, "--prefix", cls.prefix, "--component", component)
        guide = (SOURCES / "share/doc/library.md").read_text(encoding="utf-8")
        (cls.folder / "main.c").write_text(re.search(r"```c\n(.*?)```", guide, re.DOTALL)[1], encoding="utf-8")
        cls.library = next(cls.prefix.rglob("libmemmap.so.0")).parent

    def check(self, program):
        machine = SOURCES / "maps/qemu-pc-2nodes-6g.yaml"
        where = {**os.environ, "LD_LIBRARY_PATH": str(self.library)}
        self.assertRegex(run(program, machine, env=where), r"^MemTotal \d{7} kB\n$")
        wrong = subprocess.run([program, "/no/such/log"], capture_output=True, text=True, check=False, env=where)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("/no/such/log: error: ", wrong.stderr)

    @unittest.skipUnless(shutil.which("pkg-config"), "no pkg-config")
    def test_by_pkg_config(self):
        where = {**os.environ, "PKG_CONFIG_PATH": str(self.prefix / "share/pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "libmemmap", env=where).split()
        program = self.folder / "by_pkg_config"
        run("cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", self.folder / "main.c", "-o", program, *flags)
        self.check(program)

    def test_by_cmake(self):
        (self.folder / "CMakeLists.txt").write_text(LISTS, encoding="utf-8")
        run(CMAKE, "-S", self.folder, "-B", self.folder / "by_cmake", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run(CMAKE, "--build", self.folder / "by_cmake")
        self.check(self.folder / "by_cmake/mine")


if __name__ == "__main__":
    unittest.main()
