"""What the tests of share/cluster have in common: the sweep on one machine, which those on many must equal."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
SHARE = os.path.join(SOURCE, "share/cluster")
MATRIX = os.path.join(HERE, "matrix.yaml")
SHARES = 8
COMBINATIONS = 20000
STATUS = 1  # of the whole, and of each share: some combinations fail


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def on_one_machine(memmap, folder, matrix=MATRIX):
    """The bytes of the whole sweep, made by one process."""
    path = os.path.join(folder, "one.jsonl")
    status = subprocess.run([memmap, "sweep", matrix, "--force", "--output", path], check=False,
                            stdin=subprocess.DEVNULL).returncode
    same("exit status", status, STATUS)
    rows = content(path)
    same("rows of one machine", rows.count(b"\n"), COMBINATIONS + 2)
    return rows


def same(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got!r}, expected {want!r}")


def same_rows(what, path, want):
    got = content(path)
    if got != want:
        for number, (a, b) in enumerate(zip(got.splitlines(), want.splitlines()), 1):
            if a != b:
                sys.exit(f"{what}: line {number}: {a!r}, expected {b!r}")
        sys.exit(f"{what}: {len(got)} bytes, expected {len(want)}")
