"""What is checked of a request before it is planned, and in whose language a refusal is said."""

import logging
from dataclasses import replace

from bot.changes.write_switch import WriteSwitch
from bot.errors import NotPossible, Refused
from bot.journal.journal import Journal
from bot.journal.models import Entry, State
from bot.messages.message import Fact, Message
from bot.messages.request import Source
from bot.operations.approvals import Approve
from bot.operations.base import ControlOperation, Operation
from bot.operations.catalog import load
from bot.planning.planner import Planner
from bot.texts import cards, outcomes, wording
from bot.texts.languages import language, speaking
from bot.worker import confirmations
from bot.worker.executor import Executor
from bot.worker.outcome import Outcome

log = logging.getLogger(__name__)


class RequestChecks:
    """Checks requests that were stored; nothing here changes anything."""

    def __init__(self, journal: Journal, planner: Planner, executor: Executor, write_switch: WriteSwitch) -> None:
        self._journal, self._planner, self._executor, self._write_switch = journal, planner, executor, write_switch

    def operation(self, entry: Entry) -> Operation:
        """Returns what the entry asks for; raises Refused where its button was used, or no changes are made now."""
        operation = self._planner.resolved(entry.request, load(entry.operations[0]))
        if not isinstance(operation, Approve):  # several people may have to approve with the same button
            self._refuse_used_button(entry)
        if isinstance(operation, Approve) or not isinstance(operation, ControlOperation):  # it is made at once
            self._write_switch.check()
        return operation

    def as_requester_reads(self, entry: Entry, refused: Refused) -> Refused:
        """Returns the refusal in the language of its requester, where nobody else reads it.

        The plan of an entry, whose texts are stored and shown on cards, is made in the language of the setting. A
        refusal is private: what refused it, which only reads, is done again in the requester's language.
        """
        if (reader := self._other_language(entry)) is None:
            return refused
        with speaking(reader):
            try:
                operation = self.operation(entry)
                if isinstance(operation, ControlOperation):
                    self._planner.effect(entry.request, operation)
                else:
                    self._executor.plan(entry)
            except Refused as again:
                return again
            except Exception:  # the requester has to be told in any case
                log.exception("change %d is refused in the language of the setting", entry.id)
        return refused

    def already_as_requester_reads(self, entry: Entry, outcome: Outcome) -> Outcome:
        """Returns the outcome of a change that was so already in the language of its requester, as a refusal is."""
        is_private = outcome.state is State.ALREADY and outcome.confirmation.private is not None
        if not is_private or (reader := self._other_language(entry)) is None:
            return outcome
        with speaking(reader):
            try:
                planned = self._executor.plan(entry)
            except Exception:  # the requester has to be told in any case
                log.exception("what change %d found so already is said in the language of the setting", entry.id)
                return outcome
            if not planned.plan.is_noop:  # somebody has changed it meanwhile
                return outcome
            return replace(
                outcome, confirmation=confirmations.done(planned.plan, (), planned.context.ring_group_name, slow=False)
            )

    def _other_language(self, entry: Entry) -> str | None:
        """Returns the requester's language where it is another one, and nobody else reads the answer."""
        if entry.card is not None or entry.request.source in (Source.SCHEDULE, Source.CLOCK):
            return None
        reader = self._planner.users.language(entry.request.user)
        return reader if reader != language() else None

    def _refuse_used_button(self, entry: Entry) -> None:
        """Raises NotPossible if another user's click on the same button was accepted before.

        Clicks on one button have the same footprint and run one after the other, so the earlier one has ended.
        """
        for other in self._journal.of_same_button(entry):
            if other.state in (State.DONE, State.SCHEDULED, State.UNKNOWN):
                refused = NotPossible(outcomes.same_button(_shown_line(other)))
                by = Fact(label=cards.BY, value="", ids=(other.request.user,))
                refused.message = Message(title=str(refused), facts=(by,))
                raise refused


def _shown_line(entry: Entry) -> str:
    """What a click did: the number of a change, or the line of what only concerned the journal."""
    operation = load(entry.operations[0])
    return operation.text() if isinstance(operation, ControlOperation) else wording.change_number(entry.id)
