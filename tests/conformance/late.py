#!/usr/bin/env python3
"""From the hand-over to the first process: real kernels' page allocators against ours.

  late.py MEMMAP KERNELS LATE DIFFERS BOOTS... [--update] [--need STAGE...]

LATE holds ID.json.xz for each boot: what its kernel had at each stop (README.md there). Its machine is the
folder BOOTS/MACHINE/machine of the first BOOTS that has it; a boot whose machine or whose kernel's profile
is not at hand is left out. DIFFERS is the table (listed.py) of what is not exact. A stage that memmap says
nothing of is not compared, unless --need names it.
"""
import json
import lzma
import os
import re
import subprocess
import sys

import each
import listed

STAGES = ["runs", "handover_lists", "core_init_lists", "memtotal", "managed", "watermarks", "protection", "min_free", "totalreserve", "memory_line"]
ZONES = ["DMA", "DMA32", "Normal", "Movable"]
PAGE_KIB = 4


def load(path):
    with lzma.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def rows(zones, figures):
    """{(nid, zone): figures(zone)} of the zones that have pages; None where a figure is not told."""
    out = {(z["nid"], z["zone"]): figures(z) for z in zones if z["managed_pages"]}
    return None if any(row is None for row in out.values()) else out


def protection(reserve):
    """lowmem_reserve by zone: a kernel has one of Device behind these, and none of DMA where it has no such zone."""
    if reserve is None:
        return None
    names = ZONES if len(reserve) >= len(ZONES) else ZONES[-len(reserve):]
    return dict(zip(names, reserve))


def memory_line(text):
    """The terms of `Memory: ...K/...K available (...)`, in KiB."""
    if not text:
        return None
    available, phys = map(int, re.match(r"Memory: (\d+)K/(\d+)K", text).groups())
    terms = {what.split()[-1].removesuffix("-reserved"): int(size)
             for size, what in re.findall(r"(\d+)K ([\w -]+)", text[text.index("("):])}
    return {"available": available, "phys": phys} | terms


def real(late):
    """{stage: what the kernel had} once user space runs."""
    end = late["stops"]["user_space"]
    zones = end["zones"]
    return {
        "memtotal": end["totalram_pages"] * PAGE_KIB,
        "managed": rows(zones, lambda z: z["managed_pages"]),
        "watermarks": rows(zones, lambda z: z["watermark"]),
        "protection": rows(zones, lambda z: protection(z["lowmem_reserve"])),
        "min_free": end["min_free_kbytes"],
        "totalreserve": end["totalreserve_pages"],
        "memory_line": memory_line(late["memory_line"]),
    }


def our_memory_line(line):
    if line is None:
        return None
    pages = {"available": "available_pages", "phys": "phys_pages", "reserved": "reserved_pages", "cma": "cma_pages"}
    kib = {name: line[key] * PAGE_KIB for name, key in pages.items() if key in line}
    return kib | {name: line[name] // 1024 for name in ("code", "rwdata", "rodata", "init", "bss")}


def ours(result):
    """The same of memmap's JSON: None where it does not tell."""
    space = result.get("user_space", {})
    zones = space.get("zones", [])
    marks = ("min", "low", "high")
    return {
        "memtotal": result["totals"].get("mem_total_kib"),
        "managed": rows(zones, lambda z: z["managed_pages"]) or None,
        "watermarks": rows(zones, lambda z: [z[m] for m in marks] if all(m in z for m in marks) else None) or None,
        "protection": rows(zones, lambda z: protection(z.get("protection"))) or None,
        "min_free": space.get("min_free_kbytes"),
        "totalreserve": space.get("totalreserve_pages"),
        "memory_line": our_memory_line(space.get("memory_line")),
    }


def agrees(stage, mine, kernel):
    if stage == "memory_line":  # what is available then, memmap need not know
        kernel = {term: size for term, size in (kernel or {}).items() if term in mine or term != "available"}
    if stage == "protection":  # of a zone that this kernel has not, ours says something too
        mine = {zone: {name: n for name, n in row.items() if name in kernel.get(zone, {})}
                for zone, row in mine.items()}
    return mine == kernel


def lists(late, stop):
    """{(nid, zone, order, migrate type): its blocks as runs from head to tail}."""
    return {(z["nid"], z["zone"], int(order), int(kind)): runs
            for z in late["stops"][stop]["zones"]
            for order, kinds in z["lists"].items() for kind, runs in kinds.items()}


def our_lists(zones):
    """The same of zones of memmap's JSON, each with its node."""
    return {(nid, z["zone"], row["order"], row["migratetype"]): row["blocks"]
            for nid, z in zones for row in z["lists"]}


def compared_lists(late, result):
    """{stage: ours and the kernel's}; ours None where memmap cannot tell."""
    handover = our_lists((n["nid"], z) for n in result["nodes"] for z in n["zones"])
    after = result["core_init"]
    after = None if "unknown" in after else our_lists((z["nid"], z) for z in after["zones"])
    return {"handover_lists": (handover, lists(late, "handover")), "core_init_lists": (after, lists(late, "mm_init"))}


def first_difference(mine, kernel):
    """Of two tables of lists, in words."""
    keys = [key for key in sorted(set(mine) | set(kernel)) if mine.get(key) != kernel.get(key)]
    return f"{len(keys)} of {len(kernel)} lists; {keys[0]}: {mine.get(keys[0])}, the kernel {kernel.get(keys[0])}"


def machine_of(late, folders):
    paths = (os.path.join(folder, late["machine"], "machine") for folder in folders)
    return next(filter(os.path.isdir, paths), None)


def compare(memmap, kernels, path, folders):
    """{stage: exact or not, None where memmap does not tell} of one boot; None where it cannot be run."""
    late = load(path)
    machine, profile = machine_of(late, folders), os.path.join(kernels, late["kernel"] + ".yaml")
    if machine is None or not os.path.exists(profile):
        return None
    command = [memmap, "simulate", "--machine", machine, "--kernel", profile, "--format", "json"]
    if "cmdline" in late:
        command += ["--cmdline", late["cmdline"]]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        print(f"{path}: exit {run.returncode}: {run.stderr.strip()[-300:]}")
        return dict.fromkeys(STAGES, False)
    result = json.loads(run.stdout)
    told, kernel = ours(result), real(late)
    exact = {"runs": True}
    for stage, (mine, theirs) in compared_lists(late, result).items():
        exact[stage] = None if mine is None else mine == theirs
        if exact[stage] is False:
            print(f"{os.path.basename(path)}: {stage}: {first_difference(mine, theirs)}")
    for stage, mine in told.items():
        exact[stage] = None if mine is None else agrees(stage, mine, kernel[stage])
        if exact[stage] is False:
            print(f"{os.path.basename(path)}: {stage}: {mine}, the kernel {kernel[stage]}")
    return exact


def arguments():
    words, needed = sys.argv[1:], []
    if "--need" in words:
        needed = words[words.index("--need") + 1:]
        words = words[:words.index("--need")]
    update = "--update" in words
    words = [word for word in words if word != "--update"]
    if len(words) < 5 or set(needed) - set(STAGES):
        sys.exit(__doc__)
    return words, needed, update


def count(stage, results):
    silent = sum(result[stage] is None for result in results)
    return f"{stage} {sum(result[stage] is True for result in results)}" + (f" ({silent} not told)" if silent else "")


def main():
    (memmap, kernels, folder, table, *boots), needed, update = arguments()
    names = sorted(name.removesuffix(".json.xz") for name in os.listdir(folder) if name.endswith(".json.xz"))
    paths = [os.path.join(folder, name + ".json.xz") for name in names]
    results = each.results_of(lambda path: compare(memmap, kernels, path, boots), paths)
    compared = {name: result for name, result in zip(names, results) if result}
    print(f"{len(compared)} of {len(names)} boots  " + "  ".join(count(s, compared.values()) for s in STAGES))
    if needed and not compared:
        sys.exit("no boot's machine is at hand")
    differs = [(name, stage) for name, result in compared.items()
               for stage in (STAGES if result["runs"] else ["runs"])
               if result[stage] is False or (result[stage] is None and stage in needed)]
    # Rows of boots that could not be run here are neither right nor wrong.
    absent = set(names) - set(compared)
    differs += [(name, stage) for name, stage in listed.read(table, split=True) if name in absent]
    sys.exit(listed.verdict(table, list(compared), differs, split=True, update=update))


main()
