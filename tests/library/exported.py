"""What libmemmap.so.0 exports is what memmap.h declares, and stands in symbols.txt: a symbol that goes, or comes
unnoticed, is seen.   exported.py LIBRARY HEADER SYMBOLS [--update]"""

import pathlib
import re
import subprocess
import sys


def main():
    library, header, kept = (pathlib.Path(path) for path in sys.argv[1:4])
    told = subprocess.run(["readelf", "-W", "--dyn-syms", library], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in told.splitlines())
    exported = sorted(row[7] for row in rows
                      if len(row) == 8 and row[6].isdigit() and row[4] in ("GLOBAL", "WEAK") and row[3] != "NOTYPE"
                      and not (row[3] == "OBJECT" and row[7].startswith("MEMMAP_")))
    declared = sorted(set(re.findall(r"MEMMAP_API [^;(]*?\b(memmap_\w+)\(", header.read_text(encoding="utf-8"))))
    faults = [f"{name} is declared and not exported" for name in declared if f"{name}@@MEMMAP_0" not in exported]
    faults += [f"{name} is exported and not declared" for name in exported if name.split("@")[0] not in declared]
    text = "".join(f"{name}\n" for name in exported)
    if "--update" in sys.argv:
        kept.write_text(text, encoding="utf-8")
    elif text != kept.read_text(encoding="utf-8"):
        faults.append(f"{kept.name} differs; --update writes it, where a symbol was added")
    soname = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    if "[libmemmap.so.0]" not in soname:
        faults.append("the soname is not libmemmap.so.0")
    print("\n".join(faults) or f"{len(exported)} symbols")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
