"""Slack fails: the change stands, it is made once, and whoever asked hears of it somewhere, later if need be."""

import pytest

from bot.sandbox.slack.faults import Drop
from bot.slack.scheduling import CallScheduler
from tests.faults.scene import ConversationHarness


@pytest.mark.parametrize("retry_after", [1, 4], ids=["waited out at once", "left to the journal"])
def test_a_rate_limit_is_waited_out_and_the_card_is_shown_once(scene: ConversationHarness, retry_after: int) -> None:
    scene.sandbox.slack.faults.fail("chat.postMessage", "ratelimited", retry_after=retry_after)
    scene.do("add 1001 to Sales")
    assert "· done" in scene.card().plain
    assert "Done and verified on the PBX" in scene.reply().plain
    assert scene.changes() == 1


@pytest.mark.parametrize("what", [500, "internal_error", Drop.BEFORE])
def test_slack_being_away_delays_the_news_and_not_the_change(
    scene: ConversationHarness, what: int | str | Drop
) -> None:
    scene.sandbox.slack.faults.fail("chat.postMessage", what)
    scene.do("add 1001 to Sales")
    assert "· done" in scene.card().plain
    assert "Done and verified on the PBX" in scene.reply().plain
    assert scene.changes() == len(scene.writes) == 1


def test_a_card_whose_answer_was_lost_may_stand_twice_with_the_same_change_id(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.fail("chat.postMessage", Drop.AFTER)
    scene.do("add 1001 to Sales")
    assert ["#1" in card.plain for card in scene.cards()] == [True, True]
    assert scene.changes() == len(scene.writes) == 1


def test_a_reply_that_had_to_wait_shows_no_second_card(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.latency("chat.postMessage", 0.3)
    scene.slash("add 1001 to Sales")
    scene.sandbox.slack.wait_for(scene.cards)
    scene.sandbox.slack.faults.fail("chat.postMessage", 500)
    scene.sandbox.settle()
    assert "· done" in scene.card().plain
    assert "Done and verified on the PBX" in scene.reply().plain


def test_in_a_private_channel_without_park_all_is_said_by_the_response_url(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Sales", where="secret")
    card, reply = scene.cards("secret")
    assert "it can't update this message" in card.plain
    assert "Done and verified on the PBX" in reply.plain
    assert not card.ephemeral
    assert scene.changes() == 1


def test_in_a_channel_archived_meanwhile_it_is_said_directly_and_announced(scene: ConversationHarness) -> None:
    _archived_meanwhile(scene)
    assert "can't post where this was asked for" in scene.direct()[0].plain
    assert "Done and verified on the PBX" in scene.direct()[-1].plain
    assert "Added 1001" in scene.card("ops").plain
    assert scene.changes() == 1


def test_an_announcement_that_had_to_wait_repeats_nothing(scene: ConversationHarness) -> None:
    fault = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    scene.sandbox.slack.archive(scene.sandbox.channels["phones"])
    scene.sandbox.slack.faults.latency("chat.postMessage", 0.3)
    scene.go_on(fault)
    scene.sandbox.slack.wait_for(lambda: len(scene.direct()) == 2)
    scene.sandbox.slack.faults.fail("chat.postMessage", 500)
    scene.sandbox.settle()
    assert len(scene.direct()) == 2
    assert "Added 1001" in scene.card("ops").plain


def test_what_the_asker_cannot_be_told_at_all_is_announced(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.fail("conversations.open", "user_disabled", times=9)
    _archived_meanwhile(scene)
    assert scene.direct() == []
    assert "Added 1001" in scene.card("ops").plain
    assert scene.changes() == 1


def test_slack_down_altogether_is_outlasted(scene: ConversationHarness) -> None:
    fault = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    scene.sandbox.slack.faults.fail("*", 503, times=2)
    scene.go_on(fault)
    scene.sandbox.settle()
    assert "· done" in scene.card().plain
    assert scene.changes() == 1


def test_a_private_answer_takes_the_next_way_when_one_fails(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.fail("response_url", 500)
    scene.do("group Sales")
    assert "1002" in scene.last_ephemeral().plain
    scene.sandbox.slack.faults.fail("response_url", Drop.BEFORE)
    scene.sandbox.slack.faults.fail("chat.postEphemeral", "user_not_in_channel")
    scene.do("group Support")
    assert "1021" in scene.direct()[-1].plain


@pytest.mark.parametrize("retry_after", [1, 60], ids=["waited out", "another way"])
def test_a_rate_limit_of_a_response_url_loses_no_answer(scene: ConversationHarness, retry_after: int) -> None:
    scene.sandbox.slack.faults.fail("response_url", "ratelimited", retry_after=retry_after)
    scene.do("group Sales")
    assert "1002" in scene.last_ephemeral().plain
    calls = [one for one in scene.sandbox.slack.calls if one.method == "response_url"]
    assert len(calls) == (2 if retry_after == 1 else 1)


def test_a_burst_of_cards_is_paced_and_all_are_posted(
    scene: ConversationHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallScheduler, "burst", 2)
    for number in ("1001", "1004", "1005", "1006"):
        scene.slash(f"add {number} to Sales")
    scene.sandbox.settle()
    phones = scene.sandbox.channels["phones"]
    posted = [one for one in scene.sandbox.slack.calls if one.method == "chat.postMessage"]
    times = sorted(float((one.answer or {})["ts"]) for one in posted if one.args["channel"] == phones)
    assert len(times) == 8, "a card and a reply for each"
    gaps = [later - earlier for earlier, later in zip(times, times[2:], strict=False)]
    assert all(gap > 0.9 for gap in gaps), gaps
    assert sum("· done" in card.plain for card in scene.cards()) == 4


def test_an_ephemeral_answer_to_a_mention_that_fails_comes_directly(scene: ConversationHarness) -> None:
    scene.sandbox.slack.faults.fail("chat.postEphemeral", "ratelimited", times=2, retry_after=60)
    sandbox = scene.sandbox
    sandbox.slack.say(sandbox.people["ana"], sandbox.channels["phones"], f"<@{sandbox.slack.bot_user}> group Sales")
    sandbox.slack.wait_for(scene.direct)
    assert "1002" in scene.direct()[-1].plain


def _archived_meanwhile(scene: ConversationHarness) -> None:
    """Archives the channel while the PBX writes."""
    fault = scene.hold()
    scene.slash("add 1001 to Sales")
    scene.reached(fault)
    scene.sandbox.slack.archive(scene.sandbox.channels["phones"])
    scene.go_on(fault)
    scene.sandbox.settle()
