#!/usr/bin/env python3
"""SIGKILL at any moment of a command that writes: the old file or the new one is there, whole; rows of a sweep are
gone on with; the next run is not disturbed by what was left.

  kill_test.py MEMMAP [--times N] [--only NAME] [--seed S]      default: 40
"""
import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import commands


def killed(memmap, words, after):
    child = subprocess.Popen([memmap, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    return child.returncode == -signal.SIGKILL


class Case:
    def __init__(self, memmap, run, inputs, scratch):
        self.memmap, self.run = memmap, run
        self.out = scratch / run.name
        self.words = commands.words_of(run, inputs, self.out)
        commands.fresh(run, self.out)
        began = time.monotonic()
        commands.execute(memmap, self.words)
        self.seconds = time.monotonic() - began
        self.whole = self.look()

    def look(self):
        path = self.out / self.run.out
        if self.run.out.endswith(".sqlite"):
            return commands.rows_of_database(path) if path.exists() else None
        return commands.content(path)

    def once(self, after):
        """Whether it was killed before its end, and what is wrong then."""
        run = self.run
        commands.fresh(run, self.out)
        was = killed(self.memmap, self.words, after)
        if run.name == "sweep":
            done = commands.execute(self.memmap, [*self.words, "--resume"])
            if done.returncode != 0 or self.look() != self.whole:
                return was, f"it is not gone on with: {done.stderr[:120]!r}"
            return was, None
        if run.name == "sweep_db":
            if isinstance(self.look(), str):
                return was, self.look()
            done = commands.execute(self.memmap, [*self.words, "--resume"])
            if done.returncode != 0 or self.comparable(self.look()) != self.comparable(self.whole):
                return was, f"the next run has other rows: {done.stderr[:120]!r}"
            return was, None
        if self.look() not in (commands.OLD if run.over else None, self.whole):
            return was, "what is there is not whole"
        if not run.over and self.look() is not None:
            return was, None
        done = commands.execute(self.memmap, self.words)
        if self.look() != self.whole:
            return was, f"the next run fails: {done.stderr[:120]!r}"
        return was, None

    @staticmethod
    def comparable(rows):
        """Without the numbers and times of runs."""
        return len(rows), sorted(len(r) for t, r in rows.items() if t.startswith("row")) if isinstance(rows, dict) else rows


def check(memmap, arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--only")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    faults, hit = [], 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        inputs = scratch / "in"
        commands.prepare(inputs)
        cases = [Case(os.path.abspath(memmap), r, inputs, scratch) for r in commands.RUNS
                 if r.out and options.only in (None, r.name)]
        lock = threading.Lock()

        def work(mine):
            nonlocal hit
            for number in range(options.times):
                case = cases[number % len(cases)]
                if hash(case.run.name.encode()[0]) % 2 != mine and len(cases) > 1:
                    continue
                with lock:
                    after = rng.uniform(0, case.seconds * 1.1)
                was, why = case.once(after)
                with lock:
                    hit += was
                    if why:
                        faults.append(f"{case.run.name} killed after {after * 1000:.1f} ms: {why}")

        threads = [threading.Thread(target=work, args=(i,)) for i in range(2 if len(cases) > 1 else 1)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    print(f"{options.times} runs of {len(cases)} commands, {hit} killed before their end, {len(faults)} wrong")
    return faults


if __name__ == "__main__":
    sys.exit(commands.main_of(check))
