"""Daily task: prune, post the chain head."""

import logging
from datetime import datetime, timedelta

from bot.errors import JournalUnavailable, SlackFailure, SlackUnavailable
from bot.journal.events import ChainLink
from bot.journal.journal import Journal
from bot.journal.maintenance import claim, give_back, next_day, posted, prune
from bot.messages.message import Fact, Message, Messenger
from bot.runtime.threads import AGAIN, PeriodicTask
from bot.times.model import Now

log = logging.getLogger(__name__)


class DailyTask(PeriodicTask):
    """`channel` is where heads are posted to, None for nowhere; with `keep` None nothing is ever pruned."""

    def __init__(
        self,
        journal: Journal,
        messenger: Messenger,
        channel: str | None,
        *,
        keep: timedelta | None = None,
        now: Now | None = None,
    ) -> None:
        super().__init__("daily", now)
        self.journal, self.messenger, self.channel, self.keep = journal, messenger, channel, keep
        self._posted: ChainLink | None = None
        self._pruned_until: datetime | None = None

    def turn(self) -> datetime:
        """Do what is due; when to come back."""
        now = self.now()
        try:
            self._prune(now)
            return self._post(now)
        except JournalUnavailable as fault:
            log.warning("the daily duties wait for the journal: %s", fault)
            return now + AGAIN

    def _prune(self, now: datetime) -> None:
        if self.keep is None or (self._pruned_until and now < self._pruned_until):
            return
        prune(self.journal.database, before=now - self.keep, at=now)
        self._pruned_until = next_day(now)

    def _post(self, now: datetime) -> datetime:
        if self.channel is None:
            return next_day(now)
        if self._posted is None:
            with self.journal.database.writing() as connection:
                claimed = claim(connection, at=now)
            if claimed.head is None:
                return claimed.again
            if (again := self._say(self.channel, claimed.head, now)) is not None:
                return again
            self._posted = claimed.head
        with self.journal.database.writing() as connection:
            posted(connection, self._posted, at=now)
        self._posted = None
        return next_day(now)

    def _say(self, channel: str, head: ChainLink, now: datetime) -> datetime | None:
        """None: it stands there."""
        try:
            self.messenger.post(channel, head_message(head))
        except SlackFailure as failure:
            log.warning("the journal's head could not be posted: %s", failure)
            with self.journal.database.writing() as connection:
                give_back(connection)
            away = timedelta(seconds=failure.retry_after) if isinstance(failure, SlackUnavailable) else 60 * AGAIN
            return now + max(away, AGAIN)
        return None


def head_message(head: ChainLink) -> Message:
    """What others keep, so that nobody can rewrite what happened before it."""
    return Message(
        title="The head of Park's journal today",
        facts=(Fact(label="Head", value=str(head)),),
        notes=(
            "`python -m bot audit verify --head` with it tells whether anything up to here was changed or cut off.",
        ),
    )
