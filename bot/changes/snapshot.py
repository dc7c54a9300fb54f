"""The state of a target: its settings, members and prompt at one time, and what counts when states are compared."""

import hashlib
from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.journal.models import SERVER_KEY
from bot.pbx.models import Member, RecallTo, User
from bot.texts import changes as texts

COMPARED_SETTINGS = (
    "name",
    "enabled",
    "extension_number",
    "recall_to",
    "ring_group_id",
    "recall_time",
    "recall_ring_group_time",
    "send_notification_to_parker",
)
"""Settings that Park compares and changes; it passes other fields of newer versions on, however they change."""
UNNAMED = "prompt.wav"
"""File name of a prompt for which the PBX shows none."""


class Target(BaseModel):
    """What a change changes: a park group by id and name, one not yet created by name only, or the server by neither.

    `name` is the group's name at the time of planning.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str | None = None
    name: str | None = None

    @property
    def is_server(self) -> bool:
        """Whether it is the call park server."""
        return self.name is None

    @property
    def key(self) -> str:
        """What tells it from other targets: the id where it has one, since a group can be renamed."""
        return self.id or self.name or SERVER_KEY

    @property
    def title(self) -> str:
        """Its name in texts."""
        return self.name or texts.SERVER


SERVER = Target()


class Person(BaseModel):
    """A member: extension number and displayed name."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    number: str
    name: str | None = None

    def __str__(self) -> str:
        return f"{self.number} {self.name}" if self.name else self.number

    @classmethod
    def of(cls, user: Member | User) -> Self:
        """Returns the person for an object of the PBX, with the display name or else the account name."""
        return cls(number=user.extension_number or "", name=user.display_name or user.name)


class Prompt(BaseModel):
    """The server's prompt file, or no prompt if all fields are None. The PBX gives the file in use no id."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str | None = None
    size: int | None = None
    """In bytes."""
    sha256: str | None = None
    """None if the PBX does not let the file be downloaded."""

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        """Returns the prompt for a file."""
        return cls(name=name, size=len(content), sha256=digest(content))

    @property
    def exists(self) -> bool:
        """Whether there is a prompt."""
        return self.name is not None

    def same(self, other: "Prompt") -> bool:
        """Returns whether both have the same content or, where that is unknown, the same name and size."""
        # The content decides: whether the PBX keeps the name of an uploaded file is undocumented.
        if self.sha256 is not None and other.sha256 is not None:
            return self.sha256 == other.sha256
        return (self.name, self.size) == (other.name, other.size)

    def __str__(self) -> str:
        if not self.exists:
            return texts.NONE
        return f"{self.name} ({texts.file_size(self.size)})" if self.size else str(self.name)


NO_PROMPT = Prompt()


def digest(content: bytes) -> str:
    """Returns the SHA-256 of a file in hex."""
    return hashlib.sha256(content).hexdigest()


class Snapshot(BaseModel):
    """A target at one time: settings as the PBX sent them, members in its order.

    `members` and `prompt` are None where they were not read, and are then not compared.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    settings: dict[str, Any]
    id: str | None = None
    """The group's id where it was read from the PBX; never compared."""
    members: tuple[Person, ...] | None = None
    prompt: Prompt | None = None

    def with_settings(self, **changed: Any) -> Self:
        """Returns a copy with these settings changed."""
        return self.model_copy(update={"settings": {**self.settings, **changed}})

    def with_members(self, members: Iterable[Person]) -> Self:
        """Returns a copy with these members."""
        return self.model_copy(update={"members": tuple(members)})

    def with_prompt(self, prompt: Prompt | None) -> Self:
        """Returns a copy with this prompt."""
        return self.model_copy(update={"prompt": prompt})

    def compared(self) -> dict[str, Any]:
        """Returns the settings that are compared, without blank ones and without a ring group that is not used."""
        # Blank fields come back as null, "" or not at all; the ring group of a recall to the user means nothing.
        known = {key: value for key in COMPARED_SETTINGS if (value := self.settings.get(key)) not in (None, "")}
        if known.get("recall_to") == RecallTo.USER:
            known.pop("ring_group_id", None)
        return known

    def numbers(self) -> frozenset[str]:
        """Returns the members' numbers as a set, because the order of the PBX's list is undocumented."""
        return frozenset(member.number for member in self.members or ())

    def same_settings(self, other: "Snapshot") -> bool:
        """Returns whether settings and prompt are equal, which one update writes."""
        prompts = self.prompt is None or other.prompt is None or self.prompt.same(other.prompt)
        return prompts and self.compared() == other.compared()

    def same(self, other: "Snapshot | None") -> bool:
        """Returns whether settings, prompt and members are equal."""
        if other is None or not self.same_settings(other):
            return False
        return self.members is None or other.members is None or self.numbers() == other.numbers()


def new_members(before: Snapshot | None, after: Snapshot | None) -> tuple[Person, ...]:
    """Returns the members of `after` that `before` does not have, in the order of `after`."""
    present = before.numbers() if before else frozenset()
    return tuple(member for member in (after.members if after else None) or () if member.number not in present)
