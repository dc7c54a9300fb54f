"""The views of https://docs.slack.dev/reference/views: modals and the Home tab."""

from typing import Annotated, Literal

from pydantic import Field

from bot.sandbox.slack.kit.blocks import ViewBlock
from bot.sandbox.slack.kit.part import Part
from bot.sandbox.slack.kit.texts import Plain24

Upto255 = Annotated[str, Field(max_length=255)]


class Surface(Part):
    blocks: Annotated[list[ViewBlock], Field(max_length=100)]
    private_metadata: Annotated[str, Field(max_length=3000)] | None = None
    callback_id: Upto255 | None = None
    external_id: Upto255 | None = None


class Home(Surface):
    type: Literal["home"]


class Modal(Surface):
    """`submit` is needed where there is an input."""

    type: Literal["modal"]
    title: Plain24
    submit: Plain24 | None = None
    close: Plain24 | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
