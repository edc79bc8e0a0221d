#!/usr/bin/env python3
"""Folders of gathered machines load, and nothing that matters is said about them.

  loads.py MEMMAP KERNELS BOOTS

Each BOOTS/ID/machine is simulated with --machine, as it is and packed into a tar, which must give the
same. Nothing may be on standard error; notes tell of defaults, of the kernel and of parameters without effect; a warning is one
that the real kernel printed too (expected/dmesg.txt).
"""
import io
import json
import os
import re
import subprocess
import sys
import tarfile

import each

# Defaults that the folders leave: they hold no MTRR default type, and some no first page.
DEFAULTS = ("default: MTRRs leave", "default: the BIOS left base memory")
# A boot whose command line is longer than a record of the log tells so, rightly, and that the file
# has another.
CUT = ("the kernel's log cut the command line", "the log's command line differs from cmdline")
# Warnings in our own words: the kernel loses what finds no place without one.
OURS = ("e820: the table's ",)


def simulate(memmap, kernels, machine, kernel, stdin=None):
    run = subprocess.run([memmap, "simulate", "--machine", machine, "--kernel",
                          os.path.join(kernels, kernel + ".yaml"), "--format", "json"],
                         input=stdin, capture_output=True)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def said(report):
    return [e["text"] for e in report["events"]
            if e["severity"] in ("warning", "panic") and not e["text"].startswith(OURS)]


def allowed(notes):
    return DEFAULTS + ("kernel: ", "command line: ", "crashkernel=: it fits wherever", "memmap=nn!ss: of the machine's RAM") + (CUT if any(n.startswith(CUT[0]) for n in notes) else ())


def check(memmap, kernels, boot):
    machine = os.path.join(boot, "machine")
    with open(os.path.join(machine, "machine.json"), encoding="utf-8") as file:
        kernel = json.load(file)["kernel"]
    code, out, errors = simulate(memmap, kernels, machine, kernel)
    if code != 0 or errors:
        return [f"exit {code}: {errors.strip()}"]
    report = json.loads(out)
    faults = [f"note: {n}" for n in report["notes"] if not n.startswith(allowed(report["notes"]))]
    log = os.path.join(boot, "expected/dmesg.txt")
    if os.path.exists(log):
        with open(log, encoding="utf-8", errors="replace") as file:
            real = re.sub(r"^\[ *[\d.]+\] ", "", file.read(), flags=re.M)
        faults += [f"the kernel did not say: {text}" for text in said(report) if text not in real]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(machine, arcname="machine")
    code, out, errors = simulate(memmap, kernels, "-", kernel, packed.getvalue())
    if code != 0:
        return faults + [f"as a tar: {errors.strip()}"]
    tarred = json.loads(out)
    faults += [f"as a tar: other {key}" for key in report
               if key not in ("subject", "notes") and tarred[key] != report[key]]
    return faults


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    memmap, kernels, folder = sys.argv[1:]
    boots = each.boots_in(folder)
    each.report(lambda boot: check(memmap, kernels, boot), boots, os.path.basename, "machines")


main()
