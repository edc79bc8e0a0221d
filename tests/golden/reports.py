"""The reports of five machines are what is kept, byte for byte.   reports.py MEMMAP FOLDER [--update]

FOLDER has of each machine the text, the map to scale, and, of what is too large to keep, a line in digests.txt.
--update rewrites FOLDER: look at what it wrote.
"""
import difflib
import hashlib
import pathlib
import subprocess
import sys

from machines import KERNEL, MACHINES, ROOT

KEPT = {"svg": "svg", "txt": "text"}
DIGESTS = ("json", "jsonl", "html", "dot", "memblock-debug", "qemu-mem", "ptdump", "meminfo", "zoneinfo", "buddyinfo",
           "iomem")


def report(memmap, machine, form):
    run = subprocess.run([memmap, "simulate", *MACHINES[machine], *KERNEL, "--format", form], cwd=ROOT,
                         capture_output=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def main():
    memmap, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    made = {f"{name}.{ending}": report(memmap, name, form) for name in MACHINES for ending, form in KEPT.items()}
    made["digests.txt"] = "".join(
        f"{hashlib.sha256(report(memmap, name, form)).hexdigest()}  {name} {form}\n"
        for name in MACHINES for form in DIGESTS).encode()
    faults = 0
    for name, got in made.items():
        file = folder / name
        if "--update" in sys.argv:
            file.write_bytes(got)
        want = file.read_bytes() if file.exists() else b""
        difference = difflib.unified_diff(want.decode().splitlines(), got.decode().splitlines(), name, "made",
                                          lineterm="", n=1)
        print("\n".join(list(difference)[:40]) or f"{name}: as expected")
        faults += got != want
    kept = {file.name for file in folder.iterdir()}
    for name in sorted(kept - made.keys()):
        print(f"{name}: kept for nothing")
        faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
