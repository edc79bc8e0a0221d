"""share/doc/limits.md repeats the table of limits that the program has.

    limits.py --memmap PROGRAM [--update]
"""
import argparse
import pathlib
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parents[2] / "share/doc/limits.md"
BEGIN = "| name | without `--limit` | what it bounds | what happens there |\n|---|---|---|---|\n"
END = "\n## "


def rows(memmap):
    text = subprocess.run([memmap, "simulate", "--limit", "help"], text=True, capture_output=True, check=True).stdout
    out = []
    for line in text.splitlines()[2:]:
        name, value, rest = line.split(None, 2)
        what, then = rest.rsplit(": ", 1)
        out.append(f"| `{name}` | {value} | {what} | {then} |\n")
    return "".join(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memmap", required=True)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8")
    begin = page.index(BEGIN) + len(BEGIN)
    end = page.index(END, begin - 1)
    wanted = page[:begin] + rows(options.memmap) + page[end:]
    if wanted == page:
        return 0
    if options.update:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    print(f"{PAGE} does not have the program's table: tests/docs/limits.py --memmap PROGRAM --update")
    return 1


if __name__ == "__main__":
    sys.exit(main())
