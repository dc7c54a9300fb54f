"""Target, Snapshot, Person, Prompt."""

import hashlib
from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.pbx.models import Member, RecallTo, User

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


COMPARED = (
    "name",
    "enabled",
    "extension_number",
    "recall_to",
    "ring_group_id",
    "recall_time",
    "recall_ring_group_time",
)
"""Settings that Park knows the meaning of; a newer PBX's other fields are carried along and may move by themselves."""


class Person(BaseModel):
    """A member: the number, and the name to say it with."""

    model_config = ConfigDict(frozen=True)

    number: str
    name: str | None = None

    def __str__(self) -> str:
        return f"{self.number} {self.name}" if self.name else self.number

    @classmethod
    def of(cls, one: Member | User) -> Self:
        """The display name, else the account name."""
        return cls(number=one.extension_number or "", name=one.display_name or one.name)


class Snapshot(BaseModel):
    """Settings as the PBX sent them, and members in its order; members and prompt are None where they were not read."""

    model_config = ConfigDict(frozen=True)

    settings: dict[str, Any]
    members: tuple[Person, ...] | None = None
    prompt: Prompt | None = None

    def setting(self, **changed: Any) -> Self:
        """The same with other settings."""
        return self.model_copy(update={"settings": {**self.settings, **changed}})

    def with_members(self, members: Iterable[Person]) -> Self:
        """The same with these members."""
        return self.model_copy(update={"members": tuple(members)})

    def with_prompt(self, prompt: Prompt | None) -> Self:
        """The same with this prompt."""
        return self.model_copy(update={"prompt": prompt})

    def compared(self) -> dict[str, Any]:
        """The settings that count: blanks are None, and a ring group that nothing is sent to means nothing."""
        known = {key: value for key in COMPARED if (value := self.settings.get(key)) not in (None, "")}
        if known.get("recall_to") == RecallTo.USER:
            known.pop("ring_group_id", None)
        return known

    def numbers(self) -> frozenset[str]:
        """The members as a set: the order of the PBX's list is undocumented."""
        return frozenset(member.number for member in self.members or ())

    def same_settings(self, other: "Snapshot") -> bool:
        """Equal in all that one update writes; the prompt counts where both were read."""
        prompts = self.prompt is None or other.prompt is None or self.prompt.same(other.prompt)
        return prompts and self.compared() == other.compared()

    def same(self, other: "Snapshot | None") -> bool:
        """Equal in all that counts; members count where both were read."""
        if other is None or not self.same_settings(other):
            return False
        return self.members is None or other.members is None or self.numbers() == other.numbers()


class Target(BaseModel):
    """A park group by id and by the name it had; a group not yet created has a name only; the server has neither."""

    model_config = ConfigDict(frozen=True)

    id: str | None = None
    name: str | None = None

    @property
    def is_server(self) -> bool:
        return self.name is None

    @property
    def key(self) -> str:
        """What a change holds it by: the id, for a group can be called by several names."""
        return self.id or self.title

    @property
    def title(self) -> str:
        """As people call it."""
        return self.name or "the call park server"


SERVER = Target()
