"""The help text, the man page and the completion name the same options and commands.

    options.py --memmap PROGRAM

What the program's help lists is the truth; each of the other two must have it, and nothing more.
"""

import argparse
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMMANDS = ("simulate", "show", "access", "convert", "replay", "verify", "lint", "kernel", "capture",
            "kernels", "formats", "compare", "walk", "diff", "check", "explain", "frames", "kaslr", "suggest", "kdump",
            "sweep", "plugin")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def options_of_help(memmap, command):
    """The options that begin a line of `memmap COMMAND --help`, with their aliases."""
    text = subprocess.run([memmap, command, "--help"], text=True, capture_output=True, check=True).stdout
    names = set()
    for line in text.splitlines():
        if re.match(r"\s+-", line):
            head = re.split(r"\s{2,}", line.strip())[0]
            names.update(OPTION.findall(head))
    return names - {"--help"}


def options_of_man_page():
    """The options that the page describes: those on the line after a .TP."""
    text = (ROOT / "share/man/memmap.1").read_text().replace(r"\-", "-").replace(r"\~", " ")
    return set(OPTION.findall("\n".join(re.findall(r"^\.TP\n(.*)$", text, re.M))))


def options_of_completion(command):
    text = (ROOT / "share/completions/memmap.bash").read_text()
    found = re.search(rf"^    {command}\)\n      options=\"(.*?)\"", text, re.M | re.S)
    return set(OPTION.findall(found[1])) - {"--help"} if found else set()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memmap", required=True, type=pathlib.Path)
    memmap = parser.parse_args().memmap.resolve()

    faults = []
    everything = set()
    for command in COMMANDS:
        truth = options_of_help(memmap, command)
        everything |= truth
        completion = options_of_completion(command)
        faults += [f"completion of {command} lacks {o}" for o in sorted(truth - completion)]
        faults += [f"completion of {command} has {o}, which the program has not" for o in sorted(completion - truth)]
    page = options_of_man_page()
    faults += [f"the man page lacks {o}" for o in sorted(everything - page)]
    faults += [f"the man page has {o}, which the program has not" for o in sorted(page - everything)]
    if not everything:
        faults.append("the help text lists no option")
    print("\n".join(faults) or f"{len(everything)} options agree")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
