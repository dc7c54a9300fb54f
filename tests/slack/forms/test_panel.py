"""The panel of `/park` without text, and of the shortcuts."""

import re

import pytest

from bot.planning.overview import MAX_REPEATABLE
from bot.sandbox.environment import DEMO_POLICY, POLICY, Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.slack.model import Message
from tests.slack.forms.conftest import Ready

LATELY = ("add 1001 to Sales", "recall Sales to Night Desk", "remove 1001 from Sales")


def run_lines(sandbox: Sandbox, *lines: str, person: str = "ana", channel: str = "phones") -> None:
    for line in lines:
        sandbox.slack.slash(sandbox.people[person], sandbox.channels[channel], line)
        sandbox.settle()


def panel(sandbox: Sandbox, person: str = "ana", channel: str = "phones") -> Message:
    run_lines(sandbox, "", person=person, channel=channel)
    return sandbox.slack.ephemerals(sandbox.people[person], sandbox.channels[channel])[-1]


def repeats(plain: str) -> list[str]:
    return [part.partition("]")[0] for part in plain.split("[Again: ")[1:]]


def test_it_has_help_and_buttons_for_what_they_may_do_here(sandbox: Sandbox, ready: Ready) -> None:
    hers, his = panel(sandbox), panel(sandbox, "ben").plain
    assert "Commands that you can use here: groups, find, group, add" in hers.plain
    assert "[Add members]" in his
    sandbox.slack.click(sandbox.people["ana"], hers, label="More")
    more = ready("Everything that you may do here").plain
    assert "[Server extension]" in more
    assert more.index("[List groups]") < more.index("With care") < more.index("[Delete a group]"), "not side by side"
    assert "[Server extension]" not in his


def test_few_actions_come_first_and_all_others_are_behind_more(sandbox: Sandbox) -> None:
    (actions,) = [one for one in panel(sandbox).blocks if one["type"] == "actions"]
    labels = [one["text"]["text"] for one in actions["elements"]]
    assert labels == ["Change recall", "Add members", "Remove members", "Move members", "Repeat ...", "More"]


def test_examples_use_names_that_exist_and_that_this_person_may_use(sandbox: Sandbox, ready: Ready) -> None:
    run_lines(sandbox, "recall", person="ben")  # whose form has all names read
    sandbox.settle()
    examples = re.findall("`/park (.*?)`", panel(sandbox, "ben").plain)
    assert len(examples) == 2
    known = [one["name"] for one in sandbox.pbx.state.groups.values() if one["name"].startswith(("Sales", "Support"))]
    for line in examples:
        assert any(name in line for name in known), line
        run_lines(sandbox, f"preview {line}", person="ben")
        answer = sandbox.slack.ephemerals(sandbox.people["ben"])[-1].plain
        assert "may not" not in answer, answer
        assert "There is no" not in answer, answer


def test_a_guest_is_told_whom_to_ask_and_the_pbx_hears_nothing(sandbox: Sandbox) -> None:
    seen = panel(sandbox, "gil")
    assert "*Ask:* @leads" in seen.plain
    assert not [one for one in seen.blocks if one["type"] == "actions"]
    assert not sandbox.pbx.requests


def test_what_waits_and_what_is_temporary_comes_first_then_groups_then_what_can_be_taken_back(
    ready: Ready,
) -> None:
    with Sandbox(policy=DEMO_POLICY) as sandbox:
        run_lines(sandbox, "add 1001 to Billing", "recall Sales to Night Desk for 2h")
        run_lines(sandbox, "ask rename Warehouse to Depot", person="ben")
        message = panel(sandbox)
        order = ["[Approve]  [Reject]", "[End now]", "[Change recall]", "#1 add 1001 to Billing: done", "[Again:"]
        places = [message.plain.index(words) for words in order]
        assert places == sorted(places)
        sandbox.slack.click(sandbox.people["ana"], message, label="Undo")
        sandbox.settle()
        assert "1001" not in sandbox.pbx.state.members_of("Billing")


def test_it_is_short_enough_for_a_phone(sandbox: Sandbox) -> None:
    run_lines(sandbox, *LATELY)
    message = panel(sandbox)
    texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    assert len("\n".join(texts).splitlines()) <= 20, "with five groups and three recent changes"
    assert len("\n".join(texts)) <= 1500


def test_their_own_last_lines_are_a_tap_away_the_latest_first_and_each_once(sandbox: Sandbox) -> None:
    run_lines(sandbox, *LATELY, "add 1001 to sales")
    run_lines(sandbox, "recall Sales to user", person="ben")
    run_lines(sandbox, "groups", "find 1001", "recall Nowhere to user")
    assert repeats(panel(sandbox).plain) == ["add 1001 to sales", *reversed(LATELY[:3])][:MAX_REPEATABLE]


def test_a_tap_does_it_again(sandbox: Sandbox) -> None:
    run_lines(sandbox, "recall Sales to Night Desk", "recall Sales to user")
    message = panel(sandbox)
    sandbox.slack.click(sandbox.people["ana"], message, label="Again: recall Sales to Night Desk")
    sandbox.settle()
    assert sandbox.pbx.state.groups[sandbox.pbx.state.group_id("Sales")]["recall_to"] == "RING_GROUP_ONLY"
    assert len(sandbox.slack.messages(sandbox.channels["phones"])) == 3


def test_a_line_that_asks_first_still_asks(sandbox: Sandbox) -> None:
    ana = sandbox.people["ana"]
    run_lines(sandbox, "server off")
    sandbox.slack.click(ana, sandbox.slack.ephemerals(ana)[-1], label="Switch off")
    sandbox.settle()
    run_lines(sandbox, "server on")
    sandbox.slack.click(ana, panel(sandbox), label="Again: server off")
    sandbox.settle()
    assert "Nothing has changed yet" in sandbox.slack.ephemerals(ana)[-1].plain
    assert sandbox.pbx.state.server["enabled"]


def test_what_they_may_not_do_where_they_are_is_left_out(sandbox: Sandbox) -> None:
    run_lines(sandbox, "add 1001 to Sales", person="ben")
    assert repeats(panel(sandbox, "ben").plain) == ["add 1001 to Sales"]
    assert not repeats(panel(sandbox, "ben", "random").plain)
    sandbox.slack.state.groups[sandbox.groups["oncall"]].members.clear()
    sandbox.restart()
    assert not repeats(panel(sandbox, "ben").plain)


@pytest.mark.parametrize(("ring_groups", "there"), [('["Night Desk"]', True), ('["Reception"]', False)])
@pytest.mark.parametrize("ring_group", ["Night Desk", "6001"])
def test_a_recall_is_left_out_where_its_ring_group_may_no_longer_be_used(
    ring_group: str, ring_groups: str, there: bool
) -> None:
    rule = '[[allow]]\nname = "Eve"\nusers = ["{eve}"]\noperations = ["recall"]\nring_groups = '
    with Sandbox(policy=f"{POLICY}\n{rule}['*']") as sandbox:
        run_lines(sandbox, f"recall Sales to {ring_group}", person="eve")
        sandbox._policy = f"{POLICY}\n{rule}{ring_groups}"
        sandbox.restart()
        run_lines(sandbox, "recall", person="eve")  # the form has the names read that its pickers offer
        assert bool(repeats(panel(sandbox, "eve").plain)) is there


def test_the_shortcut_shows_what_may_be_done_from_anywhere_and_repeats_it_once_it_was_shown(
    sandbox: Sandbox, ready: Ready
) -> None:
    ana = sandbox.people["ana"]
    run_lines(sandbox, *LATELY)
    sandbox.slack.shortcut(ana, "park:panel")
    view = ready("Add members")
    assert repeats(view.plain) == list(reversed(LATELY))
    sandbox.slack.click(ana, view, label="Again: add 1001 to Sales")
    ready("*Added:* 1001", "Nothing has changed yet")
    sandbox.slack.submit(ana)
    sandbox.settle()
    assert sandbox.pbx.state.members_of("Sales")[-1] == "1001"


def test_a_message_shortcut_repeats_in_that_messages_thread(sandbox: Sandbox, ready: Ready) -> None:
    ben, phones = sandbox.people["ben"], sandbox.channels["phones"]
    run_lines(sandbox, "add 1001 to Sales", "remove 1001 from Sales", person="ben")
    ts = sandbox.slack.say(ben, phones, "please, as yesterday")
    sandbox.slack.message_shortcut(ben, sandbox.slack.messages(phones)[-1], "park:change")
    sandbox.slack.click(ben, ready("Add members", person="ben"), label="Again: add 1001 to Sales")
    ready("*Added:* 1001", person="ben")
    sandbox.slack.submit(ben)
    sandbox.settle()
    assert "Added 1001" in sandbox.slack.messages(phones, thread=ts)[1].plain


def test_help_comes_while_the_pbx_is_away(sandbox: Sandbox) -> None:
    run_lines(sandbox, "add 1001 to Sales")
    sandbox.pbx.stop()
    assert repeats(panel(sandbox).plain) == ["add 1001 to Sales"]


def test_a_line_of_a_big_group_still_fits_its_button() -> None:
    with Sandbox(pbx=FakePbx(groups=1, users=40)) as sandbox:
        numbers = [str(extension) for extension in sandbox.pbx.state.users][:20]
        run_lines(sandbox, f"add {', '.join(numbers)} to Group 00001")
        assert len(repeats(panel(sandbox).plain)) == 1
