#!/usr/bin/env python3
"""Debian packages of a build: the same bytes twice, all that belongs in them, nothing that lintian
complains of; what tools/sbom tells of them.   packages.py CPACK BUILD"""
import glob
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CPACK, BUILD = sys.argv.pop(1), sys.argv.pop(1)


def made(folder):
    subprocess.run([CPACK, "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", folder], check=True,
                   capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}, timeout=120)
    return {os.path.basename(p).split("_")[0]: p for p in glob.glob(os.path.join(folder, "*.deb"))}


@unittest.skipUnless(all(map(shutil.which, ("dpkg-deb", "dpkg-shlibdeps", "file"))), "lacks what makes Debian packages")
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.packages = made(os.path.join(cls.folder.name, "a"))

    def files(self, name, kind=""):
        """Paths of a package; of those of a kind alone, as ls shows it: `-`, `d`, `l`."""
        told = subprocess.run(["dpkg-deb", "-c", self.packages[name]], check=True, capture_output=True, text=True)
        return {line.split()[5].lstrip(".") for line in told.stdout.splitlines() if line.startswith(kind)}

    def test_what_is_in_which(self):
        self.assertEqual(set(self.packages), {"memmap", "libmemmap0", "libmemmap-dev", "python3-memmap", "memmap-doc"})
        program = self.files("memmap")
        for path in ("/usr/bin/memmap", "/usr/share/man/man1/memmap.1.gz", "/usr/share/memmap/kernels/",
                     "/usr/share/man/man1/memmap-simulate.1.gz", "/usr/share/bash-completion/completions/memmap",
                     "/usr/share/zsh/vendor-completions/_memmap", "/usr/share/fish/vendor_completions.d/memmap.fish"):
            self.assertIn(path, program)
        self.assertTrue(any(p.endswith("/memmap/plugins/check_invariants.so") for p in program))
        library, development = self.files("libmemmap0"), self.files("libmemmap-dev")
        self.assertIn("/usr/include/memmap/plugin/abi.h", development)
        self.assertIn("/usr/include/memmap/memmap.h", development)
        for name, files in (("/libmemmap.so.0", library), ("/libmemmap.so", development),
                            ("/pkgconfig/libmemmap.pc", development)):
            self.assertTrue(any(p.endswith(name) for p in files), name)
        self.assertIn("/usr/lib/python3/dist-packages/memmap/py.typed", self.files("python3-memmap"))
        self.assertFalse(any("__pycache__" in p for p in self.files("python3-memmap")))
        self.assertIn("/usr/share/doc/memmap/scenario.md", self.files("memmap-doc"))
        self.assertFalse(program & self.files("memmap-doc") & {"/usr/share/doc/memmap/README.md"})

    def test_libraries_that_are_loaded_late_are_asked_for(self):
        for package in ("memmap", "libmemmap0"):
            told = subprocess.run(["dpkg-deb", "-f", self.packages[package], "Depends"], check=True, capture_output=True,
                                  text=True).stdout
            for library in ("libarchive", "libelf", "libbpf", "libcgraph", "libgvc", "libyaml"):
                self.assertIn(library, told, package)

    def test_the_same_bytes_twice(self):
        again = made(os.path.join(self.folder.name, "b"))
        for name, path in self.packages.items():
            with open(path, "rb") as a, open(again[name], "rb") as b:
                self.assertEqual(a.read(), b.read(), name)

    def test_bill_of_materials(self):
        tool = pathlib.Path(__file__).resolve().parents[2] / "tools/sbom"
        command = [sys.executable, "-B", tool, *self.packages.values()]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
        text = subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120).stdout
        self.assertEqual(text, subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120).stdout)
        told = json.loads(text)
        self.assertEqual((told["spdxVersion"], told["creationInfo"]["created"]), ("SPDX-2.3", "2023-11-14T22:13:20Z"))
        elements = {e["SPDXID"]: e for e in told["packages"] + told["files"]} | {told["SPDXID"]: told}
        self.assertEqual(len(elements), len(told["packages"]) + len(told["files"]) + 1)
        for identity in elements:
            self.assertRegex(identity, r"^SPDXRef-[A-Za-z0-9.-]+$")
        linked = {}
        for relation in told["relationships"]:
            self.assertIn(relation["spdxElementId"], elements)
            self.assertIn(relation["relatedSpdxElement"], elements, relation)
            linked.setdefault((relation["spdxElementId"], relation["relationshipType"]), []).append(
                elements[relation["relatedSpdxElement"]].get("name"))
        for name, path in self.packages.items():
            self.assertEqual({f["fileName"] for f in told["files"] if f["SPDXID"].startswith(f"SPDXRef-File-{name}-usr")},
                             {"." + p for p in self.files(name, kind="-")})
            package = elements[f"SPDXRef-Package-{name}"]
            self.assertEqual(package["checksums"][1]["checksumValue"],
                             hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest())
        for library in ("libc6", "libfmt9", "libfmt10", "libarchive13", "libarchive13t64"):
            if shutil.which("dpkg-query") and subprocess.run(["dpkg-query", "-f", "${db:Status-Abbrev}", "-W", library],
                                                             check=False, capture_output=True).stdout.startswith(b"ii"):
                self.assertIn(library, linked["SPDXRef-Package-memmap", "DYNAMIC_LINK"])
        self.assertIn("nlohmann-json3-dev", linked["SPDXRef-Package-memmap", "STATIC_LINK"])

    @unittest.skipUnless(shutil.which("lintian"), "no lintian")
    def test_lintian_is_content(self):
        told = subprocess.run(["lintian", "--allow-root", *sorted(self.packages.values())], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(told.stdout, "")


if __name__ == "__main__":
    unittest.main()
