"""Turns a set-up file into what is wanted of one PBX: names become its users and ring groups."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.changes.snapshot import Person
from bot.pbx.client import PbxClient
from bot.setups.comparing import WantedGroup, WantedSetup, reordered
from bot.setups.matching import Matcher, NotMatched
from bot.setups.model import FileMistakes, GroupPart, Mistake, ServerPart, SetupFile
from bot.setups.reading import PbxSetup
from bot.texts import setups as texts


@dataclass(slots=True)
class Resolved:
    """What a file wants of this PBX, and what was found otherwise than it is written."""

    wanted: WantedSetup
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file that was read, with the line of each of its parts."""

    name: str
    setup: SetupFile
    line_of: Callable[[Sequence[Any]], int | None] = lambda _: None

    def resolve(self, now: PbxSetup, pbx: PbxClient) -> Resolved:
        """Finds everything that the file names; raises FileMistakes with each name that the PBX does not have."""
        resolver = _Resolver(self, now, pbx)
        server = dict(resolver.server(self.setup.server)) if self.setup.server else {}
        groups = tuple(resolver.group(name, part) for name, part in self.setup.groups.items())
        if resolver.mistakes:
            raise FileMistakes(self.name, resolver.mistakes)
        wanted = WantedSetup(server=server, groups=groups, deletes_others=self.setup.other_groups == "delete")
        notes = list(dict.fromkeys(resolver.matcher.notes))
        if names := reordered(now, wanted):
            notes.append(texts.reordered(names))
        return Resolved(wanted, notes)


class _Resolver:
    def __init__(self, file: ParsedFile, now: PbxSetup, pbx: PbxClient) -> None:
        known = (person for _, snapshot in now.groups for person in snapshot.members or ())
        self.matcher = Matcher(pbx, now.ring_groups, known)
        self.matcher.prepare(member for part in file.setup.groups.values() for member in part.people or ())
        self.mistakes: list[Mistake] = []
        self._file, self._now, self._pbx = file, now, pbx
        self._homes: dict[str, str] = {}

    def server(self, part: ServerPart) -> Iterator[tuple[str, Any]]:
        """Yields the settings of the server that the file names."""
        present = self._now.server.settings
        settings = {
            "enabled": part.enabled,
            "extension_number": part.extension,
            "recall_time": part.recall_time,
            "recall_ring_group_time": part.recall_ring_group_time,
            "send_notification_to_parker": part.notify_parker,
        }
        yield from ((key, value) for key, value in settings.items() if value is not None)
        if part.notify_parker is not None and "send_notification_to_parker" not in present:
            self._note(["server", "notify_parker"], texts.NO_NOTIFICATION)
        if part.extension is not None and part.extension != present.get("extension_number"):
            holder = self._pbx.number(part.extension)
            if holder is not None:
                self._note(["server", "extension"], texts.number_taken(part.extension, holder.name or holder.type))
        if part.recall is not None:
            with self._noting(["server", "recall"]):
                yield from self.matcher.recall(part.recall).items()

    def group(self, name: str, part: GroupPart) -> WantedGroup:
        """Returns what is wanted of a group."""
        settings: dict[str, Any] = {}
        if part.recall is not None:
            with self._noting(["groups", name, "recall"]):
                settings = self.matcher.recall(part.recall)
        return WantedGroup(name, settings, None if part.people is None else tuple(self._members(name, part)))

    def _members(self, name: str, part: GroupPart) -> Iterator[Person]:
        for at, member in enumerate(part.people or ()):
            with self._noting(["groups", name, "members", at]):
                person = self.matcher.member(member)
                if (home := self._homes.setdefault(person.number, name)) != name:
                    raise NotMatched(texts.in_two_groups(person.number, home, name))
                yield person

    def _note(self, path: Sequence[Any], text: str) -> None:
        self.mistakes.append(Mistake(self._file.line_of(path), text))

    @contextmanager
    def _noting(self, path: Sequence[Any]) -> Iterator[None]:
        """Notes what is not matched as a mistake of that line, and goes on."""
        try:
            yield
        except NotMatched as error:
            self._note(path, str(error))
