"""The five machines that every report and picture is kept of, and looked at."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNEL = ["--kernel", "6.12.117+deb12-amd64"]
# What `memmap simulate` reads in ROOT: a laptop, two sockets, a small virtual machine, EFI with a map in pieces, 12 TiB
# with eight nodes.
MACHINES = {
    "laptop": ["--e820", "maps/microsoft-surface-book.yaml"],
    "server": ["--e820", "maps/supermicro-as-4125gs-tnrt.yaml"],
    "vm": ["--synthetic", "ram:640K hole:384K ram:255M"],
    "efi": ["--e820", "maps/qemu-q35-efi-4g.yaml"],
    "huge": ["--synthetic", "ram:640K@node0 hole:384K ram:3071M@node0 hole:1G ram:1532G@node0 " +
             " ".join(f"ram:1536G@node{n}" for n in range(1, 8))],
}
