"""What `memmap simulate` prints of each case is what is kept beside it, byte for byte.

    golden.py MEMMAP CASES [--update]

CASES holds a folder for each: case.yaml, a scenario whose kernel_release names the profile, and the
reports expected of it, what goes to standard error in NAME.stderr. --update rewrites those.
"""

import difflib
import pathlib
import subprocess
import sys

FORMATS = {"report.txt": "text", "graph.dot": "dot", "result.json": "json", "memblock-debug.txt": "memblock-debug",
           "meminfo.txt": "meminfo", "zoneinfo.txt": "zoneinfo", "buddyinfo.txt": "buddyinfo", "iomem.txt": "iomem"}


def main():
    memmap = pathlib.Path(sys.argv[1]).resolve()
    faults = 0
    for case in sorted(p.parent for p in pathlib.Path(sys.argv[2]).glob("*/case.yaml")):
        for name, form in FORMATS.items():
            run = subprocess.run([memmap, "simulate", "--e820", "case.yaml", "--format", form], cwd=case, text=True,
                                 capture_output=True, timeout=60)
            for file, got in ((case / name, run.stdout), (case / (name + ".stderr"), run.stderr)):
                if "--update" in sys.argv:
                    if got:
                        file.write_text(got)
                    continue
                want = file.read_text() if file.exists() else ""
                difference = list(difflib.unified_diff(want.splitlines(), got.splitlines(), file.name, "printed",
                                                       lineterm="", n=1))
                print("\n".join(difference[:40]) or f"{case.name}/{file.name}: as expected")
                faults += bool(difference)
            faults += run.returncode != 0
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
