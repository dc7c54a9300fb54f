"""A change that only waited behind others is made; one that waited for something outside Park is handed back."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.journal.models import State
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.worker.lease import QueueProgress, RetryPolicy
from tests.bot_harness import bot_harness
from tests.faults.scene import ConversationHarness

MINUTE = timedelta(minutes=1)
NOON = ORDINARY_INSTANT


def test_a_burst_is_one_run_and_idleness_ends_it() -> None:
    progress = QueueProgress(2 * MINUTE)
    assert progress.since(NOON) == NOON
    for minute in range(10):
        progress.claimed(NOON + minute * MINUTE)
    assert progress.since(NOON + 10 * MINUTE) == NOON
    progress.interrupted()
    assert progress.since(NOON + 10 * MINUTE) == NOON + 10 * MINUTE
    progress.claimed(NOON + 20 * MINUTE)
    assert progress.since(NOON + 21 * MINUTE) == NOON + 20 * MINUTE


def test_a_gap_such_as_a_suspended_machine_ends_a_run() -> None:
    progress = QueueProgress(2 * MINUTE)
    progress.claimed(NOON)
    progress.claimed(NOON + 60 * MINUTE)
    assert progress.since(NOON + 60 * MINUTE) == NOON + 60 * MINUTE


def test_a_clock_that_is_set_back_makes_nothing_late() -> None:
    progress, back = QueueProgress(2 * MINUTE), NOON - 60 * MINUTE
    progress.claimed(NOON)
    assert progress.since(back) == back
    progress.claimed(back)
    assert progress.since(back + MINUTE) == back
    progress.interrupted(NOON)
    assert progress.since(back) == back


def test_a_pbx_that_does_not_answer_ends_a_run() -> None:
    progress = QueueProgress(2 * MINUTE)
    progress.claimed(NOON)
    progress.interrupted(NOON + MINUTE)
    progress.claimed(NOON + 2 * MINUTE)
    assert progress.since(NOON + 2 * MINUTE) == NOON + MINUTE


def test_many_changes_on_a_slow_pbx_are_all_made() -> None:
    policy = RetryPolicy(start_grace=timedelta(seconds=2), verify_delays=(0.05,))
    with Sandbox(retry_policy=policy, now=ORDINARY_INSTANT) as sandbox:
        scene = ConversationHarness(sandbox)
        sandbox.pbx.faults.latency = 0.2
        for number in range(6):
            scene.slash(f"{'remove' if number % 2 else 'add'} 1001 {'from' if number % 2 else 'to'} Sales")
        sandbox.settle()
        entries = sandbox.park.tenant.journal.recent(6)
        assert {entry.state for entry in entries} == {State.DONE}
        ended = [entry.ended_at for entry in entries if entry.ended_at]
        assert max(ended) - min(entry.accepted_at for entry in entries) > policy.start_grace


def test_what_was_left_from_before_a_start_is_late(tmp_path: Path) -> None:
    with bot_harness(tmp_path, retry_policy=RetryPolicy(start_grace=timedelta(0))) as park:
        park.do("add 1016 to Billing")
        assert park.state() == State.EXPIRED


@pytest.mark.parametrize(
    ("temporary", "line"),
    [
        ("recall Sales to Night Desk for 10m", "recall Sales to Day Desk"),
        ("add 1016 to Sales for 10m", "remove 1016 from Sales"),
        ("server recall to Night Desk for 10m", "server recall to Day Desk"),
    ],
)
def test_an_end_does_not_wait_for_a_change_that_was_begun_before_and_waits_for_it(
    tmp_path: Path, temporary: str, line: str
) -> None:
    now = [ORDINARY_INSTANT]
    with bot_harness(tmp_path, now=lambda: now[0]) as park:
        park.do(temporary)
        now[0] += timedelta(minutes=10) - timedelta(seconds=5)
        park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="*", status=503, times=None))
        park.ask(line)
        park.worker.processor.process(park.claim())
        assert park.state(3) == State.WAITING
        park.fake_pbx.faults.clear()
        for _ in range(5):  # the PBX is back, and the end is due before what waited for the PBX is tried again
            now[0] += timedelta(seconds=6)
            park.work()
        assert park.state(2) == State.DONE
        assert park.state(3) in (State.DONE, State.ALREADY)
