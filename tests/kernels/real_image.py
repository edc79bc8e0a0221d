#!/usr/bin/env python3
"""The profile of a whole Debian package is the one that its kernel's parts gave.

  real_image.py --memmap MEMMAP KERNELS FOLDER

Of the kernels in KERNELS (NAME.yaml), the package linux-image-NAME of the first that the archive still
has is downloaded into FOLDER, where it stays, and read by `memmap kernel`. Skipped (77) where there is
no archive to ask.
"""
import argparse
import os
import subprocess
import sys

import yaml

# What tells where a value was read, and so differs between a package and parts.
OF_THE_SOURCE = ("name", "origin")


def package(kernel, folder):
    """The file of linux-image-KERNEL, downloaded if need be; None: it cannot be had."""
    prefix = f"linux-image-{kernel}_"
    here = [name for name in os.listdir(folder) if name.startswith(prefix) and name.endswith(".deb")]
    if not here:
        try:
            subprocess.run(["apt-get", "-qq", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=20",
                            "download", f"linux-image-{kernel}"], cwd=folder, timeout=200,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
        here = [name for name in os.listdir(folder) if name.startswith(prefix) and name.endswith(".deb")]
    return os.path.join(folder, here[0]) if here else None


def values(text):
    profile = yaml.safe_load(text)
    return {key: value for key, value in profile.items() if key not in OF_THE_SOURCE}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--memmap", required=True)
    arguments.add_argument("kernels")
    arguments.add_argument("folder")
    given = arguments.parse_args()
    os.makedirs(given.folder, exist_ok=True)
    names = [name[:-len(".yaml")] for name in sorted(os.listdir(given.kernels)) if name.endswith("amd64.yaml")]
    # The small ones of clouds first, the newest first.
    for kernel in sorted(names, key=lambda name: ("cloud" in name, name), reverse=True):
        image = package(kernel, given.folder)
        if image is None:
            continue
        made = subprocess.run([given.memmap, "kernel", image], capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit(f"{image}: exit {made.returncode}: {made.stderr.strip()}")
        with open(os.path.join(given.kernels, kernel + ".yaml"), encoding="utf-8") as file:
            want = values(file.read())
        got = values(made.stdout)
        differ = [key for key in sorted(want.keys() | got.keys()) if want.get(key) != got.get(key)]
        if differ:
            sys.exit(f"{image}: other values than in {kernel}.yaml: {', '.join(differ)}")
        print(f"{os.path.basename(image)}: as {kernel}.yaml")
        return
    print("no package of a kernel here is to be had")
    sys.exit(77)


main()
