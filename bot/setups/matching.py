"""Matches the names in a file with the users and ring groups of a PBX, whose ids and numbers may be others by now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from bot.changes.snapshot import Person
from bot.messages.text import fold
from bot.pbx.client import PbxClient
from bot.pbx.models import RecallTo, RingGroup, User
from bot.setups.model import TARGETS, FileMember, RecallPart
from bot.texts import setups as texts

MOST_SINGLE = 20
"""Unknown numbers that are asked for one by one; of more, the whole list of users is read."""


class NotMatched(ValueError):
    """The PBX has nobody, or no ring group, by this number and name; the text says what it looked for."""


class Matcher:
    """Finds users and ring groups by number and name; `notes` says what was found otherwise than it is written."""

    def __init__(self, pbx: PbxClient, ring_groups: Mapping[str, RingGroup], known: Iterable[Person]) -> None:
        """Starts with what is known.

        Args:
            known: the members of all groups.
        """
        self._pbx, self._ring_groups = pbx, ring_groups
        self._people = {person.number: person for person in known}
        self._by_name: dict[str, list[Person]] | None = None
        self.notes: list[str] = []

    def prepare(self, members: Iterable[FileMember]) -> None:
        """Reads the users that are not known yet; raises PBXError."""
        unknown = [one for one in members if one.number not in self._people]
        if len(unknown) > MOST_SINGLE:
            self._read_all()
            return
        for one in unknown:
            for user in self._pbx.users(filter=f"extension_number eq '{one.number}'"):
                self._note_user(user)

    def member(self, wanted: FileMember) -> Person:
        """Returns the user with this number or else, if only one has it, with this name; raises NotMatched."""
        found = self._people.get(wanted.number)
        if found is not None:
            if wanted.name and found.name and fold(wanted.name) != fold(" ".join(found.name.split())):
                self.notes.append(texts.other_name(wanted.number, wanted.name, found.name))
            return found
        named = self._named(wanted.name) if wanted.name else []
        if len(named) == 1:
            self.notes.append(texts.other_number(str(wanted), named[0].number))
            return named[0]
        raise NotMatched(texts.no_user(str(wanted), several=len(named) > 1))

    def recall(self, part: RecallPart) -> dict[str, Any]:
        """Returns the settings of a recall target; raises NotMatched."""
        target = TARGETS[part.to]
        if target is RecallTo.USER:
            return {"recall_to": target.value, "ring_group_id": None}
        return {"recall_to": target.value, "ring_group_id": self._ring_group(part).id}

    def _ring_group(self, part: RecallPart) -> RingGroup:
        ring_groups = list(self._ring_groups.values())
        named = [one for one in ring_groups if part.ring_group and fold(one.name) == fold(part.ring_group)]
        both = [one for one in named if not part.number or one.extension_number == part.number]
        if len(both) == 1:
            return both[0]
        if len(named) == 1:
            self.notes.append(texts.other_ring_group(str(part.ring_group), named[0].extension_number or ""))
            return named[0]
        numbered = [one for one in ring_groups if part.number and one.extension_number == part.number]
        if len(numbered) == 1 and not named:
            if part.ring_group:
                self.notes.append(texts.renamed_ring_group(str(part.number), part.ring_group, numbered[0].name))
            return numbered[0]
        raise NotMatched(texts.no_ring_group(" ".join(filter(None, (part.ring_group, part.number)))))

    def _named(self, name: str) -> list[Person]:
        if self._by_name is None:
            self._read_all()
        return (self._by_name or {}).get(fold(name), [])

    def _read_all(self) -> None:
        by_name = defaultdict[str, list[Person]](list)
        for user in self._pbx.users():
            if user.extension_number:
                self._note_user(user)
                by_name[fold(" ".join((user.display_name or user.name or "").split()))].append(Person.of(user))
        self._by_name = dict(by_name)

    def _note_user(self, user: User) -> None:
        if user.extension_number:
            self._people.setdefault(user.extension_number, Person.of(user))
