#!/usr/bin/env python3
"""Every command while it writes and cannot: status 2 or 70 and a message, the file that was there as it was, no
other half written.

  write_test.py MEMMAP LIBRARY [--each N] [--only NAME] [--seed S]

LIBRARY is fail_write.c's. N calls that write are tried (default 4; 0: every one), with ENOSPC, EIO and EPIPE; of a
write that fails half may have been written. Also /dev/full, a closed standard output, and a pipe that nobody reads.
"""
import errno
import os
import struct
import subprocess
import sys

import commands

ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EPIPE": errno.EPIPE}
# Rows are there as they come; what is whole of them is gone on with (--resume).
ROW_BY_ROW = ("sweep", "sweep_db")


def left_over(out, run):
    """Names in {dir} that are neither the result nor a database's journal."""
    return [p.name for p in out.iterdir() if p.name != run.out and not p.name.startswith(run.out + "-")]


def faults_of(run, out, done, whole, label, written_to_stdout=b""):
    told = done.stderr.decode("utf-8", "replace")
    faults = []
    if done.returncode not in (2, 70):
        faults.append(f"status {done.returncode}")
    if not told.strip():
        faults.append("not a word")
    if run.out and run.name not in ROW_BY_ROW:
        now = commands.content(out / run.out)
        if now not in (commands.OLD if run.over else None, whole):
            faults.append("a file that is not whole")
    if run.out and left_over(out, run):
        faults.append(f"left {left_over(out, run)}")
    return [f"{run.name} {label}: {f}: {told.strip()[:120]!r}" for f in faults]


def failing_calls(memmap, library, run, each, inputs, scratch, rng):
    out = scratch / run.name
    words = commands.words_of(run, inputs, out)
    counter = scratch / (run.name + ".count")
    counter.write_bytes(bytes(8))
    base = {"LD_PRELOAD": library, "FAIL_WRITE_DIR": str(out)}
    commands.fresh(run, out)
    good = commands.execute(memmap, words, {**base, "FAIL_WRITE_COUNT": str(counter)})
    whole = commands.content(out / run.out) if run.out else None
    total = struct.unpack("<Q", counter.read_bytes())[0]
    if total == 0:
        return ([] if good.returncode == 2 else [f"{run.name}: it was not seen to write"]), 0
    chosen = range(1, total + 1) if each == 0 or total <= each else sorted(rng.sample(range(1, total + 1), each))
    faults, tried = [], 0
    for n in chosen:
        for name, number in ERRORS.items() if each == 0 else [rng.choice(list(ERRORS.items()))]:
            for mode in ("AT", "FROM"):
                commands.fresh(run, out)
                done = commands.execute(memmap, words, {
                    **base, f"FAIL_WRITE_{mode}": str(n), "FAIL_WRITE_ERRNO": str(number),
                    "FAIL_WRITE_SHORT": str(rng.randint(0, 1))})
                tried += 1
                now = commands.content(out / run.out) if run.out else None
                # Some calls may fail and nothing is lost: the system closes a file it could not, a clean-up
                # comes too late. A reader of standard output that went away (EPIPE) is no error.
                if done.returncode == good.returncode and (not run.out or now == whole or run.out.endswith(".sqlite")):
                    if run.out or done.stdout == good.stdout or number == errno.EPIPE:
                        continue
                faults += faults_of(run, out, done, whole, f"{mode}={n} of {total} {name}")
    return faults, tried


def standard_output(memmap, run, inputs, scratch):
    """Commands that write to it, where it cannot be written."""
    out = scratch / run.name
    words = commands.words_of(run, inputs, out)
    good = commands.execute(memmap, words)
    if not good.stdout:
        return [], 0
    faults = []
    with open("/dev/full", "wb") as full:
        done = commands.execute(memmap, words, stdout=full)
        faults += faults_of(run, out, done, None, "/dev/full")
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", memmap, *words], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    faults += faults_of(run, out, done, None, "closed standard output")
    read, write = os.pipe()
    os.close(read)
    done = commands.execute(memmap, words, stdout=write)
    os.close(write)
    if done.returncode not in (good.returncode, 2):  # as `| head` does
        faults.append(f"{run.name} into a closed pipe: status {done.returncode}")
    return faults, 3


def failures(memmap, library, run, each, inputs, scratch, rng):
    found, count = failing_calls(memmap, library, run, each, inputs, scratch, rng)
    more, others = ([], 0) if run.out else standard_output(memmap, run, inputs, scratch)
    return found + more, count + others


def check(memmap, arguments):
    return commands.check_all(failures, 4, "writes", memmap, arguments)


if __name__ == "__main__":
    sys.exit(commands.main_of(check))
