"""Runs the examples of a document: every line that begins with `$ ` and runs memmap, or compares two files of its.

    examples.py --memmap PROGRAM DOCUMENT...

In Markdown they stand in ```console blocks, in a man page between .EX and .EE; those of the help are on the
page of the command. An example ends with status 0, or with the N of a comment `# exit N` after it. Lines that
follow it, up to the next example or the end of the block, are output: each must occur in the
program's, in that order; `...` stands for any lines. All examples of a document run in one folder,
in order, so that one may read what another wrote; prepare() says what lies there before.

An example that reads a file which only some machines have (/sys/...) is left out where it is missing.
"""

import argparse
import lzma
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RUN = r"\bmemmap\b|^cmp\b"  # what is run; other lines are for the reader alone


def blocks_of_markdown(text):
    for found in re.finditer(r"^```console\n(.*?)^```", text, re.M | re.S):
        yield text.count("\n", 0, found.start(1)) + 1, found[1]


def blocks_of_man_page(text):
    for found in re.finditer(r"^\.EX\n(.*?)^\.EE", text, re.M | re.S):
        plain = re.sub(r"\\f.", "", found[1])
        for roff, text_of in (r"\-", "-"), (r"\(ha", "^"), (r"\(ti", "~"), (r"\(ga", "`"), (r"\(aq", "'"), (r"\&", ""), (r"\e", "\\"):
            plain = plain.replace(roff, text_of)
        yield text.count("\n", 0, found.start(1)) + 1, plain


def examples_in(line_number, block):
    """(line, command, expected status, expected output lines) of each example in a block."""
    lines = block.split("\n")
    i = 0
    while i < len(lines):
        line = lines[i].strip()
        start = line_number + i
        i += 1
        if not line.startswith("$ "):
            continue
        command = line[2:]
        while command.endswith("\\") and i < len(lines):
            command = command[:-1] + lines[i].strip()
            i += 1
        status = 0
        if comment := re.search(r"\s+#\s*exit (\d+)\s*$", command):
            status = int(comment[1])
            command = command[: comment.start()]
        output = []
        while i < len(lines) and not lines[i].strip().startswith("$ "):
            if lines[i].strip() not in ("", "..."):
                output.append(lines[i].strip())
            i += 1
        yield start, command, status, output


def missing_file(command):
    """The absolute path that the command reads and this machine lacks, if any; or the program behind it, where it is not installed."""
    for program in re.findall(r"\| (jq|dot)\b", command):
        if not shutil.which(program):
            return program
    for word in shlex.split(command):
        if word.startswith(("/sys/", "/proc/", "/boot/", "/usr/lib/modules/")) and not os.path.exists(word):
            return word
    return None


def prepare(folder, memmap):
    """data/* and maps/; a log of two boots, compressed; `memmap` and a `dmesg` that needs no right."""
    shutil.copytree(HERE / "data", folder, dirs_exist_ok=True)
    (folder / "maps").symlink_to(ROOT / "maps")
    (folder / "kernel-parts").symlink_to(ROOT / "tests/kernels/6.1-made")
    shutil.copy(ROOT / "maps/qemu-pc-2nodes-6g.yaml", folder / "map.yaml")
    log = (folder / "boot.log").read_bytes()
    (folder / "boot.log.xz").write_bytes(lzma.compress(log + log.replace(b"[    0.", b"[    1.")))
    programs = folder / ".bin"
    programs.mkdir()
    (programs / "memmap").symlink_to(memmap)
    (programs / "dmesg").write_text(f"#!/bin/sh\nexec cat '{folder}/boot.log'\n")
    (programs / "dmesg").chmod(0o755)


def run(command, folder):
    """Runs a pipeline in the folder."""
    environment = dict(os.environ, PATH=f"{folder}/.bin:{os.environ['PATH']}", LC_ALL="C")
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder, env=environment, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, errors="replace",
    )


def not_found_in(output, expected):
    """The first expected line that does not follow the ones before it in the output."""
    lines = iter(" ".join(line.split()) for line in output.splitlines())
    for wanted in expected:
        wanted = " ".join(wanted.split())
        if not any(wanted == line for line in lines):
            return wanted
    return None


def check(name, examples, memmap):
    failures = ran = 0
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = pathlib.Path(name_of_folder)
        prepare(folder, memmap)
        for line, command, status, expected in examples:
            if not re.search(RUN, command):
                continue
            if gone := missing_file(command):
                print(f"{name}:{line}: left out, no {gone} here: {command}")
                continue
            ran += 1
            done = run(command, folder)
            lost = not_found_in(done.stdout, expected)
            if done.returncode != status:
                problem = f"exit status {done.returncode}, expected {status}"
            elif lost is not None:
                problem = f"output lacks, or has in another order: {lost}"
            else:
                print(f"{name}:{line}: good: {command}")
                continue
            failures += 1
            print(f"{name}:{line}: {problem}: {command}\n{done.stdout[:4000]}")
    if ran == 0:
        print(f"{name}: no example ran")
        failures += 1
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memmap", required=True, type=pathlib.Path)
    parser.add_argument("documents", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    memmap = arguments.memmap.resolve()

    failures = 0
    for document in arguments.documents:
        text = document.read_text(encoding="utf-8")
        blocks = blocks_of_markdown(text) if document.suffix == ".md" else blocks_of_man_page(text)
        examples = [e for line, block in blocks for e in examples_in(line, block)]
        failures += check(document.name, examples, memmap)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
