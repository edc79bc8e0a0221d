#!/usr/bin/env python3
"""Real kernels' logs of memblock=debug against ours: no mismatch, nearly all allocations checked.

  replays.py MEMMAP KERNELS BOOTS

BOOTS as boots.py has it. Of each boot expected/memblock_trace.txt (bare lines; kernel and command
line from machine/) and, where it is there, expected/dmesg.txt (the whole log, which tells both).
"""
import concurrent.futures
import json
import os
import subprocess
import sys

import each

LEAST_CHECKED = 0.95  # of all allocations; the rest are those whose request no kernel logs


def replay(memmap, kernels, boot):
    """(what, report or None, message) of each log of a boot."""
    machine = os.path.join(boot, "machine")
    with open(os.path.join(machine, "machine.json"), encoding="utf-8") as file:
        kernel = os.path.join(kernels, json.load(file)["kernel"] + ".yaml")
    with open(os.path.join(machine, "cmdline"), encoding="utf-8") as file:
        cmdline = file.read().strip()
    out = []
    for name, told in (("memblock_trace.txt", ["--kernel", kernel, "--cmdline", cmdline]), ("dmesg.txt", [])):
        log = os.path.join(boot, "expected", name)
        if not os.path.exists(log):
            continue
        run = subprocess.run([memmap, "replay", log, "--format", "json", *told], capture_output=True,
                             text=True, errors="surrogateescape", timeout=60)
        report = json.loads(run.stdout) if run.returncode in (0, 1) and run.stdout else None
        out.append((f"{os.path.basename(boot)}/{name}", report, run.stderr))
    return out


def main():
    memmap, kernels, boots = sys.argv[1:4]
    folders = each.boots_in(boots)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        replays = [r for rows in pool.map(lambda b: replay(memmap, kernels, b), folders) for r in rows]
    faults = []
    total = {"checked": 0, "not_checked": 0, "adopted": 0}
    for what, report, message in replays:
        if report is None:
            faults.append(f"{what}: {message.strip()}")
            continue
        for key in total:
            total[key] += report["allocations"][key]
        faults += [f"{what}:{m['line']}: {m['what']}" for m in report["mismatches"]]
    everything = sum(total.values())
    print(f"{len(replays)} logs, allocations: " + ", ".join(f"{v} {k}" for k, v in total.items()))
    if not everything or total["checked"] < LEAST_CHECKED * everything:
        faults.append("too few allocations were checked")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
