"""The wheel: the same bytes twice, installed without a network, and run by a Python that has nothing else.
wheel_test.py SOURCES LIBRARY PLUGINS VERSION"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

SOURCES, LIBRARY, PLUGINS, VERSION = (sys.argv.pop(1) for _ in range(4))
PROGRAM = """
import memmap
boot = memmap.simulate(synthetic="ram:640K hole:384K ram:1G", plugins=["alloc_bestfit"])
print(memmap.__version__, boot.memblock.memory[0].end, len(boot.report("svg")) > 10000)
"""


def made(folder):
    told = subprocess.run([sys.executable, "-B", f"{SOURCES}/python/wheel.py", LIBRARY, PLUGINS, VERSION, folder],
                          capture_output=True, text=True, check=True, timeout=100)
    return pathlib.Path(told.stdout.strip())


class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.wheel = made(str(cls.folder / "a"))

    def test_the_same_bytes_twice(self):
        self.assertEqual(self.wheel.read_bytes(), made(str(self.folder / "b")).read_bytes())

    def test_what_is_in_it(self):
        names = zipfile.ZipFile(self.wheel).namelist()
        for name in ("memmap/__init__.py", "memmap/py.typed", "memmap/libmemmap.so.0", "memmap/plugins/alloc_bestfit.so",
                     f"memmap-{VERSION}.dist-info/RECORD", f"memmap-{VERSION}.dist-info/METADATA"):
            self.assertIn(name, names)
        self.assertFalse([name for name in names if "__pycache__" in name])

    def test_installed(self):
        place = self.folder / "venv"
        clean = {"PATH": "/usr/bin:/bin", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "HOME": str(self.folder)}
        old = os.umask(0o022)  # a plugin that others may write is refused
        try:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True, timeout=100)
            subprocess.run([sys.executable, "-m", "pip", "--python", place / "bin/python", "install", "--quiet",
                            "--no-index", "--no-deps", self.wheel], check=True, timeout=100, env=clean)
        except subprocess.CalledProcessError:
            if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
                self.skipTest("no pip")
            raise
        finally:
            os.umask(old)
        ran = subprocess.run([place / "bin/python", "-c", PROGRAM], capture_output=True, text=True, check=False, env=clean,
                             cwd=self.folder, timeout=60)
        self.assertEqual(ran.stderr, "")
        self.assertEqual(ran.stdout, f"{VERSION} {0xa0000} True\n")


if __name__ == "__main__":
    unittest.main()
