"""Carries out the steps of Workflow Builder: shows a group, or proposes a change and waits for somebody's click.

A step has no trustworthy person. The click on its proposal is a request of its own, decided and made as that of whoever
clicked; the step only reports what came of it, to the steps after it and on its card.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.changes.plan import Plan
from bot.errors import (
    Ambiguous,
    NotFound,
    NotUnderstood,
    PBXError,
    Refused,
    SlackAppRefused,
    SlackFailure,
    SlackRefused,
)
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.messages.message import Fact, Message, StepResult
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeOperation, Operation, ReadOperation
from bot.operations.catalog import dump, load
from bot.operations.groups import Group, group_values
from bot.operations.proposals import Decline, proposal_buttons
from bot.operations.schedule import Asked, has_open_times, settle
from bot.operations.workflow_steps import WorkflowMistake, step_input
from bot.planning.authorizer import group_spellings
from bot.planning.context import RequestContext
from bot.planning.planner import Planner
from bot.planning.preview import planned_facts
from bot.policy.workflow_settings import Workflows
from bot.policy.workflows import step_refusal
from bot.texts import cards, wording
from bot.texts import workflows as texts
from bot.times.format import format_moment
from bot.times.model import Instant, WallClock
from bot.worker.card_state import card_state
from bot.worker.notifier import Notifier
from bot.worker.outcome import Confirmation, Outcome, plan_of
from bot.worker.proposals import expiry, is_decisive

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(seconds=2)
"""Delay before a step looks again at a click that is being carried out."""
LOOK_AGAIN_LATER = timedelta(minutes=1)
"""The same for one that waits for approval."""
_OUTCOMES = {
    State.DONE: "done",
    State.ALREADY: "already",
    State.SCHEDULED: "scheduled",
    State.CANCELLED: "cancelled",
    State.REFUSED: "refused",
    State.UNKNOWN: "unknown",
    State.FAILED: "failed",
    State.EXPIRED: "failed",
}
_SUCCEEDED = frozenset({State.DONE, State.ALREADY, State.SCHEDULED})


class StepExecutor:
    """Carries out entries that come from a workflow; errors of Slack and of the journal pass through."""

    def __init__(self, journal: Journal, planner: Planner, notifier: Notifier) -> None:
        self.journal, self.planner, self.notifier = journal, planner, notifier

    def execute(self, entry: Entry) -> Outcome | None:
        """Returns the outcome of a step; None while its proposal waits."""
        operation = load(entry.operations[0])
        if isinstance(operation, WorkflowMistake):
            return _mistaken(operation.mistake)
        if entry.card is not None:
            return self._conclude(entry)
        try:
            return self._begin(entry, operation)
        except NotUnderstood as mistake:
            return _mistaken(str(mistake))
        except (NotFound, Ambiguous) as unknown:
            return _mistaken(texts.wrong_input(step_input(operation, "group"), str(unknown)))
        except Refused as refused:
            log.info("a workflow's step was refused: %s", refused)
            return _refused(str(refused) if isinstance(operation, ChangeOperation) else texts.NOT_SHOWN)

    def _begin(self, entry: Entry, operation: Operation) -> Outcome | None:
        policy, request = self.planner.policy, entry.request
        permission, groups = operation.permission, group_spellings(operation)
        assert permission is not None  # noqa: S101 - the operations of steps have one
        recalls = operation.references(Reference.RECALL)
        ring_groups = [one.ring_group for one in recalls if one.ring_group is not None]
        refusal = step_refusal(policy, request.channel, permission, groups=groups, ring_groups=ring_groups)
        if refusal is not None or policy.workflows is None:
            return _refused(refusal or texts.CHANNEL_NOT_NAMED)
        if isinstance(operation, ReadOperation):
            return self._show(entry, operation)
        assert isinstance(operation, ChangeOperation)  # noqa: S101 - the other steps
        checked = self._checked(entry, operation)
        settled = self._settled(entry, operation, policy.workflows)
        return self._propose(entry, settled, checked, entry.accepted_at + policy.workflows.decide_within)

    def _show(self, entry: Entry, operation: Operation) -> Outcome:
        assert isinstance(operation, Group)  # noqa: S101 - the only step that shows
        principal = self.planner.authorizer.principal(entry.request)
        references = self.planner.references(entry.request, principal)
        try:
            group, context, _ = self.planner.resolve(principal, [operation], references)
            values = group_values(group, context)
        except PBXError as fault:
            log.warning("a workflow's step could not read the PBX: %s", fault)
            return _ended(State.FAILED, "failed", texts.PBX_AWAY)
        return Outcome(State.DONE, Confirmation(step=StepResult(outputs={"outcome": "shown", **values})))

    def _checked(self, entry: Entry, operation: ChangeOperation) -> tuple[Plan | None, tuple[Fact, ...]]:
        """Returns what a proposal would change: the plan, and what is shown where everybody there may see the group.

        Where they may not, or while the PBX is away, the click finds out what is possible.

        Raises:
            NotUnderstood: The PBX does not have what an input names.
            Refused: The change is not possible now.
        """
        principal = self.planner.authorizer.principal(entry.request)
        for spellings in group_spellings(operation):
            if not any(self.planner.authorizer.may_see(principal, one) for one in spellings):
                return self._unseen(operation), ()
        context = self.planner.context_for(principal, operation)
        try:
            _check_names(operation, context)
            plan = operation.plan(context)
            return plan, planned_facts(plan, context.ring_group_name)
        except PBXError as fault:
            log.info("a workflow's step is not checked: %s", fault)
            return None, ()

    def _unseen(self, operation: ChangeOperation) -> Plan | None:
        """Returns the plan for a group that is not shown in the channel: only which one is meant is stored."""
        try:
            return operation.plan(self.planner.context_for(None, operation))
        except (Refused, PBXError) as fault:
            log.info("a workflow's step is not checked: %s", fault)
            return None

    def _settled(self, entry: Entry, operation: ChangeOperation, settings: Workflows) -> ChangeOperation:
        """Returns the operation with the instants that its times mean by now, in the policy's time zone."""
        times = {"starts": operation.starts, "ends": operation.ends}
        for name, value in times.items():
            is_local = value is not None and isinstance(value.when, WallClock) and value.when.zone is None
            if is_local and settings.time_zone is None:
                raise NotUnderstood(texts.wrong_input(step_input(operation, name), texts.NO_TIME_ZONE))
        if not has_open_times(operation):
            return operation
        working_day = self.planner.times.working_day
        try:
            return settle(operation, Asked(entry.accepted_at, settings.time_zone or "UTC", working_day))
        except Refused as fault:
            name = "ends" if operation.ends is not None else "starts"
            raise NotUnderstood(texts.wrong_input(step_input(operation, name), str(fault))) from fault

    def _propose(
        self, entry: Entry, operation: ChangeOperation, checked: tuple[Plan | None, tuple[Fact, ...]], until: datetime
    ) -> Outcome | None:
        """Posts the proposal's card and stores that it waits; a crash in between posts it twice."""
        line, (proposes, facts) = operation.text(settled=True), checked
        card = Message(
            title=texts.proposed(entry.request.line),
            facts=(*facts, *self._time_facts(operation), Fact(label=texts.EXPIRES, value="", at=until)),
            notes=(texts.DECIDES_NOTE,),
            offers=proposal_buttons(entry.id, line),
        )
        proposed = Confirmation(card=card, status=texts.STATUS_PROPOSED, proposes=proposes)
        outcome = proposed.model_dump(mode="json")
        fields: dict[str, Any] = {"operations": [dump(operation)], "outcome": outcome}
        try:
            posted = self.notifier.show_card(replace(entry, **fields, state=State.SCHEDULED, run_at=until))
        except SlackAppRefused:
            raise
        except SlackRefused as refusal:
            return _mistaken(texts.cannot_post(str(refusal)))
        self.journal.schedule(entry, until, **fields, card=posted.model_dump(mode="json"))
        return None

    def _time_facts(self, operation: ChangeOperation) -> Iterator[Fact]:
        """Yields the instants that a step's times mean; a length counts from the click."""
        settings = self.planner.policy.workflows
        zone, now = ZoneInfo((settings and settings.time_zone) or "UTC"), self.journal.now()
        for label, value in ((cards.BEGINS, operation.starts), (cards.UNTIL, operation.ends)):
            if value is not None and isinstance(value.when, Instant):
                yield Fact(label=label, value=format_moment(value.when.at, now, zone))

    def _conclude(self, entry: Entry) -> Outcome | None:
        """Returns what came of a proposal; None where that is not known yet."""
        line, now = entry.request.line, self.journal.now()
        decisions = self.journal.decisions_on(entry)
        if (decided := next(filter(is_decisive, decisions), None)) is not None:
            return self._accepted(line, decided)
        declined = (one for one in self.journal.entries_about(entry.id) if one.state is State.DONE)
        if (by := next(declined, None)) is not None:
            return _declined(line, by)
        if waiting := [one for one in decisions if not one.state.ended]:
            self._wait(entry, waiting)
            return None
        until = expiry(entry)
        if now < until:
            self.journal.schedule(entry, until)
            return None
        card = Message(title=texts.expired_proposal(line))
        step = StepResult(outputs={"outcome": "expired", "text": texts.NOT_DECIDED})
        return Outcome(State.EXPIRED, Confirmation(card=card, status=texts.STATUS_EXPIRED, step=step))

    def _wait(self, entry: Entry, clicks: Sequence[Entry]) -> None:
        """Looks again later at clicks that are being carried out, or wait for approval, which the card then says."""
        announced = next((one for one in clicks if one.state is State.SCHEDULED), None)
        delay = LOOK_AGAIN_LATER if announced is not None else LOOK_AGAIN
        confirmation = Confirmation.model_validate(entry.outcome)
        if announced is not None and confirmation.card is not None and confirmation.card.offers:
            card = Message(title=texts.accepted(entry.request.line), facts=_facts_of(announced))
            outcome = Confirmation(card=card, status=texts.STATUS_PENDING).model_dump(mode="json")
            try:
                self.notifier.show_card(replace(entry, outcome=outcome))
                entry = self.journal.checkpoint(entry, outcome=outcome)
            except SlackFailure as failure:
                log.info("the card of proposal %d is not up to date: %s", entry.id, failure)
        self.journal.postpone(entry, self.journal.now() + delay)

    def _accepted(self, line: str, by: Entry) -> Outcome:
        confirmation = Confirmation.model_validate(by.outcome) if by.outcome else Confirmation()
        shown = card_state(self.journal, by) if confirmation.card is not None else None
        message = shown.card if shown is not None else confirmation.private
        text = message.title if message is not None else texts.GONE
        number: dict[str, str | int] = {"change": by.id} if plan_of(by) is not None else {}
        step = StepResult(outputs={"outcome": _OUTCOMES[by.state], "text": text, **number})
        if by.state in _SUCCEEDED:
            card = Message(title=texts.accepted(line), facts=_facts_of(by))
            return Outcome(State.DONE, Confirmation(card=card, status=texts.STATUS_ACCEPTED, step=step))
        card = Message(title=texts.failed_proposal(line), facts=_facts_of(by), notes=(text,))
        return Outcome(State.FAILED, Confirmation(card=card, status=cards.STATUS_NOT_DONE, step=step))


def _facts_of(click: Entry) -> tuple[Fact, ...]:
    """Returns who accepted a proposal, and the number of their change."""
    by = Fact(label=cards.BY, value="", ids=(click.request.user,))
    return (by, Fact(label=texts.CHANGE, value=wording.change_number(click.id))) if click.plan is not None else (by,)


def _check_names(operation: ChangeOperation, context: RequestContext) -> None:
    """Raises NotUnderstood for a name that the PBX does not have, with the input that holds it."""
    for name, argument_type, value in operation.said():
        try:
            match argument_type.reference:
                case Reference.GROUP:
                    context.group(value)
                case Reference.RECALL:
                    context.recall_settings(value)
                case Reference.MEMBERS:
                    context.people(value)
        except Refused as fault:
            raise NotUnderstood(texts.wrong_input(step_input(operation, name), str(fault))) from fault


def _declined(line: str, by: Entry) -> Outcome:
    operation = load(by.operations[0])
    reason = operation.reason if isinstance(operation, Decline) else None
    text = texts.declined_because(reason) if reason else texts.NOT_WANTED
    card = Message(title=texts.declined_proposal(line), notes=(text,) if reason else ())
    step = StepResult(outputs={"outcome": "declined", "text": text})
    return Outcome(State.CANCELLED, Confirmation(card=card, status=texts.STATUS_DECLINED, step=step))


def _mistaken(what: str) -> Outcome:
    return Outcome(State.FAILED, Confirmation(step=StepResult(mistake=what)))


def _refused(why: str) -> Outcome:
    return _ended(State.REFUSED, "refused", why)


def _ended(state: State, outcome: str, text: str) -> Outcome:
    return Outcome(state, Confirmation(step=StepResult(outputs={"outcome": outcome, "text": text})))
