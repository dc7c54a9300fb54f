"""The title, status, buttons and text of a change's card in each of its states, and of each of its copies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.pbx.faults import FaultKind
from bot.sandbox.slack.model import Message
from tests.faults.scene import FAST_RETRIES, ConversationHarness

pytestmark = pytest.mark.usefixtures("ordinary_clock")
RULES = """
[[allow]]
name = "On call, once a lead agrees"
channels = ["{phones}"]
user_groups = ["{oncall}"]
operations = ["members", "groups"]
approvers = ["{leads}"]
approve_within = "4h"
ask_in = "{ops}"

[[allow]]
name = "On call, in an emergency"
user_groups = ["{oncall}"]
operations = ["recall"]
groups = ["Billing"]
emergency = "{ops}"
"""
SEND = "Send unanswered parked calls of Sales to Night Desk (6001)"
NOW = "Sales: unanswered parked calls now go to Night Desk (6001)"
EMERGENCY = "emergency recall Billing to Night Desk because the desk is on fire"


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox(policy=POLICY + RULES, retry_policy=FAST_RETRIES) as sandbox:
        yield ConversationHarness(sandbox)


@dataclass(frozen=True)
class Expected:
    """What a card shows; the status is the part of the footer after the number."""

    title: str
    status: str
    buttons: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()


def forward(scene: ConversationHarness, **time: float) -> None:
    scene.sandbox.forward(timedelta(**time))
    scene.sandbox.settle()


def shown(card: Message) -> tuple[str, str, tuple[str, ...]]:
    """Returns the title, the status and the buttons of a card."""
    lines = card.plain.splitlines()
    buttons = [line for line in lines if line.startswith("[")]
    labels = tuple(label.strip("[]") for line in buttons for label in line.split("  "))
    footer = lines[-1].split(" · ")
    return lines[0].strip("*"), footer[2] if footer[1].startswith("#") else footer[1], labels


def check(card: Message, expected: Expected) -> None:
    assert shown(card) == (expected.title, expected.status, expected.buttons)
    assert all(text in card.plain for text in expected.shows), card.plain
    assert not any(text in card.plain for text in expected.hides), card.plain
    assert "updated" in card.plain


LOST = "Not called with this setting: the user who parked the call."


def made(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk")


def undone(scene: ConversationHarness) -> None:
    made(scene)
    scene.click(scene.cards()[0], "Undo")


def redone(scene: ConversationHarness) -> None:
    undone(scene)
    scene.click(scene.cards()[0], "Do it again")


def temporary(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk for 2h")


def extended(scene: ConversationHarness) -> None:
    temporary(scene)
    scene.click(scene.cards()[0], "Extend by 1h")


def kept(scene: ConversationHarness) -> None:
    temporary(scene)
    scene.click(scene.cards()[0], "Keep")


def ended(scene: ConversationHarness) -> None:
    temporary(scene)
    forward(scene, hours=2, minutes=1)


def ended_early(scene: ConversationHarness) -> None:
    temporary(scene)
    scene.click(scene.cards()[0], "End now")


def late(scene: ConversationHarness) -> None:
    temporary(scene)
    scene.fail(FaultKind.STATUS, "POST *", times=None)
    scene.sandbox.forward(timedelta(hours=2, minutes=1))
    scene.sandbox.slack.wait_for(lambda: "late" in scene.cards()[0].plain)


def late_by_pause(scene: ConversationHarness) -> None:
    temporary(scene)
    paused(scene)
    scene.sandbox.forward(timedelta(hours=2, minutes=1))
    scene.sandbox.slack.wait_for(lambda: "late" in scene.cards()[0].plain)


def not_ended(scene: ConversationHarness) -> None:
    temporary(scene)
    day = scene.sandbox.pbx.state.ring_group_id("Day Desk")
    scene.sandbox.pbx.console_update_group(scene.id("Sales"), ring_group_id=day)
    forward(scene, hours=2, minutes=1)


def replaced(scene: ConversationHarness) -> None:
    made(scene)
    scene.do("recall Sales to Day Desk")


def in_effect_again(scene: ConversationHarness) -> None:
    replaced(scene)
    scene.click(scene.cards()[1], "Undo")


def replaced_by_click(scene: ConversationHarness) -> None:
    temporary(scene)
    scene.do("recall Sales to Day Desk")
    scene.click(scene.last_ephemeral(), "End #1 and do this")


def partly_replaced(scene: ConversationHarness) -> None:
    scene.do("add 1001, 1016 to Sales")
    scene.do("remove 1016 from Sales")


def scheduled(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk at 13:00")


def cancelled(scene: ConversationHarness) -> None:
    scheduled(scene)
    scene.click(scene.cards()[0], "Cancel")


def deleted(scene: ConversationHarness) -> None:
    scene.do("delete Billing")
    scene.click(scene.last_ephemeral(), "Delete")


def restored(scene: ConversationHarness) -> None:
    deleted(scene)
    scene.click(scene.cards()[0], "Undo")


def unknown(scene: ConversationHarness) -> None:
    scene.fail(FaultKind.DROP_BEFORE, "POST *", times=None)
    scene.do("recall Sales to Night Desk")


def not_run(scene: ConversationHarness) -> None:
    scene.do("recall Sales to Night Desk at 13:00")
    scene.sandbox.pbx.stop()
    forward(scene, hours=4)


def paused(scene: ConversationHarness) -> None:
    scene.do("pause because the PBX is being updated")
    scene.click(scene.last_ephemeral(), "Pause Park")


def resumed(scene: ConversationHarness) -> None:
    paused(scene)
    scene.click(scene.cards()[0], "Resume")


def paused_for_a_while(scene: ConversationHarness) -> None:
    scene.do("pause for 2h because the PBX is being updated")
    scene.click(scene.last_ephemeral(), "Pause Park")


def over(scene: ConversationHarness) -> None:
    paused_for_a_while(scene)
    forward(scene, hours=2, minutes=1)


def over_after_a_restart(scene: ConversationHarness) -> None:
    paused_for_a_while(scene)
    scene.sandbox.restart(meanwhile=lambda: scene.sandbox.forward(timedelta(hours=3)))
    scene.sandbox.settle()


def paused_anew(scene: ConversationHarness) -> None:
    """The end of the first pause does not come."""
    paused_for_a_while(scene)
    scene.do("pause")
    scene.click(scene.last_ephemeral(), "Pause Park")
    forward(scene, hours=2, minutes=1)


def resumed_before_its_end(scene: ConversationHarness) -> None:
    paused_for_a_while(scene)
    scene.click(scene.cards()[0], "Resume")
    forward(scene, hours=2, minutes=1)


TEMPORARY = ("End now", "Extend by 1h", "Keep")
STATES: dict[Callable[[ConversationHarness], None], Expected] = {
    made: Expected(NOW, "done", ("Undo",), (LOST, "→ Night Desk (6001)")),
    undone: Expected(f"Undone: {SEND}", "undone", ("Do it again",), ("*Undone:* #2 by @Ana Ruiz",), (LOST, "now go")),
    redone: Expected(NOW, "done", ("Undo",), (LOST, "*Done again:* #3 by @Ana Ruiz")),
    temporary: Expected(f"{NOW}, until Wed 12:00", "active until Wed 12:00", TEMPORARY, (LOST, "Wed 10 Jun 12:00")),
    extended: Expected(f"{NOW}, until Wed 13:00", "active until Wed 13:00", TEMPORARY, ("*Extended:* by @Ana Ruiz",)),
    kept: Expected(NOW, "done", ("Undo",), ("*Kept:* by @Ana Ruiz",), ("Until",)),
    ended: Expected(f"Ended: {SEND}", "ended", (), ("*Ended:* automatically",), (LOST, "now go")),
    ended_early: Expected(f"Ended: {SEND}", "ended", (), ("*Ended:* #3 by @Ana Ruiz",), (LOST,)),
    late: Expected(
        f"Late to end: {SEND}", "late, should have ended Wed 12:00", TEMPORARY, ("internal error (HTTP 500)", LOST)
    ),
    late_by_pause: Expected(
        f"Late to end: {SEND}", "late, should have ended Wed 12:00", TEMPORARY, ("Park is paused.", LOST), ("*Until:*",)
    ),
    not_ended: Expected(f"Could not be ended: {SEND}", "could not be ended", ("Put back as before",)),
    unknown: Expected(f"Unknown: {SEND}", "unknown", ("Check and try again",), ("may have gone through",)),
    not_run: Expected(
        "Not run: recall Sales to Night Desk at 13:00", "not run", ("Do it now",), ("Nothing was changed.",), (LOST,)
    ),
    paused: Expected("Park is paused until somebody resumes it", "done", ("Resume",), ("the PBX is being updated",)),
    resumed: Expected("Ended: Park is paused until somebody resumes it", "ended"),
    paused_for_a_while: Expected("Park is paused until Wed 10 Jun 12:00, Europe/Berlin", "done", ("Resume",)),
    over: Expected(
        "Ended: Park is paused until Wed 10 Jun 12:00, Europe/Berlin", "ended", (), ("*Ended:* automatically",)
    ),
    over_after_a_restart: Expected("Ended: Park is paused until Wed 10 Jun 12:00, Europe/Berlin", "ended"),
    paused_anew: Expected("Ended: Park is paused until Wed 10 Jun 12:00, Europe/Berlin", "ended", (), (), ("Ended:*",)),
    resumed_before_its_end: Expected(
        "Ended: Park is paused until Wed 10 Jun 12:00, Europe/Berlin", "ended", (), (), ("Ended:*",)
    ),
    replaced: Expected(
        f"Replaced: {SEND}", "replaced by #2", ("Undo",), ("*Replaced:* #2 by @Ana Ruiz",), (LOST, "now go")
    ),
    in_effect_again: Expected(NOW, "done", ("Undo",), (LOST,), ("Replaced",)),
    replaced_by_click: Expected(f"Replaced: {SEND}", "replaced by #4", (), ("*Replaced:* #4 by @Ana Ruiz",), (LOST,)),
    partly_replaced: Expected(
        "Added 1001 Amara Okafor and 1016 Pablo Fernández to Sales",
        "done",
        ("Undo",),
        ("*Changed since:* #2 by @Ana Ruiz",),
    ),
    scheduled: Expected(f"Scheduled: {SEND}", "scheduled for Wed 13:00", ("Do it now", "Cancel"), ("*Begins:*",)),
    cancelled: Expected(f"Cancelled: {SEND}", "cancelled", (), ("*Cancelled:* by @Ana Ruiz",), (LOST,)),
    deleted: Expected("Deleted the park group Billing", "done", ("Undo",)),
    restored: Expected("Undone: Delete the park group Billing", "undone", ("Do it again",), (), ("Deleted",)),
}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_card_shows_the_present_state(
    scene: ConversationHarness, state: Callable[[ConversationHarness], None]
) -> None:
    state(scene)
    check(scene.cards()[0], STATES[state])


ADD, ADDED = "Add 1001 Amara Okafor to Billing", "Added 1001 Amara Okafor to Billing"
DECISIONS = ("Approve", "Reject")


def alarm(scene: ConversationHarness) -> None:
    scene.do("emergency recall Billing to Night Desk for 1h because the desk is on fire", "ben")


def alarm_ended(scene: ConversationHarness) -> None:
    alarm(scene)
    forward(scene, hours=1, minutes=1)


def in_private(scene: ConversationHarness) -> None:
    ana = scene.sandbox.people["ana"]
    assert scene.sandbox.slack.slash(ana, scene.sandbox.slack.direct(ana), "recall Sales to Night Desk for 2h").ok
    scene.sandbox.settle()


def in_private_kept(scene: ConversationHarness) -> None:
    in_private(scene)
    scene.do("keep 1")


def asked(scene: ConversationHarness) -> None:
    scene.do("ask add 1001 to Billing", "ben")


def approved(scene: ConversationHarness) -> None:
    asked(scene)
    scene.click(scene.cards("ops")[0], "Approve")


def rejected(scene: ConversationHarness) -> None:
    asked(scene)
    scene.do("reject 1")


def withdrawn(scene: ConversationHarness) -> None:
    asked(scene)
    scene.click(scene.cards()[0], "Withdraw", "ben")


def expired(scene: ConversationHarness) -> None:
    asked(scene)
    forward(scene, hours=4, minutes=1)


BILLING = "Send unanswered parked calls of Billing to Night Desk (6001)"
COPIES: dict[Callable[[ConversationHarness], None], Expected] = {
    alarm: Expected(
        "Emergency change. Billing: unanswered parked calls now go to Night Desk (6001), until Wed 11:00",
        "active until Wed 11:00",
        TEMPORARY,
        ("*Emergency:* the desk is on fire", "by @Ben Ito · #1", "Wed 10 Jun 11:00", "asked for in #phones"),
    ),
    alarm_ended: Expected(f"Emergency change. Ended: {BILLING}", "ended", (), ("#1", "on fire"), (LOST, "now go")),
    in_private: Expected(
        f"{NOW}, until Wed 12:00",
        "active until Wed 12:00",
        TEMPORARY,
        ("by @Ana Ruiz · #1", "asked for in a direct message"),
        ("only you see it", "Open the thread"),
    ),
    in_private_kept: Expected(NOW, "done", ("Undo",), ("*Kept:* by @Ana Ruiz",), ("Until",)),
    asked: Expected(
        f"Waiting for approval: {ADD}",
        "waiting for approval",
        DECISIONS,
        ("*Added:* 1001 Amara Okafor", "*Needs approval from:*", "*Expires:*", "by @Ben Ito · #1"),
    ),
    approved: Expected(ADDED, "done", ("Undo",), ("*Approved:* by @Ana Ruiz",), ("Needs approval",)),
    rejected: Expected(f"Rejected: {ADD}", "rejected", (), ("*Rejected:* by @Ana Ruiz",), ("Needs approval",)),
    withdrawn: Expected(f"Withdrawn: {ADD}", "withdrawn", (), ("by @Ben Ito · #1",), ("Needs approval",)),
    expired: Expected(f"Expired: {ADD}", "expired", ("Ask again",), ("was not approved in time",)),
}


@pytest.mark.parametrize("state", COPIES, ids=lambda state: state.__name__)
def test_a_copy_shows_the_present_state_too(
    scene: ConversationHarness, state: Callable[[ConversationHarness], None]
) -> None:
    state(scene)
    copy = scene.cards("ops")[0]
    check(copy, COPIES[state])
    linked = "Open the thread" in copy.plain
    assert linked is (state not in (in_private, in_private_kept)), copy.plain


def test_the_first_card_of_a_request_lets_everybody_decide_and_the_asker_withdraw(scene: ConversationHarness) -> None:
    asked(scene)
    title, status, buttons = shown(scene.cards()[0])
    assert (title, status) == (f"Waiting for approval: {ADD}", "waiting for approval")
    assert set(buttons) == {"Approve", "Reject", "Withdraw"}


def test_a_pause_that_ends_by_itself_says_so_once_in_its_thread(scene: ConversationHarness) -> None:
    over(scene)
    assert [one.plain for one in scene.replies()] == ["*The pause is over: Park makes changes again.*"]
    assert len(scene.cards()) == 1


@pytest.mark.parametrize("state", [paused_anew, resumed_before_its_end])
def test_a_pause_that_was_ended_otherwise_says_nothing_at_its_time(
    scene: ConversationHarness, state: Callable[[ConversationHarness], None]
) -> None:
    state(scene)
    assert not [one for one in scene.replies() if "is over" in one.plain]


def test_what_waited_for_a_pause_is_ended_when_the_pause_ends_by_itself(scene: ConversationHarness) -> None:
    temporary(scene)
    scene.do("pause for 3h")
    scene.click(scene.last_ephemeral(), "Pause Park")
    scene.sandbox.forward(timedelta(hours=2, minutes=1))
    scene.sandbox.slack.wait_for(lambda: "late" in scene.cards()[0].plain)
    forward(scene, hours=1)
    assert [shown(card)[1] for card in scene.cards()] == ["ended", "ended"]


def test_the_end_of_a_pause_is_shown_once_slack_is_back(scene: ConversationHarness) -> None:
    paused_for_a_while(scene)
    scene.sandbox.slack.faults.fail("chat.update", "ratelimited", retry_after=5)
    scene.sandbox.forward(timedelta(hours=2, minutes=1))
    scene.sandbox.slack.wait_for(scene.replies)
    assert shown(scene.cards()[0])[1] == "done"
    scene.sandbox.forward(timedelta(minutes=2))
    scene.sandbox.slack.wait_for(lambda: shown(scene.cards()[0])[1] == "ended")


def test_a_pause_with_an_end_is_not_listed_as_a_temporary_change(scene: ConversationHarness) -> None:
    paused_for_a_while(scene)
    for line in ("pending", "groups", "group Sales"):
        scene.do(line)
        assert "wrong" not in scene.last_ephemeral().plain
    scene.do("history")
    assert "pause" in scene.last_ephemeral().plain
    forward(scene, hours=2, minutes=1)
    scene.do("history")
    assert "automatically" in scene.last_ephemeral().plain
    scene.do("undo 2")
    assert "#2 is the end of #1" in scene.last_ephemeral().plain
    assert "Park isn't paused." in scene.last_ephemeral().plain
