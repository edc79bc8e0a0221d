"""A boot, and what it is made of."""

import ctypes
import dataclasses
import html
import json
import os
import threading
import weakref
from typing import Any, Dict, Iterable, List, NoReturn, Optional, Sequence, Tuple, Union, overload

from . import _library as c

# Bytes, a text as the program takes it (`256M`), or, of an initrd, its file.
_Size = Union[int, str, "os.PathLike[str]"]

_SEVERITIES = ("debug", "info", "warning", "panic")


def _severity(number: int) -> str:
    """A newer library may know one more."""
    return _SEVERITIES[number] if number < len(_SEVERITIES) else str(number)


@dataclasses.dataclass(frozen=True)
class Piece:
    """A range of physical memory, [start, end)."""

    start: int
    end: int
    kind: str  # a word for programs: `ram`, `kernel`, `dma32`, `free`
    name: str  # for people: `kernel image`, `DMA32`
    by: str  # the kernel function that asked for it, or ""
    nid: Optional[int]  # node, where it is known
    flags: int  # of memblock's regions
    present: int  # bytes that exist: of zones, without holes
    managed: int  # of zones: bytes that the page allocator has

    @property
    def size(self) -> int:
        return self.end - self.start

    def __contains__(self, address: int) -> bool:
        return self.start <= address < self.end

    def __str__(self) -> str:
        node = "" if self.nid is None else f" node {self.nid}"
        return f"[{self.start:#x}, {self.end:#x}) {self.name or self.kind}{node}"


class Pieces(Sequence[Piece]):
    """Pieces, ascending. A notebook shows them as a table."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces: Tuple[Piece, ...] = tuple(pieces)

    @overload
    def __getitem__(self, index: int) -> Piece: ...

    @overload
    def __getitem__(self, index: slice) -> "Pieces": ...

    def __getitem__(self, index: Union[int, slice]) -> "Union[Piece, Pieces]":
        if isinstance(index, slice):
            return Pieces(self._pieces[index])
        return self._pieces[index]

    def __len__(self) -> int:
        return len(self._pieces)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pieces) and self._pieces == other._pieces

    def __hash__(self) -> int:
        return hash(self._pieces)

    def __repr__(self) -> str:
        return f"<{len(self)} pieces, {self.size} bytes>"

    def __str__(self) -> str:
        return "\n".join(str(piece) for piece in self)

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(piece.size for piece in self._pieces)

    def at(self, address: int) -> Optional[Piece]:
        """The first that the address lies in."""
        return next((piece for piece in self._pieces if address in piece), None)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><code>{p.start:#x}</code></td><td><code>{p.end:#x}</code></td><td>{p.size:,}</td>"
            f"<td>{html.escape(p.kind)}</td><td>{html.escape(p.name)}</td>"
            f"<td>{'' if p.nid is None else p.nid}</td><td>{html.escape(p.by)}</td></tr>\n"
            for p in self._pieces)
        return ("<table>\n<tr><th>start</th><th>end</th><th>bytes</th><th>kind</th><th>name</th><th>node</th>"
                f"<th>by</th></tr>\n{rows}</table>")


@dataclasses.dataclass(frozen=True)
class Event:
    """A line that the kernel says, or what it decides."""

    severity: str  # debug, info, warning, panic
    step: str  # the kernel function at work
    text: str
    start: Optional[int]  # the memory that it is about
    end: Optional[int]


@dataclasses.dataclass(frozen=True)
class Memblock:
    """The boot-time allocator at the hand-over."""

    memory: Pieces
    reserved: Pieces
    owners: Pieces  # what is reserved, by who has it


def _free(handle: int) -> None:
    c.library.memmap_boot_free(handle)


class Boot:
    """What `simulate()` gives. Threads may share one: they take turns."""

    def __init__(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        self._lock = threading.RLock()
        self._finalizer = weakref.finalize(self, _free, handle.value or 0)
        self._finalizer.atexit = False  # another thread may be in it still; the process's end frees all
        self._lists: Dict[str, Pieces] = {}

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Boot is neither copied nor pickled; keep json() of it, or boot again")

    def __repr__(self) -> str:
        total = self.mem_total
        told = "panics" if self.panicked else f"MemTotal {(total or 0) >> 10} kB"
        return f"<memmap.Boot of {self.source}, kernel {self.kernel}: {told}>"

    # ------------------------------------------------------- what was booted

    @property
    def source(self) -> str:
        return c.word(c.library.memmap_boot_source(self._handle))

    @property
    def kernel(self) -> str:
        return c.word(c.library.memmap_boot_kernel(self._handle))

    @property
    def command_line(self) -> str:
        return c.word(c.library.memmap_boot_command_line(self._handle))

    @property
    def panicked(self) -> bool:
        return bool(c.library.memmap_boot_panicked(self._handle))

    @property
    def notes(self) -> List[str]:
        """How the boot came about, and what is not exact. The first time it takes as long as a few boots."""
        with self._lock:
            out: List[str] = []
            while (note := c.library.memmap_boot_note(self._handle, len(out))) is not None:
                out.append(c.word(note))
            if not out and (text := c.word(c.library.memmap_boot_mistakes_text(self._handle))):
                raise c.Fault(text)
            return out

    @property
    def events(self) -> List[Event]:
        with self._lock:
            out: List[Event] = []
            told = c.CEvent(struct_size=ctypes.sizeof(c.CEvent))
            while c.library.memmap_boot_event_at(self._handle, len(out), ctypes.byref(told)) == c.DONE:
                none = told.start == told.end
                out.append(Event(_severity(told.severity), c.word(told.step), c.word(told.text),
                                 None if none else told.start, None if none else told.end))
            return out

    # --------------------------------------------------------------- figures

    def figure(self, name: str) -> Optional[int]:
        """A figure of share/doc/check.md, in bytes, as an address or a count; None: there is none of it.
        KeyError: no figure has that name (memmap.figures() has them all)."""
        value = ctypes.c_uint64()
        with self._lock:
            status = c.library.memmap_boot_figure(self._handle, c.coded(name), ctypes.byref(value))
            if status == c.NO_SUCH:
                raise KeyError(name)
            if status == c.ABSENT:
                return None
            c.complain(status, self._handle, "boot")
        return value.value

    @property
    def mem_total(self) -> Optional[int]:
        """MemTotal of /proc/meminfo, in bytes; None: the kernel did not come so far."""
        return self.figure("mem_total")

    # ---------------------------------------------------------------- ranges

    def pieces(self, name: str) -> Pieces:
        """A list by its name: one of memmap.lists(). KeyError: there is none."""
        with self._lock:
            if name not in self._lists:
                self._lists[name] = self._read(name)
            return self._lists[name]

    def _read(self, name: str) -> Pieces:
        count = ctypes.c_size_t()
        size = ctypes.sizeof(c.CPiece)
        asked = c.coded(name)
        status = c.library.memmap_boot_pieces(self._handle, asked, None, size, 0, ctypes.byref(count))
        if status == c.NO_SUCH:
            raise KeyError(name)
        c.complain(status, self._handle, "boot")
        room = (c.CPiece * count.value)()
        c.complain(c.library.memmap_boot_pieces(self._handle, asked, room, size, len(room), ctypes.byref(count)),
                   self._handle, "boot")
        return Pieces(_piece(told) for told in room)

    @property
    def firmware(self) -> Pieces:
        """The firmware's map, sorted."""
        return self.pieces("firmware")

    @property
    def e820(self) -> Pieces:
        """The kernel's table."""
        return self.pieces("e820")

    @property
    def memblock(self) -> Memblock:
        return Memblock(self.pieces("memory"), self.pieces("reserved"), self.pieces("owners"))

    @property
    def zones(self) -> Pieces:
        """The zones of each node; empty ones are left out."""
        return self.pieces("zones")

    @property
    def direct_map(self) -> Pieces:
        return self.pieces("direct_map")

    @property
    def free(self) -> Pieces:
        """Free blocks of the page allocator at the hand-over."""
        return self.pieces("free")

    @property
    def deferred(self) -> Pieces:
        """Pages that are not initialised at the hand-over, and become free later."""
        return self.pieces("deferred")

    @property
    def use(self) -> Pieces:
        """What each byte of the address space is used for."""
        return self.pieces("use")

    def at(self, address: int) -> Optional[Piece]:
        """The piece of `use` that an address lies in; None: above all that anything describes.
        ValueError: it is no address."""
        if not 0 <= address < 1 << 64:
            raise ValueError(f"{address:#x} is no address of 64 bits")
        told = c.CPiece(struct_size=ctypes.sizeof(c.CPiece))
        with self._lock:
            status = c.library.memmap_boot_at(self._handle, address, ctypes.byref(told))
            if status == c.NO_SUCH:
                return None
            c.complain(status, self._handle, "boot")
            return _piece(told)

    # --------------------------------------------------------------- reports

    def explain(self, *addresses: int, lost: bool = False) -> str:
        """What `memmap explain` tells: where all the RAM went, what never comes back (`lost`), or what becomes
        of addresses (physical below 2^52, else virtual)."""
        return self._explain(addresses, lost, "text").decode("utf-8", "surrogateescape")

    def explanation(self, *addresses: int, lost: bool = False) -> Dict[str, Any]:
        """The same as share/schema/explain.json has it."""
        told: Dict[str, Any] = json.loads(self._explain(addresses, lost, "json"))
        return told

    def _explain(self, addresses: Sequence[int], lost: bool, form: str) -> bytes:
        if addresses and lost:
            raise ValueError("an address's story tells whether it is lost")
        what = "lost" if lost else ",".join(f"{address:#x}" for address in addresses)
        made = c.Made()
        with self._lock:
            c.complain(c.library.memmap_boot_explain(self._handle, c.coded(what) if what else None, c.coded(form),
                                                     made.text, made.length), self._handle, "boot")
            return made.take()

    def walk(self, *addresses: int, root: str = "kernel") -> str:
        """What `memmap walk` tells: how virtual addresses are translated, and which virtual ones lead to
        physical ones (below 2^52), by the page tables of `root`: startup, early, kernel, user, trampoline, efi."""
        return self._walk(addresses, root, "text").decode("utf-8", "surrogateescape")

    def translation(self, *addresses: int, root: str = "kernel") -> Dict[str, Any]:
        """The same as share/schema/walk.json has it."""
        told: Dict[str, Any] = json.loads(self._walk(addresses, root, "json"))
        return told

    def _walk(self, addresses: Sequence[int], root: str, form: str) -> bytes:
        if not addresses:
            raise ValueError("an address is missing")
        what = ",".join(f"{address:#x}" for address in addresses)
        made = c.Made()
        with self._lock:
            c.complain(c.library.memmap_boot_walk(self._handle, c.coded(root), c.coded(what), c.coded(form),
                                                  made.text, made.length), self._handle, "boot")
            return made.take()

    def show(self, table: str, *, columns: Optional[str] = None, sort: Optional[str] = None, exact: bool = False,
             headings: bool = True) -> str:
        """What `memmap show` tells: one thing of the boot as a table, one of memmap.tables(). `columns`: "a,b", or "+a"
        beside the usual ones; `sort`: "a,b:desc"; `exact`: sizes in bytes."""
        return self._show(table, "text", [("columns", columns), ("sort", sort), ("bytes", "" if exact else None),
                                          ("no-headings", None if headings else "")]).decode("utf-8", "surrogateescape")

    def table(self, name: str, *, columns: Optional[str] = None, sort: Optional[str] = None) -> List[Dict[str, Any]]:
        """Its rows, every column a key unless `columns` says which; sizes are bytes, addresses texts in hex."""
        told: List[Dict[str, Any]] = json.loads(self._show(name, "json", [("columns", columns), ("sort", sort)]))
        return told

    def _show(self, table: str, form: str, looks: Iterable[Tuple[str, Optional[str]]]) -> bytes:
        options, count = c.options(looks)
        made = c.Made()
        with self._lock:
            c.complain(c.library.memmap_boot_show(self._handle, c.coded(table), c.coded(form), options, count, made.text,
                                                  made.length), self._handle, "boot")
            return made.take()

    def kaslr(self, *, every: bool = False) -> str:
        """What `memmap kaslr` tells: the places that KASLR may give the kernel's image (`every`: each of them), and
        what of the boot depends on them."""
        return self._kaslr("text", every).decode("utf-8", "surrogateescape")

    def image_places(self, *, every: bool = False) -> Dict[str, Any]:
        """The same as share/schema/kaslr.json has it."""
        told: Dict[str, Any] = json.loads(self._kaslr("json", every))
        return told

    def _kaslr(self, form: str, every: bool) -> bytes:
        made = c.Made()
        with self._lock:
            c.complain(c.library.memmap_boot_kaslr(self._handle, bool(every), c.coded(form), made.text, made.length),
                       self._handle, "boot")
            return made.take()

    def suggest(self, what: str, argument: Optional[_Size] = None, *, size: Optional[_Size] = None,
                initrd: Optional[_Size] = None, need: Optional[_Size] = None, second_append: Optional[str] = None,
                node: Optional[int] = None, ranges: Optional[int] = None, check: Optional[str] = None,
                page: Optional[_Size] = None, leave: Optional[_Size] = None) -> str:
        """What `memmap suggest` tells: a parameter that holds wherever KASLR puts the kernel. `what` is one of
        memmap.suggestions(); `argument` a size (of pmem, ramoops and device), a list of bad memory or its file (of
        badram). The others are its options, each where it acts on `what`."""
        options = _suggest_options(size, initrd, need, second_append, node, ranges, check, page, leave)
        return self._suggest("text", what, argument, options).decode("utf-8", "surrogateescape")

    def suggestion(self, what: str, argument: Optional[_Size] = None, *, size: Optional[_Size] = None,
                   initrd: Optional[_Size] = None, need: Optional[_Size] = None, second_append: Optional[str] = None,
                   node: Optional[int] = None, ranges: Optional[int] = None, check: Optional[str] = None,
                   page: Optional[_Size] = None, leave: Optional[_Size] = None) -> Dict[str, Any]:
        """The same as share/schema/suggest.json has it: `parameter` is None where none holds."""
        options = _suggest_options(size, initrd, need, second_append, node, ranges, check, page, leave)
        told: Dict[str, Any] = json.loads(self._suggest("json", what, argument, options))
        return told

    def _suggest(self, form: str, what: str, argument: Optional[_Size],
                 looks: Iterable[Tuple[str, Optional[str]]]) -> bytes:
        options, count = c.options(looks)
        behind = _size(argument)
        made = c.Made()
        with self._lock:
            c.complain(c.library.memmap_boot_suggest(self._handle, c.coded(what),
                                                     None if behind is None else c.coded(behind), c.coded(form),
                                                     options, count, made.text, made.length, None),
                       self._handle, "boot")
            return made.take()

    def kdump(self, *, crash_kernel: Optional[str] = None, initrd: Optional[_Size] = None,
              need: Optional[_Size] = None, second_append: Optional[str] = None) -> str:
        """What `memmap kdump` tells: whether the second kernel gets up in the memory that crashkernel= reserves, and in
        how much it would. `crash_kernel`: a value in place of the command line's; `initrd`: a file, or a size;
        `need`: what programs need; `second_append`: in place of what the distribution's tool adds."""
        return self._kdump("text", crash_kernel, initrd, need, second_append).decode("utf-8", "surrogateescape")

    def second_kernel(self, *, crash_kernel: Optional[str] = None, initrd: Optional[_Size] = None,
                      need: Optional[_Size] = None, second_append: Optional[str] = None) -> Dict[str, Any]:
        """The same as share/schema/kdump.json has it: it gets up where `end` is "gets_up"."""
        told: Dict[str, Any] = json.loads(self._kdump("json", crash_kernel, initrd, need, second_append))
        return told

    def _kdump(self, form: str, crash_kernel: Optional[str], initrd: Optional[_Size], need: Optional[_Size],
               second_append: Optional[str]) -> bytes:
        options, count = c.options([("crash-kernel", crash_kernel), ("initrd", _size(initrd)), ("need", _size(need)),
                                   ("second-append", second_append)])
        made = c.Made()
        with self._lock:
            c.complain(c.library.memmap_boot_kdump(self._handle, c.coded(form), options, count, made.text, made.length,
                                                   None), self._handle, "boot")
            return made.take()

    def report(self, form: str = "text", *, section: Optional[str] = None, diagram: Optional[str] = None,
               scale: Optional[str] = None, theme: Optional[str] = None, title: Optional[str] = None,
               at: Optional[str] = None, full: bool = False) -> str:
        """What `memmap simulate --format FORM` writes, as text: one of memmap.formats() but png and pdf."""
        looks = {"section": section, "diagram": diagram, "scale": scale, "theme": theme, "title": title, "at": at,
                 "full": "" if full else None}
        return self._report(form, looks).decode("utf-8", "surrogateescape")

    def picture(self, form: str = "png", *, diagram: Optional[str] = None, theme: Optional[str] = None,
                title: Optional[str] = None, full: bool = False) -> bytes:
        """A diagram that Graphviz draws: png or pdf."""
        return self._report(form, {"diagram": diagram, "theme": theme, "title": title, "full": "" if full else None})

    def diff(self, newer: "Boot", form: str = "text", *, ignore: Iterable[str] = (), tolerance: int = 0,
             scale: Optional[str] = None, theme: Optional[str] = None, title: Optional[str] = None) -> str:
        """What `memmap diff` tells of this boot, the older one, and another: text, json, svg (a map to scale, old
        beside new) or html. `ignore`: names of owners, stages or figures; `tolerance`: bytes."""
        options, count = c.options([*(("ignore", name) for name in ignore), ("tolerance", str(tolerance)), ("scale", scale),
                                   ("theme", theme), ("title", title)])
        made = c.Made()
        # Always in the same order: another thread may hold them against each other the other way round.
        first, second = sorted((self, newer), key=id)
        with first._lock, second._lock:
            c.complain(c.library.memmap_boot_diff(self._handle, newer._handle, c.coded(form), options, count, made.text,
                                                  made.length, None), self._handle, "boot")
            return made.take().decode("utf-8", "surrogateescape")

    def differences(self, newer: "Boot", *, ignore: Iterable[str] = (), tolerance: int = 0) -> Dict[str, Any]:
        """The same as share/schema/diff.json has it."""
        told: Dict[str, Any] = json.loads(self.diff(newer, "json", ignore=ignore, tolerance=tolerance))
        return told

    def _report(self, form: str, looks: Dict[str, Optional[str]]) -> bytes:
        options, count = c.options(looks.items())
        made = c.Made()
        with self._lock:
            c.complain(c.library.memmap_boot_report(self._handle, c.coded(form), options, count, made.text, made.length),
                       self._handle, "boot")
            return made.take()

    def json(self) -> Dict[str, Any]:
        """The whole result, as share/schema/result.json has it."""
        told: Dict[str, Any] = json.loads(self.report("json"))
        return told

    def _repr_svg_(self) -> str:
        return self.report("svg")


def _size(size: Optional[_Size]) -> Optional[str]:
    if isinstance(size, int):
        if not 0 <= size < 2**64:  # else it would be taken for a file's name
            raise ValueError(f"{size} is no number of bytes")
        return str(size)
    return None if size is None else os.fspath(size)


def _suggest_options(size: Optional[_Size], initrd: Optional[_Size], need: Optional[_Size],
                     second_append: Optional[str], node: Optional[int], ranges: Optional[int], check: Optional[str],
                     page: Optional[_Size], leave: Optional[_Size]) -> List[Tuple[str, Optional[str]]]:
    return [("size", _size(size)), ("initrd", _size(initrd)), ("need", _size(need)), ("second-append", second_append),
            ("node", _size(node)), ("ranges", _size(ranges)), ("check", check), ("page", _size(page)),
            ("leave", _size(leave))]


def _piece(told: c.CPiece) -> Piece:
    return Piece(told.start, told.end, c.word(told.kind), c.word(told.name), c.word(told.by),
                 None if told.nid < 0 else told.nid, told.flags, told.present, told.managed)
