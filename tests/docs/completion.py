"""What shells offer for words typed so far, with the script that the program writes for each.

    completion.py --memmap PROGRAM SHELL      SHELL: bash, zsh or fish, which is run

All shells offer the same: CASES; and of each command the options that its help lists. Exit status 77: that
shell is not installed.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# The line up to the cursor: what is offered, in no order. `...` last: among others.
CASES = {
    "memmap s": "show simulate suggest sweep",
    "memmap --v": "--version",
    "memmap show st": "steps",
    "memmap show zones --so": "--sort",
    "memmap show zones --color ": "auto always never",
    "memmap show zones boo": "boot.log",
    "memmap simulate --e": "--e820",
    "memmap simulate --format m": "memblock-debug meminfo",
    "memmap simulate --format=j": "json jsonl",
    "memmap simulate --section summary,le": "summary,ledger",
    "memmap simulate --title ": "",
    "memmap simulate --e820 boo": "boot.log",
    "memmap simulate --against boo": "boot.log",
    "memmap simulate boot.log --plugin trim_limit:": "trim_limit:limit=",
    "memmap simulate --without-plugin trim_l": "trim_limit",
    "memmap simulate --kernel 6.12.117+deb12-a": "6.12.117+deb12-amd64",
    "memmap simulate --kernel boo": "boot.log",
    "memmap simulate --kaslr-base kernel_v": "kernel_virt_base=",
    "memmap simulate --sysroot f": "folder/",
    "memmap simulate -o boo": "boot.log",
    "memmap explain --l": "--limit --live --lost",
    "memmap convert boot.log --to e": "etc-e820 exactmap",
    "memmap convert boot.log --input-format sysf": "sysfs sysfs-tar",
    "memmap compare --alloc kernel,alloc_botto": "kernel,alloc_bottomup",
    "memmap access --format m": "memtype",
    "memmap sweep --format ": "jsonl csv",
    "memmap frames --from e820__memory_s": "e820__memory_setup",
    "memmap help ca": "capture",
    "memmap suggest h": "hugepages",
    "memmap plugin ": "list show check new",
    "memmap plugin show trim_limi": "trim_limit",
    "memmap plugin new x --kind s": "source",
    "memmap completion ": "bash zsh fish values",
    "memmap completion values ke": "kernels",
}

# A line after a line of standard input; `COMPREPLY`, and what Readline does where it is empty.
BASH = r"""
source "$1"
compopt() { [[ $1 == -o ]] && mode+=" $2"; }
while IFS= read -r line; do
  IFS=' ' read -r -a words <<<"$line"
  [[ $line == *" " ]] && words+=("")
  COMP_WORDS=()
  for word in "${words[@]}"; do  # as Readline parts them
    while [[ $word == *[=:]* ]]; do
      head=${word%%[=:]*}
      [[ -n $head ]] && COMP_WORDS+=("$head")
      word=${word:${#head}}
      COMP_WORDS+=("${word:0:1}")
      word=${word:1}
    done
    [[ -z $word && ${#COMP_WORDS[@]} -gt 0 && ${COMP_WORDS[-1]} == [=:] ]] || COMP_WORDS+=("$word")
  done
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  current=${words[-1]#--*=} mode="" COMPREPLY=()
  _memmap
  before=""
  [[ $current == *[=:]* ]] && before=${current%"${current##*[=:]}"}
  if [[ ${#COMPREPLY[@]} -eq 0 && $mode == *default* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  elif [[ ${#COMPREPLY[@]} -eq 0 && $mode == *dirnames* ]]; then
    mapfile -t COMPREPLY < <(compgen -d -S / -- "$current")
  fi
  echo "${COMPREPLY[@]/#/$before}"
done
"""

FISH = r"""
source $argv[1]
while read -l line
    echo (complete -C "$line" | string replace -r '\t.*' '' | string replace -r '^--[^=]*=(?=.)' '')
end
"""


def offered_by_bash(script, lines, folder, environment):
    return run(["bash", "--norc", "-c", BASH, "bash", script], lines, folder, environment)


def offered_by_fish(script, lines, folder, environment):
    offered = run(["fish", "--no-config", "-c", FISH, script], lines, folder, environment)
    # Since version 4 it offers, too, what has the letters of the word within it.
    words = [line.rsplit(" ", 1)[-1].rsplit("=", 1)[-1] for line in lines]
    return [" ".join(one for one in line.split() if one.startswith(word)) for line, word in zip(offered, words)]


def offered_by_zsh(script, lines, folder, environment):
    return run(["zsh", "-f", HERE / "capture.zsh", script], lines, folder, environment)


def run(command, lines, folder, environment):
    done = subprocess.run(command, input="".join(f"{line}\n" for line in lines), capture_output=True, text=True,
                          cwd=folder, env=environment, timeout=120)
    if done.stderr:
        sys.exit(f"{command[0]}: {done.stderr}")
    return done.stdout.splitlines()


def help_of(memmap, *command):
    return subprocess.run([memmap, *command, "--help"], text=True, capture_output=True, check=True).stdout


def commands_of(memmap):
    return re.findall(r"^  ([a-z]+) {2,}\S", help_of(memmap).partition("Subcommands:")[2], re.M)


def options_of(memmap, command):
    """The options that begin a line of `memmap COMMAND --help`, with their aliases."""
    heads = (re.split(r"\s{2,}", line.strip())[0] for line in help_of(memmap, command).splitlines()
             if re.match(r"\s+-", line))
    return {name for head in heads for name in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", head)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memmap", required=True, type=pathlib.Path)
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))
    arguments = parser.parse_args()
    memmap = arguments.memmap.resolve()
    if not shutil.which(arguments.shell):
        print(f"no {arguments.shell}")
        return 77

    want = {line: set(words.split()) for line, words in CASES.items()}
    commands = commands_of(memmap)
    want["memmap help "] = set(commands)
    for command in commands:
        want[f"memmap {command} --"] = options_of(memmap, command)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        (folder / "bin/memmap").symlink_to(memmap)
        (folder / "home/folder").mkdir(parents=True)
        (folder / "home/boot.log").write_text("")
        script = folder / "_memmap"
        script.write_text(subprocess.run([memmap, "completion", arguments.shell], text=True, capture_output=True,
                                         check=True).stdout)
        environment = dict(os.environ, PATH=f"{folder}/bin:{os.environ['PATH']}", HOME=str(folder), LC_ALL="C.UTF-8",
                           XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder), TERM="dumb")
        offered = {"bash": offered_by_bash, "zsh": offered_by_zsh, "fish": offered_by_fish}[arguments.shell]
        got = offered(script, want, folder / "home", environment)
    faults = [f"{line!r}: offered {' '.join(sorted(words))}, not {' '.join(sorted(want[line]))}"
              for line, words in zip(want, (set(line.split()) for line in got)) if words != want[line]]
    if len(got) != len(want):
        faults.append(f"{len(got)} answers to {len(want)} lines")
    print("\n".join(faults) or f"{arguments.shell}: {len(want)} lines are completed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
