"""What costs are made of: processes run to their end, programs of Google Benchmark, tables of both."""
import json
import os
import statistics
import subprocess
import tempfile
import time


def run(command):
    """(wall ms, exit status) of one process."""
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False)
    return (time.perf_counter() - start) * 1e3, done.returncode


def peak_of(command):
    """MiB that a run had at most; None without time(1). A process that this one starts would count what this one
    has."""
    if not os.path.exists("/usr/bin/time"):
        return None
    with tempfile.NamedTemporaryFile(mode="r") as told:
        run(["/usr/bin/time", "-q", "-f", "%M", "-o", told.name, *command])
        text = told.read().split()
    return int(text[-1]) / 1024 if text else None


class Table:
    """Rows as they are measured; each is printed at once."""

    def __init__(self, runs, only):
        self.runs, self.only, self.rows, self.group = runs, only, [], None

    def wants(self, group):
        return not self.only or group in self.only

    def heading(self, group, note=""):
        self.group = group
        print(f"\n{group}{'  (' + note + ')' if note else ''}", flush=True)

    def add(self, name, unit, values, **more):
        middle = statistics.median(values)
        row = {"group": self.group, "name": name, "unit": unit, "median": middle, "least": min(values),
               "most": max(values), **more}
        self.rows.append(row)
        extra = "".join(f"  {key} {value:,.1f}" for key, value in more.items() if isinstance(value, float))
        print(f"  {name:52} {middle:12,.3f} {unit:6} +-{noise(row):4.0%}{extra}", flush=True)
        return row

    def process(self, name, command, size=None, wanted=(0,)):
        """The whole process; `size` bytes of input give MB/s."""
        if not os.path.exists(command[0]):
            print(f"  {name:52} not here")
            return None
        peak = peak_of(command)  # which warms the page cache
        taken = [run(command) for _ in range(self.runs)]
        if any(status not in wanted for _, status in taken):
            print(f"  {name:52} exit status {taken[-1][1]}")
            return None
        walls = [wall for wall, _ in taken]
        more = {"peak MiB": peak} if peak else {}
        if size:
            more["MB/s"] = size / statistics.median(walls) / 1e3
        return self.add(name, "ms", walls, **more)

    def google(self, program):
        """Every benchmark of a program of Google Benchmark's."""
        if not os.path.exists(program):
            print(f"  {os.path.basename(program)}: not built")
            return
        done = subprocess.run([program, "--benchmark_format=json", f"--benchmark_repetitions={self.runs}",
                               "--benchmark_min_time=0.05"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"  {os.path.basename(program)}: exit status {done.returncode}")
            return
        values = {}
        for row in json.loads(done.stdout)["benchmarks"]:
            if row.get("run_type") == "iteration":
                values.setdefault(row["run_name"], []).append(row["cpu_time"] * UNITS[row["time_unit"]])
        for name, taken in values.items():
            self.add(name, "us", taken)


UNITS = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}


def noise(row):
    """How far apart the runs of one row are, as a part of their middle."""
    return (row["most"] - row["least"]) / row["median"] / 2 if row["median"] else 0
