#!/usr/bin/env python3
"""Writes a kernel profile (share/kernels/NAME.yaml) from what a kernel's build leaves behind.

  tools/make_profile.py --name 6.12.117+deb12-amd64 --config CONFIG --symbols SYMBOLS \\
      --structs STRUCTS --origin 'Debian 12 backports, linux-image-...' > share/kernels/NAME.yaml

CONFIG   the kernel's .config (/boot/config-NAME)
SYMBOLS  addresses of its symbols without KASLR: `nm vmlinux`, System.map, or /proc/kallsyms of a
         boot with nokaslr; may be packed with zstd (needs the program zstd)
STRUCTS  sizes of structures, as JSON: {"page": {"size": 64}, ...} or {"page": 64, ...}; from BTF:
         `bpftool btf dump file vmlinux format c`, pahole, or a reader of BTF
"""
import argparse
import json
import re
import subprocess
import sys

# Key of the profile: symbol.
SYMBOLS = {
    "etext": "_etext",
    "start_rodata": "__start_rodata",
    "end_rodata": "__end_rodata",
    "sdata": "_sdata",
    "edata": "_edata",
    "bss_start": "__bss_start",
    "bss_stop": "__bss_stop",
    "end_of_kernel_reserve": "__end_of_kernel_reserve",
    "brk_base": "__brk_base",
    "end": "_end",
}


def read_text(path):
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE,
                              text=True).stdout
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_symbols(path):
    wanted = set(SYMBOLS.values()) | {"_text"}
    found = {}
    for line in read_text(path).splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[2] in wanted:
            found.setdefault(parts[2], int(parts[0], 16))
    missing = sorted(wanted - set(found))
    if missing:
        sys.exit(f"{path}: no symbol {', '.join(missing)}")
    return {key: found[symbol] - found["_text"] for key, symbol in SYMBOLS.items()}


def read_config(path):
    options = dict(re.findall(r"^CONFIG_(\w+)=(.*)$", read_text(path), re.MULTILINE))
    if options.get("X86_64") != "y":
        sys.exit(f"{path}: not the configuration of an x86-64 kernel")
    return options


def read_sizes(path):
    return {name: value["size"] if isinstance(value, dict) else value
            for name, value in json.loads(read_text(path)).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("name", "config", "symbols", "structs", "origin"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("--version", help="default: the numbers that the name starts with")
    args = parser.parse_args()
    version = args.version or re.match(r"[0-9.]*", args.name).group(0).rstrip(".")
    if version.count(".") < 1:
        sys.exit("--version is needed: the name does not start with one")
    config = read_config(args.config)
    flag = lambda option: "true" if config.get(option) == "y" else "false"
    # HUGETLB_PAGE_ORDER is PMD_SHIFT - PAGE_SHIFT; without huge pages a block is a MAX_PAGE_ORDER one.
    max_order = 10
    pageblock = 9 if config.get("HUGETLB_PAGE") == "y" else max_order

    out = ["# Written by tools/make_profile.py. share/doc/kernel-profile.md explains the keys.",
           "schema: memmap/kernel/1",
           f"name: {json.dumps(args.name)}",
           f"version: {json.dumps(version)}",
           f"origin: {json.dumps(args.origin)}",
           "image:  # bytes from _text"]
    out += [f"  {key}: {value:#x}" for key, value in read_symbols(args.symbols).items()]
    out += [f"default_phys_base: {int(config['PHYSICAL_START'], 0):#x}",
            f"nodes_shift: {config.get('NODES_SHIFT', '0')}",
            f"x86_5level: {flag('X86_5LEVEL')}",
            f"deferred_struct_page_init: {flag('DEFERRED_STRUCT_PAGE_INIT')}",
            f"memory_hotplug: {flag('MEMORY_HOTPLUG')}",
            f"numa: {flag('NUMA')}",
            f"reserve_low: {config.get('X86_RESERVE_LOW', '64')}K",
            f"pageblock_order: {pageblock}",
            f"max_page_order: {max_order}",
            "struct_sizes:  # bytes"]
    out += [f"  {name}: {size}" for name, size in sorted(read_sizes(args.structs).items())]
    print("\n".join(out))


if __name__ == "__main__":
    main()
