#!/usr/bin/env python3
"""share/cluster/kubernetes as far as it runs without Kubernetes: the manifests are read, and what their pods would
run is run here, by `run` with a stand-in for kubectl.

  kubernetes_test.py MEMMAP

Exit 77: python3-yaml is not installed.
"""
import os
import re
import subprocess
import sys
import tempfile

from sweep_here import HERE, MATRIX, SHARE, SOURCE, STATUS, content, on_one_machine, same, same_rows, skip

FOLDER = os.path.join(SHARE, "kubernetes")
SHARES = 5  # not what stands in the manifests


def manifest(name):
    import yaml
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        jobs = list(yaml.safe_load_all(file))
    same(name, [(job["apiVersion"], job["kind"]) for job in jobs], [("batch/v1", "Job")])
    return jobs[0]


def check_manifests():
    sweep, merge = manifest("sweep.yaml"), manifest("merge.yaml")
    spec = sweep["spec"]
    same("sweep.yaml", (spec["completionMode"], spec["template"]["spec"]["restartPolicy"]), ("Indexed", "Never"))
    for job in (sweep, merge):
        pod = job["spec"]["template"]["spec"]
        names = {volume["name"] for volume in pod["volumes"]}
        for container in pod["containers"]:
            same("mounts", {mount["name"] for mount in container["volumeMounts"]} <= names, True)
            # The API takes text alone: a number without quotes is refused by the server.
            same("env", [v for v in container["env"] if not isinstance(v["value"], str)], [])
            same("shares", {v["name"]: v["value"] for v in container["env"]}["JOB_COMPLETIONS"],
                 str(spec["completions"]))
        same("run waits for it", f"{job['metadata']['name']}" in content(os.path.join(FOLDER, "run")).decode(), True)
        same("label", job["spec"]["template"]["metadata"]["labels"]["app"], job["metadata"]["name"])
    rule = spec["podFailurePolicy"]["rules"][0]["onExitCodes"]
    same("podFailurePolicy", rule["containerName"], spec["template"]["spec"]["containers"][0]["name"])


def check_container():
    """What the Containerfile runs and copies is there: tools/package has a test of its own."""
    text = content(os.path.join(SHARE, "..", "container", "Containerfile")).decode()
    same("Containerfile", re.findall(r"^RUN (tools/.*)$", text, re.M), ["tools/package"])
    same("tools/package", "build/packages/*.deb" in content(os.path.join(SOURCE, "tools/package")).decode(), True)
    same("Containerfile", re.findall(r"^COPY --from=build (\S+)", text, re.M), ["/src/build/packages/memmap_*.deb"])


def run(folder, memmap_folder):
    return subprocess.run(
        [os.path.join(FOLDER, "run"), str(SHARES)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
        env=dict(os.environ, KUBECTL_HERE=folder, KUBECTL=os.path.join(HERE, "kubectl_here.py"), POLL="0",
                 PATH=f"{memmap_folder}:/usr/bin:/bin"))


def main(memmap):
    try:
        import yaml  # noqa: F401
    except ImportError:
        skip("package that lacks: python3-yaml")
    check_manifests()
    check_container()
    with tempfile.TemporaryDirectory(prefix="memmap-rows-") as folder:
        os.mkdir(os.path.join(folder, "rows"))
        rows = os.path.join(folder, "rows/rows.jsonl")
        # Bad input ends it at once, and nothing is merged.
        bad = run(folder, os.path.dirname(memmap))
        same(bad.stdout, (bad.returncode, "matrix.yaml" in bad.stdout, os.path.exists(rows)), (2, True, False))
        with open(MATRIX, encoding="utf-8") as file:
            text = file.read().replace("../../maps", os.path.join(SOURCE, "maps"))
        matrix = os.path.join(folder, "matrix.yaml")
        with open(matrix, "w", encoding="utf-8") as file:
            file.write(text)
        # A pod that dies is started again.
        os.mkdir(os.path.join(folder, "bin"))
        with open(os.path.join(folder, "bin/memmap"), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/bash\nexport REAL_MEMMAP='{memmap}' KILL_SHARE=auto KILL_FOLDER='{folder}'\n"
                       f"exec '{HERE}/killed_once.sh' \"$@\"\n")
        os.chmod(os.path.join(folder, "bin/memmap"), 0o755)
        good = run(folder, os.path.join(folder, "bin"))
        same(good.stdout, good.returncode, STATUS)
        same("a pod was killed", os.path.exists(os.path.join(folder, "killed/rows")), True)
        same_rows("rows of the pods", rows, on_one_machine(memmap, folder, matrix))
    print("the manifests' pods, run here, make the rows of one machine")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
