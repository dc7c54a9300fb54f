"""The journal is damaged under a running Park: deleted, full, unreadable in one row, or on a server that is silent."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.sandbox.environment import Sandbox
from tests.faults.scene import FAST_RETRIES, ConversationHarness, pending_states
from tests.journal.silence import Proxy
from tests.postgres import Server
from tests.waiting import PATIENCE


def _file(scene: ConversationHarness) -> Path:
    return Path(scene.sandbox.settings.database_url.removeprefix("sqlite:///"))


def test_a_deleted_journal_acknowledges_nothing_and_is_not_ready(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales")
    away = _file(scene).with_name("away")
    _file(scene).rename(away)
    scene.slash("add 1008 to Sales")
    assert "Nothing was done" in scene.last_ephemeral().plain
    condition = scene.sandbox.park.tenant.conditions()["journal"]()
    assert (condition.ok, "deleted or replaced" in condition.text) == (False, True)
    away.rename(_file(scene))
    scene.sandbox.settle()
    assert scene.changes() == 1
    scene.do("add 1008 to Sales")
    assert scene.changes() == 2


def test_a_row_that_cant_be_read_is_told_and_everything_else_goes_on(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales for 1h")
    (end,) = scene.sandbox.park.tenant.journal.scheduled()
    with scene.sandbox.park.tenant.journal.database.writing() as connection:
        connection.execute(text(f"UPDATE entries SET request = '{{' WHERE id = {end.id}"))
    scene.sandbox.forward(timedelta(hours=1))
    posted = scene.sandbox.slack.wait_for(
        lambda: [
            one for one in scene.sandbox.slack.messages(scene.sandbox.channels["ops"]) if "can't be read" in one.plain
        ]
    )
    assert f"#{end.id} can't be read" in posted[0].plain
    scene.do("add 1008 to Sales")
    assert scene.sandbox.park.tenant.workers.worker.alive
    scene.do("pending")
    assert f"#{end.id} can't be read from the journal" in scene.last_ephemeral().plain
    scene.do("pending as table")
    assert "cannot be read" in pending_states(scene.last_ephemeral())


@pytest.fixture
def silent(postgres: Server) -> Iterator[tuple[Sandbox, Proxy]]:
    proxy = Proxy(postgres)
    with Sandbox(retry_policy=FAST_RETRIES, database_url=proxy.address(postgres.database())) as sandbox:
        yield sandbox, proxy
    proxy.close()


def test_with_a_silent_database_nothing_is_acknowledged_and_a_stop_ends(silent: tuple[Sandbox, Proxy]) -> None:
    sandbox, proxy = silent
    scene = ConversationHarness(sandbox)
    scene.do("add 1001 to Sales")
    proxy.swallowing = True
    scene.slash("add 1008 to Sales")
    sandbox.slack.wait_for(lambda: scene.ephemerals())
    assert "Nothing was done" in scene.last_ephemeral().plain
    stopping = threading.Thread(target=sandbox.park.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE)
    assert not stopping.is_alive(), "the stop hangs"
    proxy.swallowing = False
