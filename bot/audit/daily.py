"""Once a day: what is too old is pruned, and the chain's head is posted where others keep it."""

import logging
import threading
from datetime import datetime, timedelta

from bot.clock import Now, utc_now
from bot.errors import JournalUnavailable, SlackFailure, SlackUnavailable
from bot.journal import Journal
from bot.journal.chain import Link
from bot.journal.heads import claim, give_back, next_day, posted
from bot.journal.pruning import prune
from bot.message import Fact, Message
from bot.voice import Voice

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
"""Before a journal or a Slack that is away is tried again, at least."""
NAP = timedelta(minutes=15)
"""The longest sleep: the clock that sleeps are measured by stands still while a machine does."""


class Daily:
    """`channel` is where heads are posted to, None for nowhere; with `keep` None nothing is ever pruned.

    It goes by this machine's clock, which is there when the journal is not.
    """

    def __init__(
        self,
        journal: Journal,
        voice: Voice,
        channel: str | None,
        *,
        keep: timedelta | None = None,
        now: Now | None = None,
    ) -> None:
        self.journal, self.voice, self.channel, self.keep, self.now = journal, voice, channel, keep, now or utc_now
        self._posted: Link | None = None
        self._pruned_until: datetime | None = None
        self._changed = threading.Condition()
        self._woken = self._stopping = False
        self._thread = threading.Thread(target=self._run, name="daily")

    def start(self) -> None:
        """What came due while nobody ran is done at once."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def wake(self) -> None:
        """Look at the clock again."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Finish what is under way."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

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

    def _say(self, channel: str, head: Link, now: datetime) -> datetime | None:
        """None: it stands there."""
        try:
            self.voice.post(channel, head_message(head))
        except SlackFailure as failure:
            log.warning("the journal's head could not be posted: %s", failure)
            with self.journal.database.writing() as connection:
                give_back(connection)
            away = timedelta(seconds=failure.retry_after) if isinstance(failure, SlackUnavailable) else 60 * AGAIN
            return now + max(away, AGAIN)
        return None

    def _run(self) -> None:
        while not self._stopping:
            try:
                due = self.turn()
            except Exception:  # a thread that dies would never post again
                log.exception("the daily duties met a fault in Park")
                due = self.now() + 60 * AGAIN
            self._sleep(due)

    def _sleep(self, due: datetime) -> None:
        with self._changed:
            while not (self._stopping or self._woken) and (left := due - self.now()) > timedelta():
                self._changed.wait(min(left, NAP).total_seconds())
            self._woken = False


def head_message(head: Link) -> Message:
    """What others keep, so that nobody can rewrite what happened before it."""
    return Message(
        title="The head of Park's journal today",
        facts=(Fact(label="Head", value=str(head)),),
        notes=(
            "`python -m bot audit verify --head` with it tells whether anything up to here was changed or cut off.",
        ),
    )
