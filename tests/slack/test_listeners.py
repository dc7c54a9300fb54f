"""Listeners over the real protocols: the requests they build, with which key, and what they acknowledge."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dirty_equals import IsStr

from bot.errors import JournalUnavailable
from bot.messages.message import FormOffer, Message, Offer
from bot.messages.request import Request, Source
from bot.sandbox.slack.model import Message as Seen
from bot.slack.listeners import Listeners, written_directly
from tests.slack.conftest import SlackHarness

HELP = Message(
    title="Park understands", lines=("groups", "add 1001 to Sales"), offers=(Offer(label="Go", line="groups"),)
)


def first_ephemeral(harness: SlackHarness, user: str) -> Seen:
    """The first ephemeral message to a user."""
    return harness.slack.wait_for(lambda: harness.slack.ephemerals(user))[0]


def test_a_slash_command_is_a_request(running: SlackHarness) -> None:
    ack = running.slack.slash(running.ada, running.phones, "add 1001 to “Sales” ", trigger_id="13.1.a")
    assert (ack.ok, ack.payload) == (True, None)
    [request] = running.inbox.requests
    assert request.key == f"{running.slack.team}:13.1.a"
    assert (request.team, request.user, request.channel) == (running.slack.team, running.ada, running.phones)
    assert (request.source, request.line, request.thread) == (Source.SLASH, 'add 1001 to "Sales"', None)
    assert request.response_url == IsStr(regex="http://.*")
    assert datetime.now(UTC) - request.asked_at < timedelta(minutes=1)


def test_nothing_is_asked_of_slack_before_a_command_is_acknowledged(running: SlackHarness) -> None:
    before = running.api_calls()
    assert running.slack.slash(running.ada, running.phones, "groups").ok
    assert running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> groups")
    assert running.api_calls() == before


def test_a_slack_that_takes_long_delays_no_acknowledgement(running: SlackHarness) -> None:
    running.inbox.answer = lambda request: HELP
    running.slack.faults.latency("*", 4)
    ts = running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> help")
    ack = running.slack.slash(running.ada, running.phones, "help")
    running.slack.faults.latency("*", 0)
    assert ack.ok
    assert [request.thread for request in running.inbox.requests] == [ts, None]


def test_a_direct_message_is_no_channel(running: SlackHarness) -> None:
    running.slack.slash(running.ada, running.slack.direct(running.ada), "groups")
    [request] = running.inbox.requests
    assert request.channel is None


def test_help_stands_in_the_acknowledgement_itself(running: SlackHarness) -> None:
    running.inbox.answer = lambda request: HELP
    before = running.api_calls()
    assert running.slack.slash(running.ada, running.phones, "help").ok
    assert "/park add 1001 to Sales" in first_ephemeral(running, running.ada).plain
    assert running.api_calls() == before


def test_an_answer_of_several_messages_follows_the_acknowledgement(running: SlackHarness) -> None:
    running.inbox.answer = lambda request: Message(title="Groups", items=tuple(f"Group {n:04}" for n in range(900)))
    assert running.slack.slash(running.ada, running.phones, "groups").payload is None
    running.slack.wait_for(
        lambda: "Group 0899" in "".join(seen.plain for seen in running.slack.ephemerals(running.ada))
    )


def test_a_command_that_the_journal_does_not_take_says_that_nothing_was_done(running: SlackHarness) -> None:
    running.inbox.answer = unavailable
    assert running.slack.slash(running.ada, running.phones, "add 1001 to Sales").ok
    assert "Nothing was done" in first_ephemeral(running, running.ada).plain
    assert "try again" in first_ephemeral(running, running.ada).plain


def test_a_mention_is_a_request_in_the_thread_under_it(running: SlackHarness) -> None:
    ts = running.slack.say(running.ada, running.phones, f"hey <@{running.slack.bot_user}> add 1001 to Sales")
    [request] = running.inbox.requests
    assert request.key == f"{running.slack.team}:{running.phones}:{ts}"
    assert (request.source, request.line) == (Source.MENTION, "add 1001 to Sales")
    assert (request.user, request.channel, request.thread) == (running.ada, running.phones, ts)
    assert request.response_url is None
    assert request.asked_at.timestamp() == pytest.approx(float(ts))


def test_a_mention_in_a_thread_is_a_request_in_that_thread(running: SlackHarness) -> None:
    root = running.slack.say(running.ben, running.phones, "anybody?")
    ts = running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> groups", thread=root)
    [request] = running.inbox.requests
    assert (request.key, request.thread) == (f"{running.slack.team}:{running.phones}:{ts}", root)


def test_a_mention_that_the_journal_does_not_take_is_delivered_again_with_the_same_key(running: SlackHarness) -> None:
    running.inbox.answer = lambda request: unavailable(request) if len(running.inbox.requests) == 1 else None
    running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> add 1001 to Sales")
    running.slack.wait_for(lambda: len(running.inbox.requests) == 2, 15)
    first, second = running.inbox.requests
    assert first == second.model_copy(update={"received_at": first.received_at})


def test_an_answer_to_a_mention_is_for_the_asker_alone_and_not_in_a_thread_that_nobody_has_open(
    running: SlackHarness,
) -> None:
    running.inbox.answer = lambda request: HELP
    running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> help")
    seen = first_ephemeral(running, running.ada)
    assert (seen.channel, seen.thread_ts) == (running.phones, None)


def test_an_answer_to_a_mention_in_a_thread_is_in_the_thread(running: SlackHarness) -> None:
    running.inbox.answer = lambda request: HELP
    root = running.slack.say(running.ben, running.phones, "anybody?")
    running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> help", thread=root)
    assert first_ephemeral(running, running.ada).thread_ts == root


def test_an_edited_mention_never_runs_and_offers_a_button(running: SlackHarness) -> None:
    ts = running.slack.say(running.ada, running.phones, "add 1001 to Sales")
    running.slack.edit(running.ada, running.phones, ts, f"<@{running.slack.bot_user}> add 1001 to Sales")
    offered = first_ephemeral(running, running.ada)
    assert "Nothing was done" in offered.plain
    assert running.inbox.requests == []
    running.slack.click(running.ada, offered, label="Do it now")
    assert [request.line for request in running.inbox.requests] == ["add 1001 to Sales"]


def test_a_mention_by_a_bot_is_ignored(running: SlackHarness) -> None:
    running.client.chat_postMessage(channel=running.phones, text=f"<@{running.slack.bot_user}> add 1001 to Sales")
    running.slack.say(running.ada, running.phones, f"<@{running.slack.bot_user}> groups")
    assert [request.line for request in running.inbox.requests] == ["groups"]


def test_a_click_asks_for_the_buttons_line_and_a_second_one_for_the_same(running: SlackHarness) -> None:
    offer = Offer(label="To Sales", line="add <@U1> to R&D", expects="digest")
    running.inbox.answer = lambda request: Message(title="Which?", offers=(offer,)) if request.line == "which" else None
    running.slack.slash(running.ada, running.phones, "which")
    offered = first_ephemeral(running, running.ada)
    assert running.slack.click(running.ada, offered, label="To Sales").ok
    assert running.slack.click(running.ada, offered, label="To Sales").ok
    _, first, second = running.inbox.requests
    assert (first.source, first.line, first.expects) == (Source.BUTTON, "add <@U1> to R&D", "digest")
    assert (first.user, first.channel, first.thread) == (running.ada, running.phones, None)
    assert first.key == second.key
    assert first.key.startswith(f"{running.slack.team}:")
    assert first.response_url != second.response_url


def test_a_click_on_a_card_asks_in_the_cards_thread_for_whoever_clicked(running: SlackHarness) -> None:
    message = Message(title="Added", offers=(Offer(label="Look", line="group Sales"),))
    posted = running.messenger.show(running.make_request(running.phones), 42, message, "done")
    [seen] = running.slack.messages(running.phones)
    running.slack.click(running.ben, seen, label="Look")
    [request] = running.inbox.requests
    assert (request.user, request.channel, request.thread) == (running.ben, running.phones, posted.ts)


@pytest.mark.parametrize("in_thread", [True, False])
def test_the_answer_to_a_click_is_told_where_the_button_stands(running: SlackHarness, in_thread: bool) -> None:
    running.inbox.answer = lambda request: Message(title="You can't do that here.")
    root = running.slack.say(running.ada, running.phones, "anybody?") if in_thread else None
    running.messenger.show(running.make_request(running.phones, thread=root), 42, HELP, "done")
    card = running.slack.messages(running.phones, thread=root)[-1]
    running.slack.click(running.ben, card, label="Go")
    answer = first_ephemeral(running, running.ben)
    assert (answer.channel, answer.thread_ts) == (running.phones, root)


def test_a_click_that_the_journal_does_not_take_says_that_nothing_was_done(running: SlackHarness) -> None:
    running.messenger.show(running.make_request(running.phones), 42, HELP, "done")
    running.inbox.answer = unavailable
    [seen] = running.slack.messages(running.phones)
    assert running.slack.click(running.ben, seen, label="Go").ok
    assert "Nothing was done" in first_ephemeral(running, running.ben).plain


def unavailable(request: Request) -> Message | None:
    raise JournalUnavailable("disk full")


def test_a_mention_by_another_bot_is_ignored(harness: SlackHarness) -> None:
    with ThreadPoolExecutor(1) as pool:
        mention = {"user": "U0BOT", "bot_id": "B0BOT", "channel": harness.phones, "ts": "1.1", "text": "groups"}
        Listeners(harness.inbox, harness.messenger, harness.requests, pool, harness.forms).mention(mention)
    assert harness.inbox.requests == []


def test_an_answer_that_could_not_be_said_is_logged(harness: SlackHarness, caplog: pytest.LogCaptureFixture) -> None:
    harness.inbox.answer = lambda request: HELP
    for method in ("chat.postEphemeral", "conversations.open"):
        harness.slack.faults.fail(method, "fatal_error")
    with ThreadPoolExecutor(1) as pool:
        mention = {"user": harness.ada, "channel": harness.phones, "ts": "1.1", "text": f"<@{harness.me.user}> help"}
        Listeners(harness.inbox, harness.messenger, harness.requests, pool, harness.forms).mention(mention)
    assert "its answer was not said" in caplog.text


def test_a_line_that_only_lacks_something_opens_its_form_instead_of_an_error(running: SlackHarness) -> None:
    offer = FormOffer(label="Open the form", operation="add", arguments={"members": ["1001"]}, whole=True)
    running.inbox.answer = lambda request: Message(title="add <members> to <group>", forms=(offer,))
    ack = running.slack.slash(running.ada, running.phones, "add 1001")
    assert ack.ok
    assert not ack.payload
    assert running.forms.opened == [offer]


PERSON = {
    "type": "message",
    "channel_type": "im",
    "channel": "D0123456789",
    "user": "U0123456789",
    "ts": "1780000000.1",
}
CHANGED = {"type": "message", "subtype": "message_changed", "channel_type": "im", "channel": "D0123456789"}


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (PERSON | {"text": "groups"}, "groups"),
        (PERSON | {"text": "", "subtype": "file_share"}, ""),
        (PERSON | {"text": "thanks", "thread_ts": "1780000000.1"}, "thanks"),
        (PERSON | {"text": "thanks :)", "thread_ts": "1779999999.1"}, None),
        (
            PERSON | {"text": "thanks, now add 1001 to Sales", "thread_ts": "1779999999.1"},
            "thanks, now add 1001 to Sales",
        ),
        (PERSON | {"text": "groups", "channel_type": "channel"}, None),
        (PERSON | {"text": "Park's own answer", "bot_id": "B0123456789"}, None),
        (PERSON | {"subtype": "message_deleted"}, None),
        (PERSON | {"text": "", "subtype": "assistant_app_thread"}, None),
        (CHANGED | {"message": PERSON | {"text": "groups", "edited": {}}, "previous_message": {"text": "group"}}, None),
        (CHANGED | {"message": PERSON | {"text": "b", "edited": {"ts": "1"}}, "previous_message": {"text": "a"}}, "b"),
        (CHANGED | {"message": PERSON | {"text": "a", "edited": {"ts": "1"}}, "previous_message": {"text": "a"}}, None),
        (CHANGED | {"message": PERSON | {"text": "b", "edited": {"ts": "1"}, "bot_id": "B"}}, None),
    ],
)
def test_only_what_a_person_wrote_directly_is_read(event: dict[str, Any], text: str | None) -> None:
    written = written_directly(event)
    assert (None if written is None else written["text"]) == text
    assert written is None or written["channel"] == "D0123456789"


def test_a_direct_message_is_answered_in_its_thread_and_identified_like_a_mention(running: SlackHarness) -> None:
    running.inbox.answer = lambda request: HELP
    conversation = running.slack.direct(running.ada)
    ts = running.slack.say(running.ada, conversation, "add 1001 to “Sales”")
    running.slack.wait_for(lambda: len(running.slack.messages(conversation, thread=ts)) == 2)
    [request] = running.inbox.requests
    assert (request.source, request.line, request.channel) == (Source.DIRECT, 'add 1001 to "Sales"', None)
    assert (request.direct, request.thread) == (conversation, ts)
    assert request.key == f"{running.slack.team}:{conversation}:{ts}"
