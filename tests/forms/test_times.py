"""Forms and acknowledgements don't wait for the PBX; tested by the order of events, not by the clock."""

import threading
from contextlib import suppress

import pytest

from bot.app import OPENERS
from bot.sandbox.environment import Stage
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.faults import Fault, Kind
from bot.slack.blocks import MAX_ACK, first_options, fits_in_ack
from tests.forms.conftest import Ready

LONGEST = "\U0001f4de" * 62
"""A name with characters of twelve bytes each in JSON."""


TYPED = {
    ("group", "g"): ("Group 00001", 50),
    ("group", "group 0999"): ("Group 09990", 10),
    ("group", "9998"): ("Group 09998", 1),
    ("group", "GROUP  00001"): ("Group 00001", 1),
    ("user", "1"): ("100001 Amara Okafor 0", 50),
    ("user", "149999"): ("149999 Søren Lindqvist 49998", 1),
    ("user", "søren lindqvist 49998"): ("149999 Søren Lindqvist 49998", 1),
}


def test_names_among_60_000_are_offered_from_memory_as_many_as_a_frame_holds() -> None:
    with Stage(pbx=SandboxPBX(groups=10_000, users=50_000)) as stage:
        ana = stage.people["ana"]
        for number in range(60):
            stage.pbx.console_create_group(f"{LONGEST}{number:02}")
        stage.slack.slash(ana, stage.channels["phones"], "add")
        stage.settle(100)
        stage.pbx.requests.clear()
        for (kind, text), (best, count) in TYPED.items():
            offer = stage.slack.suggest(ana, text, action_id=f"park:pick:{kind}")
            assert (offer[0]["text"]["text"], len(offer), offer.error) == (best, count, None)
        nobody = stage.slack.suggest(ana, "nobody of that name", action_id="park:pick:user")
        assert (list(nobody), nobody.error) == ([], None)
        long = stage.slack.suggest(ana, LONGEST[:10], action_id="park:pick:group")
        assert 5 < len(long) < 50
        assert stage.slack.connections == 1, "Slack ends the connection of an app that sends more"
        assert stage.pbx.requests == []


def test_an_answer_too_long_for_an_ack_is_said_after_it(stage: Stage) -> None:
    ana, phones = stage.people["ana"], stage.channels["phones"]
    assert stage.slack.slash(ana, phones, "help " + "\U0001f4de" * 1400).ok
    stage.settle()
    assert "There is no help on" in stage.slack.ephemerals(ana, phones)[-1].plain
    assert stage.slack.connections == 1


def test_a_frame_is_filled_to_the_brim_and_no_further() -> None:
    options = [{"text": "x" * 100, "value": str(number)} for number in range(1000)]
    kept = first_options(options)
    assert fits_in_ack({"options": kept})
    assert not fits_in_ack({"options": options[: len(kept) + 1]})
    assert MAX_ACK < 20_480


def test_a_picker_says_that_the_pbx_is_away(stage: Stage) -> None:
    ana, phones = stage.people["ana"], stage.channels["phones"]
    stage.pbx.stop()
    stage.slack.slash(ana, phones, "add 1001")
    stage.settle(30)
    (option,) = stage.slack.suggest(ana, "sal", action_id="park:pick:group")
    assert "The PBX does not answer just now" in option["text"]["text"]
    stage.settle(30)
    stage.pbx.start()
    stage.slack.suggest(ana, "sal", action_id="park:pick:group")
    stage.settle(30)
    offer = stage.slack.suggest(ana, "sal", action_id="park:pick:group")
    assert [one["value"] for one in offer] == ["Sales", "Sales for Partners"]


def hold(stage: Stage) -> Fault:
    """Makes reads from the PBX wait until the fault's `hold` is set."""
    return stage.pbx.faults.add(Fault(kind=Kind.SLOW, match="GET *", seconds=0, times=None, hold=threading.Event()))


def go_on(held: Fault) -> None:
    assert held.hold
    held.hold.set()


def answered(stage: Stage) -> list[str]:
    """The requests that the PBX has answered so far."""
    return [heard.line for heard in stage.pbx.requests if heard.status is not None]


@pytest.mark.parametrize("line", ["server recall time", "recall Sales", "server extension"])
def test_a_form_stands_there_before_the_pbx_has_said_anything(stage: Stage, ready: Ready, line: str) -> None:
    ana, phones = stage.people["ana"], stage.channels["phones"]
    held = hold(stage)
    assert stage.slack.slash(ana, phones, line).ok
    assert held.reached.wait(10)
    assert "Opening" in stage.slack.view(ana).plain
    assert answered(stage) == []
    go_on(held)
    assert ready("Review").submit


def test_twenty_forms_that_hang_delay_no_ack(stage: Stage) -> None:
    ana, ben, phones = stage.people["ana"], stage.people["ben"], stage.channels["phones"]
    stage.slack.slash(ben, phones, "add 1001")
    stage.settle()
    stage.slack.fill(ben, "Sales", label="Park group")
    held, before = hold(stage), len(answered(stage))
    for _ in range(20):
        assert stage.slack.slash(ana, phones, "server recall time").ok
    stage.slack.wait_for(lambda: len(stage.pbx.requests) > before, timeout=10)
    assert stage.slack.slash(ana, phones, "groups").ok
    assert stage.slack.slash(ana, phones, "recall Sales to Night Desk").ok
    offer = stage.slack.suggest(ben, "sal", action_id="park:pick:group")
    assert [one["value"] for one in offer] == ["Sales", "Sales for Partners"]
    assert stage.slack.submit(ben).ok
    assert "Checking" in stage.slack.view(ben).plain
    assert len(answered(stage)) == before, "all of this while every form still hangs"
    go_on(held)
    stage.settle(60)
    assert "[Apply]" in stage.slack.view(ben).plain
    assert stage.pbx.state.groups[stage.pbx.state.group_id("Sales")]["recall_to"] == "RING_GROUP_ONLY"


def test_a_form_opens_within_its_triggers_time_however_many_others_hang(stage: Stage) -> None:
    ana, ben, phones = stage.people["ana"], stage.people["ben"], stage.channels["phones"]
    held, before = hold(stage), len(answered(stage))
    for _ in range(OPENERS + 1):
        assert stage.slack.slash(ana, phones, "server recall time").ok
    assert stage.slack.slash(ben, phones, "recall Sales").ok
    stage.slack.wait_for(lambda: opening(stage, ben), timeout=20)
    assert len(answered(stage)) == before
    go_on(held)
    stage.settle(60)


def opening(stage: Stage, user: str) -> bool:
    with suppress(LookupError):
        return "Opening" in stage.slack.view(user).plain
    return False
