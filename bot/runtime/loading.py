"""How a process loads its modules: without searches for garbage, and without what dependencies load in vain."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("anyio", "greenlet", "httpx._main", "rich")
"""What dependencies load where it is installed, and Park has no use for: structlog's support of greenlets and its
coloured tracebacks, httpx's command line and its support of asyncio. With the packages of the sandbox: 7 MiB."""


@contextmanager
def loading_modules() -> Iterator[None]:
    """Loads modules in the block; what exists at its end is left out of later searches for garbage, as it stays."""
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: the module can't be found
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        for name in hidden:
            del sys.modules[name]
