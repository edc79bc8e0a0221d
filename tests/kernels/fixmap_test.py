"""The fixmap of a profile is its kernel's enum fixed_addresses, slot by slot.

    fixmap_test.py PARTS PROFILES

PARTS holds a folder for each kernel with its vmlinux.btf.zst, PROFILES a NAME.yaml for each that is
shipped. BTF is read here, by what linux/btf.h says, not by memmap.
"""

import pathlib
import shutil
import struct
import subprocess
import sys

SKIPPED = 77
# By kind: bytes behind the 12 of every type, and of each of its `vlen` members. linux/btf.h
TAILS = {1: (4, 0), 2: (0, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 7: (0, 0), 8: (0, 0),
         9: (0, 0), 10: (0, 0), 11: (0, 0), 12: (0, 0), 13: (0, 8), 14: (4, 0), 15: (0, 12),
         16: (0, 0), 17: (4, 0), 18: (0, 0), 19: (0, 12)}
ENUM = 6


def enum_of(btf, wanted):
    """{constant: value} of the enum of that name."""
    magic, _, _, header, types, type_bytes, names, _ = struct.unpack_from("<HBBIIIII", btf)
    assert magic == 0xEB9F, "no BTF"

    def text(offset):
        start = header + names + offset
        return btf[start:btf.index(b"\0", start)].decode()

    at = header + types
    end = at + type_bytes
    while at < end:
        name, info, _ = struct.unpack_from("<III", btf, at)
        kind, count = info >> 24 & 0x1F, info & 0xFFFF
        fixed, each = TAILS[kind]
        if kind == ENUM and count and text(name) == wanted:
            return {text(n): v for n, v in struct.iter_unpack("<Ii", btf[at + 12:at + 12 + 8 * count])}
        at += 12 + fixed + each * count
    return {}


def fixmap_of(profile):
    """{constant: value} of the profile's `fixmap`."""
    out, inside = {}, False
    for line in profile.read_text().splitlines():
        if not line.startswith(" "):
            inside = line.startswith("fixmap:")
        elif inside:
            name, value = line.split(":")
            out[name.strip()] = int(value)
    return out


def main():
    parts, profiles = map(pathlib.Path, sys.argv[1:])
    if not shutil.which("zstd"):
        print("skipped: no zstd here")
        return SKIPPED
    failed = compared = 0
    for folder in sorted(parts.iterdir()):
        profile = profiles / f"{folder.name}.yaml"
        packed = folder / "vmlinux.btf.zst"
        if not profile.exists() or not packed.exists():
            continue
        btf = subprocess.run(["zstd", "-dc", packed], capture_output=True, check=True).stdout
        want, have = enum_of(btf, "fixed_addresses"), fixmap_of(profile)
        compared += 1
        if not want or want != have:
            failed += 1
            print(f"{folder.name}: the enum has {want}, the profile {have}")
        else:
            print(f"{folder.name}: good: {len(want)} constants")
    print(f"{compared} kernels, {failed} faults")
    return 1 if failed or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
