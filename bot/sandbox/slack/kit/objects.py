"""The objects that elements are made of."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bot.sandbox.slack.kit.part import Part, Url
from bot.sandbox.slack.kit.texts import Plain30, Plain75, Plain100, Text75, Text300, Upto150

Style = Literal["primary", "danger"]


class Confirm(Part):
    """The question before an action is sent."""

    title: Plain100
    text: Text300
    confirm: Plain30
    deny: Plain30
    style: Style | None = None


class Option(Part):
    text: Plain75
    value: Upto150
    description: Plain75 | None = None


class LinkOption(Option):
    """An overflow menu's option may open an address."""

    url: Url | None = None


class MarkedOption(Part):
    """Radio buttons and checkboxes may be written in mrkdwn."""

    text: Text75
    value: Upto150
    description: Text75 | None = None


class OptionGroup(Part):
    label: Plain75
    options: Annotated[list[Option], Field(min_length=1, max_length=100)]


Options = Annotated[list[Option], Field(min_length=1, max_length=100)]
OptionGroups = Annotated[list[OptionGroup], Field(min_length=1, max_length=100)]


class Filter(Part):
    """Which conversations a menu lists."""

    include: Annotated[list[Literal["im", "mpim", "private", "public"]], Field(min_length=1)] | None = None
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class DispatchConfig(Part):
    """When a text input sends an action."""

    trigger_actions_on: Annotated[
        list[Literal["on_enter_pressed", "on_character_entered"]], Field(min_length=1, max_length=2)
    ]


def one_kind(options: Sequence[Option] | None, groups: Sequence[OptionGroup] | None) -> list[Option]:
    """All options of a menu that has either options or groups of them; ValueError otherwise."""
    if (options is None) == (groups is None):
        raise ValueError("must define either `options` or `option_groups`")
    return list(options or [option for group in groups or [] for option in group.options])


def among(name: str, chosen: Sequence[Part], options: Sequence[Part]) -> None:
    """ValueError unless all that is chosen from the start can be chosen."""
    if any(one not in options for one in chosen):
        raise ValueError(f"`{name}` must be one of the options")
