"""Hostile inputs of 1 MiB, one table: for every format that memmap reads, texts that nest, repeat, overlap,
alternate, run on without an end of line, or unpack to far more than they are. The same bytes each time."""

import bz2
import gzip
import io
import lzma
import pathlib
import struct
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from typing import Callable

MIB = 1 << 20
ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ("simulate", "{}")


@dataclass
class Input:
    name: str
    make: Callable[[], bytes]
    # Command lines that read it; `{}` is the file, `{maps}` the maps that come with memmap.
    runs: tuple = (SOURCE,)
    quick: bool = False  # one of those that the test runs each time
    suffix: str = ""

    def file(self):
        return self.name.replace("/", "-") + self.suffix


def cut(text, size=MIB):
    data = text if isinstance(text, bytes) else text.encode()
    return data[:size]


def repeat(text, size=MIB, ahead="", behind=""):
    """`text`, again and again, in whole; `{i}` of it counts."""
    return lines(lambda i: text.format(i=i) if "{i" in text else text, size, ahead, behind)


def lines(make, size=MIB, ahead="", behind=""):
    """What make(i) returns, for i from 0 on, as long as it fits."""
    out, used, i = [ahead], len(ahead) + len(behind), 0
    while True:
        piece = make(i)
        used += len(piece)
        if used > size:
            break
        out.append(piece)
        i += 1
    return ("".join(out) + behind).encode()


# Where ranges lie to each other, `i` the number of the range and `n` about how many there are: [start, end).
MOST = 60000  # ranges that fit into 1 MiB, however they are written
SHAPES = {
    "adjacent": lambda i, n: (i * 0x1000, (i + 1) * 0x1000),
    "apart": lambda i, n: (i * 0x3000, i * 0x3000 + 0x1000),
    "decreasing": lambda i, n: ((MOST - i) * 0x3000, (MOST - i) * 0x3000 + 0x2000),
    "nested": lambda i, n: (i * 0x1000, (2 * MOST - i) * 0x1000 + 0x1000),
    "staircase": lambda i, n: (i * 0x1000, (i + n) * 0x1000),
    "interleaved": lambda i, n: ((i * 7919 % n) * 0x2000, (i * 7919 % n) * 0x2000 + 0x1800),
    "same": lambda i, n: (0x100000, 0x40000000),
    "wide_apart": lambda i, n: (i * 0x280000000, i * 0x280000000 + 0x8000000),
}
DMESG_HEAD = (
    "[    0.000000] Linux version 6.12.117+deb12-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) "
    "12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1\n"
    "[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet\n")
DMESG_MAP = (
    "[    0.000000] BIOS-provided physical RAM map:\n"
    "[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
    "[    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved\n"
    "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable\n"
    "[    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] usable\n")
TYPES = ("usable", "reserved", "ACPI data", "ACPI NVS")


def dmesg(line, head=DMESG_HEAD + DMESG_MAP, size=MIB):
    return lines(lambda i: "[    0.000000] " + line(i) + "\n", size, head)


def dmesg_e820(shape, size=MIB):
    n = size // 90
    where = SHAPES[shape]

    def line(i):
        start, end = where(i, n)
        return f"BIOS-e820: [mem {start:#018x}-{end - 1:#018x}] {TYPES[i % 4]}"

    return dmesg(line, DMESG_HEAD + "[    0.000000] BIOS-provided physical RAM map:\n", size)


def each(head, n, shape, form):
    where = SHAPES[shape]

    def line(i):
        start, end = where(i, n)
        return form(i, start, end)

    return lines(line, MIB, head)


def memblock_line(i, n=9000):
    start, end = SHAPES["interleaved"](i, n)
    return f"memblock_reserve: [{start + 0x100000:#018x}-{end + 0xfffff:#018x}] some_function+0x{i % 4096:x}/0x1000"


def elf(types, machine=62, entries=65535):
    count = min(entries, (MIB - 64) // 56)
    head = b"\x7fELF" + bytes([2, 1, 1, 0]) + bytes(8) + struct.pack(
        "<HHIQQQIHHHHHH", 4, machine, 1, 0, 64, 0, 0, 64, 56, count, 64, 0, 0)
    return head + b"".join(
        struct.pack("<IIQQQQQQ", types, 7, 0x200000, 0, i * 0x3000 % (1 << 46), 0x1000, 0x1000, 0)
        for i in range(count))


def tar(members, kind=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zst(data):
    try:
        return subprocess.run(["zstd", "-q", "-19", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return gzip.compress(data, 9, mtime=0)


def xz(data):
    return lzma.compress(data, preset=6)


def gz(data):
    return gzip.compress(data, 9, mtime=0)


def zeros(size):
    return bytes(size)


def bomb(compress, size, piece=b"\0"):
    return compress(piece * (size // len(piece)))


def layers(data, times, compress=gz):
    for _ in range(times):
        data = compress(data)
    return data


def yaml_e820(shape, head="firmware: bios\ne820:\n"):
    return each(head, 17000, shape,
                lambda i, s, e: f"  - {{start: {s:#x}, end: {e:#x}, type: {'usable' if i % 2 else 'reserved'}}}\n")


def json_e820(shape):
    n = 17000
    where = SHAPES[shape]

    def line(i):
        s, e = where(i, n)
        return f'{"," if i else ""}{{"start":"{s:#x}","end":"{e:#x}","type":"{"usable" if i % 2 else "reserved"}"}}\n'

    return lines(line, MIB, '{"e820":[', "]}")


MAP = "e820:\n  - {start: 0x0, end: 0x9fc00, type: usable}\n  - {start: 0x100000, end: 0x140000000, type: usable}\n"
CHECK = (("check", "{}", "--synthetic", "ram:640K hole:384K ram:3G"),)
SWEEP = (("sweep", "{}", "--threads", "2"),)
ACCESS = (("access", "{}", "--synthetic", "ram:640K hole:384K ram:3G"),)
LINT = (("lint", "{}"),)
BOTH = (("simulate", "{}"), ("verify", "{}"), ("lint", "{}"))
CONFIG = (("simulate", "--synthetic", "ram:640K hole:384K ram:3G", "--config", "{}"),
          ("kernel", "--config", "{}", "--kallsyms", "{}", "--btf", "{}"))
PROFILE = (("simulate", "--synthetic", "ram:640K hole:384K ram:3G", "--kernel", "{}"),)
BADRAM = (("suggest", "badram", "{}", "--synthetic", "ram:640K hole:384K ram:3G"),)
CSV = (("simulate", "{}"), ("simulate", "{}", "--input-format", "source_csv"))


def inputs():
    out = []

    def add(name, make, runs=(SOURCE,), **more):
        out.append(Input(name, make, runs, **more))

    # Any bytes, given to whatever reads a file.
    for name, make in {
            "nuls": lambda: bytes(MIB),
            "one_line": lambda: b"a" * MIB,
            "lines_of_one": lambda: b"a\n" * (MIB // 2),
            "newlines": lambda: b"\n" * MIB,
            "blanks": lambda: b" " * MIB,
            "tabs_and_digits": lambda: repeat("0x{i:x}\t"),
            "no_utf8": lambda: bytes(range(128, 256)) * (MIB // 128),
            "escapes": lambda: b"\x1b[31m" * (MIB // 5),
            "random": lambda: b"".join(struct.pack("<Q", pow(3, i, (1 << 61) - 1)) for i in range(MIB // 8)),
            "carriage_returns": lambda: b"ab\r" * (MIB // 3),
            "equals_signs": lambda: b"=\n" * (MIB // 2),
            "html": lambda: b"&amp;<p>" * (MIB // 8),
            "quoted_printable": lambda: b"=3D=20\n" * (MIB // 7),
            "base64": lambda: (b"QUJD" * 19 + b"\n") * (MIB // 77),
            "utf16": lambda: b"\xff\xfe" + "e820: 0x1000-0x2000 usable\n".encode("utf-16-le") * (MIB // 54),
            "hex_words": lambda: repeat("{i:016x} "),
    }.items():
        add("any/" + name, make, (SOURCE, ("lint", "{}"), ("verify", "{}"), CHECK[0], SWEEP[0], ACCESS[0], CONFIG[0],
                                  PROFILE[0], BADRAM[0], ("kernel", "{}"), ("replay", "{}"),
                                  ("diff", "{}", "{maps}/qemu-pc-1g.yaml"), ("plugin", "check", "{}")),
            quick=name in ("one_line", "hex_words"))

    # Boot logs.
    for shape in SHAPES:
        add(f"dmesg/e820_{shape}", lambda shape=shape: dmesg_e820(shape), quick=shape in ("nested", "interleaved"))
    add("dmesg/html_of_e820_apart", lambda: dmesg_e820("apart"), (("simulate", "{}", "--format", "html"),
                                                                 ("simulate", "{}", "--format", "json"),
                                                                 ("simulate", "{}", "--format", "svg"),
                                                                 ("show", "owners", "{}"), ("explain", "{}"),
                                                                 ("compare", "{}"), ("kaslr", "{}")))
    head = DMESG_HEAD + DMESG_MAP
    for name, line in {
            "memblock_reserve": memblock_line,
            "memblock_alloc": lambda i: f"memblock_alloc_try_nid: {64 + i} bytes align=0x40 nid=-1 "
                                        "from=0x0000000000000000 max_addr=0x0000000000000000 f+0x1/0x2",
            "efi_mem": lambda i: f"efi: mem{i:02}: [Conventional Memory|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] "
                                 f"range=[{i * 0x2000:#018x}-{i * 0x2000 + 0xfff:#018x}] (0MB)",
            "srat": lambda i: f"ACPI: SRAT: Node {i % 1024} PXM {i % 1024} [mem {i * 0x100000:#x}-{i * 0x100000 + 0xfffff:#x}]",
            "srat_cpus": lambda i: f"SRAT: PXM {i} -> APIC {i:#06x} -> Node {i}",
            "early_node_ranges": lambda i: f"  node {i % 64:3}: [mem {i * 0x200000:#018x}-{i * 0x200000 + 0xfffff:#018x}]",
            "acpi_tables": lambda i: f"ACPI: FACP 0x{0xbffe0000 + i * 64:016X} 000074 (v01 BOCHS  BXPC     00000001 BXPC 00000001)",
            "nosave": lambda i: f"PM: hibernation: Registered nosave memory: [mem {i * 0x2000:#010x}-{i * 0x2000 + 0xfff:#010x}]",
            "pci_bars": lambda i: f"pci 0000:{i % 256:02x}:{i // 256 % 32:02x}.0: reg 0x10: [mem {0xc0000000 + i * 4096:#010x}-{0xc0000fff + i * 4096:#010x}]",
            "e820_updates": lambda i: f"e820: update [mem {i * 0x1000:#010x}-{i * 0x1000 + 0xfff:#010x}] usable ==> reserved",
            "e820_remove": lambda i: f"e820: remove [mem {i * 0x1000:#010x}-{i * 0x1000 + 0xfff:#010x}] usable",
            "reserve_setup_data": lambda i: f"reserve setup_data: [mem {i * 0x1000:#018x}-{i * 0x1000 + 0xfff:#018x}] usable",
            "user_map": lambda i: f"user: [mem {i * 0x3000:#018x}-{i * 0x3000 + 0xfff:#018x}] usable",
            "mtrr": lambda i: f"  {i} base {i * 0x100000:010X} mask FFFFF00000 write-back",
            "init_memory_mapping": lambda i: f"init_memory_mapping: [mem {i * 0x200000:#010x}-{i * 0x200000 + 0x1fffff:#010x}]",
            "numa_nodes": lambda i: f"NODE_DATA({i % 1024}) allocated [mem {i * 0x20000:#x}-{i * 0x20000 + 0x1ffff:#x}]",
            "zone_ranges": lambda i: f"  Normal   [mem {i * 0x100000:#018x}-{i * 0x100000 + 0xfffff:#018x}]",
            "cma": lambda i: f"cma: Reserved {16 + i % 4 * 16} MiB at {i * 0x1000000:#018x}",
            "crashkernel": lambda i: f"crashkernel reserved: {i * 0x1000000:#018x} - {i * 0x1000000 + 0xffffff:#018x} (16 MB)",
            "percpu": lambda i: f"percpu: Embedded {i % 64 + 1} pages/cpu s{i} r8192 d28672 u262144",
            "memory_available": lambda i: f"Memory: {i}K/{i + 100}K available (16384K kernel code, 2413K rwdata, 11408K rodata, 4048K init, 5152K bss, {i}K reserved, 0K cma-reserved)",
            "hash_tables": lambda i: f"Dentry cache hash table entries: {1 << i % 20} (order: {i % 11}, {i} bytes, linear)",
            "command_lines": lambda i: f"Kernel command line: BOOT_IMAGE=/boot/vmlinuz memmap=4K\\${i * 8192:#x}",
            "other": lambda i: f"usb 1-{i}: new high-speed USB device number {i} using xhci_hcd",
            "ram_disk": lambda i: f"RAMDISK: [mem {i * 0x1000:#010x}-{i * 0x1000 + 0xfff:#010x}]",
    }.items():
        add("dmesg/" + name, lambda line=line: dmesg(line), BOTH,
            quick=name in ("memblock_reserve", "efi_mem", "srat", "nosave"))
    add("dmesg/many_boots", lambda: repeat(head), BOTH, quick=True)
    add("dmesg/replay", lambda: dmesg(memblock_line), (("replay", "{}"), ("replay", "{}", "--format", "json")), quick=True)
    add("dmesg/replay_adjacent", lambda: dmesg(
        lambda i: f"memblock_add: [{i * 0x1000:#018x}-{i * 0x1000 + 0xfff:#018x}] f+0x1/0x2"), (("replay", "{}"),))
    add("dmesg/replay_free", lambda: dmesg(
        lambda i: f"{'memblock_free' if i % 2 else 'memblock_reserve'}: [{i * 0x1000:#018x}-{i * 0x1000 + 0x1fff:#018x}] f+0x1/0x2"),
        (("replay", "{}"),))
    add("dmesg/command_line_of_a_mib", lambda: cut(
        DMESG_HEAD.replace("ro quiet", "ro " + "a=b " * (MIB // 4)) + DMESG_MAP, MIB), BOTH, quick=True)
    add("dmesg/memmap_of_a_mib", lambda: cut(
        DMESG_MAP + "[    0.000000] Command line: " + "".join(f"memmap=4K${i * 8192:#x} " for i in range(70000)), MIB), BOTH)
    add("dmesg/stamps", lambda: repeat("[    0.000000] ", MIB, head), BOTH)
    add("dmesg/journal_json", lambda: repeat('{{"MESSAGE":"BIOS-e820: [mem 0x{i:016x}-0x{i:016x}] usable","_TRANSPORT":"kernel"}}\n'), BOTH)
    add("dmesg/journal_json_deep", lambda: b'{"MESSAGE":' + b"[" * (MIB - 12), BOTH)
    add("dmesg/wrapped", lambda: repeat("[    0.000000] BIOS-e820: [mem 0x{i:016x}-\n0x{i:016x}] usa\nble\n"), BOTH)
    add("dmesg/syslog", lambda: repeat("Jan  1 00:00:00 host kernel: [    0.000000] BIOS-e820: [mem 0x{i:016x}-0x{i:016x}] usable\n"), BOTH)

    # Machines' other maps.
    for shape in SHAPES:
        add(f"iomem/{shape}", lambda shape=shape: each("", 25000, shape, lambda i, s, e:
            f"{s:08x}-{e - 1:08x} : {'System RAM' if i % 2 else 'Reserved'}\n"))
        add(f"scenario/e820_{shape}", lambda shape=shape: yaml_e820(shape), quick=shape == "wide_apart",
            runs=(SOURCE, ("simulate", "{}", "--no-entry-limit")), suffix=".yaml")
        add(f"table/{shape}", lambda shape=shape: each("start end type\n", 28000, shape, lambda i, s, e:
            f"0x{s:x} 0x{e - 1:x} {'RAM' if i % 2 else 'Reserved'}\n"),
            (("simulate", "{}", "--no-entry-limit"), ("simulate", "{}", "--columns", "start,last,type")))
        add(f"csv/{shape}", lambda shape=shape: each("start,end,type\n", 28000, shape, lambda i, s, e:
            f"0x{s:x},0x{e:x},{'usable' if i % 2 else 'reserved'}\n"), CSV, suffix=".csv")
        add(f"exactmap/{shape}", lambda shape=shape: each("memmap=exactmap ", 28000, shape, lambda i, s, e:
            f"memmap={e - s:#x}{'@' if i % 2 else '$'}{s:#x} "))
        add(f"mtree/{shape}", lambda shape=shape: each("address-space: memory\n  0000000000000000-ffffffffffffffff (prio 0, i/o): system\n",
            14000, shape, lambda i, s, e: f"    {s:016x}-{e - 1:016x} (prio {i % 4}, ram): pc.ram{i}\n"))
        add(f"json/e820_{shape}", lambda shape=shape: json_e820(shape), suffix=".json")
        add(f"c_array/{shape}", lambda shape=shape: each("struct boot_e820_entry map[] = {\n", 30000, shape, lambda i, s, e:
            f"{{ {s:#x}, {e - s:#x}, {i % 2 + 1} }},\n"))
        add(f"etc_e820/{shape}", lambda shape=shape: b"".join(struct.pack("<QQI", s, e - s, 1 + i % 2) for i, (s, e) in (
            (i, SHAPES[shape](i, MIB // 20)) for i in range(MIB // 20))), (SOURCE, ("simulate", "{}", "--input-format", "etc-e820")))
    add("iomem/nested_deep", lambda: lines(lambda i: " " * (2 * i) + f"{i:08x}-ffffffff : x\n", MIB), quick=True)
    add("iomem/nested_again", lambda: lines(lambda i: " " * (2 * (i % 64)) + f"{i:08x}-ffffffff : System RAM\n", MIB))
    add("mtree/nested_deep", lambda: lines(lambda i: " " * (2 * i) + f"{i:016x}-ffffffffffffffff (prio 0, i/o): x\n", MIB,
                                           "address-space: memory\n"))
    add("mtree/flat", lambda: lines(lambda i: f"  {i * 4096:016x}-{i * 4096 + 4095:016x} (prio 0, ram): pc.ram @{i * 4096:016x} KVM\n", MIB,
                                    "FlatView #0\n AS \"memory\", root: system\n Root memory region: system\n"))
    add("mtree/aliases", lambda: lines(lambda i: f"    {i * 4096:016x}-{i * 4096 + 4095:016x} (prio 0, ram): alias a{i} @a{i + 1} 0000000000000000-0000000000000fff\n", MIB,
                                       "address-space: memory\n  0000000000000000-ffffffffffffffff (prio 0, i/o): system\n"))
    add("synthetic/small", lambda: repeat("ram:4K hole:4K "), (SOURCE, ("simulate", "{}", "--no-entry-limit")), quick=True)
    add("synthetic/large", lambda: repeat("ram:128M hole:20G "), (SOURCE, ("simulate", "{}", "--no-entry-limit")))
    add("synthetic/fragments", lambda: repeat("ram:60K reserved:4K hole:64K "), (SOURCE, ("simulate", "{}", "--no-entry-limit")))
    add("synthetic/nodes", lambda: repeat("ram:1M@{i} "), (SOURCE,))
    add("synthetic/digits", lambda: b"ram:" + b"9" * (MIB - 4))
    add("synthetic/far", lambda: b"ram:640K hole:384K ram:512T", (SOURCE, ("simulate", "{}", "--format", "json")))
    add("exactmap/one_word", lambda: b"memmap=exactmap memmap=" + b"4K@4K," * (MIB // 6 - 4))

    # Documents.
    for name, text in {
            "deep_lists": b"e820: " + b"[" * (MIB - 8),
            "deep_maps": b"{a: " * (MIB // 4),
            "deep_blocks": lines(lambda i: " " * i + "a:\n", MIB),
            "deep_dashes": b"- " * (MIB // 2),
            "anchors": repeat("a{i}: &a{i} b\n"),
            "aliases": b"a: &a [x]\nb: [" + b"*a," * (MIB // 3 - 8) + b"]\n",
            "laughs": b"a: &a [x,x]\n" + b"".join(b"a%d: &a%d [*a%d,*a%d]\n" % (i + 1, i + 1, i, i) for i in range(30)),
            "keys": repeat("k{i}: 1\n"),
            "same_key": repeat("e820: 1\n"),
            "flow_keys": b"{" + repeat("k{i}: 1, ", MIB - 8) + b"}",
            "scalars": b"e820: [" + b"1," * (MIB // 2 - 8) + b"]\n",
            "empty_maps": b"e820: [" + b"{}," * (MIB // 3 - 8) + b"]\n",
            "long_scalar": b"description: " + b"a" * (MIB - 14),
            "quoted": b'description: "' + b"\\x41" * (MIB // 4 - 8) + b'"\n' + MAP.encode(),
            "folded": b"description: >\n" + b" a\n" * (MIB // 3 - 8),
            "comments": b"# a\n" * (MIB // 4),
            "documents": b"---\n" * (MIB // 4),
            "tags": b"e820: [" + b"!!str a," * (MIB // 8 - 8) + b"]\n",
            "directives": b"%YAML 1.1\n" * (MIB // 10),
            "unicode": "description: ".encode() + "ü".encode() * (MIB // 2 - 16),
            "unicode_flow": b"[" + "ü,".encode() * (MIB // 3 - 2) + b"]",
            "questions": b"? " * (MIB // 2),
            "colons": b": " * (MIB // 2),
            "unclosed_key": b"{" + b"a," * (MIB // 2 - 2),
            "multiline_keys": b"? |\n a\n: b\n" * (MIB // 12),
    }.items():
        # Whatever reads YAML.
        add("yaml/" + name, lambda text=text: text[:MIB],
            (("simulate", "{}", "--input-format", "scenario"), CHECK[0], SWEEP[0], ACCESS[0], PROFILE[0]), suffix=".yaml",
            quick=name in ("deep_lists", "deep_maps", "keys", "scalars"))
    for name, text in {
            "deep_lists": b"[" * MIB,
            "deep_maps": b'{"a":' * (MIB // 5),
            "keys": b"{" + repeat('"k{i}":1,', MIB - 8) + b'"e820":[]}',
            "same_key": b"{" + b'"a":1,' * (MIB // 6 - 2) + b'"e820":[]}',
            "scalars": b'{"e820":[' + b"1," * (MIB // 2 - 8) + b"1]}",
            "long_scalar": b'{"e820":"' + b"a" * (MIB - 16) + b'"}',
            "escapes": b'{"e820":"' + b"\\u0041" * (MIB // 6 - 8) + b'"}',
            "long_number": b'{"e820":' + b"9" * (MIB - 16) + b"}",
            "exponent": b'{"e820":1e' + b"9" * (MIB - 16) + b"}",
            "empty_maps": b'{"e820":[' + b"{}," * (MIB // 3 - 8) + b"{}]}",
    }.items():
        add("json/" + name, lambda text=text: text[:MIB],
            (("simulate", "{}", "--input-format", "json"), ("diff", "{}", "{maps}/qemu-pc-1g.yaml")), suffix=".json",
            quick=name in ("keys", "scalars"))
    add("scenario/nodes", lambda: lines(lambda i: f"  - {{nid: {i % 1024}, start: {i * 0x100000:#x}, end: {i * 0x100000 + 0x100000:#x}}}\n", MIB, MAP + "nodes:\n"), suffix=".yaml", quick=True)
    add("scenario/errors", lambda: lines(lambda i: f"  - {{start: 0x{i:x}, end: 0, type: x{i}}}\n", MIB, "e820:\n"), suffix=".yaml")
    add("scenario/cmdline", lambda: (MAP + "cmdline: '" + "memmap=4K$0x12345000 " * 49000 + "'\n").encode()[:MIB - 2] + b"'\n", suffix=".yaml")
    for key, row in {
            "setup_data": "addr: {s:#x}, type: 1, len: 64",
            "efi_map": "start: {s:#x}, end: {e:#x}, type: 7, attributes: 0xf",
            "efi_kept": "start: {s:#x}, end: {e:#x}",
            "efi_mmio": "start: {s:#x}, end: {e:#x}",
            "extended_map": "start: {s:#x}, end: {e:#x}, type: usable",
            "acpi_tables": "signature: FACP, start: {s:#x}, size: 244",
            "mtrrs": "start: {s:#x}, size: 4K, type: write-back",
            "pci_windows": "start: {s:#x}, end: {e:#x}",
            "cxl_windows": "start: {s:#x}, end: {e:#x}",
            "gart_apertures": "start: {s:#x}, end: {e:#x}",
    }.items():
        add(f"scenario/{key}", lambda key=key, row=row: lines(lambda i: "  - {" + row.format(
            s=0x100000 + i * 0x3000, e=0x101000 + i * 0x3000) + "}\n", MIB, ("firmware: efi\n" if "efi" in key else "") + MAP + key + ":\n"),
            suffix=".yaml", quick=key == "efi_map")
    for key in ("cpu_nodes", "ioapic_addresses", "other_nodes", "distances", "node_domains", "notes"):
        add(f"scenario/{key}", lambda key=key: (MAP + key + ": [" + "1," * ((MIB - 200) // 2) + "1]\n").encode(), suffix=".yaml")

    # Files of bits.
    add("elf_core/loads", lambda: elf(1), quick=True)
    add("elf_core/notes", lambda: elf(4))
    add("elf/x86_program", lambda: elf(1), (("kernel", "{}"), ("plugin", "check", "{}"), PROFILE[0]))
    add("boot_params/longer", lambda: bytes(0x1e8) + b"\x80" + bytes(0x1f1 - 0x1e9) + b"\x04" + bytes(12) + b"\x55\xaaHdrS" + bytes(MIB - 0x206),
        (SOURCE, ("simulate", "{}", "--input-format", "boot-params")))
    add("tar/empty_members", lambda: tar((f"m/{i}", b"") for i in range(2040)), (SOURCE, ("simulate", "--machine", "{}")), suffix=".tar")
    add("tar/packed_members", lambda: gz(tar((f"memmap/{i}/start", b"0x0\n") for i in range(40000))), (SOURCE,), suffix=".tar.gz", quick=True)
    add("tar/machine_of_zeros", lambda: gz(tar([("e820.txt", bytes(60 << 20)), ("dmesg.txt", bytes(60 << 20))])),
        (SOURCE, ("simulate", "--machine", "{}")), suffix=".tar.gz")
    add("tar/sysfs_of_many", lambda: gz(tar([(f"memmap/{i}/{n}", t) for i in range(12000) for n, t in (
        ("start", b"%#x\n" % (i * 8192)), ("end", b"%#x\n" % (i * 8192 + 4095)), ("type", b"System RAM\n"))])), (SOURCE,), suffix=".tar.gz")

    # What unpacks to more.
    line = b"[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
    for packer, compress in {"gzip": gz, "xz": xz, "zstd": zst, "bzip2": bz2.compress}.items():
        add(f"bomb/{packer}_of_zeros", lambda c=compress: bomb(c, 300 << 20)[:MIB], (SOURCE, ("verify", "{}"), ("lint", "{}"), ("kernel", "{}"), CHECK[0],
                                                                              ("kernel", "--btf", "{}", "--config", "{}")), quick=packer == "gzip")
        add(f"bomb/{packer}_of_log", lambda c=compress: bomb(c, 120 << 20, line), BOTH, quick=packer == "gzip")
    add("bomb/xz_of_iomem", lambda: bomb(xz, 120 << 20, b"00100000-bffdffff : System RAM\n"))
    add("bomb/xz_of_yaml", lambda: xz(b"e820:\n" + b"  - {start: 0x0, end: 0x1000, type: usable}\n" * 1_000_000), suffix=".yaml")
    add("bomb/xz_of_json", lambda: xz(b'{"e820":[' + b"1," * 20_000_000 + b"1]}"))
    add("bomb/xz_of_table", lambda: bomb(xz, 100 << 20, b"0x1000 0x2000 RAM\n"))
    add("bomb/xz_of_one_line", lambda: bomb(xz, 100 << 20, b"ram:4K hole:4K "))
    add("bomb/xz_of_config", lambda: bomb(xz, 100 << 20, b"CONFIG_A=y\n"), CONFIG)
    add("bomb/layers", lambda: layers(b"ram:640K hole:384K ram:3G", 300), quick=True)
    add("bomb/layers_of_xz", lambda: layers(bytes(100 << 20), 3, xz))
    add("bomb/xz_of_elf", lambda: xz(elf(1) + bytes(500 << 20)))

    # Kernels.
    add("config/options", lambda: repeat("CONFIG_OPTION_{i}=y\n", MIB, "CONFIG_X86_64=y\n"), CONFIG)
    add("config/same", lambda: repeat("CONFIG_NR_CPUS=64\n", MIB, "CONFIG_X86_64=y\n"), CONFIG)
    add("config/long_value", lambda: b'CONFIG_X86_64=y\nCONFIG_CMDLINE="' + b"a" * (MIB - 20) + b'"\n', CONFIG)
    add("profile/symbols", lambda: lines(lambda i: f"  s{i}: 0x{i:x}\n", MIB, "name: x\nsymbols:\n"), PROFILE, suffix=".yaml")
    add("kallsyms/symbols", lambda: lines(lambda i: f"{0xffffffff81000000 + i * 16:016x} T symbol_{i}\n", MIB), (("kernel", "--kallsyms", "{}"),))
    add("btf/garbage", lambda: struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, MIB - 4096, MIB - 4096, 4000) + bytes(MIB - 24), (("kernel", "--btf", "{}"),))
    add("btf/structs", lambda: struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, 12 * 80000, 12 * 80000, 16) + struct.pack("<III", 1, 4 << 24, 8) * 80000
        + b"\0page\0" + bytes(10), (("kernel", "--btf", "{}"),))
    add("btf/typedefs", lambda: struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, 12 * 80000, 12 * 80000, 16) + b"".join(
        struct.pack("<III", 1, 8 << 24, i % 80000 + 1) for i in range(1, 80001)) + b"\0page\0" + bytes(10), (("kernel", "--btf", "{}"),))
    add("deb/members", lambda: b"!<arch>\n" + b"".join(b"m%-15d%-12d%-6d%-6d%-8s%-10d`\n" % (i, 0, 0, 0, b"100644", 0) for i in range(17000)), (("kernel", "{}"),))
    add("deb/bomb", lambda: (lambda d: b"!<arch>\n" + b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"debian-binary", 0, 0, 0, b"100644", 4) + b"2.0\n" +
                             b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"data.tar.xz", 0, 0, 0, b"100644", len(d)) + d)(
                                 xz(tar([("./boot/vmlinuz-6.1", bytes(1000 << 20))]))), (("kernel", "{}"),))

    # Policies, matrices, scripts, command lines.
    add("policy/rules", lambda: repeat("  - mem_total >= 1M\n", MIB, "require:\n"), CHECK, quick=True, suffix=".yaml")
    add("policy/wrong_rules", lambda: repeat("  - mem_totul >= {i}M\n", MIB, "require:\n"), CHECK, suffix=".yaml")
    add("policy/deep_rule", lambda: b"require:\n  - " + b"(" * (MIB // 2) + b"mem_total >= 1M" + b")" * (MIB // 2 - 40), CHECK, suffix=".yaml")
    add("policy/not_rule", lambda: b"require:\n  - " + b"not " * (MIB // 4 - 20) + b"panic\n", CHECK, suffix=".yaml")
    add("policy/deep_enough", lambda: b"require:\n" + (b"  - " + b"(" * 31 + b"mem_total + 1M" + b")" * 31 + b" >= 1M\n") * (MIB // 100), CHECK, suffix=".yaml")
    add("policy/nested_nots", lambda: b"require:\n" + (b"  - " + b"not (" * 31 + b"no panic" + b")" * 31 + b"\n") * (MIB // 210), CHECK, suffix=".yaml")
    add("policy/owners", lambda: repeat('  - owner "k*e*r*n*e*l*{i}*" not in 0x4f0000000-0x4ffffffff\n', 600000, "require:\n"), CHECK, suffix=".yaml")
    add("policy/machines", lambda: repeat("  - {{maps}}/qemu-pc-1g.yaml\n", MIB, "require: [no panic]\nmachine:\n"), (("check", "{}"),), suffix=".yaml")
    add("policy/appends", lambda: repeat("  - a={i}\n", MIB, "require: [no panic]\nappend:\n"), CHECK, suffix=".yaml")
    add("matrix/braces", lambda: ("machines: [{name: a, synthetic: 'ram:640K hole:384K ram:511M'}]\nappend:\n  - '" + "{1..99}" * 149000 + "'\n").encode()[:MIB - 3] + b"'\n", SWEEP, suffix=".yaml")
    add("matrix/deep_braces", lambda: ("machines: [{name: a, synthetic: 'ram:640K hole:384K ram:511M'}]\nappend:\n  - '" + "{a," * 340000).encode()[:MIB - 3] + b"'\n", SWEEP, suffix=".yaml")
    add("matrix/machines", lambda: repeat("  - {{name: m{i}, synthetic: 'ram:640K hole:384K ram:511M'}}\n", MIB, "exclude: [{machine: m*}]\nmachines:\n"), SWEEP, suffix=".yaml")
    add("matrix/excludes", lambda: repeat("  - {{machine: 'm*a*b*{i}'}}\n", MIB, "machines: [{name: aaaaaaaaaaaaaaaa, synthetic: 'ram:640K hole:384K ram:511M'}]\nappend: ['{1..500}']\nexclude:\n"), SWEEP, suffix=".yaml")
    add("access/steps", lambda: repeat("  - read: {{at: 0x{i:x}}}\n", MIB, "steps:\n"), ACCESS, suffix=".yaml")
    add("access/steps_10000", lambda: ("steps:\n" + "".join(f"  - ioremap: {{phys: {0x100000000 + i * 0x200000:#x}, size: 2M, as: n{i}}}\n" for i in range(9990))).encode(), ACCESS, suffix=".yaml")
    add("access/maps", lambda: ("steps:\n" + "".join(f"  - map: {{virt: {0xffffc90000000000 + (i << 39) % (1 << 45):#x}, phys: {i << 30:#x}, size: 1G, page_size: 4K, flags: [rw]}}\n" for i in range(400))).encode(), ACCESS, suffix=".yaml")
    add("access/write_bytes", lambda: b"steps:\n  - write: {at: 0x1000, bytes: '" + b"00 " * (MIB // 3 - 30) + b"'}\n", ACCESS, suffix=".yaml")
    add("lint/words", lambda: b"a=b " * (MIB // 4), LINT, quick=True)
    add("lint/flags", lambda: b"a " * (MIB // 2), LINT)
    add("lint/unknown", lambda: repeat("memmapp{i}=1 "), LINT)
    add("lint/memmap", lambda: repeat("memmap=4K$0x{i:x}000 "), LINT, quick=True)
    add("lint/memmap_items", lambda: b"memmap=" + repeat("4K$0x{i:x}000,", MIB - 8), LINT)
    add("lint/quotes", lambda: b'"' * MIB, LINT)
    add("lint/commas", lambda: b"crashkernel=" + repeat("{i}M-:1M,", MIB - 16), LINT)
    add("lint/badram", lambda: b"badram=" + repeat("0x{i:x}000,0xfffff000,", MIB - 16), LINT)
    add("lint/grub", lambda: repeat('GRUB_CMDLINE_LINUX="a=b c"\n'), LINT)
    add("lint/grub_cfg", lambda: repeat("menuentry 'a{i}' {{\n linux /vmlinuz root=/dev/sda1 memmap=4K\\$0x{i:x}000\n}}\n"), LINT)
    add("badram/addresses", lambda: lines(lambda i: f"{i * 0x3000:#x},", MIB), BADRAM)
    add("badram/memtest", lambda: lines(lambda i: f"Test 3 Addr: {i * 0x5000:#x} Expected: 00000000 Actual: 00000001 CPU: 0\n", MIB), BADRAM)
    add("badram/patterns", lambda: b"badram=" + repeat("0x{i:x}000,0xffffffffff555000,", MIB - 8), BADRAM, quick=True)
    return out


def main():
    """inputs.py FOLDER NAME...: writes these inputs."""
    folder, names = pathlib.Path(sys.argv[1]), set(sys.argv[2:])
    for item in inputs():
        if item.name in names:
            data = item.make()[:MIB].replace(b"{maps}", str(ROOT / "maps").encode())
            (folder / item.file()).write_bytes(data)


if __name__ == "__main__":
    main()
