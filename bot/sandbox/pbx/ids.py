"""Ids as the PBX makes them: opaque, and with characters that mean something in a path."""

import base64
import hashlib
from itertools import count


def opaque_id(kind: str, number: int) -> str:
    """Base64 with "/" and "=" in it; the same every time."""
    made = (_encoded(f"{kind} {number} {attempt}") for attempt in count())
    return next(id_ for id_ in made if "/" in id_)


def _encoded(seed: str) -> str:
    return base64.b64encode(hashlib.sha256(seed.encode()).digest()[:16]).decode()
