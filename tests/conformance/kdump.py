#!/usr/bin/env python3
"""Real second kernels: `memmap kdump` gives them the map and the MemTotal that they found, and says none gets up that did not.

    kdump.py MEMMAP FOLDER

FOLDER has cases.json (README.md) and the logs of the first kernels.
"""
import gzip
import io
import json
import pathlib
import subprocess
import sys
import tempfile

BUSYBOX = 1982256  # bytes
TYPES = {"usable": 1, "reserved": 2, "ACPI": 3}


def entry(name, mode, size=0):
    head = "070701" + "".join(f"{n:08x}" for n in (1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name) + 1, 0))
    return (head.encode() + name.encode() + b"\0").ljust((110 + len(name) + 4) // 4 * 4, b"\0") + bytes((size + 3) // 4 * 4)


def write_initrd(path, case):
    """One of the size that was loaded, whose files take what those of the boot did."""
    archive = b"".join([*(entry(name, 0o40755) for name in ("bin", "proc", "sys", "dev", "tmp")), entry("bin/busybox", 0o100755, BUSYBOX),
                        entry("init", 0o100755, 400), *([entry("blob", 0o100644, case["blob"])] if case["blob"] else []),
                        entry("TRAILER!!!", 0)])
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as out:
        out.write(archive)
    start, last = (int(text, 16) for text in case["initrd"])
    path.write_bytes(bytes((last + 1 - start - len(packed.getvalue())) // 4 * 4) + packed.getvalue())


def faults(memmap, folder, scratch, case):
    initrd = pathlib.Path(scratch) / "initrd"
    write_initrd(initrd, case)
    run = subprocess.run([memmap, "kdump", folder / case["log"], "--crash-kernel", case["crashkernel"], "--initrd", initrd, "--need", "1M",
                          "--second-append", " ".join(case["line"]), "--format", "json"], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        return [run.stderr.strip()]
    answer, out = json.loads(run.stdout), []
    ours = sorted((int(e["start"], 16), int(e["start"], 16) + e["size"] - 1, e["type"]) for e in answer["e820"])
    real = sorted((int(at.split("-")[0], 16), int(at.split("-")[1], 16), TYPES[kind]) for at, kind in map(str.split, case["e820"]))
    if ours != real:
        out.append(f"the map is {ours}, and the kernel found {real}")
    loaded = next(s["start"] for s in answer["segments"] if s["what"] == "initrd")
    if loaded != case["initrd"][0]:
        out.append(f"the initrd is at {loaded}, and was at {case['initrd'][0]}")
    # A page of page tables more or less: KASLR was on in the second kernels, and where their direct map began nobody knows.
    for key, ours in (("mem_total_kib", "mem_total"), ("rootfs_kib", "tmpfs_limit")):
        if key in case and abs(answer.get(ours, 0) // 1024 - case[key]) > 4:
            out.append(f"{ours} is {answer.get(ours, 0) // 1024} KiB, and was {case[key]}")
    if answer["end"] == "gets_up" and not case["gets_up"]:
        out.append(f"it would get up, and said: {case['said']}")
    # Where a tmpfs is the limit, exactly there.
    if case["gets_up"] and answer["end"] != "gets_up" and "rootfs_kib" in case and case["rootfs_kib"] * 1024 < answer["free_at_unpack"]:
        out.append(f"it got up, and would not: {answer['why']}")
    return out


def main():
    memmap, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    wrong = 0
    cases = json.loads((folder / "cases.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        for case in cases:
            for fault in faults(memmap, folder, scratch, case):
                print(f"{case['log']} crashkernel={case['crashkernel']}: {fault}")
                wrong += 1
    print(f"{len(cases)} second kernels, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
