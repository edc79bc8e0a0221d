"""What a real kernel's ioremap() and its like came to, against what `memmap access` answers.

    access.py MEMMAP KERNELS FOLDER

FOLDER/README.md says how the expected side was made, which nothing here rewrites.
"""

import json
import pathlib
import re
import subprocess
import sys


def plain(line):
    """A line of a log without what no rule tells: hashed pointers, the place in a function."""
    line = re.sub(r"\(____ptrval____\)|(?<=bad address )[0-9a-f]+", "POINTER", line)
    return re.sub(r"^(WARNING: at \S+).*", r"\1", line)


def leaf_of(step):
    if not step["served"]:
        return None
    served = step["served"][0]
    size = served["page_size"]
    level = {4096: 1, 2 << 20: 2, 1 << 30: 3}[size]
    return {"level": level, "phys": hex(int(served["phys"], 16) & ~(size - 1)), "flags": served["flags"]}


def answer_of(step, wanted):
    out = {}
    if "address" in wanted:
        out["address"] = step.get("address", "0x0")
    if "leaf" in wanted:
        out["leaf"] = leaf_of(step)
    if "log" in wanted:
        out["log"] = [plain(e["text"]) for e in step["events"] if e["severity"] != "debug"]
    return out


def check(memmap, kernels, script):
    folder = script.parent
    expected = json.loads(script.with_suffix(".json").read_text())
    boot = json.loads((folder / "boot.json").read_text())
    run = subprocess.run(
        [memmap, "access", script, "--e820", folder.parent / boot["machine"], "--kernel",
         kernels / boot["kernel"], "--append", boot["append"], "--format", "json"],
        capture_output=True, text=True)
    if run.returncode != 0:
        return [run.stderr]
    answers = json.loads(run.stdout)
    faults = []
    if len(answers["steps"]) != len(expected["steps"]):
        faults.append(f"{len(answers['steps'])} steps, {len(expected['steps'])} expected")
    for step, wanted in zip(answers["steps"], expected["steps"]):
        if "log" in wanted:
            wanted["log"] = [plain(line) for line in wanted["log"]]
        answer = answer_of(step, wanted)
        if answer != wanted:
            faults.append(f"{step['number']} {step['step']}\n    memmap  {answer}\n    kernel  {wanted}")
    types = [[m["start"], m["end"], m["type"]] for m in answers["memtypes"]]
    if types != expected["memtypes"]:
        faults.append(f"memory types\n    memmap  {types}\n    kernel  {expected['memtypes']}")
    return faults


def main():
    memmap, kernels, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    scripts = sorted(p for p in folder.glob("*/*.yaml"))
    wrong = 0
    for script in scripts:
        for fault in check(memmap, kernels, script):
            print(f"{script.parent.name}/{script.name}: {fault}")
            wrong += 1
    print(f"{len(scripts)} scripts, {wrong} answers that a kernel would not give")
    return 1 if wrong or not scripts else 0


if __name__ == "__main__":
    sys.exit(main())
