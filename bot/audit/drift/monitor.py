"""Periodic task: scans the PBX, records changes made outside Park, and posts them to Slack."""

import logging
import time
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot.audit.daily import retry_delay
from bot.audit.drift.baseline import UNCERTAIN_FOR, Baseline, apply_change, changes_of, forget_uncertain
from bot.audit.drift.detection import Difference, attribute, find_differences, new_baseline
from bot.audit.drift.scan import DriftScan
from bot.changes.change import Change
from bot.changes.diff import facts
from bot.errors import JournalUnavailable, LeaseLost, ParkError, SlackFailure
from bot.journal import drift_store, leases
from bot.journal.drift_store import Drift, FoundDrift, ScanState
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.messages.message import Fact, Message, Messenger, Offer
from bot.messages.text import fold
from bot.pbx.client import PbxClient
from bot.policy.store import PolicyStore
from bot.runtime.metrics import DUTY_FAILURES
from bot.runtime.scope import current_pbx
from bot.runtime.threads import RETRY_DELAY, PeriodicTask, Turns
from bot.texts import drift as texts
from bot.times.model import Clock

log = logging.getLogger(__name__)

MAX_REPLAYED = 500
"""Changes of Park's own since the last scan that are applied to the baseline at most: a second's work."""


class DriftMonitor(PeriodicTask):
    """Scans at an interval, on one replica at a time, if the policy names a channel to post to.

    If a process is killed between a post and its record, the drift is posted twice, with the same number.
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
        now: Clock | None = None,
    ) -> None:
        """Prepares the task.

        Args:
            minutes: between two scans; None never to scan.
            most: requests in one scan.
            own: name of Park's own account on the PBX, if it is known.
        """
        super().__init__("drift", now)
        self.journal, self.pbx, self.messenger, self.policy_store = journal, pbx, messenger, policy_store
        self._enabled, self._interval = minutes is not None, timedelta(minutes=minutes or 0)
        self._max_requests, self._own_account = most, own
        self._owner = uuid.uuid4().hex
        self._last_posted: int | None = None

    def start_in(self, turns: Turns) -> None:
        """Has the turns run, if scans are wanted."""
        if self._enabled:
            super().start_in(turns)

    def turn(self) -> datetime:
        """Scans and posts what is due; returns when to run again."""
        channel = self.policy_store.now.drift or self.policy_store.now.announce
        if channel is None:
            return self.now() + self._interval
        try:
            at = self.journal.now()
            return self.now() + (self._scan_and_post(channel, at) - at)
        except JournalUnavailable as fault:
            log.warning("the look for changes outside Park waits for the journal: %s", fault)
        except LeaseLost as lost:
            log.info("%s", lost)
        return self.now() + RETRY_DELAY

    def _scan_and_post(self, channel: str, at: datetime) -> datetime:
        due, claimed = self._next_due(at)
        if due > at or claimed:
            return max(due, at + RETRY_DELAY) if claimed else due
        with self.journal.database.writing(durable=False) as connection:  # a restart ends all leases
            if not leases.claim(connection, leases.SCAN, self._owner, at=at):
                return at + RETRY_DELAY
        try:
            self._scan(at)
        except ParkError:
            raise
        except Exception:  # a bug in a scan must not keep what was found before from being posted
            log.exception("the scan for drift met a fault in Park; the next one is made at its time")
            DUTY_FAILURES.labels("drift", current_pbx()).inc()
            with self.journal.database.writing() as connection:
                drift_store.update_scan(connection, self._owner, at=at, due_at=at + self._interval)
        self._post(channel)
        with self.journal.database.writing(durable=False) as connection:
            leases.release(connection, leases.SCAN, self._owner)
        return self._next_due(at)[0]

    def _next_due(self, at: datetime) -> tuple[datetime, bool]:
        """Returns when a scan or a post is due, and whether another replica holds the lease."""
        with self.journal.database.reading() as connection:
            state, post_at = drift_store.read_scan_state(connection), drift_store.next_post_time(connection)
            claimed = leases.claimed_until(connection, leases.SCAN, self._owner, at=at) is not None
        due = at if state.due_at is None or state.due_at > at + self._interval else state.due_at  # set back since
        return min(due, post_at or due), claimed

    def _scan(self, at: datetime) -> None:
        start = _start_scan(self.journal, self._owner, at, self._interval)
        if start is None:
            return
        deadline = time.monotonic() + leases.DURATION.total_seconds() / 2

        def should_stop() -> bool:
            return self._stopping or time.monotonic() > deadline

        scan = DriftScan(self.pbx, start.baseline, start.state, self._max_requests, should_stop)
        scan.run()
        due_at = at + self._interval
        _record_scan(self.journal, self._owner, start, scan, due_at=due_at, own_account=self._own_account)

    def _post(self, channel: str) -> None:
        """Posts the drifts that are due, the oldest first; delays the rest if Slack fails."""
        at = self.journal.now()
        with self.journal.database.reading() as connection:
            due = drift_store.drifts_to_post(connection, at)
        for drift in due:
            with self.journal.database.writing() as connection:
                drift_store.update_scan(connection, self._owner, at=self.journal.now())
            if drift.id != self._last_posted:  # else it was posted, and the journal failed before that was recorded
                try:
                    self.messenger.post(channel, drift_message(drift))
                except SlackFailure as failure:
                    log.warning("what was changed outside Park could not be told: %s", failure)
                    with self.journal.database.writing() as connection:
                        drift_store.delay_posts(connection, self.journal.now() + retry_delay(failure))
                    return
                self._last_posted = drift.id
            with self.journal.database.writing() as connection:
                drift_store.record_posted(connection, drift.id, at=at)


def drift_message(drift: Drift) -> Message:
    """Returns the public message about a drift, with a button that puts it back."""
    change = Change.model_validate(drift.change)
    subject = texts.SERVER if change.target.is_server else change.target.title
    noticed = Fact(label=texts.NOTICED, value="", at=drift.found_at)
    unchanged = Fact(label=texts.UNCHANGED, value="", at=drift.last_matched_at)
    changed_by = (Fact(label=texts.BY, value=drift.changed_by),) if drift.changed_by else ()
    put_back = Offer(label=texts.PUT_BACK, line=f"put back drift {drift.id}")
    return Message(
        title=texts.outside_park(subject, _describe(change, recreated=drift.recreated)),
        facts=(*(Fact(**fact) for fact in drift.facts), *changed_by, noticed, unchanged),
        notes=(texts.SAME_AS_BEFORE if change.is_noop else texts.number(drift.id),),
        offers=() if change.is_noop else (put_back,),
    )


def _describe(change: Change, *, recreated: bool) -> str:
    if recreated:
        return texts.CREATED_AGAIN
    if change.before is None:
        return texts.CREATED
    return texts.DELETED if change.after is None else texts.CHANGED


@dataclass(frozen=True, slots=True)
class _ScanStart:
    """The journal at the start of a scan."""

    at: datetime
    state: ScanState
    baseline: Baseline
    last_event: int
    """The last event that the baseline takes into account."""
    locked: frozenset[str]
    """Targets that entries had locked."""
    own_names: frozenset[str]
    """Keys and names of what Park changed since the last scan."""


def _start_scan(journal: Journal, owner: str, at: datetime, interval: timedelta) -> _ScanStart | None:
    """Applies Park's own changes since the last scan to the baseline; returns None if no scan is due.

    Everything is read without keeping writers waiting. After so many changes that to apply them would take long, such
    as when scans were switched off for months, today's state becomes the baseline.

    Raises:
        LeaseLost: another replica scans.
    """
    with journal.database.reading() as connection:
        state = drift_store.read_scan_state(connection)
        if state.due_at is not None and at < state.due_at <= at + interval:
            return None
        last_event, old_baseline = drift_store.last_event(connection), drift_store.read_baseline(connection)
        locked = frozenset(drift_store.locked_targets(connection))
        pruned = state.last_event is not None and state.last_event < drift_store.last_pruned_event(connection)
        known = None if state.last_event is None or pruned else state.last_event
        ended = [] if known is None else drift_store.planned_entries_ended_after(connection, known, MAX_REPLAYED + 1)
    baseline: Baseline = {}
    if known is None or len(ended) > MAX_REPLAYED:
        state, ended = replace(state, list_offset=0, all_listed=False, uncertain={}), []
    else:
        baseline = dict(old_baseline)
    own_names, uncertain = _apply_own_changes(baseline, ended, at)
    state = replace(state, uncertain=forget_uncertain(baseline, state.uncertain | uncertain, at))
    _write_baseline(journal, owner, drift_store.changed_rows(old_baseline, baseline))
    progress = {"list_offset": state.list_offset, "all_listed": state.all_listed, "uncertain": state.uncertain}
    with journal.database.writing() as connection:
        drift_store.update_scan(connection, owner, at=at, last_event=last_event, **progress)
    return _ScanStart(at, state, baseline, last_event, locked, own_names)


def _write_baseline(journal: Journal, owner: str, rows: drift_store.ChangedRows) -> None:
    """Writes rows in batches, each in a transaction of its own; raises LeaseLost if another replica scans."""
    for batch in drift_store.batches(rows):
        with journal.database.writing() as connection:
            drift_store.update_scan(connection, owner, at=journal.now())
            drift_store.write_baseline(connection, batch)


def _apply_own_changes(baseline: Baseline, ended: list[Entry], at: datetime) -> tuple[frozenset[str], dict[str, str]]:
    """Returns the keys and names of what was changed, and until when (ISO 8601) which of the keys are uncertain."""
    own_names, uncertain = set[str](), dict[str, str]()
    for change, state in changes_of(ended):
        if state not in (State.DONE, State.UNKNOWN):
            continue
        key = apply_change(baseline, change, certain=state is State.DONE)
        own_names |= {key, *_names(change)}
        if state is State.UNKNOWN:
            uncertain[key] = (at + UNCERTAIN_FOR).isoformat()
    return frozenset(own_names), uncertain


def _record_scan(
    journal: Journal, owner: str, start: _ScanStart, scan: DriftScan, *, due_at: datetime, own_account: str | None
) -> None:
    """Stores the drifts found, the new baseline and the progress; leaves out what Park changed meanwhile.

    Raises:
        LeaseLost: another replica scans.
    """
    found = _describe_drifts(start, scan, own_account)
    at = journal.now()
    with journal.database.writing() as connection:
        drift_store.update_scan(connection, owner, at=at)
        ended = changes_of(drift_store.planned_entries_ended_after(connection, start.last_event))
        changed = {name for change, _ in ended for name in _names(change)}
        own_targets = start.locked | drift_store.locked_targets(connection) | changed
        remaining = [difference.change for difference in find_differences(scan, own_targets)]
        rows = drift_store.changed_rows(start.baseline, new_baseline(scan, own_targets, start.at))
        drifted = {change.target.id for change in remaining}
        later = {key: row for key, row in rows.items() if key not in start.baseline and key not in drifted}
        drift_store.add_drifts(connection, [drift for change, drift in found if change in remaining], at=at)
        drift_store.write_baseline(connection, {key: row for key, row in rows.items() if key not in later})
    _write_baseline(journal, owner, later)
    with journal.database.writing() as connection:
        drift_store.update_scan(
            connection,
            owner,
            at=at,
            due_at=due_at,
            scanned_at=start.state.scanned_at if scan.cut_short else start.at,
            list_offset=scan.list_offset,
            all_listed=start.state.all_listed or scan.all_listed,
        )


def _describe_drifts(start: _ScanStart, scan: DriftScan, own_account: str | None) -> list[tuple[Change, FoundDrift]]:
    """Sends the requests that a description needs, before the transaction that stores it."""
    differences = list(find_differences(scan, start.locked))
    logs = scan.audit_logs() if differences else ()

    def describe(difference: Difference) -> FoundDrift:
        change, since = difference.change, _last_matched_at(start, scan, difference.change)
        # The log's entries of Park itself can be told apart only if the name of its account is known.
        attributable = own_account is not None or not start.own_names.intersection(_names(change))
        return FoundDrift(
            change=change.model_dump(mode="json"),
            footprint=_footprint(change),
            facts=[] if change.is_noop else [asdict(fact) for fact in facts(change, scan.ring_group_name)],
            recreated=difference.recreated,
            changed_by=attribute(logs, change, since, own_account) if attributable else None,
            last_matched_at=since,
        )

    return [(difference.change, describe(difference)) for difference in differences]


def _last_matched_at(start: _ScanStart, scan: DriftScan, change: Change) -> datetime:
    """Returns when the target was read before: settings in each scan, members in their turn."""
    row = start.baseline.get(scan.key_of_id(change.target.id)) if change.target.id else None
    times = [start.state.scanned_at, row.members_read_at if row and change.includes_members else None]
    return min((time for time in times if time is not None), default=start.at)


def _names(change: Change) -> set[str]:
    return {change.target.key, change.target.title, *change.names}


def _footprint(change: Change) -> list[str]:
    if change.target.is_server:
        return ["the server"]
    return sorted({*map(fold, change.names), *(person.number for person in (*change.added, *change.removed))})
