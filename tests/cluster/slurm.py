#!/usr/bin/env python3
"""A Slurm of one's own: munged, slurmctld and two slurmd, in a folder and on loopback, for as long as needed.

  slurm.py [FOLDER]        starts one, says how to speak to it, and ends it at the end of its input

No root, no systemd, no accounting, none of the host's own configuration: a key, ports and a slurm.conf are
made for it. Jobs run as who starts it. Debian's packages: slurmctld, slurmd, slurm-client, munge.
"""
import ctypes
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAMS = {"munged": "munge", "slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client",
            "scontrol": "slurm-client", "sinfo": "slurm-client"}
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
NODES = ("n1", "n2")

# No cgroups: a container may have none. A requeued job starts again when its credential has expired, in 5 s and not 120.
CONF = """\
ClusterName=memmap
SlurmctldHost=localhost
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
SlurmctldPort={ports[0]}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
SlurmdSpoolDir={folder}/%n
StateSaveLocation={folder}/state
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
MailProg=/bin/true
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=10000
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=1
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[1]} CPUs={cpus}
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[2]} CPUs={cpus}
PartitionName=all Nodes=n1,n2 Default=YES State=UP MaxTime=60
"""


def missing():
    """The packages that lack; empty: all are there."""
    return sorted({package for program, package in PROGRAMS.items() if not shutil.which(program, path=PATH)})


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def descendants(of):
    """Processes below `of`, as far as they are its own."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                pass
    found, more = set(), {of}
    while more:
        more = {pid for pid, parent in parents.items() if parent in more} - found
        found |= more
    return found


class Slurm:
    """`with Slurm() as slurm: slurm.run("sbatch", ...)`."""

    def __init__(self, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="memmap-slurm-")
        self.own = folder is None
        self.env = dict(os.environ, PATH=PATH, SLURM_CONF=os.path.join(self.folder, "slurm.conf"))
        for name in list(self.env):  # of a job that this may run in
            if name.startswith(("SLURM_", "SBATCH_")) and name != "SLURM_CONF":
                del self.env[name]
        self.daemons = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        # What a daemon leaves behind becomes a child of this process, and is ended with the rest.
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        for name in ("state", *NODES):
            os.makedirs(self.path(name), exist_ok=True)
        with open(os.open(self.path("munge.key"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(os.urandom(128))
        with open(self.path("slurm.conf"), "w", encoding="utf-8") as file:
            file.write(CONF.format(user=getpass.getuser(), folder=self.folder, ports=free_ports(3),
                                   cpus=os.cpu_count()))
        # --force: for a folder that only its owner may enter, as this one.
        self.daemon("munged", "--foreground", "--force", "--num-threads=4", "--key-file=" + self.path("munge.key"),
                    "--socket=" + self.path("munge.socket"), "--pid-file=" + self.path("munge.pid"),
                    "--log-file=" + self.path("munge.log"), "--seed-file=" + self.path("munge.seed"))
        self.until("munged answers", lambda: os.path.exists(self.path("munge.socket")))
        self.daemon("slurmctld", "-D")
        for node in NODES:
            self.daemon("slurmd", "-D", "-N", node)
        self.until("both nodes are idle", lambda: self.run(
            "sinfo", "--noheader", "--format=%T %D", check=False).stdout.strip() == f"idle {len(NODES)}")

    def daemon(self, *command):
        with open(self.path("daemons.log"), "ab") as log:
            self.daemons.append(subprocess.Popen(command, env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
                                                 stdout=log, stderr=log, start_new_session=True))

    def run(self, *command, check=True, **more):
        return subprocess.run(command, env=dict(self.env, **more.pop("variables", {})), check=check, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)

    def until(self, what, holds, seconds=30):
        end = time.monotonic() + seconds
        while not holds():
            for daemon in self.daemons:
                if daemon.poll() is not None:
                    raise RuntimeError(f"{daemon.args[0]} ended with {daemon.returncode}:\n{self.log()}")
            if time.monotonic() > end:
                raise RuntimeError(f"not in {seconds} s: {what}\n{self.log()}")
            time.sleep(0.05)

    def log(self):
        with open(self.path("daemons.log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def job(self, job):
        """What Slurm says of a job or a task of an array, `12` or `12_3`."""
        lines = self.run("scontrol", "--oneliner", "show", "job", str(job)).stdout
        return dict(pair.split("=", 1) for pair in lines.split() if "=" in pair)

    def __exit__(self, *_):
        if len(self.daemons) > 1:
            self.run("scancel", "--user=" + getpass.getuser(), check=False)
        # Nothing of it is kept: there is no reason to wait until a daemon has saved its state.
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, 0)[0]:
                pass
        except ChildProcessError:
            pass
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    if missing():
        sys.exit("packages that lack: " + " ".join(missing()))
    with Slurm(os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None) as cluster:
        print(f"export SLURM_CONF={cluster.env['SLURM_CONF']}\nended by the end of input (Ctrl-D)", flush=True)
        sys.stdin.read()
