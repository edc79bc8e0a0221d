"""The book (share/doc/book): its outputs and pictures are memmap's own, and its site is made of them.

    book.py --memmap PROGRAM                  fails where a page, or a picture that is kept, is stale
    book.py --memmap PROGRAM --update         writes what memmap says now
    book.py --memmap PROGRAM --site FOLDER    writes the HTML site, and checks its links

Each line of a ```console block that begins with `$ ` is a command; what stands below it is its output,
whole but for blank lines around it. A command whose output is long cuts it itself (`| head -20`). It ends with status 0, or the N of
`# exit N`; pipeline.py says which commands there are, and runs them. Pictures have a row in share/doc/book/pictures.txt, with the arguments that draw them.
"""

import argparse
import difflib
import pathlib
import re
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pipeline  # noqa: E402

ROOT = pipeline.ROOT
DOC = ROOT / "share/doc"
BOOK = DOC / "book"
SKIPPED = 77
DIFF_LINES = 60  # of one file
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
PLACEHOLDER = re.compile(r"\b(?:NAME|ROOM|KIND|KIND_NAME|VENDOR-MODEL)\b")  # of a file that the reader adds
NAMED = re.compile(r"`((?:bench|cli|maps|plugins|share|src|tests|tools)/[\w./-]*)`")


def pages():
    """Paths in the order of reading: the index, then as it links to them."""
    index = BOOK / "index.md"
    named = re.findall(r"\]\(([\w-]+\.md)\)", index.read_text(encoding="utf-8"))
    return [index] + [BOOK / name for name in dict.fromkeys(named)]


def commands_in(block):
    """(the lines of a command as they stand, the command, expected status) of each."""
    lines = iter(block.split("\n"))
    for line in lines:
        if not line.startswith("$ "):
            continue
        shown = [line]
        while shown[-1].endswith("\\"):
            shown.append(next(lines))
        command = "".join(part.removesuffix("\\") for part in shown)[2:]
        command, _, status = command.partition("# exit ")
        yield shown, command, int(status or 0)


def said_by(command, status, memmap):
    """What the command prints, line by line."""
    try:
        ended, output = pipeline.run(command, memmap)
    except pipeline.Refused as why:
        raise SystemExit(f"refused: {why}") from None
    if ended != status:
        raise SystemExit(f"exit status {ended}, expected {status}: {command}\n{output[:2000]}")
    return [line.rstrip() for line in output.strip("\n").split("\n")]


def with_outputs(text, memmap):
    """The page with all its outputs as they are now."""
    def block(found):
        lines = []
        for shown, command, status in commands_in(found[1]):
            lines += shown + said_by(command, status, memmap)
        return "```console\n" + "\n".join(lines).rstrip("\n") + "\n```"
    return BLOCK.sub(block, text)


def pictures():
    """{name: arguments of memmap} as pictures.txt has them; a name that begins with ../ is kept in the repository."""
    rows = {}
    for line in (BOOK / "pictures.txt").read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            name, _, arguments = line.partition("|")
            rows[name.strip()] = arguments.strip()
    return rows


def draw(memmap, arguments):
    done = subprocess.run([memmap, *shlex.split(arguments)], cwd=ROOT, env=pipeline.environment(),
                          capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise SystemExit(f"memmap {arguments}: exit status {done.returncode}\n{done.stderr.decode()[:2000]}")
    return done.stdout


def brought_up_to_date(path, now, update):
    """1 if the file is not what it should be and stays so."""
    if path.exists() and path.read_bytes() == now:
        return 0
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(now)
        print(f"{name}: written")
        return 0
    print(f"{name}: stale; `tools/docs --update` writes what memmap says now")
    if path.exists() and path.suffix == ".md":
        told = difflib.unified_diff(path.read_text(encoding="utf-8").splitlines(), now.decode().splitlines(),
                                    "the page", "memmap now", n=1, lineterm="")
        print("\n".join(f"  {line}" for line in list(told)[:DIFF_LINES]))
    return 1


def faults_of_pictures(texts):
    """Rows without a page, pictures without a row or without words for who cannot see them."""
    used = set()
    for name, text in texts.items():
        for words, target in PICTURE.findall(text):
            used.add(target.removeprefix("pictures/"))
            if len(words) < 20:
                yield f"{name}: {target}: says too little for who cannot see it: `{words}`"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in pictures():
        if name.startswith("../") and f"](share/doc/{name[3:]})" not in readme:
            yield f"pictures.txt: the README does not show {name}"
    rows = {name for name in pictures() if not name.startswith("../")}
    yield from (f"pictures.txt: no page shows {name}" for name in sorted(rows - used))
    yield from (f"pictures.txt lacks {name}" for name in sorted(used - rows))


def faults_of_sources():
    """Links of share/doc and of what lies in the root, as a reader of the files follows them, and files of the repository that its pages name."""
    for path in sorted([*DOC.glob("*.md"), *DOC.glob("*/*.md"), *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY"))]):
        text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
        name = path.relative_to(ROOT)
        for target in LINK.findall(re.sub(r"`[^`\n]*`", "", PICTURE.sub("", text))):
            if "://" not in target and not (path.parent / target).exists():
                yield f"{name}: a link leads nowhere: {target}"
        yield from (f"{name}: no such file: {file}" for file in NAMED.findall(text)
                    if not PLACEHOLDER.search(file) and not (ROOT / file).exists() and not [*(ROOT / file).parent.glob((ROOT / file).name + ".*")])


def check_or_update(memmap, update):
    failures = 0
    texts = {}
    for path in pages():
        texts[path.name] = path.read_text(encoding="utf-8")
        failures += brought_up_to_date(path, with_outputs(texts[path.name], memmap).encode(), update)
    for name, arguments in pictures().items():
        if name.startswith("../"):
            failures += brought_up_to_date((BOOK / name).resolve(), draw(memmap, arguments), update)
    for fault in [*faults_of_pictures(texts), *faults_of_sources(),
                  *(f"index.md does not link to {path.name}" for path in BOOK.glob("*.md") if path.name not in texts)]:
        print(fault)
        failures += 1
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memmap", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--site", type=pathlib.Path, metavar="FOLDER")
    arguments = parser.parse_args()
    memmap = arguments.memmap.resolve()

    failures = check_or_update(memmap, arguments.update)
    if arguments.site:
        try:
            import site_of_book  # wants Python's markdown, which the check does without
        except ModuleNotFoundError as lack:
            print(f"no site: {lack}: apt-get install python3-markdown")
            return 1 if failures else SKIPPED
        drawn = {name: draw(memmap, row) for name, row in pictures().items() if not name.startswith("../")}
        faults = site_of_book.write(arguments.site, pages(), drawn)
        print("\n".join(faults) or f"{arguments.site}/index.html")
        failures += len(faults)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
