"""libmemmap's functions, as memmap/memmap.h declares them, and its codes as exceptions. Nothing of ctypes is
seen outside of this package."""

import ctypes
import dataclasses
import os
import pathlib
from typing import Any, Callable, Iterable, List, Optional, Tuple

DONE, NO_SUCH, ABSENT, REFUSED, MISUSED, NO_MEMORY, BROKEN = range(7)

SONAME = "libmemmap.so.0"


@dataclasses.dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with what was read or asked for."""

    text: str
    file: str  # as it was named; an option (`--at`), or `memmap`: the request as a whole
    line: int  # from 1; 0: not known
    column: int  # in bytes, from 1; 0: the line as a whole
    length: int  # bytes at fault
    line_text: str
    code: str  # bad_input, not_found, no_access, not_permitted, plugin, internal

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.text}" if place else self.text


CODES = ("bad_input", "not_found", "no_access", "not_permitted", "plugin", "internal")


class Error(Exception):
    """What memmap refuses or fails at. As a string it is what the program prints."""

    def __init__(self, text: str, mistakes: Optional[List[Mistake]] = None) -> None:
        super().__init__(text.rstrip("\n"))
        self.mistakes: List[Mistake] = mistakes or []


class InputError(Error):
    """Bad input: `mistakes` has all of it."""


class Fault(Error):
    """A bug of memmap's, or of a plugin."""


class CMistake(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("code", ctypes.c_uint32), ("text", ctypes.c_char_p),
                ("file", ctypes.c_char_p), ("line", ctypes.c_uint64), ("column", ctypes.c_uint64),
                ("length", ctypes.c_uint64), ("line_text", ctypes.c_char_p)]


class CFigure(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("unit", ctypes.c_uint32), ("name", ctypes.c_char_p),
                ("what", ctypes.c_char_p)]


class CPiece(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("start", ctypes.c_uint64),
                ("end", ctypes.c_uint64), ("nid", ctypes.c_int32), ("reserved", ctypes.c_uint32),
                ("kind", ctypes.c_char_p), ("name", ctypes.c_char_p), ("by", ctypes.c_char_p),
                ("present", ctypes.c_uint64), ("managed", ctypes.c_uint64)]


class CEvent(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("severity", ctypes.c_uint32), ("step", ctypes.c_char_p),
                ("text", ctypes.c_char_p), ("start", ctypes.c_uint64), ("end", ctypes.c_uint64)]


def _load() -> ctypes.CDLL:
    """MEMMAP_LIBRARY, the library beside this package (a wheel's), or the system's."""
    named = os.environ.get("MEMMAP_LIBRARY")
    beside = pathlib.Path(__file__).with_name(SONAME)
    return ctypes.CDLL(named or (str(beside) if beside.exists() else SONAME))


_HANDLE = ctypes.c_void_p
_TEXT = ctypes.c_char_p
_SIZE = ctypes.c_size_t
_OUT_TEXT = ctypes.POINTER(ctypes.c_void_p)
_OUT_SIZE = ctypes.POINTER(ctypes.c_size_t)

# Name, result, arguments.
_FUNCTIONS: List[Any] = [
    ("memmap_library_version", ctypes.c_uint32, []),
    ("memmap_status_words", _TEXT, [ctypes.c_int32]),
    ("memmap_option_name", _TEXT, [_SIZE]),
    ("memmap_format_name", _TEXT, [_SIZE]),
    ("memmap_list_name", _TEXT, [_SIZE]),
    ("memmap_kernel_name", _TEXT, [_SIZE]),
    ("memmap_table_name", _TEXT, [_SIZE]),
    ("memmap_suggestion_name", _TEXT, [_SIZE]),
    ("memmap_figure_at", ctypes.c_int32, [_SIZE, ctypes.POINTER(CFigure)]),
    ("memmap_request_new", _HANDLE, []),
    ("memmap_request_free", None, [_HANDLE]),
    ("memmap_request_set", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT]),
    ("memmap_request_set_bytes", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, _TEXT, _SIZE]),
    ("memmap_request_unset", ctypes.c_int32, [_HANDLE, _TEXT]),
    ("memmap_request_boot", ctypes.c_int32, [_HANDLE, ctypes.POINTER(_HANDLE)]),
    ("memmap_request_check", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, _SIZE, _TEXT, _OUT_TEXT, _OUT_SIZE,
                                              ctypes.POINTER(ctypes.c_int32)]),
    ("memmap_request_lint", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, _SIZE, _TEXT, _OUT_TEXT, _OUT_SIZE, _OUT_SIZE]),
    ("memmap_request_sweep", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, _SIZE, _TEXT, ctypes.POINTER(_TEXT), _SIZE,
                                              _OUT_TEXT, _OUT_SIZE, ctypes.POINTER(ctypes.c_int32)]),
    ("memmap_request_mistake", ctypes.c_int32, [_HANDLE, _SIZE, ctypes.POINTER(CMistake)]),
    ("memmap_request_mistakes_text", _TEXT, [_HANDLE]),
    ("memmap_boot_free", None, [_HANDLE]),
    ("memmap_boot_source", _TEXT, [_HANDLE]),
    ("memmap_boot_kernel", _TEXT, [_HANDLE]),
    ("memmap_boot_command_line", _TEXT, [_HANDLE]),
    ("memmap_boot_panicked", ctypes.c_int32, [_HANDLE]),
    ("memmap_boot_figure", ctypes.c_int32, [_HANDLE, _TEXT, ctypes.POINTER(ctypes.c_uint64)]),
    ("memmap_boot_pieces", ctypes.c_int32, [_HANDLE, _TEXT, ctypes.POINTER(CPiece), _SIZE, _SIZE, _OUT_SIZE]),
    ("memmap_boot_at", ctypes.c_int32, [_HANDLE, ctypes.c_uint64, ctypes.POINTER(CPiece)]),
    ("memmap_boot_event_at", ctypes.c_int32, [_HANDLE, _SIZE, ctypes.POINTER(CEvent)]),
    ("memmap_boot_note", _TEXT, [_HANDLE, _SIZE]),
    ("memmap_boot_explain", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, _OUT_TEXT, _OUT_SIZE]),
    ("memmap_boot_walk", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, _TEXT, _OUT_TEXT, _OUT_SIZE]),
    ("memmap_boot_show", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, ctypes.POINTER(_TEXT), _SIZE, _OUT_TEXT, _OUT_SIZE]),
    ("memmap_boot_kaslr", ctypes.c_int32, [_HANDLE, ctypes.c_int32, _TEXT, _OUT_TEXT, _OUT_SIZE]),
    ("memmap_boot_suggest", ctypes.c_int32, [_HANDLE, _TEXT, _TEXT, _TEXT, ctypes.POINTER(_TEXT), _SIZE, _OUT_TEXT,
                                             _OUT_SIZE, ctypes.POINTER(ctypes.c_int32)]),
    ("memmap_boot_kdump", ctypes.c_int32, [_HANDLE, _TEXT, ctypes.POINTER(_TEXT), _SIZE, _OUT_TEXT, _OUT_SIZE,
                                           ctypes.POINTER(ctypes.c_int32)]),
    ("memmap_boot_report", ctypes.c_int32, [_HANDLE, _TEXT, ctypes.POINTER(_TEXT), _SIZE, _OUT_TEXT,
                                            _OUT_SIZE]),
    ("memmap_boot_diff", ctypes.c_int32, [_HANDLE, _HANDLE, _TEXT, ctypes.POINTER(_TEXT), _SIZE, _OUT_TEXT, _OUT_SIZE,
                                          ctypes.POINTER(ctypes.c_int32)]),
    ("memmap_boot_mistake", ctypes.c_int32, [_HANDLE, _SIZE, ctypes.POINTER(CMistake)]),
    ("memmap_boot_mistakes_text", _TEXT, [_HANDLE]),
    ("memmap_text_free", None, [ctypes.c_void_p]),
]


def _declared() -> ctypes.CDLL:
    library = _load()
    for name, result, arguments in _FUNCTIONS:
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


library = _declared()


def word(text: Optional[bytes]) -> str:
    """What the library says; bytes of files that are no UTF-8 come through os.fsencode()."""
    return (text or b"").decode("utf-8", "surrogateescape")


def coded(text: str) -> bytes:
    """For the library, which ends a string at a NUL."""
    if not isinstance(text, str):
        raise TypeError(f"a text is expected, not {text!r}")
    out = text.encode("utf-8", "surrogateescape")
    if b"\0" in out:
        raise ValueError("a NUL in a string")
    return out


def options(looks: Iterable[Tuple[str, Optional[str]]]) -> "Tuple[ctypes.Array[ctypes.c_char_p], int]":
    """Pairs of name and value, as the library takes them; those of None are left out."""
    words = [coded(word) for name, value in looks if value is not None for word in (name, value)]
    return (ctypes.c_char_p * len(words))(*words), len(words) // 2


def names(name_of: Callable[[int], Optional[bytes]]) -> List[str]:
    """All that a memmap_..._name() function knows."""
    out: List[str] = []
    while (name := name_of(len(out))) is not None:
        out.append(word(name))
    return out


def _mistakes(handle: ctypes.c_void_p, mistake_of: Any) -> List[Mistake]:
    out: List[Mistake] = []
    told = CMistake(struct_size=ctypes.sizeof(CMistake))
    while mistake_of(handle, len(out), ctypes.byref(told)) == DONE:
        code = CODES[told.code] if told.code < len(CODES) else str(told.code)
        out.append(Mistake(word(told.text), word(told.file), told.line, told.column, told.length,
                           word(told.line_text), code))
    return out


def complain(status: int, handle: ctypes.c_void_p, of: str) -> None:
    """Raises what a code other than DONE stands for; `of`: request or boot, whose handle it is."""
    if status == DONE:
        return
    if status == NO_MEMORY:
        raise MemoryError
    text = word(getattr(library, f"memmap_{of}_mistakes_text")(handle))
    mistakes = _mistakes(handle, getattr(library, f"memmap_{of}_mistake"))
    if not text:
        text = word(library.memmap_status_words(status))
    if status == BROKEN:
        raise Fault(text, mistakes)
    raise InputError(text, mistakes)


class Made:
    """A text that the library makes: pass `text` and `length`, then take() it."""

    def __init__(self) -> None:
        self._text = ctypes.c_void_p()
        self._length = ctypes.c_size_t()
        self.text = ctypes.byref(self._text)
        self.length = ctypes.byref(self._length)

    def take(self) -> bytes:
        if not self._text.value:
            return b""
        try:
            return ctypes.string_at(self._text.value, self._length.value)
        finally:
            library.memmap_text_free(self._text)
