"""The maker of man pages refuses what does not agree with the program.   manual_test.py MEMMAP_MANUAL SHARE_MAN"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

MANUAL, WRITTEN = pathlib.Path(sys.argv.pop(1)), pathlib.Path(sys.argv.pop(1))


class Manual(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.written, self.pages = pathlib.Path(folder.name) / "written", pathlib.Path(folder.name) / "pages"
        shutil.copytree(WRITTEN, self.written)
        self.pages.mkdir()

    def make(self):
        return subprocess.run([MANUAL, self.written, self.pages], capture_output=True, text=True, timeout=60, check=False)

    def change(self, name, old, new):
        file = self.written / name
        text = file.read_text()
        self.assertIn(old, text)
        file.write_text(text.replace(old, new, 1))

    def refused(self, message):
        done = self.make()
        self.assertEqual(done.returncode, 2)
        self.assertIn(message, done.stderr)

    def test_a_page_of_each_command(self):
        self.assertEqual(self.make().returncode, 0)
        overview = (self.pages / "memmap.1").read_text()
        listed = set(re.findall(r"^\.BR (memmap\\-[a-z]+) \(1\)$", overview, re.M))
        self.assertEqual({page.stem for page in self.pages.iterdir()} - {"memmap"},
                         {name.replace("\\-", "-") for name in listed})
        walk = (self.pages / "memmap-walk.1").read_text()
        self.assertIn(".SH NAME\nmemmap\\-walk \\- tell how an address", walk)
        self.assertIn("\n.I ADDRESS\n.RI [ SOURCE ]\n", walk)
        self.assertIn("\\fB\\-o\\fP, \\fB\\-\\-output\\fP \\fIFILE\\fP\n", walk)

    def test_a_remark_on_an_option_that_is_not_there(self):
        self.change("memmap-walk.in", "@more --root", "@more --roots")
        self.refused("memmap walk has no --roots")

    def test_a_remark_for_all_on_an_option_that_none_has(self):
        self.change("options.in", "@more --force", "@more --by-force")
        self.refused("no command has --by-force")

    def test_a_word_that_nothing_tells_of(self):
        self.change("memmap-simulate.in", ".B qemu\\-mem\n", "")
        self.change("memmap-simulate.in", "qemu\\-mem", "it")
        self.refused("nothing tells of --format qemu-mem")

    def test_a_command_without_a_page(self):
        (self.written / "memmap-walk.in").unlink()
        self.refused("memmap-walk.in")

    def test_a_section_that_no_page_has(self):
        self.change("memmap-walk.in", ".SH SEE ALSO", ".SH BUGS")
        self.refused("no page has a section BUGS")

    def test_text_before_any_section(self):
        self.change("memmap-walk.in", ".SH DESCRIPTION\n", "")
        self.refused("memmap-walk.in:1: error: text before any section")

    def test_an_overview_without_the_commands(self):
        self.change("memmap.in", "\n@commands\n", "\n")
        self.refused("there is no line `@commands`")


if __name__ == "__main__":
    unittest.main()
