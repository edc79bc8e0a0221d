#!/usr/bin/env python3
"""What the program writes, and where it may not.   output_test.py MEMMAP"""
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unicodedata
import unittest

MEMMAP = os.path.abspath(sys.argv.pop(1))
SMALL = "ram:640K hole:384K ram:255M"
JSON = ("simulate", "--synthetic", SMALL, "--format", "json")


def run(*args, **options):
    return subprocess.run([MEMMAP, *args], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          **{"stdout": subprocess.PIPE, "timeout": 60, **options})


class Output(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def assert_printable(self, data):
        text = data.decode("utf-8")  # raises
        bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")]
        self.assertEqual(bad, [], text)

    def test_messages_are_printable(self):
        scenario = self.write("escape.yaml", b'e820:\n- {start: "\\e[31m", size: "\x1b[31m", type: "\\e]0;x\\a"}\n'
                                             b'\x1b[31mkey: 1\n')
        unknown = self.write("unknown.yaml", b'"\\e[31mkey": 1\ne820:\n- {start: "\\e[31m", size: 1, type: "\\e]0;x\\a"}\n')
        bytes_ = b"a\x1b[2J\x9b31m\xff\xe2\x80\xaeb"
        for args in (("simulate", scenario), ("simulate", unknown), ("simulate", b"no-such-" + bytes_),
                     ("simulate", b"--" + bytes_), (bytes_,), ("simulate", "--kernel", bytes_, "--synthetic", SMALL),
                     ("simulate", "--synthetic", b"ram:" + bytes_), ("simulate", "--synthetic", SMALL, "--format", bytes_),
                     ("simulate", "--synthetic", SMALL, "--plugin", bytes_), ("convert", "--synthetic", SMALL, "--to", bytes_),
                     ("plugin", "show", bytes_), ("plugin", "check", bytes_), ("plugin", "new", bytes_, "--kind", "trim"),
                     ("capture", "--sysroot", self.path("none"), "-o", bytes_),
                     ("simulate", "--synthetic", SMALL, "-o", b"no/" + bytes_)):
            done = run(*args, cwd=self.folder)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertTrue(done.stderr + done.stdout)
            self.assert_printable(done.stderr)
            self.assert_printable(done.stdout)

    def test_lines_shown_are_printable(self):
        line = b"ro \x1b[31m\x9b31m \xff\xfe mem=4GiB \xe2\x80\xae"
        done = run("lint", "--cmdline", line)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assert_printable(done.stdout)
        shown = done.stdout.decode().splitlines()
        at = next(i for i, text in enumerate(shown) if "[size-misread]" in text)
        self.assertEqual(shown[at + 1][shown[at + 2].index("^"):][:4], "4GiB")

    def test_a_link_that_leads_nowhere_is_there(self):
        os.symlink("nowhere", self.path("link"))
        done = run(*JSON, "-o", self.path("link"))
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"exists already", done.stderr)
        self.assertEqual(os.listdir(self.folder), ["link"])
        self.assertEqual(os.readlink(self.path("link")), "nowhere")
        self.assertEqual(run("convert", "--synthetic", SMALL, "--to", "sysfs", "-o", self.path("link")).returncode, 2)

    def test_a_link_stays_where_its_file_is_replaced(self):
        file = self.path("file")
        os.symlink("file", self.path("link"))
        pathlib.Path(file).write_text("old")
        self.assertEqual(run(*JSON, "--force", "-o", self.path("link")).returncode, 0)
        self.assertEqual(os.readlink(self.path("link")), "file")
        self.assertIn('"memmap/result/', pathlib.Path(file).read_text())
        self.assertEqual(sorted(os.listdir(self.folder)), ["file", "link"])

    def test_of_two_writers_one_wins(self):
        for command in (JSON, ("convert", "--synthetic", SMALL, "--to", "sysfs")):
            out = self.path("out-" + command[0])
            writers = [subprocess.Popen([MEMMAP, *command, "-o", out], stderr=subprocess.PIPE) for _ in range(6)]
            ends = [(w.communicate()[1], w.returncode) for w in writers]
            self.assertEqual(sorted(code for _, code in ends), [0] + [2] * 5, ends)
            self.assertEqual(os.listdir(self.folder), [os.path.basename(out)])
            (shutil.rmtree if os.path.isdir(out) else os.remove)(out)

    def test_a_full_limit_is_an_error(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        done = run(*JSON, "-o", self.path("out"), preexec_fn=limit)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"File too large", done.stderr)
        self.assertEqual(os.listdir(self.folder), [])
        with open(self.path("redirected"), "wb") as file:
            done = run(*JSON, stdout=file, preexec_fn=limit)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"File too large", done.stderr)

    def test_an_interrupted_writer_leaves_all_or_nothing(self):
        whole = run(*JSON).stdout
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for _ in range(5):
                out = self.path("out")
                writer = subprocess.Popen([MEMMAP, *JSON, "-o", out], stdout=subprocess.DEVNULL)
                while writer.poll() is None and not os.listdir(self.folder):
                    pass  # until its temporary file is there
                writer.send_signal(sent)
                code = writer.wait()
                self.assertIn(code, (0, -sent))
                self.assertIn(os.listdir(self.folder), ([], ["out"]))
                if os.path.exists(out):
                    with open(out, "rb") as file:
                        self.assertEqual(file.read(), whole)
                    os.remove(out)

    def test_help_that_cannot_be_written(self):
        for args in (("--help",), ("--version",), ("simulate", "--help"), ("help", "lint"), ()):
            with open("/dev/full", "wb") as full:
                done = run(*args, stdout=full)
            self.assertEqual(done.returncode, 2, args)
            self.assertIn(b"No space left", done.stderr)
        self.assertEqual(run().stdout, run("--help").stdout)

    def test_an_empty_name(self):
        for command in (JSON, ("convert", "--synthetic", SMALL, "--to", "sysfs"), ("lint", "--list")):
            done = run(*command, "-o", "")
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"-o: the name", done.stderr)

    def mode(self, name):
        return stat.S_IMODE(os.stat(self.path(name)).st_mode)

    def test_permissions(self):
        self.write("private", b"")
        os.chmod(self.path("private"), 0o600)
        self.assertEqual(run(*JSON, "-o", self.path("private"), "--force").returncode, 0)
        self.assertEqual(self.mode("private"), 0o600)
        sysfs = ("convert", "--synthetic", SMALL, "--to", "sysfs")
        for mask in (0o077, 0o022):
            limit = lambda: os.umask(mask)
            self.assertEqual(run(*sysfs, "-o", self.path(f"folder{mask}"), preexec_fn=limit).returncode, 0)
            self.assertEqual(run(*JSON, "-o", self.path(f"file{mask}"), preexec_fn=limit).returncode, 0)
            self.assertEqual(self.mode(f"folder{mask}"), 0o777 & ~mask)
            self.assertEqual(self.mode(f"folder{mask}/0"), 0o777 & ~mask)
            self.assertEqual(self.mode(f"file{mask}"), 0o666 & ~mask)

    def test_the_longest_names(self):
        for size in (252, 255):
            self.assertEqual(run(*JSON, "-o", self.path("n" * size)).returncode, 0)
            self.assertEqual(run("convert", "--synthetic", SMALL, "--to", "sysfs", "-o", self.path("f" * size)).returncode, 0)
        self.assertEqual(run(*JSON, "-o", self.path("n" * 256)).returncode, 2)

    def test_an_empty_answer_says_so(self):
        done = run("simulate", "--synthetic", SMALL, "--append", "mem=0x memmap=exactmap", "--format", "memblock-debug")
        self.assertEqual((done.returncode, done.stdout), (0, b""), done.stderr)
        self.assertRegex(done.stderr.decode(), r"^memmap: note: nothing to print as memblock-debug: the kernel panics")
        done = run("simulate", "--synthetic", SMALL, "--format", "memblock-debug")
        self.assertNotIn(b"nothing", done.stderr)

    def test_without_proc(self):
        """Kernel profiles are those beside the program, never the current folder's."""
        hide = ["unshare", "-Urm", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
        if shutil.which("unshare") is None or subprocess.run([*hide, "true"], capture_output=True).returncode != 0:
            self.skipTest("/proc cannot be hidden here")
        os.makedirs(self.path("share/kernels"))
        self.write("share/kernels/1.2.3-here-amd64.yaml", b"")
        done = subprocess.run([*hide, MEMMAP, "kernels"], capture_output=True, cwd=self.folder, timeout=60)
        if b"LeakSanitizer" in done.stderr:
            self.skipTest("sanitizers cannot do without /proc")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, run("kernels").stdout)


unittest.main()
