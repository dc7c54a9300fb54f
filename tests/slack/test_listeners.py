"""The doors, over the real protocols: what is asked for, with which key, and what Slack is told at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from dirty_equals import IsStr

from bot.errors import JournalUnavailable
from bot.messages.message import FormOffer, Message, Offer
from bot.messages.request import Request, Source
from bot.sandbox.slack.model import Message as Seen
from bot.slack.listeners import Listeners
from tests.slack.conftest import Place

HELP = Message(
    title="Park understands", lines=("groups", "add 1001 to Sales"), offers=(Offer(label="Go", line="groups"),)
)


def only_for(place: Place, user: str) -> Seen:
    """The first message that this person alone sees."""
    return place.slack.wait_for(lambda: place.slack.ephemerals(user))[0]


def test_a_slash_command_is_a_request(doors: Place) -> None:
    ack = doors.slack.slash(doors.ada, doors.phones, "add 1001 to “Sales” ", trigger_id="13.1.a")
    assert (ack.ok, ack.payload) == (True, None)
    [request] = doors.inbox.taken
    assert request.key == f"{doors.slack.team}:13.1.a"
    assert (request.team, request.user, request.channel) == (doors.slack.team, doors.ada, doors.phones)
    assert (request.source, request.line, request.thread) == (Source.SLASH, 'add 1001 to "Sales"', None)
    assert request.response_url == IsStr(regex="http://.*")
    assert datetime.now(UTC) - request.asked_at < timedelta(minutes=1)


def test_nothing_is_asked_of_slack_before_a_command_is_acknowledged(doors: Place) -> None:
    before = doors.called()
    assert doors.slack.slash(doors.ada, doors.phones, "groups").ok
    assert doors.slack.say(doors.ada, doors.phones, f"<@{doors.slack.bot_user}> groups")
    assert doors.called() == before


def test_a_slack_that_takes_long_delays_no_acknowledgement(doors: Place) -> None:
    doors.inbox.answer = lambda request: HELP
    doors.slack.faults.latency("*", 4)
    ts = doors.slack.say(doors.ada, doors.phones, f"<@{doors.slack.bot_user}> help")
    ack = doors.slack.slash(doors.ada, doors.phones, "help")
    doors.slack.faults.latency("*", 0)
    assert ack.ok
    assert [request.thread for request in doors.inbox.taken] == [ts, None]


def test_a_direct_message_is_no_channel(doors: Place) -> None:
    doors.slack.slash(doors.ada, doors.slack.direct(doors.ada), "groups")
    [request] = doors.inbox.taken
    assert request.channel is None


def test_help_stands_in_the_acknowledgement_itself(doors: Place) -> None:
    doors.inbox.answer = lambda request: HELP
    before = doors.called()
    assert doors.slack.slash(doors.ada, doors.phones, "help").ok
    assert "/park add 1001 to Sales" in only_for(doors, doors.ada).plain
    assert doors.called() == before


def test_an_answer_of_several_messages_follows_the_acknowledgement(doors: Place) -> None:
    doors.inbox.answer = lambda request: Message(title="Groups", items=tuple(f"Group {n:04}" for n in range(900)))
    assert doors.slack.slash(doors.ada, doors.phones, "groups").payload is None
    doors.slack.wait_for(lambda: "Group 0899" in "".join(seen.plain for seen in doors.slack.ephemerals(doors.ada)))


def test_a_command_that_the_journal_does_not_take_says_that_nothing_was_done(doors: Place) -> None:
    doors.inbox.answer = unavailable
    assert doors.slack.slash(doors.ada, doors.phones, "add 1001 to Sales").ok
    assert "Nothing was done" in only_for(doors, doors.ada).plain
    assert "try again" in only_for(doors, doors.ada).plain


def test_a_mention_is_a_request_in_the_thread_under_it(doors: Place) -> None:
    ts = doors.slack.say(doors.ada, doors.phones, f"hey <@{doors.slack.bot_user}> add 1001 to Sales")
    [request] = doors.inbox.taken
    assert request.key == f"{doors.slack.team}:{doors.phones}:{ts}"
    assert (request.source, request.line) == (Source.MENTION, "add 1001 to Sales")
    assert (request.user, request.channel, request.thread) == (doors.ada, doors.phones, ts)
    assert request.response_url is None
    assert request.asked_at.timestamp() == pytest.approx(float(ts))


def test_a_mention_in_a_thread_is_a_request_in_that_thread(doors: Place) -> None:
    root = doors.slack.say(doors.ben, doors.phones, "anybody?")
    ts = doors.slack.say(doors.ada, doors.phones, f"<@{doors.slack.bot_user}> groups", thread=root)
    [request] = doors.inbox.taken
    assert (request.key, request.thread) == (f"{doors.slack.team}:{doors.phones}:{ts}", root)


def test_a_mention_that_the_journal_does_not_take_is_delivered_again_with_the_same_key(doors: Place) -> None:
    doors.inbox.answer = lambda request: unavailable(request) if len(doors.inbox.taken) == 1 else None
    doors.slack.say(doors.ada, doors.phones, f"<@{doors.slack.bot_user}> add 1001 to Sales")
    doors.slack.wait_for(lambda: len(doors.inbox.taken) == 2, 15)
    assert doors.inbox.taken[0] == doors.inbox.taken[1]


def test_an_answer_to_a_mention_is_for_the_asker_alone_and_not_in_a_thread_that_nobody_has_open(doors: Place) -> None:
    doors.inbox.answer = lambda request: HELP
    doors.slack.say(doors.ada, doors.phones, f"<@{doors.slack.bot_user}> help")
    seen = only_for(doors, doors.ada)
    assert (seen.channel, seen.thread_ts) == (doors.phones, None)


def test_an_answer_to_a_mention_in_a_thread_is_in_the_thread(doors: Place) -> None:
    doors.inbox.answer = lambda request: HELP
    root = doors.slack.say(doors.ben, doors.phones, "anybody?")
    doors.slack.say(doors.ada, doors.phones, f"<@{doors.slack.bot_user}> help", thread=root)
    assert only_for(doors, doors.ada).thread_ts == root


def test_an_edited_mention_never_runs_and_offers_a_button(doors: Place) -> None:
    ts = doors.slack.say(doors.ada, doors.phones, "add 1001 to Sales")
    doors.slack.edit(doors.ada, doors.phones, ts, f"<@{doors.slack.bot_user}> add 1001 to Sales")
    offered = only_for(doors, doors.ada)
    assert "Nothing was done" in offered.plain
    assert doors.inbox.taken == []
    doors.slack.click(doors.ada, offered, label="Do it now")
    assert [request.line for request in doors.inbox.taken] == ["add 1001 to Sales"]


def test_a_mention_by_a_bot_is_ignored(doors: Place) -> None:
    doors.client.chat_postMessage(channel=doors.phones, text=f"<@{doors.slack.bot_user}> add 1001 to Sales")
    doors.slack.say(doors.ada, doors.phones, f"<@{doors.slack.bot_user}> groups")
    assert [request.line for request in doors.inbox.taken] == ["groups"]


def test_a_click_asks_for_the_buttons_line_and_a_second_one_for_the_same(doors: Place) -> None:
    offer = Offer(label="To Sales", line="add <@U1> to R&D", expects="digest")
    doors.inbox.answer = lambda request: Message(title="Which?", offers=(offer,)) if request.line == "which" else None
    doors.slack.slash(doors.ada, doors.phones, "which")
    offered = only_for(doors, doors.ada)
    assert doors.slack.click(doors.ada, offered, label="To Sales").ok
    assert doors.slack.click(doors.ada, offered, label="To Sales").ok
    _, first, second = doors.inbox.taken
    assert (first.source, first.line, first.expects) == (Source.BUTTON, "add <@U1> to R&D", "digest")
    assert (first.user, first.channel, first.thread) == (doors.ada, doors.phones, None)
    assert first.key == second.key
    assert first.key.startswith(f"{doors.slack.team}:")
    assert first.response_url != second.response_url


def test_a_click_on_a_card_asks_in_the_cards_thread_for_whoever_clicked(doors: Place) -> None:
    message = Message(title="Added", offers=(Offer(label="Look", line="group Sales"),))
    posted = doors.messenger.show(doors.ask(doors.phones), 42, message, "done")
    [seen] = doors.slack.messages(doors.phones)
    doors.slack.click(doors.ben, seen, label="Look")
    [request] = doors.inbox.taken
    assert (request.user, request.channel, request.thread) == (doors.ben, doors.phones, posted.ts)


@pytest.mark.parametrize("in_thread", [True, False])
def test_the_answer_to_a_click_is_told_where_the_button_stands(doors: Place, in_thread: bool) -> None:
    doors.inbox.answer = lambda request: Message(title="You may not do that here.")
    root = doors.slack.say(doors.ada, doors.phones, "anybody?") if in_thread else None
    doors.messenger.show(doors.ask(doors.phones, thread=root), 42, HELP, "done")
    card = doors.slack.messages(doors.phones, thread=root)[-1]
    doors.slack.click(doors.ben, card, label="Go")
    told = only_for(doors, doors.ben)
    assert (told.channel, told.thread_ts) == (doors.phones, root)


def test_a_click_that_the_journal_does_not_take_says_that_nothing_was_done(doors: Place) -> None:
    doors.messenger.show(doors.ask(doors.phones), 42, HELP, "done")
    doors.inbox.answer = unavailable
    [seen] = doors.slack.messages(doors.phones)
    assert doors.slack.click(doors.ben, seen, label="Go").ok
    assert "Nothing was done" in only_for(doors, doors.ben).plain


def unavailable(request: Request) -> Message | None:
    raise JournalUnavailable("disk full")


def test_a_mention_by_another_bot_is_ignored(place: Place) -> None:
    with ThreadPoolExecutor(1) as pool:
        mention = {"user": "U0BOT", "bot_id": "B0BOT", "channel": place.phones, "ts": "1.1", "text": "groups"}
        Listeners(place.inbox, place.messenger, place.me, pool, place.forms).mention(mention)
    assert place.inbox.taken == []


def test_an_answer_that_could_not_be_said_is_logged(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.inbox.answer = lambda request: HELP
    for method in ("chat.postEphemeral", "conversations.open"):
        place.slack.faults.fail(method, "fatal_error")
    with ThreadPoolExecutor(1) as pool:
        mention = {"user": place.ada, "channel": place.phones, "ts": "1.1", "text": f"<@{place.me.user}> help"}
        Listeners(place.inbox, place.messenger, place.me, pool, place.forms).mention(mention)
    assert "its answer was not said" in caplog.text


def test_a_line_that_only_lacks_something_opens_its_form_instead_of_an_error(doors: Place) -> None:
    offer = FormOffer(label="Open the form", operation="add", arguments={"members": ["1001"]}, whole=True)
    doors.inbox.answer = lambda request: Message(title="add <members> to <group>", forms=(offer,))
    ack = doors.slack.slash(doors.ada, doors.phones, "add 1001")
    assert ack.ok
    assert not ack.payload
    assert doors.forms.opened == [offer]
