"""Base model, text objects and composition objects; numbers in names are maximum lengths in characters."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class KitModel(BaseModel):
    """Strict model: unknown properties and converted types are rejected."""

    model_config = ConfigDict(extra="forbid", strict=True)


Id = Annotated[str, Field(min_length=1, max_length=255)]
"""An action_id or block_id."""

Url = Annotated[str, Field(min_length=1, max_length=3000)]


Upto24 = Annotated[str, Field(min_length=1, max_length=24)]
Upto30 = Annotated[str, Field(min_length=1, max_length=30)]
Upto75 = Annotated[str, Field(min_length=1, max_length=75)]
Upto100 = Annotated[str, Field(min_length=1, max_length=100)]
Upto150 = Annotated[str, Field(min_length=1, max_length=150)]
Upto300 = Annotated[str, Field(min_length=1, max_length=300)]
Upto2000 = Annotated[str, Field(min_length=1, max_length=2000)]
Upto3000 = Annotated[str, Field(min_length=1, max_length=3000)]


class Plain(KitModel):
    type: Literal["plain_text"]
    text: Upto3000
    emoji: bool | None = None


class Mrkdwn(KitModel):
    type: Literal["mrkdwn"]
    text: Upto3000
    verbatim: bool | None = None


class Plain24(Plain):
    text: Upto24


class Plain30(Plain):
    text: Upto30


class Plain75(Plain):
    text: Upto75


class Plain100(Plain):
    text: Upto100


class Plain150(Plain):
    text: Upto150


class Plain300(Plain):
    text: Upto300


class Plain2000(Plain):
    text: Upto2000


class Mrkdwn75(Mrkdwn):
    text: Upto75


class Mrkdwn300(Mrkdwn):
    text: Upto300


class Mrkdwn2000(Mrkdwn):
    text: Upto2000


Text = Annotated[Plain | Mrkdwn, Field(discriminator="type")]
Text75 = Annotated[Plain75 | Mrkdwn75, Field(discriminator="type")]
Text300 = Annotated[Plain300 | Mrkdwn300, Field(discriminator="type")]
Text2000 = Annotated[Plain2000 | Mrkdwn2000, Field(discriminator="type")]


Style = Literal["primary", "danger"]


class Confirm(KitModel):
    """A confirmation dialog."""

    title: Plain100
    text: Text300
    confirm: Plain30
    deny: Plain30
    style: Style | None = None


class Option(KitModel):
    text: Plain75
    value: Upto150
    description: Plain75 | None = None


class LinkOption(Option):
    """An option of an overflow menu, which may have a URL."""

    url: Url | None = None


class MarkedOption(KitModel):
    """An option of radio buttons and checkboxes, which may be mrkdwn."""

    text: Text75
    value: Upto150
    description: Text75 | None = None


class OptionGroup(KitModel):
    label: Plain75
    options: Annotated[list[Option], Field(min_length=1, max_length=100)]


Options = Annotated[list[Option], Field(min_length=1, max_length=100)]
OptionGroups = Annotated[list[OptionGroup], Field(min_length=1, max_length=100)]


class Filter(KitModel):
    """Conversations that a menu lists."""

    include: Annotated[list[Literal["im", "mpim", "private", "public"]], Field(min_length=1)] | None = None
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class DispatchConfig(KitModel):
    """When a text input sends an action."""

    trigger_actions_on: Annotated[
        list[Literal["on_enter_pressed", "on_character_entered"]], Field(min_length=1, max_length=2)
    ]


def merge_options(options: Sequence[Option] | None, groups: Sequence[OptionGroup] | None) -> list[Option]:
    """Returns all options; ValueError unless there are either options or option groups."""
    if (options is None) == (groups is None):
        raise ValueError("must define either `options` or `option_groups`")
    return list(options or [option for group in groups or [] for option in group.options])


def check_among_options(name: str, chosen: Sequence[KitModel], options: Sequence[KitModel]) -> None:
    """Raises ValueError unless all initial options are among the options."""
    if any(one not in options for one in chosen):
        raise ValueError(f"`{name}` must be one of the options")
