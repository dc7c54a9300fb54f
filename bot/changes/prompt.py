"""The call park server's prompt: what is known of the file that callers hear."""

import hashlib
from typing import Self

from pydantic import BaseModel, ConfigDict

UNNAMED = "prompt.wav"
"""What a prompt is called where the PBX shows no name of it."""


class Prompt(BaseModel):
    """The API gives the file in use no id, so its content tells it from others; None of anything: there is none."""

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    size: int | None = None
    sha256: str | None = None
    """None too where the PBX does not give the file out."""

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        return cls(name=name, size=len(content), sha256=digest(content))

    @property
    def exists(self) -> bool:
        return self.name is not None

    def same(self, other: "Prompt") -> bool:
        """By content where both are known by it: whether the PBX keeps a file's name is undocumented."""
        if self.sha256 is not None and other.sha256 is not None:
            return self.sha256 == other.sha256
        return (self.name, self.size) == (other.name, other.size)

    def __str__(self) -> str:
        if not self.exists:
            return "none"
        return f"{self.name} ({_kilobytes(self.size)})" if self.size else str(self.name)


def digest(content: bytes) -> str:
    """What tells a file from all others."""
    return hashlib.sha256(content).hexdigest()


def _kilobytes(size: int) -> str:
    return f"{size / 1000:,.0f} kB" if size >= 1000 else f"{size} bytes"


NO_PROMPT = Prompt()
