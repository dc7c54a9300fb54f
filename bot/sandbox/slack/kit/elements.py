"""Which elements fit where."""

from typing import Annotated, Literal

from pydantic import Field

from bot.sandbox.slack.kit.choices import Button, Checkboxes, Overflow, RadioButtons
from bot.sandbox.slack.kit.inputs import DatePicker, DateTimePicker, FileInput, NumberInput, PlainTextInput, TimePicker
from bot.sandbox.slack.kit.menus import (
    ChannelsSelect,
    ConversationsSelect,
    ExternalSelect,
    MultiChannelsSelect,
    MultiConversationsSelect,
    MultiExternalSelect,
    MultiStaticSelect,
    MultiUsersSelect,
    StaticSelect,
    UsersSelect,
)
from bot.sandbox.slack.kit.part import Part, Url
from bot.sandbox.slack.kit.texts import Upto2000


class Image(Part):
    """An image beside text."""

    type: Literal["image"]
    image_url: Url
    alt_text: Upto2000


Single = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | ChannelsSelect
Multi = MultiStaticSelect | MultiExternalSelect | MultiUsersSelect | MultiConversationsSelect | MultiChannelsSelect
Pickers = RadioButtons | Checkboxes | DatePicker | TimePicker

Action = Annotated[Button | Overflow | Single | Pickers | DateTimePicker, Field(discriminator="type")]
"""In an actions block; of menus those for one choice."""

Accessory = Annotated[Button | Overflow | Single | Multi | Pickers | Image, Field(discriminator="type")]
"""Beside a section's text."""

Typed = PlainTextInput | NumberInput | FileInput
InputElement = Annotated[Typed | Single | Multi | Pickers | DateTimePicker, Field(discriminator="type")]
"""Below a label."""
