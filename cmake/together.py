"""Compiles several sources at once: most of the time of a build from nothing goes into their headers.

  python3 cmake/together.py TARGETS FOLDER

TARGETS has a line for each target, of its name and its sources with a semicolon between any two. In FOLDER/TARGET come files
to compile in place of up to eight of them: their headers, then the sources themselves. Prints for CMake what each target
is compiled of then. together.cmake calls it; tools/tidy uses it too.

Sources go together that no name hinders which one of them has for itself. That is read off their text, as this project is
laid out: such a name stands in an unnamed namespace, without indentation. Where that says too much, a source goes elsewhere;
where it says too little, the compiler finds a name twice.
"""
import functools
import itertools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "cli", "plugins", "tests")
AT_ONCE = 8

NAME = re.compile(  # what a line without indentation declares: a type, a macro, or a function or an object
    r"^(?:template <.*> )?(?:struct|class|enum class|enum|union) (\w+)|^using (\w+) = |^#define (\w+)"
    r"|\b(k[A-Z]\w*) =\s|^(?! |using |static_assert|alignas)(?:[\w:<>,&*\[\] ]+?[ &*])?(\w+)(?:\(|\[| =\s|\{|;)", re.M)
UNNAMED = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.S | re.M)
TEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|INSTANTIATE_TEST_SUITE_P)\((\w+), *(\w+)", re.M)
NO_CODE = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"')
FREE = re.compile(r"(?<![\w.:>])([A-Z]\w*|k[A-Z]\w*|\w+(?=\())")  # types, constants, calls; no members, nothing that says whose it is
NAMESPACE = re.compile(r"^namespace ([\w:]+) \{", re.M)
OURS = re.compile(r'^#include "(.*\.h(?:pp)?)"$', re.M)
HEADER = re.compile(r'^#include (?:<\S+>|"\S+\.h(?:pp)?")$', re.M)


def names_of(text):
    return {next(filter(None, found)) for found in NAME.findall(NO_CODE.sub("", text))}


@functools.cache
def names_of_headers():
    headers = (h for folder in FOLDERS for h in (ROOT / folder).rglob("*.h*"))
    return frozenset().union(*(names_of(header.read_text()) for header in headers))


@functools.cache
def names_in(header):
    """Of one of ours, and of those that it includes: (namespace, name)."""
    place = next((p for folder in FOLDERS if (p := ROOT / folder / header).exists()), None)
    if place is None:
        return frozenset()
    text = place.read_text()
    own = ((space, name) for space in NAMESPACE.findall(text)[:1] for name in names_of(text))
    return frozenset(own).union(*map(names_in, OURS.findall(text)))


class Names:
    """Of a source: those that it has for itself, and those that it uses."""

    def __init__(self, text):
        self.bare = bare = NO_CODE.sub("", text)
        names = set().union(*(names_of(unnamed) for unnamed in UNNAMED.findall(text)))
        self.using = {target.split(":")[-1]: target for target in re.findall(r"^using ([\w:]+);", bare, re.M)}
        self.using |= dict(re.findall(r"^(?:using|namespace) (\w+) = ([^;]+);", bare, re.M))
        self.local = {n for n in names - self.using.keys() if n.upper() != n and n != "PrintTo"}  # TEST(), overloads
        self.macros = set(re.findall(r"^#define (\w+)", bare, re.M))
        # What follows may read otherwise.
        self.touches_all = bool(self.macros or re.search(r"^using (?:namespace|enum) ", bare, re.M))
        self.single = {f"{suite}_{name}" for suite, name in TEST.findall(bare)} | set(re.findall(r"^int (main)\(", bare, re.M))
        self.rows = set()  # of the tables of words that it includes
        for rows in re.findall(r'^#include "(.*\.def)"', text, re.M):
            self.rows |= set(re.findall(r"\w+", (ROOT / "src" / rows).read_text()))
        self.free = set(FREE.findall(bare)) | self.rows
        space = next(iter(NAMESPACE.findall(text)), "").split("::")
        self.spaces = ["::".join(space[:depth]) for depth in range(1, len(space) + 1)]  # its own, and those around it
        self.seen = frozenset().union(*map(names_in, OURS.findall(text)))
        self.headers = HEADER.findall(re.sub(r"^#if.*?^#endif", "", text, flags=re.S | re.M))

    def can_be_with(self, other):
        return self.leaves_alone(other) and other.leaves_alone(self) and all(
            other.using.get(name, target) == target for name, target in self.using.items())

    def leaves_alone(self, other):
        """No name of this one is another's, or hides what the other means by it."""
        twice = (self.local | self.single) & (other.local | other.single | other.using.keys())
        meant = (self.local | self.using.keys() - other.using.keys()) & other.free & names_of_headers()
        shadowed = {name for name in self.local & other.free if re.match("k[A-Z]", name)}
        another = any(name in other.seen and name not in self.seen
                      for name in itertools.product(self.spaces, self.local | self.using.keys()))
        return not (twice or meant or shadowed or another)


def groups_of(sources, can_be_together, most):
    """Lists of at most `most` of them, each source in the first where it can be with all."""
    out = []
    for source in sources:
        place = next((group for group in out if len(group) < most and all(can_be_together(source, s) for s in group)), None)
        if place is None:
            out.append([source])
        else:
            place.append(source)
    return out


def headers_of(sources):
    """Lines that include what these (file, Names) include, to stand before them: none is read amid names of sources."""
    lines = {}
    for file, names in sources:
        for header in names.headers:
            beside = re.match(r'#include "(.*)"', header)
            near = beside and file.parent / beside[1]
            lines[f'#include "{near}"' if near and near.exists() else header] = None
    return list(lines)


def is_ours(file):
    path = pathlib.Path(file)
    return path.suffix == ".cc" and path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in FOLDERS


def main():
    targets, folder = map(pathlib.Path, sys.argv[1:])
    for line in targets.read_text().splitlines():
        target, *files = line.split(";")
        compiled = [f for f in files if not is_ours(f)]  # what is generated too, which ninja has to know of
        ours = [(pathlib.Path(f), Names(pathlib.Path(f).read_text())) for f in sorted(filter(is_ours, set(files)))]
        compiled += [str(file) for file, names in ours if names.touches_all]
        number = 0
        for group in groups_of([s for s in ours if not s[1].touches_all], lambda a, b: a[1].can_be_with(b[1]), AT_ONCE):
            if len(group) == 1:
                compiled.append(str(group[0][0]))
                continue
            number += 1
            unit = folder / target / f"{number}.cc"
            unit.parent.mkdir(parents=True, exist_ok=True)
            text = "\n".join([*headers_of(group), *(f'#include "{file}"' for file, _ in group), ""])
            if not unit.exists() or unit.read_text() != text:
                unit.write_text(text)
            compiled.append(str(unit))
        print(f'set_property(TARGET {target} PROPERTY SOURCES "{";".join(compiled)}")')


if __name__ == "__main__":
    main()
