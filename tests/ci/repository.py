"""A repository such as share/ci is for: a machine, a policy, a matrix."""
import glob
import os
import shutil
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECIPES = os.path.join(SOURCE, "share/ci")

POLICY = """\
machine: ../machines/vm.yaml
kernel: 6.12.117+deb12-amd64
append: ["crashkernel=64M"]
require:
  - crashkernel below 4G
  - name: little is lost
    rule: mem_total >= 70% of firmware_ram
"""
MATRIX = """\
machines: [machines/vm.yaml]
kernels: [6.1.0-55-amd64, 6.12.117+deb12-amd64]
append: ["crashkernel={16M..128M..16M}"]
require: [mem_total >= 400M]
"""
COMBINATIONS = 16
STATUS = 1  # of the sweep: some of them fail


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)


def same(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got!r}, expected {want!r}")


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Repository:
    def __init__(self, folder, memmap):
        self.folder = os.path.join(folder, "repository")
        os.makedirs(os.path.join(self.folder, "memory/policies"))
        os.makedirs(os.path.join(self.folder, "memory/machines"))
        shutil.copy(os.path.join(SOURCE, "maps/vmware-512m.yaml"), os.path.join(self.folder, "memory/machines/vm.yaml"))
        self.write("memory/policies/servers.yaml", POLICY)
        self.write("memory/matrix.yaml", MATRIX)
        self.memmap = memmap
        self.env = {"PATH": os.path.dirname(memmap) + ":/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8",
                    "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@invalid",
                    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@invalid"}
        if "ASAN_OPTIONS" in os.environ:
            self.env["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def breaks(self):
        """From here on a rule does not hold."""
        self.write("memory/policies/servers.yaml", POLICY.replace("70%", "99%"))

    def run(self, *command, folder=None, **variables):
        """Exit status, and what it printed."""
        run = subprocess.run(command, cwd=folder or self.folder, env=dict(self.env, **variables), text=True, check=False,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return run.returncode, run.stdout

    def rows(self):
        """Those of the whole matrix, by one process."""
        status, text = self.run(self.memmap, "sweep", "memory/matrix.yaml", "--force", "--output", "../one.jsonl")
        same(text, status, STATUS)
        rows = content(os.path.join(os.path.dirname(self.folder), "one.jsonl"))
        same("rows", rows.count(b"\n"), COMBINATIONS + 2)
        return rows

    def copy_to(self, folder):
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)


def globbed(folder, pattern):
    return sorted(glob.glob(pattern, root_dir=folder))
