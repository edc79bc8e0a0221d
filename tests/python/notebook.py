"""Runs the code cells of a notebook in order, in one namespace, and compares what they show with the outputs that
are kept in it.   notebook.py FILE [--update]"""

import ast
import contextlib
import io
import json
import pathlib
import sys
import traceback

try:
    import nbformat  # Debian's python3-nbformat, which has the format's own schema
except ImportError:
    nbformat = None

# Of nbformat 4.5: what every cell has, and what a code cell has too.
CELL = {"cell_type", "id", "metadata", "source"}
CODE = CELL | {"execution_count", "outputs"}


def faults_of(book):
    """Where it is no notebook of version 4.5."""
    if (book.get("nbformat"), book.get("nbformat_minor")) != (4, 5):
        yield "nbformat is not 4.5"
    if set(book) != {"cells", "metadata", "nbformat", "nbformat_minor"}:
        yield f"members are {sorted(book)}"
    for number, cell in enumerate(book["cells"], 1):
        wanted = CODE if cell.get("cell_type") == "code" else CELL
        if cell.get("cell_type") not in ("code", "markdown") or set(cell) != wanted:
            yield f"cell {number} has {sorted(cell)}"
    ids = [cell["id"] for cell in book["cells"]]
    if len(set(ids)) != len(ids):
        yield "ids are not unique"
    if nbformat is not None:
        try:
            nbformat.validate(book)
        except nbformat.ValidationError as error:
            yield f"nbformat: {error.message}"


def lines(text):
    return text.splitlines(keepends=True)


def bundle(value):
    """What a notebook shows of a value."""
    data = {}
    for kind, name in (("image/svg+xml", "_repr_svg_"), ("text/html", "_repr_html_")):
        if (show := getattr(value, name, None)) is not None:
            data[kind] = lines(show())
    data["text/plain"] = lines(repr(value))
    return data


def run(source, names, count):
    """The outputs of a cell."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, outputs, value = io.StringIO(), [], None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, f"cell {count}", "exec"), names)  # pylint: disable=exec-used
        if last is not None:
            value = eval(compile(ast.Expression(last.value), f"cell {count}", "eval"), names)
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines(printed.getvalue())})
    if value is not None:
        outputs.append({"data": bundle(value), "execution_count": count, "metadata": {},
                        "output_type": "execute_result"})
    return outputs


def main():
    path = pathlib.Path(sys.argv[1])
    book = json.loads(path.read_text(encoding="utf-8"))
    faults = list(faults_of(book))
    names, count = {"__name__": "__main__"}, 0
    for number, cell in enumerate(book["cells"], 1):
        if cell["cell_type"] != "code":
            continue
        count += 1
        try:
            outputs = run("".join(cell["source"]), names, count)
        except Exception:  # pylint: disable=broad-except
            faults.append(f"cell {number}: {traceback.format_exc()}")
            break
        if "--update" in sys.argv:
            cell["outputs"], cell["execution_count"] = outputs, count
        elif (cell["outputs"], cell["execution_count"]) != (outputs, count):
            faults.append(f"cell {number} shows something else than what is kept; --update writes it")
    if "--update" in sys.argv:
        path.write_text(json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    print("\n".join(faults) or f"{count} cells")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
