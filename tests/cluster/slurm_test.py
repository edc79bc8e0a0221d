#!/usr/bin/env python3
"""share/cluster/slurm on a real Slurm: an array of 8, one task of which is killed and run again.

  slurm_test.py MEMMAP

Exit 77: Slurm is not installed.
"""
import os
import re
import sys
import tempfile
import time

from slurm import Slurm, missing
from sweep_here import HERE, MATRIX, SHARE, SHARES, STATUS, content, on_one_machine, same, same_rows, skip

KILLED = 3


def submit(slurm, folder, **variables):
    """Runs the recipe and waits until nothing is left to run. The jobs, the array's and the merge's; its exit status."""
    run = slurm.run(os.path.join(SHARE, "slurm/submit"), MATRIX, folder, str(SHARES), check=False,
                    variables=variables, timeout=90)
    wait(slurm)
    jobs = re.findall(r"job (\d+)", run.stdout)
    return jobs[0], jobs[-1], run.returncode


def wait(slurm):
    end = time.monotonic() + 60
    while slurm.run("squeue", "--noheader").stdout.strip():
        if time.monotonic() > end:
            sys.exit("jobs do not end:\n" + slurm.run("squeue").stdout + slurm.log())
        time.sleep(0.1)


def by_its_variables(slurm, memmap, folder, want):
    """--shard auto in an array whose indices are any."""
    line = f"{memmap} sweep {MATRIX} --shard auto --threads 1 --output {folder}/auto-$SLURM_ARRAY_TASK_ID.jsonl"
    slurm.run("sbatch", f"--output={folder}/auto-%a.log", f"--array=10-{10 + 2 * (SHARES - 1)}:2", "--wrap", line)
    wait(slurm)
    shares = [os.path.join(folder, f"auto-{10 + 2 * k}.jsonl") for k in range(SHARES)]
    rows = os.path.join(folder, "auto.jsonl")
    same("merge", slurm.run(memmap, "sweep", "--merge", *shares, "--output", rows, check=False).returncode, STATUS)
    same_rows("rows by --shard auto", rows, want)


def states(slurm, array):
    return {k: slurm.job(f"{array}_{k}")["JobState"] for k in range(1, SHARES + 1)}


def main(memmap):
    if missing():
        skip("packages that lack: " + " ".join(missing()))
    with tempfile.TemporaryDirectory(prefix="memmap-rows-") as folder:
        want = on_one_machine(memmap, folder)
        variables = {"MEMMAP": os.path.join(HERE, "killed_once.sh"), "REAL_MEMMAP": memmap,
                     "KILL_SHARE": f"{KILLED}/{SHARES}", "KILL_FOLDER": folder}
        rows, share = os.path.join(folder, "rows.jsonl"), os.path.join(folder, f"share-{KILLED}.jsonl")
        with Slurm() as slurm:
            # A share dies: Slurm says so, the merge refuses, and nothing looks like a result.
            array, merge, status = submit(slurm, folder, WAIT="1", **variables)
            same("exit status", status, 2)
            same("tasks", states(slurm, array),
                 {k: "FAILED" if k == KILLED else "COMPLETED" for k in range(1, SHARES + 1)})
            nodes = {slurm.job(f"{array}_{k}")["NodeList"] for k in range(1, SHARES + 1)}
            same("nodes", nodes, {"n1", "n2"})
            job = slurm.job(merge)
            same("merge", (job["JobState"], job["ExitCode"]), ("FAILED", "2:0"))
            log = content(os.path.join(folder, f"log/merge-{merge}.log")).decode()
            same(log, f"{KILLED}" in log and "share" in log, True)
            same("rows of a sweep that lacks a share", os.path.exists(rows), False)

            # Run again, it goes on, and the merge is what one machine writes.
            before = content(share)
            before = before[:before.rindex(b"\n") + 1]
            same("rows before the kill", 10 < before.count(b"\n") < 2500, True)
            slurm.run("scontrol", "requeue", f"{array}_{KILLED}")
            _, merge, _ = submit(slurm, folder, MERGE_AFTER=array, **variables)
            same("tasks", states(slurm, array), {k: "COMPLETED" for k in range(1, SHARES + 1)})
            job = slurm.job(merge)
            same("merge", (job["JobState"], job["ExitCode"]), ("FAILED", f"{STATUS}:0"))
            same("rows before the kill are kept", content(share).startswith(before), True)
            same_rows("rows of the array", rows, want)
            by_its_variables(slurm, memmap, folder, want)
    print(f"{len(want)} bytes, as on one machine; share {KILLED} went on behind {before.count(b'%c' % 10)} lines")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
