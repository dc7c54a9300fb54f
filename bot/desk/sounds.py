"""Prompts' files: found by what a line calls them, and noted so that the worker keeps them."""

from typing import NamedTuple, Protocol

from bot.changes.prompt import UNNAMED, Prompt
from bot.changes.reading import read_prompt
from bot.errors import NOTHING, NotFound
from bot.fields.file import SLACK_ID
from bot.journal.prompts import Kept, Prompts
from bot.pbx.client import PBX
from bot.pbx.models import ParkServer
from bot.pbx.wav import check_wav


class Attached(NamedTuple):
    """A file's name and its bytes."""

    name: str
    content: bytes


class Files(Protocol):
    """What people put into Slack."""

    def fetch(self, id: str, user: str, channel: str | None) -> Attached:
        """Raise NotFound where that person can't have it set there, NotPossible, or SlackFailure."""


class Sounds:
    """For one person in one place; waits for Slack and the PBX, and writes nothing."""

    def __init__(self, files: Files, kept: Prompts, user: str, channel: str | None) -> None:
        self._files, self._kept, self._user, self._channel = files, kept, user, channel
        self.noted: dict[str, Kept] = {}
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

    def present(self, pbx: PBX, server: ParkServer) -> tuple[Prompt, str]:
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
        self.noted[sha256] = Kept(name, content, sha256, source)
        return prompt
