"""The end of a temporary change stays pending until it is made, overtaken or called off, whatever the PBX answers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.errors import SignInFailed
from bot.journal.models import Entry, State
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.worker.lease import RetryPolicy
from bot.worker.outcome import plan_of
from tests.faults.scene import ConversationHarness, pending_states
from tests.waiting import wait_until

POLICY = RetryPolicy(
    retry_delay=timedelta(seconds=0.1), verify_delays=(0.01, 0.02), late_notice=timedelta(0), pause_recheck=timedelta(1)
)
END = 2
"""Number of the end of the first change."""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(retry_policy=POLICY, now=ORDINARY_INSTANT, pbx_deadline=1.0) as sandbox:
        yield ConversationHarness(sandbox)


def until_late(scene: ConversationHarness) -> None:
    """Lets the first change's end come, and waits until it was told to be late."""
    scene.sandbox.forward(timedelta(hours=1, minutes=1))
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(END).failure_told)


def end_to_be_retried(scene: ConversationHarness) -> Entry:
    """Returns the first change's end, after setting the clock to its next attempt, which is never far.

    An attempt that is under way when the faults change may still meet the old ones; then another one follows it.
    """
    end = scene.sandbox.park.tenant.journal.get(END)
    wait = (end.due_at or end.run_at) - scene.sandbox.park.tenant.journal.now()
    if end.state is State.SCHEDULED and wait > timedelta(0):
        assert wait <= timedelta(minutes=6)
        scene.sandbox.forward(wait)
    return end


def until_ended(scene: ConversationHarness) -> None:
    """Waits until the end, which is retried, has been made."""
    wait_until(lambda: end_to_be_retried(scene).state.ended)
    scene.sandbox.settle()


def state(scene: ConversationHarness) -> State:
    return scene.sandbox.park.tenant.journal.get(END).state


def status(code: int, match: str = "*") -> Fault:
    return Fault(kind=FaultKind.STATUS, match=match, status=code, times=None)


def parts_of_the_end(scene: ConversationHarness) -> set[str]:
    """Returns what the end of the first change has changed, by its plan."""
    plan = plan_of(scene.sandbox.park.tenant.journal.get(END))
    assert plan is not None
    return {part for _, part in plan.parts()}


LINES = ["recall Sales to Night Desk for 1h", "add 1001, 1008 to Sales for 1h"]
FAULTS: dict[str, Callable[[], Fault]] = {
    **{f"{code} to everything": partial(status, code) for code in (400, 401, 404, 408, 500)},
    **{f"{code} to writes": partial(status, code, "POST *") for code in (403, 409, 422, 503)},
    "404 to one group": partial(status, 404, "GET /api/call_park_groups/*"),
    "gateway": lambda: Fault(kind=FaultKind.GATEWAY, times=None),
    "throttled": lambda: Fault(kind=FaultKind.THROTTLED, times=None, retry_after="600"),
    "dropped writes": lambda: Fault(kind=FaultKind.DROP_BEFORE, match="POST *", times=None),
    "malformed": lambda: Fault(kind=FaultKind.MALFORMED, match="GET *", times=None),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_end_survives_every_answer_that_is_no_end(scene: ConversationHarness, name: str) -> None:
    line = LINES[len(name) % len(LINES)]
    before = scene.members("Sales"), scene.sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"]
    scene.do(line)
    scene.sandbox.pbx.faults.add(FAULTS[name]())
    until_late(scene)
    assert not state(scene).ended
    assert "Late to end" in scene.card().plain
    assert "is late" in scene.replies()[-1].plain
    assert scene.mentions(scene.replies()[-1])
    (private,) = [one for one in scene.direct() if "is late" in one.plain]
    assert "asked for in #phones" in private.plain
    assert any("is late" in one.plain for one in scene.cards("ops"))
    scene.sandbox.pbx.faults.clear()
    until_ended(scene)
    assert state(scene) is State.DONE
    assert (scene.members("Sales"), scene.sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"]) == before
    assert "· ended" in scene.card().plain


def test_a_late_end_is_pending_with_its_reason_also_after_a_restart(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.sandbox.pbx.faults.add(status(403, "POST *"))
    until_late(scene)
    scene.sandbox.restart()
    scene.slash("pending")
    wait_until(lambda: scene.ephemerals())
    said = scene.last_ephemeral().plain
    assert "late, should have ended" in said
    assert "Something went wrong" in said
    scene.slash("pending as table")
    wait_until(lambda: len(scene.ephemerals()) > 1)
    assert pending_states(scene.last_ephemeral()) == ["late"]
    scene.slash("keep change 1")
    wait_until(lambda: state(scene) is State.CANCELLED)


def test_an_end_that_was_overtaken_ends_and_is_told(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 1h")
    scene.sandbox.pbx.faults.add(status(403, "POST *"))
    until_late(scene)
    scene.sandbox.pbx.state.groups[scene.id("Sales")]["recall_to"] = "USER_FIRST_THEN_RING_GROUP"
    scene.sandbox.pbx.faults.clear()
    until_ended(scene)
    assert state(scene) is State.REFUSED
    assert "could not be ended" in scene.card().plain


def test_a_long_pause_and_then_a_failing_pbx_make_no_unknown_outcome(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales for 1h")
    scene.do("pause")
    for _ in range(3):
        scene.sandbox.forward(timedelta(hours=1))
    scene.sandbox.settle()
    scene.sandbox.pbx.faults.add(Fault(kind=FaultKind.THROTTLED, match="POST *", times=5))
    scene.do("resume")
    wait_until(lambda: state(scene).ended)
    assert state(scene) is State.DONE
    assert "1001" not in scene.members("Sales")


def test_waiting_writes_no_events(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales for 1h")
    scene.sandbox.pbx.faults.add(status(503))
    until_late(scene)
    number = len(scene.sandbox.park.tenant.journal.events(END))
    for _ in range(5):
        attempt = scene.sandbox.park.tenant.journal.get(END).attempt
        scene.sandbox.forward(timedelta(minutes=6))
        wait_until(lambda: scene.sandbox.park.tenant.journal.get(END).attempt > attempt)  # noqa: B023
    assert len(scene.sandbox.park.tenant.journal.events(END)) == number


def test_resume_wakes_an_end_once_the_sign_in_was_repaired() -> None:
    pbx = FakePbx()
    account: dict[str, Any] = {"pbx_username": pbx.username, "pbx_password": pbx.password, "pbx_domain": pbx.domain}
    with Sandbox(pbx=pbx, retry_policy=POLICY, now=ORDINARY_INSTANT, pbx_token=None, **account) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("add 1001 to Sales for 1h")
        right, pbx.sessions.password = pbx.sessions.password, "another"
        pbx.expire_tokens(refresh=True)
        until_late(scene)
        sandbox.forward(timedelta(hours=9))
        assert "Park can't sign in" in scene.replies()[-1].plain
        assert "type resume" in scene.replies()[-1].plain
        pbx.sessions.password = right
        scene.do("resume")
        wait_until(lambda: state(scene).ended)
        assert state(scene) is State.DONE
        assert "Park signs in to the PBX again" in scene.cards()[-1].plain


def test_an_end_to_a_ring_group_that_was_deleted_says_so_and_offers_another_target(scene: ConversationHarness) -> None:
    state = scene.sandbox.pbx.state
    night = state.ring_group_id("Night Desk")
    scene.do("recall Sales to Night Desk")
    scene.do("recall Sales to user for 1h")
    del state.ring_groups[night]
    scene.sandbox.forward(timedelta(hours=1, minutes=1))
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(3).failure_told)
    said = scene.replies()[-1]
    assert "The ring group that unanswered parked calls of Sales would go to no longer exists" in said.plain
    scene.click(said, "Keep #2")
    wait_until(lambda: scene.sandbox.park.tenant.journal.get(3).state.ended)
    assert scene.sandbox.park.tenant.journal.get(3).state is State.CANCELLED


def test_an_undo_to_a_ring_group_that_was_deleted_says_so(scene: ConversationHarness) -> None:
    state = scene.sandbox.pbx.state
    scene.do("recall Sales to Night Desk")
    scene.do("recall Sales to Day Desk")
    del state.ring_groups[state.ring_group_id("Night Desk")]
    scene.click(scene.cards()[-1], "Undo")
    assert "would go to no longer exists" in scene.replies()[-1].plain
    assert "recall Sales to user" in scene.replies()[-1].plain


def test_an_unknown_outcome_leaves_pending_when_a_later_change_or_look_settles_it(scene: ConversationHarness) -> None:
    def unknown(number: str) -> None:
        scene.sandbox.pbx.faults.add(Fault(kind=FaultKind.LATE, match="POST */members/*", seconds=2))
        scene.do(f"add {number} to Sales")

    unknown("1001")
    wait_until(lambda: "1001" in scene.members("Sales"))
    scene.do("pending")
    assert "it isn't known whether this was done" in scene.last_ephemeral().plain
    scene.do("pending as table")
    assert "not known whether done" in pending_states(scene.last_ephemeral())
    scene.sandbox.forward(timedelta(minutes=5))
    scene.do("pending")
    assert "was done, as the PBX shows" in scene.last_ephemeral().plain
    assert "Nothing is pending" in scene.last_ephemeral().plain
    scene.do("remove 1001 from Sales")
    scene.do("pending")
    assert scene.last_ephemeral().plain.strip("*").startswith("Nothing is pending")
    assert "was made" not in scene.last_ephemeral().plain


def test_an_end_that_the_pbx_refuses_half_way_is_completed_later(scene: ConversationHarness) -> None:
    before = scene.members("Sales")
    scene.do("add 1001, 1008 to Sales for 1h")
    path = scene.path("Sales")
    for write in ("members/1008/destroy", "members/1001"):  # neither the second write nor taking back the first
        scene.sandbox.pbx.faults.add(status(403, f"POST {path}/{write}"))
    until_late(scene)
    attempt = scene.sandbox.park.tenant.journal.get(END).attempt
    wait_until(lambda: end_to_be_retried(scene).attempt > attempt)
    assert scene.members("Sales") == [*before, "1008"]
    scene.sandbox.pbx.faults.clear()
    until_ended(scene)
    assert state(scene) is State.DONE
    assert scene.members("Sales") == before
    assert parts_of_the_end(scene) == {"member 1001", "member 1008"}


def test_a_resume_from_before_a_rejected_sign_in_lets_nobody_sign_in_again() -> None:
    pbx = FakePbx()
    account: dict[str, Any] = {"pbx_username": pbx.username, "pbx_password": pbx.password, "pbx_domain": pbx.domain}
    with Sandbox(pbx=pbx, retry_policy=POLICY, pbx_token=None, **account) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("pause")
        scene.click(scene.last_ephemeral(), "Pause Park")
        scene.do("resume")
        sandbox.restart()
        right, pbx.sessions.password = pbx.sessions.password, "another"
        pbx.expire_tokens(refresh=True)
        with pytest.raises(SignInFailed):
            sandbox.park.tenant.pbx.server()
        asked = len(pbx.requests)
        scene.do("add 1001 to Sales")
        assert len(pbx.requests) == asked
        pbx.sessions.password = right
        scene.do("resume")
        scene.do("add 1001 to Sales")
        assert "1001" in scene.members("Sales")
