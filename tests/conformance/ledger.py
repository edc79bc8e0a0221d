#!/usr/bin/env python3
"""The ledger of every machine adds up to the byte, and names who took what.

  ledger.py MEMMAP SOURCE...

A SOURCE is a file that `memmap simulate` reads, a folder of them, or a folder of boots (ID/machine).
"""
import json
import os
import subprocess
import sys

import each


def arguments(source):
    """Of simulate, one list for each machine."""
    if os.path.isfile(source):
        return [[source]]
    out = []
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if os.path.isdir(os.path.join(path, "machine")):
            out.append(["--machine", os.path.join(path, "machine")])
        elif os.path.isfile(path) and not name.endswith(".md"):
            out.append([path])
    return out


def faults(memmap, machine):
    run = subprocess.run([memmap, "simulate", "--format", "json", *machine], capture_output=True, text=True)
    if run.returncode != 0:
        return [run.stderr.strip()]
    ledger = json.loads(run.stdout)["ledger"]
    rows = ledger["rows"]

    def total(stage):
        return sum(row["bytes"] for row in rows if row["stage"] == stage)

    out = []
    if ledger["firmware_ram"] - total("lost") + total("added") != ledger["memory"]:
        out.append("firmware_ram - lost + added is not memory")
    if ledger["memory"] - total("reserved") - total("unusable") != ledger["handed_over"]:
        out.append("memory - reserved - unusable is not handed_over")
    back = sum(row["back"] for row in rows)
    if "mem_total" in ledger and ledger["handed_over"] + back != ledger["mem_total"]:
        out.append("handed_over + back is not mem_total")
    out += [f"{row['what']}: nobody took it" for row in rows
            if row["stage"] == "lost" and not row.get("function")]
    return out


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    machines = [machine for source in sys.argv[2:] for machine in arguments(source)]
    each.report(lambda machine: faults(sys.argv[1], machine), machines, lambda machine: machine[-1], "machines")


main()
