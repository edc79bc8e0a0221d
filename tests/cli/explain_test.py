#!/usr/bin/env python3
"""What `memmap explain` tells of an address of each kind, and of the ledger.   explain_test.py MEMMAP"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
HERE = os.path.dirname(os.path.abspath(__file__))
LOG = os.path.join(HERE, "../docs/data/boot.log")  # 2 nodes of 1 GiB, 6.1
BOOTS = os.path.join(HERE, "../conformance/boots")
SMALL = "ram:640K hole:384K ram:255M"
CACHED_TO_3G = """e820:
  - {start: 0, end: 640K, type: ram}
  - {start: 1M, end: 3G, type: ram}
  - {start: 4G, end: 5G, type: ram}
mtrrs:
  - {start: 0, end: 4G, type: write-back}
mtrr_default: uncachable
"""


def run(*args):
    return subprocess.run([MEMMAP, "explain", *args], capture_output=True, text=True, timeout=120)


def result(*args):
    done = run(*args, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def answers(addresses, *args):
    return result(*args, ",".join(hex(a) if isinstance(a, int) else a for a in addresses))["answers"]


def steps(answer):
    return [(step["stage"], step.get("function"), step["text"]) for step in answer["steps"]]


class Explain(unittest.TestCase):
    def one(self, address, *args):
        return answers([address], *args)[0]

    def has_step(self, answer, stage, function, text):
        self.assertTrue(any(s == stage and f == function and text in t for s, f, t in steps(answer)),
                        (stage, function, text, steps(answer)))

    # Every command tells it, as `simulate` and `verify` do.
    def test_a_log_that_says_otherwise(self):
        with open(LOG, encoding="utf-8") as file:
            text = file.read()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "other.log")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "[    0.400000] Built 7 zonelists, mobility grouping on.  Total pages: 999\n")
        for words in (["explain"], ["walk", "0xffff888000000000"], ["diff", "--new-append", "quiet"], ["suggest", "--size=64M", "crashkernel"],
                      ["show", "zones"], ["simulate", "--format", "meminfo"]):
            command = [MEMMAP, words[0], *words[1:]] + (["--e820", path] if words[0] != "diff" else [])
            command = [MEMMAP, "diff", path, *words[1:]] if words[0] == "diff" else command
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            self.assertIn("other.log agrees in", " ".join((done.stdout + done.stderr).split()), words)
            whole = subprocess.run([word.replace(path, LOG) for word in command], capture_output=True, text=True, timeout=120)
            self.assertNotIn("agrees in", whole.stdout + whole.stderr, words)

    def test_the_kernels_image(self):
        told = self.one(0x1000001, LOG)
        self.assertEqual((told["end"], told["in_mem_total"], told["what"]), ("reserved", False, "kernel image"))
        self.has_step(told, "firmware", "e820__memory_setup", "RAM in the firmware's map")
        self.has_step(told, "memblock", "early_reserve_memory", "reserved for kernel image")
        self.has_step(told, "memblock", "e820__memblock_setup", "added to memblock's memory")
        self.has_step(told, "zone", None, "node 0, zone DMA32")
        self.has_step(told, "mapped", None, "0xffffffff81000001 in the kernel image")
        self.has_step(told, "mapped", None, "0xffff888001000001 in the direct map, a page of 2M")
        self.has_step(told, "iomem", None, "System RAM > Kernel code")
        order = [stage for stage, _, _ in steps(told)]
        self.assertLess(order.index("firmware"), order.index("memblock"))
        self.assertLess(order.index("memblock"), order.index("hand-over"))

    def test_what_is_given_back(self):
        initrd = self.one(0x7fee4000, LOG)
        self.assertEqual((initrd["end"], initrd["what"]), ("given_back", "initrd"))
        self.has_step(initrd, "later", "populate_rootfs", "Freeing initrd memory")
        self.assertIn("part of MemTotal from populate_rootfs() on", initrd["answer"])
        init = self.one(0x38dd123, "--machine", f"{BOOTS}/efi-2G-612c/machine")
        self.assertEqual((init["end"], init["what"]), ("given_back", "kernel image"))
        self.has_step(init, "later", "free_initmem", "Freeing unused kernel image (initmem) memory")

    def test_a_crash_kernel(self):
        crash = ("--append", "crashkernel=64M")
        row = next(row for row in result(LOG, *crash, "--lost")["lost"]["rows"] if row["what"] == "crash kernel")
        self.assertEqual((row["bytes"], row["remedy"]), (64 << 20, "without crashkernel="))
        base = int(row["ranges"][0]["base"], 16)
        told = self.one(base, LOG, *crash)
        self.assertEqual((told["end"], told["remedy"]), ("reserved", "without crashkernel="))
        text = run(LOG, hex(base), *crash).stdout
        first = " ".join(text.split("\n\n")[0].split())
        self.assertEqual(first, f"{base:#x}: reserved: crash kernel (crashkernel=64M); never part of MemTotal; "
                                "what brings it back: without crashkernel=")
        self.assertEqual(self.one(base, LOG)["end"], "initialised_later")

    def test_no_ram(self):
        hole, apic, firmware, above = answers([0xa0000, 0xfee00123, 0xfffc0000, "phys:0xffffffffff000"], LOG)
        for told in (hole, apic, firmware, above):
            self.assertEqual((told["end"], told["in_mem_total"]), ("no_ram", False))
            self.assertNotIn("remedy", told)
        self.has_step(hole, "firmware", "e820__memory_setup", "the firmware's map has no entry here")
        self.has_step(apic, "mapped", None, "in the fixmap (FIX_APIC_BASE)")
        self.has_step(firmware, "firmware", "e820__memory_setup", "reserved in the firmware's map")
        self.has_step(above, "mapped", None, "nowhere in the kernel's page tables")

    def test_soft_reserved(self):
        # DAX's drivers make System RAM of it, after the boot.
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "map.yaml")
            with open(path, "w") as file:
                file.write("firmware: efi\ne820:\n  - {start: 0, end: 640K, type: ram}\n  - {start: 1M, end: 1G, type: ram}\n"
                           "  - {start: 4G, end: 5G, type: soft}\n")
            told = self.one(4 << 30, path)
            self.assertEqual((told["end"], told["in_mem_total"]), ("no_ram", False))
            self.assertIn("not part of MemTotal at boot; DAX's drivers may make it System RAM later", told["answer"])
            told = self.one(4 << 30, path, "--append", "efi=nosoftreserve")
            self.assertTrue(told["in_mem_total"])

    def test_what_no_mtrr_covers(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "map.yaml")
            with open(path, "w") as file:
                file.write(CACHED_TO_3G)
            told = self.one((4 << 30) + 5, path)
            self.assertEqual(told["end"], "lost")
            self.assertRegex(told["remedy"], "^disable_mtrr_trim, at a risk: ")
            self.has_step(told, "e820", "mtrr_trim_uncached_memory", "usable ==> reserved")
            self.assertEqual(self.one((4 << 30) + 5, path, "--append", "disable_mtrr_trim")["in_mem_total"], True)

    def test_what_a_parameter_takes(self):
        told = self.one(0x20000001, LOG, "--append", "memmap=4M$512M")
        self.assertEqual((told["end"], told["remedy"]), ("lost", "without memmap=4M$512M"))
        self.assertIn("RAM that memmap=4M$512M leaves out; never part of MemTotal; without this parameter it comes "
                      "back", told["answer"])
        told = self.one(0x7f000000, LOG, "--append", "mem=1G")
        self.assertEqual((told["end"], told["remedy"]), ("lost", "without mem=1G"))

    def test_a_partial_page(self):
        told = self.one(0x9f400, "--machine", f"{BOOTS}/memmap-odd-1G-612/machine")
        self.assertEqual((told["end"], told["what"]), ("lost", "no whole page"))
        order = [function for _, function, _ in steps(told)]
        self.assertLess(order.index("e820__memblock_setup"), order.index("memblock_trim_memory"))

    def test_free_pages(self):
        told = self.one(0x200000, "--machine", f"{BOOTS}/efi-2G-612c/machine")
        self.assertEqual((told["end"], told["in_mem_total"]), ("free", True))
        self.has_step(told, "hand-over", "memblock_free_all", "free, in a block of order 9 (movable)")
        later = self.one(0x38000000, LOG)
        self.assertEqual((later["end"], later["in_mem_total"]), ("initialised_later", True))
        self.has_step(later, "later", "deferred_init_memmap", "free from then on")

    def test_virtual_addresses(self):
        told, nothing = answers(["0xffff888001000001", "0xffffc90000000000"], LOG)
        self.assertEqual((told["virtual"], told["physical"]), ("0xffff888001000001", "0x1000001"))
        self.assertEqual(told["what"], "kernel image")
        self.assertEqual(nothing["end"], "not_mapped")
        self.assertNotIn("physical", nothing)

    def test_a_kernel_that_stops(self):
        told = self.one(0x1000, "--synthetic", "ram:1M")
        self.assertEqual(told["end"], "reserved")
        self.assertIn("not free when the kernel stopped", told["answer"])
        self.assertIn("the kernel stops here: ", told["steps"][-1]["text"])
        self.assertIn("the kernel stopped before there was a MemTotal: ", run("--synthetic", "ram:1M").stdout)

    def test_the_ledger(self):
        whole = result(LOG)
        self.assertEqual(sum(part["bytes"] for part in whole["made_of"]), whole["ledger"]["mem_total"])
        for row in whole["ledger"]["rows"]:
            self.assertEqual(sum(int(r["size"], 16) for r in row["ranges"]), row["bytes"], row["what"])
        lost = result(LOG, "--lost")["lost"]["rows"]
        kept = [row["bytes"] - row["back"] for row in lost]
        self.assertEqual(kept, sorted(kept, reverse=True))
        self.assertGreater(min(kept), 0)
        self.assertNotIn("added", {row["stage"] for row in lost})
        for text in (run(LOG).stdout, run(LOG, "--lost").stdout, run(LOG, "0x1000000,0xa0000").stdout):
            self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.assertTrue(run(LOG).stdout.startswith("MemTotal is "))

    def test_where_the_address_stands(self):
        by_path = run(LOG, "0x1000000")
        by_option = run("0x1000000", "--e820", LOG)
        self.assertEqual((by_path.returncode, by_path.stdout), (0, by_option.stdout))
        self.assertEqual(run("--synthetic", SMALL, "0x1000").returncode, 0)
        for args, why in ((["log", "--synthetic", SMALL], "ADDRESS `log`"),
                          (["0x1,0x2x,y", "--synthetic", SMALL], "ADDRESS `0x2x`"),
                          (["0x1000", "--synthetic", SMALL, "--lost"], "--lost has no effect on 0x1000"),
                          (["--lost"], "a machine is missing")):
            done = run(*args)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(why, done.stderr)


unittest.main()
