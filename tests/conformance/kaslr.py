#!/usr/bin/env python3
"""Where real decompressors and EFI stubs put the kernel: every place is one that `memmap kaslr` lists.

  kaslr.py MEMMAP CASES

CASES holds places.json.xz: of each case the kernel (a profile's name, or a file of CASES), the machine with its
command line, and the places that boots of it chose. Where as many boots as three times the places were made,
all places have to be among those chosen; over all boots the places lie in the lists as chance has it.
"""
import json
import lzma
import math
import os
import subprocess
import sys

import each


def listed(memmap, folder, case):
    kernel = os.path.join(folder, case["kernel"]) if case["kernel"].endswith(".yaml") else case["kernel"]
    run = subprocess.run([memmap, "kaslr", "--e820", "-", "--kernel", kernel, "--list", "--format", "json"],
                         input=json.dumps(case["machine"]), capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip())
    return [int(place, 16) for place in json.loads(run.stdout)["places"]]


def faults(memmap, folder, case):
    """What is wrong with a case, and where in its list each boot's place stands: above 0, below 1."""
    try:
        places = listed(memmap, folder, case)
    except RuntimeError as error:
        return [str(error)], []
    chosen = [int(place, 16) for place in case["places"]]
    wrong = [f"{place:#x} is none of {len(places)} places" for place in chosen if place not in places]
    if len(chosen) >= 3 * len(places) and not wrong and set(chosen) != set(places):
        wrong.append(f"{len(set(places) - set(chosen))} places of {len(places)} were never chosen")
    ranks = [(places.index(place) + 0.5) / len(places) for place in chosen if place in places]
    return wrong, ranks if len(places) > 1 else []


def main():
    memmap, folder = sys.argv[1:]
    with lzma.open(os.path.join(folder, "places.json.xz"), "rt", encoding="utf-8") as file:
        cases = json.load(file)
    results = each.results_of(lambda case: faults(memmap, folder, case), cases)
    wrong, ranks = 0, []
    for case, (told, of_case) in zip(cases, results):
        for fault in told:
            print(f"{case['id']}: {fault}")
        wrong += len(told)
        ranks += of_case
    ranks.sort()
    count = len(ranks)
    # Kolmogorov and Smirnov's distance from places that are all as likely; 1.63 is passed once in a hundred.
    distance = max(max((i + 1) / count - rank, rank - i / count) for i, rank in enumerate(ranks))
    if distance > 1.63 / math.sqrt(count):
        print(f"the places of {count} boots lie {distance:.3f} off chance")
        wrong += 1
    print(f"{len(cases)} cases, {sum(len(case['places']) for case in cases)} boots, {wrong} faults; "
          f"places from {ranks[0]:.3f} to {ranks[-1]:.3f} of their lists, {distance:.3f} off chance")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
