#!/usr/bin/env python3
"""Kernels' answers in their own logs against ours: how many lines of each kind agree?

  log_answers.py MEMMAP FIGURES LOG... [--update] [--show]

A log holds the map that the kernel was given and what it made of it: the ranges of its nodes, pages
by zone, the crash kernel's place. The kernel is the log's own, with the nearest profile's sizes; no
size of a structure changes most of these lines. (The bounce buffer's place agrees where nothing that
the log does not tell, as EFI's boot services, lies at the top of the memory below 4 GiB.) FIGURES is a JSON file {"logs": N,
"lines": {kind: [compared, agreeing], ...}}: the run fails where fewer agree, and is skipped (77)
where the figures are of another set of logs; --update writes what it is now, --show prints what
differs.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

STAMP = re.compile(r"^(<\d+>)?(\[ *\d+\.\d+\] ?)?")
NODE_RANGE = re.compile(r"  node +(\d+): \[mem 0x(\w+)-0x(\w+)\]")
TOTAL = re.compile(r"On node (\d+) totalpages: (\d+)")
ZONE = re.compile(r"  (DMA|DMA32|Normal|Movable) zone: (\d+) pages, LIFO")
MEMORY = re.compile(r"Memory: \d+K/(\d+)K available")
HASH = re.compile(r"((?:Dentry cache|Inode-cache) hash table entries: \d+) ")
CRASH = re.compile(r"Reserving \d+MB of (low )?memory at \d+MB for crashkernel \(.*\)")
LOW_MIB = "kexec: Reserving the low 1M of memory for crashkernel"
SWIOTLB = re.compile(r"software IO TLB: mapped \[mem 0x(\w+)-0x(\w+)\]")


def logged(path):
    """{kind: what the kernel said}, kinds that the log tells of; the command line, if it was made longer."""
    out, nid, command_line, linear = {}, 0, None, False
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [STAMP.sub("", line.rstrip("\n"), count=1) for line in file]
    for line in lines:
        if found := NODE_RANGE.match(line):
            out.setdefault("node_ranges", []).append([int(found[1]), int(found[2], 16), int(found[3], 16) + 1])
        elif found := TOTAL.match(line):
            nid = int(found[1])
            out.setdefault("node_pages", []).append([nid, int(found[2])])
        elif found := ZONE.match(line):
            out.setdefault("zone_pages", []).append([nid, found[1], int(found[2])])
        elif found := MEMORY.match(line):
            out["memory_total"] = [int(found[1])]
        elif found := HASH.match(line):
            linear = linear or "linear" in line
            if "vmalloc" not in line:
                out.setdefault("hash_entries", []).append(found[1])
        elif line.startswith("Kernel command line: "):
            command_line = line.split(": ", 1)[1]
        elif CRASH.match(line):
            out.setdefault("crash_kernel", []).append(line)
        elif line.endswith(LOW_MIB):
            out.setdefault("crash_kernel_low_mib", []).append(LOW_MIB)
        elif found := SWIOTLB.match(line):
            out["swiotlb"] = [[int(found[1], 16), int(found[2].removesuffix("]"), 16)]]
    if "node_pages" not in out:
        out.pop("zone_pages", None)
    # Tables of several nodes wait for vmalloc, which kernels before 5.3 do not say.
    if not linear and len({row[0] for row in out.get("node_ranges", [])}) > 1:
        out.pop("hash_entries", None)
    return out, command_line


def pages(start, end):
    return (start + 0xFFF) & ~0xFFF, end & ~0xFFF


def simulated(result):
    nodes = result["nodes"]
    ranges = []
    for r in result["memblock"]["memory"]:
        base = int(r["base"], 16)
        start, end = pages(base, base + int(r["size"], 16))
        if start < end:
            ranges.append([r["nid"], start, end])
    texts = [e["text"] for e in result["events"]]
    # The buffer is one allocation; its slots lie elsewhere, smaller.
    tlb = [[int(o["base"], 16), int(o["base"], 16) + int(o["size"], 16)] for o in result["owners"]
           if o["owner"] == "software IO TLB"]
    return {
        "node_ranges": ranges,
        "node_pages": [[n["nid"], n["present_pages"]] for n in nodes],
        "zone_pages": [[n["nid"], z["zone"], z["present_pages"]] for n in nodes for z in n["zones"]
                       if z["present_pages"]],
        "memory_total": [sum(n["present_pages"] for n in nodes) * 4],
        "hash_entries": [found[1] for text in texts if (found := HASH.match(text))],
        "crash_kernel": [text for text in texts if CRASH.match(text)],
        "crash_kernel_low_mib": [text for text in texts if text == LOW_MIB],
        "swiotlb": sorted(tlb, key=lambda r: r[1] - r[0])[-1:],
    }


def compare(memmap, log, show):
    """{kind: (lines, how many of them agree)}"""
    real, command_line = logged(log)
    told = ["--cmdline", command_line] if command_line is not None else []
    run = subprocess.run([memmap, "simulate", "--e820", log, "--format", "json", *told], capture_output=True,
                         text=True, errors="surrogateescape", timeout=60)
    if run.returncode != 0:
        print(f"{os.path.basename(log)}: exit status {run.returncode}: {run.stderr.strip()[-300:]}")
        return {kind: (len(lines), 0) for kind, lines in real.items()}
    ours = simulated(json.loads(run.stdout))
    out = {}
    for kind, lines in real.items():
        agree = [line for line in lines if line in ours[kind]]
        out[kind] = (len(lines), len(agree))
        if show and len(agree) < len(lines):
            missing = [line for line in lines if line not in agree]
            extra = [line for line in ours[kind] if line not in lines]
            print(f"{os.path.basename(log)} {kind}: kernel {missing[:2]} ours {extra[:2]}")
    return out


def main():
    memmap, figures = sys.argv[1:3]
    logs = sorted(a for a in sys.argv[3:] if not a.startswith("--"))
    total = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for rows in pool.map(lambda log: compare(memmap, log, "--show" in sys.argv), logs):
            for kind, (lines, agree) in rows.items():
                before = total.get(kind, [0, 0])
                total[kind] = [before[0] + lines, before[1] + agree]
    for kind, (lines, agree) in sorted(total.items()):
        print(f"{kind:<22} {agree:4} of {lines:4} lines agree")
    if "--update" in sys.argv:
        with open(figures, "w", encoding="utf-8") as file:
            rows = ",\n".join(f'  "{kind}": {json.dumps(n)}' for kind, n in sorted(total.items()))
            file.write(f'{{\n "logs": {len(logs)},\n "lines": {{\n{rows}\n }}\n}}\n')
        return 0
    with open(figures, encoding="utf-8") as file:
        want = json.load(file)
    if want["logs"] != len(logs):
        print(f"the figures are of {want['logs']} logs, here are {len(logs)}")
        return 77
    worse = [kind for kind, (_, agree) in want["lines"].items() if total.get(kind, [0, 0])[1] < agree]
    for kind in worse:
        print(f"{kind}: {total.get(kind, [0, 0])[1]} lines agree, {want['lines'][kind][1]} did")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
