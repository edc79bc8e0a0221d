#!/usr/bin/env python3
"""Records what cases.tar.xz holds: what `memmap suggest` says of machines, booted in QEMU.

    record.py MEMMAP KERNELS WORK [CASE...]

KERNELS has a folder with a vmlinuz for each kernel that CASES names. Needs qemu-system-x86_64, ovmf, busybox-static and
cpio. One QEMU runs at a time. For each case: a boot without the parameter, whose log is base.log; what `suggest` says of
that log; boots with it, whose /proc/iomem is kept.
"""
import json
import pathlib
import re
import subprocess
import sys

OVMF = "/usr/share/OVMF/OVMF_CODE.fd"
INIT = """#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc
$B dmesg -n 1
echo @@DMESG; $B dmesg -s 4194304; echo @@IOMEM; $B cat /proc/iomem; echo @@MEMINFO; $B head -2 /proc/meminfo; echo @@END
$B poweroff -f
"""


def nodes(*sizes):
    out = []
    for i, size in enumerate(sizes):
        out += ["-object", f"memory-backend-ram,id=m{i},size={size}", "-numa", f"node,nodeid={i},memdev=m{i}" + (f",cpus={i}" if i < 2 else "")]
    return out


# name: kernel, -M, -m, command line, pmem's size, crash kernel's size, further arguments; `kaslr` and `efi` by the name
CASES = {
    "pc-256M-61": ("61", "pc", "256M", "", "32M", "64M", []),
    "pc-512M-612": ("612", "pc", "512M", "", "64M", "96M", []),
    "pc-1G-618": ("618", "pc", "1G", "", "128M", "256M", []),
    "pc-1G-72": ("72", "pc", "1G", "memmap=16M$512M", "200M", "128M", []),
    "q35-2G-61": ("61", "q35", "2G", "", "256M", "512M", []),
    "q35-3G-612": ("612", "q35", "3G", "", "1G", "256M", []),
    "pc-4G-618": ("618", "pc", "4G", "mem=3500M", "512M", "256M", []),
    "pc-4G-72": ("72", "pc", "4G", "numa=fake=4", "512M", "300M", []),
    "q35-6G-61": ("61", "q35", "6G", "", "2G", "1G", []),
    "pc-8G-612": ("612", "pc", "8G", "", "4G", "256M", []),
    "numa2-4G-612": ("612", "pc", "4G", "", "1G", "256M", nodes("1G", "3G")),
    "numa4-4G-72": ("72", "q35", "4G", "", "512M", "512M", nodes("1G", "1G", "1G", "1G")),
    "numa2-6G-61": ("61", "pc", "6G", "movablecore=1G", "768M", "192M", nodes("2G", "4G")),
    "efi-2G-612": ("612", "q35", "2G", "efi=debug", "128M", "256M", []),
    "efi-4G-72": ("72", "q35", "4G", "efi=debug", "1G", "256M", []),
    "kaslr-1G-61": ("61", "pc", "1G", "", "128M", "256M", []),
    "kaslr-3G-612": ("612", "q35", "3G", "", "512M", "512M", []),
    "kaslr-4G-618": ("618", "pc", "4G", "", "1G", "256M", []),
    "kaslr-numa2-6G-72": ("72", "pc", "6G", "", "1G", "1G", nodes("2G", "4G")),
    "kaslr-efi-3G-61": ("61", "q35", "3G", "efi=debug", "512M", "256M", []),
    "kaslr-efi-4G-618": ("618", "q35", "4G", "efi=debug", "256M", "256M", []),
}
KASLR_BOOTS = 3


def make_initrd(work):
    root = work / "root"
    (root / "bin").mkdir(parents=True, exist_ok=True)
    for name in ("proc", "dev"):
        (root / name).mkdir(exist_ok=True)
    (root / "bin/busybox").write_bytes(pathlib.Path("/bin/busybox").read_bytes())
    (root / "bin/busybox").chmod(0o755)
    (root / "init").write_text(INIT)
    (root / "init").chmod(0o755)
    initrd = work / "initrd.gz"
    subprocess.run(f"cd {root} && find . | sort | cpio -o -H newc 2>/dev/null | gzip -9n > {initrd}", shell=True, check=True)
    return initrd


def boot(name, kernels, initrd, line):
    kernel, machine, memory, _, _, _, more = CASES[name]
    firmware = ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}"] if "efi" in name else []
    command = ["nice", "-n", "10", "qemu-system-x86_64", "-accel", "tcg,thread=single", "-M", machine, "-m", memory, "-smp", "2", "-display", "none",
               "-nodefaults", "-no-reboot", "-serial", "stdio", "-kernel", str(kernels / kernel / "vmlinuz"), "-initrd", str(initrd),
               "-append", f"console=ttyS0 quiet panic=-1 no_timer_check rdinit=/init {line}", *firmware, *more]
    # QEMU's emulation of code that the kernel changes under another processor's feet is not exact: such boots fail.
    for _ in range(4):
        out = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=400, check=False).stdout
        text = out.decode(errors="replace").replace("\r", "")
        found = re.search(r"@@DMESG\n(.*)@@IOMEM\n(.*)@@MEMINFO\n(.*)@@END", text, re.S)
        if found:
            return found.groups()
    raise RuntimeError(f"{name}: the boot ended early:\n" + text[-2000:])


def cut(log):
    """The lines that tell of memory: up to the one that sums it up, without the kernel's checks of time."""
    lines = log.splitlines()
    last = max(i for i, line in enumerate(lines) if re.search(r"\] Memory: |Freeing unused kernel image|Zone ranges", line))
    return "\n".join(lines[:last + 1]) + "\n"


def suggested(memmap, words, log):
    run = subprocess.run([memmap, "suggest", *words, str(log), "--format", "json"], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise RuntimeError(run.stderr)
    return json.loads(run.stdout)["parameter"]


def iomem(text):
    """The lines of /proc/iomem that say where the kernel lies and what was reserved."""
    return [line.strip() for line in text.splitlines() if re.search(r"Kernel code|Crash kernel|Persistent Memory", line)]


def main():
    memmap, kernels, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve()
    initrd = make_initrd(work)
    for name in sys.argv[4:] or CASES:
        folder = work / "cases" / name
        if (folder / "result.json").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        _, _, _, append, pmem, crash, _ = CASES[name]
        line = append if "kaslr" in name else f"nokaslr {append}".strip()
        log = folder / "base.log"
        log.write_text(cut(boot(name, kernels, initrd, line)[0]))
        result = []
        for words in (["pmem", pmem], ["crashkernel", "--size", crash]):
            parameter = suggested(memmap, words, log)
            row = {"words": words, "parameter": parameter, "boots": []}
            for _ in range(KASLR_BOOTS if "kaslr" in name else 1):
                if parameter is None:
                    break
                _, places, meminfo = boot(name, kernels, initrd, f"{line} {parameter}")
                row["boots"].append({"iomem": iomem(places), "mem_total_kib": int(re.search(r"MemTotal:\s+(\d+)", meminfo)[1])})
            result.append(row)
        (folder / "result.json").write_text(json.dumps(result, indent=1) + "\n")
        print(name, json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
