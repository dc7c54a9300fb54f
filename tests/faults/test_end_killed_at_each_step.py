"""`kill -9` at each step of a temporary change's end: it ends exactly once, and the thread ends true."""

import signal

import pytest

from tests.faults.steps import Orders
from tests.faults.test_killed_at_each_step import Life, NewDatabase, database, faults_of, stage_of

__all__ = ["database"]

pytestmark = pytest.mark.timeout(600)
LINE = "add 1001 to Sales for 1h"


def test_the_end_is_made_exactly_once_and_the_thread_ends_true(database: NewDatabase) -> None:
    steps = _ended(None, database())
    assert isinstance(steps, list)
    assert len(steps) > 20
    assert {"before commit", "before chat.postMessage", "before chat.update", "before sending"} <= set(steps)
    assert faults_of(lambda number: _ended(number, database()), len(steps)) == []


def _ended(number: int | None, address: str | None) -> list[str] | str | None:
    """Killed at that step: what was wrong afterwards, if anything was. Not killed: the steps."""
    with stage_of(address).without_park() as stage:
        life = Life(stage)
        kill = None if number is None else signal.SIGKILL
        first = life.start(Orders(signal=kill, number=number or 1, later=True))
        assert life.type(LINE)
        life.settled(scheduled=1)
        first.send(signal.SIGUSR1)
        life.over(first)
        steps = [step for step in first.steps() if step != "ready"]
        first.close()
        if number is None:
            return steps
        stage.slack.wait_for(lambda: stage.slack.connections == 0, timeout=30)
        second = life.start(Orders(late=True))
        try:
            life.settled(scheduled=0)
            _is_ended_once(life)
        except AssertionError as fault:
            return f"killed at step {number}, {steps[-1:]}: {fault}"
        finally:
            second.close()
    return None


def _is_ended_once(life: Life) -> None:
    """What was said of the end may stand there twice: a kill between saying and recording it."""
    assert life.changes() == 2, f"{life.changes()} changes on the PBX"
    assert "1001" not in life.members("Sales")
    cards = life.cards()
    assert len(cards) == 1, [card.plain for card in cards]
    assert "· ended" in cards[0].plain
    told = [reply.plain for reply in life.replies() if "Taken back" in reply.plain]
    assert len(told) in (1, 2), f"{len(told)} replies"
