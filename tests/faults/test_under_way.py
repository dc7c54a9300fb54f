"""Commands about a temporary change whose end is under way wait for it, and answer what is true then."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.changes.repository import ChangeRepository
from bot.journal.models import Entry, State
from bot.sandbox.environment import ORDINARY_INSTANT, Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.worker.lease import RetryPolicy
from tests.faults.scene import ConversationHarness
from tests.waiting import PATIENCE, wait_until

CHANGE, END, ASKED = 1, 2, 3
"""Numbers of a temporary change, its end, and what is asked about it."""
LINES = ("keep {}", "extend {} by 1h", "extend {} until 23:00")
NEW_NAME = "Vertrieb"
REFERENCES = ("1", "Sales", NEW_NAME)
"""By number, by name, and by the name that the group was given outside Park since."""


@pytest.fixture
def release() -> threading.Event:
    return threading.Event()


@pytest.fixture
def scene(release: threading.Event) -> Iterator[ConversationHarness]:
    policy = RetryPolicy(retry_delay=timedelta(seconds=0.1), verify_delays=(0.01, 0.02))
    with Sandbox(retry_policy=policy, now=ORDINARY_INSTANT, pbx_deadline=30.0) as sandbox:
        scene = ConversationHarness(sandbox)
        scene.do("recall Sales to Night Desk for 1h")
        yield scene
        release.set()


def begin_end(
    scene: ConversationHarness, release: threading.Event, fault: FaultKind = FaultKind.SLOW, *, renamed: bool = False
) -> None:
    """Lets the end begin, which the PBX answers once it is released."""
    times = None if fault is FaultKind.STATUS else 1
    path = f"POST {scene.path('Sales')}"
    held = Fault(kind=fault, match=path, times=times, hold=release, seconds=0, status=403)
    if renamed:
        scene.sandbox.pbx.state.groups[scene.id("Sales")]["name"] = NEW_NAME
        scene.sandbox.park.tenant.workers.worker.processor.planner.directory.invalidate_groups()
    scene.sandbox.pbx.faults.add(held)
    scene.sandbox.forward(timedelta(hours=1, minutes=1))
    assert held.reached.wait(PATIENCE)


def ask(scene: ConversationHarness, line: str) -> None:
    """Asks while the end is under way, and waits until that is stored."""
    scene.slash(line)
    journal = scene.sandbox.park.tenant.journal
    wait_until(lambda: journal.recent(1)[0].id == ASKED)
    assert not journal.get(END).state.ended


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("reference", REFERENCES)
def test_what_has_ended_by_then_is_said_to_have_ended(
    scene: ConversationHarness, release: threading.Event, line: str, reference: str
) -> None:
    begin_end(scene, release, renamed=reference == NEW_NAME)
    ask(scene, line.format(reference))
    release.set()
    scene.sandbox.settle()
    journal = scene.sandbox.park.tenant.journal
    assert journal.get(END).state is State.DONE
    assert journal.get(ASKED).state is State.REFUSED
    said = scene.last_ephemeral().plain
    assert "has already ended" in said or "Nothing is pending for" in said


@pytest.mark.parametrize("line", LINES)
def test_what_ends_while_it_is_looked_for_is_not_said_to_be_pending(
    scene: ConversationHarness, release: threading.Event, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    begin_end(scene, release, renamed=True)
    journal, read = scene.sandbox.park.tenant.journal, ChangeRepository.scheduled_ends

    def ended_then(repository: ChangeRepository) -> list[tuple[Entry, Entry]]:
        ends = list(read(repository))
        release.set()
        wait_until(lambda: journal.get(END).state.ended)
        return ends

    monkeypatch.setattr(ChangeRepository, "scheduled_ends", ended_then)
    scene.do(line.format(NEW_NAME))
    assert scene.last_ephemeral().plain.startswith("*Nothing is pending for")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("reference", REFERENCES)
def test_what_could_not_be_ended_is_kept_or_extended(
    scene: ConversationHarness, release: threading.Event, line: str, reference: str
) -> None:
    begin_end(scene, release, FaultKind.STATUS, renamed=reference == NEW_NAME)
    ask(scene, line.format(reference))
    release.set()
    scene.sandbox.settle()
    journal = scene.sandbox.park.tenant.journal
    assert journal.get(ASKED).state is State.DONE, scene.last_ephemeral().plain
    assert journal.get(END).state is (State.CANCELLED if "keep" in line else State.SCHEDULED)
