"""Lookups for one request: which group a user is in, and prompt files in Slack, in storage and on the PBX."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from bot.changes.change import Change
from bot.changes.readings import Readings
from bot.changes.snapshot import UNNAMED, Person, Prompt, Snapshot, Target
from bot.changes.target_io import read, read_prompt
from bot.errors import NotFound
from bot.journal.storage import PromptStore, StoredPrompt
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory, MemberSearch, ServerSettingsCache
from bot.pbx.limits import check_wav
from bot.pbx.models import Member, ParkGroup, ParkServer
from bot.texts import refusals

SLACK_FILE_ID = re.compile(r"F[A-Z0-9]{7,14}")
"""The id of a file in Slack."""

MAX_SEARCHED = 50
"""Lists of members that are read to find somebody before a preview."""

Progress = Callable[[int, int], None]
"""Called with the number of groups searched so far and their total."""


class MembershipLookup:
    """Finds the groups of users for one request, among the groups that the requester may see."""

    def __init__(
        self, pbx: PbxClient, directory: Directory, may_see: Callable[[str], bool], readings: Readings
    ) -> None:
        self.pbx, self.directory, self.may_see, self._readings = pbx, directory, may_see, readings
        self.progress: Progress | None = None
        self.assumed: tuple[Change, ...] = ()
        """Changes that are taken as made already."""
        self.thorough = False
        """Whether people are searched for whose group is not cached."""

    def find(self, number: str) -> MemberSearch:
        """Searches the groups for a member, with results up to a minute old; the search may be partial."""
        return self.directory.find(number, visible=self._visible, progress=self.progress)

    def find_current(self, number: str) -> MemberSearch:
        """Searches the groups for a member as they were read for this request; the search may be partial.

        The group that the member was last seen in is looked at first, without the list of groups: on a PBX with many,
        the list takes a request for each 100.
        """
        joined = [one for one in self.assumed if number in numbers_of(one.added)]
        if joined and self.may_see(joined[0].target.title):
            return MemberSearch(_as_group(joined[0].target.id, joined[0].after), 1, 1)
        likeliest = self.directory.last_seen_in(number)
        found = self._find_in(likeliest, number) if likeliest else None
        found = found or self.directory.find(number, visible=self._visible, progress=self.progress, since=self._since)
        left = found.group is not None and self._has_left(number, found.group.id)
        return MemberSearch(None, found.total, found.total) if left else found

    def _find_in(self, group_id: str, number: str) -> MemberSearch | None:
        """Looks for a member in one group; None where it is not there, or may not be seen."""
        began = self.directory.now()
        snapshot = self._readings.read_group_ahead(group_id)
        self.store(group_id, snapshot, began)
        if snapshot is None or number not in snapshot.numbers() or not self.may_see(snapshot.settings["name"]):
            return None
        return MemberSearch(_as_group(group_id, snapshot), 1, 1)

    def cached_groups(self, people: Sequence[Person]) -> dict[Person, str]:
        """Returns the names of the groups that are cached for these people, after reading each of them again."""
        if self.thorough:
            for one in people:
                self.directory.find(one.number, visible=self._visible, limit=MAX_SEARCHED)
        group_ids = {
            one: id
            for one in people
            if (id := self.directory.group_of(one.number)) and not self._has_left(one.number, id)
        }
        groups = {id: self._read(id) for id in set(group_ids.values())}
        found = {one: group for one, id in group_ids.items() if (group := groups[id]) and one.number in group.numbers()}
        names = {one: group.settings["name"] for one, group in found.items()}
        names |= {
            one: change.target.title
            for change in self.assumed
            for one in people
            if one.number in numbers_of(change.added)
        }
        return {one: name for one, name in names.items() if self.may_see(name)}

    def _has_left(self, number: str, group_id: str) -> bool:
        return any(one.target.id == group_id and number in numbers_of(one.removed) for one in self.assumed)

    def store(self, id: str, snapshot: Snapshot | None, since: float) -> None:
        """Updates the directory with a group that was read; None for a deleted one.

        Args:
            since: the directory's time before it was read.
        """
        if snapshot is None:
            self.directory.invalidate_members(id)
        elif snapshot.members is not None:
            members = [Member(extension_number=one.number, display_name=one.name) for one in snapshot.members]
            self.directory.store_members(id, members, since)

    @cached_property
    def _since(self) -> float:
        """The time of the request's first search; the list of groups is read again too, as it may have new ones."""
        self.directory.invalidate_groups()
        return self.directory.now()

    def _visible(self, group: ParkGroup) -> bool:
        return self.may_see(group.name)

    def _read(self, id: str) -> Snapshot | None:
        began = self.directory.now()
        snapshot = read(self.pbx, Target(id=id, name=id))
        self.store(id, snapshot, began)
        return snapshot


def numbers_of(people: Iterable[Person]) -> frozenset[str]:
    """Returns the numbers of these people."""
    return frozenset(one.number for one in people)


def _as_group(id: str | None, snapshot: Snapshot | None) -> ParkGroup:
    return ParkGroup.model_validate({**(snapshot.settings if snapshot else {}), "id": id})


def names_today(directory: Directory, changes: Iterable[Change]) -> frozenset[str]:
    """The present names of the groups that changes are about, of those that still exist."""
    groups = (directory.group_by_id(id) for change in changes if (id := change.target.id) is not None)
    return frozenset(group.name for group in groups if group is not None)


class PbxCaches:
    """What is cached of the PBX, to be kept consistent with changes."""

    def __init__(self, directory: Directory, settings_cache: ServerSettingsCache) -> None:
        self._directory, self._settings = directory, settings_cache

    def store(self, changes: Sequence[Change], seen: Sequence[Snapshot | None]) -> None:
        """Updates the caches with the state that was read back of each change's target, in order."""
        for change, now in zip(changes, seen, strict=True):
            if change.target.is_server:
                self._settings.server.invalidate()
            elif change.target.id is None or now is None or len(change.names) > 1 or change.before is None:
                self.forget([change])
            else:
                self._directory.store_group(ParkGroup.model_validate({**now.settings, "id": change.target.id}))
                self._directory.invalidate_members(change.target.id)

    def forget(self, changes: Sequence[Change]) -> None:
        """Drops everything cached about the targets of these changes."""
        self._settings.server.invalidate()
        self._directory.invalidate_groups()
        for change in changes:
            if change.target.id is not None:
                self._directory.invalidate_members(change.target.id)


class DownloadedFile(NamedTuple):
    """A file's name and content."""

    name: str
    content: bytes


class FileDownloader(Protocol):
    """Downloads files that users have shared in Slack."""

    def fetch(self, id: str, user: str, channel: str | None) -> DownloadedFile:
        """Returns the file with this id.

        Raises:
            NotFound: the user has no access to the file in that channel.
            NotPossible: the file is too large, or is not stored by Slack.
            SlackFailure: Slack did not deliver it.
        """


class PromptFiles:
    """Finds prompt files for one user in one channel. It waits for Slack and the PBX, but stores and sets nothing."""

    def __init__(self, files: FileDownloader, store: PromptStore, user: str, channel: str | None) -> None:
        self._files, self._store, self._user, self._channel = files, store, user, channel
        self.found: dict[str, StoredPrompt] = {}
        """The files that were found, by SHA-256, for the caller to store."""

    def find(self, text: str) -> Prompt:
        """Returns the file with this reference or Slack id.

        Raises:
            Refused: there is no such file, or it can't be a prompt.
        """
        stored = self._store.find(text)
        if stored is not None:
            return self._note(stored.name, stored.content, source=stored.source)
        if not SLACK_FILE_ID.fullmatch(text):
            raise NotFound(refusals.PROMPT_NOT_KEPT, notes=(refusals.CHOOSE_FILE,))
        file = self._files.fetch(text, self._user, self._channel)
        check_wav(*file)
        return self._note(*file, source=text)

    def current(self, pbx: PbxClient, server: ParkServer) -> tuple[Prompt, str]:
        """Returns the prompt in use, and the reason if its file can't be read."""
        found = read_prompt(pbx, server)
        if found.content is None:
            return found.prompt, found.reason
        return self._note(found.prompt.name or UNNAMED, found.content), ""

    def is_available(self, prompt: Prompt) -> bool:
        """Returns whether the prompt could be set again: there is none, or its file is stored."""
        return not prompt.exists or (prompt.sha256 is not None and self._store.content(prompt.sha256) is not None)

    def _note(self, name: str, content: bytes, source: str | None = None) -> Prompt:
        prompt = Prompt.of(name, content)
        sha256 = prompt.sha256 or ""
        self.found[sha256] = StoredPrompt(name, content, sha256, source)
        return prompt
