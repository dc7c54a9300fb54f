"""Files with set-ups: found in Slack or among those that are kept, decoded, and read as YAML or CSV."""

import codecs
from typing import Protocol

from bot.changes.lookups import SLACK_FILE_ID, FileDownloader
from bot.changes.snapshot import digest
from bot.errors import NotFound, NotPossible
from bot.journal.storage import PromptStore, StoredPrompt
from bot.pbx.client import PbxClient
from bot.setups.reading import PbxSetup
from bot.setups.resolving import Resolved
from bot.texts import refusals
from bot.texts import setups as texts

MAX_BYTES = 1_000_000
"""Bytes of the largest file: ten times what a thousand groups take."""
KINDS = ("yaml", "yml", "csv", "txt")
"""File name extensions that a form accepts."""


class SetupSource(Protocol):
    """A file that says how the PBX is to be."""

    @property
    def name(self) -> str:
        """The file's name."""

    def resolve(self, now: PbxSetup, pbx: PbxClient) -> Resolved:
        """Finds everything that it names; raises FileMistakes."""


def read_file(name: str, content: bytes) -> SetupSource:
    """Reads a file as what its name or its content says that it is; raises NotPossible."""
    if len(content) > MAX_BYTES:
        raise NotPossible(texts.too_large(name, MAX_BYTES // 1000))
    text = decode(content)
    if "\0" in text:
        raise NotPossible(texts.no_text(name))
    from bot.setups import csv_file, yaml_file  # their parsers are loaded with the first file

    is_table = name.lower().endswith(".csv") or (not name.lower().endswith((".yaml", ".yml")) and _is_table(text))
    return csv_file.parse(name, text) if is_table else yaml_file.parse(name, text)


def decode(content: bytes) -> str:
    """Returns the text of a file in UTF-8 or UTF-16, or in the encoding of Western Windows."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _is_table(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return any(separator in first for separator in ",;\t") and not first.rstrip().endswith(":")


class SetupFiles:
    """Finds set-up files for one user in one channel; `found` holds them for the caller to keep."""

    def __init__(self, files: FileDownloader, store: PromptStore, user: str, channel: str | None) -> None:
        self._files, self._store, self._user, self._channel = files, store, user, channel
        self.found: dict[str, StoredPrompt] = {}

    def find(self, reference: str) -> SetupSource:
        """Returns the file with this id in Slack or this reference; raises Refused or SlackFailure."""
        file = self._store.find(reference)
        if file is None:
            if not SLACK_FILE_ID.fullmatch(reference):
                raise NotFound(texts.NOT_KEPT, notes=(refusals.CHOOSE_FILE,))
            name, content = self._files.fetch(reference, self._user, self._channel)
            file = StoredPrompt(name, content, digest(content), reference)
        source = read_file(file.name, file.content)
        self.found[file.sha256] = file
        return source
