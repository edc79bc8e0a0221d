"""What several scripts do: asks something of many machines at once, and fails where anything is wrong."""
import atexit
import concurrent.futures
import os
import shutil
import sys
import tarfile
import tempfile


def boots_in(folder):
    """The folders of boots in `folder`, those that its NAME.tar.xz hold too: these are unpacked for as long as the
    script runs."""
    packed = sorted(name for name in os.listdir(folder) if name.endswith(".tar.xz"))
    if packed:
        unpacked = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, unpacked)
        for name in packed:
            with tarfile.open(os.path.join(folder, name)) as tar:
                tar.extractall(unpacked)
    parents = [folder, unpacked] if packed else [folder]
    boots = (entry.path for parent in parents for entry in os.scandir(parent) if entry.is_dir())
    return sorted(boots, key=os.path.basename)


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
