#!/usr/bin/env python3
"""Verdicts as `memmap check` writes them, read by other people's programs.

  verdicts_test.py READER FOLDER [KERNEL]

READER is prove, junitparser, kunit, sarif or github. FOLDER has NAME.tap, NAME.ktap, ... of each
name of its expected.json: tests/unit/report/golden_test.cc and command_test.py make such; KERNEL is the kernel's source, for kunit's parser. Whatever the
names hold, each reader has to find the same verdicts. Exit 77: the reader is not installed.
"""
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def expected(folder):
    """{name of the files: a text for each case, in it a letter for each rule}: `p` passed, `f` failed, `s`
    skipped, `w` a warning, which fails nothing."""
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        return json.load(file)


def flat_of(folder):
    return {name: "".join(cases) for name, cases in expected(folder).items()}


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)


def same(name, got, want):
    if got != want:
        sys.exit(f"{name}: read {got}, expected {want}")


def prove(folder, _kernel):
    if not shutil.which("prove"):
        skip("prove (perl) is not installed")
    for name, flat in flat_of(folder).items():
        path = os.path.join(folder, name + ".tap")
        run = subprocess.run(["prove", "--verbose", path], capture_output=True, text=True, errors="replace", check=False)
        same(f"prove {name}", run.returncode, 1 if "f" in flat else 0)
        same(f"prove {name}", re.findall(r"Parse errors", run.stdout), [])
        if "f" in flat:
            same(f"prove {name}", int(re.search(r"Failed: (\d+)\)", run.stdout)[1]), flat.count("f"))
        out = subprocess.run(["perl", os.path.join(HERE, "tap.pl"), path], capture_output=True, check=True).stdout
        *tests, whole = [json.loads(line) for line in out.splitlines()]
        same(name, whole, {"errors": [], "planned": len(flat) or 0, "unknown": 0,
                           "failed": [i for i, v in enumerate(flat, 1) if v == "f"]})
        kinds = {(1, ""): "p", (0, ""): "f", (1, "SKIP"): "s", (0, "TODO"): "w"}
        same(name, "".join(kinds[test["ok"], test["directive"].upper()] for test in tests), flat)
        same(name, [test["name"] for test in tests if test["name"].strip(" -") == ""], [])
        for test in tests:
            same(test["name"], "yaml" in test, not test["ok"])
            if not test["ok"]:
                same(test["name"], sorted({"message", "severity"} - set(test["yaml"])), [])
        same(name, len({test["name"] for test in tests}), len(tests))
        if name == "plain":
            same(name, tests[2]["yaml"]["at"], {"file": "policies/servers.yaml", "line": "4", "column": "7"})
            same(name, tests[2]["yaml"]["rule"], "mem_total >= 97% of installed")


def junitparser(folder, _kernel):
    try:
        from junitparser import Failure, JUnitXml, Skipped
    except ImportError:
        skip("python3-junitparser is not installed")
    for name, cases in expected(folder).items():
        xml = JUnitXml.fromfile(os.path.join(folder, name + ".junit.xml"))
        got, keys = [], []
        for suite in xml:
            kinds = ""
            for case in suite:
                results = case.result
                kinds += ("f" if any(isinstance(r, Failure) for r in results) else
                          "s" if any(isinstance(r, Skipped) for r in results) else
                          case.system_out[0] if case.system_out else "p")
                keys.append((case.classname, case.name))
                for result in results:
                    if isinstance(result, Failure):
                        same(name, result.text.startswith(result.message), True)
            same(name, (suite.tests, suite.failures, suite.skipped),
                 (len(kinds), kinds.count("f"), kinds.count("s")))
            got.append(kinds)
        same(name, got, cases)
        same(name, (xml.tests, xml.failures, xml.errors), (len("".join(cases)), "".join(cases).count("f"), 0))
        same(name, len(set(keys)), len(keys))  # what GitLab tells cases apart by
        same(name, [key for key in keys if not key[0] or not key[1]], [])


def kunit(folder, kernel):
    tools = os.path.join(kernel, "tools/testing/kunit")
    if not os.path.exists(os.path.join(tools, "kunit_parser.py")):
        skip("no kunit_parser.py: the package linux-source-6.12 is not installed or not unpacked yet")
    sys.path.insert(0, tools)
    import kunit_parser
    from kunit_parser import TestStatus as Status
    kinds = {Status.SUCCESS: "p", Status.FAILURE: "f", Status.SKIPPED: "s"}
    for name, cases in expected(folder).items():
        with open(os.path.join(folder, name + ".ktap"), encoding="utf-8") as file:
            whole = kunit_parser.parse_run_tests(file.read().splitlines())
        if not cases:
            same(name, whole.status, Status.NO_TESTS)
            continue
        same(name, whole.counts.errors, 0)
        same(name, whole.counts.crashed, 0)
        got = ["".join(kinds[test.status] for test in case.subtests) for case in whole.subtests]
        same(name, got, [case.replace("w", "p") for case in cases])
        same(name, [kinds[case.status] for case in whole.subtests],
             ["f" if "f" in case else "p" if case.strip("s") else "s" for case in cases])
        for case in whole.subtests:
            same(name, [test.name for test in case.subtests if not test.name], [])
        names = [case.name for case in whole.subtests]
        same(name, len(set(names)), len(names))


def sarif(folder, _kernel):
    try:
        import jsonschema
    except ImportError:
        skip("python3-jsonschema is not installed")
    schemas = [os.path.join(HERE, "sarif.json")]
    if os.environ.get("MEMMAP_SARIF_SCHEMA"):
        schemas.append(os.environ["MEMMAP_SARIF_SCHEMA"])
    for name, flat in flat_of(folder).items():
        with open(os.path.join(folder, name + ".sarif"), encoding="utf-8") as file:
            log = json.load(file)
        for schema in schemas:
            with open(schema, encoding="utf-8") as file:
                read = json.load(file)
            validator = jsonschema.validators.validator_for(read)
            faults = [f"{list(e.absolute_path)}: {e.message}" for e in validator(read).iter_errors(log)]
            same(f"{name} by {schema}", faults, [])
        results, rules = log["runs"][0]["results"], log["runs"][0]["tool"]["driver"]["rules"]
        levels = {"error": "f", "warning": "w"}
        same(name, "".join(levels[r["level"]] for r in results), re.sub("[ps]", "", flat))
        same(name, [r["ruleId"] for r in results], [rules[r["ruleIndex"]]["id"] for r in results])
        same(name, len({rule["id"] for rule in rules}), len(rules))
        if name == "plain":
            prints = [r["partialFingerprints"]["primaryLocationLineHash"] for r in results]
            same(name, len(set(prints)), len(prints))


def github(folder, _kernel):
    """No runner is at hand: this is how its documentation and source say that it reads a line."""
    def unescaped(text, codes):
        for code, character in codes:
            text = text.replace(code, character)
        return text
    data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
    properties = data[:2] + [("%3A", ":"), ("%2C", ",")] + data[2:]
    for name, flat in flat_of(folder).items():
        with open(os.path.join(folder, name + ".github"), encoding="utf-8", newline="\n") as file:
            lines = file.read().split("\n")
        same(name, lines.pop(), "")
        count = lines.pop()
        same(name, bool(re.fullmatch(r"\d+ rules? in \d+ cases?: [a-z0-9, ]+", count)), True)
        found = ""
        for line in lines:
            command, _, message = line.removeprefix("::").partition("::")
            word, _, rest = command.partition(" ")
            pairs = dict(pair.split("=", 1) for pair in rest.split(","))
            pairs = {key: unescaped(value, properties) for key, value in pairs.items()}
            same(line, sorted(set(pairs) - {"file", "line", "col", "title"}), [])
            same(line, "title" in pairs and bool(pairs["title"]), True)
            found += {"error": "f", "warning": "w"}[word]
            if name == "plain" and word == "error":
                same(line, (pairs["file"], pairs["title"], unescaped(message, data).split("\n")[0]),
                     ("policies/servers.yaml", "vm.yaml, 6.12, crashkernel=256M: little is lost",
                      "mem_total is 93.1% of installed (3.7G of 4.0G)"))
        same(name, found, re.sub("[ps]", "", flat))


READERS = {"prove": prove, "junitparser": junitparser, "kunit": kunit, "sarif": sarif, "github": github}

if __name__ == "__main__":
    READERS[sys.argv[1]](sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")
    print("ok")
