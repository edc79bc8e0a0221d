"""Every diagram of five machines: the DOT is what is kept, byte for byte; Graphviz takes it without a word.

    diagrams.py MEMMAP GOLDENS [--update]

GOLDENS holds MACHINE/DIAGRAM.dot. Each has at most 60 nodes; as an SVG it is XML with a title, and no
wider than it is readable.
"""

import difflib
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree

from machines import KERNEL, MACHINES, ROOT

DIAGRAMS = ("map", "memblock", "pipeline", "pagetables", "virtual", "numa", "structs", "buddy", "fixmap")
MOST_NODES = 60
WIDEST = 2000  # points


def draw(memmap, machine, diagram, form):
    run = subprocess.run([memmap, "simulate", *MACHINES[machine], *KERNEL, "--format", form, "--diagram", diagram],
                         cwd=ROOT, capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.decode()


def faults_of_svg(svg):
    root = xml.etree.ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    if not (root.findtext(space + "title") and root.findtext(space + "desc")):
        yield "the SVG has no title, or no description"
    if float(root.get("width").removesuffix("pt")) > WIDEST:
        yield f"it is {root.get('width')} wide"


def faults_of_dot(dot):
    nodes = dot.count("\tid=")
    if nodes > MOST_NODES:
        yield f"{nodes} nodes"
    graphviz = shutil.which("dot")
    if graphviz:
        run = subprocess.run([graphviz, "-Tsvg"], input=dot.encode(), capture_output=True, timeout=60)
        if run.returncode != 0 or run.stderr:
            yield f"dot says: {run.stderr.decode()}"


def main():
    memmap, goldens = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    faults = 0
    for machine in MACHINES:
        for diagram in DIAGRAMS:
            dot = draw(memmap, machine, diagram, "dot")
            file = goldens / machine / (diagram + ".dot")
            if "--update" in sys.argv:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(dot)
            want = file.read_text() if file.exists() else ""
            found = list(difflib.unified_diff(want.splitlines(), dot.splitlines(), str(file), "drawn", lineterm="",
                                              n=1))[:20]
            found += faults_of_dot(dot)
            found += faults_of_svg(draw(memmap, machine, diagram, "svg"))
            for fault in found:
                print(f"{machine}/{diagram}: {fault}")
            faults += len(found)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
