"""An environment that can't be started leaves nothing behind that runs."""

import socket
import threading
from typing import Any

import pytest

from bot.errors import ParkError
from bot.sandbox.environment import Sandbox

FAILING: dict[str, dict[str, Any]] = {
    "the journal": {"database_url": "sqlite:////dev/null/park.sqlite3"},
    "the policy": {"policy": "nothing = 1"},
}


@pytest.mark.parametrize("environment", FAILING.values(), ids=FAILING)
def test_no_thread_is_left_of_one_that_could_not_be_started(environment: dict[str, Any]) -> None:
    before = set(threading.enumerate())
    with pytest.raises(ParkError), Sandbox(**environment):
        pass
    assert set(threading.enumerate()) <= before


def test_nor_where_an_address_is_taken() -> None:
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ParkError, match="PARK_HEALTH_LISTEN"), Sandbox(park_health_listen=listen):
            pass
    assert set(threading.enumerate()) <= before
