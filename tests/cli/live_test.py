#!/usr/bin/env python3
"""This machine captured, then simulated, and simulated at once: the same.   live_test.py MEMMAP

Skipped (77) where the machine tells nothing of its memory map.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

MAP = "/sys/firmware/memmap"


def run(memmap, *args):
    return subprocess.run([memmap, *args], capture_output=True, text=True, timeout=300)


def simulated(memmap, *args):
    """The report without what names its source."""
    result = run(memmap, "simulate", *args, "--format", "json")
    if result.returncode != 0:
        sys.exit(f"{args}: exit {result.returncode}: {result.stderr}")
    report = json.loads(result.stdout)
    source = report["subject"].pop("source")
    report["notes"] = [re.sub(rf"{re.escape(source)}[:/]", "", note) for note in report["notes"]]
    if report.get("log"):
        report["log"]["file"] = re.sub(rf"^{re.escape(source)}[:/]", "", report["log"]["file"])
    return report


def main():
    memmap = os.path.abspath(sys.argv[1])
    if not os.path.isdir(MAP):
        print(f"skipped: {MAP} is not there")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(scratch, "machine")
        captured = run(memmap, "capture", "-o", folder)
        print(captured.stderr, end="")
        if captured.returncode != 0:
            sys.exit(f"capture: exit {captured.returncode}")
        again = run(memmap, "capture", "-o", folder)
        if again.returncode != 2 or "exists already" not in again.stderr:
            sys.exit(f"a folder was replaced: exit {again.returncode}: {again.stderr}")
        gathered = simulated(memmap, "--machine", folder)
        live = simulated(memmap, "--live")
        for key in gathered:
            if gathered[key] != live[key]:
                sys.exit(f"`{key}` differs:\n{json.dumps(gathered[key])[:2000]}\n"
                         f"{json.dumps(live[key])[:2000]}")
        with open(os.path.join(folder, "machine.json"), encoding="utf-8") as file:
            json.load(file)


main()
