"""Files that appear whole, all of them or, when something stops it before, none."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ParkError, SettingsError


@dataclass(frozen=True, kw_only=True)
class Draft:
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


def put(drafts: list[Draft]) -> None:
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


def _beside(draft: Draft, spare: ExitStack) -> Path:
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
