#!/usr/bin/env python3
"""Real boots with what `memmap suggest` suggests: it is suggested still, and the kernel did what it says.

    suggest.py MEMMAP FOLDER

FOLDER has cases.tar.xz: of each case base.log, a boot without the parameter, and result.json, what was suggested and what
/proc/iomem showed with it (record.py). A case without KASLR has one place; of one with it every place that chance gave
the image has to be among those that were proved, and the crash kernel to lie where the proof has it.
"""
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

import each


def run(memmap, *words):
    done = subprocess.run([memmap, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def lines_of(iomem):
    """Name: [start, end) of the lines that record.py kept."""
    out = {}
    for line in iomem:
        start, last, name = re.fullmatch(r"([0-9a-f]+)-([0-9a-f]+) : (.*)", line).groups()
        out[name] = (int(start, 16), int(last, 16) + 1)
    return out


def faults(memmap, folder):
    out = []
    log = folder / "base.log"
    for row in json.loads((folder / "result.json").read_text()):
        words, parameter = row["words"], row["parameter"]
        answer = run(memmap, "suggest", *words, log, "--format", "json")
        if answer["parameter"] != parameter:
            out.append(f"{' '.join(words)}: {answer['parameter']} is suggested; {parameter} was, and was booted")
            continue
        if parameter is None:
            continue
        if not row["boots"]:
            out.append(f"{parameter}: it was never booted")
        proof = answer["proof"]
        places = run(memmap, "kaslr", log, "--append", parameter, "--list", "--format", "json")["places"]
        for boot in row["boots"]:
            real = lines_of(boot["iomem"])
            image = real["Kernel code"][0]
            if f"{image:#x}" not in places:
                out.append(f"{parameter}: the image lay at {image:#x}, which is none of {len(places)} places")
            reserved = real.get("Persistent Memory (legacy)") or real.get("Crash kernel")
            if reserved is None:
                out.append(f"{parameter}: the kernel reserved nothing")
                continue
            start, end = reserved
            if f"{start:#x}" not in [at["start"] for at in proof["at"]]:
                out.append(f"{parameter}: it lay at {start:#x}, where no boot of the proof has it")
            if end - start != answer["size"]:
                out.append(f"{parameter}: {end - start} bytes were reserved of {answer['size']}")
            # At that very place of the image.
            simulated = subprocess.run([memmap, "simulate", str(log), "--append", parameter, "--kaslr-base", f"kernel_phys_base={image:#x}",
                                        "--format", "iomem"], capture_output=True, text=True, check=True).stdout
            wanted = f"{start:08x}-{end - 1:08x} : "
            if wanted not in simulated:
                out.append(f"{parameter}: with the image at {image:#x} it lay at {start:#x}-{end - 1:#x}, and not by the simulation")
    return out


def main():
    memmap, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(folder / "cases.tar.xz") as tar:
            tar.extractall(scratch)
        cases = sorted(path.parent for path in pathlib.Path(scratch).glob("*/result.json"))
        results = each.results_of(lambda case: faults(memmap, case), cases)
    wrong = 0
    for case, told in zip(cases, results):
        for fault in told:
            print(f"{case.name}: {fault}")
        wrong += len(told)
    print(f"{len(cases)} machines, {sum('kaslr' in case.name for case in cases)} of them with KASLR: {wrong} faults")
    return 1 if wrong or len(cases) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
