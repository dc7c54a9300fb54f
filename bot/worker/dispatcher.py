"""The entry point of all requests: stores changes in the journal and answers reads."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from bot.errors import (
    JournalUnavailable,
    NotAllowed,
    NotUnderstood,
    PBXError,
    Refused,
    SlackFailure,
    passes_by_itself,
    said,
)
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.messages.message import Message, Messenger, Offer, with_note
from bot.messages.request import Request, Source
from bot.operations.base import ChangeOperation, ControlOperation, Operation
from bot.operations.catalog import dump, load
from bot.operations.continuation import question_about, with_whole_line
from bot.operations.footprint import footprint
from bot.operations.parser import parse
from bot.operations.undo import PutBack
from bot.operations.workflow_steps import WorkflowMistake, read_step
from bot.planning.answers import AnswerBuilder
from bot.planning.denials import contact_fact
from bot.planning.destinations import ask_where, possible_channels, with_destination
from bot.planning.planner import Planner
from bot.runtime.acknowledgement import after_acknowledgement
from bot.runtime.logs import request_logging
from bot.runtime.metrics import NO_OPERATION, REQUESTS
from bot.runtime.scope import current_pbx
from bot.runtime.threads import FairThreadPool
from bot.texts import outcomes, pbx, wording
from bot.texts.languages import settle
from bot.worker.progress import ProgressNotifier
from bot.worker.worker import Worker

HELP = "help"
"""The line that everybody may always run."""
log = logging.getLogger(__name__)

READ_THREADS = 8
"""Reads answered at once: on a slow PBX the reads of one channel must not delay those of another."""
READ_THREADS_PER_USER = 4
"""Of these, the most that one user occupies."""


class Dispatcher:
    """Accepts requests from Slack's listeners; blocks for one commit only, never for the PBX or Slack."""

    def __init__(
        self,
        journal: Journal,
        planner: Planner,
        worker: Worker,
        messenger: Messenger,
        progress_notifier: ProgressNotifier,
    ) -> None:
        self.journal, self.planner, self.worker = journal, planner, worker
        self.messenger, self.progress_notifier = messenger, progress_notifier
        self.answers = AnswerBuilder(planner)
        self._readers = FairThreadPool("reader", READ_THREADS, most=READ_THREADS_PER_USER)

    def submit(self, request: Request, operation: Operation | None = None) -> Message | None:
        """Accepts a request: parses its line, unless a form has given the operation, and stores or reads.

        Returns:
            None if the answer follows; a message if it is the whole answer.

        Raises:
            JournalUnavailable: The request was not stored, so it must not be acknowledged.
        """
        with request_logging(request):
            try:
                readings = parse(request.line, request.user) if operation is None else (operation,)
            except NotUnderstood as fault:
                REQUESTS.labels(NO_OPERATION, request.source, "not understood", current_pbx()).inc()
                whole = with_whole_line(fault.message, request.line, request.note) if request.note else None
                return self._suggest(request, fault.message) if whole is None else self._ask_about_note(request, whole)
            asks = operation is None and request.source is not Source.BUTTON  # whoever clicks was asked
            if asks and (question := question_about(readings, request.line, request.note)):
                return self._ask_about_note(request, question)
            channels = possible_channels(request, readings[0], self.planner.policy)
            request = with_destination(request, channels)
            if _is_stored(readings[0], request) and len(channels) < 2:
                return self._store(request, readings)
            self._readers.submit_for(request.user, partial(self._read, request, readings))
            return None

    def submit_step(self, request: Request, callback_id: str, inputs: Mapping[str, Any]) -> None:
        """Stores the step of a workflow, or the mistake in its inputs; a repeated delivery changes nothing.

        Raises:
            JournalUnavailable: It was not stored, so it must not be acknowledged.
        """
        with request_logging(request):
            operation: Operation
            try:
                operation = read_step(callback_id, inputs)
            except NotUnderstood as fault:
                operation = WorkflowMistake(step=callback_id, mistake=str(fault))
            request = request.model_copy(update={"line": operation.text()})
            footprint = frozenset({f"workflow {request.execution}"})
            if self.journal.accept(request, operations=[dump(operation)], footprint=footprint).fresh:
                after_acknowledgement(self.worker.wake)

    def offer_again(self, request: Request, message: Message) -> None:
        """Answers with a message whose buttons carry lines of the request, with the instants that its times mean.

        It waits for Slack, which knows the time zone, so it is done after the acknowledgement.
        """
        self._readers.submit_for(request.user, partial(self._send_settled, request, message))

    def _suggest(self, request: Request, message: Message) -> Message | None:
        """Returns a message without suggestions; others are answered once it is known which are possible."""
        opens_form = request.source is Source.SLASH and bool(message.forms) and message.forms[0].whole
        if opens_form or all(offer.line == HELP for offer in message.offers):
            return with_note(message, request.note)
        self._readers.submit_for(request.user, partial(self._answer_suggestions, request, message))
        return None

    def _ask_about_note(self, request: Request, question: Message) -> Message | None:
        """Answers with buttons of which each carries what of the further lines is a note for it."""
        return self._suggest(request.model_copy(update={"note": ""}), question)

    def _answer_suggestions(self, request: Request, message: Message) -> None:
        try:
            possible = self.planner.without_impossible_offers(request, message)
        except (Refused, PBXError, SlackFailure, JournalUnavailable) as fault:
            log.warning("what may be suggested is not known: %s", fault)
            possible = replace(message, offers=())
        except Exception:  # a bug must not leave the user without an answer
            log.exception("what may be suggested met a fault in Park")
            possible = replace(message, offers=())
        self._send_settled(request, possible)

    def _send_settled(self, request: Request, message: Message) -> None:
        with request_logging(request):
            settled = self.planner.times.with_settled_offers(request, message)
            self.messenger.answer(request, with_note(settled, request.note))

    @property
    def idle(self) -> bool:
        """Whether no read is being answered."""
        return self._readers.idle

    def close(self) -> None:
        """Waits until all reads are answered."""
        self._readers.shutdown()

    def _store(self, request: Request, readings: Sequence[Operation]) -> Message | None:
        """Stores a change in the journal; returns a message if the same button had been used before."""
        touched = frozenset[str]().union(*map(self._footprint, readings))
        for number in (request.ends_change, request.proposal, request.meant):
            touched |= self.journal.footprint(number) if number is not None else frozenset()
        self.progress_notifier.watch(request)  # before the commit: a worker may finish the entry right after it
        is_new = False
        try:
            operations = [dump(one) for one in readings]
            accepted = self.journal.accept(request, operations=operations, footprint=touched)
            is_new = accepted.fresh
        finally:
            if not is_new:
                self.progress_notifier.finish(request)
        if is_new:
            after_acknowledgement(self.worker.wake)
            log.debug("accepted as change %d", accepted.id)
            return None
        return self._answer_repeated_click(request, accepted.id) if request.source is Source.BUTTON else None

    def _answer_repeated_click(self, request: Request, number: int) -> Message:
        """Names the change that the first click made; if it changed nothing, offers to try again."""
        entry = self.journal.get(number)
        if entry.state not in (State.REFUSED, State.FAILED, State.EXPIRED):
            return Message(title=outcomes.asked_already(self._shown_number(entry)))
        again = Offer(
            label=outcomes.TRY_AGAIN,
            line=request.line,
            expects=request.expects,
            ends_change=request.ends_change,
            proposal=request.proposal,
            meant=request.meant,
        )
        return Message(title=outcomes.asked_in_vain(self._shown_number(entry)), offers=(again,))

    @staticmethod
    def _shown_number(entry: Entry) -> int | None:
        """The number of a change; None of what only concerned the journal."""
        return None if isinstance(load(entry.operations[0]), ControlOperation) else entry.id

    def _footprint(self, operation: Operation) -> frozenset[str]:
        """Returns the names that the operation touches, with those of the change or drift it is about."""
        if isinstance(operation, PutBack):
            return self.journal.drift_footprint(operation.number)
        number = operation.about()
        return footprint(operation) | (self.journal.footprint(number) if number is not None else frozenset())

    def _read(self, request: Request, readings: Sequence[Operation]) -> None:
        """Answers a read and counts it."""
        settle()
        try:
            self.progress_notifier.watch(request)
            try:
                message, outcome = self._answer(request, readings)
            finally:
                self.progress_notifier.finish(request)
            operation = readings[0].operation_id
            log.info("%s, asked for by %s, was %s", operation, request.source, outcome)
            REQUESTS.labels(operation, request.source, outcome, current_pbx()).inc()
            self.messenger.answer(request, with_note(message, request.note))
        except Exception:  # an exception in a pool's thread would be lost
            log.exception("its answer was not said")

    def _answer(self, request: Request, readings: Sequence[Operation]) -> tuple[Message, str]:
        """Returns the answer, and the outcome as metrics label it."""
        try:
            return self._message(request, readings), "answered"
        except NotAllowed as refused:
            self._record_refusal(request, readings, refused)
            return refused.message, "refused"
        except Refused as refused:
            return refused.message, "refused"
        except (PBXError, SlackFailure) as fault:
            if passes_by_itself(fault):
                return Message(title=f"{said(fault)} {pbx.QUESTION_FAILED}"), "failed"
            return Message(title=said(fault), facts=(contact_fact(self.planner.policy_store.now.contact),)), "failed"
        except JournalUnavailable as fault:
            log.warning("history can't be read: %s", fault)
            return Message(title=outcomes.HISTORY_UNAVAILABLE), "failed"
        except Exception:  # a bug must not leave the user without an answer
            log.exception("a question met a fault in Park")
            return Message(title=f"{outcomes.INTERNAL_ERROR} {wording.NOTHING_CHANGED}"), "failed"

    def _message(self, request: Request, readings: Sequence[Operation]) -> Message:
        """Returns the answer or the preview, with the question where its card is to be posted; raises Refused."""
        message = self.answers.answer(request, readings, partial(self._report_progress, request))
        channels = possible_channels(request, readings[0], self.planner.policy)
        return ask_where(message, request, channels, self.planner.users) if channels else message

    def _report_progress(self, request: Request, searched: int, total: int) -> None:
        self.progress_notifier.report(request, pbx.searched(searched, total))

    def _record_refusal(self, request: Request, readings: Sequence[Operation], refused: NotAllowed) -> None:
        """Records a denied read; if the journal can't be written, the user is answered all the same."""
        try:
            outcome = {"reason": str(refused)}
            self.journal.refuse(request, operations=list(map(dump, readings)), outcome=outcome, policy=refused.policy)
        except JournalUnavailable:
            log.exception("a refusal could not be recorded")


def _is_stored(operation: Operation, request: Request) -> bool:
    """Whether to store the request; a change that needs confirmation is only previewed until then."""
    if not isinstance(operation, ChangeOperation | ControlOperation):
        return False
    return not (operation.needs_confirmation and request.expects is None)
