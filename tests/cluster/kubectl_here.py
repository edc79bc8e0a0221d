#!/usr/bin/env python3
"""In the place of kubectl and a cluster: runs a Job's pods as processes of this host, one after the other.

  kubectl_here.py delete job NAME ... | create --filename=- | get job/NAME ... | get pods ... | logs ...

Of a Job it knows what share/cluster/kubernetes uses: Indexed completions, backoffLimit, podFailurePolicy's exit codes.
The folder KUBECTL_HERE takes the place of the volume, and keeps what became of each job.
"""
import json
import os
import subprocess
import sys

import yaml

FOLDER = os.environ["KUBECTL_HERE"]


def state(name, value=None):
    path = os.path.join(FOLDER, f"job-{name}.json")
    if value is not None:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def exit_code(pod, index):
    """Runs a pod's one container to its end."""
    container = pod["containers"][0]
    mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
    variables = {"PATH": os.environ["PATH"], "HOME": FOLDER}
    for variable in container["env"]:
        value = variable["value"]
        for mount in mounts:
            if value.startswith(mount + "/"):
                value = FOLDER + value.removeprefix(mount)
        variables[variable["name"]] = value
    if index is not None:
        variables["JOB_COMPLETION_INDEX"] = str(index)
    status = subprocess.run(container["command"] + container["args"], env=variables, cwd=FOLDER,
                            stdin=subprocess.DEVNULL, check=False).returncode
    return 128 - status if status < 0 else status


def create(job):
    spec = job["spec"]
    indices = range(spec["completions"]) if spec.get("completionMode") == "Indexed" else [None]
    failing = {code for rule in spec.get("podFailurePolicy", {}).get("rules", [])
               if rule["action"] == "FailJob" for code in rule["onExitCodes"]["values"]}
    retries, codes = spec["backoffLimit"], []
    for index in indices:
        while True:
            codes.append(exit_code(spec["template"]["spec"], index))
            if codes[-1] == 0:
                break
            if codes[-1] in failing or retries == 0:
                return {"is": "Failed", "codes": codes}
            retries -= 1
    return {"is": "Complete", "codes": codes}


def main(verb, *arguments):
    if verb == "create":
        for job in yaml.safe_load_all(sys.stdin):
            state(job["metadata"]["name"], create(job))
    elif verb == "get" and arguments[0].startswith("job/"):
        print(state(arguments[0].removeprefix("job/"))["is"])
    elif verb == "get":
        name = next(a for a in arguments if a.startswith("--selector=app=")).removeprefix("--selector=app=")
        print(state(name)["codes"][0])


if __name__ == "__main__":
    main(*sys.argv[1:])
