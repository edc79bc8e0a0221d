"""Profiles made again by `memmap kernel --parts` are the same, byte for byte, but for the section
`decompressor`, which only a vmlinuz tells and no part of it: that stays as it is.

    made_again.py --memmap PROGRAM PARTS PROFILES [--write]

PARTS holds a folder for each kernel, PROFILES a NAME.yaml for each; --write replaces those.
"""

import argparse
import difflib
import pathlib
import re
import subprocess
import sys


DECOMPRESSOR = re.compile(r"^decompressor:.*\n(?:  .*\n)*", re.M)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memmap", required=True, type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("parts", type=pathlib.Path)
    parser.add_argument("profiles", type=pathlib.Path)
    arguments = parser.parse_args()

    folders = sorted(p for p in arguments.parts.iterdir() if p.is_dir())
    failed = 0
    for folder in folders:
        made = subprocess.run([arguments.memmap.resolve(), "kernel", "--parts", folder],
                              text=True, capture_output=True, timeout=60)
        if made.returncode != 0:
            print(f"{folder.name}: exit status {made.returncode}: {made.stderr}")
            failed += 1
            continue
        profile = arguments.profiles / f"{folder.name}.yaml"
        if arguments.write:
            kept = DECOMPRESSOR.search(profile.read_text()) if profile.exists() else None
            place = made.stdout.index("default_phys_base:")
            profile.write_text(made.stdout[:place] + (kept[0] if kept else "") + made.stdout[place:])
            continue
        if not profile.exists():  # of a kernel whose profile is not shipped
            print(f"{folder.name}: good: can be made")
            continue
        difference = list(difflib.unified_diff(DECOMPRESSOR.sub("", profile.read_text()).splitlines(), made.stdout.splitlines(),
                                               str(profile), "made again", lineterm=""))
        print("\n".join(difference) or f"{folder.name}: good: the same")
        failed += bool(difference)
    print(f"{len(folders)} kernels, {failed} faults")
    return 1 if failed or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
