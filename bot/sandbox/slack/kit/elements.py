"""Interactive elements, and the unions of elements that fit into each kind of block."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.sandbox.slack.kit.objects import (
    Confirm,
    DispatchConfig,
    Filter,
    Id,
    KitModel,
    LinkOption,
    MarkedOption,
    Option,
    OptionGroups,
    Options,
    Plain75,
    Plain150,
    Style,
    Upto2000,
    Upto3000,
    Url,
    check_among_options,
    merge_options,
)


class Element(KitModel):
    """An element with an action_id, which Slack generates if it is missing."""

    action_id: Id | None = None


class ConfirmableElement(Element):
    """An element that may have a confirmation dialog."""

    confirm: Confirm | None = None


class FocusableElement(Element):
    """An element with a placeholder that can be focused on load."""

    placeholder: Plain150 | None = None
    focus_on_load: bool | None = None


class Menu(FocusableElement, ConfirmableElement):
    """Fields that all menus share."""


class MultiMenu(Menu):
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


TenOptions = Annotated[list[MarkedOption], Field(min_length=1, max_length=10)]


class Button(ConfirmableElement):
    type: Literal["button"]
    text: Plain75
    value: Annotated[str, Field(max_length=2000)] | None = None
    url: Url | None = None
    style: Style | None = None
    accessibility_label: Annotated[str, Field(max_length=75)] | None = None


class Overflow(ConfirmableElement):
    type: Literal["overflow"]
    options: Annotated[list[LinkOption], Field(min_length=1, max_length=5)]


class RadioButtons(ConfirmableElement):
    type: Literal["radio_buttons"]
    options: TenOptions
    initial_option: MarkedOption | None = None
    focus_on_load: bool | None = None

    @model_validator(mode="after")
    def _starts_with_an_option(self) -> Self:
        check_among_options("initial_option", [self.initial_option] if self.initial_option else [], self.options)
        return self


class Checkboxes(ConfirmableElement):
    type: Literal["checkboxes"]
    options: TenOptions
    initial_options: Annotated[list[MarkedOption], Field(min_length=1, max_length=10)] | None = None
    focus_on_load: bool | None = None

    @model_validator(mode="after")
    def _starts_with_options(self) -> Self:
        check_among_options("initial_options", self.initial_options or [], self.options)
        return self


def _check_date(day: str) -> str:
    date.fromisoformat(day)
    return day


IsoDate = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_check_date)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
UnixTime = Annotated[int, Field(ge=10**9, lt=10**10)]
"""Seconds since 1970, ten digits."""


class PlainTextInput(FocusableElement):
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


class NumberInput(FocusableElement):
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
    initial_date: IsoDate | None = None


class TimePicker(Menu):
    type: Literal["timepicker"]
    initial_time: TimeOfDay | None = None
    timezone: str | None = None


class DateTimePicker(Menu):
    type: Literal["datetimepicker"]
    initial_date_time: UnixTime | None = None


class FileInput(Element):
    """A file input; it has no initial value and no placeholder."""

    type: Literal["file_input"]
    filetypes: list[str] | None = None
    max_files: Annotated[int, Field(ge=1, le=10)] | None = None


Several = Annotated[list[Option], Field(min_length=1, max_length=100)]
QueryLength = Annotated[int, Field(ge=0)]


class StaticSelect(Menu):
    type: Literal["static_select"]
    options: Options | None = None
    option_groups: OptionGroups | None = None
    initial_option: Option | None = None

    @model_validator(mode="after")
    def _starts_with_an_option(self) -> Self:
        options = merge_options(self.options, self.option_groups)
        check_among_options("initial_option", [self.initial_option] if self.initial_option else [], options)
        return self


class MultiStaticSelect(MultiMenu):
    type: Literal["multi_static_select"]
    options: Options | None = None
    option_groups: OptionGroups | None = None
    initial_options: Several | None = None

    @model_validator(mode="after")
    def _starts_with_options(self) -> Self:
        check_among_options(
            "initial_options", self.initial_options or [], merge_options(self.options, self.option_groups)
        )
        return self


class ExternalSelect(Menu):
    """The app is asked for options from `min_query_length` characters on, 3 by default."""

    type: Literal["external_select"]
    initial_option: Option | None = None
    min_query_length: QueryLength | None = None


class MultiExternalSelect(MultiMenu):
    type: Literal["multi_external_select"]
    initial_options: Several | None = None
    min_query_length: QueryLength | None = None


class UsersSelect(Menu):
    type: Literal["users_select"]
    initial_user: str | None = None


class MultiUsersSelect(MultiMenu):
    type: Literal["multi_users_select"]
    initial_users: list[str] | None = None


class ConversationsSelect(Menu):
    type: Literal["conversations_select"]
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: Filter | None = None


class MultiConversationsSelect(MultiMenu):
    type: Literal["multi_conversations_select"]
    initial_conversations: list[str] | None = None
    default_to_current_conversation: bool | None = None
    filter: Filter | None = None


class ChannelsSelect(Menu):
    """A menu of public channels."""

    type: Literal["channels_select"]
    initial_channel: str | None = None
    response_url_enabled: bool | None = None


class MultiChannelsSelect(MultiMenu):
    type: Literal["multi_channels_select"]
    initial_channels: list[str] | None = None


class Image(KitModel):
    """An image beside text."""

    type: Literal["image"]
    image_url: Url
    alt_text: Upto2000


Single = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | ChannelsSelect
Multi = MultiStaticSelect | MultiExternalSelect | MultiUsersSelect | MultiConversationsSelect | MultiChannelsSelect
Pickers = RadioButtons | Checkboxes | DatePicker | TimePicker

Action = Annotated[Button | Overflow | Single | Pickers | DateTimePicker, Field(discriminator="type")]
"""Elements of an actions block; menus for one choice only."""

Accessory = Annotated[Button | Overflow | Single | Multi | Pickers | Image, Field(discriminator="type")]
"""Elements beside a section's text."""

Typed = PlainTextInput | NumberInput | FileInput
InputElement = Annotated[Typed | Single | Multi | Pickers | DateTimePicker, Field(discriminator="type")]
"""Elements of an input block."""
