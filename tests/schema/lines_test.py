"""share/schema/lines.json describes every line and key of `memmap simulate --format jsonl`, and refuses others.

    lines_test.py ROOT MEMMAP
"""
import glob
import json
import subprocess
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(77)

SOURCES = [["--synthetic", "ram:640K hole:384K ram:255M", "--cmdline", "crashkernel=64M hugepages=4"],
           ["--synthetic", "ram:640K hole:384K ram:7M"]]
WRONG = [{"type": "zones"}, {"schema": "memmap/lines/1"}, {"type": "cma", "area": "x", "start": 1},
         {"type": "log", "line": -1, "says": "a", "memmap": "b", "reason": "c"}]


def lines_of(memmap, source):
    run = subprocess.run([memmap, "simulate", *source, "--format", "jsonl"], text=True, capture_output=True, check=True)
    return run.stdout


def main(root, memmap):
    with open(f"{root}/share/schema/lines.json", encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    by_type = {}
    for branch in schema["oneOf"]:
        closed = dict(branch, additionalProperties=False, **{"$defs": schema["$defs"]})
        by_type[branch["properties"]["type"]["const"]] = Draft202012Validator(closed)
    failures = []
    seen = set()
    maps = sorted(glob.glob(f"{root}/maps/*nodes*.yaml"))
    for source in [*SOURCES, *([name] for name in maps)]:
        text = lines_of(memmap, source)
        if text != lines_of(memmap, source):
            failures.append(f"{source}: two runs differ")
        lines = [json.loads(line) for line in text.splitlines()]
        if [at for at, line in enumerate(lines) if line["type"] == "head"] != [0]:
            failures.append(f"{source}: the head is not the first line, or not the only one")
        for line in lines:
            seen.add(line["type"])
            if line["type"] not in by_type:
                failures.append(f"{source}: no type {line['type']}")
                continue
            failures += [f"{source}: {line['type']}{e.json_path}: {e.message}"
                         for e in by_type[line["type"]].iter_errors(line)]
    failures += [f"no line of type {name}" for name in sorted(set(by_type) - seen - {"log", "cma"})]
    whole = Draft202012Validator(schema)
    failures += [f"accepted: {line}" for line in WRONG if whole.is_valid(line)]
    print("\n".join(failures[:40]) or f"{len(seen)} types: ok")
    return 1 if failures else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
