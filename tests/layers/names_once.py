"""Two types of one name in one namespace are one to the linker, which keeps the functions of either: each has one
definition, or stands in an unnamed namespace.

    names_once.py ROOT
"""
import collections
import pathlib
import re
import sys

TYPE = re.compile(r"(?:template .*> *)?(?:struct|class|enum class|enum|union) (?:\[\[\w+\]\] )?(\w+)\b(?!::|<)[^;(]*(?:\{|$)")
OPENS = re.compile(r"namespace ([\w:]*) ?\{")


def types_of(path):
    """(namespace, name, line) of each type at the top of a named namespace."""
    spaces = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if opened := OPENS.match(line):
            spaces.append(opened[1] or None)
        elif line.startswith("}  // namespace"):
            spaces.pop()
        elif None not in spaces and spaces and (found := TYPE.match(line)):
            yield "::".join(spaces), found[1], number


def main():
    root = pathlib.Path(sys.argv[1])
    places = collections.defaultdict(list)
    for folder in ("src", "cli", "plugins"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc", ".hpp"):
                for space, name, line in types_of(path):
                    places[space, name].append(f"{path.relative_to(root)}:{line}")
    faults = 0
    for (space, name), where in places.items():
        if len(where) > 1:
            print(f"{space}::{name} is defined at {' and '.join(where)}")
            faults += 1
    print(f"{len(places)} types, {faults} defined more than once")
    return 1 if faults or not places else 0


if __name__ == "__main__":
    sys.exit(main())
