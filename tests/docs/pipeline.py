"""Runs a command of the book without a shell: `memmap ...`, and `head`, `tail`, `sed` or `grep` behind it.

What a shell would expand, write to or start is refused: the pages are run wherever they are tested.
"""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FILTERS = ("head", "tail", "sed", "grep")
WRITERS = ("capture", "frames", "plugin new")
TOKEN = re.compile(r"""[ \t]*(?:(?P<bar>\|)|(?P<quiet>2>/dev/null)(?=\s|$)|(?P<word>(?:'[^']*'|"[^"$`\\]*"|[\w./:=,+%@^-])+))""")
# Of sed what prints; `w`, `e` and options that write would reach beyond the page.
SED = re.compile(r"-n (?:\d+|\$|/[^/]*/)(?:,(?:\d+|\$|/[^/]*/))?p")
KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")


class Refused(Exception):
    """The command is none that a page may have; says why."""


def stages(command):
    """[(words, whether its errors are dropped)] of each part of the pipeline."""
    parts, at, quiet = [[]], 0, [False]
    while command[at:].strip(" \t"):
        found = TOKEN.match(command, at)
        if not found:
            raise Refused(f"only a shell would understand `{command[at:].strip()[:20]}`: {command}")
        at = found.end()
        if found["bar"]:
            parts.append([])
            quiet.append(False)
        elif found["quiet"]:
            quiet[-1] = True
        else:
            parts[-1].append(re.sub(r"'([^']*)'|\"([^\"]*)\"", lambda q: q[1] if q[2] is None else q[2], found["word"]))
    for i, words in enumerate(parts):
        if not words or (words[0] != "memmap" if i == 0 else words[0] not in FILTERS):
            raise Refused(f"not memmap, with {', '.join(FILTERS)} behind it: {command}")
        if words[0] == "sed" and not SED.fullmatch(" ".join(words[1:])):
            raise Refused(f"sed only as `sed -n FROM,TOp`: {command}")
    if " ".join(parts[0][1:]).startswith(WRITERS) or any(word.startswith(("-o", "--output")) for word in parts[0]):
        raise Refused(f"writes a file: {command}")
    return list(zip(parts, quiet))


def environment():
    """The same everywhere: 80 columns, no colour, nobody's settings."""
    return {**{name: os.environ[name] for name in KEPT if name in os.environ}, "COLUMNS": "80", "LC_ALL": "C.UTF-8"}


def run(command, memmap):
    """(status, output) in the repository's root, errors included; one part after the other, so that both are the same each time.

    The status is that of the last part that failed, as with bash's pipefail.
    """
    status, told, data = 0, b"", b""
    parts = stages(command)
    for i, (words, quiet) in enumerate(parts):
        program = [str(memmap)] if words[0] == "memmap" else [words[0]]
        alone = i == len(parts) - 1 and not quiet  # what is printed last keeps its order with its errors
        done = subprocess.run(program + words[1:], input=data, cwd=ROOT, env=environment(), timeout=120, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT if alone else subprocess.PIPE)
        told += b"" if alone or quiet else done.stderr
        data, status = done.stdout, done.returncode or status
    return status, (told + data).decode(errors="replace")
