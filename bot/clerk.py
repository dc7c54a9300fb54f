"""Helps to fill a form: who may, what there is to pick, what stands there now, and what it would change."""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from bot.errors import PBXError
from bot.journal import Journal
from bot.message import Message
from bot.operation import Operation
from bot.operations import Help
from bot.overview import Overview, overview
from bot.path import Path
from bot.request import Request
from bot.typeahead import Choice, Kind, Typeahead

RECENT = 5
"""Changes on the Home tab."""
READING = "The names are still being read from the PBX: type again"
AWAY = "The PBX does not answer just now: type again in a minute"
log = logging.getLogger(__name__)


class Clerk:
    """Waits for the PBX and for Slack, but for `choices`, which answers from memory."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self.path, self.journal = path, journal
        self._typeahead = Typeahead(path.directory)
        self._warming = threading.Lock()
        self._away = False

    def opened(self, request: Request, operation: type[Operation], known: Mapping[str, Any]) -> dict[str, Any]:
        """What stands on the PBX in the place of what the form asks for; it is not looked up for who may do none of it.

        Raise Refused for whom the form is in vain, PBXError where it can't be read.
        """
        self.path.refuse_in_vain(request, operation, known)
        return operation.present(self.path.desk(request, Help()), dict(known))

    def reviewed(self, request: Request, operation: Operation) -> Message:
        """The diff with its button, or the answer; raise Refused or PBXError."""
        return self.path.answer(request, [operation])

    def overview(self, request: Request) -> Overview:
        """For the Home tab; raise Refused or PBXError."""
        return overview(self.path.desk(request, Help()), self.journal.recent(RECENT))

    def choices(self, kind: Kind, text: str) -> list[Choice]:
        """From memory, whatever the PBX does."""
        return self._typeahead.choices(kind, text)

    def silence(self, kind: Kind) -> str:
        """Why there is nothing to choose from at all; nothing to say where there is."""
        if self._typeahead.knows(kind):
            return ""
        return AWAY if self._away else READING

    def warm(self) -> None:
        """Fill the memory that typeahead answers from; one at a time, the others go on with what there is."""
        if self._warming.acquire(blocking=False):
            try:
                self.path.directory.warm()
                self._away = False
            except PBXError as fault:
                self._away = True
                log.warning("names could not be read for typeahead: %s", fault)
            finally:
                self._typeahead.file()
                self._warming.release()
