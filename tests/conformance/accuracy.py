#!/usr/bin/env python3
"""share/doc/accuracy.md: in how many boots of real kernels each stage is exact, by kernel.

  accuracy.py MEMMAP KERNELS [--corpus DIR] [--logs DIR] [--update] [--listed]

Boots each machine of the repository (boots, old_boots, newer_boots, kaslr_boots), and of the corpus where one is named, and compares it
with what the kernel did (boots.py); asks `memmap verify` of each log. Prints the tables that the page has, and fails where the
page's are others; --update writes them. --listed runs nothing: what differs is what differs/*.txt list, which the tests
conformance.* hold to be so, and the logs are left out. A table whose boots are not at hand stays as it is.
"""
import argparse
import collections
import glob
import os
import re
import sys

import boots
import each
import listed
import verify

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "../../share/doc/accuracy.md")
OPTIONAL = {"qemu_mem": "qemu_info_mem.txt", "ptdump": "ptdump.txt"}  # stages of which not every boot has a dump


def compared(boot, stage):
    path = os.path.join(boot, "expected", OPTIONAL[stage]) if stage in OPTIONAL else None
    return path is None or os.path.exists(path) and os.path.getsize(path) > 1


def rows_of_differs(name):
    """{boot: {stage: why}}."""
    rows = collections.defaultdict(dict)
    for (boot, stage), why in listed.read(os.path.join(HERE, "differs", name + ".txt"), split=True).items():
        rows[boot][stage] = why
    return rows


def table_of_sets(sets, arguments):
    """The lines of one table; `sets`: (name of the list in differs, folder of boots)."""
    rows, whys, seen = collections.defaultdict(list), collections.Counter(), set()
    for name, folder in sets:
        paths = [path for path in each.boots_in(folder) if (os.path.basename(path), boots.kernel_of(path)) not in seen]
        known = rows_of_differs(name)
        if arguments.listed:
            results = [{s: s not in known[os.path.basename(path)] for s in boots.STAGES} for path in paths]
        else:
            results = each.results_of(lambda p: boots.compare(arguments.memmap, arguments.kernels, p), paths)
        for path, result in zip(paths, results):
            seen.add((os.path.basename(path), boots.kernel_of(path)))
            rows[boots.kernel_of(path)].append({s: result[s] for s in boots.STAGES if compared(path, s)})
            why = collections.defaultdict(list)
            for stage in boots.STAGES:
                if not result[stage]:
                    why[known[os.path.basename(path)].get(stage, "not known")].append(stage)
            whys.update((" ".join(f"`{s}`" for s in stages), text) for text, stages in why.items())
    stages = boots.STAGES[1:]
    lines = ["| kernel | boots | " + " | ".join(f"`{s}`" for s in stages) + " |", "|---|" + "---:|" * (len(stages) + 1)]
    rows["all"] = [row for of_kernel in list(rows.values()) for row in of_kernel]
    for kernel, of_kernel in sorted(rows.items(), key=lambda item: (item[0] == "all", [int(n) for n in re.findall(r"\d+", item[0])], item[0])):
        cells = []
        for stage in stages:
            asked = [row[stage] for row in of_kernel if stage in row]
            exact = sum(asked)
            cells.append("-" if not asked else f"{exact}" if exact == len(of_kernel) else f"{exact}/{len(asked)}")
        lines.append(f"| {kernel} | {len(of_kernel)} | " + " | ".join(cells) + " |")
    lines += ["", "| boots | what differs there | why |", "|---:|---|---|"]
    lines += [f"| {count} | {stages} | {why} |" for (stages, why), count in sorted(whys.items(), key=lambda row: (-row[1], row[0]))]
    if not whys:
        lines[-3:] = ["", "Nothing differs."]
    return lines


def logs_lines(folder, arguments):
    """The sums of `memmap verify`, and what differs, by reason, of the logs."""
    paths = sorted(glob.glob(os.path.join(folder, "*.txt")))
    results = each.results_of(lambda path: verify.verified(arguments.memmap, [path]), paths)
    known = listed.read(os.path.join(HERE, "differs/reallogs.txt"), split=False)
    sums, kinds, of_why, logs = collections.Counter(), collections.defaultdict(set), collections.Counter(), collections.defaultdict(set)
    read = 0
    for path, (result, _) in zip(paths, results):
        if result is None:
            continue
        read += 1
        for row in result["kinds"]:
            sums.update({key: row[key] for key in ("agree", "differ", "unknown")})
        for row in result["differ"]:
            why = known.get((os.path.basename(path), verify.in_words(row)), "not known")
            of_why[why] += 1
            kinds[why].add(row["kind"])
            logs[why].add(path)
    known_sum = sums["agree"] + sums["differ"]
    lines = [f"Of {read} logs {sums['agree']:,} of {known_sum:,} statements that can be known agree, {100 * sums['agree'] / known_sum:.1f} %; "
             f"{sums['unknown']:,} more cannot be", "known from the log alone. What differs, by its reason:", "",
             "| statements | logs | kinds | why |", "|---:|---:|---|---|"]
    return lines + [f"| {count} | {len(logs[why])} | " + ", ".join(f"`{k}`" for k in sorted(kinds[why])) + f" | {why} |"
                    for why, count in sorted(of_why.items(), key=lambda row: (-row[1], row[0]))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("memmap")
    parser.add_argument("kernels")
    parser.add_argument("--corpus", metavar="DIR", help="a folder with boots/ and newer/")
    parser.add_argument("--logs", metavar="DIR", help="a folder of whole logs, *.txt")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--listed", action="store_true")
    arguments = parser.parse_args()

    made = {"repository": table_of_sets([(name, os.path.join(HERE, name)) for name in ("boots", "old_boots", "newer_boots", "kaslr_boots")],
                                        arguments)}
    if arguments.corpus:
        made["corpus"] = table_of_sets([("corpus", os.path.join(arguments.corpus, "boots")), ("newer", os.path.join(arguments.corpus, "newer"))],
                                       arguments)
    if arguments.logs and not arguments.listed:
        made["logs"] = logs_lines(arguments.logs, arguments)
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    now = page
    for name, lines in made.items():
        if not arguments.listed:
            print("\n".join([name + ":", *lines, ""]))
        mark = re.compile(rf"(<!-- made: {name} -->\n).*?(<!-- end -->)", re.S)
        if not mark.search(now):
            sys.exit(f"share/doc/accuracy.md: no `<!-- made: {name} -->`")
        now = mark.sub(lambda m, text="\n".join(lines): f"{m[1]}{text}\n{m[2]}", now)
    if now == page:
        return 0
    if not arguments.update:
        print("share/doc/accuracy.md: stale; `tools/accuracy --update` writes what is so now")
        return 1
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(now)
    print("share/doc/accuracy.md: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
