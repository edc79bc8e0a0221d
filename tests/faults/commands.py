"""What is run while something fails: each command of memmap, and each way in which it writes. `{dir}` is a folder
of its own for what is written, `{in}` one with what is read, `{maps}` and `{kernels}` what comes with memmap."""

import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMALL = ("--synthetic", "ram:640K hole:384K ram:255M")
LOG = """[    0.000000] Linux version 6.1.0-55-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.0-1
[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet
[    0.000000] BIOS-provided physical RAM map:
[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
[    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable
[    0.000000] e820: last_pfn = 0x3ffe0 max_arch_pfn = 0x400000000
[    0.000000] memblock_add: [0x0000000000000000-0x000000000009efff] e820__memblock_setup+0x1/0x2
"""
FILES = {
    "boot.log": LOG,
    "policy.yaml": "require:\n  - mem_total >= 1M\n  - no panic\n",
    "baseline.yaml": "require:\n  - unchanged since kept.json\n",
    "matrix.yaml": "machines: [{name: small, synthetic: 'ram:640K hole:384K ram:255M'}]\n"
                   "append: ['quiet={1..60}']\nrequire: [no panic]\n",
    "failing.yaml": "machines: [{name: small, synthetic: 'ram:640K hole:384K ram:255M'}]\nrequire: [mem_total >= 4G]\n",
    "script.yaml": "steps:\n  - ioremap: {phys: 0xfed00000, size: 4K, as: hpet}\n  - read: {at: hpet, size: 4}\n",
    "bad.txt": "badram=0x1234000,0xfffff000\n",
}


@dataclass
class Run:
    name: str
    words: tuple
    out: str = ""  # what it writes in {dir}; empty: standard output alone
    over: bool = False  # with something of that name there before, which --force replaces


RUNS = (
    Run("simulate", ("simulate", *SMALL)),
    Run("simulate_log", ("simulate", "{in}/boot.log", "--format", "json")),
    Run("simulate_file", ("simulate", *SMALL, "--format", "html", "-o", "{dir}/out.html"), "out.html"),
    Run("simulate_force", ("simulate", *SMALL, "--format", "json", "-o", "{dir}/out.json", "--force"), "out.json", True),
    Run("simulate_svg", ("simulate", *SMALL, "--format", "svg", "-o", "{dir}/out.svg"), "out.svg"),
    Run("simulate_graph", ("simulate", *SMALL, "--format", "svg", "--diagram", "buddy", "-o", "{dir}/g.svg"), "g.svg"),
    Run("show", ("show", "zones", *SMALL)),
    Run("access", ("access", "{in}/script.yaml", *SMALL, "--format", "json", "-o", "{dir}/a.json"), "a.json"),
    Run("convert", ("convert", "{maps}/qemu-pc-1g.yaml", "--to", "json", "-o", "{dir}/c.json"), "c.json"),
    Run("convert_folder", ("convert", "{maps}/qemu-pc-1g.yaml", "--to", "sysfs", "-o", "{dir}/memmap"), "memmap"),
    Run("replay", ("replay", "{in}/boot.log")),
    Run("verify", ("verify", "{in}/boot.log", "--format", "json", "-o", "{dir}/v.json"), "v.json"),
    Run("lint", ("lint", "--cmdline", "root=/dev/sda1 memmap=4K mem=1M", "-o", "{dir}/l.txt"), "l.txt"),
    Run("kernel", ("kernel", "--btf", "{in}/boot.log", "--config", "{in}/boot.log")),
    Run("capture", ("capture", "--sysroot", "{in}/root", "-o", "{dir}/captured"), "captured"),
    Run("kernels", ("kernels",)),
    Run("formats", ("formats",)),
    Run("compare", ("compare", *SMALL, "--alloc", "kernel")),
    Run("walk", ("walk", "0xffff888001000000", *SMALL, "-o", "{dir}/w.txt"), "w.txt"),
    Run("explain", ("explain", *SMALL, "-o", "{dir}/e.txt"), "e.txt"),
    Run("frames", ("frames", *SMALL, "--to", "e820__memblock_setup", "-o", "{dir}/frames"), "frames"),
    Run("kaslr", ("kaslr", *SMALL, "--format", "json", "-o", "{dir}/k.json"), "k.json"),
    Run("suggest", ("suggest", "badram", "{in}/bad.txt", *SMALL, "-o", "{dir}/s.txt"), "s.txt"),
    Run("kdump", ("kdump", *SMALL, "--crash-kernel", "64M", "--initrd", "4M")),
    Run("diff", ("diff", "{maps}/qemu-pc-1g.yaml", "--new-append", "mem=512M", "-o", "{dir}/d.txt"), "d.txt"),
    Run("check", ("check", "{in}/policy.yaml", *SMALL, "--format", "junit", "-o", "{dir}/j.xml"), "j.xml"),
    Run("sweep", ("sweep", "{in}/matrix.yaml", "--threads", "2", "-o", "{dir}/rows.jsonl"), "rows.jsonl"),
    Run("sweep_stdout", ("sweep", "{in}/matrix.yaml", "--threads", "1")),
    Run("sweep_db", ("sweep", "{in}/matrix.yaml", "--threads", "1", "--db", "{dir}/rows.sqlite"), "rows.sqlite"),
    Run("sweep_shrink", ("sweep", "{in}/failing.yaml", "--threads", "1", "--shrink", "{dir}/small.yaml"), "small.yaml"),
    Run("plugin", ("plugin", "list")),
    Run("plugin_new", ("plugin", "new", "mine", "--kind", "trim", "-o", "{dir}/mine"), "mine"),
    Run("help", ("simulate", "--help")),
)


def prepare(folder):
    """What the runs read."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    entry = folder / "root/sys/firmware/memmap/0"
    entry.mkdir(parents=True, exist_ok=True)
    for name, text in (("start", "0x0\n"), ("end", "0xfffffff\n"), ("type", "System RAM\n")):
        (entry / name).write_text(text)
    proc = folder / "root/proc"
    proc.mkdir(exist_ok=True)
    (proc / "cmdline").write_text("root=/dev/sda1\n")
    (proc / "iomem").write_text("00001000-0009fbff : System RAM\n")


def words_of(run, inputs, out):
    names = {"{in}": inputs, "{dir}": out, "{maps}": ROOT / "maps"}
    words = []
    for word in run.words:
        for name, path in names.items():
            word = word.replace(name, str(path))
        words.append(word)
    return words


OLD = b"what was there before\n"


def fresh(run, out):
    """An empty folder for what is written, but for what stood there before."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    if run.over:
        (out / run.out).write_bytes(OLD)


def content(path):
    """The bytes of a file, or of all files of a folder; None: there is nothing."""
    if path.is_dir():
        return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
    return path.read_bytes() if path.exists() else None


def execute(memmap, words, environment=None, stdout=subprocess.PIPE, timeout=60):
    return subprocess.run([memmap, *words], stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                          env={**os.environ, "LC_ALL": "C", **(environment or {})}, timeout=timeout)


def rows_of_database(path):
    import contextlib
    import sqlite3
    try:
        with contextlib.closing(sqlite3.connect(path)) as db:
            tables = [t for (t,) in db.execute("select name from sqlite_master where type='table' order by name")]
            return {t: db.execute(f'select * from "{t}"').fetchall() for t in tables}
    except sqlite3.Error as e:
        return f"no database: {e}"


def check_all(one, each, what, memmap, arguments):
    """`one(memmap, library, run, each, inputs, scratch, rng)` for every run, on all cores: what is wrong, and how much
    was tried. `each`: of a command's calls, unless --each says so."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("--each", type=int, default=each)
    parser.add_argument("--only")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    memmap, library = os.path.abspath(memmap), os.path.abspath(options.library)
    faults, tried = [], 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        inputs = scratch / "in"
        prepare(inputs)
        runs = [r for r in RUNS if options.only in (None, r.name)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for found, count in pool.map(lambda r: one(memmap, library, r, options.each, inputs, scratch,
                                                       random.Random(f"{options.seed} {r.name}")), runs):
                faults += found
                tried += count
    print(f"{tried} runs of {len(runs)} commands with failing {what}, {len(faults)} wrong")
    return faults


def main_of(check):
    """check(memmap, arguments) returns what is wrong."""
    faults = check(sys.argv[1], sys.argv[2:])
    for fault in faults[:40]:
        print("FAILED", fault)
    if len(faults) > 40:
        print(f"and {len(faults) - 40} more")
    return 1 if faults else 0
