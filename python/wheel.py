#!/usr/bin/env python3
"""Makes a wheel of the build: the package, libmemmap.so.0 and the plugins that come with memmap, stripped, and the
libraries that a system may lack. No network, no other tool than strip and ldd; the same build gives the same bytes.

    wheel.py LIBRARY PLUGINS VERSION FOLDER

LIBRARY is libmemmap.so.0, PLUGINS the build's folder of plugins. Prints the path of the wheel in FOLDER.
"""

import base64
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
TAG = "py3-none-linux_x86_64"
# Of what libmemmap is linked with, what no minimal system has. Their licences (MIT, BSD) allow it.
CARRIED = ("libfmt", "libyaml", "libmd")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of every member: a zip cannot say less


def stripped(path):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, path.name)
        shutil.copyfile(path, out)
        subprocess.run(["strip", "--strip-unneeded", out], check=True)
        return out.read_bytes()


def carried(library):
    """(name, content) of the libraries that the wheel brings."""
    told = subprocess.run(["ldd", library], capture_output=True, text=True, check=True).stdout
    for soname, path in sorted(re.findall(r"^\s*(\S+) => (/\S+)", told, re.MULTILINE)):
        if soname.startswith(CARRIED):
            yield soname, pathlib.Path(path).read_bytes()


def metadata(version):
    guide = (HERE.parent / "share/doc/python.md").read_text(encoding="utf-8")
    return f"""Metadata-Version: 2.1
Name: memmap
Version: {version}
Summary: The early memory management of Linux on x86-64, simulated
License: Apache-2.0
Requires-Python: >=3.8
Description-Content-Type: text/markdown

{guide}"""


def members(library, plugins, version):
    """(path, content, mode) of all but RECORD."""
    for path in sorted((HERE / "memmap").iterdir()):
        if path.suffix == ".py" or path.name == "py.typed":
            yield f"memmap/{path.name}", path.read_bytes(), 0o644
    yield "memmap/libmemmap.so.0", stripped(library), 0o755
    for name, content in carried(library):
        yield f"memmap/{name}", content, 0o755
    for path in sorted(plugins.glob("*.so")):
        yield f"memmap/plugins/{path.name}", stripped(path), 0o755
    info = f"memmap-{version}.dist-info"
    yield f"{info}/METADATA", metadata(version).encode(), 0o644
    yield f"{info}/LICENSE", (HERE.parent / "LICENSE").read_bytes(), 0o644
    wheel = f"Wheel-Version: 1.0\nGenerator: memmap\nRoot-Is-Purelib: false\nTag: {TAG}\n"
    yield f"{info}/WHEEL", wheel.encode(), 0o644


def record_line(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def put(wheel, path, content, mode):
    info = zipfile.ZipInfo(path, LONG_AGO)
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    wheel.writestr(info, content)


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    library, plugins, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[4])
    version = sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"memmap-{version}-{TAG}.whl"
    record = ""
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content, mode in members(library, plugins, version):
            put(wheel, name, content, mode)
            record += record_line(name, content)
        own = f"memmap-{version}.dist-info/RECORD"
        put(wheel, own, (record + f"{own},,\n").encode(), 0o644)
    print(path)


if __name__ == "__main__":
    main()
