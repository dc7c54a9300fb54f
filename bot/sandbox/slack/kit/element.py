"""What elements have in common."""

from typing import Annotated

from pydantic import Field

from bot.sandbox.slack.kit.objects import Confirm
from bot.sandbox.slack.kit.part import Id, Part
from bot.sandbox.slack.kit.texts import Plain150


class Element(Part):
    """Anything with an action_id: Slack makes one up where it is not given."""

    action_id: Id | None = None


class Confirmed(Element):
    """An element that may ask before its action is sent."""

    confirm: Confirm | None = None


class Entry(Element):
    """What can be the first to be typed in, and says what to enter while it is empty."""

    placeholder: Plain150 | None = None
    focus_on_load: bool | None = None


class Menu(Entry, Confirmed):
    """A menu of any kind."""


class MultiMenu(Menu):
    max_selected_items: Annotated[int, Field(ge=1)] | None = None
