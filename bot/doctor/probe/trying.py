"""What comes of trying something."""

from collections.abc import Callable

from bot.errors import Rejected
from bot.pbx.call import Throttled

Learnt = tuple[str, str]
"""The answer in a word that never changes its meaning, and in words."""


class NotLearnt(Exception):
    """Why not."""


def refused(send: Callable[[], object]) -> Rejected | None:
    """What the PBX said against it; raise PBXError where it said nothing to the matter."""
    try:
        send()
    except Throttled:
        raise
    except Rejected as no:
        return no
    return None


def said(no: Rejected) -> str:
    """As the PBX put it."""
    return f"HTTP {no.status}, {no.code}: {no}"
