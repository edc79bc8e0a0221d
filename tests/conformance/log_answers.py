#!/usr/bin/env python3
"""Kernels' answers in their own logs against ours: the lines agree.

  log_answers.py MEMMAP DIFFERS LOG... [--update] [--show]

A log holds the map that the kernel was given and what it made of it: the ranges of its nodes, pages
by zone, the crash kernel's place. The kernel is the log's own, with the nearest profile's sizes; no
size of a structure changes most of these lines. (The bounce buffer's place agrees where nothing that
the log does not tell, as EFI's boot services, lies at the top of the memory below 4 GiB.) DIFFERS is
the table (listed.py) of the lines that do not agree; where there is none, all do. --update writes what
it is now, --show prints what is simulated in place of a line.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

import listed

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


def in_words(kind, line):
    """A line as the table has it."""
    if isinstance(line, str):
        return f"{kind}: {line}"
    if kind in ("node_ranges", "swiotlb"):
        line = [*line[:-2], f"{line[-2]:#x}-{line[-1]:#x}"]
    return f"{kind}: " + " ".join(map(str, line if isinstance(line, list) else [line]))


def compare(memmap, log, show):
    """{kind: (lines, those that do not agree)}"""
    real, command_line = logged(log)
    told = ["--cmdline", command_line] if command_line is not None else []
    run = subprocess.run([memmap, "simulate", "--e820", log, "--format", "json", *told], capture_output=True,
                         text=True, errors="surrogateescape", timeout=60)
    if run.returncode != 0:
        print(f"{os.path.basename(log)}: exit status {run.returncode}: {run.stderr.strip()[-300:]}")
        return {"runs": (1, ["runs"])}
    ours = simulated(json.loads(run.stdout))
    out = {}
    for kind, lines in real.items():
        wrong = [line for line in lines if line not in ours[kind]]
        out[kind] = (len(lines), [in_words(kind, line) for line in wrong])
        if show and wrong:
            extra = [in_words(kind, line) for line in ours[kind] if line not in lines]
            print(f"{os.path.basename(log)}: {out[kind][1][:2]}, ours {extra[:2]}")
    return out


def main():
    memmap, table = sys.argv[1:3]
    logs = sorted(a for a in sys.argv[3:] if not a.startswith("--"))
    names = [os.path.basename(log) for log in logs]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda log: compare(memmap, log, "--show" in sys.argv), logs))
    for kind in sorted({kind for result in results for kind in result}):
        rows = [result[kind] for result in results if kind in result]
        lines = sum(count for count, _ in rows)
        print(f"{kind:<22} {lines - sum(len(wrong) for _, wrong in rows):4} of {lines:4} lines agree")
    differs = [(name, line) for name, result in zip(names, results) for _, wrong in result.values() for line in wrong]
    return listed.verdict(table, names, differs, split=False, update="--update" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
