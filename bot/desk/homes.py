"""Which group somebody is in: the PBX can't be asked, only each group's members can."""

from collections.abc import Callable, Sequence
from functools import cached_property

from bot.changes import Person, Snapshot, Target
from bot.changes.reading import read
from bot.pbx.client import PBX
from bot.pbx.directory import Directory
from bot.pbx.finding import Found
from bot.pbx.models import Member, ParkGroup

Progress = Callable[[int, int], None]
"""Told how many groups were looked at, of how many."""


class Homes:
    """For one request; only groups that the asker may see count."""

    def __init__(self, pbx: PBX, directory: Directory, may_see: Callable[[str], bool]) -> None:
        self.pbx, self.directory, self.may_see = pbx, directory, may_see
        self.progress: Progress | None = None

    def find(self, number: str) -> Found:
        """Bounded, so `looked` may be less than `total`; at most a minute old."""
        return self.directory.find(number, visible=self._visible, progress=self.progress)

    def find_now(self, number: str) -> Found:
        """The same for a change: by what was read for this request, and not before."""
        return self.directory.find(number, visible=self._visible, progress=self.progress, since=self._since)

    def known(self, people: Sequence[Person]) -> dict[Person, str]:
        """The groups' names, as far as that costs no search; each is read again, for who was in it may have left."""
        suspected = {one: id for one in people if (id := self.directory.group_of(one.number))}
        now = {id: self._read(id) for id in set(suspected.values())}
        homes = {one: home for one, id in suspected.items() if (home := now[id]) and one.number in home.numbers()}
        return {one: name for one, home in homes.items() if self.may_see(name := home.settings["name"])}

    def note(self, id: str, snapshot: Snapshot | None) -> None:
        """Whoever reads a group tells."""
        if snapshot is None:
            self.directory.forget_members(id)
        elif snapshot.members is not None:
            self.directory.note_members(
                id, [Member(extension_number=one.number, display_name=one.name) for one in snapshot.members]
            )

    @cached_property
    def _since(self) -> float:
        """Groups may have been made since they were listed, too."""
        self.directory.forget_groups()
        return self.directory.now()

    def _visible(self, group: ParkGroup) -> bool:
        return self.may_see(group.name)

    def _read(self, id: str) -> Snapshot | None:
        snapshot = read(self.pbx, Target(id=id, name=id))
        self.note(id, snapshot)
        return snapshot
