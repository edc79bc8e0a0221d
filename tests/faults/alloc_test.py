#!/usr/bin/env python3
"""Every command while allocations fail: an answer that is whole, or a status of 2 or 70 and a message. No crash,
no half-written file.

  alloc_test.py MEMMAP LIBRARY [--each N] [--only NAME] [--seed S]

LIBRARY is fail_alloc.c's. N allocations of each command are tried (default 3; 0: every one),
the one, all from it on, and every one of its number.
"""
import struct
import subprocess
import sys

import commands

MODES = ("AT", "FROM", "EVERY")


def numbers(total, each, rng):
    if each == 0 or total <= each:
        return range(1, total + 1)
    # The first ones, where the program begins, and others anywhere.
    first = min(each // 2, total)
    few = {rng.randint(1, min(200, total)) for _ in range(first)}
    return sorted(few | {rng.randint(1, total) for _ in range(each - first)})


def failures(memmap, library, run, each, inputs, scratch, rng):
    out = scratch / run.name
    words = commands.words_of(run, inputs, out)
    counter = scratch / (run.name + ".count")
    counter.write_bytes(bytes(8))
    base = {"LD_PRELOAD": library, "FAIL_ALLOC_COUNT": str(counter)}
    commands.fresh(run, out)
    good = commands.execute(memmap, words, base)
    whole = commands.content(out / run.out) if run.out else None
    total = struct.unpack("<Q", counter.read_bytes())[0]
    if total == 0:
        return [f"{run.name}: no allocation was counted"], 0
    faults, tried = [], 0
    for n in numbers(total, each, rng):
        for mode in MODES if each != 0 else MODES[:1]:
            if mode == "EVERY" and n == 1:
                continue
            commands.fresh(run, out)
            try:
                done = commands.execute(memmap, words, {"LD_PRELOAD": library, f"FAIL_ALLOC_{mode}": str(n)})
            except subprocess.TimeoutExpired:
                faults.append(f"{run.name} {mode}={n}: did not end")
                continue
            tried += 1
            told = done.stderr.decode("utf-8", "replace")
            now = commands.content(out / run.out) if run.out else None
            before = commands.OLD if run.over else None
            why = None
            if done.returncode in (0, 1) and done.returncode == good.returncode:
                # Libraries may do without what they asked for: a font, a cache.
                if done.stdout != good.stdout:
                    why = "another answer, as if nothing was wrong"
                # Graphviz draws other letters where it gets no memory for a font, and says nothing.
                elif run.out and not run.out.endswith(".sqlite") and run.name != "simulate_graph" and now != whole:
                    why = "another file, as if nothing was wrong"
            elif done.returncode not in (2, 70):
                why = f"status {done.returncode}"
            elif not told.strip():
                why = f"status {done.returncode} without a word"
            elif run.out and run.name not in ("sweep", "sweep_db") and now not in (before, whole):
                why = "a file that is not whole"
            if why:
                faults.append(f"{run.name} {mode}={n} of {total}: {why}: {told.strip()[:160]!r}")
    return faults, tried


def check(memmap, arguments):
    return commands.check_all(failures, 3, "allocations", memmap, arguments)


if __name__ == "__main__":
    sys.exit(commands.main_of(check))
