"""What GitHub's and GitLab's runners do with a file of jobs, as far as share/ci asks for it."""
import os
import re
import tempfile

import yaml

from repository import RECIPES, content, globbed, same


def jobs_of(name):
    with open(os.path.join(RECIPES, name), encoding="utf-8") as file:
        return yaml.safe_load(file)


class Job:
    """What became of one: its steps' exit status, what it printed, the files that it left."""

    def __init__(self):
        self.status = 0
        self.text = ""
        self.files = {}


def github(repository, artifacts, name, **contexts):
    """Runs a job of github.yml. `artifacts` {name: {file: bytes}} is read and filled."""
    job, out = jobs_of("github.yml")["jobs"][name], Job()

    def spelt(text):
        def value(found):
            return str(contexts[found[1]])  # a context that the test does not know is a fault
        return re.sub(r"\$\{\{ *(.*?) *\}\}", value, str(text))

    env = {key: spelt(value) for key, value in job.get("env", {}).items()}
    same(name, bool(job["container"]["image"]), True)
    with tempfile.TemporaryDirectory() as folder:
        for step in job["steps"]:
            with_ = {key: spelt(value) for key, value in step.get("with", {}).items()}
            condition = step.get("if", "")
            needed = re.findall(r"hashFiles\('(.*?)'\) != ''", condition)
            if (out.status and "always()" not in condition) or not all(globbed(folder, n) for n in needed):
                continue
            action = step.get("uses", "").partition("@")[0]
            if "run" in step:
                # As GitHub does without `shell:`.
                status, text = repository.run("bash", "-e", "-c", spelt(step["run"]), folder=folder, **env)
                out.status, out.text = out.status or status, out.text + text
            elif action == "actions/checkout":
                repository.copy_to(folder)
            elif action == "actions/upload-artifact":
                files = globbed(folder, with_["path"])
                same(f"{name}: {with_['path']}", len(files), 1)
                artifacts[with_["name"]] = {file: content(os.path.join(folder, file)) for file in files}
            elif action == "actions/download-artifact":
                prefix = with_["pattern"].removesuffix("*")
                for artifact, files in artifacts.items():
                    for file, data in files.items() if artifact.startswith(prefix) else ():
                        with open(os.path.join(folder, file), "wb") as to:
                            to.write(data)
            else:
                same(name, action, "github/codeql-action/upload-sarif")
                out.files[with_["sarif_file"]] = content(os.path.join(folder, with_["sarif_file"]))
    return out


def gitlab(repository, artifacts, name, **variables):
    """Runs a job of gitlab.yml. `artifacts` {job: {file: bytes}} is read, where it needs them, and filled."""
    jobs, out = jobs_of("gitlab.yml"), Job()
    job = {**jobs.get(jobs[name].get("extends"), {}), **jobs[name]}
    same(name, bool(job["image"]["name"]), True)
    with tempfile.TemporaryDirectory() as folder:
        repository.copy_to(folder)
        for need in job.get("needs", []):
            for file, data in artifacts.get(need, {}).items():
                with open(os.path.join(folder, file), "wb") as to:
                    to.write(data)
        # As GitLab's runner does: the lines one after the other, in one shell that ends at the first fault.
        out.status, out.text = repository.run("bash", "-c", "set -eo pipefail\n" + "\n".join(job["script"]),
                                              folder=folder, **variables)
        kept = job.get("artifacts", {})
        if out.status == 0 or kept.get("when") == "always":
            for pattern in kept.get("paths", []):
                for file in globbed(folder, pattern):
                    artifacts.setdefault(name, {})[file] = content(os.path.join(folder, file))
            for kind, file in kept.get("reports", {}).items():
                out.files[kind] = content(os.path.join(folder, file))
    return out
