"""The lease check before each PBX write, and the retry policy of journal entries."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.changes.plan import Plan
from bot.changes.target_io import READ_BACK_PAUSES
from bot.journal.journal import Journal
from bot.journal.models import Entry
from bot.operations.catalog import dump
from bot.pbx.transport import deadline_clock
from bot.planning.planner import AuthorizedPlan
from bot.texts import outcomes


class LeaseGuard:
    """Checks before each PBX write that the entry's lease is still held, and records the first write.

    The PBX supports no fencing tokens, so a write must be finished, response included, in the first half of its lease.
    A process that was suspended and has not handed the request to the kernel by then never sends it. The second half is
    as long as the longest deadline of a write: a request under way arrives before another worker takes the entry over
    and reads the PBX. One window of about 10 microseconds stays open, between reading the clock and the system call
    that sends (`bot.pbx.transport`): a process suspended there for longer than half a lease sends one write too late.
    """

    def __init__(self, journal: Journal, entry: Entry) -> None:
        self.journal, self.entry = journal, entry
        self.writes = 0
        self._unrecorded: dict[str, Any] = {}

    def record_ids(self, plan: Plan) -> None:
        """Stores the plan with the ids of the groups that it created, by which its undo finds them."""
        if (known := plan.model_dump(mode="json")) != self.entry.plan:
            # Not durably: the outcome that follows is, and until then the change is completed by what the PBX shows.
            self.entry = self.journal.checkpoint(self.entry, plan=known, durable=False)

    def record_plan(self, planned: AuthorizedPlan) -> None:
        """Has the plan stored, if it is another than before, and its targets reserved, by the first write's commit.

        Whoever asks the PBX anything before that write, or does not write, has to call `record_now`: what happens
        between two commits leaves a change that was planned, and between planning and writing none that is in doubt.
        """
        fields = {name: new for name, new in journal_fields(planned).items() if new != getattr(self.entry, name)}
        self._unrecorded = {**fields, "about": planned.plan.about, "targets": planned.plan.targets}

    def record_now(self) -> None:
        """Stores the plan and reserves its targets, unless that is done.

        Not durably, as `reserve`.

        Raises:
            TargetBusy: Another entry has reserved one of the targets.
        """
        if self._unrecorded:
            self.entry = self.journal.checkpoint(self.entry, **self._take_unrecorded(), durable=False)

    def _take_unrecorded(self) -> dict[str, Any]:
        unrecorded, self._unrecorded = self._unrecorded, {}
        return unrecorded

    def reserve(self, plan: Plan) -> None:
        """Reserves a plan's targets for this entry, by id or by the name to be created; raises TargetBusy.

        Not durably: the commit before the first write to the PBX is, with all before it. Without that one, an entry
        is planned again.
        """
        self.entry = self.journal.checkpoint(self.entry, targets=plan.targets, durable=False)

    def reordering_note(self, plan: Plan) -> str:
        """Returns a note if members may have been put back, which the PBX appends at the end."""
        removes = any(change.after is not None and change.removed for change in plan.changes)
        return outcomes.REORDERED if removes and self.writes > 1 else ""

    def __call__(self) -> float:
        """Renews the lease and returns the monotonic time by which the write must be finished.

        Before the first write it is durable that there may have been one, with its plan.

        Raises:
            TargetBusy: Another entry has reserved a target of the plan; nothing was written.
        """
        started = deadline_clock()
        self.writes += 1
        if self.entry.began and not self._unrecorded:
            self.entry = self.journal.renew(self.entry)
        else:
            self.entry = self.journal.checkpoint(self.entry, began=True, **self._take_unrecorded())
        return started + self.journal.lease.total_seconds() / 2


def journal_fields(planned: AuthorizedPlan) -> dict[str, Any]:
    """Returns the fields of an entry that hold its plan, its operation and the policy rule that allows it."""
    fields = {"plan": planned.plan.model_dump(mode="json"), "operations": [dump(planned.typed)]}
    return fields | planned.grant.recorded()


class QueueProgress:
    """Since when entries are processed without a break: what became due since then is queued, not late.

    Breaks are times when nothing was due, when Park stood still, and when the PBX or Slack did not answer.
    """

    def __init__(self, longest_gap: timedelta = timedelta(minutes=2)) -> None:
        """Starts with a break; a longer gap than `longest_gap` between two claims is one too."""
        self._longest_gap = longest_gap
        self._since: datetime | None = None
        self._last_claim: datetime | None = None

    def claimed(self, at: datetime) -> None:
        """Records that an entry was claimed."""
        if self._since is None or self._last_claim is None or at - self._last_claim > self._longest_gap:
            self._since = at
        self._since = min(self._since, at)  # it is later only if the clock was set back
        self._last_claim = at

    def interrupted(self, at: datetime | None = None) -> None:
        """Records a break: until `at`, or until the next claim."""
        self._since = at

    def since(self, now: datetime) -> datetime:
        """Returns the end of the last break; `now` if it lasts."""
        return min(self._since or now, now)  # it may be of before the clock was set back


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """How often and for how long an entry is retried."""

    start_grace: timedelta = timedelta(minutes=2)
    """A change not begun this long after its time is not run any more: nobody expects it by then."""
    retry_delay: timedelta = timedelta(seconds=2)
    """Delay before the next attempt when the PBX or Slack did not answer."""
    give_up_after: timedelta = timedelta(minutes=10)
    """A change that was begun and has failed for this long is unknown. An end is never given up."""
    pause_recheck: timedelta = timedelta(seconds=30)
    """Interval at which the end of a temporary change checks whether Park is still paused."""
    late_notice: timedelta = timedelta(seconds=10)
    """How long an end has failed before people are told; its card says so from the first failure on."""
    slow_after: timedelta = timedelta(seconds=10)
    """Duration from which the confirmation mentions the requester, who may have left the conversation."""
    reading_lifetime: float = 1.0
    """Seconds after which the reading that a change was planned from is too old to write on, and is repeated."""
    verify_delays: tuple[float, ...] = field(default_factory=lambda: READ_BACK_PAUSES)
    """Seconds between the reads that verify a write."""

    def end_retry_delay(self, failing_for: timedelta) -> timedelta:
        """Returns the delay before the next attempt of an end: it doubles with each, five minutes at most."""
        return min(max(failing_for, self.retry_delay), timedelta(minutes=5))
