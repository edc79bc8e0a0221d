#!/usr/bin/env python3
"""What `memmap explain` tells of an address agrees with the ledger's row that has it.

  explain.py MEMMAP BOOTS...

Of each boot (BOOTS/ID/machine) the first and the last byte of each of a row's ranges is asked for: where the
row keeps all of it the byte is never part of MemTotal, where all comes back it is, and what is said of it
names the row.
"""
import json
import os
import subprocess
import sys

import each

KEPT = {"lost": "lost", "reserved": "reserved", "unusable": "unusable"}


def explain(memmap, machine, *more):
    run = subprocess.run([memmap, "explain", "--format", "json", "--machine", machine, *more],
                         capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip())
    return json.loads(run.stdout)


def questions(ledger):
    """(address, row) of each range's first and last byte."""
    for row in ledger["rows"]:
        if row["stage"] == "added":
            continue
        for part in row["ranges"]:
            base, size = int(part["base"], 16), int(part["size"], 16)
            yield base, row
            yield base + size - 1, row


def fault(answer, row):
    if not answer["what"].startswith(row["what"]):
        return f"`{answer['what']}`, not `{row['what']}`"
    ends = set()
    if row["back"] != row["bytes"]:
        ends.add(KEPT[row["stage"]])
    if row["back"] != 0:
        ends.add("given_back")
    if answer["end"] not in ends:
        return f"{answer['end']}, but of {row['what']} {row['back']} of {row['bytes']} bytes come back"
    if answer["in_mem_total"] != (answer["end"] == "given_back"):
        return f"{answer['end']} and in_mem_total {answer['in_mem_total']}"
    if answer.get("remedy") != (row.get("remedy") if answer["end"] != "given_back" else None):
        return f"remedy `{answer.get('remedy')}`, not `{row.get('remedy')}`"
    if not any(step["stage"] == "firmware" for step in answer["steps"]):
        return "it does not begin with the firmware's map"
    return None


def faults(memmap, machine):
    try:
        asked = list(questions(explain(memmap, machine)["ledger"]))
        told = explain(memmap, machine, ",".join(f"{address:#x}" for address, _ in asked))["answers"]
    except RuntimeError as error:
        return [str(error)]
    out = [f"{address:#x}: {found}" for (address, row), answer in zip(asked, told)
           if (found := fault(answer, row))]
    if not asked or len(told) != len(asked):
        out.append(f"{len(told)} answers to {len(asked)} questions")
    return out


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    machines = [os.path.join(boots, name, "machine") for boots in sys.argv[2:] for name in sorted(os.listdir(boots))]
    machines = [machine for machine in machines if os.path.isdir(machine)]
    each.report(lambda machine: faults(sys.argv[1], machine), machines, str, "boots")


main()
