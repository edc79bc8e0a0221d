#!/usr/bin/env python3
"""What check_kmemcheck prints over each script is what the kernel printed, byte for byte.

  run.py MEMMAP KERNEL
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def printed(memmap, kernel, script):
    """(the kernel's lines, findings) of all steps."""
    command = [memmap, "access", str(script), "--e820", str(HERE / "machine.yaml"), "--kernel", kernel,
               "--plugin", "check_kmemcheck:mode=1", "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):
        return result.stderr, []
    answer = json.loads(result.stdout)
    lines = [event["text"] for step in answer["steps"] for event in step["events"]]
    return "".join(line + "\n" for line in lines), answer["checks"][0]["findings"]


def main():
    memmap, kernel = sys.argv[1:]
    faults = reports = 0
    for script in sorted(HERE.glob("*.yaml")):
        if script.name == "machine.yaml":
            continue
        want = script.with_suffix(".txt").read_text()
        have, findings = printed(memmap, kernel, script)
        count = want.count("WARNING: ")
        reports += count
        if have != want:
            faults += 1
            print(f"{script.name}: the kernel printed\n{want}here it is\n{have}")
        elif [f["text"] for f in findings] != [line.removeprefix("WARNING: ") for line in want.splitlines()
                                               if line.startswith("WARNING: ")]:
            faults += 1
            print(f"{script.name}: {count} reports, but findings are {findings}")
    print(f"{reports} reports, {faults} scripts differ")
    return faults != 0


if __name__ == "__main__":
    sys.exit(main())
