"""Every map of maps/ simulates, survives a round trip through `convert`, and stands in the index.

    maps.py --memmap PROGRAM
"""

import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def output_of(*command, source=None):
    return subprocess.run(command, input=source, text=True, errors="surrogateescape",
                          capture_output=True, timeout=60)


def faults_of(memmap, path, index):
    faults = []
    text = path.read_text()
    for key in ("description:", "origin:", "e820:"):
        if not any(line.startswith(key) for line in text.splitlines()):
            faults.append(f"no `{key}`")
    if f"({path.name})" not in index:
        faults.append("maps/README.md does not list it")
    simulated = output_of(memmap, "simulate", "--e820", path, "--format", "json")
    if simulated.returncode != 0:
        faults.append(f"simulate: exit status {simulated.returncode}: {simulated.stderr[:500]}")
    once = output_of(memmap, "convert", path, "--to", "yaml")
    if once.returncode != 0:
        faults.append(f"convert: exit status {once.returncode}: {once.stderr[:500]}")
    else:
        again = output_of(memmap, "convert", "-", "--to", "etc-e820", source=once.stdout)
        direct = output_of(memmap, "convert", path, "--to", "etc-e820")
        if again.returncode != 0 or again.stdout != direct.stdout:
            faults.append("convert: the map changes on its way through YAML")
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memmap", required=True, type=pathlib.Path)
    memmap = parser.parse_args().memmap.resolve()

    index = (ROOT / "maps/README.md").read_text()
    maps = sorted((ROOT / "maps").glob("*.yaml"))
    failed = 0
    for path in maps:
        for fault in faults_of(memmap, path, index):
            failed += 1
            print(f"{path.name}: {fault}")
    print(f"{len(maps)} maps, {failed} faults")
    return 1 if failed or not maps else 0


if __name__ == "__main__":
    sys.exit(main())
