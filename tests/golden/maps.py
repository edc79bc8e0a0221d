"""The map to scale of five machines is what is kept, byte for byte.   maps.py MEMMAP FOLDER [--update]

They are the machines that pictures are looked at: a small virtual one, a laptop, EFI with a map in pieces, two sockets,
eight nodes. --update rewrites FOLDER: look at what it wrote.
"""
import pathlib
import subprocess
import sys

MAPS = pathlib.Path(__file__).resolve().parent.parent.parent / "maps"
KERNEL = "6.12.117+deb12-amd64"
NODES = " ".join(f"ram:1536G@node{n}" for n in range(1, 8))
MACHINES = {
    "small": ["--synthetic", "ram:640K hole:384K ram:255M"],
    "laptop": ["--e820", "microsoft-surface-pro-7.yaml"],
    "efi": ["--e820", "qemu-q35-efi-4g.yaml"],
    "two_sockets": ["--e820", "supermicro-as-4125gs-tnrt.yaml"],
    "eight_nodes": ["--synthetic", f"ram:640K hole:384K ram:3071M@node0 hole:1G ram:1533G@node0 {NODES}"],
}


def main():
    memmap = pathlib.Path(sys.argv[1]).resolve()
    faults = 0
    for name, source in MACHINES.items():
        run = subprocess.run([memmap, "simulate", *source, "--kernel", KERNEL, "--format", "svg"], cwd=MAPS,
                             capture_output=True, timeout=60)
        file = pathlib.Path(sys.argv[2]).resolve() / f"{name}.svg"
        if "--update" in sys.argv:
            file.write_bytes(run.stdout)
        same = file.exists() and file.read_bytes() == run.stdout
        print(f"{file.name}: {'as expected' if same else 'differs; --update rewrites it, look at it then'}")
        faults += not same or run.returncode != 0
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
