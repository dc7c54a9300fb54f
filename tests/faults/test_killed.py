"""`kill -9` at each point of the path: after the restart the change stands once, and the thread tells it truly."""

import random
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from bot.sandbox.pbx.faults import FaultKind
from tests.faults.process import ProcessHarness, process_harness
from tests.faults.scene import first_seed

LINES = {
    "add 1001 to Sales": "POST */members/1001",
    "remove 1002 from Sales": "POST */members/1002/destroy",
    "recall Sales to user then Night Desk": "POST /api/call_park_groups/*",
    'create "Field Staff"': "POST /api/call_park_groups",
}


@pytest.fixture
def park() -> Iterator[ProcessHarness]:
    with process_harness() as running:
        yield running


def _made_once_and_told(park: ProcessHarness, *, cards: int = 1) -> None:
    """Asserts that the change was made once and confirmed; `cards` is the most that may show it."""
    park.wait_until_confirmed()
    assert park.changes() == 1
    assert 1 <= len(park.cards()) <= cards
    assert all("#1 · done" in card.plain for card in park.cards())
    assert "Done and verified on the PBX" in park.replies()[-1].plain


def test_it_ends_cleanly_when_told_to(park: ProcessHarness) -> None:
    park.slash("add 1001 to Sales")
    assert park.end(signal.SIGTERM) == 0
    park.start()
    _made_once_and_told(park)


def test_just_after_the_acknowledgement(park: ProcessHarness) -> None:
    park.slash("add 1001 to Sales")
    park.kill()
    park.start()
    _made_once_and_told(park, cards=2)


def test_while_planning(park: ProcessHarness) -> None:
    reading = park.hold("GET */members")
    park.slash("add 1001 to Sales")
    park.reached(reading)
    park.kill()
    park.go_on(reading)
    park.start()
    _made_once_and_told(park)
    assert len(park.writes) == 1


@pytest.mark.parametrize("line", LINES)
def test_during_a_write_that_lands_after_the_restart(park: ProcessHarness, line: str) -> None:
    writing = park.hold(LINES[line])
    park.slash(line)
    park.reached(writing)
    park.kill()
    park.start()
    time.sleep(0.3)
    park.go_on(writing)
    _made_once_and_told(park)
    assert len(park.writes) == 1, "it was waited for, not sent again"


def test_during_a_write_that_never_lands(park: ProcessHarness) -> None:
    writing = park.fail(FaultKind.DROP_BEFORE, hold=threading.Event())
    park.slash("add 1001 to Sales")
    park.reached(writing)
    park.kill()
    park.go_on(writing)
    park.start()
    _made_once_and_told(park)
    assert len(park.writes) == 2


def test_in_the_middle_of_five(park: ProcessHarness) -> None:
    writing = park.fail(FaultKind.DROP_BEFORE, "POST */members/1005", hold=threading.Event())
    park.slash("add 1001, 1004, 1005, 1006, 1008 to Sales")
    park.reached(writing)
    park.kill()
    park.go_on(writing)
    park.start()
    park.wait_until_confirmed()
    assert park.members("Sales")[-5:] == ["1001", "1004", "1005", "1006", "1008"]
    assert park.changes() == 5
    assert "· done" in park.card().plain


def test_in_the_middle_of_five_with_somebody_at_the_console_before_the_restart(park: ProcessHarness) -> None:
    writing = park.fail(FaultKind.DROP_BEFORE, "POST */members/1005", hold=threading.Event())
    park.slash("add 1001, 1004, 1005, 1006, 1008 to Sales")
    park.reached(writing)
    park.kill()
    park.go_on(writing)
    park.sandbox.pbx.console_remove_member(park.id("Sales"), "1002")
    park.start()
    park.wait_until_confirmed()
    assert park.members("Sales")[-2:] == ["1001", "1004"], "nothing more is written"
    assert "Unknown" in park.card().plain
    assert "was changed by somebody else" in park.card().plain
    assert "1002" in park.card().plain
    assert park.mentions(park.reply())


def test_between_the_halves_of_a_move(park: ProcessHarness) -> None:
    writing = park.fail(FaultKind.DROP_BEFORE, "POST */members/1002", hold=threading.Event())
    park.slash("move 1002 from Sales to Support")
    park.reached(writing)
    park.kill()
    park.go_on(writing)
    park.start()
    park.wait_until_confirmed()
    assert "1002" not in park.members("Sales")
    assert park.members("Support")[-1] == "1002"
    assert park.changes() == 2


def test_after_the_write_and_before_the_confirmation(park: ProcessHarness) -> None:
    park.sandbox.slack.faults.latency("chat.postMessage", 1.0)
    park.slash("add 1001 to Sales")
    while not park.changes():
        time.sleep(0.01)
    time.sleep(0.3)
    park.kill()
    park.sandbox.slack.faults.latency("chat.postMessage", 0.0)
    park.start()
    _made_once_and_told(park, cards=2)
    assert len(park.writes) == 1


def test_between_the_card_and_its_checkpoint_or_its_reply(park: ProcessHarness) -> None:
    park.sandbox.slack.faults.latency("chat.postMessage", 0.3)
    park.slash("add 1001 to Sales")
    park.sandbox.slack.wait_for(park.cards)
    park.kill()
    park.sandbox.slack.faults.latency("chat.postMessage", 0.0)
    park.start()
    _made_once_and_told(park, cards=2)
    assert len(park.writes) == 1


def test_again_and_again_at_random(park: ProcessHarness) -> None:
    seed = first_seed()
    rng = random.Random(seed)
    park.sandbox.pbx.faults.latency = 0.03
    park.sandbox.slack.faults.latency("chat.postMessage", 0.1)
    asked = [str(number) for number in (1001, 1004, 1005, 1006, 1008, 1009)]
    for number in asked:
        park.slash(f"add {number} to Sales")
        time.sleep(rng.uniform(0, 0.6))
        park.kill()
        park.start()
    park.wait_until_confirmed(len(asked))
    assert sorted(park.members("Sales")[-len(asked) :]) == asked, f"seed {seed}"
    assert park.changes() == len(asked), f"seed {seed}"
    wait_until_confirmed = {
        number for number in range(1, 7) if any(f"#{number} · done" in card.plain for card in park.cards())
    }
    assert wait_until_confirmed == {1, 2, 3, 4, 5, 6}, f"seed {seed}"


def _notes(park: ProcessHarness) -> list[str]:
    return [one.plain for one in park.direct() if "Working on" in one.plain]


@pytest.mark.parametrize("line", ["add 1001 to Sales", "group Sales"])
def test_the_note_that_it_takes_a_while_goes_after_the_restart(park: ProcessHarness, line: str) -> None:
    reading = park.hold("GET *")
    park.slash(line)
    park.reached(reading)
    park.sandbox.slack.wait_for(park.note_is_stored)
    assert _notes(park)
    park.kill()
    park.go_on(reading)
    park.start()
    park.sandbox.slack.wait_for(lambda: not _notes(park))
