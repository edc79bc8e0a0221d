"""Every command block of the documentation runs in a test, or not_run.txt says why it does not.

    commands.py [--list]     --list prints each command with what runs it

A command stands in a ```console block behind `$ `, in another block without a language, or in an indented one, where it
begins with a program's name. Run are those of ```console blocks that name memmap (or compare two files): book.py runs the book's, examples.py those
of the documents that EXAMPLES takes. All others want a row of not_run.txt, and each row a command.
"""

import fnmatch
import pathlib
import re
import sys

import examples

ROOT = examples.ROOT
DOCUMENTS = ["*.md", "share/**/*.md", "maps/*.md", "plugins/*/*.md", "bench/*.md"]
LEFT_OUT = ["CHANGELOG.md"]
EXAMPLES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "maps/README.md", "share/doc/*.md", "share/doc/stages/*.md"]
BOOK = "share/doc/book/"
# What a line of a block begins with that is a command.
COMMAND = re.compile(r"(?:\w+=\S+ )?(?:memmap|tools/\w+|build/\S+|share/\S+|bench/\w+|cmake|ctest|cc|c\+\+|make|git|docker|podman|kubectl|"
                     r"scontrol|sbatch|apt-get|dpkg|sudo|python3?|cat|cp|qemu\S*|jq|sqlite3)\s")
FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.M | re.S)


def blocks(text):
    """(line, language or nothing, lines) of each block."""
    for found in FENCE.finditer(text):
        # examples.py takes blocks that begin at the line's start.
        language = "" if found[1] and found[2] == "console" else found[2]
        yield text.count("\n", 0, found.start(3)) + 1, language, found[3].splitlines()
    plain = FENCE.sub(lambda m: "\n" * m[0].count("\n"), text).split("\n")
    within, blank = False, True
    for number, line in enumerate(plain, 1):
        within = bool(re.match(r" {3,}\S", line)) and (within or blank) and not re.match(r"\s*(?:[-*]|\d+\.)\s", line)
        blank = not line.strip()
        if within:
            yield number, "", [line]


def commands_of(path):
    """(line, command, whether the document's own test runs it) of each."""
    name = str(path.relative_to(ROOT))
    tested = name.startswith(BOOK) or any(fnmatch.fnmatch(name, pattern) for pattern in EXAMPLES)
    for start, language, lines in blocks(path.read_text(encoding="utf-8")):
        for at, line in enumerate(lines):
            words = line.strip()
            if language == "console" and words.startswith("$ "):
                yield start + at, words[2:], tested and re.search(examples.RUN, words[2:]) is not None
            elif language in ("", "sh", "bash", "shell") and COMMAND.match(words.removeprefix("$ ")):
                yield start + at, words, False


def main():
    rows = {}
    for number, line in enumerate((examples.HERE / "not_run.txt").read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            document, begins, why = (column.strip() for column in line.split("|", 2))
            rows[document, begins] = number
            for file in re.findall(r"`([\w./-]+/[\w./-]+)`", why):
                if not (ROOT / file).exists():
                    print(f"not_run.txt:{number}: no such file: {file}")
                    return 1
    faults, used, ran = [], set(), 0
    documents = sorted({path for pattern in DOCUMENTS for path in ROOT.glob(pattern)} - {ROOT / name for name in LEFT_OUT})
    for path in documents:
        name = str(path.relative_to(ROOT))
        for line, command, runs in commands_of(path):
            row = next((row for row in rows if fnmatch.fnmatch(name, row[0]) and command.startswith(row[1])), None)
            if "--list" in sys.argv:
                print(f"{name}:{line}: {'runs' if runs else f'not_run.txt:{rows[row]}' if row else '-'}: {command}")
            if row:
                used.add(row)
            ran += runs
            if not runs and row is None:
                faults.append(f"{name}:{line}: no test runs this: {command}\n  write it behind `$ ` in a ```console block, or a row of tests/docs/not_run.txt")
    faults += [f"not_run.txt:{number}: {row[0]} has no such command: {row[1]}" for row, number in rows.items() if row not in used]
    print("\n".join(faults) or f"{ran} commands run; {len(rows)} rows of not_run.txt")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
