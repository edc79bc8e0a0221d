"""The early memory management of Linux on x86-64, simulated: from a machine's E820 map to MemTotal.

    >>> import memmap
    >>> boot = memmap.simulate(synthetic="ram:640K hole:384K ram:1G", kernel="6.12.117+deb12-amd64")
    >>> boot.memblock.memory[0].end
    655360

`simulate()` boots; the Boot is asked: figures (`boot.mem_total`), ranges (`boot.zones`), what becomes of an
address (`boot.explain(0x1000)`), reports in every format of the program (`boot.report("html")`), parameters that
hold wherever the kernel lies (`boot.suggest("crashkernel")`). `check()` holds boots against a policy, `sweep()` boots
a matrix of them, `lint()` tells what is wrong with a command line. Addresses and sizes are bytes, ranges half-open.
What is wrong with an input is an InputError, with every mistake, its file, line and column.
"""

from ._boot import Boot, Event, Memblock, Piece, Pieces
from ._library import Error, Fault, InputError, Mistake
from ._requests import (Bytes, Figure, Findings, Rows, Source, Verdict, check, figures, formats, kernels, lint, lists,
                        simulate, suggestions, sweep, tables, version)

__all__ = ["Boot", "Bytes", "Error", "Event", "Fault", "Figure", "Findings", "InputError", "Memblock", "Mistake",
           "Piece", "Pieces", "Rows", "Source", "Verdict", "check", "figures", "formats", "kernels", "lint", "lists",
           "simulate", "suggestions", "sweep", "tables", "version"]
__version__ = version()
