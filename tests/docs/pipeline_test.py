"""What a page of the book may run, and what it may not.

    pipeline_test.py --memmap PROGRAM
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pipeline  # noqa: E402

ALLOWED = [
    ("memmap show zones maps/qemu-pc-1g.yaml", [["memmap", "show", "zones", "maps/qemu-pc-1g.yaml"]]),
    ("memmap lint --cmdline 'memmap=64M$1G' | head -9", [["memmap", "lint", "--cmdline", "memmap=64M$1G"], ["head", "-9"]]),
    ('memmap access --do "kmalloc 64 gfp A|B as p" | tail -2', [["memmap", "access", "--do", "kmalloc 64 gfp A|B as p"], ["tail", "-2"]]),
    ("memmap explain x 2>/dev/null | sed -n '/^Left/,/^Right/p' | head -3",
     [["memmap", "explain", "x"], ["sed", "-n", "/^Left/,/^Right/p"], ["head", "-3"]]),
    ("memmap show e820 x | sed -n 3,20p", [["memmap", "show", "e820", "x"], ["sed", "-n", "3,20p"]]),
]

REFUSED = [
    "",
    "rm -r build",
    "memmap formats; rm -r build",
    "memmap formats && rm -r build",
    "memmap formats & rm -r build",
    "memmap formats\nrm -r build",
    "memmap formats | sh",
    "memmap formats |",
    "memmap formats > share/doc/formats.md",
    "memmap formats 2>errors",
    "memmap explain $(cat secret)",
    "memmap explain `cat secret`",
    'memmap explain "$HOME"',
    "memmap explain $HOME",
    "memmap explain maps/*.yaml",
    "memmap explain 'one quote",
    "memmap formats -o FILE",
    "memmap formats -oFILE",
    "memmap formats --output=FILE",
    "memmap capture",
    "memmap plugin new x",
    "memmap formats | sed -i s/a/b/ share/doc/formats.md",
    "memmap formats | sed -n 'w FILE'",
    "memmap formats | sed -n '1,2p;e id'",
    "head -1 README.md | memmap convert -",
]


def faults(memmap):
    for command, wanted in ALLOWED:
        found = [words for words, _ in pipeline.stages(command)]
        if found != wanted:
            yield f"{command}: read as {found}"
    for command in REFUSED:
        try:
            yield f"not refused: {command}: {pipeline.stages(command)}"
        except pipeline.Refused:
            pass
    # Nobody's settings change what is printed; a part that fails is not hidden by the one behind it.
    command = "memmap simulate maps/qemu-pc-1g.yaml --section summary"
    plain = pipeline.run(command, memmap)
    os.environ.update(COLUMNS="150", CLICOLOR_FORCE="1", MEMMAP_PLUGIN_PATH="/nowhere")
    if pipeline.run(command, memmap) != plain or "\x1b" in plain[1]:
        yield "the environment shows in the output"
    if pipeline.run("memmap simulate no-such-file | head -1", memmap)[0] != 2:
        yield "the status of the first part is lost"
    if pipeline.run("memmap simulate no-such-file 2>/dev/null", memmap)[1] != "":
        yield "2>/dev/null leaves errors"


if __name__ == "__main__":
    told = list(faults(pathlib.Path(sys.argv[2]).resolve()))
    print("\n".join(told) or "good")
    sys.exit(1 if told else 0)
