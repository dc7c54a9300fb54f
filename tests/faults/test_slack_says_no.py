"""Slack says no, with any code: the change stands, is made once, and is told until somebody can read it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.errors import SlackAppRefused
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.slack.model import Message
from bot.slack import scheduling
from bot.slack.failures import classify
from bot.worker import delivery
from tests.faults.scene import DEADLINE, FAST_RETRIES, ConversationHarness
from tests.slack.codes import APP_CODES, OTHER_CODES, PAYLOAD_CODES, TRANSIENT_CODES
from tests.waiting import wait_until

ALWAYS = 10_000
"""More refusals than a test can meet."""
POSTS = ("chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.open")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "FIRST_RETRY", timedelta(hours=1))  # only `repair` has it tried again
        patch.setattr(scheduling, "SPACING", 0.05)  # a limit of one test holds back the calls of the next
        yield from _running()


def _running() -> Iterator[Sandbox]:
    with Sandbox(pbx=FakePbx(groups=200, users=5), retry_policy=FAST_RETRIES, pbx_deadline=DEADLINE) as running:
        yield running


@pytest.fixture
def shared(sandbox: Sandbox) -> Iterator[ConversationHarness]:
    """One running Park for all codes, so that a hundred of them take seconds."""
    sandbox.slack.faults.clear()
    yield ConversationHarness(sandbox)
    sandbox.slack.faults.clear()
    sandbox.park.posting.succeeded()
    sandbox.settle()


def refuse_posts(scene: ConversationHarness, code: str, *methods: str) -> None:
    for method in methods or POSTS:
        scene.sandbox.slack.faults.fail(method, code, times=ALWAYS)


def change(scene: ConversationHarness) -> int:
    """Makes a change that concerns no earlier one; returns its number once it has ended."""
    journal, before = scene.sandbox.park.tenant.journal, len(scene.sandbox.park.tenant.journal.recent(1000))
    scene.slash(f"recall Group {before + 1:05} to Night Desk")
    wait_until(lambda: len(journal.recent(1000)) > before)
    number = last_number(scene)
    wait_until(lambda: journal.get(number).ended_at)
    return number


def cards_of(scene: ConversationHarness, number: int) -> list[Message]:
    return [card for card in scene.cards() if f"#{number} ·" in card.plain]


def repair(scene: ConversationHarness) -> None:
    """Ends the refusals, and has what is held tried again."""
    number = last_number(scene)
    wait_until(lambda: is_released(scene, number))
    scene.sandbox.slack.faults.clear()
    scene.sandbox.park.posting.on_recovery()
    scene.sandbox.settle()


@pytest.mark.parametrize("line", ["recall Sales to Night Desk for 1h", "add 1001 to Sales"])
def test_a_card_that_only_the_channel_of_announcements_takes_tells_number_and_end(line: str) -> None:
    with Sandbox(retry_policy=FAST_RETRIES) as sandbox:
        scene, slack, journal = ConversationHarness(sandbox), sandbox.slack, sandbox.park.tenant.journal
        slack.faults.fail("chat.postMessage", "restricted_action", times=3)  # the card, with and without blocks, direct
        slack.say(sandbox.people["ana"], sandbox.channels["phones"], f"<@{slack.bot_user}> {line}")
        wait_until(lambda: journal.recent(1) and journal.get(1).notified)
        announced = scene.card("ops")
        plain = announced.plain.replace("*", "")
        assert "Change: #1" in plain
        assert ("Until:" in plain) == ("for 1h" in line)
        assert "button" not in str(announced.blocks)


SOME = [*APP_CODES[::4], *PAYLOAD_CODES[::5], *OTHER_CODES[::5], OTHER_CODES[-1], "not_in_channel"]
"""Of each class, and one that nobody knows: which class each code is of, says tests/slack/test_classification.py."""


@pytest.mark.parametrize("code", SOME)
def test_no_code_ends_the_telling(shared: ConversationHarness, code: str) -> None:
    refuse_posts(shared, code)
    shared.sandbox.slack.faults.fail("response_url", "used_url", times=ALWAYS)
    before = shared.changes()
    number = change(shared)
    wait_until(lambda: is_released(shared, number))
    assert cards_of(shared, number) == []
    repair(shared)
    assert shared.sandbox.park.tenant.journal.get(number).notified
    (card,) = cards_of(shared, number)
    assert f"#{number} · done" in card.plain
    assert shared.changes() == before + 1


@pytest.mark.parametrize("code", [one for one in SOME if one not in PAYLOAD_CODES])
def test_the_response_url_serves_meanwhile(shared: ConversationHarness, code: str) -> None:
    refuse_posts(shared, code)
    number = change(shared)
    wait_until(lambda: cards_of(shared, number))
    if isinstance(classify(code), SlackAppRefused):
        assert shared.sandbox.park.posting.problem
        repair(shared)
        assert len(cards_of(shared, number)) == 2, "the card follows, once"
        assert shared.sandbox.park.posting.problem is None
    shared.sandbox.settle()
    assert shared.sandbox.park.tenant.journal.get(number).notified


@pytest.mark.parametrize("code", PAYLOAD_CODES[::5])
def test_a_refused_layout_is_sent_as_plain_text(shared: ConversationHarness, code: str) -> None:
    shared.sandbox.slack.faults.fail("chat.postMessage", code)
    number = change(shared)
    shared.sandbox.settle()
    (card,) = cards_of(shared, number)
    assert f"#{number} · done" in card.plain
    assert f"/park undo {number}" in card.plain
    assert "no buttons" in card.plain


@pytest.mark.parametrize("code", TRANSIENT_CODES)
def test_what_may_pass_is_repeated_at_the_same_place(shared: ConversationHarness, code: str) -> None:
    shared.sandbox.slack.faults.fail("chat.postMessage", code, retry_after=1)
    direct = len(shared.direct())
    number = change(shared)
    shared.sandbox.settle()
    (card,) = cards_of(shared, number)
    assert "· done" in card.plain
    assert len(shared.direct()) == direct


def last_number(scene: ConversationHarness) -> int:
    return scene.sandbox.park.tenant.journal.recent(1)[0].id


def is_released(scene: ConversationHarness, number: int) -> bool:
    """Whether the change has ended, and all that Park could try to tell of it was refused."""
    entry = scene.sandbox.park.tenant.journal.get(number)
    return entry.ended_at is not None and not entry.notified and entry.lease_until is None


def test_the_card_of_an_end_says_that_the_end_was_undone() -> None:
    """It has a card of its own where that of its change is a message which can't be updated."""
    with Sandbox(retry_policy=FAST_RETRIES, now=ORDINARY_INSTANT) as sandbox:
        scene = ConversationHarness(sandbox)
        sandbox.slack.faults.fail("chat.postMessage", "restricted_action")
        scene.do("add 1005 to Sales for 1h")
        sandbox.forward(timedelta(hours=1))
        sandbox.settle()
        assert "#2 · done" in scene.cards()[-1].plain
        scene.do("undo 2")
        assert any("#2 · undone" in card.plain for card in scene.cards())
