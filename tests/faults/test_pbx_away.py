"""The PBX is down when a request arrives: retried silently, then handed back once its time is over."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import FaultKind
from bot.texts import pbx
from bot.worker.lease import RetryPolicy
from tests.faults.scene import DEADLINE, NOTHING, ConversationHarness


@pytest.fixture
def short() -> Iterator[ConversationHarness]:
    """Gives a change up after one second instead of two minutes."""
    retry_policy = RetryPolicy(start_grace=timedelta(seconds=1), retry_delay=timedelta(seconds=0.1))
    with Sandbox(retry_policy=retry_policy, pbx_deadline=DEADLINE) as sandbox:
        yield ConversationHarness(sandbox)


def test_a_pbx_that_comes_back_in_time_is_asked_again_and_nobody_notices(scene: ConversationHarness) -> None:
    scene.sandbox.pbx.stop()
    scene.slash("add 1001 to Sales")
    assert scene.cards() == scene.ephemerals() == []
    scene.sandbox.pbx.start()
    scene.sandbox.settle()
    assert "· done" in scene.card().plain
    assert scene.changes() == 1


def test_a_pbx_that_stays_away_has_the_change_handed_back_with_a_button_that_works(short: ConversationHarness) -> None:
    short.sandbox.pbx.stop()
    short.do("add 1001 to Sales")
    assert "Not run" in short.card().plain
    assert NOTHING in short.card().plain
    assert short.mentions(short.reply())
    short.sandbox.pbx.start()
    assert short.changes() == 0, "it is not done by surprise"
    short.click(short.card(), "Do it now", who="ben")
    assert short.members("Sales")[-1] == "1001"
    assert short.changes() == 1
    short.click(short.cards()[0], "Do it now")
    assert short.changes() == 1
    assert "Somebody has already used this button: #2" in short.last_ephemeral().plain


def test_who_may_not_do_it_may_not_do_it_by_the_button_either(short: ConversationHarness) -> None:
    short.sandbox.pbx.stop()
    short.do("add 1001 to Sales")
    short.sandbox.pbx.start()
    short.click(short.card(), "Do it now", who="eve")
    assert short.changes() == 0
    assert "You can't do that here." in short.last_ephemeral("eve").plain


@pytest.mark.parametrize("line", ["groups", "group Sales", "server", "find 1001", "preview add 1001 to Sales"])
def test_a_question_is_answered_with_that_it_cannot_be_asked(scene: ConversationHarness, line: str) -> None:
    scene.sandbox.pbx.stop()
    scene.do(line)
    assert f"{pbx.CONNECTION_REFUSED} {pbx.QUESTION_FAILED}" in scene.last_ephemeral().plain


def test_a_pbx_behind_a_gateway_that_fails_is_away_too(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.GATEWAY, "GET *", times=None)
    scene.do("groups")
    assert f"{pbx.failed(502)} {pbx.QUESTION_FAILED}" in scene.last_ephemeral().plain
    scene.sandbox.pbx.faults.clear()
    scene.do("groups")
    assert "Sales" in scene.last_ephemeral().plain
