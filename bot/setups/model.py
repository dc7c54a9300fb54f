"""A set-up as a file holds it: the server and the groups with their members, by names and numbers instead of ids."""

import re
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.errors import NotPossible
from bot.pbx.limits import is_extension
from bot.pbx.models import RecallTo
from bot.texts import setups as texts

TARGETS = {
    "user": RecallTo.USER,
    "user then ring group": RecallTo.USER_THEN_RING_GROUP,
    "ring group": RecallTo.RING_GROUP,
}
"""Recall targets as a file calls them."""
VERSION = 1
"""Version of the file's format."""


def _blank_to_none(value: object) -> object:
    return None if value == "" else value


class Mistake(NamedTuple):
    """What is wrong in a file, and in which of its lines, counted from 1."""

    line: int | None
    text: str

    def __str__(self) -> str:
        return texts.mistake(self.line, self.text)


MOST_MISTAKES = 30
"""Mistakes that one answer lists."""


class FileMistakes(NotPossible):
    """A file can't be used; the message lists its mistakes with their lines."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        shown = [str(one) for one in mistakes[:MOST_MISTAKES]]
        more = len(mistakes) - len(shown)
        notes = (*shown, *((texts.more_mistakes(more),) if more else ()), texts.MEND_FILE)
        super().__init__(texts.mistakes(name, len(mistakes)), notes=notes)
        self.mistakes = mistakes


class FileMember(NamedTuple):
    """A member of a group; the name is only there to be read, and to find who has another number now."""

    number: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


def read_member(text: object) -> FileMember:
    """Reads `1001 Ana Ruiz`; raises ValueError with what to write."""
    found = re.fullmatch(r"\s*([0-9]+)(?:\s+(\S.*?))?\s*", str(text))
    if found is None or not is_extension(found[1]):
        raise ValueError(texts.no_member(str(text)))
    return FileMember(found[1], found[2] or "")


def _read_recall(value: object) -> object:
    return {"to": value} if isinstance(value, str) and value else _blank_to_none(value)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class RecallPart(_Part):
    """Where parked calls go that nobody picked up."""

    to: Literal["user", "user then ring group", "ring group"]
    ring_group: Annotated[str | None, BeforeValidator(_blank_to_none)] = Field(
        None, description="Name of the ring group."
    )
    number: Annotated[str | None, BeforeValidator(_blank_to_none)] = Field(
        None, description="Extension number of the ring group."
    )

    @model_validator(mode="after")
    def _ring_group_where_needed(self) -> "RecallPart":
        if self.to != "user" and not (self.ring_group or self.number):
            raise ValueError(texts.NO_RING_GROUP)
        return self


_Recall = Annotated[
    RecallPart | None, BeforeValidator(_read_recall, json_schema_input_type=RecallPart | Literal["user"] | None)
]
_Member = Annotated[str, AfterValidator(lambda text: str(read_member(text)))]
_Name = Annotated[str, BeforeValidator(str), Field(min_length=1, max_length=64)]


class ServerPart(_Part):
    """The call park server; what is left out stays as it is."""

    enabled: Annotated[bool | None, BeforeValidator(_blank_to_none)] = None
    extension: Annotated[str | None, BeforeValidator(_blank_to_none)] = Field(None, pattern="^[0-9]{3,64}$")
    recall: _Recall = None
    recall_time: Annotated[int | None, BeforeValidator(_blank_to_none)] = Field(
        None, ge=60, le=900, description="Seconds until a parked call is recalled."
    )
    recall_ring_group_time: Annotated[int | None, BeforeValidator(_blank_to_none)] = Field(
        None, ge=60, le=900, description="Seconds that a recall rings the user before the ring group."
    )
    notify_parker: Annotated[bool | None, BeforeValidator(_blank_to_none)] = Field(
        None, description="Whether the user who parked a call is notified; from PortSIP 22.6 on."
    )


class GroupPart(_Part):
    """A park group; what is left out stays as it is, and is as for a new group where the group is new."""

    recall: _Recall = None
    members: Annotated[tuple[_Member, ...] | None, BeforeValidator(_blank_to_none)] = Field(
        None, description="Extension numbers, each with a name for the reader, in the order in which *58 hunts them."
    )

    @property
    def people(self) -> tuple[FileMember, ...] | None:
        """The members; None where the file says nothing about them."""
        return None if self.members is None else tuple(map(read_member, self.members))


def _blank_group(value: object) -> object:
    return {} if value in (None, "") else value


class SetupFile(_Part):
    """A whole set-up, or a part of one."""

    version: Literal[1] = 1
    other_groups: Literal["keep", "delete"] = Field(
        "keep", description="What becomes of park groups that are not in this file when it is applied."
    )
    server: Annotated[ServerPart | None, BeforeValidator(_blank_to_none)] = None
    groups: dict[_Name, Annotated[GroupPart, BeforeValidator(_blank_group)]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _version_as_number(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("groups") == "":
            value = {**value, "groups": {}}
        if isinstance(value, dict) and str(value.get("version", "")).isdigit():
            return {**value, "version": int(value["version"])}
        return value
