#!/usr/bin/env python3
"""rows.py on little tables that say the truth, and with one thing wrong at a time."""
import os
import subprocess
import sys
import tempfile

ROWS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rows.py")

GOOD = {
    "src/kernel/rows/constants.def": '// CONSTANT(name, use)\nCONSTANT(ONE, 0, "one")\n',
    "src/kernel/rows/functions.def": "FUNCTION(take)\nVARIANT( take, constprop, 0)\nTOLD(    give)\n",
    "src/kernel/rows/members.def": 'MEMBER(zone, lists, 0, "lists")\nTOLD(  zone, name,  "its name")\n',
    "src/kernel/rows/options.def": 'FLAG(       SMP, true, "CPUs")\nTOLD_NUMBER(AREAS, 0, "areas")\nFLAG(PCI, true, "")\n',
    "src/kernel/rows/structs.def": 'STRUCT(page, 64, "a page")\n',
    "src/kernel/rows/symbols.def": 'TOLD(  _end, "the end")\n',
    "src/boot/boot.cc": "constant::ONE function::take function::take_constprop_0 member::zone_lists config::SMP",
    "src/profile/limits.cc": "type::page symbol::_end config::AREAS",
    "plugins/trim/trim.cc": 'if (h.has_config("PCI")) return;',
}

# What is changed, and what the check says of it.
WRONG = [
    ({"src/boot/boot.h": "profile.number(config::AREAS)"}, "options.def:2: AREAS is TOLD, but config::AREAS"),
    ({"src/boot/boot.h": "function::give"}, "functions.def:3: give is TOLD"),
    ({"src/boot/boot.h": "member::zone_name"}, "members.def:2: zone_name is TOLD"),
    ({"src/profile/limits.cc": "symbol::_end"}, "structs.def:1: page acts, but nothing asks for type::page"),
    ({"src/boot/boot.cc": "constant::ONE function::take member::zone_lists config::SMP"},
     "functions.def:2: take_constprop_0 acts"),
    ({"src/boot/boot.cc": "constant::ONE function::take function::take_constprop_0 member::zone_lists config::SMPX"},
     "options.def:1: SMP acts"),
    ({"plugins/trim/trim.cc": 'h.has_config("PCI") || h.has_config("PCIE")'},
     'plugins/trim/trim.cc: has_config("PCIE"): no row'),
    ({"plugins/trim/trim.cc": "// PCI"}, "options.def:3: PCI acts"),
]


def run(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([sys.executable, "-B", ROWS, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def main():
    status, said = run(GOOD)
    assert status == 0 and said.startswith("11 rows"), said
    for change, message in WRONG:
        status, said = run(GOOD | change)
        assert status == 1 and message in said and "\n1 faults" in said, f"{change}: {said}"
    print(f"{len(WRONG)} faults are seen")


if __name__ == "__main__":
    main()
