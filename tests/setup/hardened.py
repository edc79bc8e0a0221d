"""What cmake/harden.cmake asks for, read off the files that are shipped: hardened.py FILE..."""

import re
import subprocess
import sys
import unittest

FILES = []


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], capture_output=True, text=True, check=True,
                          env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


class Hardened(unittest.TestCase):
    def test_position_independent(self):
        for path in FILES:
            self.assertRegex(readelf("-h", path), r"Type:\s+DYN", path)

    def test_tables_are_read_only_before_main(self):
        for path in FILES:
            self.assertIn("GNU_RELRO", readelf("-l", path), path)
            self.assertRegex(readelf("-d", path), r"BIND_NOW|FLAGS_1.*\bNOW\b", path)

    def test_stack_is_guarded_and_holds_no_code(self):
        for path in FILES:
            stack = re.search(r"GNU_STACK.*\s(R\S*)\s+0x\w+$", readelf("-l", path), re.MULTILINE)
            self.assertEqual(stack.group(1), "RW", path)

    def test_the_program_calls_the_checked_functions(self):
        symbols = readelf("--dyn-syms", FILES[0])
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__\w+_chk@")
        self.assertIn("__glibcxx_assert_fail", symbols)

    def test_no_path_is_searched_for_libraries(self):
        for path in FILES:
            self.assertNotRegex(readelf("-d", path), r"R(UN)?PATH.*(\[|:)/(work|home|tmp|root)", path)


if __name__ == "__main__":
    FILES = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
