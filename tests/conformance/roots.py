#!/usr/bin/env python3
"""Page tables of real kernels that are not the kernel's own root, table by table, against ours.

  roots.py MEMMAP KERNELS ROOTS

ROOTS holds a folder for each boot: machine.yaml, and roots.json with what the processor would have found in
physical memory: where x86_64_start_kernel() (`startup`) and setup_arch() (`early`) begin, by CR3; where
run_init_process() begins, by real_mode_header (`trampoline`) and efi_mm.pgd (`efi`). Tables are
[level, virt, phys], mappings [virt, phys, page size, pages, flags].

`trampoline` has the tables of its lower half from level 3 on and what it maps of the first 2 MiB: drivers have
changed the rest of the direct map by then. `efi` has what is EFI's own, its tables without their places, which
the page allocator chose; `runtime` are the memory ranges whose flags EFI's memory attributes table decides. In
the upper half both were equal to the kernel's, entry by entry; ours have to be, too.
"""
import json
import os
import subprocess
import sys

HALF = 1 << 63
EFI = range(0xFFFFFFEF00000000, 0xFFFFFFFF00000000)
UNKNOWN = "WX"  # flags that EFI's memory attributes table decides


def tables(root, low=0, high=1 << 64):
    return [[t["level"], t["virt"]] + ([t["lies_at"]] if "lies_at" in t else [])
            for t in root["tables"] if low <= int(t["virt"], 16) < high]


def mappings(root):
    return [[m["virt"], m["phys"], m["page_size"], m["pages"], m["flags"]] for m in root["mappings"]]


def start(row):
    return int(row[0], 16)


def pages(rows, blurred=()):
    """{virt: (phys, page size, flags)} page by page; without UNKNOWN in the physical ranges `blurred`."""
    out = {}
    for virt, phys, size, count, flags in rows:
        for i in range(count):
            at = int(phys, 16) + i * size
            known = "".join(f for f in flags if f not in UNKNOWN or not any(at in r for r in blurred))
            out[int(virt, 16) + i * size] = (at, size, known)
    return out


def same(name, what, ours, real):
    if ours == real:
        return True
    print(f"{name}: {what} differ")
    for label, rows, others in (("the kernel's", real, ours), ("ours", ours, real)):
        for row in [r for r in rows if r not in others][:8]:
            print(f"   only {label}: {row if isinstance(rows, list) else (hex(row), rows[row])}")
    return False


def by_level(rows):
    return sorted(rows, key=lambda t: (-t[0], int(t[1], 16)))


def upper_half(root, own=()):
    """What is not a root's own: tables below it and mappings."""
    rows = [t for t in tables(root) if int(t[1], 16) >= HALF and t[0] < root["levels"] - 1]
    return ([t for t in rows if int(t[1], 16) not in own],
            [m for m in mappings(root) if start(m) >= HALF and start(m) not in own])


def compare(name, result, real):
    roots = {r["root"]: r["page_tables"] for r in result["roots"]}
    kernel = result["user_space"]["page_tables"]
    good = same(name, "roots", sorted(roots), sorted(real))
    for root in sorted(set(roots) & set(real)):
        ours, theirs, where = roots[root], real[root], f"{name}: {root}"
        if root in ("startup", "early"):
            good &= same(where, "tables", by_level(tables(ours)), by_level(theirs["tables"]))
            good &= same(where, "mappings", mappings(ours), theirs["mappings"])
        if root == "trampoline":
            low = [t for t in tables(ours, 0, HALF) if t[0] >= 3]
            good &= same(where, "tables", by_level(low), by_level(theirs["tables"]))
            first = [m for m in mappings(ours) if start(m) + m[2] * m[3] <= 1 << 21]
            good &= same(where, "mappings", first, theirs["mappings"])
            good &= same(where, "upper half", upper_half(ours), upper_half(kernel))
        if root == "efi":
            own = [t for t in tables(ours) if int(t[1], 16) < HALF or int(t[1], 16) in EFI]
            good &= efi(where, own, mappings(ours), theirs)
            if ours["levels"] == 4:  # with five, level 4 is copied, too
                good &= same(where, "upper half", upper_half(ours, EFI), upper_half(kernel, EFI))
    return good


def efi(where, own_tables, own_mappings, real):
    """The new map lies where the page allocator chose: the pages that only the kernel maps, read-write, one to one,
    are few, and with them the table that they need."""
    runtime = [range(int(r[0], 16), int(r[1], 16)) for r in real["runtime"]]
    ours = pages([m for m in own_mappings if start(m) < HALF or start(m) in EFI], runtime)
    theirs = pages(real["mappings"], runtime)
    new_map = {v for v, row in theirs.items() if v not in ours and row == (v, 4096, "WX")}
    good = len(new_map) <= 8 or same(where, "pages of the new map", len(new_map), 8)
    good &= same(where, "mappings", ours, {v: row for v, row in theirs.items() if v not in new_map})
    needed = {v >> 21 << 21 for v in new_map}
    extra = [t for t in real["tables"] if t not in own_tables]
    good &= same(where, "tables without the new map's", [t for t in extra if int(t[1], 16) not in needed], [])
    return good & same(where, "tables that only we have", [t for t in own_tables if t not in real["tables"]], [])


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    memmap, kernels, folder = sys.argv[1:]
    names = sorted(os.listdir(folder))
    good = 0
    for name in names:
        machine = os.path.join(folder, name, "machine.yaml")
        with open(os.path.join(folder, name, "roots.json"), encoding="utf-8") as file:
            real = json.load(file)
        profile = os.path.join(kernels, real.pop("kernel") + ".yaml")
        run = subprocess.run([memmap, "simulate", "--e820", machine, "--kernel", profile, "--at", "user-space",
                              "--format", "json"], capture_output=True, text=True)
        if run.returncode != 0:
            print(f"{name}: exit {run.returncode}: {run.stderr.strip()[-300:]}")
            continue
        good += compare(name, json.loads(run.stdout), real)
    print(f"{len(names)} boots, {len(names) - good} differ")
    sys.exit(good != len(names) or not names)


main()
