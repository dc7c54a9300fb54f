"""What can be clicked or chosen without opening a menu: buttons, radio buttons, checkboxes, and the overflow menu."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.slack.kit.element import Confirmed
from bot.sandbox.slack.kit.objects import LinkOption, MarkedOption, Style, among
from bot.sandbox.slack.kit.part import Url
from bot.sandbox.slack.kit.texts import Plain75

Ten = Annotated[list[MarkedOption], Field(min_length=1, max_length=10)]


class Button(Confirmed):
    type: Literal["button"]
    text: Plain75
    value: Annotated[str, Field(max_length=2000)] | None = None
    url: Url | None = None
    style: Style | None = None
    accessibility_label: Annotated[str, Field(max_length=75)] | None = None


class Overflow(Confirmed):
    type: Literal["overflow"]
    options: Annotated[list[LinkOption], Field(min_length=1, max_length=5)]


class RadioButtons(Confirmed):
    type: Literal["radio_buttons"]
    options: Ten
    initial_option: MarkedOption | None = None
    focus_on_load: bool | None = None

    @model_validator(mode="after")
    def _starts_with_an_option(self) -> Self:
        among("initial_option", [self.initial_option] if self.initial_option else [], self.options)
        return self


class Checkboxes(Confirmed):
    type: Literal["checkboxes"]
    options: Ten
    initial_options: Annotated[list[MarkedOption], Field(min_length=1, max_length=10)] | None = None
    focus_on_load: bool | None = None

    @model_validator(mode="after")
    def _starts_with_options(self) -> Self:
        among("initial_options", self.initial_options or [], self.options)
        return self
