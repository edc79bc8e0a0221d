#!/usr/bin/env python3
"""Packages, unified images and folders give the profile that their parts give.

  packages_test.py --memmap MEMMAP IMAGES PARTS

IMAGES holds the made-up vmlinuz-gzip, PARTS a config of its version. Packages of each kind are made here:
Debian's (one, and split), Ubuntu's, RPMs, Arch's; and what is wrong with some that are none.
"""
import argparse
import gzip
import io
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest

RELEASE = "6.1.0-9-made"
MODULES = f"usr/lib/modules/{RELEASE}"
STUB = b"ffffffffffffffff B The real System.map is in the linux-image-6.1-dbg package\n"
given = None


def vmlinux():
    """The vmlinux in the vmlinuz, without the configuration that it has built in."""
    data = (given.images / "vmlinuz-gzip").read_bytes()
    image = gzip.GzipFile(fileobj=io.BytesIO(data[data.index(b"\x1f\x8b\x08"):])).read1(1 << 20)
    return image.replace(b"IKCFG_ST", b"--------")


def config():
    return (given.parts / "config").read_bytes()


def tar_of(files, compression=""):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{compression}", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zstd_of(data):
    """A frame of raw blocks: what any packer may write of what does not shrink."""
    out = b"\x28\xb5\x2f\xfd" + b"\xa0" + struct.pack("<I", len(data))
    blocks = [data[i:i + 65536] for i in range(0, len(data), 65536)]
    for i, block in enumerate(blocks):
        out += struct.pack("<I", (len(block) << 3) | (i + 1 == len(blocks)))[:3] + block
    return out


def deb_of(files, control="", compression="xz"):
    pack = {"xz": lambda f: ("data.tar.xz", tar_of(f, "xz")), "zst": lambda f: ("data.tar.zst", zstd_of(tar_of(f))),
            "": lambda f: ("data.tar", tar_of(f))}[compression]
    out = b"!<arch>\n"
    members = [("debian-binary", b"2.0\n"), ("control.tar.gz", tar_of({"./control": control.encode()}, "gz"))]
    for name, data in [*members, pack({f"./{name}": data for name, data in files.items()})]:
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data
        out += b"\n" * (len(data) % 2)
    return out


def cpio_of(files):
    def entry(number, name, data, links=1):
        fields = (number, 0o100644, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + "".join(f"{f:08x}" for f in fields).encode() + name.encode() + b"\0"
        return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
    # The first file has a second name, and the data under that.
    links = [(1, name, b"", 2) for name in list(files)[:1]]
    links += [(i + 1, name + ".link" * (i == 0), data, 2 - (i > 0)) for i, (name, data) in enumerate(files.items())]
    whole = b"".join(entry(*link) for link in links)
    return whole + entry(0, "TRAILER!!!", b"")


def rpm_header(entries):
    """Of (tag, type, count, data): an index, and what it points to."""
    index, store = b"", b""
    for tag, kind, count, data in entries:
        index += struct.pack(">IIII", tag, kind, len(store), count)
        store += data
    return b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", len(entries), len(store)) + index + store


def rpm_of(files, pack=gzip.compress, numbered=False):
    """Lead, signature, header, payload; `numbered`: the names stand in the header alone."""
    lead = b"\xed\xab\xee\xdb" + struct.pack(">BBHH66sHH16x", 3, 0, 0, 1, b"kernel-core", 1, 5)
    signature = rpm_header([(1000, 4, 1, bytes(4))])
    if not numbered:
        return lead + signature + bytes(-len(signature) % 8) + rpm_header([]) + pack(cpio_of(files))
    # A folder first, which has no data; the first file has a second name, and the data under that.
    rows = [("/etc", 0o040755, 4096, 1, b"")]
    rows += [(name, 0o100644, len(data), 2, b"") for name, data in list(files.items())[:1]]
    rows += [(name + ".link" * (i == 0), 0o100644, len(data), i + 2, data) for i, (name, data) in enumerate(files.items())]
    folders = [os.path.dirname(name).removeprefix(".") + "/" for name, *_ in rows]
    names = [os.path.basename(name) for name, *_ in rows]
    count = len(rows)
    header = rpm_header([
        (5008, 5, count, struct.pack(f">{count}Q", *(row[2] for row in rows))),
        (1030, 3, count, struct.pack(f">{count}H", *(row[1] for row in rows))),
        (1095, 4, count, struct.pack(f">{count}I", *([1] * count))),
        (1096, 4, count, struct.pack(f">{count}I", *(row[3] for row in rows))),
        (1116, 4, count, struct.pack(f">{count}I", *range(count))),
        (1117, 8, count, "".join(name + "\0" for name in names).encode()),
        (1118, 8, count, "".join(name + "\0" for name in folders).encode())])
    payload = b"".join(b"07070X" + f"{i:08x}".encode() + bytes(2) + row[4] + bytes(-len(row[4]) % 4)
                       for i, row in enumerate(rows))
    return lead + signature + bytes(-len(signature) % 8) + header + pack(payload + cpio_of({}))


def uki_of(sections):
    count = len(sections)
    head = 0x80
    table = head + 24 + 240
    place = (table + 40 * count + 511) // 512 * 512
    out = bytearray(place)
    out[0:2] = b"MZ"
    struct.pack_into("<I", out, 0x3c, head)
    struct.pack_into("<4sHH", out, head, b"PE\0\0", 0x8664, count)
    struct.pack_into("<H", out, head + 20, 240)
    for i, (name, data) in enumerate(sections.items()):
        padded = (len(data) + 511) // 512 * 512
        struct.pack_into("<8sIIII", out, table + 40 * i, name.encode(), len(data), 0x10000 * i, padded, len(out))
        out += data + bytes(padded - len(data))
    return bytes(out)


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="memmap-packages-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.image, self.config = vmlinux(), config()
        self.write("parts/vmlinux", self.image)
        self.write("parts/config", self.config)
        self.want = self.values(self.made("parts/vmlinux", "--config", "parts/config"))

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def run_memmap(self, *arguments):
        return subprocess.run([given.memmap, "kernel", *arguments], cwd=self.folder, text=True, capture_output=True,
                              timeout=60)

    def made(self, *arguments):
        done = self.run_memmap(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def values(self, profile):
        """Without what tells where each was read."""
        lines = [line.partition("#")[0].rstrip() for line in profile.splitlines()]
        return [line for line in lines if line and not line.startswith("origin:")]

    def same(self, *arguments):
        self.assertEqual(self.values(self.made(*arguments)), self.want)

    def refused(self, *arguments):
        done = self.run_memmap(*arguments)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def whole(self, folder="boot"):
        suffix = f"-{RELEASE}" if folder == "boot" else ""
        return {f"{folder}/config{suffix}": self.config, f"{folder}/System.map{suffix}": STUB,
                f"{folder}/vmlinuz{suffix}": self.image, "usr/share/doc/linux/copyright": b"text"}

    def test_debian(self):
        for compression in ("xz", "zst", ""):
            self.write("linux-image-x.deb", deb_of(self.whole(), compression=compression))
            self.same("linux-image-x.deb")

    def test_debian_split(self):
        binary, base, image = (f"linux-{name}-{RELEASE}_6.1.27-1_amd64.deb" for name in ("binary", "base", "image"))
        self.write(binary, deb_of({f"{MODULES}/vmlinuz": self.image},
                                  f"Package: linux-binary-{RELEASE}\nDepends: linux-base-{RELEASE} (= 6.1.27-1)\n"))
        told = self.refused(binary)
        self.assertIn(f"they are in the package linux-base-{RELEASE}; give that with --config", told)
        self.assertIn(f"{binary}: error", told)
        self.write("config-of-it", self.config)
        self.same(binary, "--config", "config-of-it")
        # The package that depends on both.
        self.write(image, deb_of({"usr/share/doc/x": b"x"}, f"Package: linux-image-{RELEASE}\nDepends: kmod, "
                                 f"linux-base-{RELEASE} (= 6.1.27-1), linux-binary-{RELEASE} (= 6.1.27-1)\n"))
        self.assertIn("they are in the package linux-base-", self.refused(image))
        self.write(base, deb_of({f"{MODULES}/System.map": STUB, f"{MODULES}/config": self.config},
                                f"Package: linux-base-{RELEASE}\n"))
        self.same(binary)
        self.same(image)
        self.same(base)
        os.remove(self.folder / binary)
        self.assertIn(f"its image is in linux-binary-{RELEASE}", self.refused(image))
        self.assertIn("give the one with the kernel, and this one with --config", self.refused(base))

    def test_ubuntu(self):
        image = f"linux-image-unsigned-{RELEASE}-dbgsym_6.1_amd64.ddeb"
        self.write(image, deb_of({f"usr/lib/debug/boot/vmlinux-{RELEASE}": self.image}, compression="zst"))
        self.assertIn(f"linux-modules-{RELEASE}", self.refused(image))
        modules = f"linux-modules-{RELEASE}_6.1_amd64.deb"
        self.write(modules, deb_of({f"boot/config-{RELEASE}": self.config}, compression="zst"))
        self.same(image)
        self.same(image, "--config", modules)

    def test_rpm(self):
        for pack in (gzip.compress, zstd_of):
            for numbered in (False, True):
                self.write("kernel-core.rpm", rpm_of(self.whole(f"./lib/modules/{RELEASE}"), pack, numbered))
                self.same("kernel-core.rpm")
        self.write("kernel-debuginfo.rpm", rpm_of({f"./usr/lib/debug/lib/modules/{RELEASE}/vmlinux": self.image}))
        self.assertIn("or the package that has it", self.refused("kernel-debuginfo.rpm"))
        self.same("kernel-debuginfo.rpm", "--config", "kernel-core.rpm")

    def test_arch(self):
        self.write("linux.pkg.tar.zst", zstd_of(tar_of({".PKGINFO": b"pkgname = linux\n", f"{MODULES}/pkgbase": b"linux\n",
                                                         f"{MODULES}/vmlinuz": self.image})))
        self.write("headers.pkg.tar.zst", zstd_of(tar_of({f"{MODULES}/build/.config": self.config})))
        self.same("linux.pkg.tar.zst", "--config", "headers.pkg.tar.zst")
        self.assertIn("a package without a kernel", self.refused("headers.pkg.tar.zst"))

    def test_unified(self):
        self.write("linux.efi", uki_of({".osrel": b"ID=made\n", ".uname": RELEASE.encode(), ".linux": self.image,
                                        ".cmdline": b"root=/dev/sda1\nname: \"x\"", ".initrd": b"i" * 700}))
        done = self.run_memmap("linux.efi", "--config", "parts/config")
        self.assertIn("it boots with the command line `root=/dev/sda1 name: \"x\"`", done.stderr)
        self.assertIn("an initrd of 700 bytes", done.stderr)
        self.same("linux.efi", "--config", "parts/config")
        self.write("loader.efi", uki_of({".text": b"x"}))
        self.assertIn("without a kernel (section .linux)", self.refused("loader.efi"))

    def test_folders(self):
        for name, data in self.whole(f"a/{MODULES}").items():
            self.write(name, data)
        self.same(f"a/{MODULES}")
        self.same(f"a/{MODULES}/vmlinuz")
        # The image in /boot, its configuration with the modules, and what earlier kernels left.
        self.write(f"b/boot/vmlinuz-{RELEASE}", self.image)
        self.write(f"b/boot/System.map-{RELEASE}", STUB)
        self.write("b/boot/config-5.10.0-1-made", b"CONFIG_X86_64=y\n")
        self.write("b/boot/vmlinuz-0-rescue-11", b"another")
        self.write(f"b/{MODULES}/config", self.config)
        self.same("b/boot")
        self.same(f"b/boot/vmlinuz-{RELEASE}")
        self.same(f"b/{MODULES}")
        self.write("b/boot/vmlinuz-6.2.0-1-made", self.image)
        self.assertIn(f"holds several kernels: vmlinuz-{RELEASE}, vmlinuz-6.2.0-1-made", self.refused("b/boot"))

    def test_a_boot_takes_them(self):
        self.write("linux-image-x.deb", deb_of(self.whole()))
        self.write("kernel.rpm", rpm_of(self.whole(MODULES)))
        self.write("linux.pkg.tar.zst", zstd_of(tar_of(self.whole(MODULES))))
        for name, data in self.whole("boot").items():
            self.write(name, data)
        for kernel in ("linux-image-x.deb", "kernel.rpm", "linux.pkg.tar.zst", "./boot"):
            done = subprocess.run([given.memmap, "simulate", "--synthetic", "ram:640K hole:384K ram:1G", "--kernel",
                                   kernel], cwd=self.folder, text=True, capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, f"{kernel}: {done.stderr}")
            self.assertIn(RELEASE, done.stdout)

    def test_hostile(self):
        whole = deb_of(self.whole())
        rpm = rpm_of(self.whole())
        for name, data in {"none.deb": deb_of({"etc/motd": b"x"}), "cut.deb": whole[:len(whole) * 3 // 4],
                           "cut.rpm": rpm[:len(rpm) * 3 // 4], "head.rpm": rpm[:100],
                           "several.tar": tar_of({"boot/vmlinuz-1": self.image, "boot/vmlinuz-2": self.image}),
                           "up.tar": tar_of({"../../boot/vmlinuz-1": self.image, "boot/../vmlinuz": self.image}),
                           "wide.rpm": rpm_of({"./boot/x": b"x"}, lambda c: gzip.compress(c[:94] + b"ffffffff" + c[102:])),
                           "number.rpm": rpm_of({}, lambda _: gzip.compress(b"07070X00000009\0\0")),
                           "text.deb": deb_of({"boot/vmlinuz-1": b"text", "boot/config-1": self.config})}.items():
            self.write(name, data)
            told = self.refused(name)
            self.assertIn(name, told)
            self.assertIn("error", told)
        self.assertIn("kernels of several releases (1, 2)", self.refused("several.tar"))
        self.assertIn("text.deb, boot/vmlinuz-1: at byte 0: error: no kernel image", self.refused("text.deb"))
        # A size that no package has, in a header alone.
        head = tarfile.TarInfo("boot/filler")
        head.size = 1 << 42
        self.write("huge.tar", head.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
        self.assertIn("packed bytes unpack to too many", self.refused("huge.tar"))


def main():
    global given
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--memmap", required=True, type=pathlib.Path)
    arguments.add_argument("images", type=pathlib.Path)
    arguments.add_argument("parts", type=pathlib.Path)
    given, rest = arguments.parse_known_args()
    given.memmap, given.images, given.parts = (p.resolve() for p in (given.memmap, given.images, given.parts))
    unittest.main(argv=[sys.argv[0], *rest])


main()
