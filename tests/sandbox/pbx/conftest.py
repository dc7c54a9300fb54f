"""A fake PBX for every test, and a plain HTTP client that is signed in."""

from collections.abc import Iterator

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx


@pytest.fixture
def pbx() -> Iterator[FakePbx]:
    with FakePbx() as running:
        yield running


@pytest.fixture
def api(pbx: FakePbx) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=pbx.url, headers={"Authorization": f"Bearer {pbx.token}"}) as client:
        yield client
