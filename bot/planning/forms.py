"""FormService: prefill, permissions and review of forms; validation from cached names."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.errors import Refused, SlackFailure, SlackUnavailable
from bot.journal.journal import Journal
from bot.messages.message import Message
from bot.messages.request import Request
from bot.messages.text import fold
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import Operation
from bot.operations.help import Help
from bot.planning.answers import AnswerBuilder
from bot.planning.overview import Overview, OverviewQuery, overview
from bot.planning.pickers import KINDS, PickerKind, PickerOptions, PickerScope
from bot.planning.planner import Planner
from bot.policy.descriptions import denials_of, rights_are_complete, rights_of

MAX_SCANNED = 50
"""Latest requests scanned for changes to show on the Home tab."""
log = logging.getLogger(__name__)


class FormService:
    """What forms and the Home tab need of the planner.

    `part` and the picker options answer from caches; the other methods wait for the PBX or Slack.
    """

    def __init__(self, planner: Planner, journal: Journal) -> None:
        self.planner, self.journal, self._answers = planner, journal, AnswerBuilder(planner)
        self.picker_options = PickerOptions(planner.directory)

    def opened(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> dict[str, Any]:
        """Current values on the PBX to prefill a form with, by field, as JSON.

        Raises:
            Refused: no submission of this form could be allowed.
            PBXError: the values can't be read.
        """
        self.planner.require_form_permission(request, operation, known)
        return operation.present(self.planner.context(request, Help()), dict(known))

    def part(
        self, request: Request, operation: type[Operation], kind: PickerKind, known: Mapping[str, Any]
    ) -> PickerScope | None:
        """What the requester may pick of a kind; None while their account is not cached."""
        try:
            return kind, self.planner.reach(request, operation, kind, known)
        except SlackUnavailable:
            return None

    def warm(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> None:
        """Fills the caches that the form's pickers answer from."""
        self.cache_principal(request)
        parts = (self.part(request, operation, kind, known) for kind in KINDS)
        self.picker_options.warm(*filter(None, parts))

    def cache_principal(self, request: Request) -> None:
        """Caches the requester's Slack account, for the next picker request."""
        try:
            self.planner.authorizer.principal(request)
        except (Refused, SlackFailure) as fault:
            log.warning("what the pickers may offer is not known: %s", fault)

    def review(self, request: Request, operation: Operation) -> Message:
        """The preview or the answer for a submitted form; raises Refused or PBXError."""
        return self._answers.answer(request, [operation])

    def overview(self, request: Request, query: OverviewQuery) -> Overview:
        """The data of the Home tab; raises Refused or PBXError."""
        context, policy = self.planner.context(request, Help()), self.planner.policy
        principal, recent = self.planner.authorizer.principal(request), self.journal.recent(MAX_SCANNED)
        certain = rights_are_complete(policy, principal)
        denials = denials_of(policy, principal)
        return overview(context, query, rights_of(policy, principal), recent, denials=denials, certain=certain)


MAX_NAMED = 10
"""Names listed in one message."""


def cached_faults(offering: PickerOptions, operation: Operation) -> dict[str, str]:
    """Messages by field for names that are certainly wrong; none where the cached names are not fresh."""
    return dict(_faults(offering, operation))


def _faults(offering: PickerOptions, operation: Operation) -> Iterator[tuple[str, str]]:
    groups = set(map(fold, operation.references(Reference.GROUP)))
    for name, argument_type, value in operation.said():
        match argument_type.reference:
            case Reference.GROUP if len(offering.missing("group", attempt := spellings(value))) == len(attempt):
                yield name, f"There is no park group called “{value}”."
            case Reference.NEW_GROUP if fold(value) not in groups and offering.exists("group", value):
                yield name, f"There is already a park group called {value}."
            case Reference.RECALL if value.ring_group is not None:
                attempt = (*spellings(value.ring_group), f"ring group {value.ring_group}")
                if len(offering.missing("ring_group", attempt)) == len(attempt):
                    yield name, f"There is no ring group called “{value.ring_group}”."
            case Reference.MEMBER | Reference.MEMBERS:
                texts = (value,) if isinstance(value, str) else value
                if nobody := offering.missing("user", [text for text in texts if not text.startswith("<@")]):
                    yield name, f"Nobody on the PBX has the extension or name {_listed(nobody)}."


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - MAX_NAMED
    return ", ".join(texts[:MAX_NAMED]) + (f" and {more} more of these" if more > 0 else "")
