#!/usr/bin/env python3
"""Kernels' logs as witnesses: `memmap verify` finds no difference that is not known.

  verify.py MEMMAP KERNELS DIFFERS PATH... [--update] [--table] [--show] [--least PERCENT]

A PATH is a folder of boots, each with machine/ and the kernel's whole log, expected/dmesg.txt or parts
of it, or else a log. A boot is of its own kernel: all that its log says must agree. Of a log the kernel
is its own, with the nearest profile's sizes; what differs there stands in DIFFERS (listed.py) by line,
with the reason. --least: of all logs' statements that can be known, at least so many agree. --table
prints the counts by kind, --show what differs.
"""
import collections
import glob
import json
import os
import subprocess
import sys

import each
import listed


def boots_of(folder, kernels):
    """(name, arguments) of each boot in a folder that has a whole log and is of a kernel of ours."""
    for machine in sorted(glob.glob(f"{folder}/*/machine")):
        boot = os.path.dirname(machine)
        log = f"{boot}/expected/dmesg.txt"
        if os.path.exists(log):
            with open(f"{machine}/machine.json", encoding="utf-8") as file:
                kernel = json.load(file)["kernel"]
            if os.path.exists(f"{kernels}/{kernel}.yaml"):
                yield os.path.basename(boot), [log, "--machine", machine, "--kernel", f"{kernels}/{kernel}.yaml"]


def verified(memmap, arguments):
    run = subprocess.run([memmap, "verify", "--format", "json", *arguments], capture_output=True, text=True,
                         errors="surrogateescape", timeout=120)
    if run.returncode not in (0, 1):
        return None, run.stderr.strip()[-300:]
    return json.loads(run.stdout)["logs"][0], ""


def in_words(row):
    return f"{row['kind']}: {row['says'].replace('|', '/')}"


def main():
    options = [a for a in sys.argv[1:] if a.startswith("--")]
    words = [a for a in sys.argv[1:] if not a.startswith("--")]
    least = 0.0
    if "--least" in options:
        at = sys.argv.index("--least") + 1
        least = float(sys.argv[at])
        words.remove(sys.argv[at])
    memmap, kernels, table, *paths = words
    asked = []
    for path in paths:
        if os.path.isdir(path):
            asked += [(name, arguments, True) for name, arguments in boots_of(path, kernels)]
        else:
            asked.append((os.path.basename(path), [path], False))
    results = each.results_of(lambda a: verified(memmap, a[1]), asked)
    failed = False
    kinds = collections.defaultdict(lambda: [0, 0, 0])
    differs = []
    for (name, _, boot), (result, error) in zip(asked, results):
        if result is None:
            print(f"{name}: {error}")
            failed = True
            continue
        for row in result["kinds"]:
            for i, key in enumerate(("agree", "differ", "unknown")):
                kinds[row["kind"]][i] += row[key]
        for row in result["differ"]:
            if (name, in_words(row)) not in differs:
                differs.append((name, in_words(row)))
                if boot or "--show" in options:
                    print(f"{name}:{row['line']}: {row['says']}\n    memmap: {row['memmap']} ({row['reason']})")
    sums = [sum(row[i] for row in kinds.values()) for i in range(3)]
    if "--table" in options:
        for kind, row in sorted(kinds.items()):
            print(f"{kind:<18} agree {row[0]:5}  differ {row[1]:4}  cannot know {row[2]:4}")
    share = 100.0 * sums[0] / max(sums[0] + sums[1], 1)
    print(f"{len(asked)} logs: {sums[0]} of {sums[0] + sums[1]} statements agree ({share:.1f} %), {sums[2]} cannot be known")
    if share < least:
        print(f"at least {least} % ought to agree")
        failed = True
    names = [name for name, _, _ in asked]
    return listed.verdict(table, names, differs, split=False, update="--update" in options) or failed


if __name__ == "__main__":
    sys.exit(main())
