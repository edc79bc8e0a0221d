"""The Python examples of pages: each ```pycon block shows what it prints.   examples.py PAGE..."""

import doctest
import pathlib
import re
import sys

BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main():
    failed = tried = 0
    for name in sys.argv[1:]:
        names = {}  # blocks of a page go on where the one before ended
        for number, block in enumerate(BLOCK.findall(pathlib.Path(name).read_text(encoding="utf-8")), 1):
            test = doctest.DocTestParser().get_doctest(block, names, f"{name}, block {number}", name, 0)
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            runner.run(test, clear_globs=False)
            names = test.globs
            failed, tried = failed + runner.failures, tried + runner.tries
    print(f"{tried} examples, {failed} wrong")
    return 1 if failed or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
