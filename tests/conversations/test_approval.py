"""A change that others have to approve: asked for, seen, approved or refused, and made as it was approved."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.slack.model import Message
from tests.faults.scene import FAST_RETRIES, ConversationHarness, pending_states
from tests.slack.forms.conftest import pick, top_view

RULES = """
[[allow]]
name = "On call, once a lead agrees"
channels = ["{phones}", "{random}"]
user_groups = ["{oncall}"]
operations = ["members", "recall", "groups"]
approvers = ["{leads}", "{gil}"]
approve_within = "4h"

[[allow]]
name = "Eve, once two agree"
users = ["{eve}"]
operations = ["server"]
approvers = ["{ana}", "{ben}", "{eve}"]
approvals = 2
ask_in = "{ops}"
"""


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=POLICY + RULES, retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


def later(scene: ConversationHarness, **time: float) -> None:
    scene.sandbox.forward(timedelta(**time))
    scene.sandbox.settle()


def asked(scene: ConversationHarness, line: str = "ask add 1001 to Billing", who: str = "ben") -> Message:
    """The card on which it waits."""
    scene.do(line, who)
    card = scene.cards()[-1]
    assert "Waiting for approval" in card.plain
    assert scene.writes == []
    return card


def kept(scene: ConversationHarness, waiting: Message) -> Message:
    """The same buttons on a card that is never drawn anew, as on a screen that shows an old one."""
    client = WebClient(token=scene.sandbox.slack.bot_token, base_url=scene.sandbox.slack.api_url)
    client.chat_postMessage(channel=scene.sandbox.channels["phones"], text="an old card", blocks=waiting.blocks)
    return scene.cards()[-1]


def card(scene: ConversationHarness) -> str:
    return scene.cards()[-1].plain


def test_a_refusal_offers_to_ask_and_the_button_asks(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Billing", "ben")
    refusal = scene.last_ephemeral("ben")
    assert "once it is approved" in refusal.plain
    assert "Nothing was changed" in refusal.plain
    scene.click(refusal, "Ask for approval", "ben")
    assert scene.writes == []
    assert "Waiting for approval: Add 1001 Amara Okafor to Billing" in card(scene)
    assert "Needs approval from:* 1 of @leads @Gil Gast" in card(scene)
    assert "Expires" in card(scene)
    assert f"<!subteam^{scene.sandbox.groups['leads']}>" in str(scene.cards()[-1].blocks), "they are notified"


def test_what_destroys_is_asked_for_with_one_click_too(scene: ConversationHarness) -> None:
    scene.do("delete Billing", "ben")
    refusal = scene.last_ephemeral("ben")
    assert "*To be approved:* Delete the park group Billing" in refusal.plain
    assert "Will be lost: the group's settings and its 2 members" in refusal.plain
    assert refusal.plain.count("[Ask for approval]") == 1
    scene.click(refusal, "Ask for approval", "ben")
    assert "Waiting for approval: Delete the park group Billing" in card(scene)
    assert "Will be lost" in card(scene)
    scene.click(refusal, "Ask for approval", "ben")
    assert "You already asked for this: #2." in scene.last_ephemeral("ben").plain
    assert len(scene.cards()) == 1


def test_what_is_approved_is_made_and_the_card_says_by_whom(scene: ConversationHarness) -> None:
    scene.click(asked(scene), "Approve")
    assert "1001" in scene.members("Billing")
    assert "*Approved:* by @Ana Ruiz" in card(scene)
    assert "· done" in card(scene)
    assert any(scene.mentions(reply, "ben") and "Done" in reply.plain for reply in scene.replies())
    entry = scene.sandbox.park.tenant.journal.get(1)
    assert entry.rule == "On call, once a lead agrees"
    scene.do("why change 1")
    assert "On call, once a lead agrees" in scene.last_ephemeral().plain
    scene.do("history Billing")
    assert "ask add 1001 to Billing" in scene.last_ephemeral().plain


def test_nobody_approves_their_own_change_nor_one_that_is_not_theirs_to_approve(scene: ConversationHarness) -> None:
    waiting = asked(scene)
    scene.click(waiting, "Approve", "ben")
    assert "You can't approve or reject your own change" in scene.last_ephemeral("ben").plain
    scene.click(waiting, "Approve", "eve")
    assert "You are not an approver of #1" in scene.last_ephemeral("eve").plain
    assert scene.writes == []
    scene.click(waiting, "Approve", "gil")  # a guest whom the rule names
    assert "1001" in scene.members("Billing")


def test_an_approver_who_no_longer_is_one_approves_nothing(scene: ConversationHarness) -> None:
    waiting = asked(scene)
    scene.sandbox.slack.state.groups[scene.sandbox.groups["leads"]].members.clear()
    later(scene, minutes=2)
    scene.click(waiting, "Approve")
    assert "You are not an approver of #1" in scene.last_ephemeral().plain
    assert scene.writes == []


def test_who_asked_and_may_no_longer_ask_gets_nothing_by_an_approval(scene: ConversationHarness) -> None:
    waiting = asked(scene)
    scene.sandbox.slack.state.groups[scene.sandbox.groups["oncall"]].members.clear()
    later(scene, minutes=2)
    scene.click(waiting, "Approve")
    assert scene.writes == []
    assert "Waiting for approval" in card(scene)
    assert "is no longer allowed to make it" in scene.last_ephemeral().plain
    scene.do("pending")
    assert "waiting for approval" in scene.last_ephemeral().plain
    assert "[Approve]" not in scene.last_ephemeral().plain
    scene.do("pending as table")
    assert "waiting for approval" in pending_states(scene.last_ephemeral())


def test_a_typed_approval_shows_first_what_it_approves(scene: ConversationHarness) -> None:
    asked(scene)
    scene.do("approve change 1")
    assert scene.writes == []
    shown = scene.last_ephemeral()
    assert "1001 Amara Okafor" in shown.plain
    scene.click(shown, "Approve")
    assert "1001" in scene.members("Billing")


def test_it_is_refused_with_a_reason_that_the_asker_reads(scene: ConversationHarness) -> None:
    waiting, ana = asked(scene), scene.sandbox.people["ana"]
    old = kept(scene, waiting)
    assert scene.sandbox.slack.click(ana, waiting, label="Reject").ok
    top_view(scene.sandbox, "Reject a change")
    scene.sandbox.slack.fill(ana, "Billing is full", label="Reason")
    assert scene.sandbox.slack.submit(ana).ok
    top_view(scene.sandbox, "Reject a change", "Billing is full")
    assert scene.sandbox.slack.submit(ana).ok
    scene.sandbox.settle()
    assert scene.writes == []
    assert "· rejected" in scene.cards()[0].plain
    assert "*Rejected:* by @Ana Ruiz" in scene.cards()[0].plain
    (told,) = scene.replies()
    assert "Billing is full" in told.plain
    assert scene.mentions(told, "ben")
    scene.click(old, "Approve", "gil")
    assert "isn't waiting for approval: it was cancelled" in scene.last_ephemeral("gil").plain
    assert scene.writes == []


def test_the_first_of_two_who_decide_counts(scene: ConversationHarness) -> None:
    waiting = asked(scene)
    old = kept(scene, waiting)
    scene.click(waiting, "Approve", "gil")
    scene.do("refuse change 1")
    assert "isn't waiting for approval: it is done" in scene.last_ephemeral().plain
    scene.click(old, "Approve")
    assert len(scene.writes) == 1


def test_whoever_asked_takes_it_back(scene: ConversationHarness) -> None:
    waiting = asked(scene)
    old = kept(scene, waiting)
    scene.click(waiting, "Withdraw", "ben")
    assert "· withdrawn" in scene.cards()[0].plain
    scene.click(old, "Approve")
    assert scene.writes == []


def test_nobody_withdraws_for_another_without_the_right_to(scene: ConversationHarness) -> None:
    scene.click(asked(scene), "Withdraw", "eve")
    assert "You can't do that here" in scene.last_ephemeral("eve").plain
    assert "Waiting for approval" in card(scene)


def test_approvers_are_reminded_once_in_the_thread_and_directly(scene: ConversationHarness) -> None:
    asked(scene)
    later(scene, hours=3, minutes=1)
    later(scene, minutes=5)
    (reminder,) = [one for one in scene.replies() if "Still waiting for approval" in one.plain]
    assert f"<!subteam^{scene.sandbox.groups['leads']}>" in str(reminder.blocks)
    assert "Expires" in card(scene)
    (direct,) = scene.sandbox.slack.messages(scene.sandbox.slack.direct(scene.sandbox.people["ana"]))
    assert "[Approve]  [Reject]" in direct.plain
    assert "#1" in direct.plain
    scene.click(direct, "Approve")
    assert "1001" in scene.members("Billing")
    (direct,) = scene.sandbox.slack.messages(scene.sandbox.slack.direct(scene.sandbox.people["ana"]))
    assert "· done" in direct.plain
    assert "[Approve]" not in direct.plain


def test_it_lapses_and_can_be_asked_for_again(scene: ConversationHarness) -> None:
    old = kept(scene, asked(scene))
    later(scene, hours=4, minutes=1)
    assert "· expired" in scene.cards()[0].plain
    assert scene.mentions(scene.reply(), "ben")
    scene.click(old, "Approve")
    assert scene.writes == []
    scene.click(scene.cards()[0], "Ask again", "ben")
    scene.click(scene.replies()[-1], "Approve")
    assert "1001" in scene.members("Billing")


def test_where_the_target_moved_it_goes_back_for_approval(scene: ConversationHarness) -> None:
    waiting = asked(scene, "ask recall Billing to Night Desk")
    old, day_desk = kept(scene, waiting), scene.sandbox.pbx.state.ring_group_id("Day Desk")
    scene.sandbox.pbx.console_update_group(scene.id("Billing"), recall_to="RING_GROUP_ONLY", ring_group_id=day_desk)
    scene.click(waiting, "Approve")
    assert scene.writes == []
    shown = scene.cards()[0].plain
    assert "Waiting for approval" in shown
    assert "Day Desk" in shown, "what it is now"
    assert "needs approval again" in shown
    assert any("Needs approval again" in reply.plain for reply in scene.replies())
    scene.click(old, "Approve", "gil")  # the button of what is no longer asked for
    assert scene.writes == []
    assert "no longer what you were shown" in scene.last_ephemeral("gil").plain
    scene.click(scene.cards()[0], "Approve")
    assert len(scene.writes) == 1
    assert "· done" in scene.cards()[0].plain


def test_two_have_to_approve_where_the_rule_says_so_and_their_channel_sees_it(scene: ConversationHarness) -> None:
    scene.do("ask server recall time 7m", "eve")
    there = scene.cards("ops")[-1]
    assert "Waiting for approval" in there.plain
    scene.click(there, "Approve")
    assert scene.writes == []
    assert "still needs others" in scene.replies()[-1].plain
    scene.click(scene.cards("ops")[-1], "Approve")
    assert "You have already approved #1" in scene.last_ephemeral().plain
    scene.click(there, "Approve", "ben")  # the very button that the first one used
    assert len(scene.writes) == 1
    for place in ("phones", "ops"):
        assert "· done" in scene.cards(place)[-1].plain
        assert "by @Ben Ito" in scene.cards(place)[-1].plain


@pytest.mark.parametrize("back", [timedelta(minutes=3), timedelta(hours=1), timedelta(days=30)])
def test_an_approval_counts_although_the_clock_was_set_back(scene: ConversationHarness, back: timedelta) -> None:
    waiting = asked(scene)
    scene.sandbox.ahead -= back
    scene.click(waiting, "Approve")
    assert "1001" in scene.members("Billing")
    assert "· done" in card(scene)


def test_both_approvals_count_although_the_clock_was_set_back_in_between(scene: ConversationHarness) -> None:
    scene.do("ask server recall time 7m", "eve")
    there = scene.cards("ops")[-1]
    scene.sandbox.ahead -= timedelta(minutes=30)
    scene.click(there, "Approve")
    scene.sandbox.ahead -= timedelta(hours=2)
    scene.click(there, "Approve")
    assert "You have already approved #1" in scene.last_ephemeral().plain
    scene.click(there, "Approve", "ben")
    assert len(scene.writes) == 1


def test_an_approval_of_an_earlier_plan_does_not_count_although_the_clock_was_set_back(
    scene: ConversationHarness,
) -> None:
    waiting = asked(scene, "ask recall Billing to Night Desk")
    day_desk = scene.sandbox.pbx.state.ring_group_id("Day Desk")
    scene.sandbox.pbx.console_update_group(scene.id("Billing"), recall_to="RING_GROUP_ONLY", ring_group_id=day_desk)
    scene.click(waiting, "Approve")
    scene.sandbox.ahead -= timedelta(hours=1)
    later(scene)
    assert "Waiting for approval" in scene.cards()[0].plain
    assert scene.writes == []
    scene.click(scene.cards()[0], "Approve")  # who approved the earlier plan may approve this one
    assert len(scene.writes) == 1


def test_it_survives_a_restart(scene: ConversationHarness) -> None:
    waiting = asked(scene)
    scene.sandbox.restart()
    scene.click(waiting, "Approve")
    assert "1001" in scene.members("Billing")


def test_how_long_it_is_for_counts_from_when_it_is_made(scene: ConversationHarness) -> None:
    waiting = asked(scene, "ask recall Billing to Night Desk for 1h")
    assert "*Lasts:* 1h, counted from its approval" in waiting.plain
    assert "*Until:*" not in waiting.plain
    later(scene, hours=3)
    scene.click(waiting, "Approve")
    assert "active until" in card(scene)
    later(scene, minutes=50)
    assert "· ended" not in card(scene)
    later(scene, minutes=15)
    assert "· ended" in card(scene)


def test_what_is_to_begin_later_is_approved_first_and_begins_then(scene: ConversationHarness) -> None:
    waiting = asked(scene, "ask add 1001 to Billing in 2h")
    scene.click(waiting, "Approve")
    assert scene.writes == []
    assert "· scheduled" in card(scene)
    later(scene, hours=2, minutes=1)
    assert "1001" in scene.members("Billing")
    assert "· done" in card(scene)


def test_what_was_to_have_begun_lapses(scene: ConversationHarness) -> None:
    old = kept(scene, asked(scene, "ask add 1001 to Billing in 1h"))
    later(scene, hours=1, minutes=1)
    assert "· expired" in scene.cards()[0].plain
    scene.click(old, "Approve")
    assert scene.writes == []


def test_do_it_now_is_no_way_round_an_approval(scene: ConversationHarness) -> None:
    asked(scene)
    scene.do("do change 1 now")
    assert "waiting for approval" in scene.last_ephemeral().plain
    assert scene.writes == []


def test_an_undoing_is_asked_for_like_the_change_and_both_cards_tell(scene: ConversationHarness) -> None:
    scene.do("add 1001 to Billing")
    scene.do("ask undo change 1", "ben")
    scene.click(scene.cards()[-1], "Approve")
    assert "1001" not in scene.members("Billing")
    first, second = scene.cards()
    assert "· undone" in first.plain
    assert "· done" in second.plain


def test_what_may_be_done_anyway_is_done(scene: ConversationHarness) -> None:
    scene.do("ask add 1001 to Sales", "ben")
    assert "1001" in scene.members("Sales")


def test_what_is_so_already_needs_nobodys_approval(scene: ConversationHarness) -> None:
    scene.do("ask add 1055 to Billing", "ben")
    assert "already set up like that" in scene.last_ephemeral("ben").plain
    assert scene.cards() == []


def test_a_question_can_not_be_asked_for_approval(scene: ConversationHarness) -> None:
    scene.do("ask groups")
    assert "isn't a change, so there is nothing to approve" in scene.last_ephemeral().plain


def test_what_asks_first_is_shown_first(scene: ConversationHarness) -> None:
    scene.do("ask delete Billing", "ben")
    assert scene.cards() == []
    scene.click(scene.last_ephemeral("ben"), "Ask for approval", "ben")
    assert "Will be lost" in card(scene)
    scene.click(scene.cards()[-1], "Approve")
    assert "Billing" not in {group["name"] for group in scene.sandbox.pbx.state.groups.values()}


def test_pending_shows_it_with_the_button_for_who_may_approve(scene: ConversationHarness) -> None:
    asked(scene)
    scene.do("pending", "ben")
    assert "waiting for approval" in scene.last_ephemeral("ben").plain
    assert "[Approve]" not in scene.last_ephemeral("ben").plain
    scene.do("pending")
    scene.click(scene.last_ephemeral(), "Approve")
    assert "1001" in scene.members("Billing")


def test_a_form_that_needs_approval_offers_to_ask(scene: ConversationHarness) -> None:
    ben = scene.sandbox.people["ben"]
    scene.slash("add", "ben")
    top_view(scene.sandbox, "Add members", person="ben")
    pick(scene.sandbox, "ben", "Billing", "Park group")
    pick(scene.sandbox, "ben", "1001", "Members")
    assert scene.sandbox.slack.submit(ben).ok
    scene.sandbox.slack.click(
        ben, top_view(scene.sandbox, "once it is approved", person="ben"), label="Ask for approval"
    )
    top_view(scene.sandbox, "Nothing has changed yet", "1001 Amara Okafor", person="ben")
    assert scene.sandbox.slack.submit(ben).ok
    scene.sandbox.settle()
    assert "Waiting for approval" in card(scene)
    assert scene.writes == []
    scene.click(scene.cards()[-1], "Approve")
    assert "1001" in scene.members("Billing")
