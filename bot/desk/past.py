"""What was done before, and what is to be done later, as the journal has it."""

from datetime import datetime

from bot.changes import Change
from bot.changes.back import joined
from bot.clock import Now
from bot.errors import NOTHING, NotFound, NotPossible
from bot.journal import Entry, State
from bot.journal.reading import Reader
from bot.names import fold
from bot.plan import Plan
from bot.request import Door
from bot.times import Times

MOST = 500
"""Changes that are looked through for the last one of a kind."""
SERVER = frozenset({"server", "the server", "the call park server"})


class Past:
    """Reads the journal; raises JournalUnavailable."""

    def __init__(self, journal: Reader, now: Now) -> None:
        self._journal, self.now = journal, now

    def entry(self, number: int) -> Entry:
        """Raise NotFound."""
        try:
            return self._journal.get(number)
        except KeyError:
            raise NotFound(f"There is no change {number}. {NOTHING}") from None

    def plan(self, number: int) -> Plan:
        """Of what was planned, whatever became of it; raise NotFound or NotPossible."""
        entry = self.entry(number)
        if entry.plan is None:
            raise NotPossible(f"Change {number} changed nothing: it is {entry.state}. {NOTHING}")
        return Plan.model_validate(entry.plan)

    def done(self, number: int) -> Plan:
        """Of one that changed the PBX, or may have; raise NotFound or NotPossible."""
        entry = self.entry(number)
        if entry.state not in (State.DONE, State.UNSETTLED):
            raise NotPossible(f"Change {number} changed nothing: it is {entry.state}. {NOTHING}")
        return self.plan(number)

    def flag(self, name: str) -> bool:
        """Whether it is up."""
        return self._journal.flag(name) is not None

    def whole(self, plan: Plan) -> tuple[Change, ...]:
        """Its changes; of what came in the place of a temporary change, from where that one began."""
        if plan.replaces is None:
            return plan.changes
        first = {change.target: change for change in self.whole(self.plan(plan.replaces))}
        return tuple(
            joined(first[change.target], change) if change.target in first else change for change in plan.changes
        )

    def times(self, number: int) -> Times:
        """Of what begins or ends by itself; raise NotFound or NotPossible."""
        found = self.plan(number).times
        if found is None:
            raise NotPossible(f"Change {number} neither begins nor ends by itself. {NOTHING}")
        return found

    def asked_by(self, team: str, user: str) -> list[Entry]:
        """That person's latest changes, whatever became of them, newest first."""
        return self._journal.asked_by(team, user)

    def stands(self, entry: Entry) -> bool:
        """Done, and not taken back by something that stands."""
        back = (one for one in self._journal.sequel(entry.id) if one.plan is not None)
        return entry.state is State.DONE and not any(map(self.stands, back))

    def end_of(self, number: int) -> Entry:
        """The end that a temporary change is waiting for; raise NotFound or NotPossible."""
        self.entry(number)
        ends = (one for one in self._journal.sequel(number) if one.state is State.SCHEDULED)
        if (found := next(ends, None)) is None:
            raise NotPossible(f"Change {number} has no end that is still to come. {NOTHING}")
        return found

    def will_end(self, number: int) -> bool:
        """Whether it is temporary, and its end is still to come."""
        return any(one.state is State.SCHEDULED for one in self._journal.sequel(number))

    def begun(self, number: int) -> datetime:
        """When it was made; of what came in the place of a temporary change, when that one was; raise NotFound."""
        entry = self.entry(number)
        replaced = Plan.model_validate(entry.plan).replaces if entry.plan else None
        return self.begun(replaced) if replaced is not None else entry.ended_at or entry.run_at

    def start_of(self, number: int) -> Entry:
        """A change that has not begun, and waits for nothing but its time; raise NotFound or NotPossible."""
        entry = self.entry(number)
        if entry.state is not State.SCHEDULED or entry.request.door is Door.CLOCK:
            raise NotPossible(f"Change {number} is not waiting for its time: it is {entry.state}. {NOTHING}")
        if waits(entry):
            raise NotPossible(f"Change {number} waits for approval. {NOTHING}")
        return entry

    def waiting_for_approval(self, number: int) -> Entry:
        """Raise NotFound or NotPossible."""
        entry = self.entry(number)
        if not waits(entry):
            raise NotPossible(f"Change {number} does not wait for approval: it is {entry.state}. {NOTHING}")
        return entry

    def sequel(self, number: int) -> list[Entry]:
        """What was asked about that change afterwards."""
        return self._journal.sequel(number)

    def coming_ends(self) -> list[tuple[Entry, Entry]]:
        """Each end that is still to come, after the change that it ends; the next first."""
        ends = (one for one in self._journal.scheduled() if one.about is not None)
        return [(self._journal.get(end.about), end) for end in ends if end.about is not None]

    def coming_starts(self) -> list[Entry]:
        """Changes that wait for their time, the next first."""
        return [one for one in self._journal.scheduled() if one.about is None]

    def unsettled(self) -> list[Entry]:
        """Changes of which nobody knows whether they were made, and that nobody has taken up since; newest first."""
        return self._journal.unsettled()

    def last(self, user: str, channel: str | None, name: str | None) -> int:
        """The last change that still stands: of that group, or of the server; else that person's here. Or NotFound."""
        wanted = name and fold(name)
        for entry in self._journal.done(MOST):
            if entry.about is not None:  # whoever undoes twice means the change before, not the undoing
                continue
            mine = (entry.request.user, entry.request.channel) == (user, channel)
            if (wanted in _names(entry) if wanted else mine) and self.stands(entry):
                return entry.id
        what = f"of “{name}”" if name else "of yours here"
        raise NotFound(f"There is no change {what} that could be taken back. {NOTHING}")


def waits(entry: Entry) -> bool:
    """Whether it stands still until others have approved it."""
    return entry.state is State.SCHEDULED and entry.plan is not None and Plan.model_validate(entry.plan).waits


def _names(entry: Entry) -> set[str]:
    changes = Plan.model_validate(entry.plan).changes if entry.plan else ()
    if any(change.target.is_server for change in changes):
        return set(SERVER)
    return {fold(name) for change in changes for name in change.names}
