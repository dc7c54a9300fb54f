"""Any order of accepting, claiming, giving back, ending, telling and restarting, against a model without a database."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, invariant, multiple, rule

from bot.journal import Entry, State
from bot.journal.journal import LEASE
from tests.journal.making import ASKED, Desk, asking

FOOTPRINTS = st.frozensets(st.sampled_from(["sales", "support", "1001"]))
SECONDS = st.sampled_from([0, 10, 60, 200])


@dataclass
class Known:
    """What the model knows of an entry."""

    id: int
    footprint: frozenset[str]
    due: datetime | None
    state: State = State.WAITING
    attempt: int = 0
    lease: datetime | None = None
    told: bool = False

    def is_due(self, now: datetime) -> bool:
        return self.due is None or self.due <= now

    def is_free(self, now: datetime) -> bool:
        return not self.told and self.is_due(now) and (self.lease is None or self.lease <= now)

    def keeps_waiting(self, other: "Known", now: datetime) -> bool:
        """One that was begun goes on before all others; among the rest the first that is due."""
        if self.id == other.id or self.state.ended or other.state.ended or not self.footprint & other.footprint:
            return False
        return self.attempt > 0 or (other.attempt == 0 and self.id < other.id and self.is_due(now))


@cache
def _template() -> Path:
    """An empty journal: migrating one for each example would take most of the time."""
    folder = Path(tempfile.mkdtemp())
    Desk(folder).journal.close()
    return folder


class JournalMachine(RuleBasedStateMachine):
    claims: Bundle[Entry] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(_template(), self.folder, dirs_exist_ok=True)
        self.desk = Desk(self.folder)
        self.known: dict[int, Known] = {}

    def teardown(self) -> None:
        self.desk.journal.close()
        shutil.rmtree(self.folder)

    @rule(footprint=FOOTPRINTS, later=st.none() | SECONDS)
    def accept(self, footprint: frozenset[str], later: int | None) -> None:
        due = None if later is None else self.desk.clock() + timedelta(seconds=later)
        number = self.desk.accept(*footprint, run_at=due)
        assert number not in self.known
        self.known[number] = Known(id=number, footprint=footprint, due=due)

    @rule(key=st.integers(0, 20))
    def deliver_again(self, key: int) -> None:
        if key < len(self.known):
            again = self.desk.journal.accept(asking(f"key {key}"), asked=ASKED, footprint=frozenset())
            assert (again.fresh, again.id in self.known) == (False, True)

    @rule(target=claims)
    def claim(self) -> Entry | MultipleResults[Entry]:
        now, expected = self.desk.clock(), self._next()
        entry = self.desk.journal.claim("worker")
        assert (entry and entry.id) == (expected and expected.id)
        if entry is None or expected is None:
            return multiple()
        expected.attempt += 1
        expected.lease = now + LEASE
        expected.state = expected.state if expected.state.ended else State.RUNNING
        assert (entry.state, entry.attempt) == (expected.state, expected.attempt)
        return entry

    @rule(target=claims, entry=consumes(claims), state=st.sampled_from([one for one in State if one.ended]))
    def end(self, entry: Entry, state: State) -> Entry | MultipleResults[Entry]:
        known = self.known[entry.id]
        if not self._holds(entry) or known.state not in (State.RUNNING, State.UNSETTLED, state):
            return multiple()
        known.state, known.lease = state, self.desk.clock() + LEASE
        return self.desk.journal.end(entry, state, {})

    @rule(entry=consumes(claims), seconds=SECONDS)
    def release(self, entry: Entry, seconds: int) -> None:
        known = self.known[entry.id]
        if self._holds(entry):
            known.due, known.lease = self.desk.clock() + timedelta(seconds=seconds), None
            known.state = known.state if known.state.ended else State.WAITING
            self.desk.journal.release(entry, known.due)

    @rule(entry=consumes(claims))
    def told(self, entry: Entry) -> None:
        known = self.known[entry.id]
        if self._holds(entry) and known.state.ended:
            self.desk.journal.told(entry)
            known.told, known.lease = True, None

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.desk.clock.move(seconds=seconds)

    @rule()
    def restart(self) -> None:
        self.desk.restart()
        for known in self.known.values():
            known.lease = None
            known.state = known.state if known.state.ended else State.WAITING

    @invariant()
    def nothing_overlaps(self) -> None:
        running = [entry for entry in self.desk.journal.waiting() if entry.state is State.RUNNING]
        assert sum(len(entry.footprint) for entry in running) == len(frozenset[str]().union(*_footprints(running)))

    @invariant()
    def the_journal_agrees(self) -> None:
        for entry in self.desk.journal.recent(100):
            known = self.known[entry.id]
            assert (entry.state, entry.attempt, entry.told) == (known.state, known.attempt, known.told)
            assert (entry.lease_until, entry.due_at) == (known.lease, known.due)

    @invariant()
    def a_worker_that_sleeps_until_next_due_misses_nothing(self) -> None:
        now, due = self.desk.clock(), self.desk.journal.next_due()
        if self._next() is not None:
            assert due == now
        else:
            moments = [known.lease or known.due for known in self.known.values() if not known.told]
            assert due == min((moment for moment in moments if moment and moment > now), default=None)

    def _next(self) -> Known | None:
        now, all_known = self.desk.clock(), self.known.values()
        free = (known for known in all_known if known.is_free(now))
        return next((one for one in free if not any(other.keeps_waiting(one, now) for other in all_known)), None)

    def _holds(self, entry: Entry) -> bool:
        known = self.known[entry.id]
        return known.lease is not None and known.attempt == entry.attempt


def _footprints(entries: list[Entry]) -> list[frozenset[str]]:
    return [entry.footprint for entry in entries]


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
