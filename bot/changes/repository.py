"""Changes as the journal knows them; pause switch; approvals given."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from bot.changes.change import Change, joined
from bot.changes.plan import Plan, Schedule
from bot.errors import NOTHING, NotAllowed, NotFound, NotPossible
from bot.journal.drift_store import drift
from bot.journal.models import Entry, State
from bot.journal.reader import Reader
from bot.messages.message import Fact
from bot.messages.request import Request, Source
from bot.messages.text import fold
from bot.policy.model import Approvers, Principal
from bot.times.model import Now

MOST = 500
"""Changes that are looked through for the last one of a kind."""
SERVER = frozenset({"server", "the server", "the call park server"})


class ChangeRepository:
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
        if entry.state not in (State.DONE, State.UNKNOWN):
            raise NotPossible(f"Change {number} changed nothing: it is {entry.state}. {NOTHING}")
        return self.plan(number)

    def drift(self, number: int) -> Change:
        """What was changed outside Park; raise NotFound."""
        with self._journal.database.reading() as connection:
            found = drift(connection, number)
        if found is None:
            raise NotFound(f"There is no drift {number}. {NOTHING}")
        return Change.model_validate(found.change)

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

    def times(self, number: int) -> Schedule:
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
        if entry.state is not State.SCHEDULED or entry.request.source is Source.CLOCK:
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


PAUSED = "paused"
"""The flag in the journal."""


class WriteSwitch:
    """Asked before each change is begun; what has begun is finished."""

    def __init__(self, journal: Reader, *, read_only: bool = False) -> None:
        self._journal, self._read_only = journal, read_only

    @property
    def on(self) -> bool:
        """Whether nothing is begun now."""
        return self._read_only or self._journal.flag(PAUSED) is not None

    def refuse(self) -> None:
        """Raise NotPossible with who paused it and why, while it is on."""
        if self._read_only:
            raise NotPossible(
                f"Park only reads here: whoever runs it has set PARK_READ_ONLY. {NOTHING}",
                notes=("Questions and previews are answered.",),
            )
        if (flag := self._journal.flag(PAUSED)) is None:
            return
        since = Fact(label="Paused by", value="", ids=(flag.by,))
        raise NotPossible(
            f"Park is paused: {flag.text}. {NOTHING}",
            facts=(since,),
            notes=("Questions and previews are answered. When it is resumed, ask again.",),
        )


APPROVE = "approve"
"""The operation that gives an approval, as the journal calls it."""


class Approvals:
    """As the policy is today, and as its people are: an old button gives no right that somebody has lost."""

    def __init__(
        self,
        repository: ChangeRepository,
        asks: Callable[[Entry], tuple[Approvers, ...]],
        who: Callable[[Request], Principal],
        asking: Principal | None,
    ) -> None:
        """`asks` tells who has to approve a change; it and `who` raise NotAllowed. `asking`: whoever wants to know."""
        self._repository, self._asks, self._who, self._approval_flow = repository, asks, who, asking

    def open_to_asker(self, number: int) -> Entry:
        """The change, while it waits and whoever asks may approve it; raise NotFound, NotPossible or NotAllowed."""
        entry = self._repository.waiting_for_approval(number)
        if entry.run_at <= self._repository.now():
            raise NotPossible(f"Change {number} was not approved in time. {NOTHING}")
        if self._approval_flow is None or self._approval_flow.user == entry.request.user:
            raise NotAllowed(f"Nobody approves or refuses their own change. {NOTHING}")
        if not _is_one_of(self._approval_flow, self._needed(entry), entry):
            raise NotAllowed(f"You are none of those who may approve change {number}. {NOTHING}{self._doubt()}")
        if self._approval_flow.user in {one.request.user for one in self._given(entry)}:
            raise NotPossible(f"You have approved change {number} already; it waits for others. {NOTHING}")
        return entry

    def may_approve(self, entry: Entry) -> bool:
        """Whether whoever asks is one of its approvers, and it can be approved at all."""
        try:
            return self._approval_flow is not None and _is_one_of(self._approval_flow, self._needed(entry), entry)
        except NotPossible:
            return False

    def suffice(self, entry: Entry, needed: Sequence[Approvers] | None = None) -> bool:
        """Whether enough have approved; with `needed` left out, once whoever asks does too."""
        given = [self._who(one.request) for one in self._given(entry)]
        if needed is None and self._approval_flow is not None:
            given, needed = [*given, self._approval_flow], self._needed(entry)
        return all(_count(given, one, entry) >= one.count for one in needed or ())

    def _needed(self, entry: Entry) -> tuple[Approvers, ...]:
        """Raise NotPossible where nobody's approval would be enough any more."""
        try:
            return self._asks(entry)
        except NotAllowed as refusal:
            why = f"Whoever asked for change {entry.id} may not make it any more, approved or not. {NOTHING}"
            raise NotPossible(why) from refusal

    def _given(self, entry: Entry) -> list[Entry]:
        """Approvals of the plan that it has now: what was approved before it was planned anew counts no more."""
        approval = Plan.model_validate(entry.plan).approval
        return [
            one
            for one in self._repository.sequel(entry.id)
            if one.asked[0]["operation"] == APPROVE
            and one.state is State.DONE
            and approval is not None
            and one.accepted_at >= approval.since
        ]

    def _doubt(self) -> str:
        unknown = self._approval_flow is not None and self._approval_flow.user_groups is None
        return " Slack could not say just now which user groups you are in." if unknown else ""


def _is_one_of(who: Principal, asked: Collection[Approvers], entry: Entry) -> bool:
    return any(one.include(who, entry.request.user) for one in asked)


def _count(given: Sequence[Principal], approvers: Approvers, entry: Entry) -> int:
    return len({who.user for who in given if approvers.include(who, entry.request.user)})
