"""Page tables of user mode, and the kernel's around them, as a real kernel had them before its first program.

    user_tables.py MEMMAP KERNELS FOLDER

FOLDER/README.md says how the expected side was made, which nothing here rewrites.
"""

import json
import pathlib
import subprocess
import sys

ESPFIX = range(0xFFFFFF0000000000, 0xFFFFFF8000000000)  # its stacks lie where chance puts them
# The first MiB of the direct map, CPU entry areas, the image, the fixmap: nothing that comes later is there.
LOOKED_AT = [range(0xFFFF888000000000, 0xFFFF888000100000), range(0xFFFFFE0000000000, 0xFFFFFF0000000000),
             range(0xFFFFFFFF80000000, 0xFFFFFFFFC0000000), range(0xFFFFFFFFFF000000, 1 << 64)]


def runs(tables, areas=None):
    out = []
    for m in tables["mappings"]:
        if areas is None or any(int(m["virt"], 16) in area for area in areas):
            out.append([m["virt"], m["phys"], m["page_size"], m["pages"], "".join(sorted(m["flags"]))])
    return out


def cut(mappings):
    """Runs as they are where the next MiB is not looked at."""
    low = LOOKED_AT[0]
    out = []
    for virt, phys, size, pages, flags in mappings:
        if int(virt, 16) in low:
            pages = min(pages, (low.stop - int(virt, 16)) // size)
        out.append([virt, phys, size, pages, flags])
    return out


def main():
    memmap, kernels, folder = sys.argv[1], *map(pathlib.Path, sys.argv[2:4])
    failed = 0
    boots = sorted(folder.glob("*.json"))
    for boot in boots:
        real = json.loads(boot.read_text())
        run = subprocess.run([memmap, "simulate", "--e820", boot.with_suffix(".yaml"), "--kernel",
                              kernels / (real["kernel"] + ".yaml"), "--at", "user-space", "--format", "json"],
                             capture_output=True, text=True, check=True)
        ours = json.loads(run.stdout)["user_space"]
        user = ours["user_page_tables"]
        tables = [[t["level"], t["virt"]] for t in user["tables"]
                  if t["level"] < user["levels"] and int(t["virt"], 16) not in ESPFIX]
        pairs = {"user": (runs(user), real["user"]),
                 "user_tables": (sorted(tables), sorted(real["user_tables"])),
                 "kernel": (cut(runs(ours["page_tables"], LOOKED_AT)), cut(real["kernel_mappings"]))}
        for what, (mine, theirs) in pairs.items():
            failed += mine != theirs
            for row in [r for r in theirs if r not in mine]:
                print(f"{boot.stem}: {what}: the kernel has {row}")
            for row in [r for r in mine if r not in theirs]:
                print(f"{boot.stem}: {what}: memmap has {row}")
    print(f"{len(boots)} boots, {failed} faults")
    return 1 if failed or not boots else 0


sys.exit(main())
