""".env, earlier answers, atomic writes."""

import io
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.errors import ParkError, SettingsError

_BARE = re.compile(r"[\w.:/@%+,=~-]*", re.ASCII)
_BEGIN = "# Written by `python -m bot init`. It holds secrets: keep it to yourself.\n"


def values_in(text: str) -> dict[str, str]:
    """By name; what has no value is left out."""
    return {name: value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value}


def merged(text: str, values: Mapping[str, str | None], comments: Mapping[str, str]) -> str:
    """`text` with these values in place of those it has; what is new goes to the end, None is taken out."""
    left, lines = dict(values), list[str]()
    for found in parse_stream(io.StringIO(text)):
        if found.key is None or found.key not in values:
            lines.append(_ended(found.original.string))
        elif (value := left.pop(found.key, None)) is not None:
            lines.append(f"{found.key}={quoted(value)}\n")
    begin = [] if text.strip() else [_BEGIN]
    new = [f"{comments.get(name, '')}{name}={quoted(value)}\n" for name, value in left.items() if value is not None]
    return "".join((*begin, *lines, *new))


def quoted(value: str) -> str:
    """As it is read back: in single quotes where it needs them, and no ${...} taken for a variable."""
    if _BARE.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${:-$}{")
    return f"'{escaped}'"


def read_only_comment(today: date) -> str:
    """What to know of PARK_READ_ONLY, above its line."""
    return (
        f"# As of {today}. true: questions and previews are answered, and nothing is changed, whoever asks.\n"
        "# To let Park make the changes that the policy allows, write false and start it again.\n"
    )


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n"


SLACK = "https://slack.com/api/"


@dataclass(frozen=True, kw_only=True)
class SavedAnswers:
    """Of the folder that Park is to run in."""

    folder: Path
    env: str
    """The text of .env; empty where there is none."""
    values: dict[str, str]

    @property
    def env_file(self) -> Path:
        return self.folder / ".env"

    @property
    def policy_file(self) -> Path:
        return self.folder / self.get("PARK_POLICY", "policy.toml")

    @property
    def slack_api_url(self) -> str:
        return self.get("SLACK_API_URL", SLACK).rstrip("/") + "/"

    def get(self, name: str, otherwise: str = "") -> str:
        return self.values.get(name) or otherwise

    def path(self, name: str) -> Path | None:
        """Of a file that is there."""
        found = self.folder / self.get(name)
        return found if self.get(name) and found.is_file() else None

    def shadowed(self, answers: dict[str, str | None]) -> list[str]:
        """Names whose exported value would win over the answer."""
        return [name for name, value in answers.items() if os.environ.get(name, value) != value]


def read_known(folder: Path) -> SavedAnswers:
    """Raise SettingsError where there is an .env that can't be read."""
    file = folder / ".env"
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} can't be read: {error}") from error
    return SavedAnswers(folder=folder, env=text, values={**values_in(text), **os.environ})


@dataclass(frozen=True, kw_only=True)
class FileDraft:
    """A file to be; `secret`: for its owner's eyes only. `keeps` is where what stood there before is kept."""

    file: Path
    text: str
    secret: bool = False
    keeps: Path | None = None

    @property
    def stands(self) -> bool:
        """Whether the file is like that already."""
        if not self.file.exists() or (self.secret and self.file.stat().st_mode & 0o077):
            return False
        return self.file.read_bytes() == self.text.encode()


class HalfWritten(ParkError):
    """A file would not take its place, after others had."""


def put(drafts: list[FileDraft]) -> None:
    """Write each beside its place first, then give them their names; raise SettingsError, HalfWritten."""
    done: list[str] = []
    with ExitStack() as spare:
        try:
            written = [(_beside(draft, spare), draft) for draft in drafts]
            for temporary, draft in written:
                if draft.keeps is not None:
                    shutil.copy2(draft.file, draft.keeps)
                temporary.replace(draft.file.resolve())
                done.append(draft.file.name)
        except OSError as error:
            said = f"{error.filename2 or error.filename} can't be written: {error.strerror}."
            if done:
                raise HalfWritten(f"{said} What was written before that: {', '.join(done)}.") from error
            raise SettingsError(said) from error


def _beside(draft: FileDraft, spare: ExitStack) -> Path:
    """A temporary file is its owner's alone, whatever the umask says."""
    handle, name = tempfile.mkstemp(prefix=".park-", dir=draft.file.resolve().parent)
    spare.callback(Path(name).unlink, missing_ok=True)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(draft.text)
        file.flush()
        os.fsync(file.fileno())
    if not draft.secret:
        Path(name).chmod(0o666 & ~_umask())
    return Path(name)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
