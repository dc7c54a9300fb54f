"""FormService: prefill, permissions and review of forms; validation from cached names."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.errors import JournalUnavailable, PBXError, Refused, SlackFailure, SlackUnavailable
from bot.messages.message import Message, Offer, Row
from bot.messages.request import Request
from bot.messages.text import fold
from bot.operations.arguments.types import Reference, spellings
from bot.operations.base import Operation
from bot.operations.help import Help
from bot.operations.temporary import temporary_notes, temporary_rows
from bot.planning.answers import AnswerBuilder
from bot.planning.meant_names import with_present_names
from bot.planning.overview import Overview, OverviewQuery, overview
from bot.planning.picker_sources import KINDS, PickerKind, PickerOption
from bot.planning.pickers import PickerOptions, PickerScope
from bot.planning.planner import Planner
from bot.planning.prompts import suggested_prompts
from bot.policy.descriptions import denials_of, rights_are_complete, rights_of
from bot.texts import forms

MAX_USERS = 1000
"""Users for whom it is kept what is temporary."""
log = logging.getLogger(__name__)


class FormService:
    """What forms and the Home tab need of the planner.

    `part`, the picker options and the calendars answer from caches; the other methods wait for the PBX or Slack.
    """

    def __init__(self, planner: Planner) -> None:
        self.planner, self._answers = planner, AnswerBuilder(planner)
        self._notes: dict[str, dict[str, str]] = {}  # what is temporary in groups, by user and by group
        self.picker_options = PickerOptions(planner.directory)

    def opened(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> dict[str, Any]:
        """Current values on the PBX to prefill a form with, by field, as JSON.

        Raises:
            Refused: no submission of this form could be allowed.
            PBXError: the values can't be read.
        """
        self.planner.require_form_permission(request, operation, known)
        return operation.present(self.planner.context(request, Help()), dict(known))

    def of_schedule(
        self, request: Request, operation: type[Operation], known: Mapping[str, Any], number: int
    ) -> dict[str, Any]:
        """The arguments that a form is filled with from a schedule, with the names that its groups have now.

        Raises:
            Refused: the PBX no longer has one of them.
            PBXError: the PBX can't be asked.
        """
        made, context = self.planner.repository.plan(number), self.planner.context(request, Help())
        named = with_present_names(operation.model_validate(known), made, number, context).model_dump(mode="json")
        return {
            name: named.get(name, value) if name in operation.argument_types() else value
            for name, value in known.items()
        }

    def language(self, user: str) -> str:
        """The language of the texts that a user reads."""
        return self.planner.users.language(user)

    @property
    def calendars(self) -> tuple[str, ...]:
        """The names of the holiday calendars on whose days a change may repeat."""
        return self.planner.repository.schedules.calendars.names()

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
        is_known = self.cache_principal(request)
        parts = (self.part(request, operation, kind, known) for kind in KINDS)
        self.picker_options.warm(*filter(None, parts))
        if is_known:
            self._read_notes(request)

    def with_notes(self, user: str, options: Sequence[PickerOption]) -> list[PickerOption]:
        """Options for groups, with what is temporary in each as far as it was read for this user."""
        notes = self._notes.get(user, {})
        return [replace(one, description=notes[one.value]) if one.value in notes else one for one in options]

    def _read_notes(self, request: Request) -> None:
        try:
            context = self.planner.context(request, Help())
            notes = temporary_notes(context, self.planner.users.name_of)
        except (Refused, SlackFailure, JournalUnavailable) as fault:
            log.warning("what is temporary is not shown in the pickers: %s", fault)
            return
        self._notes.pop(request.user, None)
        self._notes[request.user] = notes
        for old in list(self._notes)[:-MAX_USERS]:
            self._notes.pop(old, None)

    def temporary(self, request: Request, groups: Sequence[str]) -> tuple[Row, ...]:
        """What is temporary in these groups, with buttons to end it; nothing while that can't be read."""
        names = frozenset(map(fold, groups))
        try:
            context = self.planner.context(request, Help())
            keys = frozenset(one.id for name in names for one in context.directory.group(name))
            return temporary_rows(context, keys, lambda change: change.target.id in keys)
        except (Refused, SlackFailure, PBXError, JournalUnavailable) as fault:
            log.warning("what is temporary is not shown in a form: %s", fault)
            return ()

    def cache_principal(self, request: Request) -> bool:
        """Caches the requester's Slack account, for the next picker request; returns whether it is known now."""
        try:
            self.planner.authorizer.principal(request)
        except (Refused, SlackFailure) as fault:
            log.warning("what the pickers may offer is not known: %s", fault)
            return False
        return True

    def review(self, request: Request, operation: Operation) -> Message:
        """The preview or the answer for a submitted form; raises Refused or PBXError."""
        return self._answers.answer(request, [operation])

    def overview(self, request: Request, query: OverviewQuery) -> Overview:
        """The data of the Home tab; raises Refused or SlackFailure where it is not known who asks."""
        context, policy = self.planner.context(request, Help()), self.planner.policy
        principal = self.planner.authorizer.principal(request)
        certain = rights_are_complete(policy, principal)
        denials = denials_of(policy, principal)
        return overview(context, query, rights_of(policy, principal), denials=denials, certain=certain)

    def prompts(self, request: Request) -> tuple[Offer, ...]:
        """What the requester may want to ask for next; raises Refused or SlackFailure where it is not known who asks.

        No request to the PBX is made.
        """
        return suggested_prompts(self.planner.context(request, Help()))

    def read_members(self, groups: Sequence[str]) -> None:
        """Reads the members of groups by id; raises PBXError."""
        for id in groups:
            self.planner.directory.refresh_members(id)


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
                yield name, forms.no_group(value)
            case Reference.NEW_GROUP if fold(value) not in groups and offering.exists("group", value):
                yield name, forms.group_taken(value)
            case Reference.RECALL if value.ring_group is not None:
                attempt = (*spellings(value.ring_group), f"ring group {value.ring_group}")
                if len(offering.missing("ring_group", attempt)) == len(attempt):
                    yield name, forms.no_ring_group(value.ring_group)
            case Reference.MEMBER | Reference.MEMBERS:
                texts = (value,) if isinstance(value, str) else value
                if nobody := offering.missing("user", [text for text in texts if not text.startswith("<@")]):
                    yield name, forms.nobody(_listed(nobody))


def _listed(texts: Sequence[str]) -> str:
    return forms.and_more(", ".join(texts[:MAX_NAMED]), len(texts) - MAX_NAMED)
