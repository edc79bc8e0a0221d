#!/usr/bin/env python3
"""What `memmap check --format ...` writes, read by other people's programs: the readers of verdicts_test.py.

  command_test.py MEMMAP MACHINE [KERNEL]        MACHINE: a map; KERNEL: the kernel's source, for kunit's parser
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import verdicts_test
from verdicts_test import READERS, same

ENDINGS = {"tap": "tap", "ktap": "ktap", "junit": "junit.xml", "github": "github", "sarif": "sarif"}
# The name of a rule, whether it holds, and what verdicts_test.py calls that.
HOLDS, BREAKS = "mem_total >= 1M", "mem_total >= 1T"
RULES = [("total", HOLDS, {}, "p"), ("total", BREAKS, {}, "f"), ("x # SKIP y", BREAKS, {}, "f"),
         ("a\nnot ok 1 - forged\nBail out!", BREAKS, {"why": "]]></failure>"}, "f"), ("::error::forged", HOLDS, {}, "p"),
         ("when", BREAKS, {"when": BREAKS}, "s"), ("soft \\# TODO", BREAKS, {"severity": "warning"}, "w"),
         ("<&>\"' %0A", BREAKS, {"why": "50% of it: a, b"}, "f")]


def policy(machine, rules):
    """JSON, which is YAML."""
    return json.dumps({
        "machine": [machine], "kernel": ["6.12.117+deb12-amd64"], "append": ["crashkernel=64M", "note=a#b,c:d"],
        "require": [{"rule": rule, "name": name, **more} for name, rule, more, _ in rules]})


def main(memmap, machine, kernel=""):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(machine, os.path.join(folder, "machine.yaml"))
        holding = [rule for rule in RULES if rule[3] in "ps"]
        standings = {"breaks": RULES, "holds": holding}
        with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
            json.dump({name: ["".join(rule[3] for rule in rules)] * 2 for name, rules in standings.items()}, file)
        for name, rules in standings.items():
            with open(os.path.join(folder, name + ".yaml"), "w", encoding="utf-8") as file:
                file.write(policy("machine.yaml", rules))
            for form, ending in ENDINGS.items():
                run = subprocess.run([memmap, "check", name + ".yaml", "--format", form, "--output", f"{name}.{ending}"],
                                     cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
                same(f"{form}: {run.stderr}", run.returncode, 1 if name == "breaks" else 0)
        for reader in READERS:
            run = subprocess.run([sys.executable, "-B", verdicts_test.__file__, reader, folder, kernel],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if run.returncode not in (0, 77):
                sys.exit(f"{reader}: {run.stdout}")
    print("ok")


if __name__ == "__main__":
    main(*map(os.path.abspath, sys.argv[1:3]), *sys.argv[3:])
