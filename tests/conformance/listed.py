"""What is known to differ, by name and with the reason: the tables differs/*.txt.

A row is `name | what differs | why`; of boots, what differs are stages, several in a row. What is in no
row must agree, and what has come to agree must be taken out. Where nobody knows, why is `unknown`.
"""
import os


def read(path, split):
    """{(name, what): why}; nothing where there is no file. `split`: the words of a row's middle are
    things of their own."""
    listed = {}
    if not os.path.exists(path):
        return listed
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            columns = [column.strip() for column in line.split("|")]
            if len(columns) != 3 or not all(columns):
                raise SystemExit(f"{path}:{number}: a row is `name | what differs | why`")
            name, what, why = columns
            listed.update({(name, part): why for part in (what.split() if split else [what])})
    return listed


def write(path, differs, listed, split):
    """The table of what differs now; reasons stay, and what is new has none."""
    with open(path, encoding="utf-8") as file:
        head = [line for line in file if line.startswith("#")]
    rows = {}
    for name, what in differs:
        rows.setdefault((name, listed.get((name, what), "unknown")), []).append(what)
    rows = [(name, what, why) for (name, why), all_of in rows.items()
            for what in ([" ".join(all_of)] if split else all_of)]
    widths = [max(len(row[i]) for row in rows) for i in (0, 1)]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(head)
        file.writelines(f"{name:{widths[0]}} | {what:{widths[1]}} | {why}\n" for name, what, why in rows)


def faults(path, names, differs, listed):
    """What is wrong: `differs`, now, against `listed`; `names`: all that were compared."""
    path = os.path.relpath(path)
    out = [f"{name}: {what} differs; mend it, or list it in {path} with the reason"
           for name, what in differs if (name, what) not in listed]
    out += [f"{name}: {what} agrees now (or is no more): take it out of {path}" if name in names else
            f"{name}: there is no such one any more: take it out of {path}"
            for name, what in listed if (name, what) not in differs]
    return out


def verdict(path, names, differs, split, update):
    """Prints what is wrong; the exit status. With `update` the table becomes what is now."""
    listed = read(path, split)
    if update:
        write(path, differs, listed, split)
        return 0
    wrong = faults(path, names, differs, listed)
    print("\n".join(wrong))
    return 1 if wrong else 0
