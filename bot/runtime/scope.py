"""The PBX that a piece of work is about, where Park serves several: for logs and metrics."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from structlog.contextvars import bound_contextvars

_pbx: ContextVar[str] = ContextVar("pbx", default="")


def current_pbx() -> str:
    """Returns the name of the PBX that is worked for; empty where there is only one, or for what is common to all."""
    return _pbx.get()


@contextmanager
def pbx_scope(name: str) -> Iterator[None]:
    """Names the PBX in what is logged and counted within, and in threads that are made there; empty: names none."""
    if not name:
        yield
        return
    token = _pbx.set(name)
    try:
        with bound_contextvars(pbx=name):
            yield
    finally:
        _pbx.reset(token)
