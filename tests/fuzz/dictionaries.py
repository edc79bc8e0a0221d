#!/usr/bin/env python3
"""Words that fuzzers put into inputs, one file a target as libFuzzer and AFL read them. They are taken from where memmap
itself has them: the strings that a reader's sources look for, the keys and values of the schemas, the parameters that
kernels know. So they are never stale, and none is kept.

  dictionaries.py FOLDER [TARGET...]    writes FOLDER/TARGET.dict
  dictionaries.py --check               every target of targets/*.cmake has one; a few words that must be in some
"""
import json
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FUZZ = ROOT / "tests" / "fuzz"

YAML = ["src/input/document/*.cc"]
COMMAND_LINE = ["src/kernel/known_parameters.cc", "src/kernel/command_line.cc", "src/e820/*.cc", "src/boot/x86/*.cc", "src/boot/mm/*.cc",
                "src/boot/init/*.cc", "plugins/trim_*/*.cc", "plugins/numa_*/*.cc"]
LOG = ["src/input/log/*.cc", "src/input/text/*.cc"]
SCENARIO = ["share/schema/scenario.json", "src/input/scenario/*.cc", *YAML]

# By target: sources whose strings, schemas whose words. Binary readers are listed with what they look for, too.
WORDS = {
    "access": ["share/schema/access.json", "src/input/script/*.cc", "src/access/*.cc", *YAML],
    "acpi": ["src/input/firmware/acpi*.cc"],
    "bad_memory": ["src/suggest/bad_memory.cc", "src/suggest/badram.cc"],
    "boot": [*COMMAND_LINE, *SCENARIO, "share/schema/kernel.json", "src/profile/config.cc", "tests/fuzz/boot.cc"],
    "boot_params": ["src/input/firmware/*.cc"],
    "btf": ["src/profile/btf.cc"],
    "buddy": [],  # numbers only
    "c_array": ["src/input/map/c_array.cc", "src/machine/e820_words.cc"],
    "command_line": COMMAND_LINE,
    "dmesg": LOG,
    "e820_edits": COMMAND_LINE[2:3],
    "elf_core": ["src/input/map/elf_core.cc"],
    "etc_e820": [],
    "exactmap": ["src/input/map/exactmap.cc", "src/e820/*.cc"],
    "initrd": ["src/input/**/initrd*.cc", "src/input/open/*.cc"],
    "iomem": ["src/input/map/iomem.cc", "src/machine/e820_words.cc"],
    "json": SCENARIO,
    "kernel_config": ["src/profile/config.cc", "src/profile/apply_config.cc", "src/kernel/rows/*"],
    "kernel_image": ["src/profile/image.cc", "src/profile/sections.cc", "src/profile/embedded_symbols.cc"],
    "kernel_lists": ["src/profile/symbols.cc", "src/profile/sections.cc", "src/profile/parameters.cc", "src/profile/make_profile.cc"],
    "kernel_profile": ["share/schema/kernel.json", "src/profile/kernel_profile.cc", *YAML],
    "lint": ["src/lint/*.cc", *COMMAND_LINE],
    "machine_tar": ["src/input/machine/*.cc", "src/input/firmware/*.cc", "src/input/open/*.cc"],
    "matrix": ["share/schema/matrix.json", "src/sweep/matrix.cc", "src/sweep/braces.cc", *YAML],
    "memblock": [],
    "mtree": ["src/input/map/mtree.cc"],
    "package": ["src/profile/package.cc", "src/input/open/*.cc"],
    "paging": [],
    "plugin": ["src/plugin/adapt/*.cc", "src/plugin/load/options.cc"],
    "policy": ["share/schema/policy.json", "src/policy/*.cc", "src/facts/facts.cc", *YAML],
    "replay": ["src/replay/*.cc", "src/input/log/memblock*.cc", "src/boot/owners.def"],
    "rows": ["share/schema/sweep.json", "src/sweep/row.cc", "src/sweep/database.cc"],
    "scenario": SCENARIO,
    "smbios": ["src/input/firmware/smbios*.cc", "src/capture/strip_*.cc"],
    "source": [*LOG, "src/input/map/*.cc", *SCENARIO],
    "synthetic": ["src/input/map/synthetic.cc", "src/machine/e820_words.cc"],
    "sysfs_tar": ["src/input/map/sysfs*.cc", "src/machine/e820_words.cc"],
    "table": ["src/input/table/*.cc", "src/machine/e820_words.cc"],
    "uki": ["src/profile/uki.cc"],
    "view": ["share/schema/result.json", "src/diff/*.cc"],
    "vmlinuz": ["src/profile/vmlinuz.cc", "src/profile/lzo.cc"],
    "witness": ["src/witness/*.cc", *LOG],
}
# Marks of formats that are numbers in the sources.
BINARY = {
    "elf_core": [b"\x7fELF", b"CORE"], "kernel_image": [b"\x7fELF"], "btf": [b"\x9f\xeb\x01"], "vmlinuz": [b"HdrS", b"MZ", b"\x1f\x8b\x08",
    b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"BZh", b"\x89LZO\0\r\n\x1a\n", b"\x02\x21\x4c\x18"], "uki": [b"MZ", b"PE\0\0", b".linux", b".cmdline"],
    "package": [b"!<arch>\n", b"debian-binary", b"\xed\xab\xee\xdb"], "initrd": [b"070701", b"070702", b"TRAILER!!!"],
    "acpi": [b"APIC", b"FACP", b"RSD PTR ", b"SLIT", b"SRAT", b"HMAT"], "smbios": [b"_SM_", b"_SM3_", b"_DMI_"], "boot_params": [b"HdrS"],
}
MUST = {"command_line": "crashkernel", "dmesg": "BIOS-e820: ", "scenario": "e820", "kernel_profile": "verified", "acpi": "SRAT",
        "access": "kmalloc", "policy": "mem_total", "matrix": "machines"}


def literals(text):
    """Strings of C++ that could stand in an input: no messages with blanks for values."""
    text = re.sub(r"//[^\n]*|^#[^\n]*", "", text, flags=re.M)
    for found in re.findall(r'"((?:\\.|[^"\\\n])*)"', text):
        if "{" in found or not 2 <= len(found) <= 40:
            continue
        yield re.sub(r"\\(x[0-9a-fA-F]{1,2}|.)", lambda m: escaped(m[1]), found)


def escaped(what):
    if what[0] == "x":
        return chr(int(what[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(what, what)


def schema_words(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("properties", "patternProperties", "$defs") and isinstance(value, dict):
                yield from (name for name in value if key == "properties")
            if key == "enum":
                yield from (str(word) for word in value)
            if key == "const":
                yield str(value)
            yield from schema_words(value)
    elif isinstance(node, list):
        for value in node:
            yield from schema_words(value)


def words_of(target):
    words = set()
    for pattern in WORDS[target]:
        files = sorted(p for p in ROOT.glob(pattern) if p.is_file())
        if not files:
            raise SystemExit(f"dictionaries: {target}: there is no {pattern}")
        for path in files:
            text = path.read_text()
            words |= set(schema_words(json.loads(text))) if path.suffix == ".json" else set(literals(text))
    out = {word.encode("utf-8") for word in words if word.strip()} | set(BINARY.get(target, []))
    return sorted(word for word in out if 1 < len(word) <= 64)


def quoted(word):
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in word) + '"'


def write(folder, targets):
    folder.mkdir(parents=True, exist_ok=True)
    for target in targets:
        words = words_of(target)
        if words:
            (folder / f"{target}.dict").write_text("".join(f"{quoted(word)}\n" for word in words), encoding="ascii")


def check():
    listed = {name for path in (FUZZ / "targets").glob("*.cmake") for name in re.findall(r"memmap_fuzz\((\w+)", path.read_text())}
    faults = [f"no words for the target {name}" for name in sorted(listed - set(WORDS))]
    faults += [f"words for {name}, which is no target" for name in sorted(set(WORDS) - listed)]
    faults += [f"no seeds in corpus/{name}" for name in sorted(listed) if not any((FUZZ / "corpus" / name).glob("*"))]
    with tempfile.TemporaryDirectory() as folder:
        write(pathlib.Path(folder), sorted(WORDS))
        for name, word in MUST.items():
            if quoted(word.encode()) not in (pathlib.Path(folder) / f"{name}.dict").read_text():
                faults.append(f"{name} lacks {word!r}")
    print("\n".join(faults) if faults else f"{len(listed)} targets")
    return 1 if faults else 0


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    write(pathlib.Path(sys.argv[1]), sys.argv[2:] or sorted(WORDS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
