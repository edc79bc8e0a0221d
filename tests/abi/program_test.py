#!/usr/bin/env python3
"""The program with plugins, good and bad: exit codes, messages.

program_test.py MEMMAP FIXTURES BUILT_IN     BUILT_IN: the built-in ones, as modules"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
FIXTURES = os.path.abspath(sys.argv.pop(1))
MODULES = pathlib.Path(sys.argv.pop(1)).resolve()
MAPS = sorted((pathlib.Path(__file__).resolve().parents[2] / "maps").glob("*.yaml"))
SMALL = ("--synthetic", "ram:640K hole:384K ram:255M")
STOPS = ("--cmdline", "memmap=exactmap,64M@0", "--strict")


def run(*args, cwd=None, env=None):
    return subprocess.run([MEMMAP, *args], capture_output=True, text=True, timeout=60, cwd=cwd,
                          env={**os.environ, **(env or {})})


def simulate(*args, **options):
    return run("simulate", *SMALL, "--plugin-dir", FIXTURES, *args, **options)


class Plugins(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def assert_ends(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stdout[-2000:] + result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_the_program_alone_boots(self):
        alone = shutil.copy(MEMMAP, self.folder / "memmap")
        for file in MAPS:
            args = ("simulate", str(file), "--format", "json")
            moved = subprocess.run([alone, *args], capture_output=True, text=True, timeout=60,
                                   cwd=self.folder)
            self.assert_ends(moved, 0)
            self.assertEqual(moved.stdout, run(*args).stdout, file)

    def test_a_module_takes_the_built_in_ones_place(self):
        def boot(file, *args):
            result = run("simulate", str(file), "--format", "json", "--append", "mem=2G numa=fake=2", *args)
            self.assert_ends(result, 0)
            boot = json.loads(result.stdout)
            notes = boot.pop("notes")
            return boot, [n for n in notes if n.startswith("plugin ")]
        names = sorted(f.stem for f in MODULES.glob("*.so"))
        self.assertEqual(len(names), 10)
        for file in MAPS:
            ordinary, notes = boot(file)
            self.assertEqual(notes, [])
            others, notes = boot(file, "--plugin-dir", str(MODULES))
            self.assertEqual(others, ordinary, file)
            self.assertEqual(sorted(notes), [f"plugin {n}: {MODULES}/{n}.so takes the place of the built-in one"
                                             for n in names])
        for name in names:
            folder = self.folder / name
            folder.mkdir()
            shutil.copy(MODULES / f"{name}.so", folder)
            others, notes = boot(MAPS[0], "--plugin-dir", str(folder))
            self.assertEqual(others, boot(MAPS[0])[0], name)
            self.assertEqual(notes, [f"plugin {name}: {folder}/{name}.so takes the place of the built-in one"])
        listed = run("plugin", "list").stdout
        self.assertTrue(listed.startswith("Built in:\n  alloc_bottomup "), listed)
        self.assertIn("file     built in", run("plugin", "show", "trim_bios").stdout)

    def test_a_module_with_a_built_in_ones_name_must_do_what_that_does(self):
        def folder(name, offers):
            return "--plugin-dir", f"{FIXTURES}/in_place/{name}_{offers}"
        both = folder("alloc_topdown", "CHECK") + folder("alloc_bottomup", "CHECK")
        for args in (both, folder("alloc_topdown", "CHECK"), folder("alloc_bottomup", "CHECK")):
            for command in ("simulate", "compare"):
                self.assert_ends(run(command, *SMALL, *args), 2, f"{args[1]}/alloc_", "plugin `alloc_",
                                 "is named as the kernel's own, but does not offer memmap.alloc/1")
        trim = folder("trim_bios", "CHECK")
        for args in ((), ("--plugin", "trim_bios")):
            self.assert_ends(run("simulate", *SMALL, *trim, *args), 2, "plugin `trim_bios`",
                             "does not offer memmap.trim/1")
        self.assert_ends(run("simulate", *SMALL, *folder("numa_fake", "SOURCE_OF_NODES")), 2,
                         "plugin `numa_fake`", "does not transform nodes")
        # Left out, none of it is looked at.
        self.assert_ends(run("simulate", *SMALL, *trim, "--without-plugin", "trim_bios"), 0)

    def test_a_module_nobody_named_does_no_more_than_the_built_in_one(self):
        more = ("--plugin-dir", f"{FIXTURES}/in_place/trim_bios_TRIM_AND_ALLOC", "--format", "json")
        boot = run("simulate", *SMALL, *more)
        self.assert_ends(boot, 0)
        self.assertEqual(json.loads(boot.stdout)["subject"]["policy"], "alloc_topdown, alloc_bottomup")
        named = run("simulate", *SMALL, *more, "--plugin", "trim_bios")
        self.assertEqual(json.loads(named.stdout)["subject"]["policy"], "trim_bios")

    def test_used_and_left_out_is_refused(self):
        for name in ("trim_bios", f"{MODULES}/trim_bios.so"):
            self.assert_ends(run("simulate", *SMALL, "--plugin", name, "--without-plugin", "trim_bios"), 2,
                             "plugin `trim_bios`: is named to be used, and to be left out")

    def test_an_ordinary_boot_looks_at_no_folder(self):
        shutil.copy(MEMMAP, self.folder / "memmap")
        (self.folder / "plugins").mkdir()
        shutil.copy(MODULES.parent / "plugins/check_invariants.so", self.folder / "plugins")
        (self.folder / "plugins").chmod(0o777)
        def here(*args):
            return subprocess.run([self.folder / "memmap", "simulate", *SMALL, *args],
                                  capture_output=True, text=True, timeout=60)
        self.assert_ends(here(), 0)
        self.assert_ends(here("--plugin", "check_invariants"), 2, "world-writable")

    def test_faults_of_plugins_are_70(self):
        for name in ("crash_loading", "exit_loading", "exit_hard_loading", "crash_get_interface"):
            self.assert_ends(simulate("--plugin", name), 70, f"plugin `{name}`")
        for lie in ("crash", "abort", "exit", "exit_hard", "limits", "says_why", "prepare"):
            self.assert_ends(simulate("--plugin", f"liar:lie={lie}"), 70, "plugin `liar`")
        for lie in ("crash", "exit", "quick_exit", "exit_hard", "outside", "prepare"):
            self.assert_ends(simulate("--plugin", f"teller:lie={lie}"), 70, "plugin `teller`")

    def test_a_fault_is_a_row_of_a_sweep(self):
        matrix = self.folder / "matrix.yaml"
        matrix.write_text('machines: {name: small, synthetic: "ram:640K hole:384K ram:255M"}\n'
                          'plugins: [~, "liar:lie=limits", ~, check_invariants]\nappend: [a, b]\n')
        done = run("sweep", str(matrix), "--plugin-dir", FIXTURES, "--threads", "4")
        self.assert_ends(done, 1, "plugin `check_invariants` is a file", "2 could not be booted")
        rows = [json.loads(line) for line in done.stdout.splitlines()[1:-1]]
        self.assertEqual([row["result"] for row in rows],
                         ["passed", "passed", "error", "error", "passed", "passed", "passed", "passed"])
        self.assertIn("choose(): answered", rows[2]["error"])
        self.assertEqual(rows[2]["error"], rows[3]["error"])
        self.assertEqual(rows[2]["facts"], {})
        matrix.write_text('machines: {name: small, synthetic: "ram:1G"}\nplugins: "liar:lie=prepare"\n')
        self.assert_ends(run("sweep", str(matrix), "--plugin-dir", FIXTURES), 70, "matrix.yaml:2:10", "the moon")

    def test_a_plugin_that_ends_memmap_in_any_way_is_named(self):
        said = {"exit_raw": "ended the process in run()", "exit_thread": "ended its thread in run()",
                "exit_thread_raw": "ended the process in run()", "exec": "ended the process in run()",
                "fork": "forked the process in run()", "trap": "crashed in run() (signal 5)",
                "system_call": "crashed in run() (signal 31)", "terminate": "crashed in run() (signal 15)",
                "kill": "crashed in run() (signal 9)"}
        for lie, words in said.items():
            result = simulate("--plugin", f"liar:lie={lie}")
            self.assert_ends(result, 70)
            self.assertEqual(result.stderr, f"memmap: error: plugin `liar` {words}\n")
            self.assertEqual(result.stdout, "")
        self.assert_ends(simulate("--plugin", "thrower"), 70, "plugin `thrower` threw an exception out of event()")
        self.assert_ends(simulate("--plugin", "thrower:what=number"), 70, "plugin `thrower` crashed in event()")
        result = simulate("--plugin", "liar:lie=loop", "--plugin-timeout", "1")
        self.assert_ends(result, 70, "plugin `liar` did not come back from run() in 1 s")
        self.assertEqual(result.stdout, "")
        self.assert_ends(simulate("--plugin-timeout", "soon"), 2, "--plugin-timeout is a number of seconds")

    def test_a_users_signal_is_no_plugins_fault(self):
        for sent in (signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen([MEMMAP, "simulate", *SMALL, "--plugin-dir", FIXTURES, "--plugin",
                                        "liar:lie=says_and_loops"], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            self.assertEqual(process.stderr.readline(), "here\n")
            process.send_signal(sent)
            out, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, out, err), (-sent, "", ""))

    def test_a_watched_run_is_as_any_other(self):
        watched = simulate("--plugin", "exit_at_end", "--format", "json")
        ordinary = json.loads(simulate("--format", "json").stdout)
        state = json.loads(watched.stdout)
        self.assertEqual(state["subject"].pop("policy"), "exit_at_end")
        self.assertEqual(ordinary["subject"].pop("policy"), "alloc_topdown, alloc_bottomup")
        self.assertEqual(state["subject"], ordinary["subject"])
        piped = subprocess.run([MEMMAP, "simulate", "-", "--plugin-dir", FIXTURES, "--plugin", "exit_at_end"],
                               input="BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n",
                               capture_output=True, text=True, timeout=60)
        self.assert_ends(piped, 0)

    def test_what_is_refused_is_2(self):
        for name in ("wrong_major", "short_struct", "missing_symbol", "incomplete", "nobody", "./liar.so"):
            self.assert_ends(simulate("--plugin", name), 2, f"plugin `{name}`")
        self.assert_ends(simulate("--plugin", "liar:lies=1"), 2, "has no option `lies`")
        for given in ("trim_badram:badram=xyz", "trim_badram:memmap=1",
                      "alloc_low_fragmentation:block=4097", "numa_interleave:granule=3M",
                      "trim_badram", "liar:lie=bad_option",
                      "liar:lie=bad_option_at_a_hook"):
            self.assert_ends(simulate("--plugin", given), 2, f"plugin `{given.split(':')[0]}`: option `")
        self.assert_ends(run("simulate", "--synthetic", "ram:640K hole:384K ram:16G", "--plugin",
                             "numa_interleave:granule=2M"), 2, "option `granule`: makes more than 2048 blocks")
        self.assert_ends(run("simulate", "--synthetic", "ram:640K hole:384K ram:1G", "--plugin",
                             "trim_badram:badram=0,0x1000"), 2, "option `badram`: names more than 65536 pieces")
        self.assert_ends(run("compare", *SMALL, "--alloc", "alloc_low_fragmentation:block=4097"), 2,
                         "option `block`: must be a power of two")

    def test_no_plugin_makes_a_run_good(self):
        good = simulate("--plugin", "exit_at_end")
        self.assert_ends(good, 0)
        self.assertIn("exit_at_end", good.stdout)
        self.assert_ends(simulate("--plugin", "exit_at_end", *STOPS), 1)
        with open("/dev/full", "w") as full:
            result = subprocess.run([MEMMAP, "simulate", *SMALL, "--plugin-dir", FIXTURES, "--plugin",
                                     "exit_at_end"], stdout=full, stderr=subprocess.DEVNULL, timeout=60)
        self.assertEqual(result.returncode, 2)

    def test_never_from_the_current_folder(self):
        shutil.copy(f"{FIXTURES}/liar.so", self.folder / "mine.so")
        self.assert_ends(run("simulate", *SMALL, "--plugin", "mine", cwd=self.folder), 2, "not found")
        self.assert_ends(run("simulate", *SMALL, "--plugin", "mine", cwd=self.folder,
                             env={"MEMMAP_PLUGIN_PATH": "."}), 2, "not an absolute path")

    def test_the_path_is_searched_in_order(self):
        for name in ("a", "b"):
            (self.folder / name).mkdir()
            shutil.copy(f"{FIXTURES}/liar.so", self.folder / name / "liar.so")
        path = {"MEMMAP_PLUGIN_PATH": f"{self.folder}/a:{self.folder}/b"}
        self.assertIn(f"{self.folder}/a/liar.so", run("plugin", "show", "liar", env=path).stdout)
        shown = run("plugin", "show", "liar", "--plugin-dir", f"{self.folder}/b", env=path)
        self.assertIn(f"{self.folder}/b/liar.so", shown.stdout)

    def test_findings_are_shown_and_are_1(self):
        result = simulate("--plugin", "teller", "--format", "json")
        self.assert_ends(result, 1)
        checks = json.loads(result.stdout)["checks"]
        self.assertEqual([c["name"] for c in checks], ["teller"])
        self.assertEqual(checks[0]["findings"],
                         [{"rule": "seen", "step": "trim_bios_range", "text": "the table is trimmed",
                           "range": {"base": "0x1000", "size": "0x1000"}}])
        text = simulate("--plugin", "teller", "--plugin", "check_invariants").stdout
        self.assertIn("seen, in trim_bios_range: the table is trimmed", text)
        self.assertIn("check_invariants: nothing found", text)
        self.assert_ends(simulate("--plugin", "check_kmemcheck"), 0)
        self.assertNotIn("checks", json.loads(simulate("--format", "json").stdout))

    def test_what_only_the_table_loses_is_no_finding(self):
        scenario = self.folder / "machine.yaml"
        scenario.write_text("firmware: bios\ne820:\n  - {start: 0, size: 640K, type: ram}\n"
                            "  - {start: 1M, size: 1023M, type: ram}\ninitrd: {start: 512M, size: 1M}\n"
                            "acpi_upgrade: 4096\n")
        state = json.loads(run("simulate", str(scenario), "--plugin", "check_invariants", "--format", "json").stdout)
        self.assertEqual(state["checks"][0]["findings"], [])
        self.assertIn("acpi_table_upgrade", json.dumps(state["owners"]))

    def test_an_initrd_over_the_kernel_is_found(self):
        scenario = self.folder / "machine.yaml"
        scenario.write_text("e820:\n  - {start: 0, size: 640K, type: ram}\n"
                            "  - {start: 1M, size: 255M, type: ram}\n"
                            "kernel_phys_base: 16M\ninitrd: {start: 20M, size: 1M}\n")
        result = run("simulate", str(scenario), "--plugin", "check_kmemcheck", "--format", "json")
        self.assert_ends(result, 1)
        rules = [f["rule"] for f in json.loads(result.stdout)["checks"][0]["findings"]]
        self.assertEqual(rules, ["overlap"])

    def test_sources(self):
        table = self.folder / "map.csv"
        table.write_text("start,end,type\n0,0x9ffff,ram\n0x100000,0x3fffffff,ram\n")
        for args in ((), ("--input-format", "source_csv")):
            result = run("simulate", str(table), "--format", "json", *args)
            self.assert_ends(result, 0)
            self.assertEqual(json.loads(result.stdout)["subject"]["format"], "source_csv")
        self.assertIn("end: 0x40000000", run("convert", str(table), "--to", "yaml").stdout)
        table.write_text("start,end,type\n0,cow,ram\n")
        self.assert_ends(run("simulate", str(table)), 2, f"{table}:2:3: error: `cow`", "0,cow,ram", "^")
        self.assert_ends(run("simulate", str(self.folder), "--input-format", "source_csv"), 2, "is a folder")
        self.assert_ends(run("simulate", str(table), "--input-format", "source_cvs"), 2, "no input format")
        self.assert_ends(run("simulate", str(table), "--input-format", "alloc_topdown"), 2,
                         "does not offer memmap.source/1")
        self.assertIn("source_csv", run("formats").stdout)
        table.write_text("teller")
        self.assert_ends(run("simulate", str(table), "--plugin-dir", FIXTURES, "--plugin", "teller:lie=wraps"),
                         70, "ends before it begins")

    def test_reports(self):
        result = simulate("--format", "report_markdown")
        self.assert_ends(result, 0)
        self.assertIn("## Zones", result.stdout)
        few = simulate("--format", "report_markdown:owners=1").stdout
        self.assertIn("(others)", few)
        self.assertEqual(simulate("--format", "report_markdown", "--plugin", "report_markdown:owners=1").stdout,
                         few)
        self.assert_ends(simulate("--format", "alloc_topdown"), 2, "does not offer memmap.report/1")
        out = self.folder / "out"
        self.assert_ends(simulate("--format", "teller:lie=bytes", "-o", str(out)), 70, "no UTF-8")
        self.assertFalse(out.exists())

    def test_list_show_check(self):
        listed = run("plugin", "list", "--plugin-dir", FIXTURES)
        self.assert_ends(listed, 0)
        for word in ("alloc_topdown", "check_kmemcheck", "Refused:", "wrong_major", "ended the process"):
            self.assertIn(word, listed.stdout)
        shown = run("plugin", "show", "alloc_low_fragmentation").stdout
        self.assertIn("block: a byte count from 4096 to 1099511627776, default 4M", shown)
        self.assert_ends(run("plugin", "show", "nobody"), 2, "not found")
        good = run("plugin", "check", f"{FIXTURES}/liar.so")
        self.assert_ends(good, 0)
        self.assertEqual(good.stdout.count("good "), 5)
        bad = run("plugin", "check", "wrong_major.so", cwd=FIXTURES)
        self.assert_ends(bad, 2)
        self.assertIn("BAD  describes itself", bad.stdout)
        self.assert_ends(run("plugin", "check", f"{FIXTURES}/exit_loading.so"), 70)
        cut = self.folder / "cut.so"
        cut.write_bytes(pathlib.Path(f"{FIXTURES}/liar.so").read_bytes()[:5000])
        checked = run("plugin", "check", str(cut))
        self.assert_ends(checked, 2)
        self.assertIn("is truncated", checked.stdout)

    def test_usage(self):
        self.assert_ends(run("plugin", "lst"), 2, "did you mean `list`")
        self.assert_ends(run("plugin", "list", "x"), 2, "takes no name")
        self.assert_ends(run("plugin", "show"), 2, "a name is missing")
        self.assert_ends(run("plugin", "new", "x"), 2, "--kind is missing")
        self.assert_ends(run("plugin", "new", "x", "--kind", "aloc"), 2, "did you mean `alloc`")
        self.assert_ends(run("plugin", "new", "No/Name", "--kind", "alloc"), 2, "no plugin name")
        self.assert_ends(run("plugin", "new", "x", "--kind", "alloc", "-o", str(self.folder)), 2, "exists")

    def test_compare(self):
        names = "kernel,alloc_topdown,alloc_bestfit,alloc_low_fragmentation:block=2M"
        result = run("compare", *SMALL, "--alloc", names, "--format", "json")
        self.assert_ends(result, 0)
        policies = json.loads(result.stdout)["policies"]
        self.assertEqual(sorted(p["policy"] for p in policies), sorted(names.split(",")))
        self.assertEqual([p["rank"] for p in policies], sorted(p["rank"] for p in policies))
        self.assertEqual(policies[0]["rank"], 1)
        by_name = {p["policy"]: p for p in policies}
        kernel, plugin = by_name["kernel"], by_name["alloc_topdown"]
        self.assertEqual(kernel["rank"], plugin["rank"])
        for key in ("free_bytes", "free_blocks", "largest_free_bytes", "free_below_4g", "free_below_16m"):
            self.assertEqual(kernel[key], plugin[key], key)
        state = json.loads(run("simulate", *SMALL, "--format", "json").stdout)
        orders = [0] * 11
        for node in state["nodes"]:
            for zone in node["zones"]:
                for free in zone["free"]:
                    orders[free["order"]] += sum(count for _, count in free["blocks"])
        self.assertEqual(kernel["free_blocks"], orders)
        self.assertIn("alloc_bestfit", run("compare", *SMALL).stdout)
        self.assert_ends(run("compare", *SMALL, "--alloc", "nobody"), 2, "not found")
        self.assert_ends(run("compare", *SMALL, "--alloc", "check_kmemcheck"), 2, "memmap.alloc/1")
        self.assert_ends(run("compare", *SMALL, "--format", "dot"), 2, "text, json")
        self.assert_ends(run("compare", *SMALL, "--plugin-dir", FIXTURES, "--alloc", "liar:lie=taken"), 70)

    def test_a_scenarios_plugins_that_cannot_act(self):
        def scenario(*plugins):
            file = self.folder / "scenario.yaml"
            file.write_text("e820:\n  - {start: 0, size: 640K, type: ram}\n"
                            "  - {start: 1M, size: 255M, type: ram}\nplugins:\n"
                            + "".join(f"  - {{name: {plugin}}}\n" for plugin in plugins))
            return "--e820", str(file)
        for command, more in (("simulate", ()), ("compare", ("--alloc", "kernel")), ("lint", ("--cmdline", "ro"))):
            self.assert_ends(run(command, *scenario("source_csv", "report_markdown"), *more), 2,
                             "scenario.yaml", "plugin `source_csv` has no effect in a scenario",
                             "plugin `report_markdown` has no effect in a scenario")
        for pair in (("trim_snb, enabled: false", "trim_snb"), ("trim_snb", "trim_snb, enabled: false"),
                     ("trim_snb, enabled: false", "trim_snb, enabled: false")):
            self.assert_ends(run("simulate", *scenario(*pair)), 2, "scenario.yaml:",
                             "a plugin that is not enabled is named once")
        self.assert_ends(run("simulate", *scenario("trim_snb", "trim_snb")), 2, "was named twice")

    def test_a_scenarios_plugins(self):
        def scenario(*plugins):
            file = self.folder / "scenario.yaml"
            file.write_text("schema: memmap/scenario/1\ne820:\n  - {start: 0, size: 640K, type: ram}\n"
                            "  - {start: 1M, size: 255M, type: ram}\nplugins:\n"
                            + "".join(f"  - {{name: {plugin}}}\n" for plugin in plugins))
            return "--e820", str(file), "--format", "json"
        nodes_in_turns = "numa_interleave, options: {granule: 64M}"
        machine = scenario("check_invariants", nodes_in_turns, "alloc_bestfit")
        state = json.loads(run("simulate", *machine).stdout)
        self.assertEqual(state["subject"]["policy"], "alloc_bestfit")
        self.assertEqual([c["name"] for c in state["checks"]], ["check_invariants"])
        nodes = len(state["nodes"])
        self.assertGreater(nodes, 1)
        # All boots of a comparison have these nodes; the scenario's policy is but one that may be named.
        compared = json.loads(run("compare", *machine, "--alloc", "kernel,alloc_bestfit").stdout)
        by_name = {p["policy"]: p for p in compared["policies"]}
        self.assertEqual(by_name["alloc_bestfit"]["free_bytes"], 4096 * state["totals"]["free_pages"])
        state = json.loads(run("simulate", *scenario(nodes_in_turns)).stdout)
        self.assertEqual(len(state["nodes"]), nodes)
        self.assertEqual(by_name["kernel"]["free_bytes"], 4096 * state["totals"]["free_pages"])


unittest.main()
