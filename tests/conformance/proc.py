#!/usr/bin/env python3
"""Files of /proc of real kernels against ours: each line of ours is one of theirs, in their order.

  proc.py MEMMAP KERNELS BOOTS

BOOTS is as for boots.py; of a boot that has no such file nothing is compared. Lines are counted one by one.
What theirs has beside ours depends on what ran; of iomem it is counted by kind. buddyinfo is compared with
nodes.json, the kernel's free lists at the hand-over.

DirectMap4k, DirectMap2M and DirectMap1G are equal on kernels without BPF's compiler. On others the kernel
splits further pages for it, at places that depend on what was allocated: then ours has the same sum, and no
more small pages than theirs.
"""
import collections
import json
import os
import re
import subprocess
import sys

import each

FILES = ("meminfo", "zoneinfo", "buddyinfo", "iomem")
BPF = "BPF's compiler splits more"


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read().splitlines()


def missing(ours, theirs):
    """The lines of ours that are not in theirs, in order."""
    out, at = [], 0
    for line in ours:
        try:
            at = theirs.index(line, at) + 1
        except ValueError:
            out.append(line)
    return out


def zones(lines):
    """{`Node 0, zone DMA`: its lines}"""
    out = {}
    for line in lines:
        if line.startswith("Node "):
            out[line] = []
        else:
            out[next(reversed(out))].append(line)
    return out


def meminfo(ours, theirs, exact_map):
    def split(lines):
        sizes = [int(line.split()[1]) for line in lines if line.startswith("DirectMap")]
        return [line for line in lines if not line.startswith("DirectMap")], sizes
    (mine, my_map), (real, real_map) = split(ours), split(theirs)
    wrong = missing(mine, real)
    if exact_map or my_map == real_map:
        return wrong + missing(ours[len(mine):], theirs)
    same_sum = sum(my_map) == sum(real_map) and len(my_map) == len(real_map)
    return wrong + ([] if same_sum and my_map[0] <= real_map[0] else ["DirectMap"])


def zoneinfo(ours, theirs):
    mine, real = zones(ours), zones(theirs)
    if list(mine) != list(real):
        return [f"zones {list(mine)}, not {list(real)}"]
    return [f"{zone}: {line.strip()}" for zone in mine for line in missing(mine[zone], real[zone])]


def buddyinfo(ours, nodes, theirs):
    real = []
    for node in nodes:
        for zone in node["zones"]:
            free = zone["free"]
            if int(zone["present_pages"]) == 0:
                continue
            counts = [free[str(order)]["nr_free"] if str(order) in free else 0 for order in range(11)]
            real.append(f"Node {node['nid']}, zone {zone['zone']:>8} " + "".join(f"{n:6} " for n in counts))
    names = [re.match(r"Node \d+, zone +\w+", line)[0] for line in theirs]
    if [re.match(r"Node \d+, zone +\w+", line)[0] for line in ours] != names:
        return [f"zones, which are {names}"]
    return [line for line, other in zip(ours, real) if line != other] + real[len(ours):]


def kind(line):
    name = re.sub(r"^[^:]*: ", "", line.strip())
    return re.sub(r"[0-9a-f]{4}:[0-9a-f.:]+|\d+|\[.*\]", "#", name)


def compare(memmap, kernels, boot):
    """What is wrong, how many lines of ours are theirs, and what theirs has beside: by file."""
    machine, expected = os.path.join(boot, "machine"), os.path.join(boot, "expected")
    with open(os.path.join(machine, "machine.json"), encoding="utf-8") as file:
        kernel = json.load(file)["kernel"]
    profile = os.path.join(kernels, kernel + ".yaml")
    command = [memmap, "simulate", "--machine", machine] + (["--kernel", profile] if os.path.exists(profile) else [])
    wrong, good, beside = [], collections.Counter(), collections.Counter()
    for name in FILES:
        if not os.path.exists(os.path.join(expected, name + ".txt")):
            continue
        run = subprocess.run(command + ["--format", name], capture_output=True, text=True)
        ours, theirs = run.stdout.splitlines(), read(expected, name + ".txt")
        if run.returncode != 0 or not ours:
            wrong.append(f"{name}: exit {run.returncode}: {run.stderr.strip()[-300:]}")
            continue
        if name == "meminfo":
            faults = meminfo(ours, theirs, "nodefer" in kernel)
            if not faults and missing(ours, theirs):
                beside[f"meminfo: {BPF}"] += 1
        elif name == "zoneinfo":
            faults = zoneinfo(ours, theirs)
        elif name == "buddyinfo":
            with open(os.path.join(expected, "nodes.json"), encoding="utf-8") as file:
                faults = buddyinfo(ours, json.load(file), theirs)
        else:
            mine, real = [line.strip() for line in ours], [line.strip() for line in theirs]
            faults = missing(mine, real)
            beside.update(f"iomem: {kind(line)}" for line in missing(real, mine))
        good[name] += len(ours) - len(faults)
        wrong += [f"{name}: {fault}" for fault in faults]
    return wrong, good, beside


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    memmap, kernels, folder = sys.argv[1:]
    boots = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    results = each.results_of(lambda boot: compare(memmap, kernels, boot), boots)
    for boot, (wrong, _, _) in zip(boots, results):
        for fault in wrong:
            print(f"{os.path.basename(boot)}: {fault}")
    good = sum((r[1] for r in results), collections.Counter())
    print(f"{len(boots)} boots, lines that agree: " + "  ".join(f"{name} {good[name]}" for name in FILES))
    for what, count in sum((r[2] for r in results), collections.Counter()).most_common():
        print(f"  theirs alone: {count:5} {what}")
    sys.exit(any(r[0] for r in results))


main()
