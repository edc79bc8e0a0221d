#!/usr/bin/env python3
"""`memmap access --plugin check_kmemcheck`: what is tracked, what is reported, and the options.

  kmemcheck_test.py MEMMAP
"""
import json
import subprocess
import sys
import unittest

MACHINE = ["--synthetic", "ram:640K hole:384K ram:3G"]
FLAGS = "GFP_KERNEL|__GFP_"


def access(*steps, plugin="check_kmemcheck:mode=1", more=()):
    command = [MEMMAP, "access", *MACHINE, "--format", "json", *more]
    for step in steps:
        command += ["--do", step]
    if plugin:
        command += ["--plugin", plugin]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def caught(result):
    """`32 uninitialized 4`: bits, state and the last three digits of the address of each report."""
    out = []
    for step in json.loads(result.stdout)["steps"]:
        for event in step["events"]:
            words = event["text"].split()
            if words[:3] == ["WARNING:", "kmemcheck:", "Caught"]:
                out.append(f"{words[3].removesuffix('-bit')} {words[6]} {words[8][-4:-1]}")
    return out


def lines(result):
    return [event["text"] for step in json.loads(result.stdout)["steps"] for event in step["events"]]


# name, steps, reports
CASES = [
    ("pages", ["alloc_pages 0 as p", "read p 4"], ["32 uninitialized 000"]),
    ("pages_written", ["alloc_pages 0 as p", "write p 4", "read p 4"], []),
    ("pages_zeroed", [f"alloc_pages 0 gfp {FLAGS}ZERO as p", "read p 4"], []),
    ("pages_not_tracked", [f"alloc_pages 0 gfp {FLAGS}NOTRACK as p", "read p 4"], []),
    ("pages_freed", ["alloc_pages 0 as p", "free_pages p", "read p 4"], []),
    ("object", ["kmalloc 64 as p", "read p 8"], ["64 uninitialized 000"]),
    ("object_zeroed", [f"kmalloc 64 gfp {FLAGS}ZERO as p", "read p 8"], []),
    ("object_not_tracked", [f"kmalloc 64 gfp {FLAGS}NOTRACK as p", "read p 8"], []),
    ("object_freed", ["kmalloc 64 as p", "write p 64", "kfree p", "read p 1"], ["8 freed 000"]),
    ("object_of_nobody", ["kmalloc 64 as p", "read p+64 2"], ["16 unallocated 040"]),
    ("slack_of_an_object", ["kmalloc 33 as p", "write p 33", "read p+40 8"], ["64 uninitialized 028"]),
    ("second_of_a_slab", ["kmalloc 64 as p", "kmalloc 64 as q", "write p 64", "read q 4"], ["32 uninitialized 040"]),
    ("large", ["kmalloc 16K as p", "read p+8K 4"], ["32 uninitialized 000"]),
    ("cache_not_tracked", ["kmalloc 64 cache c slab SLAB_NOTRACK as p", "read p 4"], []),
    ("cache_by_rcu", ["kmalloc 64 cache c slab SLAB_DESTROY_BY_RCU as p", "write p 64", "kfree p", "read p 4"], []),
    ("cache_constructor", ["kmalloc 64 cache c slab constructor as p", "write p 64", "kfree p",
                           "kmalloc 64 cache c slab constructor as q", "read q 4"], []),
    ("said_once", ["kmalloc 64 as p", "read p 4", "read p 4"], ["32 uninitialized 000"]),
    ("partial", ["kmalloc 64 as p", "write p+3 1", "read p 4"], []),
    ("whole_page_in_one_step", ["alloc_pages 0 as p", "read p 4096"], ["64 uninitialized 000"]),
    ("by_physical_address", ["alloc_pages 0 as p", "read 0x100000 4 phys"], []),
    ("copy_to_the_stack", ["kmalloc 64 as p", "kmalloc 64 cache stack slab SLAB_NOTRACK as s", "write p 8",
                           "copy p s 16"], ["64 uninitialized 008"]),
    ("copy_with_its_shadow", ["kmalloc 64 as p", f"alloc_pages 0 gfp {FLAGS}ZERO as q", "copy p q 8", "read q 8"],
     ["64 uninitialized 000"]),
    ("bit_field", ["kmalloc 64 as p", "annotate p 4", "read p 4"], []),
    ("switched_off", ["kmalloc 64 as p", "sysctl kernel.kmemcheck 0", "read p 4", "sysctl kernel.kmemcheck 1", "read p+8 4"],
     []),
    ("another_setting", ["kmalloc 64 as p", "sysctl kernel.panic 0", "read p 4"], ["32 uninitialized 000"]),
    ("interrupts_off", ["kmalloc 64 as p", "local_irq_disable", "read p 4", "read p+8 4", "local_irq_enable"],
     ["32 uninitialized 000", "32 uninitialized 008"]),
]


class Kmemcheck(unittest.TestCase):
    def test_cases(self):
        for name, steps, want in CASES:
            with self.subTest(name):
                result = access(*steps)
                self.assertEqual(result.returncode, 1 if want else 0, result.stderr)
                self.assertEqual(caught(result), want)
                findings = json.loads(result.stdout)["checks"][0]["findings"]
                self.assertEqual([f["rule"] for f in findings], [w.split()[1] + "_read" for w in want])

    def test_a_finding_tells_step_and_place(self):
        result = access("alloc_pages 0 as p", "read p+4 4")
        answer = json.loads(result.stdout)
        phys = int(answer["steps"][1]["served"][0]["phys"], 16)
        finding = answer["checks"][0]["findings"][0]
        self.assertEqual(finding["step"], "step 2")
        self.assertEqual(finding["range"], {"base": hex(phys), "size": "0x4"})

    def test_the_mode_is_of_the_option_then_the_command_line_then_one_shot(self):
        steps = ["alloc_pages 0 as p", "read p 4", "read p+8 4"]
        for plugin, cmdline, want in [("check_kmemcheck", "", 1), ("check_kmemcheck", "kmemcheck=1", 2),
                                      ("check_kmemcheck", "kmemcheck=0", 0), ("check_kmemcheck:mode=2", "kmemcheck=1", 1),
                                      ("check_kmemcheck:mode=0", "kmemcheck=1", 0)]:
            with self.subTest(plugin=plugin, cmdline=cmdline):
                self.assertEqual(len(caught(access(*steps, plugin=plugin, more=["--cmdline", cmdline]))), want)

    def test_options(self):
        steps = ["alloc_pages 0 as p", "contents p 00112233", "write p+3 1", "read p 4"]
        result = access(*steps, plugin="check_kmemcheck:mode=1,partial_ok=no,shadow_copy=2")
        self.assertEqual(lines(result)[1:], ["001122??", " u u u i", " ^"])
        steps = ["alloc_pages 0 as p", "local_irq_disable"] + [f"read p+{8 * i} 8" for i in range(4)]
        result = access(*steps, "local_irq_enable", plugin="check_kmemcheck:mode=1,queue=1")
        self.assertEqual(lines(result)[-1], "kmemcheck: Lost 3 error reports because the queue was too small")
        self.assertEqual(access("read 0 1", plugin="check_kmemcheck:mode=3").returncode, 2)

    def test_without_the_plugin_nothing_is_said(self):
        result = access("alloc_pages 0 as p", "read p 4", plugin=None)
        self.assertEqual((result.returncode, lines(result)), (0, []))
        self.assertNotIn("checks", json.loads(result.stdout))

    def test_text_keeps_columns(self):
        command = [MEMMAP, "access", *MACHINE, "--do", "alloc_pages 0 as p", "--do", "contents p+8 00112233", "--do",
                   "read p+8 4", "--plugin", "check_kmemcheck:shadow_copy=4"]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        self.assertIn("     | ????????????????00112233????????\n"
                      "     |  u u u u u u u u u u u u u u u u\n"
                      "     |                  ^\n", text)

    def test_bad_steps(self):
        for step, words in [("copy p 0x1000", "`size`"), ("copy nobody 0x1000 4", "nobody"),
                            ("copy 0x1000 0x2000 4 by 3", "1, 2, 4"), ("copy 0x1000 0x2000 0", "1 byte to 1G"),
                            ("contents 0x1000 0x1", "pairs of hexadecimal digits"), ("annotate 0x1000", "`size`"),
                            ("sysctl kernel.kmemcheck", "`value`"),
                            ("kmalloc 8 slab SLAB_NOTRAK", "did you mean `SLAB_NOTRACK`"),
                            ("local_irq_enable now", "`now`")]:
            with self.subTest(step):
                result = access(step)
                self.assertEqual(result.returncode, 2, result.stdout)
                self.assertIn(words, result.stderr)
                self.assertIn("--do:1:", result.stderr)

    def test_a_place_that_is_taken(self):
        result = access("kmalloc 64 as p", "kmalloc 64 at 0xffff888000301000 cache c as q", "kmalloc 8 at 0xffff888000301010 as r",
                        "kmalloc 8 at 0x1000")
        steps = json.loads(result.stdout)["steps"]
        self.assertEqual([s["outcome"] for s in steps], ["done", "done", "refused", "refused"])


if __name__ == "__main__":
    MEMMAP = sys.argv.pop(1)
    unittest.main()
