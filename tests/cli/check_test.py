#!/usr/bin/env python3
"""memmap check as a user runs it: cases, verdicts, baselines, what is refused.   check_test.py MEMMAP"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
LOG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../docs/data/boot.log")
SMALL = "ram:640K hole:384K ram:255M"


class Check(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        with open(LOG) as log:
            self.write("boot.log", log.read())

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def read(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read()

    def run_check(self, *args, policy=None):
        if policy is not None:
            self.write("p.yaml", policy)
        return subprocess.run([MEMMAP, "check", "p.yaml", *args], cwd=self.folder, capture_output=True, text=True,
                              timeout=120)

    def verdicts(self, *args, policy):
        done = self.run_check(*args, "--format", "json", policy=policy)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return [verdict for boot in json.loads(done.stdout)["boots"] for verdict in boot["verdicts"]]

    def refused(self, says, *args, policy):
        done = self.run_check(*args, policy=policy)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        for text in says if isinstance(says, tuple) else (says,):
            self.assertIn(text, done.stderr)

    def test_exit_statuses(self):
        good = "machine: boot.log\nrequire:\n  - no panic\n"
        self.assertEqual(self.run_check(policy=good).returncode, 0)
        bad = good + "  - mem_total > 3G\n"
        done = self.run_check(policy=bad)
        self.assertEqual(done.returncode, 1)
        self.assertIn("`mem_total` is 1.9", done.stdout)
        self.assertIn("p.yaml:4:5", done.stdout)
        warns = good + "  - {rule: mem_total > 3G, severity: warning}\n"
        self.assertEqual(self.run_check(policy=warns).returncode, 0)
        skipped = good + "  - {rule: mem_total > 3G, when: mem_total > 2G}\n"
        self.assertEqual([v["answer"] for v in self.verdicts(policy=skipped)], ["passed", "skipped"])

    def test_cases_are_a_product(self):
        policy = ("machine: ['*.log', boot.log]\nkernel: [6.1.0-55-amd64, 6.12.117+deb12-amd64]\n"
                  "append: ['', crashkernel=64M]\nrequire: [no panic]\n")
        done = self.run_check("--format", "json", policy=policy)
        names = [boot["name"] for boot in json.loads(done.stdout)["boots"]]
        self.assertEqual(len(names), 8)
        self.assertIn("boot.log, 6.12.117+deb12-amd64, crashkernel=64M", names)
        one = json.loads(self.run_check("--format", "json", "--kernel", "6.1.0-55-amd64", "--append", "quiet").stdout)
        self.assertEqual(len(one["boots"]), 2)
        one = json.loads(self.run_check("--format", "json", "--synthetic", SMALL, "--append", "quiet").stdout)
        self.assertEqual(len(one["boots"]), 2)

    def test_the_nearest_change_is_proved(self):
        policy = "machine: boot.log\nrequire:\n  - mem_total >= 90% of memory\n"
        line = "crashkernel=256M hugepages=100"
        remedy = self.verdicts("--cmdline", line, policy=policy)[0]["remedy"]
        new, old = [text for text in remedy.split("`") if "=" in text]
        self.assertIn(old, line)
        changed = line.replace(old, new)
        self.assertEqual(self.verdicts("--cmdline", changed, policy=policy)[0]["answer"], "passed")
        # One MiB nearer to what it was does not do.
        size = int(new.split("=")[1].rstrip("M"))
        nearer = line.replace(old, f"crashkernel={size + 1}M")
        self.assertEqual(self.verdicts("--cmdline", nearer, policy=policy)[0]["answer"], "failed")

    def test_a_parameter_is_added(self):
        policy = "machine: boot.log\nrequire: [crashkernel >= 128M]\n"
        verdict = self.verdicts("--cmdline", "quiet", policy=policy)[0]
        self.assertEqual(verdict["remedy"], "`crashkernel=128M` added")
        self.assertIn("the command line has no crashkernel=", verdict["because"])
        none = self.verdicts("--cmdline", "quiet", policy="machine: boot.log\nrequire: [mem_total > 1T]\n")[0]
        self.assertIn("no single change of a parameter does", none["remedy"])

    def test_slots(self):
        policy = ("require:\n  - owner \"kernel image\" not in 64M-80M in any slot\n"
                  "  - owner \"kernel image\" in 64M-200M in some slot\n  - no panic in every slot\n")
        verdicts = self.verdicts("--synthetic", SMALL, policy=policy)
        self.assertEqual([v["answer"] for v in verdicts], ["failed", "passed", "passed"])
        self.assertIn("with the kernel at 0x", verdicts[0]["actual"])

    def test_baselines(self):
        policy = "machine: boot.log\nrequire: ['unchanged since kept-{machine}.json except \"crash kernel\"']\n"
        self.refused(("kept-boot.json", "`memmap check --update` makes it"), policy=policy)
        done = self.run_check("--update")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("kept-boot.json: made", done.stderr)
        kept = self.read("kept-boot.json")
        done = self.run_check()
        self.assertEqual(done.returncode, 0)
        self.assertIn("p.yaml:2: `except \"crash kernel\"` names nothing", done.stderr)  # it has none
        done = self.run_check(policy=policy.replace("crash kernel", "page tables of struct pages"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.write("p.yaml", policy)
        changed = self.run_check("--append", "mem=1G")
        self.assertEqual(changed.returncode, 1)
        self.assertEqual(self.read("kept-boot.json"), kept)
        done = self.run_check("--append", "mem=1G", "--update")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("MemTotal", done.stderr)
        self.assertIn("kept-boot.json: rewritten", done.stderr)
        self.assertNotEqual(self.read("kept-boot.json"), kept)
        again = self.run_check("--append", "mem=1G", "--update")
        self.assertEqual(again.returncode, 0)
        self.assertNotIn("rewritten", again.stderr)
        self.write("kept-boot.json", kept.replace("memmap/result/1", "memmap/result/0"))
        self.refused(("kept-boot.json:", "make this one again"), policy=policy)
        self.assertIn("another version", self.run_check("--update").stderr)
        self.run_check("--update", policy=policy.replace("crash kernel", "crash kernels"))
        stale = self.verdicts("--append", "mem=1G", policy=policy.replace("crash kernel", "crash kernels"))[0]
        self.assertIn('`except "crash kernels"` names nothing', stale["because"])
        self.refused(("kept-one.json", "two boots that differ"), "--update", policy="""machine: boot.log
append: ['', mem=1G]
require: [unchanged since kept-one.json]
""")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "kept-one.json")))
        self.write("kept-boot.json", "precious\n")
        self.refused("it is not replaced", "--update", policy=policy)
        self.assertEqual(self.read("kept-boot.json"), "precious\n")

    def test_bad_input(self):
        head = "machine: boot.log\nrequire:\n"
        self.refused("p.yaml:3:5: error: `mem_totl` is not known here; did you mean `mem_total`?",
                     policy=head + "  - mem_totl > 1G\n")
        self.refused("p.yaml:3:17", policy=head + "  - crashkernel belo 4G\n")
        self.refused("did you mean `machine`?", policy="machin: boot.log\nrequire: [no panic]\n")
        self.refused("p.yaml:1:10: error: no machine fits `*.nothing`", policy="machine: '*.nothing'\nrequire: [no panic]\n")
        self.refused("no machine: name one", policy="require: [no panic]\n")
        self.refused("p.yaml:1:10: error: `no-such.log`: cannot be opened",
                     policy="machine: no-such.log\nrequire: [no panic]\n")
        self.refused("p.yaml:1:10: error: `9.9.9-none`: no kernel profile",
                     policy="kernel: [9.9.9-none]\n" + head + "  - no panic\n")
        self.refused("p.yaml:1:9: error: `no-such.config`: cannot be opened",
                     policy="config: no-such.config\n" + head + "  - no panic\n")
        self.refused("p.yaml:1:11: error: `Bottom=1` is no option",
                     policy="plugins: [alloc_bottomup:Bottom=1]\n" + head + "  - no panic\n")
        self.refused("p.yaml:1:27: error: plugin `no_such`: ",
                     policy="plugins: [alloc_bottomup, no_such]\n" + head + "  - no panic\n")
        self.refused("p.yaml:1:11: error: plugin `alloc_low_fragmentation`: option `block`",
                     policy="plugins: ['alloc_low_fragmentation:block=3000']\n" + head + "  - no panic\n")
        self.refused("--update has no effect", "--update", policy=head + "  - no panic\n")
        self.refused("--format is one of", "--format", "xml", policy=head + "  - no panic\n")
        # All that is wrong is told at once.
        self.refused(("p.yaml:3:5", "p.yaml:4:5"), policy=head + "  - mem_totl > 1G\n  - nodse > 1\n")

    def test_formats(self):
        policy = "machine: boot.log\nrequire: [no panic, mem_total > 3G]\n"
        for form, has in (("tap", "not ok 2"), ("junit", "<failure"), ("ktap", "KTAP version 1"),
                          ("github", "::error file=p.yaml,line=2"), ("sarif", '"2.1.0"')):
            done = self.run_check("--format", form, policy=policy)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(has, done.stdout)


if __name__ == "__main__":
    unittest.main()
