"""Where things are said, over the real Web API: the best place that Slack lets, and which one it was."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import SlackRefused, SlackUnavailable
from bot.messages.message import Fact, Message
from bot.messages.request import Source
from bot.sandbox.slack.faults import Drop
from bot.slack.client import NoPlace
from tests.slack.conftest import Place

ADDED = Message(title="1001 is in Sales", facts=(Fact(label="Members", value="3", before="2"),))
MOVED = Message(title="1001 is in Support")
LONG = Message(title="Added", items=tuple(f"Member {number:04}" for number in range(900)))


def with_url(place: Place, channel: str) -> str:
    """A real response_url, of a gesture of Ada's there."""
    return place.slack.urls.new(channel, place.ada)


def test_a_card_opens_a_thread_and_says_who_asked_which_change_and_since_when(place: Place) -> None:
    posted = place.messenger.show(place.ask(place.phones), 42, ADDED, "done")
    [card] = place.slack.messages(place.phones)
    assert (posted.how, posted.channel, posted.ts, posted.thread) == ("channel", place.phones, card.ts, card.ts)
    assert posted.told is None
    assert card.thread_ts is None
    foot = card.blocks[-1]["elements"][0]["text"]
    assert foot.startswith(f"by <@{place.ada}> · change 42 · done <!date^")
    assert foot.endswith(" Europe/Berlin>")


def test_a_card_is_brought_up_to_date_where_it_stands(place: Place) -> None:
    request = place.ask(place.phones)
    posted = place.messenger.show(request, 42, ADDED, "in progress")
    assert place.messenger.show(request, 42, MOVED, "done", posted) == posted
    [card] = place.slack.messages(place.phones)
    assert "Support" in card.plain
    assert "Support" in card.text
    assert "done" in card.plain


def test_a_mentions_card_stands_in_its_thread(place: Place) -> None:
    root = place.slack.say(place.ada, place.phones, "@Park add 1001 to Sales")
    posted = place.messenger.show(place.ask(place.phones, source=Source.MENTION, thread=root), 42, ADDED, "done")
    place.messenger.trail(place.ask(place.phones, thread=root), posted, MOVED, mention=False)
    assert [m.thread_ts for m in place.slack.messages(place.phones, thread=root)][1:] == [root, root]


def test_the_trail_is_under_the_card_and_mentions_the_asker_when_they_must_hear_of_it(place: Place) -> None:
    request = place.ask(place.phones)
    posted = place.messenger.show(request, 42, ADDED, "done")
    place.messenger.trail(request, posted, MOVED, mention=False)
    place.messenger.trail(request, posted, MOVED, mention=True)
    _, quiet, loud = place.slack.messages(place.phones, thread=posted.ts)
    assert f"<@{place.ada}>" not in quiet.text
    assert loud.text.startswith(f"<@{place.ada}> ")
    assert loud.blocks[0]["text"]["text"].startswith(f"<@{place.ada}> ")


def test_a_card_that_was_deleted_is_put_again(place: Place) -> None:
    request = place.ask(place.phones)
    first = place.messenger.show(request, 42, ADDED, "done")
    place.client.chat_delete(channel=place.phones, ts=str(first.ts))
    second = place.messenger.show(request, 42, MOVED, "done", first)
    assert [card.ts for card in place.slack.messages(place.phones)] == [second.ts]


def test_a_card_whose_thread_is_gone_opens_its_own(place: Place) -> None:
    posted = place.messenger.show(place.ask(place.phones, thread="1700000000.000001"), 42, ADDED, "done")
    assert posted.thread == posted.ts


def test_a_list_too_long_for_a_card_goes_on_under_it(place: Place) -> None:
    posted = place.messenger.show(place.ask(place.phones), 42, LONG, "done")
    card, *replies = place.slack.messages(place.phones, thread=posted.ts)
    assert "goes on in the thread" in card.plain
    assert "Member 0899" in replies[-1].plain
    assert len(place.slack.messages(place.phones)) == 1


def test_a_public_channel_shows_the_card_though_the_bot_was_not_invited(place: Place) -> None:
    public = place.slack.add_channel("public", [place.ada], bot=False)
    assert place.messenger.show(place.ask(public), 42, ADDED, "done").how == "channel"


def test_a_private_channel_without_the_bot_sees_the_card_by_response_url_which_says_so(place: Place) -> None:
    secret = place.slack.add_channel("secret", [place.ada, place.ben], private=True, bot=False)
    request = place.ask(secret, response_url=with_url(place, secret))
    posted = place.messenger.show(request, 42, ADDED, "in progress")
    assert (posted.how, posted.ts) == ("response_url", None)
    place.messenger.show(request, 42, ADDED, "done", posted)
    place.messenger.trail(request, posted, MOVED, mention=False)
    first, second, third = place.slack.seen_by(place.ben, secret)
    assert posted.told
    assert posted.told in first.plain
    assert "done" in second.plain
    assert "Support" in third.plain


def test_a_used_up_response_url_falls_back_to_a_direct_message_which_says_so(place: Place) -> None:
    secret = place.slack.add_channel("secret", [place.ada], private=True, bot=False)
    request = place.ask(secret, response_url=with_url(place, secret))
    hows = [place.messenger.show(request, 42, ADDED, "done").how for _ in range(6)]
    assert hows == ["response_url"] * 5 + ["dm"]
    [card] = place.slack.messages(place.slack.direct(place.ada))
    assert "can't write where this was asked" in card.plain
    assert f"asked in <#{secret}>" in card.blocks[-1]["elements"][0]["text"]


def test_an_old_response_url_is_not_even_tried(place: Place) -> None:
    secret = place.slack.add_channel("secret", [place.ada], private=True, bot=False)
    long_ago = datetime.now(UTC) - timedelta(minutes=30)
    request = place.ask(secret, response_url="http://127.0.0.1:9/never", asked_at=long_ago)
    assert place.messenger.show(request, 42, ADDED, "done").how == "dm"


def test_an_archived_channels_change_is_shown_in_a_direct_message_and_brought_up_to_date_there(place: Place) -> None:
    request = place.ask(place.phones, response_url=with_url(place, place.phones))
    place.slack.archive(place.phones)
    posted = place.messenger.show(request, 42, ADDED, "in progress")
    place.messenger.trail(request, posted, MOVED, mention=True)
    assert place.messenger.show(request, 42, MOVED, "done", posted) == posted
    assert posted.how == "dm"
    card, reply = place.slack.messages(place.slack.direct(place.ada), thread=posted.ts)
    assert "done" in card.plain
    assert reply.thread_ts == card.ts


def test_a_change_asked_in_a_direct_message_is_shown_in_the_bots_own(place: Place) -> None:
    posted = place.messenger.show(place.ask(None), 42, ADDED, "done")
    assert (posted.how, posted.channel) == ("dm", place.slack.direct(place.ada))


def test_a_channel_archived_after_the_card_still_lets_the_asker_hear_of_the_end(place: Place) -> None:
    request = place.ask(place.phones)
    posted = place.messenger.show(request, 42, ADDED, "done")
    place.slack.archive(place.phones)
    place.messenger.trail(request, posted, MOVED, mention=True)
    [told] = place.slack.messages(place.slack.direct(place.ada))
    assert "Support" in told.plain


def test_an_answer_is_for_the_asker_alone(place: Place) -> None:
    place.messenger.answer(place.ask(place.phones, response_url=with_url(place, place.phones)), ADDED)
    place.messenger.answer(place.ask(place.phones), ADDED)
    assert len(place.slack.ephemerals(place.ada, place.phones)) == 2
    assert place.slack.messages(place.phones) == []
    assert place.slack.seen_by(place.ben, place.phones) == []


def test_an_answer_in_a_thread_is_in_the_thread(place: Place) -> None:
    root = place.slack.say(place.ben, place.phones, "anybody?")
    url = with_url(place, place.phones)
    place.messenger.answer(place.ask(place.phones, source=Source.BUTTON, thread=root, response_url=url), ADDED)
    [seen] = place.slack.ephemerals(place.ada)
    assert seen.thread_ts == root


def test_an_answer_that_the_channel_can_not_hold_is_a_direct_message_that_says_where_it_was_asked(place: Place) -> None:
    secret = place.slack.add_channel("secret", [place.ada], private=True, bot=False)
    place.messenger.answer(place.ask(secret), ADDED)
    [seen] = place.slack.messages(place.slack.direct(place.ada))
    assert f"asked in <#{secret}>" in seen.blocks[-1]["elements"][0]["text"]


def test_checking_is_said_in_private_and_a_failure_of_it_is_only_noted(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.messenger.checking(place.ask(place.phones), "Checking Support ...")
    place.slack.faults.fail("chat.postEphemeral", "fatal_error")
    with caplog.at_level(logging.WARNING):
        place.messenger.checking(place.ask(place.phones), "Checking Support ...")
    assert [seen.plain for seen in place.slack.ephemerals(place.ada)] == ["*Checking Support ...*"]
    assert "could not say that it takes a while" in caplog.text
    assert "Support" not in caplog.text


def test_an_announcement_says_who_and_where_and_pings_nobody(place: Place) -> None:
    ops = place.slack.add_channel("ops", [place.ben])
    place.messenger.announce(ops, place.ask(None), Message(title="Recall of <!channel>", items=LONG.items))
    [root] = place.slack.messages(ops)
    assert root.blocks[-1]["elements"][0]["text"] == f"by <@{place.ada}> · asked in a direct message"
    assert "<!channel>" not in root.text
    assert "Member 0899" in place.slack.messages(ops, thread=root.ts)[-1].plain


def test_an_announcement_that_can_not_be_made_is_no_secret(place: Place) -> None:
    with pytest.raises(NoPlace, match="channel_not_found"):
        place.messenger.announce("C0NONE", place.ask(None), ADDED)


def test_nothing_unfurls(place: Place) -> None:
    place.messenger.show(place.ask(place.phones), 42, ADDED, "done")
    [call] = [call for call in place.slack.calls if call.method == "chat.postMessage"]
    assert {call.args["unfurl_links"], call.args["unfurl_media"]} <= {"0", 0, "false"}


def test_a_short_rate_limit_is_waited_out(place: Place) -> None:
    place.slack.faults.fail("chat.postMessage", "ratelimited", retry_after=1)
    assert place.messenger.show(place.ask(place.phones), 42, ADDED, "done").how == "channel"
    assert len(place.slack.messages(place.phones)) == 1


def test_a_long_rate_limit_is_handed_back_with_its_seconds(place: Place) -> None:
    place.slack.faults.fail("chat.postMessage", "ratelimited", retry_after=40)
    with pytest.raises(SlackUnavailable) as raised:
        place.messenger.show(place.ask(place.phones), 42, ADDED, "done")
    assert raised.value.retry_after == 40
    assert place.slack.messages(place.phones) == []


@pytest.mark.parametrize("fault", ["internal_error", "service_unavailable", 500, 503, Drop.BEFORE])
def test_an_outage_of_slack_is_to_be_tried_again(place: Place, fault: str | int | Drop) -> None:
    place.slack.faults.fail("chat.postMessage", fault)
    with pytest.raises(SlackUnavailable):
        place.messenger.show(place.ask(place.phones), 42, ADDED, "done")
    assert place.messenger.show(place.ask(place.phones), 42, ADDED, "done").how == "channel"


def test_a_message_that_may_have_arrived_is_not_sent_again_by_itself(place: Place) -> None:
    place.slack.faults.fail("chat.postMessage", Drop.AFTER)
    with pytest.raises(SlackUnavailable):
        place.messenger.show(place.ask(place.phones), 42, ADDED, "done")
    assert len(place.slack.messages(place.phones)) == 1


def test_a_slack_that_is_not_there_is_to_be_tried_again(place: Place) -> None:
    place.client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(SlackUnavailable):
        place.messenger.answer(place.ask(place.phones), ADDED)


@pytest.mark.parametrize("code", ["invalid_auth", "missing_scope", "invalid_blocks"])
def test_what_slack_will_never_take_is_not_tried_again(place: Place, code: str) -> None:
    place.slack.faults.fail("chat.postMessage", code)
    with pytest.raises(SlackRefused, match=code):
        place.messenger.show(place.ask(place.phones), 42, ADDED, "done")


@pytest.mark.parametrize("code", ["restricted_action", "restricted_action_read_only_channel", "is_archived"])
def test_a_channel_where_the_bot_may_not_write_is_gone_round(place: Place, code: str) -> None:
    place.slack.faults.fail("chat.postMessage", code)
    request = place.ask(place.phones, response_url=with_url(place, place.phones))
    assert place.messenger.show(request, 42, ADDED, "done").how == "response_url"


def test_when_no_way_is_open_it_is_said_so_to_who_asked_for_it(place: Place) -> None:
    place.slack.faults.fail("chat.postMessage", "is_archived", times=2)
    with pytest.raises(NoPlace, match="is_archived"):
        place.messenger.show(place.ask(place.phones), 42, ADDED, "done")
