"""The panel of `/park` without text, and of the shortcuts."""

import pytest

from bot.planning.overview import MOST
from bot.sandbox.environment import POLICY, Stage
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.slack.model import Message
from tests.forms.conftest import Ready

LATELY = ("add 1001 to Sales", "recall Sales to Night Desk", "remove 1001 from Sales")


def run_lines(stage: Stage, *lines: str, person: str = "ana", channel: str = "phones") -> None:
    for line in lines:
        stage.slack.slash(stage.people[person], stage.channels[channel], line)
        stage.settle()


def panel(stage: Stage, person: str = "ana", channel: str = "phones") -> Message:
    run_lines(stage, "", person=person, channel=channel)
    return stage.slack.ephemerals(stage.people[person], stage.channels[channel])[-1]


def repeats(plain: str) -> list[str]:
    return [part.partition("]")[0] for part in plain.split("[Again: ")[1:]]


def test_it_has_help_and_buttons_for_what_they_may_do_here(stage: Stage) -> None:
    hers, his = panel(stage).plain, panel(stage, "ben").plain
    assert "`/park add 1001 to Sales`" in hers
    assert "Here you may type: groups, find, group, add" in hers
    assert "[Add members]" in his
    assert "[Server extension]" in hers
    assert "[Server extension]" not in his


def test_it_is_short_enough_for_a_phone(stage: Stage) -> None:
    run_lines(stage, *LATELY)
    message = panel(stage)
    texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    assert len("\n".join(texts).splitlines()) <= 10
    assert len("\n".join(texts)) <= 900


def test_their_own_last_lines_are_a_tap_away_the_latest_first_and_each_once(stage: Stage) -> None:
    run_lines(stage, *LATELY, "add 1001 to sales")
    run_lines(stage, "recall Sales to user", person="ben")
    run_lines(stage, "groups", "find 1001", "recall Nowhere to user")
    assert repeats(panel(stage).plain) == ["add 1001 to sales", *reversed(LATELY[:3])][:MOST]


def test_a_tap_does_it_again(stage: Stage) -> None:
    run_lines(stage, "recall Sales to Night Desk", "recall Sales to user")
    message = panel(stage)
    stage.slack.click(stage.people["ana"], message, label="Again: recall Sales to Night Desk")
    stage.settle()
    assert stage.pbx.state.groups[stage.pbx.state.group_id("Sales")]["recall_to"] == "RING_GROUP_ONLY"
    assert len(stage.slack.messages(stage.channels["phones"])) == 3


def test_a_line_that_asks_first_still_asks(stage: Stage) -> None:
    ana = stage.people["ana"]
    run_lines(stage, "server off")
    stage.slack.click(ana, stage.slack.ephemerals(ana)[-1], label="Switch off")
    stage.settle()
    run_lines(stage, "server on")
    stage.slack.click(ana, panel(stage), label="Again: server off")
    stage.settle()
    assert "Nothing is changed yet" in stage.slack.ephemerals(ana)[-1].plain
    assert stage.pbx.state.server["enabled"]


def test_what_they_may_not_do_where_they_are_is_left_out(stage: Stage) -> None:
    run_lines(stage, "add 1001 to Sales", person="ben")
    assert repeats(panel(stage, "ben").plain) == ["add 1001 to Sales"]
    assert not repeats(panel(stage, "ben", "random").plain)
    stage.slack.state.groups[stage.groups["oncall"]].members.clear()
    stage.restart()
    assert not repeats(panel(stage, "ben").plain)


@pytest.mark.parametrize(("ring_groups", "there"), [('["Night Desk"]', True), ('["Reception"]', False)])
@pytest.mark.parametrize("ring_group", ["Night Desk", "6001"])
def test_a_recall_is_left_out_where_its_ring_group_may_no_longer_be_used(
    ring_group: str, ring_groups: str, there: bool
) -> None:
    rule = '[[allow]]\nname = "Eve"\nusers = ["{eve}"]\noperations = ["recall"]\nring_groups = '
    with Stage(policy=f"{POLICY}\n{rule}['*']") as stage:
        run_lines(stage, f"recall Sales to {ring_group}", person="eve")
        stage._policy = f"{POLICY}\n{rule}{ring_groups}"
        stage.restart()
        run_lines(stage, "recall", person="eve")  # the form has the names read that its pickers offer
        assert bool(repeats(panel(stage, "eve").plain)) is there


def test_the_shortcut_shows_what_may_be_done_from_anywhere_and_repeats_it_once_it_was_shown(
    stage: Stage, ready: Ready
) -> None:
    ana = stage.people["ana"]
    run_lines(stage, *LATELY)
    stage.slack.shortcut(ana, "park:panel")
    view = ready("Add members")
    assert repeats(view.plain) == list(reversed(LATELY))
    stage.slack.click(ana, view, label="Again: add 1001 to Sales")
    ready("*Added:* 1001", "Nothing is changed yet")
    stage.slack.submit(ana)
    stage.settle()
    assert stage.pbx.state.members_of("Sales")[-1] == "1001"


def test_a_message_shortcut_repeats_in_that_messages_thread(stage: Stage, ready: Ready) -> None:
    ben, phones = stage.people["ben"], stage.channels["phones"]
    run_lines(stage, "add 1001 to Sales", "remove 1001 from Sales", person="ben")
    ts = stage.slack.say(ben, phones, "please, as yesterday")
    stage.slack.message_shortcut(ben, stage.slack.messages(phones)[-1], "park:change")
    stage.slack.click(ben, ready("Add members", person="ben"), label="Again: add 1001 to Sales")
    ready("*Added:* 1001", person="ben")
    stage.slack.submit(ben)
    stage.settle()
    assert "Added 1001" in stage.slack.messages(phones, thread=ts)[1].plain


def test_help_comes_while_the_pbx_is_away(stage: Stage) -> None:
    run_lines(stage, "add 1001 to Sales")
    stage.pbx.stop()
    assert repeats(panel(stage).plain) == ["add 1001 to Sales"]


def test_a_line_of_a_big_group_still_fits_its_button() -> None:
    with Stage(pbx=SandboxPBX(groups=1, users=40)) as stage:
        numbers = [str(extension) for extension in stage.pbx.state.users][:20]
        run_lines(stage, f"add {', '.join(numbers)} to Group 00001")
        assert len(repeats(panel(stage).plain)) == 1
