#!/usr/bin/env python3
"""Whatever 1 MiB holds, every command that reads it ends within 2 seconds and 256 MiB, with 0, 1 or 2.

  bounds.py MEMMAP [--all] [--only PATTERN] [--seconds S] [--mib M] [--jobs N] [--keep DIR] [--verbose]

Without --all only those inputs that inputs.py calls quick. Time is the processor's, of the program and its
children: others may use the machine meanwhile.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time

from inputs import inputs

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PATIENCE = 30  # seconds after which a run is ended


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def measure(command):
    """Exit status (negative: a signal), seconds, MiB, the first line of standard error."""
    with tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err,
                                 preexec_fn=limits, env={**os.environ, "LC_ALL": "C"})
        late = threading.Timer(PATIENCE, child.kill)
        late.start()
        _, status, used = os.wait4(child.pid, 0)
        late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        said = err.read(300).decode("utf-8", "replace").split("\n")[0]
        return child.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("memmap")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", default="*")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--mib", type=float, default=256)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", help="write the inputs there, and leave them")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()

    chosen = [i for i in inputs() if (options.all or i.quick or options.only != "*") and
              fnmatch.fnmatch(i.name, options.only)]
    if not chosen:
        sys.exit(f"no input is called {options.only}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)

        def attack(item):
            path = folder / item.file()
            runs = item.runs if options.all or options.only != "*" else item.runs[:3]
            out = []
            for run in runs:
                words = [w.replace("{maps}", str(ROOT / "maps")).replace("{}", str(path)) for w in run]
                out.append((item.name, run, measure([options.memmap, *words])))
            if not options.keep:
                path.unlink()
            return out

        # By a process of its own: whoever is forked is taken to have used what its parent has.
        subprocess.run([sys.executable, "-B", HERE / "inputs.py", folder, *(i.name for i in chosen)], check=True)
        began = time.time()
        count, failed, worst = 0, 0, (0.0, 0.0)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for future in concurrent.futures.as_completed([pool.submit(attack, i) for i in chosen]):
                for name, run, (status, seconds, mib, said) in future.result():
                    count += 1
                    worst = (max(worst[0], seconds), max(worst[1], mib))
                    bad = seconds > options.seconds or mib > options.mib or status not in (0, 1, 2)
                    failed += bad
                    if bad or options.verbose:
                        print(f"{'FAILED' if bad else 'ok    '} {seconds:6.2f} s {mib:6.0f} MiB exit {status:3} "
                              f"{name:32} {' '.join(run)[:60]} | {said[-90:]}", flush=True)
    print(f"{count} runs of {len(chosen)} inputs in {time.time() - began:.0f} s: at most {worst[0]:.2f} s and "
          f"{worst[1]:.0f} MiB; {failed} beyond {options.seconds} s, {options.mib} MiB or with another status than 0 to 2")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
