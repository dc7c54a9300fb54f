"""Lines that people write to Park alone: answered in the thread, with a status, and with prompts for a start."""

from collections.abc import Iterator

import pytest

from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.slack.model import Message

SEVERAL = (
    POLICY
    + """
[[allow]]
name = "Support from #random"
channels = ["{random}"]
operations = ["recall"]
groups = ["Support*"]

[[allow]]
name = "Everything from #secret and #ops"
channels = ["{secret}", "{ops}"]
user_groups = ["{leads}"]
operations = ["all"]
"""
)
"""With several channels in which the team would see a change."""


@pytest.fixture
def sandbox(http: bool) -> Iterator[Sandbox]:
    with Sandbox(http=http) as running:
        yield running


@pytest.fixture
def choice() -> Iterator[Sandbox]:
    with Sandbox(policy=SEVERAL) as running:
        yield running


def write(sandbox: Sandbox, line: str, *, person: str = "ana", thread: str | None = None) -> list[Message]:
    """Writes a line to Park, and returns what Park answers in its thread."""
    user = sandbox.people[person]
    conversation = sandbox.slack.direct(user)
    ts = sandbox.slack.say(user, conversation, line, thread=thread)
    sandbox.settle()
    return answers(sandbox, thread or ts, after=ts, person=person)


def answers(sandbox: Sandbox, thread: str, *, after: str = "", person: str = "ana") -> list[Message]:
    seen = sandbox.slack.seen_by(sandbox.people[person], sandbox.slack.direct(sandbox.people[person]), thread=thread)
    return [one for one in seen if one.user == sandbox.slack.bot_user and float(one.ts) > float(after or thread)]


def posted(sandbox: Sandbox, channel: str) -> list[str]:
    return [one.plain for one in sandbox.slack.messages(sandbox.channels[channel])]


def test_a_question_is_answered_in_its_thread(sandbox: Sandbox) -> None:
    [answer] = write(sandbox, "group Sales")
    assert "Sales" in answer.plain
    assert not answer.ephemeral
    [second] = write(sandbox, "find 1001", thread=answer.thread_ts)
    assert "1001" in second.plain


@pytest.mark.parametrize(
    "line", ["/park group Sales", "@Park group Sales", "Hi @Park group Sales please", "• group Sales"]
)
def test_a_line_may_look_as_it_does_elsewhere(sandbox: Sandbox, line: str) -> None:
    [answer] = write(sandbox, line)
    assert "Sales" in answer.plain


def test_a_change_is_shown_in_the_channel_that_the_policy_names_and_in_the_thread(sandbox: Sandbox) -> None:
    [card] = write(sandbox, "recall Sales to Night Desk")
    assert "Night Desk" in card.plain
    [public] = posted(sandbox, "phones")
    assert "Night Desk" in public
    assert posted(sandbox, "ops") == []  # others see it, so nothing has to be announced


def test_whoever_is_not_in_that_channel_is_told_so_and_it_is_announced(sandbox: Sandbox) -> None:
    sandbox.slack.kick(sandbox.channels["phones"], sandbox.people["ana"])
    card, *_ = write(sandbox, "recall Sales to Night Desk")
    assert "can't be posted in the channel of the policy's rule" in card.plain
    assert posted(sandbox, "phones") == []
    assert len(posted(sandbox, "ops")) == 1


def test_a_scheduled_change_is_shown_in_both_places_at_once(sandbox: Sandbox) -> None:
    [card] = write(sandbox, "recall Sales to Night Desk in 2h")
    assert "Scheduled" in card.plain
    [public] = posted(sandbox, "phones")
    assert "Scheduled" in public


def test_a_question_mark_shows_what_a_line_would_do(sandbox: Sandbox) -> None:
    [preview] = write(sandbox, "recall Sales to Night Desk?")
    assert sandbox.slack.click(sandbox.people["ana"], preview, label="Apply").ok
    sandbox.settle()
    [card] = answers(sandbox, str(preview.thread_ts), after=preview.ts)
    assert "Night Desk" in card.plain
    assert len(posted(sandbox, "phones")) == 1


def test_both_cards_show_what_is_so_now(sandbox: Sandbox) -> None:
    [card] = write(sandbox, "recall Sales to Night Desk for 2h")
    assert sandbox.slack.click(sandbox.people["ana"], card, label="End now").ok
    sandbox.settle()
    first, *_ = answers(sandbox, str(card.thread_ts))
    assert "Ended" in first.plain
    assert any("Ended" in text for text in posted(sandbox, "phones"))


def test_no_rule_of_a_channel_applies(sandbox: Sandbox) -> None:
    [refused] = write(sandbox, "recall Sales to Night Desk", person="ben")
    assert "Nothing was changed" in refused.plain
    [looked] = write(sandbox, "groups", person="ben")
    assert "can't" in looked.plain


def test_where_several_channels_would_do_it_is_asked(choice: Sandbox) -> None:
    [question] = write(choice, "recall Sales to Night Desk")
    for label in ("[#phones]", "[#ops]", "[Only here]"):
        assert label in question.plain
    assert "#random" not in question.plain  # its rule is about other groups
    assert "#secret" not in question.plain  # Park is not in it
    assert "Where should the confirmation be posted?" in question.plain
    assert choice.slack.click(choice.people["ana"], question, label="#ops").ok
    choice.settle()
    [card] = answers(choice, str(question.thread_ts), after=question.ts)
    assert "Night Desk" in card.plain
    assert len(posted(choice, "ops")) == 1
    assert posted(choice, "phones") == []


def test_only_here_is_announced_as_before(choice: Sandbox) -> None:
    [question] = write(choice, "recall Sales to Night Desk")
    assert choice.slack.click(choice.people["ana"], question, label="Only here").ok
    choice.settle()
    card, reply = answers(choice, str(question.thread_ts), after=question.ts)
    assert "shown here because" not in card.plain
    assert "verified" in reply.plain
    assert len(posted(choice, "ops")) == 1
    assert posted(choice, "phones") == []


def test_an_emergency_waits_for_no_question() -> None:
    rules = (
        SEVERAL
        + """
[[allow]]
name = "On call, in an emergency"
user_groups = ["{oncall}"]
operations = ["recall"]
emergency = "{announce}"
"""
    )
    with Sandbox(policy=rules) as sandbox:
        first, *_ = write(sandbox, "emergency recall Sales to Night Desk because nobody answers", person="ben")
        assert "6001" in first.plain
        assert "Where should" not in first.plain
        [alarm] = posted(sandbox, "ops")
        assert alarm.startswith("*Emergency change.")


def test_a_question_about_where_is_repeated_with_what_is_true_now(choice: Sandbox) -> None:
    [question] = write(choice, "recall Sales to Night Desk")
    [other] = write(choice, "recall Sales to Reception")
    choice.slack.click(choice.people["ana"], other, label="#phones")
    choice.settle()
    choice.slack.click(choice.people["ana"], question, label="#phones")
    choice.settle()
    [again] = answers(choice, str(question.thread_ts), after=question.ts)
    assert "Reception" in again.plain


def test_an_edited_message_is_offered_again(sandbox: Sandbox) -> None:
    user = sandbox.people["ana"]
    conversation = sandbox.slack.direct(user)
    ts = sandbox.slack.say(user, conversation, "remove 1002 from Salse")
    sandbox.settle()
    before = len(answers(sandbox, ts))
    sandbox.slack.edit(user, conversation, ts, "remove 1002 from Sales")
    sandbox.settle()
    *_, offer = answers(sandbox, ts)
    assert len(answers(sandbox, ts)) == before + 1
    assert "[Do it now]" in offer.plain
    assert all(one.method == "GET" for one in sandbox.pbx.requests)


def test_thanks_in_a_thread_need_no_answer(sandbox: Sandbox) -> None:
    [answer] = write(sandbox, "group Sales")
    assert write(sandbox, "thanks!", thread=answer.thread_ts) == []
    [greeting] = write(sandbox, "hello")
    assert "What do you want to do?" in greeting.plain


def test_a_redelivered_message_changes_nothing(sandbox: Sandbox) -> None:
    write(sandbox, "add 1001 to Sales")
    writes = [one for one in sandbox.pbx.requests if one.method != "GET"]
    assert sandbox.slack.deliver_again("events_api").ok
    sandbox.settle()
    assert [one for one in sandbox.pbx.requests if one.method != "GET"] == writes


def test_a_status_is_shown_while_park_works(sandbox: Sandbox) -> None:
    user, shown = sandbox.people["ana"], sandbox.slack.state.statuses
    sandbox.pbx.faults.latency = 1.5
    ts = sandbox.slack.say(user, sandbox.slack.direct(user), "add 1001 to Sales")
    key = (sandbox.slack.direct(user), ts)
    assert "checking" in (sandbox.slack.wait_for(lambda: shown.get(key)) or "")
    sandbox.pbx.faults.latency = 0.0
    sandbox.settle()
    assert shown == {}
    assert len(answers(sandbox, ts)) == 1


def test_where_slack_has_no_status_there_is_none(sandbox: Sandbox) -> None:
    user = sandbox.people["ana"]
    sandbox.slack.faults.fail("assistant.threads.setStatus", "unknown_method", times=9)
    sandbox.pbx.faults.latency = 1.5
    ts = sandbox.slack.say(user, sandbox.slack.direct(user), "add 1001 to Sales")
    sandbox.slack.wait_for(lambda: [one for one in sandbox.slack.calls if one.method == "assistant.threads.setStatus"])
    sandbox.pbx.faults.latency = 0.0
    sandbox.settle()
    assert [one.ts for one in sandbox.slack.seen_by(user, sandbox.slack.direct(user))] == [ts]
    assert len(answers(sandbox, ts)) == 1


def test_opening_the_conversation_suggests_what_this_person_did_last(sandbox: Sandbox) -> None:
    write(sandbox, "recall Sales to Night Desk for 2h")
    write(sandbox, "add 1001 to Salse")
    write(sandbox, "groups")
    write(sandbox, "add 1001 to Billing")
    write(sandbox, "add 1002 to Billing", person="ben")
    write(sandbox, "add 1001 to Support")
    user = sandbox.people["ana"]
    assert sandbox.slack.open_home(user, "messages") is not None
    sandbox.settle()
    prompts = sandbox.slack.state.prompts[sandbox.slack.direct(user)]
    assert len(prompts) == 4
    assert list(prompts.values()) == ["pending", "undo 4", "add 1001 to Support", "add 1001 to Billing"]
    assert list(prompts)[:2] == ["What is pending (1)", "Undo #4 add 1001 to Billing"]


def test_without_prompts_the_first_visit_is_greeted_once(sandbox: Sandbox) -> None:
    sandbox.slack.state.scopes -= {"assistant:write"}
    user = sandbox.people["eve"]
    for _ in range(2):
        sandbox.slack.open_home(user, "messages")
        sandbox.settle()
    [greeting] = sandbox.slack.messages(sandbox.slack.direct(user))
    assert "Write here" in greeting.plain
    assert "[What can Park do?]" in greeting.plain
    assert sandbox.slack.click(user, greeting, label="What can Park do?").ok
    sandbox.settle()
    assert answers(sandbox, greeting.ts, person="eve")
