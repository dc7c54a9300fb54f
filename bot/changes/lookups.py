"""Which group a user is in; prompt files."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from bot.changes.snapshot import UNNAMED, Person, Prompt, Snapshot, Target
from bot.changes.target_io import read, read_prompt
from bot.errors import NOTHING, NotFound
from bot.journal.storage import PromptStore, StoredPrompt
from bot.pbx.cache import MemberSearch
from bot.pbx.client import PbxClient
from bot.pbx.directory import Directory
from bot.pbx.limits import check_wav
from bot.pbx.models import Member, ParkGroup, ParkServer

SLACK_ID = re.compile(r"F[A-Z0-9]{7,14}")


Progress = Callable[[int, int], None]
"""Told how many groups were looked at, of how many."""


class MembershipLookup:
    """For one request; only groups that the asker may see count."""

    def __init__(self, pbx: PbxClient, directory: Directory, may_see: Callable[[str], bool]) -> None:
        self.pbx, self.directory, self.may_see = pbx, directory, may_see
        self.progress: Progress | None = None

    def find(self, number: str) -> MemberSearch:
        """Bounded, so `looked` may be less than `total`; at most a minute old."""
        return self.directory.find(number, visible=self._visible, progress=self.progress)

    def find_now(self, number: str) -> MemberSearch:
        """The same for a change: by what was read for this request, and not before."""
        return self.directory.find(number, visible=self._visible, progress=self.progress, since=self._since)

    def known(self, people: Sequence[Person]) -> dict[Person, str]:
        """The groups' names, as far as that costs no search; each is read again, for who was in it may have left."""
        suspected = {one: id for one in people if (id := self.directory.group_of(one.number))}
        now = {id: self._read(id) for id in set(suspected.values())}
        memberships = {one: home for one, id in suspected.items() if (home := now[id]) and one.number in home.numbers()}
        return {one: name for one, home in memberships.items() if self.may_see(name := home.settings["name"])}

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


class DownloadedFile(NamedTuple):
    """A file's name and its bytes."""

    name: str
    content: bytes


class Files(Protocol):
    """What people put into Slack."""

    def fetch(self, id: str, user: str, channel: str | None) -> DownloadedFile:
        """Raise NotFound where that person can't have it set there, NotPossible, or SlackFailure."""


class PromptFiles:
    """For one person in one place; waits for Slack and the PBX, and writes nothing."""

    def __init__(self, files: Files, kept: PromptStore, user: str, channel: str | None) -> None:
        self._files, self._kept, self._user, self._channel = files, kept, user, channel
        self.noted: dict[str, StoredPrompt] = {}
        """What was fetched, by SHA-256."""

    def named(self, text: str) -> Prompt:
        """The file that a line calls so; raise Refused where there is none, or it can't be a prompt."""
        found = self._kept.find(text)
        if found is None and not SLACK_ID.fullmatch(text):
            raise NotFound(f"That prompt is no longer kept. {NOTHING}", notes=("Choose its file in the form.",))
        if found is None:
            file = self._files.fetch(text, self._user, self._channel)
            check_wav(*file)
            return self._noted(*file, source=text)
        return self._noted(found.name, found.content, source=found.source)

    def present(self, pbx: PbxClient, server: ParkServer) -> tuple[Prompt, str]:
        """The prompt in use; and why its file can't be had, where it can't."""
        found = read_prompt(pbx, server)
        if found.content is None:
            return found.prompt, found.why
        return self._noted(found.prompt.name or UNNAMED, found.content), ""

    def has(self, prompt: Prompt) -> bool:
        """Whether it could be put back."""
        return not prompt.exists or (prompt.sha256 is not None and self._kept.content(prompt.sha256) is not None)

    def _noted(self, name: str, content: bytes, source: str | None = None) -> Prompt:
        prompt = Prompt.of(name, content)
        sha256 = prompt.sha256 or ""
        self.noted[sha256] = StoredPrompt(name, content, sha256, source)
        return prompt
