"""The pages of the stages (share/doc/stages): their tables are read off the sources.

    stages.py              fails where a table is stale, or a stage, a file of steps or a step has no page
    stages.py --update     writes the tables

share/doc/stages/stages.txt says which files of the source a page tells of. Between the marks that begin with
`<!-- made:` a page has, of those files: the rows of src/boot/steps.cc whose function stands there, the kernel's functions
that they cite (`kernel: function(), file, version`), and the rows of src/kernel/differences.cc that they ask for. Each page
has the sections that HEADINGS names; index.md lists the pages.
"""

import collections
import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STAGES = ROOT / "share/doc/stages"
HEADINGS = ["What it takes", "What it makes", "Steps of the boot", "The kernel's functions", "What versions do differently",
            "What is not simulated", "How it is checked"]
ROOMS = "boot/x86 boot/mm boot/init boot/after".split()  # whose files of steps all have a page
OF_TABLES = ("differences.cc", "backports.cc", "behaviour.h", "steps.cc")  # that name differences and ask for none
STEP = re.compile(r'^    \{(\w+), +"([^"]+)", +(\w+), +("[^"]*"|\w+), +("[^"]*"|\w+), +(\w+), +([\w<>:]+)(?:, +("[^"]*"|\w+))?\}', re.M)
DIFFERENCE = re.compile(r'^    \{D\((\w+)\), +("[^"]*"|\w+), +("[^"]*"|\w+), +"[^"]*", +"([^"]*)", +("[^"]*"|\w+), +"((?:[^"\\]|\\.)*)"', re.M)
CONSTANT = re.compile(r'^constexpr (?:std::string_view|const char\*|auto) (k\w+) =\s*(?:"([^"]*)"|&Behaviour::(\w+)|(k\w+))', re.M)
CITED = re.compile(r"\b([a-z_]\w+)\(|\b((?:arch|drivers|fs|include|init|kernel|lib|mm)/[\w./-]+\.[chS])\b")
MADE = re.compile(r"<!-- made: (\w+) -->\n.*?<!-- end -->", re.S)


@functools.cache
def text_of(path):
    return path.read_text(encoding="utf-8")


def pages():
    """{page: what it tells of, as stages.txt has it}."""
    rows = {}
    for line in text_of(STAGES / "stages.txt").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            page, _, sources = line.partition("|")
            rows[page.strip()] = sources.split()
    return rows


def sources_of(name):
    """The files of `src/e820`, a folder, or of `src/boot/x86/e820`, a pair of header and source."""
    path = ROOT / name
    found = path.glob("*.*") if path.is_dir() else path.parent.glob(path.name + ".*")
    return sorted(p for p in found if p.suffix in (".c", ".cc", ".h"))


def named(path):
    """How a page names a source: without its ending."""
    return str(path.relative_to(ROOT).with_suffix(""))


class Sources:
    def __init__(self):
        self.pages = pages()
        self.page_of = {}  # of a source
        self.page_of_step = {}  # of a function of steps, where it is not its file's
        for page, names in self.pages.items():
            for name in names:
                file, _, step = name.partition(":")
                if step:
                    self.page_of_step[step] = page
                    continue
                found = sources_of(file)
                if not found:
                    raise SystemExit(f"stages.txt: {page}: there is no {file}")
                self.page_of.update(dict.fromkeys(found, page))
        steps = text_of(ROOT / "src/boot/steps.cc")
        self.constants = {k: value or (f"`{member}`" if member else other) for k, value, member, other in CONSTANT.findall(steps)}
        self.constants = {k: self.constants.get(value, value) for k, value in self.constants.items()}  # of one that names another
        self.steps = [self.step(row) for row in STEP.findall(steps)]
        if len(self.steps) != len(re.findall(r"^    \{k", steps, re.M)) or not all(s["phase"] and s["file"] for s in self.steps):
            raise SystemExit("src/boot/steps.cc: a row is written otherwise than stages.py reads it")
        self.differences = self.read_differences()
        self.citations = {path: self.cited_in(path) for path in self.page_of}
        self.file_of = self.files_of_functions()

    def value(self, column):
        return column.strip('"') if column.startswith('"') else self.constants.get(column, "")

    def step(self, row):
        phase, function, file, since, until, when, run, moves = row
        return {"phase": self.value(phase), "function": function, "file": self.value(file), "since": self.value(since),
                "until": self.value(until), "when": "" if when == "kAlways" else when, "run": run,
                "moves": self.value(moves) if moves else "", "source": None if run == "kNothing" else self.defined(run)}

    def defined(self, run):
        function = run.split("<")[0]
        for header in sorted((ROOT / "src/boot").rglob("*.h")):
            if re.search(rf"\bvoid {function}\(Boot&", text_of(header)):
                return header
        raise SystemExit(f"src/boot/steps.cc: no header of src/boot has {function}()")

    def page_of_row(self, step):
        """A step that takes nothing stands with those around it of the same phase: with the hand-over, or after it."""
        if step["source"] is None:
            return "tables" if self.steps.index(step) < self.index_of("memblock_free_all") else "after"
        return self.page_of_step.get(step["run"]) or self.page_of.get(step["source"])

    def index_of(self, function):
        return next(i for i, s in enumerate(self.steps) if s["function"] == function)

    def read_differences(self):
        text = text_of(ROOT / "src/kernel/differences.cc")
        known = {k: value for k, value, _, _ in CONSTANT.findall(text)}

        def value(column):
            return column.strip('"') if column.startswith('"') else known[column]
        return [{"name": n, "since": value(s), "until": value(u), "function": f, "file": value(p), "what": w.replace('\\"', '"')}
                for n, s, u, f, p, w in DIFFERENCE.findall(text)]

    @staticmethod
    def cited_in(path):
        """[(function, file or nothing)] of its comments that cite the kernel."""
        found = []
        for comment in re.findall(r"(?:^[ \t]*//.*\n)+|//.*", text_of(path), re.M):
            words = re.sub(r"^[ \t]*// ?", "", comment, flags=re.M)
            for cited in re.findall(r"kernel: (.*?)(?=kernel: |\Z)", words, re.S):
                waiting = []
                for function, file in CITED.findall(cited):
                    if function:
                        waiting.append(function)
                    else:
                        found += [(name, file) for name in waiting]
                        waiting = []
                found += [(name, None) for name in waiting]
        return found

    def files_of_functions(self):
        """{function: its files, the surest first}: as tables have it; where none has, as comments do, in which a file
        stands behind several functions, not all of them its own."""
        of_tables, of_comments = collections.defaultdict(list), collections.defaultdict(list)
        rules = re.findall(r'\{"(\w+)", +"([\w./-]+)', text_of(ROOT / "src/boot/rules.h"))
        rows = [(s["function"], s["file"]) for s in self.steps] + [(d["function"], d["file"]) for d in self.differences]
        for function, file in [*rules, *rows]:
            of_tables[function].append(file)
        for found in self.citations.values():
            for function, file in found:
                if file:
                    of_comments[function].append(file)
        return {**of_comments, **of_tables}

    def file_of_citation(self, function, file):
        known = self.file_of.get(function, [])
        return file if file in known else next(iter(known), "")

    def asked_on(self):
        """{difference: the sources that ask for it}, but for the rows of steps.cc."""
        asked = {d["name"]: set() for d in self.differences}
        words = re.compile(r"\b(?:" + "|".join(asked) + r")\b")
        for folder in ("src", "plugins"):
            for path in (ROOT / folder).rglob("*.*"):
                if path.suffix in (".c", ".cc", ".h") and path.name not in OF_TABLES:
                    for name in set(words.findall(text_of(path))):
                        asked[name].add(path)
        return asked

    def bounds_on(self, page):
        """The differences that begin or end a step of the page."""
        steps = [step for step in self.steps if self.page_of_row(step) == page]
        return {bound.strip("`") for step in steps for bound in (step["since"], step["until"]) if bound.startswith("`")}


def versions(since, until):
    def one(bound, no):
        return (no + bound) if bound.startswith("`") else bound
    first = one(since, "") if since.startswith("`") else since and f"from {in_words(since)}"
    last = one(until, "not ") if until.startswith("`") else until and f"before {in_words(until)}"
    return ", ".join(filter(None, (first, last))) or "all"


def in_words(versions_of):
    first, _, stable = versions_of.partition(" ")
    return f"{first} (stable {', '.join(stable.split())})" if stable else first


def table(head, rows):
    if not rows:
        return "None.\n"
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]) + "\n"


def steps_table(sources, page):
    rows = []
    for step in sources.steps:
        if sources.page_of_row(step) == page:
            moves = f"; then of `{step['moves']}()`" if step["moves"] else ""
            when = f"`{step['when']}`" if step["when"] else ""
            code = f"`{named(step['source'])}`" if step["source"] else "takes nothing"
            name = step["function"] if "." in step["function"] else step["function"] + "()"
            what = f": asks the trims of `{step['run'][11:-1]}`" if step["run"].startswith("trim<") else ""
            rows.append((f"`{name}`, `{step['file']}`{what}", f"`{step['phase']}()`", versions(step["since"], step["until"]) + moves, when, code))
    return table(("kernel function", "called by", "versions", "when", "code"), rows)


def functions_list(sources, page):
    """By the kernel's file, what the page's sources cite beside the steps."""
    by_file = collections.defaultdict(set)
    for path, found in sources.citations.items():
        if sources.page_of[path] == page:
            for function, file in found:
                by_file[sources.file_of_citation(function, file)].add(function)
    elsewhere = by_file.pop("", set())
    rows = [(f"`{file}`", ", ".join(f"`{name}()`" for name in sorted(names))) for file, names in sorted(by_file.items())]
    if elsewhere:
        rows.append(("of one of these or their headers", ", ".join(f"`{name}()`" for name in sorted(elsewhere))))
    return table(("file", "functions"), rows)


def differences_table(sources, page, asked):
    rows = []
    bounds = sources.bounds_on(page)
    of_steps = {name for other in sources.pages for name in sources.bounds_on(other)}
    for d in sources.differences:
        at = {path for path in asked[d["name"]] if sources.page_of.get(path) == page}
        if d["name"] in bounds:
            at.add(ROOT / "src/boot/steps.cc")
        if page == "index" and d["name"] not in of_steps:
            at = asked[d["name"]] if not any(path in sources.page_of for path in asked[d["name"]]) else set()
        if at:
            function = f"`{d['function']}()`, `{d['file']}`" if d["function"] else f"`{d['file']}`"
            rows.append((versions(d["since"], d["until"]), f"{d['what']} (`{d['name']}`)", function,
                         ", ".join(sorted({f"`{named(path)}`" for path in at}))))
    return table(("versions", "what those kernels do", "kernel function", "asked in"), rows)


def made(sources, page, kind, asked):
    if kind == "steps":
        return steps_table(sources, page)
    if kind == "functions":
        return functions_list(sources, page)
    if kind == "differences":
        return differences_table(sources, page, asked)
    if kind == "source":
        return ", ".join(f"`{name}`" for name in sources.pages[page] if ":" not in name) + ".\n"
    raise SystemExit(f"{page}.md: nobody makes `{kind}`")


def faults_of_sources(sources):
    """What has no page."""
    allowed = text_of(ROOT / "tests/layers/allowed.txt")
    stages = re.search(r"^STAGES +\| (.*)$", allowed, re.M)[1].split()
    known = {path.parent for path in sources.page_of}
    for stage in stages:
        if stage not in ("kernel", "machine") and ROOT / "src" / stage not in known:
            yield f"stages.txt: no page tells of the stage src/{stage}"
    for room in ROOMS:
        for path in sorted((ROOT / "src" / room).glob("*.cc")):
            if path not in sources.page_of:
                yield f"stages.txt: no page tells of {named(path)}"
    names = [name for row in sources.pages.values() for name in row]
    yield from (f"stages.txt: {name} stands twice" for name, n in collections.Counter(names).items() if n > 1)
    for step in sources.steps:
        if sources.page_of_row(step) is None:
            yield f"stages.txt: no page has the step {step['function']}(), {named(step['source'])}"


def faults_of_page(name, text):
    headings = re.findall(r"^## (.*)$", text, re.M)
    if name != "index" and headings != HEADINGS:
        yield f"{name}.md: its sections are {', '.join(headings)}; each page has {', '.join(HEADINGS)}"
    for file in re.findall(r"`((?:bench|cli|maps|plugins|share|src|tests|tools)/[\w./-]+)`", MADE.sub("", text)):
        path = ROOT / file
        if not path.exists() and not list(path.parent.glob(path.name + ".*")):
            yield f"{name}.md: no such file: {file}"


def main():
    update = "--update" in sys.argv
    sources = Sources()
    asked = sources.asked_on()
    faults = list(faults_of_sources(sources))
    index = text_of(STAGES / "index.md")
    linked = re.findall(r"\]\((\w+)\.md\)", index)
    if list(dict.fromkeys(name for name in linked if name in sources.pages)) != list(sources.pages):
        faults.append("index.md: it links to the pages in the order of stages.txt, each once at least")
    for name in [*sources.pages, "index"]:
        path = STAGES / f"{name}.md"
        if not path.exists():
            faults.append(f"{path.relative_to(ROOT)}: there is no such page")
            continue
        text = text_of(path)
        now = MADE.sub(lambda m, n=name: f"<!-- made: {m[1]} -->\n{made(sources, n, m[1], asked)}<!-- end -->", text)
        faults += faults_of_page(name, now)
        wanted = {"differences"} if name == "index" else {"steps", "functions", "differences", "source"}
        if lacks := wanted - set(MADE.findall(text)):
            faults.append(f"{name}.md: it lacks <!-- made: {' '.join(sorted(lacks))} -->")
        if now != text:
            if update:
                path.write_text(now, encoding="utf-8")
                print(f"{path.relative_to(ROOT)}: written")
            else:
                faults.append(f"{path.relative_to(ROOT)}: a table is stale; `tools/docs --update` writes what the sources say now")
    faults += [f"{p.relative_to(ROOT)}: stages.txt has no such page" for p in STAGES.glob("*.md") if p.stem not in [*sources.pages, "index"]]
    every = "".join(path.read_text(encoding="utf-8") for path in STAGES.glob("*.md"))
    faults += [f"src/kernel/differences.cc: nobody asks for {d['name']}, or no page has it" for d in sources.differences
               if f"(`{d['name']}`)" not in every]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
