"""Daily duties: prune the journal, post the head of the chain to Slack, tell of rows that can't be read."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.errors import JournalUnavailable, PBXError, SlackFailure, SlackUnavailable
from bot.journal import aside, leases
from bot.journal.events import ChainLink
from bot.journal.heads import claim_head, next_midnight, record_posted_head
from bot.journal.journal import Journal
from bot.journal.models import SetAside
from bot.journal.pruning import prune
from bot.messages.message import Fact, Message, Messenger
from bot.runtime.metrics import DUTY_FAILURES
from bot.runtime.scope import current_pbx
from bot.runtime.threads import RETRY_DELAY, PeriodicTask
from bot.setups.thinning import prune_snapshots
from bot.texts import journal as texts
from bot.times.model import Clock

log = logging.getLogger(__name__)

SNAPSHOT_RETRY = timedelta(minutes=10)
"""Delay before the daily snapshot is tried again while the PBX is away."""
MAX_RETRY_DELAY = 60 * RETRY_DELAY
"""Longest delay before a duty that met a fault is tried again."""


class DailyTask(PeriodicTask):
    """Runs after each midnight in UTC, and when it is woken; a duty that fails delays no other."""

    def __init__(
        self,
        journal: Journal,
        messenger: Messenger,
        channel: str | None,
        *,
        keep: timedelta | None = None,
        snapshot: Callable[[datetime], object] | None = None,
        keep_snapshots: timedelta | None = None,
        now: Clock | None = None,
    ) -> None:
        """Prepares the task.

        Args:
            snapshot: keeps the whole set-up of the PBX, unless that was done since the given time.
            keep_snapshots: age from which only one snapshot a week stays; None to keep them all.
            channel: id of the channel for heads; None to post none.
            keep: age from which events are pruned; None to prune none.
        """
        super().__init__("daily", now)
        self.journal, self.messenger, self.channel, self.keep = journal, messenger, channel, keep
        self._owner = uuid.uuid4().hex
        self._posted: ChainLink | None = None  # a head that was posted, while that is not recorded
        self._next_pruning: datetime | None = None
        journal.on_set_aside = self.wake
        self._duties = (
            Duty("head", self._post_head),
            Duty("set aside", self._tell_set_aside),
            Duty("prune", self._prune),
            Duty("snapshot", self._take_snapshot),
            Duty("prune snapshots", self._prune_snapshots),
        )
        self._keep_snapshots = keep_snapshots
        self._snapshot, self._next_snapshot = snapshot, next_midnight(self.now())

    def turn(self) -> datetime:
        """Does what is due; returns when to run again."""
        return min(duty.run(self.now()) for duty in self._duties)

    def _prune(self, now: datetime) -> datetime:
        if self.keep is not None and self._next_pruning != next_midnight(now):
            prune(self.journal.database, before=now - self.keep, at=now, should_stop=lambda: self._stopping)
            self._next_pruning = next_midnight(now)
        return next_midnight(now)

    def _take_snapshot(self, now: datetime) -> datetime:
        """Keeps the set-up after each midnight, the first one after the start; later if the PBX is away."""
        if self._snapshot is None:
            return next_midnight(now)
        if now < self._next_snapshot:
            return self._next_snapshot
        try:
            self._snapshot(next_midnight(now) - timedelta(days=1))
        except PBXError as fault:
            log.warning("the daily snapshot is taken later: %s", fault)
            return now + SNAPSHOT_RETRY
        self._next_snapshot = next_midnight(now)
        return self._next_snapshot

    def _prune_snapshots(self, now: datetime) -> datetime:
        if self._keep_snapshots is not None:
            prune_snapshots(self.journal.database, self._owner, before=now - self._keep_snapshots, at=now)
        return next_midnight(now)

    def _post_head(self, now: datetime) -> datetime:
        if self.channel is None:
            return next_midnight(now)
        if self._posted is None:
            # Durably, with all events before it: a power cut must not take back events whose hash is in Slack.
            with self.journal.database.writing() as connection:
                claimed = claim_head(connection, self._owner, at=now)
            if claimed.head is None:
                return claimed.retry_at
            try:
                self.messenger.post(self.channel, head_message(claimed.head))
            except SlackFailure as failure:
                return self._retry_after(failure, now)
            self._posted = claimed.head
        with self.journal.database.writing() as connection:
            record_posted_head(connection, self._owner, self._posted, at=now)
        self._posted = None
        return next_midnight(now)

    def _retry_after(self, failure: SlackFailure, now: datetime) -> datetime:
        log.warning("the journal's head could not be posted: %s", failure)
        with self.journal.database.writing(durable=False) as connection:  # a restart ends all leases
            leases.release(connection, leases.HEAD, self._owner)
        return now + retry_delay(failure)

    def _tell_set_aside(self, now: datetime) -> datetime:
        """Looks for rows that can't be read, and tells of each once; one replica at a time."""
        self.journal.set_aside_unreadable()
        untold = [one for one in self.journal.entries_set_aside() if not one.told]
        if not untold or self.channel is None:
            return next_midnight(now)
        with self.journal.database.writing(durable=False) as connection:  # a restart ends all leases
            if not leases.claim(connection, leases.SET_ASIDE, self._owner, at=now):
                return leases.claimed_until(connection, leases.SET_ASIDE, self._owner, at=now) or now
        for one in untold:
            try:
                self.messenger.post(self.channel, set_aside_message(one))
            except SlackFailure as failure:
                log.warning("that change %d can't be read could not be posted: %s", one.entry, failure)
                return now + retry_delay(failure)
            with self.journal.database.writing() as connection:
                aside.record_told(connection, one.entry, at=now)
        return next_midnight(now)


class Duty:
    """One of several duties of a task: a fault in it is logged, counted, and met again later by this duty only."""

    def __init__(self, name: str, do: Callable[[datetime], datetime]) -> None:
        """`do` gets the time and returns when it is to be called again."""
        self.name, self._do = name, do
        self._faults = 0
        self._retry_at: datetime | None = None

    def run(self, now: datetime) -> datetime:
        """Does the duty, unless it waits after a fault; returns when to run again."""
        if self._retry_at is not None and now < self._retry_at <= now + MAX_RETRY_DELAY:
            return self._retry_at
        try:
            due = self._do(now)
        except JournalUnavailable as fault:
            log.warning("the duty “%s” waits for the journal: %s", self.name, fault)
            due = self._failed(now, RETRY_DELAY)
        except Exception:  # a bug in one duty must not keep the others from being done
            log.exception("the duty “%s” met a fault in Park; it is tried again", self.name)
            due = self._failed(now, min(RETRY_DELAY * 2 ** min(self._faults, 10), MAX_RETRY_DELAY))
        else:
            self._faults, self._retry_at = 0, None
        return due

    def _failed(self, now: datetime, delay: timedelta) -> datetime:
        DUTY_FAILURES.labels(self.name, current_pbx()).inc()
        self._faults += 1
        self._retry_at = now + delay
        return self._retry_at


def retry_delay(failure: SlackFailure) -> timedelta:
    """Returns when to post again: after the time that Slack names if it is unavailable, otherwise in an hour."""
    delay = timedelta(seconds=failure.retry_after) if isinstance(failure, SlackUnavailable) else 60 * RETRY_DELAY
    return max(delay, RETRY_DELAY)


def set_aside_message(found: SetAside) -> Message:
    """Returns the message about an entry that can't be read."""
    return Message(title=texts.set_aside_title(found.entry), notes=texts.SET_ASIDE_NOTES)


def head_message(head: ChainLink) -> Message:
    """Returns the message with the head: a copy outside the database shows whether events were rewritten."""
    return Message(
        title=texts.HEAD_TITLE,
        facts=(Fact(label=texts.HEAD, value=str(head)),),
        notes=(texts.HEAD_NOTE,),
    )
