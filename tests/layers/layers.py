#!/usr/bin/env python3
"""Every #include and every declared link is one that the table allows.

  layers.py SOURCES [--update]

The table is SOURCES/tests/layers/allowed.txt. Checked are all sources and headers of src, cli and
plugins; the DEPS and LIBS of each memmap_module(), which are what its includes need, no more and no
less; and CONTRIBUTING.md, which shows the table (--update writes it there).
"""
import fnmatch
import os
import re
import sys

SUFFIXES = (".cc", ".c", ".h", ".hpp", ".def")
TABLE = "tests/layers/allowed.txt"
SHOWN = re.compile(r"(?<=```layers\n).*?(?=```)", re.S)
# What C has and C++ has by another name: of no library.
PLAIN_C = ["stddef.h", "stdint.h", "stdlib.h", "string.h"]


class Table:
    """`folders` {pattern: (what it may include, libraries)}, `libraries` {name: (headers, CMake's name)}."""

    def __init__(self, text):
        sections = {"groups": {}, "folders": {}, "libraries": {}}
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if line.startswith("["):
                rows = sections[line.strip("[]")]
            elif line:
                name, *columns = (column.split() for column in line.split("|"))
                rows[name[0]] = columns
        groups = {name: columns[0] for name, columns in sections["groups"].items()}

        def spelt(names):
            return [member for name in names for member in groups.get(name, [name])]

        self.folders = {name: (spelt(may), libraries) for name, (may, libraries) in sections["folders"].items()}
        self.libraries = {name: (spelt(headers), cmake[0])
                          for name, (headers, cmake) in sections["libraries"].items()}

    def row(self, folder):
        """(what `folder` may include, its libraries), or None."""
        return next((row for name, row in self.folders.items() if fnmatch.fnmatch(folder, name)), None)

    def library_of(self, header):
        """The library that <header> belongs to, "" for the standard library's own, None for none known."""
        for name, (patterns, _) in self.libraries.items():
            if any(fnmatch.fnmatch(header, pattern) for pattern in patterns):
                return name
        return "" if header in PLAIN_C or not re.search(r"[/.]", header) else None


def includes(path):
    """(line number, `<` or `\"`, name) of each #include."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if found := re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line):
                yield number, found[1], found[2]


def sources_of(root):
    for top in ("src", "cli", "plugins"):
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(names):
                if name.endswith(SUFFIXES):
                    yield os.path.relpath(os.path.join(folder, name), root)


def folder_of(path):
    """src/input/log/dmesg.cc is of input/log; cli and plugins keep their names."""
    return os.path.dirname(path).removeprefix("src/")


def target_of(root, path, name):
    """The file that `#include "name"` in `path` means, or None."""
    for base in ("src", "cli", os.path.dirname(path)):
        file = os.path.normpath(os.path.join(base, name))
        if not file.startswith("..") and os.path.exists(os.path.join(root, file)):
            return file
    return None


def allows(may, file):
    """A row names a folder, or one header of it."""
    return any(fnmatch.fnmatch(folder_of(file), name) or file.removeprefix("src/") == name for name in may)


def check_includes(root, table, used):
    """The faults of every #include; used {top folder: (folders, libraries)} is filled."""
    faults = []
    for path in sources_of(root):
        folder = folder_of(path)
        row = table.row(folder)
        if row is None:
            faults.append(f"{path}: the folder {folder} has no row in {TABLE}")
            continue
        may, libraries = row
        folders, uses = used.setdefault(folder.split("/")[0], (set(), set()))
        for number, quote, name in includes(os.path.join(root, path)):
            where = f"{path}:{number}"
            if quote == '"':
                file = target_of(root, path, name)
                if file is None:
                    faults.append(f'{where}: no file "{name}" in src, cli or beside it')
                    continue
                if folder_of(file) != folder and not allows(may, file):
                    faults.append(f'{where}: {folder} may not include "{name}"')
                else:
                    folders.add(folder_of(file).split("/")[0])
                continue
            library = table.library_of(name)
            if library is None:
                faults.append(f"{where}: <{name}> is of no library in {TABLE}")
            elif library and library not in libraries:
                faults.append(f"{where}: {folder} may not use {library}")
            elif library:
                uses.add(library)
                if library != "system" and path.endswith((".h", ".hpp")):
                    faults.append(f"{where}: {library} in a header")
    return faults


def declared(root, top):
    """(CMakeLists.txt, folders, libraries) that `top` says it links; None in place of the two where it
    says nothing."""
    path = os.path.join("cli" if top == "cli" else f"src/{top}", "CMakeLists.txt")
    with open(os.path.join(root, path), encoding="utf-8") as file:
        call = re.search(rf"memmap_module\({top}\b[^)]*\)|target_link_libraries\(memmap(?:_cli)?\b[^)]*\)", file.read())
    if not call:
        return path, None, None
    links = [word.removeprefix("memmap_") for word in re.split(r"[\s()]+", call[0])[2:] if word]
    links = set(links) - {"PRIVATE", "PUBLIC", "DEPS", "LIBS", "options"}
    folders = {name for name in links if os.path.isdir(os.path.join(root, "src", name))}
    return path, folders, links - folders


def check_links(root, table, used):
    """Each folder of src, and cli, links what its includes need."""
    faults = []
    for top, (folders, uses) in sorted(used.items()):
        if top == "plugins":
            continue
        path, deps, libs = declared(root, top)
        if deps is None:
            faults.append(f"{path}: no memmap_module({top} ...)")
            continue
        wanted = folders - {top}
        faults += [f"{path}: links {name}: no include needs it" for name in sorted(deps - wanted)]
        faults += [f"{path}: does not link {name}, which is included" for name in sorted(wanted - deps)]
        faults += [f"{path}: links {name}: no include needs it" for name in sorted(libs)
                   if name not in {table.libraries[use][1] for use in uses}]
        faults += [f"{path}: does not link {table.libraries[name][1]}, for {name}" for name in sorted(uses)
                   if name != "system" and table.libraries[name][1] not in libs]
    return faults


def check_shown(root, text, update):
    """CONTRIBUTING.md shows the table."""
    path = os.path.join(root, "CONTRIBUTING.md")
    with open(path, encoding="utf-8") as file:
        page = file.read()
    shown = SHOWN.search(page)
    if shown and shown[0] == text:
        return []
    if not shown or not update:
        return [f"CONTRIBUTING.md: the block ```layers is not {TABLE}; layers.py {root} --update writes it"]
    with open(path, "w", encoding="utf-8") as file:
        file.write(page[:shown.start()] + text + page[shown.end():])
    return []


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    root = sys.argv[1]
    with open(os.path.join(root, TABLE), encoding="utf-8") as file:
        text = file.read()
    table, used = Table(text), {}
    faults = check_includes(root, table, used)
    faults += check_links(root, table, used)
    faults += check_shown(root, text, "--update" in sys.argv)
    if faults:
        sys.exit("\n".join(faults) + f"\n{len(faults)} faults; who may include whom: {TABLE}")
    print(f"{sum(1 for _ in sources_of(root))} files keep to {TABLE}")


if __name__ == "__main__":
    main()
