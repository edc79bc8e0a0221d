"""What several scripts do: asks something of many machines at once, and fails where anything is wrong."""
import concurrent.futures
import os
import sys


def results_of(ask, things):
    """ask(thing) of each, in the order of `things`."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(ask, things))


def report(faults, things, name, what):
    """Prints what faults(thing), a list of texts, finds in each, behind name(thing), and how many `what` there
    are. Ends the script with 1 where something is wrong, or there are none."""
    results = results_of(faults, things)
    for thing, found in zip(things, results):
        for text in found:
            print(f"{name(thing)}: {text}")
    print(f"{len(things)} {what}")
    if not things or any(results):
        sys.exit(1)
