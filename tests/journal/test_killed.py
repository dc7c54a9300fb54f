"""kill -9 just before and just after each commit: a new process finds what was committed, no more and no less."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.journal.journal import LEASE, Journal
from bot.journal.models import Entry, State
from tests.forked import start
from tests.journal.dying import main
from tests.journal.making import sqlite_url

STEPS = ["accepted", "claimed", "planned", "began", "ended", "told"]
OPENING = """
import sys
from sqlalchemy import Engine, event
from bot.journal.journal import Journal
from tests.journal.dying import die
event.listen(Engine, "commit", die)
Journal(sys.argv[1])
"""


@pytest.mark.parametrize(("moment", "step"), [*(("before", step) for step in STEPS), ("after", STEPS[-1])])
def test_a_new_process_finds_exactly_what_was_committed(address: str, step: str, moment: str) -> None:
    Journal(address).close()
    dying = start(main, address, STEPS.index(step), moment)
    dying.join()
    assert dying.exitcode == -signal.SIGKILL
    committed = STEPS[: STEPS.index(step) + (moment == "after")]
    journal = Journal(address, now=_later)
    entry = journal.find("a")
    if entry is None:
        assert committed == []
    else:
        held = "claimed" in committed and "told" not in committed
        given_back = held and journal.database.exclusive
        _is_as_of(entry, committed, State.RUNNING if held and not given_back else State.WAITING)
        story = [event.what for event in journal.events(entry.id)]
        assert story == committed + ["released"] * given_back
        again = journal.claim("next")
        assert (again is None) == ("told" in committed), "nobody waits for ever for the lease of the dead"
    journal.close()


def _later() -> datetime:
    """When every lease has run out; on SQLite nobody has to wait for that."""
    return datetime.now(UTC) + 2 * LEASE


def test_a_process_killed_while_it_makes_the_tables_leaves_none_half_made(tmp_path: Path) -> None:
    assert (
        subprocess.run([sys.executable, "-c", OPENING, sqlite_url(tmp_path)], check=False).returncode == -signal.SIGKILL
    )
    journal = Journal(sqlite_url(tmp_path))
    assert journal.recent(1) == []
    journal.close()


def _is_as_of(entry: Entry, committed: list[str], unended: State) -> None:
    assert entry.state is (State.DONE if "ended" in committed else unended)
    assert entry.attempt == ("claimed" in committed)
    assert entry.plan == ({"wanted": 1} if "planned" in committed else None)
    assert entry.began == ("began" in committed)
    assert entry.outcome == ({"text": "done"} if "ended" in committed else None)
    assert entry.notified == ("told" in committed)
