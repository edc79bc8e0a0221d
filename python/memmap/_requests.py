"""What is asked for: a machine, a kernel, a command line; and what names there are."""

import ctypes
import dataclasses
import json
import os
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

from . import _library as c
from ._boot import Boot


@dataclasses.dataclass(frozen=True)
class Bytes:
    """A file's content, and the name that stands for it in messages and reports."""

    content: bytes
    name: Optional[str] = None


# A path, or the content itself.
Source = Union[str, "os.PathLike[str]", bytes, Bytes]


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    what: str  # in words
    unit: str  # bytes, address, count


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a policy says of its boots."""

    fails: bool
    text: str  # in the format that was asked for

    def __bool__(self) -> bool:
        return not self.fails


@dataclasses.dataclass(frozen=True)
class Findings:
    """What is wrong with command lines."""

    count: int
    text: str  # in the format that was asked for

    def __bool__(self) -> bool:
        return self.count == 0


@dataclasses.dataclass(frozen=True)
class Rows:
    """What a sweep gives."""

    fails: bool  # a combination fails a rule, or cannot be booted
    text: str  # as `memmap sweep` writes it

    def __bool__(self) -> bool:
        return not self.fails

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        """The rows of JSON Lines as share/schema/sweep.json has them, without the head and the summary. Rows of CSV are
        for the module csv: TypeError."""
        if not self.text.startswith("{"):
            raise TypeError("these rows are CSV, which the module csv reads")
        # Not splitlines(): a name may have any of the other characters that this takes for an end of line.
        lines = self.text.rstrip("\n").split("\n")
        return (row for line in lines if "index" in (row := json.loads(line)))


class _Request:
    def __init__(self) -> None:
        self.handle = ctypes.c_void_p(c.library.memmap_request_new())
        if not self.handle.value:
            raise MemoryError

    def __enter__(self) -> "_Request":
        return self

    def __exit__(self, *_: object) -> None:
        c.library.memmap_request_free(self.handle)

    def set(self, option: str, value: Optional[Source]) -> None:
        """None: it is not given."""
        if value is None:
            return
        if isinstance(value, bytes):
            value = Bytes(value)
        if isinstance(value, Bytes):
            name = None if value.name is None else c.coded(value.name)
            status = c.library.memmap_request_set_bytes(self.handle, c.coded(option), name, value.content,
                                                        len(value.content))
        else:
            status = c.library.memmap_request_set(self.handle, c.coded(option), c.coded(os.fspath(value)))
        c.complain(status, self.handle, "request")

    def switch(self, option: str, on: bool) -> None:
        if on:
            c.complain(c.library.memmap_request_set(self.handle, c.coded(option), None), self.handle, "request")

    def each(self, argument: str, option: str, values: "Iterable[Union[str, os.PathLike[str]]]") -> None:
        if isinstance(values, (str, bytes)):
            raise TypeError(f"{argument} is a sequence of texts, not one: [{values!r}]")
        for value in values:
            self.set(option, value)


def _request(e820: Optional[Source], synthetic: Optional[str], machine: "Optional[Union[str, os.PathLike[str]]]",
             sysroot: "Optional[Union[str, os.PathLike[str]]]", live: bool, input_format: Optional[str],
             boot: Optional[int], side: Optional[str], columns: Optional[str], kernel: Optional[Source],
             config: Optional[Source], cmdline: Optional[str], append: Optional[str],
             kaslr_base: Optional[Mapping[str, int]], entry_limit: bool, plugins: Iterable[str],
             without_plugins: Iterable[str], plugin_dirs: "Iterable[Union[str, os.PathLike[str]]]") -> _Request:
    request = _Request()
    try:
        request.set("e820", e820)
        request.set("synthetic", synthetic)
        request.set("machine", machine)
        request.set("sysroot", sysroot)
        request.switch("live", live)
        request.set("input-format", input_format)
        request.set("boot", None if boot is None else str(boot))
        request.set("side", side)
        request.set("columns", columns)
        request.set("kernel", kernel)
        request.set("config", config)
        request.set("cmdline", cmdline)
        request.set("append", append)
        for name, address in (kaslr_base or {}).items():
            request.set("kaslr-base", f"{name}={address:#x}")
        request.switch("no-entry-limit", not entry_limit)
        request.each("plugins", "plugin", plugins)
        request.each("without_plugins", "without-plugin", without_plugins)
        request.each("plugin_dirs", "plugin-dir", plugin_dirs)
    except BaseException:
        request.__exit__()
        raise
    return request


def simulate(e820: Optional[Source] = None, *, synthetic: Optional[str] = None,
             machine: "Optional[Union[str, os.PathLike[str]]]" = None,
             sysroot: "Optional[Union[str, os.PathLike[str]]]" = None, live: bool = False,
             input_format: Optional[str] = None, boot: Optional[int] = None, side: Optional[str] = None,
             columns: Optional[str] = None, kernel: Optional[Source] = None, config: Optional[Source] = None,
             cmdline: Optional[str] = None, append: Optional[str] = None,
             kaslr_base: Optional[Mapping[str, int]] = None, entry_limit: bool = True,
             plugins: Sequence[str] = (), without_plugins: Sequence[str] = (),
             plugin_dirs: "Sequence[Union[str, os.PathLike[str]]]" = ()) -> Boot:
    """Boots. Arguments are the options of `memmap simulate`, which tells of each. One of `e820` (a path, or the
    content as bytes, of any format), `synthetic`, `machine`, `sysroot` and `live` names the machine. `kernel` is
    one of memmap.kernels(), an image, a package or a profile; `kernel` and `config` take bytes, too. Raises
    InputError."""
    with _request(e820, synthetic, machine, sysroot, live, input_format, boot, side, columns, kernel, config,
                  cmdline, append, kaslr_base, entry_limit, plugins, without_plugins, plugin_dirs) as request:
        handle = ctypes.c_void_p()
        c.complain(c.library.memmap_request_boot(request.handle, ctypes.byref(handle)), request.handle, "request")
        return Boot(handle)


def check(policy: Source, *, form: str = "text", e820: Optional[Source] = None, synthetic: Optional[str] = None,
          machine: "Optional[Union[str, os.PathLike[str]]]" = None,
          sysroot: "Optional[Union[str, os.PathLike[str]]]" = None, live: bool = False,
          kernel: Optional[Source] = None, config: Optional[Source] = None, cmdline: Optional[str] = None,
          append: Optional[str] = None, kaslr_base: Optional[Mapping[str, int]] = None, entry_limit: bool = True,
          plugins: Sequence[str] = (), without_plugins: Sequence[str] = (),
          plugin_dirs: "Sequence[Union[str, os.PathLike[str]]]" = ()) -> Verdict:
    """Holds boots against a policy (share/doc/check.md), as `memmap check` does; what is given stands in place of
    what the policy says. `form`: text, json, tap, junit, ktap, github or sarif. Raises InputError."""
    if isinstance(policy, bytes):
        policy = Bytes(policy, "policy")
    content = policy.content if isinstance(policy, Bytes) else None
    name = (policy.name or "policy") if isinstance(policy, Bytes) else os.fspath(policy)
    with _request(e820, synthetic, machine, sysroot, live, None, None, None, None, kernel, config, cmdline, append,
                  kaslr_base, entry_limit, plugins, without_plugins, plugin_dirs) as request:
        made, fails = c.Made(), ctypes.c_int32()
        status = c.library.memmap_request_check(request.handle, c.coded(name), content, len(content or b""),
                                                c.coded(form), made.text, made.length, ctypes.byref(fails))
        c.complain(status, request.handle, "request")
        return Verdict(bool(fails.value), made.take().decode("utf-8", "surrogateescape"))


def lint(file: Optional[Source] = None, *, form: str = "text", e820: Optional[Source] = None,
         synthetic: Optional[str] = None, machine: "Optional[Union[str, os.PathLike[str]]]" = None,
         sysroot: "Optional[Union[str, os.PathLike[str]]]" = None, live: bool = False,
         input_format: Optional[str] = None, boot: Optional[int] = None, side: Optional[str] = None,
         columns: Optional[str] = None, kernel: Optional[Source] = None, config: Optional[Source] = None,
         cmdline: Optional[str] = None, append: Optional[str] = None, entry_limit: bool = True,
         plugins: Sequence[str] = (), without_plugins: Sequence[str] = (),
         plugin_dirs: "Sequence[Union[str, os.PathLike[str]]]" = ()) -> Findings:
    """What is wrong with a command line, as `memmap lint` tells: `cmdline`, that of the machine, or those of a file
    (/etc/default/grub, grub.cfg, a boot entry, a boot log). With a machine the line is booted, too. `form`: text or
    json. True: nothing is wrong. Raises InputError."""
    if isinstance(file, bytes):
        file = Bytes(file, "line")
    content = file.content if isinstance(file, Bytes) else None
    name = None if file is None else (file.name or "line") if isinstance(file, Bytes) else os.fspath(file)
    with _request(e820, synthetic, machine, sysroot, live, input_format, boot, side, columns, kernel, config, cmdline,
                  append, None, entry_limit, plugins, without_plugins, plugin_dirs) as request:
        made, count = c.Made(), ctypes.c_size_t()
        status = c.library.memmap_request_lint(request.handle, None if name is None else c.coded(name), content,
                                               len(content or b""), c.coded(form), made.text, made.length,
                                               ctypes.byref(count))
        c.complain(status, request.handle, "request")
        return Findings(count.value, made.take().decode("utf-8", "surrogateescape"))


def sweep(matrix: Source, *, form: str = "jsonl", filters: Iterable[str] = (), only_failures: bool = False,
          shard: Optional[str] = None, yes: bool = False,
          plugin_dirs: "Sequence[Union[str, os.PathLike[str]]]" = ()) -> Rows:
    """Boots the combinations of a matrix (share/doc/sweep.md), as `memmap sweep` does, on all cores; of several
    machines each may make a `shard` ("1/4"). What a matrix of bytes names is found beside the file that its name
    would be. `form`: jsonl or csv; `filters`: as --filter takes them; `yes`: more than a million combinations, too;
    `plugin_dirs`: where plugins that are files lie. Raises InputError."""
    if isinstance(matrix, bytes):
        matrix = Bytes(matrix, "matrix")
    if isinstance(filters, (str, bytes)):
        raise TypeError(f"filters is a sequence of texts, not one: [{filters!r}]")
    filters = list(filters)
    if None in filters:
        raise TypeError("filters has a None")
    content = matrix.content if isinstance(matrix, Bytes) else None
    name = (matrix.name or "matrix") if isinstance(matrix, Bytes) else os.fspath(matrix)
    options, count = c.options([*(("filter", text) for text in filters), ("shard", shard),
                                ("only-failures", "" if only_failures else None), ("yes", "" if yes else None)])
    with _Request() as request:
        request.each("plugin_dirs", "plugin-dir", plugin_dirs)
        made, fails = c.Made(), ctypes.c_int32()
        status = c.library.memmap_request_sweep(request.handle, c.coded(name), content, len(content or b""),
                                                c.coded(form), options, count, made.text, made.length,
                                                ctypes.byref(fails))
        c.complain(status, request.handle, "request")
        return Rows(bool(fails.value), made.take().decode("utf-8", "surrogateescape"))


def kernels() -> List[str]:
    """The kernels that are known by name."""
    return c.names(c.library.memmap_kernel_name)


def formats() -> List[str]:
    """Of Boot.report() and Boot.picture()."""
    return c.names(c.library.memmap_format_name)


def lists() -> List[str]:
    """Of Boot.pieces()."""
    return c.names(c.library.memmap_list_name)


def tables() -> List[str]:
    """Of Boot.show() and Boot.table()."""
    return c.names(c.library.memmap_table_name)


def suggestions() -> List[str]:
    """Of Boot.suggest()."""
    return c.names(c.library.memmap_suggestion_name)


def figures() -> Dict[str, Figure]:
    """Of Boot.figure(), by name."""
    out: Dict[str, Figure] = {}
    told = c.CFigure(struct_size=ctypes.sizeof(c.CFigure))
    while c.library.memmap_figure_at(len(out), ctypes.byref(told)) == c.DONE:
        unit = ("bytes", "address", "count")[told.unit]
        out[c.word(told.name)] = Figure(c.word(told.name), c.word(told.what), unit)
    return out


def version() -> str:
    """Of the library."""
    number = c.library.memmap_library_version()
    return f"{number >> 16}.{number >> 8 & 255}.{number & 255}"
