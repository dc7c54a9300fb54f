"""Helps to fill a form: who may, what there is to pick, what stands there now, and what it would change."""

import logging
from collections.abc import Mapping
from typing import Any

from bot.errors import Refused, SlackFailure, SlackUnavailable
from bot.journal import Journal
from bot.message import Message
from bot.offering import Offering
from bot.operation import Operation
from bot.operations import Help
from bot.overview import Look, Overview, overview
from bot.path import Path
from bot.policy.rights import are_certain, rights
from bot.request import Request
from bot.typeahead import KINDS, Kind, Part

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
