#!/usr/bin/env python3
"""Boots of real kernels against ours: in how many is each stage exactly what the kernel had?

  boots.py MEMMAP KERNELS BOOTS FIGURES [--update]

BOOTS holds a folder for each boot: machine/ (what --machine reads) and expected/ (the kernel's own
structures). FIGURES is a JSON file {"boots": N, "exact": {stage: count, ...}}: the run fails where a
stage is exact in fewer boots than it says there, and is skipped (77) where the figures are of another
set of boots; --update writes what it is now.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

STAGES = ["runs", "e820", "memory", "reserved", "trace", "dumps", "zones", "managed", "buddy", "direct_map"]
DIRECT_MAP = {4: (0xFFFF888000000000, 0xFFFFC88000000000), 5: (0xFF11000000000000, 0xFF91000000000000)}


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def load(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def regions(rows):
    return [(number(r["base"]), number(r["size"]), r["flags"], r["nid"]) for r in rows]


def tables(e820):
    return [[(number(e["start"]), number(e["end"]), e["type"]) for e in e820[name]]
            for name in ("firmware", "kexec", "table")]


def calls(text):
    """The lines of memblock=debug without the caller, which depends on what the compiler inlined."""
    return [re.sub(r" [\w.]+(\+0x\w+/0x\w+)?$", "", line.rstrip()) for line in text.splitlines()
            if re.match(r" *memblock_\w+: ", line)]


def dumps(text):
    return [line.split() for line in text.splitlines()
            if re.match(r"MEMBLOCK configuration|\s+(memory|reserved)( size|\.cnt|\[)", line)]


def zones(nodes, start, keys):
    """Zones that are not empty; `start`: the key of their first page frame."""
    return sorted((n["nid"], z["zone"], *(z[start if k == "start_pfn" else k] for k in keys))
                  for n in nodes for z in n["zones"]
                  if z["spanned_pages"] or z["present_pages"] or z["managed_pages"])


def blocks(nodes):
    out = []
    for n in nodes:
        for z in n["zones"]:
            free = z["free"]
            rows = free if isinstance(free, list) else [
                {"order": int(order), "migratetype": int(kind), "blocks": runs}
                for order, area in free.items() for kind, runs in area["blocks"].items()]
            out += [(n["nid"], z["zone"], r["order"], r["migratetype"], pfn + i * (1 << r["order"]))
                    for r in rows for pfn, count in r["blocks"] for i in range(count)]
    return sorted(out)


def direct_map(mappings, levels):
    low, high = DIRECT_MAP[levels]
    out = []
    for m in sorted(mappings, key=lambda m: number(m["virt"])):
        virt, phys, size, pages = number(m["virt"]), number(m["phys"]), m["page_size"], m["pages"]
        if not low <= virt < high:
            continue
        row = [virt, phys, size, pages, "".join(sorted(m["flags"]))]
        if out and out[-1][2] == size and out[-1][4] == row[4] and out[-1][0] + size * out[-1][3] == virt \
                and out[-1][1] + size * out[-1][3] == phys:
            out[-1][3] += pages
        else:
            out.append(row)
    return out


def compare(memmap, kernels, boot):
    """{stage: exact or not} of one boot."""
    machine, expected = os.path.join(boot, "machine"), os.path.join(boot, "expected")
    kernel = load(machine, "machine.json")["kernel"]
    command = [memmap, "simulate", "--machine", machine, "--kernel", os.path.join(kernels, kernel + ".yaml")]
    exact = dict.fromkeys(STAGES, False)
    run = subprocess.run(command + ["--format", "json"], capture_output=True, text=True)
    if run.returncode != 0:
        print(f"{boot}: exit {run.returncode}: {run.stderr.strip()[-300:]}")
        return exact
    ours = json.loads(run.stdout)
    log = subprocess.run(command + ["--format", "memblock-debug"], capture_output=True, text=True).stdout
    with open(os.path.join(expected, "memblock_trace.txt"), encoding="utf-8") as file:
        real_log = file.read()
    e820, memblock = load(expected, "e820.json"), load(expected, "memblock.json")
    nodes, paging = load(expected, "nodes.json"), load(expected, "page_tables.json")
    levels = 5 if int(str(paging["cr4"]), 16) & 0x1000 else 4
    spans = ["start_pfn", "spanned_pages", "present_pages"]
    pairs = {
        "e820": (tables(ours["e820"]), tables(e820)),
        "memory": (regions(ours["memblock"]["memory"]), regions(memblock["memory"])),
        "reserved": (regions(ours["memblock"]["reserved"]), regions(memblock["reserved"])),
        "trace": (calls(log), calls(real_log)),
        "dumps": (dumps(log), dumps(real_log)),
        "zones": (zones(ours["nodes"], "start_pfn", spans), zones(nodes, "zone_start_pfn", spans)),
        "managed": (zones(ours["nodes"], "start_pfn", ["managed_pages"]),
                    zones(nodes, "zone_start_pfn", ["managed_pages"])),
        "buddy": (blocks(ours["nodes"]), blocks(nodes)),
        "direct_map": (direct_map(ours["page_tables"]["mappings"], levels),
                       direct_map(paging["mappings"], levels)),
    }
    exact["runs"] = True
    exact.update({stage: mine == real for stage, (mine, real) in pairs.items()})
    return exact


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    memmap, kernels, folder, figures_file = sys.argv[1:5]
    boots = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda boot: compare(memmap, kernels, boot), boots))
    now = {stage: sum(r[stage] for r in results) for stage in STAGES}
    for boot, result in zip(boots, results):
        wrong = [stage for stage in STAGES if not result[stage]]
        print(f"{os.path.basename(boot):28} {'exact' if not wrong else 'not: ' + ' '.join(wrong)}")
    print(f"{len(boots)} boots  " + "  ".join(f"{stage} {count}" for stage, count in now.items()))
    if "--update" in sys.argv:
        with open(figures_file, "w", encoding="utf-8") as file:
            json.dump({"boots": len(boots), "exact": now}, file, indent=1)
            file.write("\n")
        return
    with open(figures_file, encoding="utf-8") as file:
        figures = json.load(file)
    if len(boots) != figures["boots"]:
        print(f"{len(boots)} boots, but {figures_file} is of {figures['boots']}: nothing to compare with")
        sys.exit(77)
    worse = [f"{stage}: exact in {now[stage]} boots, was {before}"
             for stage, before in figures["exact"].items() if now[stage] < before]
    if worse:
        sys.exit("worse than " + figures_file + ":\n  " + "\n  ".join(worse))


main()
