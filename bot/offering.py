"""What the pickers of a form offer, and what stands beside their values: from memory, whatever the PBX does."""

import logging
import threading
from collections.abc import Collection, Sequence

from bot.errors import PBXError
from bot.fields import spellings
from bot.names import fold
from bot.pbx.directory import Directory
from bot.policy import EVERYTHING
from bot.typeahead import Choice, Kind, Part, Typeahead, among, person

READING = "The names are still being read from the PBX: type again"
AWAY = "The PBX does not answer just now: type again in a minute"
NONE = "There is none here that the policy lets you choose"
log = logging.getLogger(__name__)


class Offering:
    """Only `warm` and `look` wait for the PBX."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._typeahead = Typeahead(directory)
        self._warming = threading.Lock()
        self._away = False
        self._ids: dict[str, str] = {}  # of groups that were looked at, by folded name
        self._looking: set[str] = set()

    def choices(self, part: Part, text: str, *, leaves: str = "", joins: str = "") -> list[Choice]:
        """Those that fit. `leaves`: only members of that group; `joins`: all but members of that one; if known."""
        there, but = self._members(leaves), {one.value for one in self._members(joins) or ()}
        if there is None:
            return self._typeahead.choices(part, text, but=but)
        return among(there, text, but=but)

    def label(self, kind: Kind, value: str) -> str:
        """What the typeahead shows for it; the value itself where that is not known."""
        return self._typeahead.label(kind, value)

    def silence(self, part: Part) -> str:
        """Why there is nothing to choose from at all; nothing to say where there is."""
        kind, _ = part
        if not self._typeahead.count((kind, EVERYTHING)):
            return AWAY if self._away else READING
        count = self._typeahead.count(part)
        return READING if count is None else NONE if count == 0 else ""

    def missing(self, kind: Kind, texts: Collection[str]) -> Sequence[str]:
        """Those that surely name nothing: the list is fresh."""
        return self._directory.missing(kind, texts) or ()

    def exists(self, kind: Kind, text: str) -> bool:
        """Whether something surely has that name."""
        return self._directory.missing(kind, [text]) == []

    def outdated(self, group: str) -> bool:
        """Whether its members are not known, or for too long."""
        id = self._ids.get(fold(group))
        return id is None or self._directory.member_count(id) is None

    def warm(self, *parts: Part) -> None:
        """Fill the memory that typeahead answers from; one at a time, the others go on with what there is."""
        if self._warming.acquire(blocking=False):
            try:
                self._directory.warm()
                self._away = False
            except PBXError as fault:
                self._away = True
                log.warning("names could not be read for typeahead: %s", fault)
            finally:
                self._typeahead.file(*parts)
                self._warming.release()

    def look(self, group: str) -> None:
        """Read a group's members, where they are outdated, for the pickers that go by them; one at a time of each."""
        if group in self._looking or not self.outdated(group):
            return
        self._looking.add(group)
        try:
            self._look(group)
        except PBXError as fault:
            log.warning("a group's members could not be read for typeahead: %s", fault)
        finally:
            self._looking.discard(group)

    def _look(self, group: str) -> None:
        """A name that fits none, or several, is for the form to complain of."""
        fitting = (self._directory.group(spelling) for spelling in spellings(group))
        found = next(filter(None, fitting), [])
        if len(found) == 1:
            self._ids[fold(group)] = found[0].id
            self._directory.read_members(found[0].id)

    def _members(self, group: str) -> list[Choice] | None:
        id = self._ids.get(fold(group))
        listed = self._directory.remembered_members(id) if id else None
        return None if listed is None else [member for one in listed if (member := person(one))]
