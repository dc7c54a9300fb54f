"""What is typed or picked from a calendar or a clock."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.sandbox.slack.kit.element import Element, Entry, Menu
from bot.sandbox.slack.kit.objects import DispatchConfig
from bot.sandbox.slack.kit.texts import Upto3000


def _real(day: str) -> str:
    date.fromisoformat(day)
    return day


Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_real)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Moment = Annotated[int, Field(ge=10**9, lt=10**10)]
"""Seconds since 1970, ten digits."""


class PlainTextInput(Entry):
    type: Literal["plain_text_input"]
    initial_value: Upto3000 | None = None
    multiline: bool | None = None
    min_length: Annotated[int, Field(ge=0, le=3000)] | None = None
    max_length: Annotated[int, Field(ge=1, le=3000)] | None = None
    dispatch_action_config: DispatchConfig | None = None

    @model_validator(mode="after")
    def _some_length_fits(self) -> Self:
        if self.min_length and self.max_length and self.min_length > self.max_length:
            raise ValueError("`min_length` must not be more than `max_length`")
        return self


class NumberInput(Entry):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: str | None = None
    min_value: str | None = None
    max_value: str | None = None
    dispatch_action_config: DispatchConfig | None = None

    @model_validator(mode="after")
    def _are_numbers(self) -> Self:
        for name in ("initial_value", "min_value", "max_value"):
            try:
                float(getattr(self, name) or 0)
            except ValueError:
                raise ValueError(f"`{name}` must be a number") from None
        return self


class DatePicker(Menu):
    type: Literal["datepicker"]
    initial_date: Day | None = None


class TimePicker(Menu):
    type: Literal["timepicker"]
    initial_time: Clock | None = None
    timezone: str | None = None


class DateTimePicker(Menu):
    type: Literal["datetimepicker"]
    initial_date_time: Moment | None = None


class FileInput(Element):
    """It can't begin with a file, nor say what to choose."""

    type: Literal["file_input"]
    filetypes: list[str] | None = None
    max_files: Annotated[int, Field(ge=1, le=10)] | None = None
