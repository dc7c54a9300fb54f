"""FormService: prefill, permissions, review; validation from cache."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.errors import Refused, SlackFailure, SlackUnavailable
from bot.journal.journal import Journal
from bot.messages.message import Message
from bot.messages.request import Request
from bot.messages.text import fold
from bot.operations.arguments.types import Refers, spellings
from bot.operations.base import Operation
from bot.operations.help import Help
from bot.planning.overview import Look, Overview, overview
from bot.planning.pickers import KINDS, Kind, Offering, Part
from bot.planning.planner import Path
from bot.policy.descriptions import are_certain, rights

LATELY = 50
"""Requests looked through for changes that somebody may see."""
log = logging.getLogger(__name__)


class Clerk:
    """Waits for the PBX and for Slack, but for `part` and `offering`, which answer from memory."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self.path, self.journal = path, journal
        self.offering = Offering(path.directory)

    def opened(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> dict[str, Any]:
        """What stands on the PBX in the place of what the form asks for; it is not looked up for who may do none of it.

        Raise Refused for whom the form is in vain, PBXError where it can't be read.
        """
        self.path.refuse_in_vain(request, operation, known)
        return operation.present(self.path.desk(request, Help()), dict(known))

    def part(self, request: Request, operation: type[Operation], kind: Kind, known: Mapping[str, Any]) -> Part | None:
        """What of a kind this person may pick in this form; None as long as it is not known who they are."""
        try:
            return kind, self.path.reach(request, operation, kind, known)
        except SlackUnavailable:
            return None

    def warm(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> None:
        """Fill the memory that the form's pickers answer from."""
        self.meet(request)
        parts = (self.part(request, operation, kind, known) for kind in KINDS)
        self.offering.warm(*filter(None, parts))

    def meet(self, request: Request) -> None:
        """Have Slack say who it is, where it has not said so lately, for the next picker to know."""
        try:
            self.path.who(request)
        except (Refused, SlackFailure) as fault:
            log.warning("what the pickers may offer is not known: %s", fault)

    def reviewed(self, request: Request, operation: Operation) -> Message:
        """The diff with its button, or the answer; raise Refused or PBXError."""
        return self.path.answer(request, [operation])

    def overview(self, request: Request, look: Look) -> Overview:
        """For the Home tab; raise Refused or PBXError."""
        desk, policy, who = self.path.desk(request, Help()), self.path.policy, self.path.who(request)
        recent, certain = self.journal.recent(LATELY), are_certain(policy, who)
        return overview(desk, look, rights(policy, who), recent, certain=certain)


MOST_NAMED = 10


def known_faults(offering: Offering, asked: Operation) -> dict[str, str]:
    """By field, in words; nothing is said where the names were not read lately."""
    return dict(_faults(offering, asked))


def _faults(offering: Offering, asked: Operation) -> Iterator[tuple[str, str]]:
    groups = {fold(value) for _, noun, value in asked.said() if noun.refers is Refers.GROUP}
    for name, noun, value in asked.said():
        match noun.refers:
            case Refers.GROUP if len(offering.missing("group", tried := spellings(value))) == len(tried):
                yield name, f"There is no park group called “{value}”."
            case Refers.NEW_GROUP if fold(value) not in groups and offering.exists("group", value):
                yield name, f"There already is a park group {value}."
            case Refers.RECALL if value.ring_group is not None:
                tried = (*spellings(value.ring_group), f"ring group {value.ring_group}")
                if len(offering.missing("ring_group", tried)) == len(tried):
                    yield name, f"There is no ring group called “{value.ring_group}”."
            case Refers.MEMBER | Refers.MEMBERS:
                texts = (value,) if isinstance(value, str) else value
                if nobody := offering.missing("user", [text for text in texts if not text.startswith("<@")]):
                    yield name, f"Nobody on the PBX has the extension or name {_listed(nobody)}."


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - MOST_NAMED
    return ", ".join(texts[:MOST_NAMED]) + (f" and {more} more of these" if more > 0 else "")
