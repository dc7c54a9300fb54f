"""Messages are posted over the real Web API at the best destination that Slack allows, and the result says which."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import SlackRefused, SlackUnavailable
from bot.messages.message import Fact, Message, Offer
from bot.messages.request import Source
from bot.sandbox.slack.faults import Drop
from tests.slack.conftest import SlackHarness

ADDED = Message(title="1001 is in Sales", facts=(Fact(label="Members", value="3", before="2"),))
MOVED = Message(title="1001 is in Support")
LONG = Message(title="Added", items=tuple(f"Member {number:04}" for number in range(900)))


def new_response_url(harness: SlackHarness, channel: str) -> str:
    """A valid response_url of a gesture by Ada in a channel."""
    return harness.slack.urls.new(channel, harness.ada)


def test_a_card_opens_a_thread_and_says_who_asked_which_change_and_since_when(harness: SlackHarness) -> None:
    posted = harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done")
    [card] = harness.slack.messages(harness.phones)
    assert (posted.how, posted.channel, posted.ts, posted.thread) == ("channel", harness.phones, card.ts, card.ts)
    assert posted.told is None
    assert card.thread_ts is None
    foot = card.blocks[-1]["elements"][0]["text"]
    assert foot.startswith(f"by <@{harness.ada}> · #42 · done · updated <!date^")
    assert foot.endswith(" Europe/Berlin>")


def test_a_card_is_brought_up_to_date_where_it_stands(harness: SlackHarness) -> None:
    request = harness.make_request(harness.phones)
    posted = harness.messenger.show(request, 42, ADDED, "in progress")
    assert harness.messenger.show(request, 42, MOVED, "done", posted) == posted
    [card] = harness.slack.messages(harness.phones)
    assert "Support" in card.plain
    assert "Support" in card.text
    assert "done" in card.plain


def test_a_mentions_card_stands_in_its_thread(harness: SlackHarness) -> None:
    root = harness.slack.say(harness.ada, harness.phones, "@Park add 1001 to Sales")
    posted = harness.messenger.show(
        harness.make_request(harness.phones, source=Source.MENTION, thread=root), 42, ADDED, "done"
    )
    harness.messenger.reply_in_thread(harness.make_request(harness.phones, thread=root), posted, MOVED, mention=False)
    assert [m.thread_ts for m in harness.slack.messages(harness.phones, thread=root)][1:] == [root, root]


def test_the_trail_is_under_the_card_and_mentions_the_asker_when_they_must_hear_of_it(harness: SlackHarness) -> None:
    request = harness.make_request(harness.phones)
    posted = harness.messenger.show(request, 42, ADDED, "done")
    harness.messenger.reply_in_thread(request, posted, MOVED, mention=False)
    harness.messenger.reply_in_thread(request, posted, MOVED, mention=True)
    _, quiet, loud = harness.slack.messages(harness.phones, thread=posted.ts)
    assert f"<@{harness.ada}>" not in quiet.text
    assert loud.text.startswith(f"<@{harness.ada}> ")
    assert loud.blocks[0]["text"]["text"].startswith(f"<@{harness.ada}> ")


def test_a_card_that_was_deleted_is_put_again(harness: SlackHarness) -> None:
    request = harness.make_request(harness.phones)
    first = harness.messenger.show(request, 42, ADDED, "done")
    harness.client.chat_delete(channel=harness.phones, ts=str(first.ts))
    second = harness.messenger.show(request, 42, MOVED, "done", first)
    assert [card.ts for card in harness.slack.messages(harness.phones)] == [second.ts]


def test_a_card_whose_thread_is_gone_opens_its_own(harness: SlackHarness) -> None:
    posted = harness.messenger.show(harness.make_request(harness.phones, thread="1700000000.000001"), 42, ADDED, "done")
    assert posted.thread == posted.ts


def test_a_list_too_long_for_a_card_goes_on_under_it(harness: SlackHarness) -> None:
    posted = harness.messenger.show(harness.make_request(harness.phones), 42, LONG, "done")
    card, *replies = harness.slack.messages(harness.phones, thread=posted.ts)
    assert "continues in the thread" in card.plain
    assert "Member 0899" in replies[-1].plain
    assert len(harness.slack.messages(harness.phones)) == 1


def test_a_public_channel_shows_the_card_though_the_bot_was_not_invited(harness: SlackHarness) -> None:
    public = harness.slack.add_channel("public", [harness.ada], bot=False)
    assert harness.messenger.show(harness.make_request(public), 42, ADDED, "done").how == "channel"


def test_a_private_channel_without_the_bot_sees_the_card_by_response_url_which_says_so(harness: SlackHarness) -> None:
    secret = harness.slack.add_channel("secret", [harness.ada, harness.ben], private=True, bot=False)
    request = harness.make_request(secret, response_url=new_response_url(harness, secret))
    posted = harness.messenger.show(request, 42, ADDED, "in progress")
    assert (posted.how, posted.ts) == ("response_url", None)
    harness.messenger.show(request, 42, ADDED, "done", posted)
    harness.messenger.reply_in_thread(request, posted, MOVED, mention=False)
    first, second, third = harness.slack.seen_by(harness.ben, secret)
    assert posted.told
    assert posted.told in first.plain
    assert "done" in second.plain
    assert "Support" in third.plain


def test_a_used_up_response_url_falls_back_to_a_direct_message_which_says_so(harness: SlackHarness) -> None:
    secret = harness.slack.add_channel("secret", [harness.ada], private=True, bot=False)
    request = harness.make_request(secret, response_url=new_response_url(harness, secret))
    hows = [harness.messenger.show(request, 42, ADDED, "done").how for _ in range(6)]
    assert hows == ["response_url"] * 5 + ["dm"]
    [card] = harness.slack.messages(harness.slack.direct(harness.ada))
    assert "can't post where this was asked" in card.plain
    assert f"asked for in <#{secret}>" in card.blocks[-1]["elements"][0]["text"]


def test_an_old_response_url_is_not_even_tried(harness: SlackHarness) -> None:
    secret = harness.slack.add_channel("secret", [harness.ada], private=True, bot=False)
    long_ago = datetime.now(UTC) - timedelta(minutes=30)
    request = harness.make_request(secret, response_url="http://127.0.0.1:9/never", asked_at=long_ago)
    assert harness.messenger.show(request, 42, ADDED, "done").how == "dm"


def test_an_archived_channels_change_is_shown_in_a_direct_message_and_brought_up_to_date_there(
    harness: SlackHarness,
) -> None:
    request = harness.make_request(harness.phones, response_url=new_response_url(harness, harness.phones))
    harness.slack.archive(harness.phones)
    posted = harness.messenger.show(request, 42, ADDED, "in progress")
    harness.messenger.reply_in_thread(request, posted, MOVED, mention=True)
    assert harness.messenger.show(request, 42, MOVED, "done", posted) == posted
    assert posted.how == "dm"
    card, reply = harness.slack.messages(harness.slack.direct(harness.ada), thread=posted.ts)
    assert "done" in card.plain
    assert reply.thread_ts == card.ts


def test_a_change_asked_in_a_direct_message_is_shown_in_the_bots_own(harness: SlackHarness) -> None:
    posted = harness.messenger.show(harness.make_request(None), 42, ADDED, "done")
    assert (posted.how, posted.channel) == ("dm", harness.slack.direct(harness.ada))


def test_a_channel_archived_after_the_card_still_lets_the_asker_hear_of_the_end(harness: SlackHarness) -> None:
    request = harness.make_request(harness.phones)
    posted = harness.messenger.show(request, 42, ADDED, "done")
    harness.slack.archive(harness.phones)
    harness.messenger.reply_in_thread(request, posted, MOVED, mention=True)
    [told] = harness.slack.messages(harness.slack.direct(harness.ada))
    assert "Support" in told.plain


def test_an_answer_is_for_the_asker_alone(harness: SlackHarness) -> None:
    harness.messenger.answer(
        harness.make_request(harness.phones, response_url=new_response_url(harness, harness.phones)), ADDED
    )
    harness.messenger.answer(harness.make_request(harness.phones), ADDED)
    assert len(harness.slack.ephemerals(harness.ada, harness.phones)) == 2
    assert harness.slack.messages(harness.phones) == []
    assert harness.slack.seen_by(harness.ben, harness.phones) == []


def test_an_answer_in_a_thread_is_in_the_thread(harness: SlackHarness) -> None:
    root = harness.slack.say(harness.ben, harness.phones, "anybody?")
    url = new_response_url(harness, harness.phones)
    harness.messenger.answer(
        harness.make_request(harness.phones, source=Source.BUTTON, thread=root, response_url=url), ADDED
    )
    [seen] = harness.slack.ephemerals(harness.ada)
    assert seen.thread_ts == root


def test_an_answer_that_the_channel_can_not_hold_is_a_direct_message_that_says_where_it_was_asked(
    harness: SlackHarness,
) -> None:
    secret = harness.slack.add_channel("secret", [harness.ada], private=True, bot=False)
    harness.messenger.answer(harness.make_request(secret), ADDED)
    [seen] = harness.slack.messages(harness.slack.direct(harness.ada))
    assert f"asked for in <#{secret}>" in seen.blocks[-1]["elements"][0]["text"]


def test_checking_is_said_in_private_and_a_failure_of_it_is_only_noted(
    harness: SlackHarness, caplog: pytest.LogCaptureFixture
) -> None:
    request = harness.make_request(harness.phones)
    harness.messenger.send_progress(request, "Checking Support ...")
    direct = harness.slack.direct(harness.ada)
    assert ["*Checking Support ...*" in seen.plain for seen in harness.slack.messages(direct)] == [True]
    harness.messenger.clear_progress(request)
    assert harness.slack.messages(direct) == []
    harness.slack.faults.fail("chat.postMessage", "fatal_error")
    with caplog.at_level(logging.WARNING):
        harness.messenger.send_progress(harness.make_request(harness.phones, key="T1:2"), "Checking Support ...")
    assert "could not say that it takes a while" in caplog.text
    assert "Support" not in caplog.text


def test_a_note_of_progress_in_a_thread_is_removed_from_it(harness: SlackHarness) -> None:
    root = harness.slack.say(harness.ada, harness.phones, "@Park groups")
    request = harness.make_request(harness.phones, source=Source.MENTION, thread=root)
    harness.messenger.send_progress(request, "Checking ...")
    harness.messenger.send_progress(request, "Checking, 20 of 200 ...")
    [_, note] = harness.slack.messages(harness.phones, thread=root)
    assert note.plain == "*Checking, 20 of 200 ...*"
    harness.messenger.clear_progress(request)
    assert len(harness.slack.messages(harness.phones, thread=root)) == 1


def test_an_announcement_says_who_and_where_and_pings_nobody(harness: SlackHarness) -> None:
    ops = harness.slack.add_channel("ops", [harness.ben])
    harness.messenger.announce(ops, harness.make_request(None), Message(title="Recall of <!channel>", items=LONG.items))
    [root] = harness.slack.messages(ops)
    assert root.blocks[-1]["elements"][0]["text"] == f"by <@{harness.ada}> · asked for in a direct message"
    assert "<!channel>" not in root.text
    assert "Member 0899" in harness.slack.messages(ops, thread=root.ts)[-1].plain


def test_an_announcement_that_can_not_be_made_is_no_secret(harness: SlackHarness) -> None:
    with pytest.raises(SlackRefused, match="channel_not_found"):
        harness.messenger.announce("C0NONE", harness.make_request(None), ADDED)


def test_nothing_unfurls(harness: SlackHarness) -> None:
    harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done")
    [call] = [call for call in harness.slack.calls if call.method == "chat.postMessage"]
    assert {call.args["unfurl_links"], call.args["unfurl_media"]} <= {"0", 0, "false"}


def test_a_short_rate_limit_is_waited_out(harness: SlackHarness) -> None:
    harness.slack.faults.fail("chat.postMessage", "ratelimited", retry_after=1)
    assert harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done").how == "channel"
    assert len(harness.slack.messages(harness.phones)) == 1


def test_a_long_rate_limit_is_handed_back_with_its_seconds(harness: SlackHarness) -> None:
    harness.slack.faults.fail("chat.postMessage", "ratelimited", retry_after=40)
    with pytest.raises(SlackUnavailable) as raised:
        harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done")
    assert raised.value.retry_after == 40
    assert harness.slack.messages(harness.phones) == []


@pytest.mark.parametrize("fault", ["internal_error", "service_unavailable", 500, 503, Drop.BEFORE])
def test_an_outage_of_slack_is_to_be_tried_again(harness: SlackHarness, fault: str | int | Drop) -> None:
    harness.slack.faults.fail("chat.postMessage", fault)
    with pytest.raises(SlackUnavailable):
        harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done")
    assert harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done").how == "channel"


def test_a_message_that_may_have_arrived_is_not_sent_again_by_itself(harness: SlackHarness) -> None:
    harness.slack.faults.fail("chat.postMessage", Drop.AFTER)
    with pytest.raises(SlackUnavailable):
        harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done")
    assert len(harness.slack.messages(harness.phones)) == 1


def test_a_slack_that_is_not_there_is_to_be_tried_again(harness: SlackHarness) -> None:
    harness.client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(SlackUnavailable):
        harness.messenger.answer(harness.make_request(harness.phones), ADDED)


@pytest.mark.parametrize("code", ["invalid_auth", "missing_scope", "invalid_blocks", "never_seen_before"])
def test_what_slack_takes_nowhere_is_an_error_with_its_code(harness: SlackHarness, code: str) -> None:
    harness.slack.faults.fail("*", code, times=20)
    with pytest.raises(SlackRefused, match=code):
        harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done")


def test_a_layout_that_slack_refuses_is_sent_as_plain_text_with_its_commands(harness: SlackHarness) -> None:
    message = replace(ADDED, offers=(Offer(label="Undo", line="undo 42"),), notes=("A <note> & more",))
    harness.slack.faults.fail("chat.postMessage", "invalid_blocks")
    harness.messenger.show(harness.make_request(harness.phones), 42, message, "done")
    [card] = harness.slack.messages(harness.phones)
    for words in ("1001 is in Sales", "#42", "Undo", "/park undo 42", "A &lt;note&gt; &amp; more"):
        assert words in card.text
    assert card.blocks == []


@pytest.mark.parametrize("code", ["restricted_action", "restricted_action_read_only_channel", "is_archived"])
def test_a_channel_where_the_bot_may_not_write_is_gone_round(harness: SlackHarness, code: str) -> None:
    harness.slack.faults.fail("chat.postMessage", code)
    request = harness.make_request(harness.phones, response_url=new_response_url(harness, harness.phones))
    assert harness.messenger.show(request, 42, ADDED, "done").how == "response_url"


def test_when_no_way_is_open_it_is_said_so_to_who_asked_for_it(harness: SlackHarness) -> None:
    harness.slack.faults.fail("chat.postMessage", "is_archived", times=2)
    with pytest.raises(SlackRefused, match="is_archived"):
        harness.messenger.show(harness.make_request(harness.phones), 42, ADDED, "done")
