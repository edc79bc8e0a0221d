#!/usr/bin/env python3
"""Boots of real kernels against ours: each stage is exactly what the kernel had.

  boots.py MEMMAP KERNELS BOOTS DIFFERS [--update]

BOOTS holds a folder for each boot, or NAME.tar.xz of such folders: machine/ (what --machine reads) and expected/ (the kernel's own
structures). DIFFERS is the table (listed.py) of the boots and stages that are not exact; where there is
none, all are. --update writes what it is now. A kernel that KERNELS has no profile of is left to
memmap's choice.
"""
import json
import os
import re
import subprocess
import sys

import each
import listed

# What is compared; MemTotal is proc.py's and late.py's.
STAGES = ["runs", "e820", "memory", "reserved", "trace", "dumps", "zones", "managed", "buddy", "lists",
          "direct_map", "page_tables", "qemu_mem", "ptdump"]
DIRECT_MAP = {4: (0xFFFF888000000000, 1 << 46), 5: (0xFF11000000000000, 1 << 55)}  # where it starts, its room


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def load(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def but_vmalloc(dump):
    """The lines of /sys/kernel/debug/page_tables/kernel that do not lie in the vmalloc area: what lies there
    is the drivers' and the processes' stacks, after the hand-over."""
    lines = dump.splitlines()
    areas = [line for line in lines if line.startswith("---[ ")]
    behind = areas[areas.index("---[ vmalloc() Area ]---") + 1]
    start, end = lines.index("---[ vmalloc() Area ]---"), lines.index(behind)
    return lines[:start + 1] + lines[end:]


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


def lists(nodes):
    """Each free list from head to tail."""
    out = []
    for n in nodes:
        for z in n["zones"]:
            rows = z["lists"] if "lists" in z else [
                {"order": int(order), "migratetype": int(kind), "blocks": runs}
                for order, area in z["free"].items() for kind, runs in area["lists"].items()]
            out += [(n["nid"], z["zone"], r["order"], r["migratetype"], r["blocks"]) for r in rows]
    return sorted(out)


def direct_map(mappings, levels, start):
    """The runs of the direct map, which starts at `start`, or where it does without KASLR."""
    low, room = DIRECT_MAP[levels]
    low = start or low
    return runs(mappings, low, low + room)


def runs(mappings, low=0, high=1 << 64):
    """The mappings in [low, high), neighbours joined that the processor cannot tell apart."""
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


def told(boot):
    return load(os.path.join(boot, "machine"), "machine.json")


def kernel_of(boot):
    return told(boot)["kernel"]


def compare(memmap, kernels, boot):
    """{stage: exact or not} of one boot."""
    machine, expected = os.path.join(boot, "machine"), os.path.join(boot, "expected")
    profile = os.path.join(kernels, kernel_of(boot) + ".yaml")
    command = [memmap, "simulate", "--machine", machine] + (["--kernel", profile] if os.path.exists(profile) else [])
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
    start = number(told(boot).get("kaslr", {}).get("page_offset_base", 0))
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
        "lists": (lists(ours["nodes"]), lists(nodes)),
        "direct_map": (direct_map(ours["page_tables"]["mappings"], levels, start),
                       direct_map(paging["mappings"], levels, start)),
        "page_tables": (runs(ours["page_tables"]["mappings"]), runs(paging["mappings"])),
    }
    dump = os.path.join(expected, "qemu_info_mem.txt")
    if os.path.exists(dump) and os.path.getsize(dump) > 1:  # with five levels QEMU printed nothing
        ours_dumped = subprocess.run(command + ["--format", "qemu-mem"], capture_output=True, text=True).stdout
        with open(dump, encoding="utf-8") as file:
            pairs["qemu_mem"] = (ours_dumped.splitlines(), file.read().splitlines())
    else:
        exact["qemu_mem"] = True
    dump = os.path.join(expected, "ptdump.txt")
    if os.path.exists(dump):
        ours_dumped = subprocess.run(command + ["--format", "ptdump", "--at", "user-space"],
                                     capture_output=True, text=True).stdout
        with open(dump, encoding="utf-8") as file:
            pairs["ptdump"] = (but_vmalloc(ours_dumped), but_vmalloc(file.read()))
    else:
        exact["ptdump"] = True
    exact["runs"] = True
    exact.update({stage: mine == real for stage, (mine, real) in pairs.items()})
    return exact


def print_table(boots, results):
    """By kernel and stage: in how many boots it is exact."""
    of_kernel = {}
    for boot, result in zip(boots, results):
        of_kernel.setdefault(kernel_of(boot), []).append(result)
    width = max(map(len, of_kernel))
    print(f"{'kernel':{width}}  boots  " + "  ".join(STAGES))
    for kernel, rows in sorted(of_kernel.items()):
        counts = (f"{sum(row[stage] for row in rows):>{len(stage)}}" for stage in STAGES)
        print(f"{kernel:{width}}  {len(rows):5}  " + "  ".join(counts))


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    memmap, kernels, folder, table = sys.argv[1:5]
    boots = each.boots_in(folder)
    results = each.results_of(lambda boot: compare(memmap, kernels, boot), boots)
    names = [os.path.basename(boot) for boot in boots]
    print_table(boots, results)
    print(f"{len(boots)} boots  " + "  ".join(f"{s} {sum(r[s] for r in results)}" for s in STAGES))
    # Of a boot that does not run there is nothing else to say.
    differs = [(name, stage) for name, result in zip(names, results)
               for stage in (STAGES if result["runs"] else ["runs"]) if not result[stage]]
    sys.exit(listed.verdict(table, names, differs, split=True, update="--update" in sys.argv))


if __name__ == "__main__":
    main()
