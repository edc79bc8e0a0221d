#!/usr/bin/env python3
"""Each row of what a profile holds says truly whether a boot asks for it.

  rows.py SOURCES

The rows are those of SOURCES/src/kernel/rows/*.def. One that acts (FLAG, STRUCT, ...) is asked for in
src or plugins, by its handle (`config::SMP`) or, through the plugins' ABI, by its name
(`has_config("PCI")`). A TOLD one is asked for at most by what makes, reads and checks profiles. A
plugin asks for no name without a row: that would be off in all kernels, and nobody would see it.
"""
import os
import re
import sys

ROWS = "src/kernel/rows"
# The namespace of a table's handles, and the first words of its rows that act. The number: how many
# columns make the name.
TABLES = {
    "constants": ("constant", {"CONSTANT": 1}),
    "functions": ("function", {"FUNCTION": 1, "VARIANT": 3}),
    "members": ("member", {"MEMBER": 2}),
    "options": ("config", {"FLAG": 1, "NUMBER": 1, "POWER_OF_TWO": 1, "TEXT": 1}),
    "structs": ("type", {"STRUCT": 1}),
    "symbols": ("symbol", {"SYMBOL": 1}),
}
# They hold a profile's values against each other, whether a boot asks for them or not.
MAKERS = ("src/profile/", "src/kernel/")


def rows_of(root, table):
    """(line number, name as the handle has it, whether it is only told of) of each row."""
    columns = TABLES[table][1]
    with open(os.path.join(root, ROWS, table + ".def"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = re.match(r"(\w+)\(([^\")]*)", line)
            if not row:
                continue
            kind, words = row[1], [word.strip() for word in row[2].split(",")]
            told = kind.startswith("TOLD")
            count = columns.get(kind.removeprefix("TOLD_"), 2 if table == "members" else 1)
            yield number, "_".join(words[:count]), told


def sources_of(root):
    """{path: text} of the sources that may ask."""
    out = {}
    for top in ("src", "plugins"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith((".cc", ".c", ".h", ".hpp")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        out[os.path.relpath(path, root)] = file.read()
    return out


def faults_of(root):
    asked, by_boot, named = set(), set(), {}
    for path, text in sources_of(root).items():
        handles = set(re.findall(r"\b(?:constant|function|member|config|type|symbol)::\w+", text))
        if path.startswith("plugins/"):
            for name in re.findall(r'\bhas_config\(\s*"(\w+)"', text):
                named.setdefault(name, path)
                handles.add("config::" + name)
        asked |= handles
        if not path.startswith(MAKERS):
            by_boot |= handles
    faults, count = [], 0
    for table, (space, _) in TABLES.items():
        for number, name, told in rows_of(root, table):
            count += 1
            handle = f"{space}::{name}"
            named.pop(name if space == "config" else None, None)
            if told and handle in by_boot:
                faults.append(f"{ROWS}/{table}.def:{number}: {name} is TOLD, but {handle} is asked for")
            if not told and handle not in asked:
                faults.append(f"{ROWS}/{table}.def:{number}: {name} acts, but nothing asks for {handle}: TOLD?")
    faults += [f'{path}: has_config("{name}"): no row of {ROWS}/options.def' for name, path in sorted(named.items())]
    return count, faults


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    count, faults = faults_of(sys.argv[1])
    if faults:
        sys.exit("\n".join(faults) + f"\n{len(faults)} faults")
    print(f"{count} rows say truly whether a boot asks for them")


if __name__ == "__main__":
    main()
