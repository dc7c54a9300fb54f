"""Any order of accepting, claiming, giving back, ending, telling and restarting, against a model without a database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.errors import TargetBusy
from bot.journal.journal import LEASE
from bot.journal.models import Entry, State
from tests.journal.making import OPERATIONS, JournalHarness, make_request

FOOTPRINTS = st.frozensets(st.sampled_from(["sales", "support", "1001"]))
TARGETS = st.frozensets(st.sampled_from(["=a", "=b"]), min_size=1)
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
    targets: frozenset[str] = frozenset()
    """What it has on the PBX, or where it does not have them, what it waits for."""
    has: bool = True

    def is_due(self, now: datetime) -> bool:
        return self.due is None or self.due <= now

    def is_free(self, now: datetime) -> bool:
        return not self.told and self.is_due(now) and (self.lease is None or self.lease <= now)

    def keeps_waiting(self, other: "Known", now: datetime) -> bool:
        """One that was begun goes on before all others; among the rest the first that is due."""
        if self.id == other.id or self.state.ended or other.state.ended:
            return False
        if self.targets & other.targets and self.has and not other.has:
            return True
        if not self.footprint & other.footprint:
            return False
        return self.attempt > 0 or (other.attempt == 0 and self.id < other.id and self.is_due(now))


class JournalMachine(RuleBasedStateMachine):
    claims: Bundle[Entry] = Bundle("claims")

    def __init__(self, harness: JournalHarness) -> None:
        super().__init__()
        self.harness = harness
        self.known: dict[int, Known] = {}
        harness.reset()

    @rule(footprint=FOOTPRINTS, later=st.none() | SECONDS)
    def accept(self, footprint: frozenset[str], later: int | None) -> None:
        due = None if later is None else self.harness.clock() + timedelta(seconds=later)
        number = self.harness.accept(*footprint, run_at=due)
        assert number not in self.known
        self.known[number] = Known(id=number, footprint=footprint, due=due)

    @rule(key=st.integers(0, 20))
    def deliver_again(self, key: int) -> None:
        if key < len(self.known):
            again = self.harness.journal.accept(
                make_request(f"key {key}"), operations=OPERATIONS, footprint=frozenset()
            )
            assert (again.fresh, again.id in self.known) == (False, True)

    @rule(target=claims)
    def claim(self) -> Entry | MultipleResults[Entry]:
        now, expected = self.harness.clock(), self._next()
        entry = self.harness.journal.claim("worker")
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
        if not self._holds(entry) or known.state not in (State.RUNNING, State.UNKNOWN, state):
            return multiple()
        known.state, known.lease, known.targets = state, self.harness.clock() + LEASE, frozenset()
        return self.harness.journal.end(entry, state, {})

    @rule(target=claims, entry=consumes(claims), wanted=TARGETS)
    def aim(self, entry: Entry, wanted: frozenset[str]) -> Entry | MultipleResults[Entry]:
        known = self.known[entry.id]
        if not self._holds(entry) or known.state.ended:
            return multiple()
        others = [one for one in self.known.values() if one is not known and one.has]
        known.targets, known.has = wanted, not any(one.targets & wanted for one in others)
        if known.has:
            known.lease = self.harness.clock() + LEASE
            return self.harness.journal.checkpoint(entry, targets=wanted)
        known.lease, known.due, known.state = None, None, State.WAITING
        with pytest.raises(TargetBusy):
            self.harness.journal.checkpoint(entry, targets=wanted)
        return multiple()

    @rule(entry=consumes(claims), seconds=SECONDS)
    def release(self, entry: Entry, seconds: int) -> None:
        known = self.known[entry.id]
        if self._holds(entry):
            known.due, known.lease = self.harness.clock() + timedelta(seconds=seconds), None
            known.state = known.state if known.state.ended else State.WAITING
            self.harness.journal.release(entry, known.due)

    @rule(entry=consumes(claims))
    def told(self, entry: Entry) -> None:
        known = self.known[entry.id]
        if self._holds(entry) and known.state.ended:
            self.harness.journal.mark_notified(entry)
            known.told, known.lease = True, None

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.harness.clock.move(seconds=seconds)

    @rule()
    def restart(self) -> None:
        self.harness.restart()
        if not self.harness.journal.database.exclusive:
            return
        for known in self.known.values():
            known.lease = None
            known.state = known.state if known.state.ended else State.WAITING

    @invariant()
    def nothing_overlaps(self) -> None:
        running = [entry for entry in self.harness.journal.waiting() if entry.state is State.RUNNING]
        assert sum(len(entry.footprint) for entry in running) == len(frozenset[str]().union(*_footprints(running)))

    @invariant()
    def no_two_have_one_target(self) -> None:
        had = [target for known in self.known.values() if known.has for target in known.targets]
        assert len(had) == len(set(had))

    @invariant()
    def the_journal_agrees(self) -> None:
        for entry in self.harness.journal.recent(100):
            known = self.known[entry.id]
            assert (entry.state, entry.attempt, entry.notified) == (known.state, known.attempt, known.told)
            assert (entry.lease_until, entry.due_at) == (known.lease, known.due)

    @invariant()
    def a_worker_that_sleeps_until_next_due_misses_nothing(self) -> None:
        now, due = self.harness.clock(), self.harness.next_due()
        if self._next() is not None:
            assert due == now
        else:
            moments = [known.lease or known.due for known in self.known.values() if not known.told]
            assert due == min((moment for moment in moments if moment and moment > now), default=None)

    def _next(self) -> Known | None:
        now, all_known = self.harness.clock(), self.known.values()
        free = (known for known in all_known if known.is_free(now))
        return next((one for one in free if not any(other.keeps_waiting(one, now) for other in all_known)), None)

    def _holds(self, entry: Entry) -> bool:
        known = self.known[entry.id]
        return known.lease is not None and known.attempt == entry.attempt


def _footprints(entries: list[Entry]) -> list[frozenset[str]]:
    return [entry.footprint for entry in entries]


def test_any_order_of_it_all_is_as_the_model_says(harness: JournalHarness) -> None:
    few = settings(max_examples=10, stateful_step_count=30, deadline=None)
    run_state_machine_as_test(partial(JournalMachine, harness), settings=few)  # type: ignore[arg-type]
