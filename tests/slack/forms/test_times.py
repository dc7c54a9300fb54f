"""Forms and acknowledgements don't wait for the PBX; tested by the order of events, not by the clock."""

import threading
from contextlib import suppress

import pytest

from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.slack.blocks import MAX_ACK, first_options, fits_in_ack
from bot.slack.parts import FORM_THREADS
from tests.slack.forms.conftest import Ready
from tests.waiting import PATIENCE

LONGEST = "\U0001f4de" * 62
"""A name with characters of twelve bytes each in JSON."""


TYPED = {
    ("group", "g"): ("Group 00001", 50),
    ("group", "group 0099"): ("Group 00990", 10),
    ("group", "998"): ("Group 00998", 1),
    ("group", "GROUP  00001"): ("Group 00001", 1),
    ("user", "1"): ("100001 Amara Okafor 0", 50),
    ("user", "104999"): ("104999 Søren Lindqvist 4998", 1),
    ("user", "søren lindqvist 4998"): ("104999 Søren Lindqvist 4998", 1),
}


def test_names_among_thousands_are_offered_from_memory_as_many_as_a_frame_holds() -> None:
    with Sandbox(pbx=FakePbx(groups=1_000, users=5_000)) as sandbox:  # `tests.bench.typeahead` has ten times as many
        ana = sandbox.people["ana"]
        for number in range(60):
            sandbox.pbx.console_create_group(f"{LONGEST}{number:02}")
        sandbox.slack.slash(ana, sandbox.channels["phones"], "add")
        sandbox.settle(100)
        sandbox.pbx.requests.clear()
        for (kind, text), (best, count) in TYPED.items():
            offer = sandbox.slack.suggest(ana, text, action_id=f"park:pick:{kind}")
            assert (offer[0]["text"]["text"], len(offer), offer.error) == (best, count, None)
        nobody = sandbox.slack.suggest(ana, "nobody of that name", action_id="park:pick:user")
        assert (list(nobody), nobody.error) == ([], None)
        long = sandbox.slack.suggest(ana, LONGEST[:10], action_id="park:pick:group")
        assert 5 < len(long) < 50
        assert sandbox.slack.connections == 1, "Slack ends the connection of an app that sends more"
        assert sandbox.pbx.requests == []


def test_an_answer_too_long_for_an_ack_is_said_after_it(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    assert sandbox.slack.slash(ana, phones, "help " + "\U0001f4de" * 1400).ok
    sandbox.settle()
    assert "There is no help on" in sandbox.slack.ephemerals(ana, phones)[-1].plain
    assert sandbox.slack.connections == 1


def test_a_frame_is_filled_to_the_brim_and_no_further() -> None:
    options = [{"text": "x" * 100, "value": str(number)} for number in range(1000)]
    kept = first_options(options)
    assert fits_in_ack({"options": kept})
    assert not fits_in_ack({"options": options[: len(kept) + 1]})
    assert MAX_ACK < 20_480


def test_a_picker_says_that_the_pbx_is_away(sandbox: Sandbox) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    sandbox.pbx.stop()
    sandbox.slack.slash(ana, phones, "add 1001")
    sandbox.settle()
    (option,) = sandbox.slack.suggest(ana, "sal", action_id="park:pick:group")
    assert "The PBX isn't answering" in option["text"]["text"]
    sandbox.settle()
    sandbox.pbx.start()
    sandbox.slack.suggest(ana, "sal", action_id="park:pick:group")
    sandbox.settle()
    offer = sandbox.slack.suggest(ana, "sal", action_id="park:pick:group")
    assert [one["value"] for one in offer] == ["Sales", "Sales for Partners"]


def hold(sandbox: Sandbox) -> Fault:
    """Makes reads from the PBX wait until the fault's `hold` is set."""
    return sandbox.pbx.faults.add(
        Fault(kind=FaultKind.SLOW, match="GET *", seconds=0, times=None, hold=threading.Event())
    )


def go_on(held: Fault) -> None:
    assert held.hold
    held.hold.set()


def answered(sandbox: Sandbox) -> list[str]:
    """The requests that the PBX has answered so far."""
    return [heard.line for heard in sandbox.pbx.requests if heard.status is not None]


@pytest.mark.parametrize("line", ["server recall time", "recall Sales", "server extension"])
def test_a_form_stands_there_before_the_pbx_has_said_anything(sandbox: Sandbox, ready: Ready, line: str) -> None:
    ana, phones = sandbox.people["ana"], sandbox.channels["phones"]
    held = hold(sandbox)
    assert sandbox.slack.slash(ana, phones, line).ok
    assert held.reached.wait(PATIENCE)
    assert "Opening" in sandbox.slack.view(ana).plain
    assert answered(sandbox) == []
    go_on(held)
    assert ready("Apply").submit


def test_twenty_forms_that_hang_delay_no_ack(sandbox: Sandbox) -> None:
    ana, ben, phones = sandbox.people["ana"], sandbox.people["ben"], sandbox.channels["phones"]
    sandbox.slack.slash(ben, phones, "add 1001")
    sandbox.settle()
    held, before = hold(sandbox), len(answered(sandbox))
    sandbox.slack.fill(ben, "Sales", label="Park group")  # which has its members read
    for _ in range(20):
        assert sandbox.slack.slash(ana, phones, "server recall time").ok
    sandbox.slack.wait_for(lambda: len(sandbox.pbx.requests) > before)
    assert sandbox.slack.slash(ana, phones, "groups").ok
    assert sandbox.slack.slash(ana, phones, "recall Sales to Night Desk").ok
    offer = sandbox.slack.suggest(ben, "sal", action_id="park:pick:group")
    assert [one["value"] for one in offer] == ["Sales", "Sales for Partners"]
    assert sandbox.slack.submit(ben).ok
    assert "Checking" in sandbox.slack.view(ben).plain
    assert len(answered(sandbox)) == before, "all of this while every form still hangs"
    go_on(held)
    sandbox.settle()
    assert "On its way" in sandbox.slack.view(ben).plain
    assert sandbox.pbx.state.groups[sandbox.pbx.state.group_id("Sales")]["recall_to"] == "RING_GROUP_ONLY"


def test_a_form_opens_within_its_triggers_time_however_many_others_hang(sandbox: Sandbox) -> None:
    ana, ben, phones = sandbox.people["ana"], sandbox.people["ben"], sandbox.channels["phones"]
    held, before = hold(sandbox), len(answered(sandbox))
    for _ in range(FORM_THREADS + 1):
        assert sandbox.slack.slash(ana, phones, "server recall time").ok
    assert sandbox.slack.slash(ben, phones, "recall Sales").ok
    sandbox.slack.wait_for(lambda: opening(sandbox, ben))
    assert len(answered(sandbox)) == before
    go_on(held)
    sandbox.settle()


def opening(sandbox: Sandbox, user: str) -> bool:
    with suppress(LookupError):
        return "Opening" in sandbox.slack.view(user).plain
    return False
