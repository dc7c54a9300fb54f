"""Ids and timestamps as Slack makes them."""

import secrets
import string
import threading
import time

_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    """`prefix` and random capitals and digits, as in C07A1B2C3D4."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_trigger_id(team: str) -> str:
    """Three parts with dots between, unlike for every gesture."""
    return f"{secrets.randbelow(10**13)}.{int(team[1:], 36) % 10**12}.{secrets.token_hex(16)}"


class Stamps:
    """Timestamps that are a message's identity in its channel: unique and increasing, `1712345678.000100`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self.ahead = 0.0
        """Seconds that this clock is before the machine's."""

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000 + int(self.ahead * 10**6))
            return f"{self._last // 10**6}.{self._last % 10**6:06d}"
