"""PostgreSQL behind pgbouncer in transaction mode: each transaction may have another session."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.audit.verify import verify
from bot.errors import JournalUnavailable
from bot.journal.database import open_read_only
from bot.journal.journal import Journal
from bot.journal.models import State
from tests.journal.making import OPERATIONS, make_request
from tests.postgres import Server

PORT = 6543
REQUIRED = "PARK_REQUIRE_PGBOUNCER"
"""In the environment: these tests are not to be skipped."""
SETTINGS = """
[databases]
* = host={folder} port=5432 user=park
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
auth_type = any
auth_file =
pool_mode = {mode}
default_pool_size = 3
pidfile = {folder}/pgbouncer.pid
"""


@pytest.fixture
def pooler(postgres: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """The folder of the socket of a pgbouncer, in transaction mode or in the mode of the test's parameter."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        if os.environ.get(REQUIRED):
            raise FileNotFoundError("pgbouncer")
        pytest.skip("no pgbouncer on this machine (Debian: apt-get install pgbouncer)")
    settings = postgres.folder / "pgbouncer.ini"
    mode = getattr(request, "param", "transaction")
    settings.write_text(SETTINGS.format(folder=postgres.folder, port=PORT, mode=mode))
    with postgres.started(program, str(settings)) as process:
        socket = Path(postgres.folder) / f".s.PGSQL.{PORT}"
        while not socket.exists():
            assert process.poll() is None, "pgbouncer has ended"
            time.sleep(0.02)
        yield f"port={PORT}"


def _through(pooler: str, address: str) -> str:
    return f"{address}&{pooler}"


def _make_changes(journal: Journal, owner: str) -> None:
    for number in range(12):
        journal.accept(make_request(f"{owner} {number}"), operations=OPERATIONS, footprint=frozenset({owner}))
        if (entry := journal.claim(owner)) is not None:
            entry = journal.checkpoint(entry, plan={"by": owner}, began=True)
            journal.mark_notified(journal.end(entry, State.DONE, {}))


def test_a_journal_works_through_it_and_leaves_nothing_in_a_session(
    postgres: Server, pooler: str, long_timeouts: None
) -> None:
    address = postgres.database()
    replicas = [Journal(_through(pooler, address)) for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_make_changes, replicas * 2, map(str, range(4))))
    with open_read_only(_through(pooler, address)) as connection:
        assert verify(connection).head.number > 100
    for journal in replicas:
        journal.close()
    pooled = _through(pooler, address)
    for _ in range(4):
        assert postgres.do("SELECT name FROM pg_prepared_statements", pooled) == []
        assert postgres.do("SHOW lock_timeout", pooled) == ["0"]
        assert postgres.do("SHOW default_transaction_isolation", pooled) == ["read committed"]
        assert postgres.do("SELECT pid FROM pg_locks WHERE locktype = 'advisory'", pooled) == []


@pytest.mark.parametrize("pooler", ["statement"], indirect=True)
def test_a_pooler_without_transactions_is_refused_with_a_sentence(postgres: Server, pooler: str) -> None:
    with pytest.raises(JournalUnavailable, match="pooler"):
        Journal(_through(pooler, postgres.database()))


def test_a_pooler_that_is_restarted_is_noticed(postgres: Server, pooler: str) -> None:
    journal = Journal(_through(pooler, postgres.database()))
    subprocess.run(["kill", "-KILL", (postgres.folder / "pgbouncer.pid").read_text().strip()], check=True)
    with pytest.raises(JournalUnavailable):
        journal.accept(make_request("a"), operations=OPERATIONS, footprint=frozenset())
    journal.close()
