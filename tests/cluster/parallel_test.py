#!/usr/bin/env python3
"""share/cluster/parallel by GNU parallel: on this host, and on two that a stand-in for ssh reaches.

  parallel_test.py MEMMAP

Exit 77: GNU parallel is not installed.
"""
import os
import shutil
import subprocess
import sys
import tempfile

from sweep_here import HERE, MATRIX, SHARE, SHARES, SOURCE, STATUS, content, on_one_machine, same, same_rows, skip

KILLED = 5


def dying(memmap, folder):
    """A program in `folder` that is memmap, but dies the first time that it runs share KILLED."""
    path = os.path.join(folder, "memmap")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexport REAL_MEMMAP='{memmap}' KILL_SHARE={KILLED}/{SHARES} KILL_FOLDER='{folder}'\n"
                   f"exec '{HERE}/killed_once.sh' \"$@\"\n")
    os.chmod(path, 0o755)
    return path


def sweep(folder, memmap, *options, matrix=MATRIX):
    return subprocess.run([os.path.join(SHARE, "parallel/sweep"), matrix, folder, str(SHARES), *options],
                          env=dict(os.environ, MEMMAP=memmap, SSH_HERE_LOG=os.path.join(folder, "hosts")),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


def joblog(folder):
    """Host and exit status by share, of the last run."""
    rows = [line.split("\t") for line in content(os.path.join(folder, "joblog")).decode().splitlines()[1:]]
    return {int(row[0]): (row[1], int(row[6])) for row in rows}


def on_this_host(memmap, want):
    with tempfile.TemporaryDirectory(prefix="memmap-rows-") as folder:
        rows = os.path.join(folder, "rows.jsonl")
        run = sweep(folder, dying(memmap, folder), "--retries", "1", "--jobs", "2")
        same(run.stdout, run.returncode, 2)
        same("failed shares", [k for k, (_, status) in sorted(joblog(folder).items()) if status != 0], [KILLED])
        same(run.stdout, f"status 137, signal 0, on :: share {KILLED}" in run.stdout, True)
        same("rows of a sweep that lacks a share", os.path.exists(rows), False)
        before = content(os.path.join(folder, f"share-{KILLED}.jsonl"))
        before = before[:before.rindex(b"\n") + 1]

        run = sweep(folder, dying(memmap, folder), "--jobs", "2")
        same(run.stdout, run.returncode, STATUS)
        same("rows before the kill are kept",
             content(os.path.join(folder, f"share-{KILLED}.jsonl")).startswith(before), True)
        same_rows("rows by the cores of one host", rows, want)

        # Rows of another matrix are not taken for those of this one.
        other = os.path.join(folder, "other.yaml")
        with open(other, "w", encoding="utf-8") as file:
            file.write(content(MATRIX).decode().replace("78..2", "76..2").replace("../../maps", f"{SOURCE}/maps"))
        run = sweep(folder, memmap, "--retries", "1", matrix=other)
        same(run.stdout, (run.returncode, os.path.exists(rows)), (2, False))


def on_two_hosts(memmap, want):
    with tempfile.TemporaryDirectory(prefix="memmap-rows-") as folder:
        run = sweep(folder, dying(memmap, folder), "--ssh", os.path.join(HERE, "ssh_here.sh"), "-S", "1/here,1/there")
        same(run.stdout, run.returncode, STATUS)
        same("hosts", {host for host, _ in joblog(folder).values()}, {"here", "there"})
        same("a share was killed", os.path.exists(os.path.join(folder, "killed/rows")), True)
        same("starts", len(content(os.path.join(folder, "hosts")).split()), SHARES + 1)
        same_rows("rows of two hosts", os.path.join(folder, "rows.jsonl"), want)


def main(memmap):
    if not shutil.which("parallel") or "GNU" not in subprocess.run(
            ["parallel", "--version"], capture_output=True, text=True, check=False).stdout:
        skip("package that lacks: parallel")
    with tempfile.TemporaryDirectory(prefix="memmap-rows-") as folder:
        want = on_one_machine(memmap, folder)
    on_this_host(memmap, want)
    on_two_hosts(memmap, want)
    print(f"{len(want)} bytes, as by one process")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
