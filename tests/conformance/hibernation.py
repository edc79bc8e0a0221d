"""Real hibernated boots: the sum in the image's header and the kernel's verdict are those of `memmap diff`.

    hibernation.py MEMMAP FOLDER
"""
import json
import pathlib
import subprocess
import sys


def main():
    memmap, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    faults = 0
    for line in (folder / "cases.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, crc, said = line.split(maxsplit=2)
        run = subprocess.run([memmap, "diff", folder / f"{name}.old.log", folder / f"{name}.new.log", "--format", "json"],
                             capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode in (0, 1), run.stderr
        resume = json.loads(run.stdout)["comparisons"][0]["resume"]
        got = (resume["old_crc32"], resume.get("refusal", "-"))
        print(f"{name}: {'agrees' if got == (crc, said) else f'{got}, but the kernel has {(crc, said)}'}")
        faults += got != (crc, said)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
