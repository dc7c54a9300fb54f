"""Three replicas under load, killed and frozen at random: nothing lost, nothing twice, in order, none overlapping."""

import json
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.journal.models import Entry, State
from tests.faults.replica import Replica
from tests.faults.watching import LEASE, Watching, watching
from tests.postgres import Server

GROUPS = ("Sales", "Support", "Billing", "Warehouse")
PEOPLE = ("1001", "1004", "1005", "1006", "1008", "1009", "1010", "1014")
REPLICAS = 3
DEATHS = 8
HANDS = 4
"""People who type at once, each in a group of their own and with two users of their own."""


@pytest.fixture
def scene(postgres: Server) -> Iterator[Watching]:
    with watching(postgres) as one:
        yield one


class Storm:
    """Kills a replica and starts another, or freezes one for longer than a lease, one after the other."""

    def __init__(self, scene: Watching, chance: random.Random) -> None:
        self.scene, self.chance = scene, chance
        self.living = [scene.start() for _ in range(REPLICAS)]

    def rage(self) -> None:
        """Until it has done what it does DEATHS times; then all go on."""
        for number in range(DEATHS):
            time.sleep(self.chance.uniform(0.3, 1.5))
            one = self.chance.choice(self.living)
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
        time.sleep(LEASE.total_seconds() * self.chance.uniform(1.1, 1.6))
        one.send(signal.SIGCONT)


def _type_until(over: threading.Event, scene: Watching, hand: int, typed: list[str]) -> None:
    """In and out of the group, one line after the other without waiting; what was accepted is remembered.

    It was not where nothing was acknowledged, or where the answer says at once that nothing was done.
    """
    group, people = GROUPS[hand % len(GROUPS)], PEOPLE[2 * hand : 2 * hand + 2]
    lines = [f"{verb} {number} {way} {group}" for number in people for verb, way in (("add", "to"), ("remove", "from"))]
    while not over.is_set():
        for line in lines:
            ack = scene.stage.slack.slash(scene.stage.people["ana"], scene.stage.channels["phones"], line)
            if ack.ok and ack.payload is None:
                typed.append(line)
            time.sleep(0.2)


@pytest.mark.timeout(300)
def test_nothing_is_lost_nothing_is_done_twice_and_none_overlap(scene: Watching) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown where it fails
    scene.stage.pbx.faults.latency = 0.03
    storm, over, typed = Storm(scene, random.Random(seed)), threading.Event(), list[str]()
    with ThreadPoolExecutor(HANDS) as pool:
        hands = [pool.submit(_type_until, over, scene, hand, typed) for hand in range(HANDS)]
        try:
            storm.rage()
        finally:
            over.set()
        for hand in hands:
            hand.result()
    scene.all_told(120)
    entries = scene.journal.recent(10_000)[::-1]
    assert len(typed) > 10
    assert Counter(typed) <= Counter(entry.request.line for entry in entries), "acknowledged, and lost"
    assert {entry.state for entry in entries} <= {State.DONE, State.ALREADY, State.REFUSED, State.FAILED}
    _none_overlapped(scene, entries)
    _each_was_done_once_and_in_order(scene, entries)
    _each_was_told(scene, entries)


def _none_overlapped(scene: Watching, entries: list[Entry]) -> None:
    """From its first claim to its end each has what it touches for itself; events are in the order of commits."""
    known = {entry.id: entry for entry in entries}
    story = sorted((event for number in known for event in scene.journal.events(number)), key=lambda event: event.id)
    under_way, ended = dict[int, Entry](), set[int]()
    for event in story:
        assert event.entry is not None
        entry = known[event.entry]
        if event.what == "ended":
            ended.add(entry.id)
            del under_way[entry.id]
        elif event.what == "claimed" and entry.id not in ended:
            others = (other for other in under_way.values() if other.id != entry.id)
            assert not any(other.footprint & entry.footprint for other in others), f"{entry.id} overlaps"
            under_way[entry.id] = entry


def _each_was_done_once_and_in_order(scene: Watching, entries: list[Entry]) -> None:
    """What became of each user on the PBX is what was asked for and done, in that order, and nothing else."""
    made = _made(scene)
    for number in PEOPLE:
        lines = [entry.request.line for entry in entries if entry.state is State.DONE]
        asked = [line.split()[0] for line in lines if number in line.split()]
        assert made[number] == asked


def _made(scene: Watching) -> dict[str, list[str]]:
    """By the PBX's own audit log: each user's coming and going."""
    made = defaultdict[str, list[str]](list)
    for record in scene.stage.pbx.state.audit:
        before, after = (set(json.loads(record[side])["members"]) for side in ("old_state", "new_state"))
        for number in after - before:
            made[number].append("add")
        for number in before - after:
            made[number].append("remove")
    return made


def _each_was_told(scene: Watching, entries: list[Entry]) -> None:
    shown = "\n".join(card.plain for card in scene.cards())
    untold = [entry.id for entry in entries if entry.state is State.DONE and f"change {entry.id} · done" not in shown]
    assert untold == []
