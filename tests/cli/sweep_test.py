#!/usr/bin/env python3
"""What `memmap sweep` boots and writes, whatever ends it.   sweep_test.py MEMMAP"""
import csv
import json
import os
import random
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
MAPS = os.path.join(ROOT, "maps")
SMALL = '{name: small, synthetic: "ram:640K hole:384K ram:511M"}'
# Some thousand combinations of small machines, of which some fail.
MANY = f"""
machines:
  - {SMALL}
  - {{name: two, synthetic: "ram:640K hole:384K ram:1G@node0 ram:1G@node1"}}
kernels: [6.1.0-55-amd64, 6.12.117+deb12-amd64]
append:
  - ro crashkernel={{32M..256M..32M}} mem={{128M..1G..24M}} hugepages={{0,3}}
require:
  - mem_total >= 100M
"""


def run(*args, env=None, timeout=120):
    return subprocess.run([MEMMAP, "sweep", *args], capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, **(env or {})})


def read(path):
    with open(path, "rb") as file:
        return file.read()


def rows_of(text):
    return [json.loads(line) for line in text.splitlines()][1:-1]


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return path

    def matrix(self, text):
        return self.path("matrix.yaml", text)

    def rows(self, text, *options):
        done = run(self.matrix(text), *options)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return rows_of(done.stdout)

    def refused(self, text, *options):
        done = run(self.matrix(text) if text else self.path("matrix.yaml"), *options)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        return done.stderr


class Product(Base):
    def test_an_order_that_threads_do_not_change(self):
        matrix = self.matrix(MANY)
        outputs = {run(matrix, "--threads", str(n)).stdout for n in (1, 2, 8)}
        self.assertEqual(len(outputs), 1)
        lines = outputs.pop().splitlines()
        head, summary, rows = json.loads(lines[0]), json.loads(lines[-1]), rows_of("\n".join(lines))
        self.assertEqual([row["index"] for row in rows], list(range(2 * 2 * 8 * 38 * 2)))
        self.assertEqual(head["count"], len(rows))
        failed = sum(row["result"] == "failed" for row in rows)
        self.assertTrue(0 < failed < len(rows))
        self.assertEqual(summary, {"summary": True, "count": len(rows), "passed": len(rows) - failed,
                                   "failed": failed, "errors": 0})
        self.assertEqual([row["append"] for row in rows[:3]],
                         ["ro crashkernel=32M mem=128M hugepages=0", "ro crashkernel=32M mem=128M hugepages=3",
                          "ro crashkernel=32M mem=152M hugepages=0"])

    def test_threads_that_memory_has_no_room_for(self):
        done = run(self.matrix(MANY), "--threads", "70", "--limit", "memory=300M")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stdout, run(self.path("matrix.yaml")).stdout)

    def test_a_row_is_what_simulate_says(self):
        shutil.copy(os.path.join(MAPS, "qemu-pc-2nodes-6g.yaml"), self.path("a.yaml"))
        row, = self.rows("machines: '*a.yaml'\nexclude: [{machine: matrix.yaml}]\nkernels: 6.1.0-55-amd64\n"
                         "append: crashkernel=100M\n")
        result = json.loads(subprocess.run(
            [MEMMAP, "simulate", self.path("a.yaml"), "--kernel", "6.1.0-55-amd64", "--append", "crashkernel=100M",
             "--format", "json"], capture_output=True, text=True, check=True).stdout)
        self.assertEqual((row["machine"], row["kernel"]), ("a.yaml", "6.1.0-55-amd64"))
        self.assertEqual(row["facts"]["memory"], int(result["totals"]["memory"], 0)
                         if isinstance(result["totals"]["memory"], str) else result["totals"]["memory"])
        self.assertEqual(row["facts"]["crashkernel"], 100 << 20)
        self.assertEqual(row["facts"]["nodes"], 2)

    def test_exclude_and_include(self):
        rows = self.rows(f"""
machines: [{SMALL}, {{name: other, synthetic: "ram:1G"}}]
kernels: [6.1.0-55-amd64, 6.12.117+deb12-amd64]
append: [~, mem=300M]
exclude: [{{machine: small, kernel: "6.12*"}}, {{append: mem=*, kernel: 6.1.0*}}]
include:
  - machines: {SMALL}
    command_lines: [quiet]
    plugins: [without trim_bios]
""")
        self.assertEqual([(r["machine"], r["kernel"][:4], r["append"]) for r in rows[:-1]],
                         [("small", "6.1.", None), ("other", "6.1.", None), ("other", "6.12", None),
                          ("other", "6.12", "mem=300M")])
        self.assertEqual((rows[-1]["command_line"], rows[-1]["plugins"]), ("quiet", "without trim_bios"))

    def test_slots(self):
        told = json.loads(subprocess.run([MEMMAP, "kaslr", "--synthetic", "ram:640K hole:384K ram:255M", "--kernel",
                                          "6.1.0-55-amd64", "--list", "--format", "json"],
                                         capture_output=True, text=True, check=True).stdout)
        places = told["places"]["count"] if isinstance(told["places"], dict) else len(told["places"])
        base = 'machines: {name: m, synthetic: "ram:640K hole:384K ram:255M"}\nkernels: 6.1.0-55-amd64\n'
        every = self.rows(base + "slots: all\n")
        self.assertEqual(len(every), places)
        self.assertEqual(len({row["slot"] for row in every}), places)
        self.assertEqual({int(row["slot"], 16) for row in every}, {row["facts"]["kernel_at"] for row in every})
        self.assertEqual([row["slot"] for row in self.rows(base + "slots: {every: 10}\n")],
                         [row["slot"] for row in every][::10])
        some = [row["slot"] for row in self.rows(base + "slots: {count: 5}\n")]
        self.assertTrue(2 < len(some) <= 5)
        self.assertEqual((some[0], some[-1]), (every[0]["slot"], every[-1]["slot"]))
        self.assertEqual([row["slot"] for row in self.rows(base)], [None])
        # Without KASLR there is one place.
        self.assertEqual(len(self.rows(base + "append: nokaslr\nslots: all\n")), 1)

    def test_filters(self):
        every = self.rows(MANY)
        some = self.rows(MANY, "--filter", "machine=two", "--filter", "append=*mem=632M*")
        self.assertEqual(some, [r for r in every if r["machine"] == "two" and "mem=632M" in r["append"]])
        self.assertEqual(self.rows(MANY, "--filter", "index=41"), [every[41]])
        low = self.rows(MANY, "--filter", "mem_total < 200M")
        self.assertEqual(low, [r for r in every if r["facts"]["mem_total"] < 200 << 20])
        self.assertEqual(self.rows(MANY, "--only-failures"), [r for r in every if r["result"] != "passed"])
        self.assertIn("did you mean `machine`", self.refused(MANY, "--filter", "machin=two"))
        self.assertIn("no combination is left", self.refused(MANY, "--filter", "machine=three"))

    def test_rules_that_take_more_than_a_boot(self):
        made = subprocess.run([MEMMAP, "simulate", "--synthetic", "ram:640K hole:384K ram:511M", "--kernel",
                               "6.1.0-55-amd64", "--format", "json", "-o", self.path("kept.json")], check=False)
        self.assertEqual(made.returncode, 0)
        rows = self.rows(f"""
machines: {SMALL}
kernels: 6.1.0-55-amd64
append: [~, crashkernel=64M]
require:
  - unchanged since "kept.json"
  - kernel below 4G in every slot
  - kernel below 64M in every slot
""", "--threads", "2")
        self.assertEqual([[f["rule"] for f in row["failed"]] for row in rows],
                         [["kernel below 64M in every slot"],
                          ['unchanged since "kept.json"', "kernel below 64M in every slot"]])

    def test_csv(self):
        every = self.rows(MANY, "--filter", "append=*mem=632M*")
        lines = run(self.path("matrix.yaml"), "--filter", "append=*mem=632M*", "--format", "csv").stdout.splitlines()
        self.assertEqual(json.loads(lines[0][2:])["schema"], "memmap/sweep/1")
        self.assertEqual(json.loads(lines[-1][2:])["count"], len(every))
        table = list(csv.DictReader(lines[1:-1]))
        self.assertEqual([int(row["index"]) for row in table], [row["index"] for row in every])
        self.assertEqual([int(row["mem_total"]) for row in table], [row["facts"]["mem_total"] for row in every])
        self.assertEqual([row["result"] for row in table], [row["result"] for row in every])

    def test_rows_have_their_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("no python3-jsonschema here")
        with open(os.path.join(ROOT, "share/schema/sweep.json"), encoding="utf-8") as file:
            validator = jsonschema.Draft202012Validator(json.load(file))
        for line in run(self.matrix(MANY), "--filter", "append=*mem=128M*").stdout.splitlines():
            validator.validate(json.loads(line))

    def test_the_memory_it_takes(self):
        matrix = self.matrix(MANY.replace("24M}", "6M}"))
        process = subprocess.Popen([MEMMAP, "sweep", matrix, "-o", self.path("rows")], stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 1)
        if "asan" not in MEMMAP:
            self.assertLess(usage.ru_maxrss, 200 * 1024)


class Resume(Base):
    def killed(self, seed, kills, options):
        """Ends a sweep `kills` times, somewhere, and goes on each time until it is done."""
        chance = random.Random(seed)
        command = [MEMMAP, "sweep", self.path("matrix.yaml"), "--resume", *options]
        done = 0
        for _ in range(10 * kills):
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
                time.sleep(chance.uniform(0.005, self.whole_time / 10))
                process.send_signal(signal.SIGKILL)
                _, told = process.communicate()
            if process.returncode != -signal.SIGKILL:
                self.assertEqual(process.returncode, 1, told)
                break
            done += 1
            if done == kills:
                break
        last = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(last.returncode, 1, last.stderr)
        again = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(again.stderr, last.stderr)
        return done

    def setUp(self):
        super().setUp()
        begun = time.monotonic()
        run(self.matrix(MANY), "-o", self.path("whole"), "--threads", "1")
        self.whole_time = time.monotonic() - begun

    def test_of_rows(self):
        kills = self.killed(1, 20, ["-o", self.path("rows"), "--threads", "1"])
        self.assertGreater(kills, 2)
        self.assertEqual(read(self.path("rows")), read(self.path("whole")))

    def test_of_failures_alone(self):
        run(self.path("matrix.yaml"), "--only-failures", "-o", self.path("failures"))
        self.killed(2, 6, ["-o", self.path("rows"), "--only-failures"])
        self.assertEqual(read(self.path("rows")), read(self.path("failures")))

    def test_of_csv(self):
        run(self.path("matrix.yaml"), "--format", "csv", "-o", self.path("table"))
        self.killed(3, 6, ["-o", self.path("rows"), "--format", "csv"])
        self.assertEqual(read(self.path("rows")), read(self.path("table")))

    def test_of_a_database_and_rows(self):
        run(self.path("matrix.yaml"), "--db", self.path("whole.sqlite"))
        self.killed(4, 6, ["-o", self.path("rows"), "--db", self.path("rows.sqlite")])
        self.assertEqual(read(self.path("rows")), read(self.path("whole")))
        self.killed(5, 6, ["--db", self.path("alone.sqlite")])
        dumps = {"\n".join(sqlite3.connect(self.path(name)).iterdump())
                 for name in ("whole.sqlite", "rows.sqlite", "alone.sqlite")}
        self.assertEqual(len(dumps), 1)

    def test_of_every_length(self):
        whole = read(self.path("whole"))
        sizes = [*range(0, 300, 37), len(whole) // 2, *range(len(whole) - 100, len(whole) + 1, 9), len(whole)]
        for size in sizes:
            with open(self.path("rows"), "wb") as file:
                file.write(whole[:size])
            self.assertEqual(run(self.path("matrix.yaml"), "-o", self.path("rows"), "--resume").returncode, 1)
            self.assertEqual(read(self.path("rows")), whole, size)

    def test_of_something_else(self):
        matrix, rows = self.path("matrix.yaml"), self.path("whole")
        before = read(rows)
        self.assertIn("exists already; --resume goes on with it", self.refused("", "-o", rows))
        self.assertIn("is of all rows", self.refused("", "-o", rows, "--resume", "--only-failures"))
        self.assertIn("is of other filters", self.refused("", "-o", rows, "--resume", "--filter", "machine=two"))
        self.assertIn("is of another share, 1/1", self.refused("", "-o", rows, "--resume", "--shard", "1/2"))
        self.assertIn("another form", self.refused("", "-o", rows, "--resume", "--format", "csv"))
        self.assertIn("is of another matrix", self.refused(MANY + "# more\n", "-o", rows, "--resume"))
        self.matrix(MANY)
        log = self.path("other", "[    0.000000] Linux version 6.1\n")
        self.assertIn("is no output of `memmap sweep`", self.refused("", "-o", log, "--resume"))
        self.assertIn("is no database", self.refused("", "--db", self.made_database(), "--resume"))
        self.assertIn("name the file with --output", self.refused("", "--resume"))
        run(matrix, "--db", self.path("a.sqlite"), "--filter", "index=3")
        self.assertIn("is of other filters", self.refused("", "--db", self.path("a.sqlite"), "--resume"))
        self.assertIn("exists already", self.refused("", "--db", self.path("a.sqlite")))
        self.assertEqual(read(rows), before)
        newer = before.replace(b"memmap/sweep/1", b"memmap/sweep/9", 1)
        with open(rows, "wb") as file:
            file.write(newer)
        self.assertIn("is of the schema memmap/sweep/9", self.refused("", "-o", rows, "--resume"))
        self.assertEqual(read(rows), newer)

    def test_of_a_machine_that_changed(self):
        shutil.copy(os.path.join(MAPS, "qemu-pc-1g.yaml"), self.path("m.yaml"))
        self.matrix("machines: m.yaml\n")
        run(self.path("matrix.yaml"), "-o", self.path("rows"))
        with open(self.path("m.yaml"), "a", encoding="utf-8") as file:
            file.write("# more\n")
        self.assertIn("is of another matrix", self.refused("", "-o", self.path("rows"), "--resume"))

    def made_database(self):
        path = self.path("other.sqlite")
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE a (b)")
        return path


class Shares(Base):
    def shares(self, n, *options):
        files = []
        for k in range(1, n + 1):
            files.append(self.path(f"{k}-{n}"))
            done = run(self.path("matrix.yaml"), "--shard", f"{k}/{n}", "-o", files[-1], *options)
            self.assertIn(done.returncode, (0, 1), done.stderr)
        return files

    def merge_refused(self, *files):
        done = run("--merge", *files, "-o", self.path("none"))
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertFalse(os.path.exists(self.path("none")))
        return done.stderr

    def test_merged_they_are_the_whole(self):
        self.matrix(MANY)
        for options in ([], ["--only-failures"], ["--format", "csv"], ["--filter", "mem_total < 500M"]):
            run(self.path("matrix.yaml"), "-o", self.path("whole"), "--force", *options)
            files = self.shares(3, "--force", *options)
            sizes = [read(path).count(b"\n") for path in files]
            if not options:
                self.assertLessEqual(max(sizes) - min(sizes), 1)
            done = run("--merge", files[2], files[0], files[1], "-o", self.path("merged"), "--force")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(read(self.path("merged")), read(self.path("whole")), options)

    def test_into_a_database(self):
        self.matrix(MANY)
        run(self.path("matrix.yaml"), "--db", self.path("whole.sqlite"))
        run("--merge", *self.shares(2), "--db", self.path("merged.sqlite"))
        dumps = {"\n".join(sqlite3.connect(self.path(n)).iterdump()) for n in ("whole.sqlite", "merged.sqlite")}
        self.assertEqual(len(dumps), 1)

    def test_more_shares_than_combinations(self):
        self.matrix(f"machines: {SMALL}\nappend: [a, b]\n")
        run(self.path("matrix.yaml"), "-o", self.path("whole"))
        run("--merge", *self.shares(5), "-o", self.path("merged"))
        self.assertEqual(read(self.path("merged")), read(self.path("whole")))

    def test_what_is_not_whole_is_refused(self):
        self.matrix(MANY)
        a, b, c = self.shares(3)
        self.assertIn("1 of 3 shares lack: 2/3", self.merge_refused(a, c))
        self.assertIn("is the share 1/3, as ", self.merge_refused(a, b, a))
        lines = read(b).splitlines(keepends=True)

        def changed(content):
            with open(self.path("changed"), "wb") as file:
                file.write(b"".join(content))
            return self.path("changed")

        self.assertIn("ends without its summary", self.merge_refused(a, changed(lines[:-1]), c))
        self.assertIn("ends without its summary", self.merge_refused(a, changed([*lines[:-1], lines[-1][:20]]), c))
        self.assertIn("lacks a row", self.merge_refused(a, changed(lines[:9] + lines[10:]), c))
        self.assertIn("stands behind", self.merge_refused(a, changed(lines[:9] + lines[8:]), c))
        later = lines[-2].replace(b'"index":', b'"index":9', 1)
        self.assertIn("goes on behind its summary", self.merge_refused(a, changed([*lines, later]), c))
        self.assertIn("is neither a row", self.merge_refused(a, changed([*lines[:9], b"{}\n", *lines[9:]]), c))
        self.matrix(MANY + "# another\n")
        other = self.path("other")
        run(self.path("matrix.yaml"), "--shard", "2/3", "-o", other)
        self.assertIn("is of another matrix", self.merge_refused(a, other, c))
        self.assertIn("cannot be read", self.merge_refused(a, self.path("nothing")))
        self.assertIn("--resume has no effect on --merge",
                      run("--merge", a, b, c, "--resume", "-o", self.path("none")).stderr)

    def test_by_an_engines_variables(self):
        self.matrix(f"machines: {SMALL}\nappend: [a, b, c, d]\n")
        for variables, share in (
                ({"SLURM_ARRAY_TASK_ID": "14", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_STEP": "2",
                  "SLURM_ARRAY_TASK_COUNT": "4"}, "3/4"),
                ({"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "3"}, "1/3"),
                ({"PARALLEL_SEQ": "2", "MEMMAP_SHARDS": "2"}, "2/2")):
            done = run(self.path("matrix.yaml"), "--shard", "auto", env=variables)
            self.assertEqual(json.loads(done.stdout.splitlines()[0])["shard"], share)
            self.assertIn(f"sweep: share {share}, by {next(iter(variables))}=", done.stderr)
        done = run(self.path("matrix.yaml"), "--shard", "auto/8", env={"JOB_COMPLETION_INDEX": "7"})
        self.assertEqual(json.loads(done.stdout.splitlines()[0])["shard"], "8/8")
        self.assertIn("`auto` finds none of SLURM_ARRAY_TASK_ID", self.refused("", "--shard", "auto"))
        for variables, why in (({"JOB_COMPLETION_INDEX": "3"}, "JOB_COMPLETIONS is not"),
                               ({"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "3"}, "no share of a sweep"),
                               ({"SLURM_ARRAY_TASK_ID": "x", "SLURM_ARRAY_TASK_MIN": "1",
                                 "SLURM_ARRAY_TASK_COUNT": "2"}, "SLURM_ARRAY_TASK_ID=x: ")):
            done = run(self.path("matrix.yaml"), "--shard", "auto", env=variables)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(why, done.stderr)
        for text in ("0/2", "3/2", "1", "a/b", "1/2/3"):
            self.assertIn("is no share", self.refused("", "--shard", text))


class Database(Base):
    def test_the_documented_questions(self):
        with open(os.path.join(ROOT, "share/doc/sweep.md"), encoding="utf-8") as file:
            questions = re.findall(r"^```sql\n(.*?)^```", file.read(), re.M | re.S)
        self.assertGreater(len(questions), 6)
        rows = self.rows(MANY.replace("  - ro ", "  - ~\n  - ro "))
        run(self.path("matrix.yaml"), "--db", self.path("a.sqlite"))
        database = sqlite3.connect(self.path("a.sqlite"))
        for question in questions:
            database.execute(question).fetchall()
        failing, by_key, by_rule, spread = (database.execute(question).fetchall() for question in questions[:4])
        failed = [row for row in rows if row["result"] == "failed"]
        self.assertEqual([f[0] for f in failing], [row["index"] for row in failed][:20])
        self.assertEqual(failing[0][4], "mem_total >= 100M")
        of_small = next(row for row in by_key if row[:2] == ("machine", "small"))
        self.assertEqual(of_small[3], sum(row["machine"] == "small" for row in failed))
        self.assertEqual(by_rule, [("mem_total >= 100M", len(failed), 2, 2)])
        totals = sorted(row["facts"]["mem_total"] for row in rows)
        told = next(row for row in spread if row[0] == "mem_total")
        rank = [totals[-(-len(totals) * p // 100) - 1] for p in (1, 10, 50, 90, 99)]
        self.assertEqual(list(told[1:]), [len(totals), totals[0], *rank, totals[-1]])
        self.assertTrue(database.execute(questions[6]).fetchall())


class Shrink(Base):
    def test_what_is_left_fails_as_well(self):
        shutil.copy(os.path.join(MAPS, "qemu-pc-2nodes-6g.yaml"), self.path("a.yaml"))
        require = "kernels: 6.1.0-55-amd64\nrequire: [crashkernel >= 512M]\n"
        done = run(self.matrix("machines: a.yaml\nappend: quiet loglevel=7 crashkernel=400M ro hugepages=2\n" + require),
                   "--shrink", self.path("small.yaml"))
        self.assertEqual(done.returncode, 1, done.stderr)
        comment, command = done.stdout.splitlines()
        self.assertTrue(comment.startswith("# crashkernel >= 512M: "), comment)
        words = shlex.split(command)
        self.assertEqual(words[:2], ["memmap", "simulate"])
        # Without crashkernel= there is none at all, which fails as well: nothing of the line is needed.
        self.assertEqual(words[words.index("--cmdline") + 1], "")
        self.assertRegex(done.stderr, r"sweep: 0 of 5 parameters and [12] of \d+ entries of the map are left")
        again = subprocess.run([MEMMAP, *words[1:]], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(again.returncode, 0, again.stderr)
        row, = self.rows("machines: small.yaml\n" + require)
        self.assertEqual([f["rule"] for f in row["failed"]], ["crashkernel >= 512M"])

    def test_a_parameter_that_matters_stays(self):
        done = run(self.matrix(f"machines: {SMALL}\nappend: quiet mem={{400M,200M}} ro\nrequire: [mem_total >= 300M]\n"),
                   "--shrink", self.path("small.yaml"), "--filter", "append=*200M*")
        self.assertIn("mem=200M", done.stdout)
        self.assertNotIn("quiet", done.stdout)
        with open(self.path("small.yaml"), encoding="utf-8") as file:
            self.assertEqual(len(re.findall("type: ", file.read())), 2)

    def test_a_combination_with_plugins(self):
        for plugins in ("'trim_limit:limit=128M'", "without trim_bios"):
            done = run(self.matrix(f"machines: {SMALL}\nplugins: [{plugins}]\nrequire: [mem_total >= 1G]\n"),
                       "--shrink", self.path("small.yaml"))
            os.remove(self.path("small.yaml"))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("memmap simulate", done.stdout)

    def test_what_it_does_not_heed(self):
        done = run(self.matrix(f"machines: {SMALL}\n"), "--shrink", self.path("s.yaml"), "--db", self.path("x.sqlite"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("--db has no effect", done.stderr)

    def test_where_nothing_fails(self):
        done = run(self.matrix(f"machines: {SMALL}\n"), "--shrink", self.path("small.yaml"))
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("no combination fails", done.stderr)
        self.assertFalse(os.path.exists(self.path("small.yaml")))


class BadInput(Base):
    def test_a_file_that_is_read_is_not_written(self):
        matrix = self.matrix(f"machines: {SMALL}\nappend: [a, b, c, d]\n")
        before = read(matrix)
        self.assertEqual(run(matrix, "--force", "-o", matrix).returncode, 2)
        self.assertEqual(read(matrix), before)
        shares = [self.path(f"{k}.jsonl") for k in (1, 2)]
        for k, share in enumerate(shares, 1):
            run(matrix, "--shard", f"{k}/2", "-o", share)
        before = read(shares[0])
        done = run("--merge", *shares, "--force", "-o", shares[0])
        self.assertEqual(done.returncode, 2)
        self.assertIn("is read, and would be written", done.stderr)
        self.assertEqual(read(shares[0]), before)
        self.assertEqual(run(matrix, "-o", self.path("x.db"), "--db", self.path("x.db")).returncode, 2)
        self.assertFalse(os.path.exists(self.path("x.db")))

    def test_rows_that_lack(self):
        matrix, rows = self.matrix(f"machines: {SMALL}\nappend: [a, b, c, d]\n"), self.path("rows.jsonl")
        run(matrix, "-o", rows)
        whole = read(rows).splitlines(keepends=True)
        for kept in (whole[:2] + whole[3:], whole[:2] + whole[3:5], whole[:4] + whole[5:]):
            with open(rows, "wb") as file:
                file.writelines(kept)
            done = run(matrix, "--resume", "-o", rows)
            self.assertEqual(done.returncode, 2, kept)
            self.assertRegex(done.stderr, "is missing|its summary says")
            self.assertEqual(read(rows), b"".join(kept))

    def test_a_matrix_that_is_wrong(self):
        machines = f"machines: {SMALL}\n"
        for text, place, why in (
                ("machine: a.yaml\n", "1:1", "did you mean `machines`"),
                ("kernels: 6.1\n", "1:1", "needs a key `machines`"),
                (machines + "kernels: 6.1.0-55-amd46\n", "2:10", "did you mean `6.1.0-55-amd64`"),
                (machines + "kernels: '9.*'\n", "2:10", "no kernel matches `9.*`"),
                ("machines: nothing.yaml\n", "1:11", "there is no file"),
                ("machines: nothing-*.yaml\n", "1:11", "no file matches `nothing-*.yaml`"),
                ("machines: {synthetic: 'ram:x'}\n", "1:23", ""),
                ("machines: {file: a, folder: b}\n", "1:29", "one source"),
                (machines + "append: mem={1G..2G..0}\n", "2:9", "a step of 0"),
                (machines + "append: mem={2G..1G}\n", "2:9", "goes up"),
                (machines + "append: mem={1..x}\n", "2:9", "expected a number"),
                (machines + "append: []\n", "2:9", "empty list"),
                (machines + "slots: {every: 0}\n", "2:8", "N from 1 on"),
                (machines + "slots: some\n", "2:8", "`slots` is `all`"),
                (machines + "plugins: nothing\n", "2:10", "nothing"),
                (machines + "plugins: 'trim_limit:limt=1G'\n", "2:10", "limt"),
                (machines + "plugins: [[alloc_bestfit, nothing]]\n", "2:27", "nothing"),
                (machines + "plugins: [[alloc_bestfit, 'trim_limit:limt=1G']]\n", "2:27", "limt"),
                (machines + "plugins: [[alloc_bestfit, alloc_low_fragmentation]]\n", "2:27", "one allocation policy"),
                (machines + "plugins: [without numa_flat]\n", "2:11", "cannot be left out"),
                (machines + "plugins: report_markdown\n", "2:10", "does nothing in a boot"),
                (machines + "plugins: /tmp/x.so\n", "2:10", "named here, not their files"),
                (machines + "exclude: [{machin: a}]\n", "2:12", "did you mean `machine`"),
                (machines + "policies: nothing.yaml\n", "2:11", "there is no file"),
                (machines + "require: [mem_totl >= 1G]\n", "2:11", "mem_total"),
                (f"machines: [{SMALL}, {{name: small, synthetic: 'ram:1G'}}]\n", "1:", "is named `small` too")):
            told = self.refused(text)
            self.assertIn(f"matrix.yaml:{place}", told, text)
            self.assertIn(why, told, text)

    def test_a_product_above_a_million(self):
        text = f"machines: {SMALL}\nappend: a={{1..1001}} b={{1..1000}}\n"
        self.assertIn("the limit is texts=1000000", self.refused(text))
        text = f"machines: {SMALL}\ncommand_lines: a={{1..1001}}\nappend: b={{1..1000}}\n"
        self.assertIn("1001000 combinations, more than a million: --yes begins them", self.refused(text))
        self.assertIn(len(rows_of(run(self.path("matrix.yaml"), "--shard", "1/400000").stdout)), (2, 3))
        done = run(self.path("matrix.yaml"), "--yes", "--filter", "index=1000999")
        self.assertEqual(rows_of(done.stdout)[0]["append"], "b=1000")

    def test_options(self):
        self.matrix(f"machines: {SMALL}\n")
        for options, why in ((["--threads", "0"], "is no number of threads"), (["--format", "json"], "did you mean `jsonl`"),
                             (["--resume", "--force", "-o", self.path("x")], "give one"), (["-o", ""], "is empty"),
                             (["--db", "-"], "a database is a file")):
            self.assertIn(why, self.refused("", *options))
        self.assertIn("cannot write", self.refused("", "-o", self.path("none/rows")))

    def test_a_combination_that_cannot_be_booted_is_a_row(self):
        # Its option is good, but with this machine there is nothing left.
        rows = self.rows(f"machines: {SMALL}\nplugins: [~, 'trim_limit:limit=4K']\n")
        self.assertEqual([row["result"] for row in rows][0], "passed")
        self.assertEqual(len(rows), 2)


if __name__ == "__main__":
    unittest.main()
