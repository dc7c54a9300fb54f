"""Helps to fill a form: who may, what there is to pick, what stands there now, and what it would change."""

from collections.abc import Mapping
from typing import Any

from bot.journal import Journal
from bot.message import Message
from bot.offering import Offering
from bot.operation import Operation
from bot.operations import Help
from bot.overview import Look, Overview, overview
from bot.path import Path
from bot.policy.rights import are_certain, rights
from bot.request import Request

LATELY = 50
"""Requests looked through for changes that somebody may see."""


class Clerk:
    """Waits for the PBX and for Slack, but for `offering`, which answers from memory."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self.path, self.journal = path, journal
        self.offering = Offering(path.directory)

    def opened(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> dict[str, Any]:
        """What stands on the PBX in the place of what the form asks for; it is not looked up for who may do none of it.

        Raise Refused for whom the form is in vain, PBXError where it can't be read.
        """
        self.path.refuse_in_vain(request, operation, known)
        return operation.present(self.path.desk(request, Help()), dict(known))

    def reviewed(self, request: Request, operation: Operation) -> Message:
        """The diff with its button, or the answer; raise Refused or PBXError."""
        return self.path.answer(request, [operation])

    def overview(self, request: Request, look: Look) -> Overview:
        """For the Home tab; raise Refused or PBXError."""
        desk, policy, who = self.path.desk(request, Help()), self.path.policy, self.path.who(request)
        recent, certain = self.journal.recent(LATELY), are_certain(policy, who)
        return overview(desk, look, rights(policy, who), recent, certain=certain)
