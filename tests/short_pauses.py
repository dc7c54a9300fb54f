"""Pauses between two attempts are short in the tests; how many there are, and after what, is as in production."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import stamina

from bot.pbx import http
from bot.worker import lease


@contextmanager
def short_pauses() -> Iterator[None]:
    """Has calls to the PBX repeated, and writes looked for, after hundredths of a second, until the block ends."""
    with pytest.MonkeyPatch.context() as patched:
        quick = stamina.RetryingCaller(
            attempts=http.MAX_ATTEMPTS, timeout=None, wait_initial=0.01, wait_max=0.03, wait_jitter=0
        )
        patched.setattr(http, "_CALLER", quick)
        patched.setattr(lease, "READ_BACK_PAUSES", (0.05, 0.1, 0.2, 0.2, 0.2))
        yield
