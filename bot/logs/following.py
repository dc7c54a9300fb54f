"""One request, one id, from Slack to the PBX and back: it stands in every line that is logged on its behalf."""

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars

from bot.request import Request


@contextmanager
def following(request: Request, change: int | None = None) -> Iterator[None]:
    """What this thread does meanwhile, and what it gives a `bot.pool` to do, is done for that request."""
    with bound_contextvars(request=request.id, **({} if change is None else {"change": change})):
        yield
