"""Daily task: prunes the journal, and posts the head of the chain to Slack."""

import logging
from datetime import datetime, timedelta

from bot.errors import JournalUnavailable, SlackFailure, SlackUnavailable
from bot.journal.events import ChainLink
from bot.journal.journal import Journal
from bot.journal.maintenance import claim_head, next_midnight, prune, record_posted_head, release_head
from bot.messages.message import Fact, Message, Messenger
from bot.runtime.threads import RETRY_DELAY, PeriodicTask
from bot.times.model import Clock

log = logging.getLogger(__name__)


class DailyTask(PeriodicTask):
    """Runs after each midnight in UTC."""

    def __init__(
        self,
        journal: Journal,
        messenger: Messenger,
        channel: str | None,
        *,
        keep: timedelta | None = None,
        now: Clock | None = None,
    ) -> None:
        """Prepares the task.

        Args:
            channel: id of the channel for heads; None to post none.
            keep: age from which events are pruned; None to prune none.
        """
        super().__init__("daily", now)
        self.journal, self.messenger, self.channel, self.keep = journal, messenger, channel, keep
        self._posted: ChainLink | None = None  # a head that was posted, while that is not recorded
        self._next_pruning: datetime | None = None

    def turn(self) -> datetime:
        """Does what is due; returns when to run again."""
        now = self.now()
        try:
            self._prune(now)
            return self._post_head(now)
        except JournalUnavailable as fault:
            log.warning("the daily duties wait for the journal: %s", fault)
            return now + RETRY_DELAY

    def _prune(self, now: datetime) -> None:
        if self.keep is None or (self._next_pruning and now < self._next_pruning):
            return
        prune(self.journal.database, before=now - self.keep, at=now)
        self._next_pruning = next_midnight(now)

    def _post_head(self, now: datetime) -> datetime:
        if self.channel is None:
            return next_midnight(now)
        if self._posted is None:
            with self.journal.database.writing() as connection:
                claimed = claim_head(connection, at=now)
            if claimed.head is None:
                return claimed.retry_at
            try:
                self.messenger.post(self.channel, head_message(claimed.head))
            except SlackFailure as failure:
                return self._retry_after(failure, now)
            self._posted = claimed.head
        with self.journal.database.writing() as connection:
            record_posted_head(connection, self._posted, at=now)
        self._posted = None
        return next_midnight(now)

    def _retry_after(self, failure: SlackFailure, now: datetime) -> datetime:
        log.warning("the journal's head could not be posted: %s", failure)
        with self.journal.database.writing() as connection:
            release_head(connection)
        return now + retry_delay(failure)


def retry_delay(failure: SlackFailure) -> timedelta:
    """Returns when to post again: after the time that Slack names if it is unavailable, otherwise in an hour."""
    delay = timedelta(seconds=failure.retry_after) if isinstance(failure, SlackUnavailable) else 60 * RETRY_DELAY
    return max(delay, RETRY_DELAY)


def head_message(head: ChainLink) -> Message:
    """Returns the message with the head: a copy outside the database shows whether events were rewritten."""
    return Message(
        title="The head of Park's journal today",
        facts=(Fact(label="Head", value=str(head)),),
        notes=(
            "`python -m bot audit verify --head` with it tells whether anything up to here was changed or cut off.",
        ),
    )
