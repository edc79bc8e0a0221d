"""memmap's Python package: its answers are the program's, its mistakes exceptions.   package_test.py MEMMAP SOURCES"""

import concurrent.futures
import contextlib
import copy
import gc
import gzip
import json
import pathlib
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import memmap

PROGRAM, SOURCES = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
MAP, KERNEL = "ram:640K hole:384K ram:1G", "6.12.117+deb12-amd64"
LOG = b"""BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable
"""


def said(*arguments, status=0):
    """What the program writes."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=60, cwd=SOURCES)
    if done.returncode != status:
        raise AssertionError(done.stderr.decode())
    return done.stdout


class Package(unittest.TestCase):
    def boot(self, **more):
        return memmap.simulate(synthetic=MAP, kernel=KERNEL, **more)

    @contextlib.contextmanager
    def log_that_differs(self):
        """The name of a boot's log that says otherwise than the simulation."""
        log = (SOURCES / "tests/docs/data/whole.log").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "boot.log")
            file.write_text(log.replace("Memory: 338620K/", "Memory: 5K/"), encoding="utf-8")
            yield str(file)

    def test_reports_are_the_programs_byte_for_byte(self):
        line = "crashkernel=64M"
        boot = self.boot(cmdline=line)
        for form in memmap.formats():
            asked = ("simulate", "--synthetic", MAP, "--kernel", KERNEL, "--cmdline", line, "--format", form)
            if form in ("png", "pdf"):
                with tempfile.TemporaryDirectory() as folder:
                    file = pathlib.Path(folder, "picture")
                    said(*asked, "-o", str(file))
                    self.assertEqual(boot.picture(form), file.read_bytes(), form)
            else:
                self.assertEqual(boot.report(form).encode("utf-8", "surrogateescape"), said(*asked), form)
        self.assertEqual(boot.report("svg", diagram="numa").encode(),
                         said("simulate", "--synthetic", MAP, "--kernel", KERNEL, "--cmdline", line, "--format", "svg",
                              "--diagram", "numa"))
        self.assertEqual(boot.report("json", at="user-space").encode(),
                         said("simulate", "--synthetic", MAP, "--kernel", KERNEL, "--cmdline", line, "--format",
                              "json", "--at", "user-space"))

    def test_explains_as_the_program(self):
        boot = self.boot()
        self.assertEqual(boot.explain(0x1000, 0x200000).encode(),
                         said("explain", "--synthetic", MAP, "--kernel", KERNEL, "0x1000,0x200000"))
        self.assertEqual(boot.explain(lost=True).encode(),
                         said("explain", "--synthetic", MAP, "--kernel", KERNEL, "--lost"))
        self.assertEqual(boot.explanation()["schema"], "memmap/explain/1")

    def test_walks_as_the_program(self):
        boot = self.boot()
        for root in ("kernel", "startup", "trampoline"):
            self.assertEqual(boot.walk(0xffffffff81000000, 0x200000, root=root).encode(),
                             said("walk", "--synthetic", MAP, "--kernel", KERNEL, "0xffffffff81000000,0x200000", "--root",
                                  root, *(("--at", "user-space") if root == "trampoline" else ())), root)
        self.assertEqual(boot.translation(0x1000)["schema"], "memmap/walk/1")
        with self.assertRaises(memmap.InputError):
            boot.walk(0x1000, root="efi")

    def test_starts_the_second_kernel_as_the_program(self):
        asked = ("kdump", "--synthetic", MAP, "--kernel", KERNEL, "--cmdline", "crashkernel=64M")
        boot = self.boot(cmdline="crashkernel=64M")
        self.assertEqual(boot.kdump().encode(), said(*asked, status=1))
        larger = {"crash_kernel": "256M", "initrd": 16 << 20, "need": "32M", "second_append": "nr_cpus=1"}
        self.assertEqual(boot.kdump(**larger).encode(),
                         said(*asked, "--crash-kernel", "256M", "--initrd", "16M", "--need", "32M", "--second-append",
                              "nr_cpus=1"))
        self.assertEqual(boot.second_kernel(**larger)["end"], "gets_up")
        self.assertEqual(boot.second_kernel()["end"], "not_loaded")
        with self.assertRaises(memmap.InputError):
            boot.kdump(initrd=pathlib.Path("/no/such/initrd"))
        for size in (-1, 2**64):
            with self.assertRaises(ValueError):
                boot.kdump(initrd=size)
        with self.assertRaises(memmap.InputError):
            boot.kdump(need=0)
        with self.log_that_differs() as name:
            told = memmap.simulate(name).kdump()
            self.assertIn("agrees in", told)
            self.assertEqual(told.encode(), said("kdump", name, status=1))

    def test_moves_the_image_as_the_program(self):
        asked = ("kaslr", "--synthetic", MAP, "--kernel", KERNEL)
        boot = self.boot()
        self.assertEqual(boot.kaslr().encode(), said(*asked))
        self.assertEqual(boot.kaslr(every=True).encode(), said(*asked, "--list"))
        self.assertEqual(boot.image_places()["schema"], "memmap/kaslr/1")
        self.assertEqual(len(boot.image_places(every=True)["places"]), boot.image_places()["count"])

    def test_shows_as_the_program(self):
        line = "crashkernel=64M hugepages=1500 quiet"
        machine = ("--synthetic", MAP, "--kernel", KERNEL, "--cmdline", line)
        boot = self.boot(cmdline=line)
        for name in memmap.tables():
            self.assertEqual(boot.show(name).encode(), said("show", name, *machine), name)
            self.assertEqual(boot.table(name), json.loads(said("show", name, *machine, "--json")), name)
        self.assertEqual(boot.show("zones", columns="+present", sort="zone:desc", exact=True, headings=False).encode(),
                         said("show", "zones", *machine, "--columns", "+present", "--sort", "zone:desc", "--bytes",
                              "--no-headings"))
        self.assertEqual([row["zone"] for row in boot.table("zones", columns="zone", sort="zone:desc")], ["DMA32", "DMA"])
        for wrong in ({"table": "zone"}, {"table": "zones", "columns": "colour"}):
            with self.assertRaises(memmap.InputError):
                boot.show(**wrong)

    def test_suggests_as_the_program(self):
        machine = ("--synthetic", MAP, "--kernel", KERNEL)
        boot = self.boot()
        for what, options, words in (
                ("crashkernel", {"size": 64 << 20}, ("crashkernel", "--size", "64M")),
                ("crashkernel", {"initrd": "16M", "need": "32M"}, ("crashkernel", "--initrd", "16M", "--need", "32M")),
                ("pmem", {"argument": "64M", "node": 0}, ("pmem", "64M", "--node", "0")),
                ("badram", {"argument": "0x12345000", "ranges": 1}, ("badram", "0x12345000", "--ranges", "1")),
                ("hugepages", {"page": 2 << 20, "leave": "256M"}, ("hugepages", "--page", "2M", "--leave", "256M"))):
            self.assertEqual(boot.suggest(what, **options).encode(), said("suggest", *words, *machine), what)
        self.assertEqual(boot.suggestion("crashkernel", size="64M")["parameter"], "crashkernel=64M")
        self.assertIsNone(boot.suggestion("pmem", 2 << 30)["parameter"])
        with tempfile.TemporaryDirectory() as folder:
            bad = pathlib.Path(folder, "memtest.log")
            bad.write_text("0x12345000\n", encoding="utf-8")
            told = boot.suggestion("badram", bad, check="memmap=4K$0x12346000")
            self.assertEqual(told["checked"]["uncovered"], [{"start": "0x12345000", "end": "0x12346000"}])
        with self.log_that_differs() as name:
            self.assertEqual(memmap.simulate(name).suggest("hugepages").encode(), said("suggest", "hugepages", name))
        self.assertEqual(set(memmap.suggestions()) >= {"crashkernel", "badram"}, True)
        for wrong in (("crash",), ("pmem",), ("pmem", 0), ("crashkernel", "64M"), ("badram", "-")):
            with self.assertRaises(memmap.InputError):
                boot.suggest(*wrong)

    def test_differs_as_the_program(self):
        names = [str(path.relative_to(SOURCES)) for path in sorted((SOURCES / "maps").glob("*.yaml"))[:2]]
        old, new = (memmap.simulate(name, kernel=KERNEL) for name in names)
        for form, options, words in (("text", {}, ()), ("json", {"ignore": ["page tables"]}, ("--ignore", "page tables")),
                                     ("svg", {"scale": "equal", "theme": "dark"}, ("--scale", "equal", "--theme", "dark")),
                                     ("html", {"tolerance": 1 << 20}, ("--tolerance", "1M"))):
            self.assertEqual(old.diff(new, form, **options).encode(),
                             said("diff", *names, "--kernel", KERNEL, "--format", form, *words, status=1), form)
        self.assertEqual(old.differences(new)["schema"], "memmap/diff/1")
        with self.assertRaises(memmap.InputError):
            old.diff(new, "text", scale="equal")
        told = []
        threads = [threading.Thread(target=lambda a=a, b=b: told.append(a.diff(b))) for a, b in ((old, new), (new, old)) * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(told), len(set(told))), (8, 2))

    def test_real_machines(self):
        for path in sorted((SOURCES / "maps").glob("*.yaml"))[:4]:
            name = str(path.relative_to(SOURCES))
            self.assertEqual(memmap.simulate(name).report("json").encode(),
                             said("simulate", "--e820", name, "--format", "json"), name)

    def test_figures_and_ranges_agree_with_the_result(self):
        boot = self.boot(cmdline="crashkernel=64M")
        told = boot.json()
        self.assertEqual(boot.mem_total, told["totals"]["mem_total_kib"] * 1024)
        self.assertEqual(boot.figure("crashkernel"), 64 << 20)
        self.assertIsNone(boot.figure("cma"))
        self.assertEqual(boot.memblock.memory.size, boot.figure("memory"))
        self.assertEqual(boot.pieces("crashkernel").size, 64 << 20)
        self.assertEqual([zone.name for zone in boot.zones], ["DMA", "DMA32"])
        self.assertEqual(boot.zones[0].nid, 0)
        self.assertEqual(sum(zone.managed for zone in boot.zones), boot.figure("handed_over"))
        self.assertEqual(boot.use[0].start, 0)
        for below, above in zip(boot.use, boot.use[1:]):
            self.assertEqual(below.end, above.start)
        self.assertEqual(boot.at(boot.figure("kernel_at")).name, "kernel image")
        self.assertIsNone(boot.at(1 << 63))
        self.assertIn("kernel image", {piece.name for piece in boot.memblock.owners})
        with self.assertRaises(KeyError):
            boot.figure("no_such")
        with self.assertRaises(KeyError):
            boot.pieces("no_such")
        self.assertEqual(set(memmap.figures()) >= {"mem_total", "crashkernel_at"}, True)
        self.assertEqual(memmap.figures()["crashkernel_at"].unit, "address")

    def test_events_and_notes(self):
        boot = self.boot(cmdline="crashkernl=64M")
        self.assertIn("debug", {event.severity for event in boot.events})
        self.assertTrue(any("crashkernl" in note for note in boot.notes), boot.notes)
        self.assertFalse(boot.panicked)
        panic = memmap.simulate(synthetic="ram:4M", kernel=KERNEL)
        self.assertTrue(panic.panicked)
        self.assertIsNone(panic.mem_total)
        self.assertIn("panics", repr(panic))

    def test_content_in_place_of_files(self):
        with tempfile.TemporaryDirectory() as folder:
            log, config = pathlib.Path(folder, "boot.log"), pathlib.Path(folder, "config")
            log.write_bytes(LOG)
            config.write_bytes(b"CONFIG_X86_64=y\nCONFIG_DEFERRED_STRUCT_PAGE_INIT=n\n")
            profile = SOURCES / "share/kernels" / f"{KERNEL}.yaml"
            of_files = memmap.simulate(log, kernel=profile, config=config)
            of_bytes = memmap.simulate(memmap.Bytes(gzip.compress(LOG), str(log)),
                                       kernel=memmap.Bytes(profile.read_bytes(), str(profile)),
                                       config=memmap.Bytes(config.read_bytes(), str(config)))
            self.assertEqual(of_files.report("json"), of_bytes.report("json"))

    def test_mistakes_have_a_place(self):
        with self.assertRaises(memmap.InputError) as caught:
            memmap.simulate(memmap.Bytes(LOG.replace(b"3fffffff", b"3fffgfff"), "here.log"))
        mistake = caught.exception.mistakes[0]
        self.assertEqual((mistake.file, mistake.line, mistake.code), ("here.log", 2, "bad_input"))
        self.assertIn("3fffgfff", mistake.line_text)
        self.assertTrue(str(caught.exception).startswith("here.log:2:"))
        with self.assertRaises(memmap.InputError) as caught:
            memmap.simulate("/no/such/log")
        self.assertEqual(caught.exception.mistakes[0].code, "not_found")
        with self.assertRaises(memmap.InputError):
            memmap.simulate()
        with self.assertRaises(memmap.InputError) as caught:
            memmap.simulate(synthetic=MAP, kaslr_base={"nowhere": 1, "kernel_phys_base": 1 << 60})
        self.assertEqual(len(caught.exception.mistakes), 2)
        with self.assertRaisesRegex(memmap.InputError, "did you mean `svg`"):
            self.boot().report("svgg")
        with self.assertRaises(ValueError):
            memmap.simulate("a\0b")

    def test_whatever_is_read(self):
        for path in sorted((SOURCES / "tests/fuzz/corpus").rglob("*")):
            for option in ("e820", "kernel", "config"):
                machine = {} if option == "e820" else {"synthetic": MAP}
                if not path.is_file():
                    continue
                try:
                    memmap.simulate(**machine, **{option: path.read_bytes()})
                except memmap.InputError as error:
                    self.assertTrue(error.mistakes, path)

    def test_policies(self):
        rules = b"schema: memmap/policy/1\nrequire:\n  - mem_total >= %s\n"
        self.assertTrue(memmap.check(rules % b"64M", synthetic=MAP, kernel=KERNEL))
        verdict = memmap.check(rules % b"4G", synthetic=MAP, kernel=KERNEL, form="tap")
        self.assertTrue(verdict.fails)
        self.assertIn("not ok", verdict.text)
        with self.assertRaises(memmap.InputError):
            memmap.check(b"require: [", synthetic=MAP)

    def test_lints_as_the_program(self):
        line = "crashkernl=64M mem=4GB hugepages=1500"
        for form in ("text", "json"):
            asked = ("lint", "--kernel", KERNEL, "--format", form)
            self.assertEqual(memmap.lint(cmdline=line, kernel=KERNEL, form=form).text.encode(),
                             said(*asked, "--cmdline", line, status=1))
            self.assertEqual(memmap.lint(synthetic=MAP, cmdline=line, kernel=KERNEL, form=form).text.encode(),
                             said(*asked, "--synthetic", MAP, "--cmdline", line, status=1))
            for name in ("tests/docs/data/whole.log", "maps/qemu-pc-2nodes-6g.yaml"):
                told = memmap.lint(name, kernel=KERNEL, append=line, form=form)
                self.assertEqual(told.text.encode(), said(*asked, name, "--append", line, status=1))
                content = memmap.Bytes((SOURCES / name).read_bytes(), name)
                self.assertEqual(told, memmap.lint(content, kernel=KERNEL, append=line, form=form))
                self.assertFalse(told)
        self.assertTrue(memmap.lint(cmdline="crashkernel=64M", kernel=KERNEL))
        self.assertEqual(memmap.lint(b"GRUB_CMDLINE_LINUX='crashkernel=256'\n", kernel=KERNEL).count, 1)
        for wrong in ({}, {"file": "/no/such"}, {"file": "-"}, {"cmdline": "a", "file": b"b"}, {"cmdline": "", "form": "xml"},
                      {"cmdline": "a", "entry_limit": False}):
            with self.assertRaises(memmap.InputError):
                memmap.lint(**wrong)

    def test_sweeps_as_the_program(self):
        matrix = (f'machines: [{{name: small, synthetic: "{MAP}"}}, "*.log"]\nkernels: [{KERNEL}]\n'
                  'append: ["crashkernel={64M,128M,2G}"]\nslots: {count: 3}\nrequire: [crashkernel below 4G]\n')
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "matrix.yaml")
            file.write_text(matrix, encoding="utf-8")
            pathlib.Path(folder, "boot.log").write_bytes(LOG)
            for form, options, words, status in (
                    ("jsonl", {}, (), 1), ("csv", {"only_failures": True}, ("--only-failures",), 1),
                    ("jsonl", {"filters": ["machine=small", "mem_total > 900M"]},
                     ("--filter", "machine=small", "--filter", "mem_total > 900M"), 1),
                    ("jsonl", {"shard": "2/3", "filters": ["append=*M"]}, ("--shard", "2/3", "--filter", "append=*M"), 0)):
                rows = memmap.sweep(file, form=form, **options)
                self.assertEqual(rows.text.encode(), said("sweep", str(file), "--format", form, *words, status=status))
                self.assertEqual(rows.fails, status == 1)
            whole = memmap.sweep(memmap.Bytes(matrix.encode(), str(file)))
            self.assertEqual(whole, memmap.sweep(file))
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                shares = list(pool.map(lambda k: list(memmap.sweep(file, shard=f"{k}/3")), (1, 2, 3)))
            self.assertEqual(sorted((row for rows in shares for row in rows), key=lambda row: row["index"]), list(whole))
            self.assertEqual(len(list(whole)), 18)
            some = memmap.sweep(file, filters=(text for text in ("append=*=64M",)), yes=True)
            self.assertEqual({row["append"] for row in some}, {"crashkernel=64M"})
            with self.assertRaises(TypeError):
                list(memmap.sweep(file, form="csv"))
        named = memmap.sweep('machines: [{name: "a\u2028b", synthetic: "ram:640K hole:384K ram:64M"}]\n'.encode())
        self.assertEqual([row["machine"] for row in named], ["a\u2028b"])
        for wrong in ({"filters": ["colour=red"]}, {"shard": "4/3"}, {"form": "xml"}, {}):
            with self.assertRaises(memmap.InputError):
                memmap.sweep(matrix.encode() if wrong else b"machines: [", **wrong)
        for wrong in ({"filters": "index=1"}, {"filters": [None]}, {"shard": 1}, {"form": None}):
            with self.assertRaises(TypeError):
                memmap.sweep(file, **wrong)

    def test_threads(self):
        lines = [f"crashkernel={size}M" for size in range(32, 96, 4)]
        shared = self.boot()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            sizes = list(pool.map(lambda line: self.boot(cmdline=line).figure("crashkernel"), lines))
            texts = set(pool.map(lambda _: shared.report("json"), range(8)))
            pictures = set(pool.map(lambda _: shared.report("svg", diagram="numa"), range(4)))
        self.assertEqual(sizes, [size << 20 for size in range(32, 96, 4)])
        self.assertEqual((len(texts), len(pictures)), (1, 1))

    def test_boots_are_given_back(self):
        piece = self.boot().zones[0]
        for _ in range(100):
            self.boot()
        gc.collect()
        self.assertEqual(piece.name, "DMA")

    def test_a_boot_is_not_copied(self):
        boot = self.boot()
        for copied in (copy.copy, copy.deepcopy, pickle.dumps):
            with self.assertRaises(TypeError):
                copied(boot)
        self.assertEqual(boot.zones[0].name, "DMA")

    def test_one_text_is_no_sequence_of_plugins(self):
        for argument in ("plugins", "without_plugins", "plugin_dirs"):
            with self.assertRaisesRegex(TypeError, argument):
                self.boot(**{argument: "numa"})

    def test_pages_that_become_free_later_are_not_free(self):
        boot = memmap.simulate(synthetic="ram:640K hole:384K ram:16G", kernel="6.12.117+deb12-amd64")
        self.assertNotIn("deferred", {piece.kind for piece in boot.free})
        self.assertEqual({piece.kind for piece in boot.deferred}, {"deferred"})

    def test_what_is_no_address(self):
        for address in (-1, 1 << 64, (1 << 64) + 0x1000):
            with self.assertRaises(ValueError):
                self.boot().at(address)

    def test_a_thread_is_in_it_at_the_end(self):
        code = ("import memmap, threading, time\n"
                "boot = memmap.simulate(synthetic='ram:64M')\n"
                "def loop():\n"
                "    while True: boot.report('json')\n"
                "threading.Thread(target=loop, daemon=True).start()\n"
                "time.sleep(0.05)\n")
        self.assertEqual(subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode, 0)

    def test_a_notebook_shows_it(self):
        boot = self.boot()
        self.assertIn("<svg", boot._repr_svg_())
        self.assertIn("<td>DMA32</td>", boot.zones._repr_html_())

    @unittest.skipUnless(shutil.which("mypy"), "no mypy")
    def test_types(self):
        with tempfile.TemporaryDirectory() as cache:
            told = subprocess.run(["mypy", "--strict", "--cache-dir", cache, "memmap"], cwd=SOURCES / "python",
                                  capture_output=True, text=True, check=False, timeout=100)
        self.assertEqual(told.returncode, 0, told.stdout)


if __name__ == "__main__":
    unittest.main()
