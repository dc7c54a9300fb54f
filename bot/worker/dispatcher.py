"""Dispatcher: every request enters here."""

import logging
from collections.abc import Sequence
from functools import partial

from bot.errors import JournalUnavailable, NotAllowed, NotUnderstood, PBXError, Refused, SlackFailure
from bot.journal.journal import Journal
from bot.journal.models import State
from bot.messages.message import Message, Messenger, Offer
from bot.messages.request import Request, Source
from bot.operations.base import ChangeOperation, ControlOperation, Operation, footprint
from bot.operations.catalog import dump
from bot.operations.parser import parse
from bot.operations.undo import PutBack
from bot.planning.planner import Planner
from bot.runtime.logs import request_logging
from bot.runtime.metrics import NO_OPERATION, REQUESTS
from bot.runtime.threads import FairThreadPool
from bot.worker.progress import ProgressNotifier
from bot.worker.worker import Worker

log = logging.getLogger(__name__)

READERS = 8
"""Reads under way at once: a slow PBX must not let one channel's questions starve another's."""


READS_OF_ONE = 4
"""Of these, one person's at most."""


class Dispatcher:
    """Takes requests from Slack's listeners; waits for no PBX and no Slack, for one commit only."""

    def __init__(
        self,
        journal: Journal,
        planner: Planner,
        worker: Worker,
        messenger: Messenger,
        progress_notifier: ProgressNotifier,
    ) -> None:
        self.journal, self.planner, self.worker, self.messenger, self.progress_notifier = (
            journal,
            planner,
            worker,
            messenger,
            progress_notifier,
        )
        self._readers = FairThreadPool("reader", READERS, most=READS_OF_ONE)

    def take(self, request: Request, operation: Operation | None = None) -> Message | None:
        """None: accepted, the answer follows. A message: all there is to say. Raise JournalUnavailable: no ack."""
        with request_logging(request):
            return self._take(request, operation)

    @property
    def idle(self) -> bool:
        """Whether no read is under way."""
        return self._readers.idle

    def close(self) -> None:
        """Finish the reads under way."""
        self._readers.shutdown()

    def _take(self, request: Request, operation: Operation | None) -> Message | None:
        try:
            readings = parse(request.line) if operation is None else (operation,)
        except NotUnderstood as fault:
            REQUESTS.labels(NO_OPERATION, request.source, "not understood").inc()
            return fault.message
        if _is_to_be_done(readings[0], request):
            return self._accept(request, readings)
        self._start_reading(request, readings)
        return None

    def _accept(self, request: Request, readings: Sequence[Operation]) -> Message | None:
        """Watched before it is there to be claimed, for it may be over before this thread goes on."""
        touched = frozenset[str]().union(*map(self._footprint, readings))
        self.progress_notifier.watch(request)
        fresh = False
        try:
            accepted = self.journal.accept(request, asked=[dump(one) for one in readings], footprint=touched)
            fresh = accepted.fresh
        finally:
            if not fresh:
                self.progress_notifier.over(request)
        if fresh:
            self.worker.wake()
            log.debug("accepted as change %d", accepted.id)
            return None
        return self._again(request, accepted.id) if request.source is Source.BUTTON else None

    def _again(self, request: Request, number: int) -> Message:
        """A second click: where the first one came to nothing, another button asks anew."""
        if self.journal.get(number).state not in (State.REFUSED, State.FAILED, State.EXPIRED):
            return Message(title=f"That was asked already: change {number}.")
        anew = Offer(label="Try again", line=request.line, expects=request.expects)
        return Message(title=f"You asked for that already, and nothing was done: change {number}.", offers=(anew,))

    def _footprint(self, operation: Operation) -> frozenset[str]:
        """What it mentions; what is about an earlier change, or a drift, touches what that one did."""
        if isinstance(operation, PutBack):
            return self.journal.drift_footprint(operation.number)
        number = operation.about()
        return footprint(operation) | (self.journal.footprint(number) if number is not None else frozenset())

    def _start_reading(self, request: Request, readings: Sequence[Operation]) -> None:
        self._readers.submit_for(request.user, partial(self._read, request, readings))

    def _read(self, request: Request, readings: Sequence[Operation]) -> None:
        try:
            self.messenger.answer(request, self._answer(request, readings))
        except Exception:  # nobody looks at what a reader's thread raises
            log.exception("its answer was not said")

    def _progress(self, request: Request, looked: int, total: int) -> None:
        self.progress_notifier.progress(request, f"looked at {looked} of {total} groups so far.")

    def _answer(self, request: Request, readings: Sequence[Operation]) -> Message:
        self.progress_notifier.watch(request)
        try:
            message, outcome = self._answered(request, readings)
        finally:
            self.progress_notifier.over(request)
        log.info("%s, asked for by %s, was %s", readings[0].operation_id, request.source, outcome)
        REQUESTS.labels(readings[0].operation_id, request.source, outcome).inc()
        return message

    def _answered(self, request: Request, readings: Sequence[Operation]) -> tuple[Message, str]:
        """What is said, and the outcome in a word."""
        try:
            return self.planner.answer(request, readings, partial(self._progress, request)), "answered"
        except NotAllowed as refused:
            self._record(request, readings, refused)
            return refused.message, "refused"
        except Refused as refused:
            return refused.message, "refused"
        except (PBXError, SlackFailure) as fault:
            whom = "The PBX" if isinstance(fault, PBXError) else "Slack"
            title = f"{whom} can't be asked just now. Try again in a minute."
            return Message(title=title, notes=(str(fault),)), "failed"
        except JournalUnavailable as fault:
            log.warning("history can't be read: %s", fault)
            return Message(title="The history can't be read just now. Try again in a minute."), "failed"
        except Exception:  # a fault of Park's own: whoever asked must hear of it too
            log.exception("a question met a fault in Park")
            title = "Park met a fault of its own, which is in its log. Nothing was changed."
            return Message(title=title), "failed"

    def _record(self, request: Request, readings: Sequence[Operation], refused: NotAllowed) -> None:
        """Nothing was done, so a journal that can't be written is no reason to leave the asker without an answer."""
        try:
            outcome = {"reason": str(refused)}
            self.journal.refuse(request, asked=list(map(dump, readings)), outcome=outcome, policy=refused.policy)
        except JournalUnavailable:
            log.exception("a refusal could not be recorded")


def _is_to_be_done(operation: Operation, request: Request) -> bool:
    """A change that asks first is done only where it was shown first."""
    if not isinstance(operation, ChangeOperation | ControlOperation):
        return False
    return not (operation.asks and request.expects is None)
