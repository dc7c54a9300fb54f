"""Three replicas under load, killed and frozen at random: nothing lost, nothing twice, in order, none overlapping."""

import json
import random
import re
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.journal.models import Entry, State
from tests.faults.replica import Replica
from tests.faults.scene import first_seed
from tests.faults.watching import LEASE, ReplicaHarness, replica_harness
from tests.postgres import Server

GROUPS = ("Sales", "Support", "Billing", "Warehouse")
PEOPLE = ("1001", "1004", "1005", "1006", "1008", "1009", "1010", "1014")
REPLICAS = 3
INJECTED_FAULTS = 4
TYPISTS = 4
"""Users who type at once, each with one group and two PBX users of their own."""
PAUSE = 0.5
"""Seconds between the lines of one: each of three replicas has work when it is killed, and no more than it can do."""
BACKLOG = 16
"""Changes that may wait while more is typed: enough for all threads, and a busy machine has no more to make up for."""


@pytest.fixture
def scene(postgres: Server) -> Iterator[ReplicaHarness]:
    with replica_harness(postgres) as one:
        yield one


class FaultInjector:
    """Alternates between replacing a killed replica and suspending one for longer than a lease."""

    def __init__(self, scene: ReplicaHarness, rng: random.Random) -> None:
        self.scene, self.rng = scene, rng
        self.living = [scene.start() for _ in range(REPLICAS)]

    def run(self) -> None:
        """Injects INJECTED_FAULTS faults, with random delays between them."""
        for number in range(INJECTED_FAULTS):
            time.sleep(self.rng.uniform(0.3, 1.5))
            one = self.rng.choice(self.living)
            if number % 2:
                self._freeze(one)
            else:
                self._kill(one)

    def _kill(self, one: Replica) -> None:
        one.kill()
        self.living.remove(one)
        self.living.append(self.scene.start())

    def _freeze(self, one: Replica) -> None:
        one.send(signal.SIGSTOP)
        time.sleep(LEASE.total_seconds() * self.rng.uniform(1.1, 1.6))
        one.send(signal.SIGCONT)


def _type_until(over: threading.Event, scene: ReplicaHarness, typist: int, typed: list[str]) -> None:
    """Adds and removes members without waiting for confirmations; notes the lines that were accepted.

    A line was not accepted if it was not acknowledged, or acknowledged with an answer that nothing was done.
    """
    group, people = GROUPS[typist % len(GROUPS)], PEOPLE[2 * typist : 2 * typist + 2]
    lines = [f"{verb} {number} {way} {group}" for number in people for verb, way in (("add", "to"), ("remove", "from"))]
    while not over.is_set():
        for line in lines:
            while len(scene.journal.waiting()) >= BACKLOG and not over.wait(0.1):
                pass
            ack = scene.sandbox.slack.slash(scene.sandbox.people["ana"], scene.sandbox.channels["phones"], line)
            if ack.ok and ack.payload is None:
                typed.append(line)
            time.sleep(PAUSE)


@pytest.mark.timeout(300)
def test_nothing_is_lost_nothing_is_done_twice_and_none_overlap(scene: ReplicaHarness) -> None:
    seed = first_seed()
    print(f"seed {seed}")  # noqa: T201 - shown where it fails
    scene.sandbox.pbx.faults.latency = 0.03
    injector, over, typed = FaultInjector(scene, random.Random(seed)), threading.Event(), list[str]()
    with ThreadPoolExecutor(TYPISTS) as pool:
        typists = [pool.submit(_type_until, over, scene, typist, typed) for typist in range(TYPISTS)]
        try:
            injector.run()
        finally:
            over.set()
        for typist in typists:
            typist.result()
    scene.wait_until_idle()
    entries = scene.journal.recent(10_000)[::-1]
    assert len(typed) > 10
    assert Counter(typed) <= Counter(entry.request.line for entry in entries), "acknowledged, and lost"
    states = Counter(entry.state for entry in entries)
    assert states.keys() <= {State.DONE, State.ALREADY, State.REFUSED, State.FAILED, State.UNKNOWN}
    most = max(len(entries) / 10, INJECTED_FAULTS)  # a slow machine makes few changes between two faults
    assert states[State.UNKNOWN] <= most, "a write whose answer is lost is read back, as a rule"
    _none_overlapped(scene, entries)
    _each_was_done_once_and_in_order(scene, entries)
    _each_was_confirmed(scene, entries)


def _none_overlapped(scene: ReplicaHarness, entries: list[Entry]) -> None:
    """Asserts that no two entries with overlapping footprints ran at once; events are in the order of commits."""
    by_id = {entry.id: entry for entry in entries}
    history = sorted((event for number in by_id for event in scene.journal.events(number)), key=lambda event: event.id)
    running, ended = dict[int, Entry](), set[int]()
    for event in history:
        assert event.entry is not None
        entry = by_id[event.entry]
        if event.what == "ended":
            ended.add(entry.id)
            del running[entry.id]
        elif event.what == "claimed" and entry.id not in ended:
            others = (other for other in running.values() if other.id != entry.id)
            assert not any(other.footprint & entry.footprint for other in others), f"{entry.id} overlaps"
            running[entry.id] = entry


def _each_was_done_once_and_in_order(scene: ReplicaHarness, entries: list[Entry]) -> None:
    """Asserts that the PBX made exactly the changes that are done by the journal, in that order for each user.

    On a machine that stands still for seconds a write may be answered by nobody: it may stand between the others.
    """
    made = _made(scene)
    for number in PEOPLE:
        own = [entry for entry in entries if number in entry.request.line.split()]
        possible = [(entry.request.line.split()[0], entry.state is State.UNKNOWN) for entry in own if _may_stand(entry)]
        pattern = "".join(f"(?:{verb} )?" if in_doubt else f"{verb} " for verb, in_doubt in possible)
        assert re.fullmatch(pattern, "".join(f"{verb} " for verb in made[number])), (number, made[number], possible)


def _may_stand(entry: Entry) -> bool:
    return entry.state in (State.DONE, State.UNKNOWN)


def _made(scene: ReplicaHarness) -> dict[str, list[str]]:
    """Returns each user's additions and removals from the PBX's audit log."""
    made = defaultdict[str, list[str]](list)
    for record in scene.sandbox.pbx.state.audit:
        before, after = (set(json.loads(record[side])["members"]) for side in ("old_state", "new_state"))
        for number in after - before:
            made[number].append("add")
        for number in before - after:
            made[number].append("remove")
    return made


def _each_was_confirmed(scene: ReplicaHarness, entries: list[Entry]) -> None:
    """Asserts that every change that is done has a card which says so, or which later change has replaced it."""
    shown = "\n".join(card.plain for card in scene.cards())
    done = {entry.id for entry in entries if entry.state is State.DONE}
    replaced = {int(number): int(by) for number, by in re.findall(r"#(\d+) · replaced by #(\d+) ·", shown)}
    assert done - replaced.keys() == {int(number) for number in re.findall(r"#(\d+) · done ·", shown)} - replaced.keys()
    assert all(number in done and by in done and number < by for number, by in replaced.items())
