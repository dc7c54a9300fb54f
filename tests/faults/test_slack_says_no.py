"""Slack says no, with any code: the change stands, is made once, and is told until somebody can read it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.slack.failures import classify
from bot.worker import delivery
from tests.faults.scene import DEADLINE, FAST_RETRIES, ConversationHarness
from tests.slack.codes import APP_CODES, OTHER_CODES, PAYLOAD_CODES, TRANSIENT_CODES

ALWAYS = 10_000
"""More refusals than a test can meet."""
POSTS = ("chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.open")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "FIRST_RETRY", timedelta(hours=1))  # only `repair` has it tried again
        yield from _running()


def _running() -> Iterator[Sandbox]:
    with Sandbox(retry_policy=FAST_RETRIES, pbx_deadline=DEADLINE) as running:
        yield running


@pytest.fixture
def shared(sandbox: Sandbox) -> Iterator[ConversationHarness]:
    """One running Park for all codes, so that a hundred of them take seconds."""
    sandbox.slack.faults.clear()
    for post in list(sandbox.slack.state.posts):
        sandbox.slack.state.remove(post)
    yield ConversationHarness(sandbox)
    sandbox.slack.faults.clear()
    sandbox.park.posting.succeeded()
    sandbox.settle(30)


def refuse_posts(scene: ConversationHarness, code: str, *methods: str) -> None:
    for method in methods or POSTS:
        scene.sandbox.slack.faults.fail(method, code, times=ALWAYS)


def toggle(scene: ConversationHarness, where: str = "phones") -> None:
    """Makes a change, whatever state an earlier test has left."""
    verb, word = ("remove", "from") if "1001" in scene.members("Sales") else ("add", "to")
    scene.slash(f"{verb} 1001 {word} Sales", where=where)


def repair(scene: ConversationHarness) -> None:
    """Ends the refusals, and has what is held tried again."""
    number = last_number(scene)
    scene.sandbox.slack.wait_for(lambda: is_released(scene, number), timeout=20)
    scene.sandbox.slack.faults.clear()
    scene.sandbox.park.posting.on_recovery()
    scene.sandbox.settle(30)


@pytest.mark.parametrize("code", [*APP_CODES, *PAYLOAD_CODES, *OTHER_CODES])
def test_no_code_ends_the_telling(shared: ConversationHarness, code: str) -> None:
    refuse_posts(shared, code)
    shared.sandbox.slack.faults.fail("response_url", "used_url", times=ALWAYS)
    before = shared.changes()
    toggle(shared)
    shared.sandbox.slack.wait_for(lambda: shared.changes() > before, timeout=10)
    number = last_number(shared)
    shared.sandbox.slack.wait_for(lambda: is_released(shared, number), timeout=20)
    assert shared.cards() == []
    repair(shared)
    assert shared.sandbox.park.journal.get(number).notified
    assert f"change {number} · done" in shared.card().plain
    assert shared.changes() == before + 1


@pytest.mark.parametrize("code", [*APP_CODES, *OTHER_CODES])
def test_the_response_url_serves_meanwhile(shared: ConversationHarness, code: str) -> None:
    refuse_posts(shared, code)
    toggle(shared)
    shared.sandbox.slack.wait_for(lambda: shared.cards(), timeout=10)
    assert "done" in shared.cards()[0].plain
    held = type(classify(code)).__name__ == "SlackAppRefused"
    if held:
        assert shared.sandbox.park.posting.problem
        assert not shared.sandbox.park.journal.get(last_number(shared)).notified
        said = len(shared.cards())
        repair(shared)
        assert len(shared.cards()) == said + 1, "the card follows, once"
        assert shared.sandbox.park.posting.problem is None
    shared.sandbox.settle(30)
    assert shared.sandbox.park.journal.get(last_number(shared)).notified


@pytest.mark.parametrize("code", PAYLOAD_CODES)
def test_a_refused_layout_is_sent_as_plain_text(shared: ConversationHarness, code: str) -> None:
    shared.sandbox.slack.faults.fail("chat.postMessage", code)
    toggle(shared)
    shared.sandbox.settle(30)
    number = last_number(shared)
    card = shared.card()
    assert f"change {number} · done" in card.plain
    assert f"/park undo {number}" in card.plain
    assert "no buttons" in card.plain


@pytest.mark.parametrize("code", TRANSIENT_CODES)
def test_what_may_pass_is_repeated_at_the_same_place(shared: ConversationHarness, code: str) -> None:
    shared.sandbox.slack.faults.fail("chat.postMessage", code, retry_after=1)
    toggle(shared)
    shared.sandbox.settle(30)
    assert "· done" in shared.card().plain
    assert shared.direct() == []


def last_number(scene: ConversationHarness) -> int:
    return scene.sandbox.park.journal.recent(1)[0].id


def is_released(scene: ConversationHarness, number: int) -> bool:
    """Whether the change has ended, and all that Park could try to tell of it was refused."""
    entry = scene.sandbox.park.journal.get(number)
    return entry.ended_at is not None and not entry.notified and entry.lease_until is None
