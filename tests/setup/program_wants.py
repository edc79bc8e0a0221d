#!/usr/bin/env python3
"""Configuring for tools/run wants nothing that building memmap does not need.

  program_wants.py CMAKE SOURCES

Configures the preset `program` in a folder of its own, with the packages of tests and benchmarks
hidden. Then, where dpkg is: each file that CMake found belongs to a package that stands in the section
[build] of tools/packages.txt, or that one of those depends on; else a fresh machine lacks it.
"""
import os
import re
import subprocess
import sys
import tempfile

# Hidden even where [build] would bring them: tests and benchmarks alone may ask for these.
NOT_FOR_BUILDING = ["Python", "Python3", "GTest", "benchmark"]

# A folder of more packages than this, as /usr/include, tells of none.
SHARED = 3


def configure(cmake, sources, folder):
    hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in NOT_FOR_BUILDING]
    run = subprocess.run([cmake, "--preset", "program", "-S", sources, "-B", folder, *hidden], cwd=sources,
                         capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"configuring the preset `program` fails where tests' packages are missing:\n{run.stdout}{run.stderr}")


def found_files(folder, sources):
    """{file or folder: the name in CMake's cache} of all that CMake found outside of this tree."""
    out, ours = {}, (os.path.realpath(folder), os.path.realpath(sources))
    with open(os.path.join(folder, "CMakeCache.txt"), encoding="utf-8") as file:
        for line in file:
            entry = re.match(r'"?([^:"]+)"?:\w+=(/.*)', line.rstrip("\n"))
            if not entry:
                continue
            path = entry[2]
            if os.path.exists(path) and not os.path.realpath(path).startswith(ours):
                out.setdefault(path, entry[1])
    return out


def owners(path):
    """The packages that a file or a folder belongs to, or what it links to where it belongs to none."""
    real = os.path.realpath(path)
    names = [path, path.removeprefix("/usr"), real, real.removeprefix("/usr")]  # /lib is /usr/lib
    for name in names:
        run = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
        for line in run.stdout.splitlines():
            packages, _, file = line.partition(": ")
            if file == name:
                return [package.split(":")[0] for package in packages.split(", ")]
    return []


def listed(sources):
    with open(os.path.join(sources, "tools/packages.txt"), encoding="utf-8") as file:
        section = file.read().split("\n[build]", 1)[1].split("\n[", 1)[0]
    return [line.split("#")[0].strip() for line in section.splitlines()[1:] if line.split("#")[0].strip()]


def with_dependencies(packages):
    """The packages, what no Debian is without, and all that these depend on, as they are installed here."""
    shown = subprocess.run(["dpkg-query", "--show", "--showformat",
                            "${Package}\t${Essential}\t${Provides}\t${Pre-Depends}, ${Depends}\n"],
                           capture_output=True, text=True, check=True).stdout
    wants, provider = {}, {}
    todo = list(packages)
    for line in shown.splitlines():
        name, essential, provides, depends = line.split("\t")
        todo += [name] if essential == "yes" else []
        wants[name] = re.findall(r"[a-z0-9][a-z0-9.+-]+", re.sub(r"\([^)]*\)|:\w+", "", depends))
        for virtual in re.findall(r"[a-z0-9][a-z0-9.+-]+", re.sub(r"\([^)]*\)", "", provides)):
            provider.setdefault(virtual, []).append(name)
    have = set()
    while todo:
        name = todo.pop()
        if name not in have:
            have.add(name)
            todo += wants.get(name, []) + provider.get(name, [])
    return have


def main():
    cmake, sources = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        configure(cmake, sources, folder)
        found = found_files(folder, sources)
    try:
        allowed = with_dependencies(listed(sources))
    except FileNotFoundError:
        print("no dpkg here: what was found is not looked up")
        return
    unlisted = []
    for path, entry in sorted(found.items()):
        packages = owners(path)
        if len(packages) > SHARED:
            continue
        print(f"{entry}: {path}: {', '.join(packages) or 'of no package'}")
        if packages and not allowed & set(packages):
            unlisted.append(f"{entry} is {path}, of {', '.join(packages)}")
    if unlisted:
        sys.exit("not in [build] of tools/packages.txt, nor what a package there depends on:\n  " +
                 "\n  ".join(unlisted))


main()
