"""Periodic task: scan, record, post."""

import logging
import time
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot.audit.drift.baseline import DOUBT, Sights, changes, doubted, note
from bot.audit.drift.detection import Difference, attribute, differences, seen
from bot.audit.drift.scan import DriftScan
from bot.changes.change import Change
from bot.changes.diff import RingGroupName, facts
from bot.errors import JournalUnavailable, LeaseLost, SlackFailure, SlackUnavailable
from bot.journal.drift_store import (
    CLAIM,
    Drift,
    FoundDrift,
    ScanState,
    add,
    ended_since,
    head,
    keep,
    leave,
    next_post,
    posted,
    pruned,
    put_off,
    put_sights,
    sights_of,
    take,
    to_post,
    under_way,
    watch_of,
)
from bot.journal.journal import Journal
from bot.journal.models import Entry, Json, State
from bot.messages.message import Fact, Message, Messenger, Offer
from bot.messages.text import fold
from bot.pbx.client import PbxClient
from bot.policy.store import PolicyStore
from bot.runtime.threads import AGAIN, PeriodicTask
from bot.times.model import Now


def kept(change: Change, ring_group: RingGroupName) -> list[Json]:
    """What was and what is, as the journal keeps it: to tell of it needs no PBX."""
    return [] if change.already else [asdict(fact) for fact in facts(change, ring_group)]


def message(drift: Drift) -> Message:
    """For everybody, with the button."""
    change = Change.model_validate(drift.change)
    what = "The call park server" if change.target.is_server else change.target.title
    noticed = Fact(label="Noticed", value=f"{_said(drift.found_at)}; at {_said(drift.since)} it was not so")
    by = (Fact(label="By", value=drift.by),) if drift.by else ()
    back = Offer(label="Put it back", line=f"put back drift {drift.id}")
    return Message(
        title=f"{what} was {_done(change, anew=drift.anew)} outside Park",
        facts=(*(Fact(**fact) for fact in drift.facts), *by, noticed),
        notes=("Its settings and members are as they were before.",) if change.already else (f"Drift {drift.id}",),
        offers=() if change.already else (back,),
    )


def _done(change: Change, *, anew: bool) -> str:
    if anew:
        return "deleted, and made anew,"
    if change.before is None:
        return "created"
    return "deleted" if change.after is None else "changed"


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Begun:
    """`mark` is the last event that the sights know of; `touched` are the targets that changes were at by then."""

    at: datetime
    watch: ScanState
    sights: Sights
    mark: int
    touched: frozenset[str]
    own: frozenset[str]
    """What Park has changed since the look before."""


def begin(journal: Journal, owner: str, at: datetime) -> Begun | None:
    """With Park's own changes since the last look in what is expected; None where no look is due. Raise LeaseLost."""
    with journal.database.writing() as connection:
        watch = watch_of(connection)
        if watch.due_at is not None and watch.due_at > at:
            return None
        mark, known = head(connection), sights_of(connection)
        if watch.mark is None or watch.mark < pruned(connection):  # nobody can tell any more what Park has changed
            watch, sights, ended = replace(watch, skip=0, end=False, doubts={}), Sights(), []
        else:
            sights, ended = dict(known), ended_since(connection, watch.mark)
        own, doubts = _noted(sights, ended, at)
        watch = replace(watch, doubts=doubted(sights, watch.doubts | doubts, at))
        keep(connection, owner, at=at, mark=mark, skip=watch.skip, end=watch.end, doubts=watch.doubts)
        put_sights(connection, known, sights)
        return Begun(at, watch, sights, mark, frozenset(under_way(connection)), own)


def _noted(sights: Sights, ended: list[Entry], at: datetime) -> tuple[frozenset[str], dict[str, str]]:
    """What they were about, and what of it is in doubt, until when."""
    own, doubts = set[str](), dict[str, str]()
    for change, state in changes(ended):
        if state not in (State.DONE, State.UNKNOWN):
            continue
        key = note(sights, change, sure=state is State.DONE)
        own |= {key, *_names(change)}
        if state is State.UNKNOWN:
            doubts[key] = (at + DOUBT).isoformat()
    return frozenset(own), doubts


def record(journal: Journal, owner: str, begun: Begun, look: DriftScan, *, due_at: datetime, own: str | None) -> None:
    """What was found, but for what Park changed meanwhile; raise LeaseLost."""
    found = _found(begun, look, own)
    at = journal.now()
    with journal.database.writing() as connection:
        ended = changes(ended_since(connection, begun.mark))
        touched = begun.touched | under_way(connection) | {name for change, _ in ended for name in _names(change)}
        stands = [difference.change for difference in differences(look, touched)]
        add(connection, [one for change, one in found if change in stands], at=at)
        put_sights(connection, begun.sights, seen(look, touched, begun.at))
        looked_at = begun.watch.looked_at if look.cut_short else begun.at
        end = begun.watch.end or look.end
        keep(connection, owner, at=at, due_at=due_at, looked_at=looked_at, skip=look.skip, end=end)


def _found(begun: Begun, look: DriftScan, own: str | None) -> list[tuple[Change, FoundDrift]]:
    """With all that has to be asked for it, before the journal is held."""
    all_of_it = list(differences(look, begun.touched))
    logs = look.audit_logs() if all_of_it else ()

    def found(one: Difference) -> FoundDrift:
        change, since = one.change, _since(begun, look, one.change)
        told = own is not None or not begun.own.intersection(_names(change))  # else it may have been Park itself
        return FoundDrift(
            change=change.model_dump(mode="json"),
            footprint=_footprint(change),
            facts=kept(change, look.label),
            anew=one.anew,
            by=attribute(logs, change, since, own) if told else None,
            since=since,
        )

    return [(one.change, found(one)) for one in all_of_it]


def _since(begun: Begun, look: DriftScan, change: Change) -> datetime:
    """When it was looked at before: settings at each look, members in their turn."""
    sight = begun.sights.get(look.named(change.target.id)) if change.target.id else None
    moments = [begun.watch.looked_at, sight.read_at if sight and change.with_members else None]
    return min((moment for moment in moments if moment is not None), default=begun.at)


def _names(change: Change) -> set[str]:
    return {change.target.key, change.target.title, *change.names}


def _footprint(change: Change) -> list[str]:
    if change.target.is_server:
        return ["the server"]
    return sorted({*map(fold, change.names), *(one.number for one in (*change.added, *change.removed))})


log = logging.getLogger(__name__)


class DriftMonitor(PeriodicTask):
    """Where the policy names no channel to tell it in, nothing is looked at; without `minutes`, never.

    A kill between a post in Slack and its record shows that drift twice, with the same number.
    """

    def __init__(
        self,
        journal: Journal,
        pbx: PbxClient,
        messenger: Messenger,
        policy_store: PolicyStore,
        *,
        minutes: int | None,
        most: int,
        own: str | None = None,
        now: Now | None = None,
    ) -> None:
        """`most` requests a look; `own` is the name of Park's account on the PBX, where that is known."""
        super().__init__("drift", now)
        self.journal, self.pbx, self.messenger, self.policy_store = journal, pbx, messenger, policy_store
        self.wanted, self.every = minutes is not None, timedelta(minutes=minutes or 0)
        self.most, self.own = most, own
        self._me = uuid.uuid4().hex
        self._told: int | None = None

    def start(self) -> None:
        """From now on, where it is wanted."""
        if self.wanted:
            super().start()

    def turn(self) -> datetime:
        """Look where that is due, and tell what is still to be told."""
        channel = self.policy_store.now.drift or self.policy_store.now.announce
        if channel is None:
            return self.now() + self.every
        try:
            at = self.journal.now()
            return self.now() + (self._turn(channel, at) - at)
        except JournalUnavailable as fault:
            log.warning("the look for changes outside Park waits for the journal: %s", fault)
        except LeaseLost as lost:
            log.info("%s", lost)
        return self.now() + AGAIN

    def _turn(self, channel: str, at: datetime) -> datetime:
        due, held = self._due(at)
        if due > at or held:
            return max(due, at + AGAIN) if held else due
        with self.journal.database.writing() as connection:
            if not take(connection, self._me, at=at, alone=self.journal.database.alone):
                return at + AGAIN
        self._look(at)
        self._tell(channel)
        with self.journal.database.writing() as connection:
            leave(connection, self._me)
        return self._due(at)[0]

    def _due(self, at: datetime) -> tuple[datetime, bool]:
        """When there is something to do; and whether another replica is at it."""
        with self.journal.database.reading() as connection:
            watch, post = watch_of(connection), next_post(connection)
        held = watch.lease_until is not None and watch.lease_until > at and watch.owner != self._me
        due = watch.due_at or at
        return min(due, post or due), held and not self.journal.database.alone

    def _look(self, at: datetime) -> None:
        begun = begin(self.journal, self._me, at)
        if begun is None:
            return
        over = time.monotonic() + CLAIM.total_seconds() / 2
        look = DriftScan(
            self.pbx, begun.sights, begun.watch, self.most, lambda: self._stopping or time.monotonic() > over
        )
        look.run()
        record(self.journal, self._me, begun, look, due_at=at + self.every, own=self.own)

    def _tell(self, channel: str) -> None:
        """The oldest first; what Slack does not take is told later."""
        at = self.journal.now()
        with self.journal.database.reading() as connection:
            due = to_post(connection, at)
        for drift in due:
            with self.journal.database.writing() as connection:
                keep(connection, self._me, at=self.journal.now())
            if drift.id != self._told:
                try:
                    self.messenger.post(channel, message(drift))
                except SlackFailure as failure:
                    return self._put_off(failure)
                self._told = drift.id
            with self.journal.database.writing() as connection:
                posted(connection, drift.id, at=at)
        return None

    def _put_off(self, failure: SlackFailure) -> None:
        log.warning("what was changed outside Park could not be told: %s", failure)
        away = timedelta(seconds=failure.retry_after) if isinstance(failure, SlackUnavailable) else 60 * AGAIN
        with self.journal.database.writing() as connection:
            put_off(connection, self.journal.now() + max(away, AGAIN))
