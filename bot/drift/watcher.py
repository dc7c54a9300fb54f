"""Looks for what was changed outside Park, every so often and in one replica only, and tells of it once."""

import logging
import time
import uuid
from datetime import datetime, timedelta

from bot.clock import Now
from bot.drift.keeping import begin, record
from bot.drift.look import Look
from bot.drift.said import message
from bot.errors import JournalUnavailable, LeaseLost, SlackFailure, SlackUnavailable
from bot.journal import Journal
from bot.journal.drifts import next_post, posted, put_off, to_post
from bot.journal.watch import CLAIM, keep, leave, take, watch_of
from bot.pbx.client import PBX
from bot.policy import Policies
from bot.recurring import AGAIN, Recurring
from bot.voice import Voice

log = logging.getLogger(__name__)


class Watcher(Recurring):
    """Where the policy names no channel to tell it in, nothing is looked at; without `minutes`, never.

    A kill between a post in Slack and its record shows that drift twice, with the same number.
    """

    def __init__(
        self,
        journal: Journal,
        pbx: PBX,
        voice: Voice,
        policies: Policies,
        *,
        minutes: int | None,
        most: int,
        own: str | None = None,
        now: Now | None = None,
    ) -> None:
        """`most` requests a look; `own` is the name of Park's account on the PBX, where that is known."""
        super().__init__("drift", now)
        self.journal, self.pbx, self.voice, self.policies = journal, pbx, voice, policies
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
        channel = self.policies.now.drift or self.policies.now.announce
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
        look = Look(self.pbx, begun.sights, begun.watch, self.most, lambda: self._stopping or time.monotonic() > over)
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
                    self.voice.post(channel, message(drift))
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
