#!/usr/bin/env python3
"""The recipes of share/ci, in a repository made for them: what is right passes, what is broken is seen.

  ci_test.py RECIPE MEMMAP        RECIPE: github, gitlab, make, hook

Exit 77: git, make or python3-yaml is not installed.
"""
import json
import os
import shutil
import sys
import tempfile
import xml.etree.ElementTree

from repository import RECIPES, STATUS, Repository, content, same, skip


def lines(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


def github(repository):
    from services import github as run
    from services import jobs_of
    shares = jobs_of("github.yml")["jobs"]["sweep"]["strategy"]["matrix"]["share"]
    artifacts = {}
    for share in shares:
        job = run(repository, artifacts, "sweep", **{"matrix.share": share, "strategy.job-total": len(shares)})
        same(job.text, job.status, 0)
    same("merge", run(repository, artifacts, "merge").status, STATUS)
    same("rows", artifacts["rows"]["rows.jsonl"], repository.rows())
    del artifacts["share-2"], artifacts["rows"]
    job = run(repository, artifacts, "merge")
    same(job.text, (job.status, "rows" in artifacts), (2, False))

    job = run(repository, {}, "check")
    same(job.text, (job.status, lines(job.text, "::error")), (0, []))
    same("SARIF", json.loads(job.files["memmap.sarif"])["runs"][0]["results"], [])
    repository.breaks()
    job = run(repository, {}, "check")
    errors = lines(job.text, "::error file=memory/policies/servers.yaml,line=")
    same(job.text, (job.status, len(errors), "little is lost" in errors[0]), (1, 1, True))
    result = json.loads(job.files["memmap.sarif"])["runs"][0]["results"][0]
    same("SARIF", (result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]),
         ("little is lost", "memory/policies/servers.yaml"))


def gitlab(repository):
    from services import gitlab as run
    from services import jobs_of
    shares = jobs_of("gitlab.yml")["memmap sweep"]["parallel"]
    artifacts = {}
    for share in range(1, shares + 1):
        job = run(repository, artifacts, "memmap sweep", CI_NODE_INDEX=str(share), CI_NODE_TOTAL=str(shares))
        same(job.text, job.status, 0)
    job = run(repository, artifacts, "memmap merge")
    same(job.text, job.status, STATUS)
    same("rows", artifacts["memmap merge"]["rows.jsonl"], repository.rows())
    del artifacts["memmap sweep"]["share-2.jsonl"]
    job = run(repository, artifacts, "memmap merge")
    same(job.text, job.status, 2)

    for broken in (False, True):
        if broken:
            repository.breaks()
        job = run(repository, {}, "memmap check")
        same(job.text, job.status, 1 if broken else 0)
        suites = xml.etree.ElementTree.fromstring(job.files["junit"])
        same("JUnit", (suites.get("tests"), suites.get("failures")), ("2", "1" if broken else "0"))


def make(repository):
    if not shutil.which("make"):
        skip("package that lacks: make")
    repository.write("Makefile", f"include {RECIPES}/memmap.mk\n")
    for _ in range(2):  # the second time what is done is only read
        status, text = repository.run("make", "-j2", "memmap-sweep")
        same(text, (status, "memmap-sweep] Error 1" in text), (2, True))  # the merge's
        same("rows", content(repository.path("memmap-out/rows.jsonl")), repository.rows())
    # A matrix that was changed is another: nothing old is taken for it.
    repository.write("memory/matrix.yaml", content(repository.path("memory/matrix.yaml")).decode().replace("128M", "144M"))
    status, text = repository.run("make", "memmap-sweep")
    same(text, (status, "share-1.jsonl] Error" in text), (2, True))
    same("make", repository.run("make", "memmap-clean")[0], 0)
    same("make", "memmap-sweep] Error 1" in repository.run("make", "memmap-sweep")[1], True)

    for broken in (False, True):
        if broken:
            repository.breaks()
        for target in ("memmap-check", "memmap-junit"):
            status, text = repository.run("make", target)
            same(text, status, 2 if broken else 0)
            same(text, "Error 1" in text, broken)
        same("JUnit", (b"<failure" in content(repository.path("memmap-out/junit.xml"))), broken)


def hook(repository):
    if not shutil.which("git"):
        skip("package that lacks: git")

    def git(*arguments):
        return repository.run("git", *arguments)

    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "a repository")):
        same(command, git(*command), (0, ""))
    os.symlink(os.path.join(RECIPES, "pre-commit"), repository.path(".git/hooks/pre-commit"))
    repository.breaks()
    status, text = git("commit", "-qam", "less")
    same(text, (status, "little is lost" in text or "mem_total" in text), (1, True))
    # What is staged counts, not what lies beside it: mended there, not staged.
    git("add", "-A")
    mended = content(repository.path("memory/policies/servers.yaml")).decode().replace("99%", "70%")
    repository.write("memory/policies/servers.yaml", mended)
    same("commit of what is broken", git("commit", "-qm", "less")[0], 1)
    git("add", "-A")
    repository.write("README", "of something else")
    git("add", "-A")
    status, text = git("commit", "-qm", "more")
    same(text, status, 0)


def main(recipe, memmap):
    try:
        import yaml  # noqa: F401
    except ImportError:
        skip("package that lacks: python3-yaml")
    with tempfile.TemporaryDirectory(prefix="memmap-ci-") as folder:
        {"github": github, "gitlab": gitlab, "make": make, "hook": hook}[recipe](
            Repository(folder, os.path.abspath(memmap)))
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
