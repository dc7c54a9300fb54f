"""Where a server of Park's listens, as the environment says it."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def address_of(listen: str) -> tuple[str, int]:
    """Raise ValueError with what to write."""
    try:
        parts = urlsplit(f"//{listen}")
        if parts.hostname and parts.port is not None and parts.netloc == listen and parts.username is None:
            return parts.hostname, parts.port
    except ValueError:  # a port that is none
        pass
    raise ValueError("write an address and a port, as in 127.0.0.1:3000, or 0.0.0.0:3000 for all of this machine's")


def _listen(text: str) -> str:
    address_of(text)
    return text


Listen = Annotated[str, AfterValidator(_listen)]
