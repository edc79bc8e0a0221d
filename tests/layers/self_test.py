#!/usr/bin/env python3
"""layers.py on a little tree that keeps to its table, and with one thing wrong at a time."""
import os
import subprocess
import sys
import tempfile

LAYERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.py")

TABLE = """[groups]
STAGES | low high
[folders]
base     |                  |
low      | base             |
high     | base low         | fmt
high/in  | base high/format.h |
cli      | base STAGES high/* | fmt  # last
[libraries]
fmt      | fmt/*            | fmt::fmt
xml      | xml.h            | XML::XML
"""

GOOD = {
    "tests/layers/allowed.txt": TABLE,
    "CONTRIBUTING.md": f"Read this:\n\n```layers\n{TABLE}```\n",
    "src/base/range.h": "#include <cstdint>\n",
    "src/base/CMakeLists.txt": "memmap_module(base)\n",
    "src/low/low.h": '#include "base/range.h"\n',
    "src/low/CMakeLists.txt": "memmap_module(low DEPS base)\n",
    "src/high/high.cc": '#include <fmt/format.h>\n#include "low/low.h"\n',
    "src/high/format.h": "",
    "src/high/table.h": "",
    "src/high/in/one.cc": '#include "high/format.h"\n#include "base/range.h"\n',
    "src/high/CMakeLists.txt": "memmap_module(high DEPS base low\n  LIBS fmt::fmt)\n",
    "cli/main.cc": '#include "high/table.h"\n#include "arguments.h"\n',
    "cli/arguments.h": "",
    "cli/CMakeLists.txt": "target_link_libraries(memmap PRIVATE memmap_high memmap_options)\n",
}

# What is changed, and what the check says of it.
WRONG = [
    ({"src/low/low.cc": '#include "high/high.h"\n', "src/high/high.h": ""},
     'src/low/low.cc:1: low may not include "high/high.h"'),
    ({"src/base/cli.cc": '#include "../../cli/arguments.h"\n'}, 'base may not include "../../cli/arguments.h"'),
    ({"src/high/in/two.cc": '\n#include "high/table.h"\n'}, 'src/high/in/two.cc:2: high/in may not include "high/table.h"'),
    ({"src/high/in/two.cc": '#include "low/low.h"\n'}, 'high/in may not include "low/low.h"'),
    ({"src/new/new.cc": ""}, "src/new/new.cc: the folder new has no row"),
    ({"src/high/out/new.cc": ""}, "src/high/out/new.cc: the folder high/out has no row"),
    ({"src/low/low.cc": "#  include <fmt/core.h>\n"}, "low may not use fmt"),
    ({"src/high/high.h": "#include <fmt/core.h>\n"}, "src/high/high.h:1: fmt in a header"),
    ({"src/low/low.cc": "#include <yaml.h>\n"}, "<yaml.h> is of no library"),
    ({"src/low/low.cc": '#include "low/gone.h"\n'}, 'no file "low/gone.h"'),
    ({"src/high/CMakeLists.txt": "memmap_module(high DEPS base low LIBS fmt::fmt XML::XML)"},
     "src/high/CMakeLists.txt: links XML::XML: no include needs it"),
    ({"src/base/CMakeLists.txt": "memmap_module(base DEPS low)"},
     "src/base/CMakeLists.txt: links low: no include needs it"),
    ({"src/high/CMakeLists.txt": "memmap_module(high DEPS base LIBS fmt::fmt)"},
     "src/high/CMakeLists.txt: does not link low, which is included"),
    ({"src/high/CMakeLists.txt": "memmap_module(high DEPS base low)"},
     "src/high/CMakeLists.txt: does not link fmt::fmt, for fmt"),
    ({"cli/CMakeLists.txt": "target_link_libraries(memmap PRIVATE memmap_high memmap_low memmap_options)\n"},
     "cli/CMakeLists.txt: links low: no include needs it"),
    ({"CONTRIBUTING.md": "```layers\nbase |  |\n```\n"}, "CONTRIBUTING.md: the block ```layers is not"),
]


def check(files):
    """(exit status, what layers.py says) of a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        run = subprocess.run([sys.executable, "-B", LAYERS, root], capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr


def main():
    faults = []
    code, said = check(GOOD)
    if code != 0:
        faults.append(f"the tree as it should be: {said}")
    for change, want in WRONG:
        code, said = check({**GOOD, **change})
        if code == 0 or want not in said or len(said.splitlines()) != 2:
            faults.append(f"wanted `{want}` alone, exit status {code}: {said}")
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(WRONG)} faults are seen")


main()
