"""The files of an installation: .env and the answers saved in it, and atomic writes."""

import io
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.cli.network_errors import describe_file_error
from bot.errors import ParkError, SettingsError
from bot.journal.database import has_access
from bot.messages import slash_command

_UNQUOTED = re.compile(r"[\w.:/@%+,=~-]*", re.ASCII)
_NEEDS_ESCAPE_IN_SINGLE_QUOTES = re.compile(r"'|\$\{|\\\\|\\$")
"""A quote, a variable, two backslashes or one at the end: the three read these differently in single quotes."""
_PLAIN = re.compile(r"""[^\s'"\\$#`=][^\s\\$#`]*""")
"""Without quotes: no spaces, which would have to be kept, and nothing that begins a variable or a comment."""
_HEADER = "# Written by Park's set-up. It holds secrets: keep it to yourself.\n"


def parse_env(text: str) -> dict[str, str]:
    """Parses the text of an .env file, without the variables that have no value."""
    return {name: value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value}


def merge_env(text: str, values: Mapping[str, str | None], comments: Mapping[str, str]) -> str:
    """Changes variables in the text of an .env file and keeps its other lines.

    Args:
        values: By variable; None removes the variable. New variables are appended.
        comments: Lines to put above new variables.
    """
    remaining, lines = dict(values), list[str]()
    for found in parse_stream(io.StringIO(text)):
        if found.key is None or found.key not in values:
            line = found.original.string
            lines.append(line if line.endswith("\n") else f"{line}\n")
        elif (value := remaining.pop(found.key, None)) is not None:
            lines.append(f"{found.key}={quote_value(value)}\n")
    header = [] if text.strip() else [_HEADER]
    new = [
        f"{comments.get(name, '')}{name}={quote_value(value)}\n"
        for name, value in remaining.items()
        if value is not None
    ]
    return "".join((*header, *lines, *new))


def quote_value(value: str) -> str:
    """Quotes a value for .env if necessary, in the form that Park, systemd and Docker Compose all read alike.

    They agree on single quotes without escapes, on double quotes without escapes or variables, and on plain text. Where
    none of these can hold the value (see `is_portable`), it is written as Park reads it.
    """
    if (portable := _portable_form(value)) is not None:
        return portable
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${:-$}{")
    return f"'{escaped}'"


def is_portable(value: str) -> bool:
    """Returns whether .env can hold a value so that Park, systemd and Docker Compose all read the same."""
    return _portable_form(value) is not None


def _portable_form(value: str) -> str | None:
    if _UNQUOTED.fullmatch(value):
        return value
    if not value.isprintable():
        return None
    if not _NEEDS_ESCAPE_IN_SINGLE_QUOTES.search(value):
        return f"'{value}'"
    if not re.search(r'["\\$`]', value):
        return f'"{value}"'
    return value if _PLAIN.fullmatch(value) else None


@dataclass(frozen=True, kw_only=True)
class SavedAnswers:
    """The answers of an earlier run: what .env in a folder holds, overridden by the process's environment."""

    folder: Path
    env: str
    """The text of .env; empty if there is none."""
    values: dict[str, str]

    @property
    def env_file(self) -> Path:
        return self.folder / ".env"

    @property
    def policy_file(self) -> Path:
        return self.folder / self.get("PARK_POLICY", "policy.toml")

    @property
    def slack_api_url(self) -> str:
        return self.get("SLACK_API_URL", "https://slack.com/api/").rstrip("/") + "/"

    @property
    def command(self) -> str:
        """The slash command's name, with its slash; raises SettingsError where Slack would not accept it."""
        try:
            return slash_command.check_name(self.get("PARK_COMMAND", slash_command.DEFAULT))
        except ValueError as error:
            raise SettingsError(f"PARK_COMMAND: {error}") from error

    def get(self, name: str, default: str = "") -> str:
        """Returns a variable's value, or the default if it is missing or empty."""
        return self.values.get(name) or default

    def existing_file(self, name: str) -> Path | None:
        """Returns the file that a variable names, if it exists."""
        file = self.folder / self.get(name)
        return file if self.get(name) and file.is_file() else None

    def overridden(self, answers: dict[str, str | None]) -> list[str]:
        """Lists variables whose exported value differs from the answer and takes precedence over .env."""
        return [name for name, value in answers.items() if os.environ.get(name, value) != value]


def load_saved_answers(folder: Path, given: Mapping[str, str]) -> SavedAnswers:
    """Reads .env if there is one; raises SettingsError if it can't be read.

    Args:
        given: Variables named on the command line, which win over all others.
    """
    file = folder / ".env"
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} can't be read: {describe_file_error(error)}.") from error
    return SavedAnswers(folder=folder, env=text, values={**parse_env(text), **os.environ, **given})


@dataclass(frozen=True, kw_only=True)
class FileDraft:
    """The future content of a file; a secret file is readable by its owner only."""

    file: Path
    text: str
    secret: bool = False
    backup: Path | None = None
    """Where the present file is copied first."""

    @property
    def is_written(self) -> bool:
        """Whether the file already has this content and mode."""
        if not self.file.exists() or (self.secret and self.file.stat().st_mode & 0o077):
            return False
        return self.file.read_bytes() == self.text.encode()


def require_writable(folders: set[Path]) -> None:
    """Raises SettingsError if files can't be made in one of these folders."""
    for folder in sorted(folders):
        if not folder.is_dir():
            raise SettingsError(f"Files in {folder} can't be written: there is no such folder. Make it first.")
        if not has_access(folder, os.W_OK | os.X_OK):
            raise SettingsError(
                f"Files in {folder} can't be written by this account. Run this in a folder of your own, "
                f"or change the folder's owner."
            )


class PartlyWritten(ParkError):
    """A file could not be replaced after others had been."""


def write_files(drafts: list[FileDraft]) -> None:
    """Writes all drafts to temporary files, then moves each into place.

    Raises:
        SettingsError: A file can't be written, and none was.
        PartlyWritten: A file can't be written, and others were.
    """
    done: list[str] = []
    with ExitStack() as cleanup:
        try:
            temporary_files = [(_write_temporary(draft, cleanup), draft) for draft in drafts]
            for temporary, draft in temporary_files:
                if draft.backup is not None:
                    shutil.copy2(draft.file, draft.backup)
                temporary.replace(draft.file.resolve())
                done.append(draft.file.name)
        except OSError as error:
            text = f"{error.filename2 or error.filename} can't be written: {describe_file_error(error)}."
            if done:
                raise PartlyWritten(f"{text} What was written before that: {', '.join(done)}.") from error
            raise SettingsError(text) from error


def _write_temporary(draft: FileDraft, cleanup: ExitStack) -> Path:
    """mkstemp makes a file for the owner only; one that is not secret gets the mode that the umask allows."""
    handle, name = tempfile.mkstemp(prefix=".park-", dir=draft.file.resolve().parent)
    path = Path(name)
    cleanup.callback(path.unlink, missing_ok=True)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(draft.text)
        file.flush()
        os.fsync(file.fileno())
    if not draft.secret:
        umask = os.umask(0o077)  # there is no way to read it without setting it
        os.umask(umask)
        path.chmod(0o666 & ~umask)
    return path
