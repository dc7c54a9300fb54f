"""Blocks, rich text, and the two kinds of views."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.slack.kit.elements import Accessory, Action, Image, InputElement
from bot.sandbox.slack.kit.objects import (
    Id,
    KitModel,
    Mrkdwn,
    Plain,
    Plain24,
    Plain150,
    Plain2000,
    Text,
    Text2000,
    Upto2000,
    Url,
)


class TextStyle(KitModel):
    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    underline: bool | None = None
    code: bool | None = None
    highlight: bool | None = None
    client_highlight: bool | None = None
    unlink: bool | None = None


class RichTextElement(KitModel):
    style: TextStyle | None = None


class TextElement(RichTextElement):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]


class LinkElement(RichTextElement):
    type: Literal["link"]
    url: Annotated[str, Field(min_length=1)]
    text: str | None = None
    unsafe: bool | None = None


class UserElement(RichTextElement):
    type: Literal["user"]
    user_id: str


class ChannelElement(RichTextElement):
    type: Literal["channel"]
    channel_id: str


class UserGroupElement(RichTextElement):
    type: Literal["usergroup"]
    usergroup_id: str


class EmojiElement(RichTextElement):
    type: Literal["emoji"]
    name: str
    unicode: str | None = None


class DateElement(RichTextElement):
    type: Literal["date"]
    timestamp: int
    format: str
    url: str | None = None
    fallback: str | None = None


class BroadcastElement(RichTextElement):
    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


AnyElement = Annotated[
    TextElement
    | LinkElement
    | UserElement
    | ChannelElement
    | UserGroupElement
    | EmojiElement
    | DateElement
    | BroadcastElement,
    Field(discriminator="type"),
]


class RichTextSection(KitModel):
    type: Literal["rich_text_section"]
    elements: list[AnyElement]


class RichTextQuote(KitModel):
    type: Literal["rich_text_quote"]
    elements: list[AnyElement]
    border: int | None = None


class RichTextPreformatted(KitModel):
    type: Literal["rich_text_preformatted"]
    elements: list[AnyElement]
    border: int | None = None
    language: str | None = None


class RichTextList(KitModel):
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichTextSection]
    indent: Annotated[int, Field(ge=0, le=8)] | None = None
    offset: int | None = None
    border: int | None = None


class RichText(KitModel):
    """The rich_text block."""

    type: Literal["rich_text"]
    block_id: Id | None = None
    elements: list[
        Annotated[RichTextSection | RichTextQuote | RichTextPreformatted | RichTextList, Field(discriminator="type")]
    ]


class Block(KitModel):
    block_id: Id | None = None


class Section(Block):
    type: Literal["section"]
    text: Text | None = None
    fields: Annotated[list[Text2000], Field(min_length=1, max_length=10)] | None = None
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text is None and self.fields is None:
            raise ValueError("must define either `text` or `fields`")
        return self


class Header(Block):
    type: Literal["header"]
    text: Plain150


class Divider(Block):
    type: Literal["divider"]


class Context(Block):
    type: Literal["context"]
    elements: Annotated[
        list[Annotated[Plain | Mrkdwn | Image, Field(discriminator="type")]], Field(min_length=1, max_length=10)
    ]


class Actions(Block):
    type: Literal["actions"]
    elements: Annotated[list[Action], Field(min_length=1, max_length=25)]

    @model_validator(mode="after")
    def _each_action_has_an_id_of_its_own(self) -> Self:
        ids = [element.action_id for element in self.elements if element.action_id]
        for action_id in ids:
            if ids.count(action_id) > 1:
                raise ValueError(f"`action_id` {action_id!r} already exists for another action in this block")
        return self


class ImageBlock(Block):
    type: Literal["image"]
    image_url: Url
    alt_text: Upto2000
    title: Plain2000 | None = None


class Markdown(Block):
    """A markdown block; Slack limits all of a message's together to that many characters."""

    type: Literal["markdown"]
    text: Annotated[str, Field(min_length=1, max_length=12_000)]


class Input(Block):
    """A labelled field; with `dispatch_action` every change is an action."""

    type: Literal["input"]
    label: Plain2000
    element: InputElement
    hint: Plain2000 | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None


class RawText(KitModel):
    type: Literal["raw_text"]
    text: Annotated[str, Field(min_length=1)]


class RawNumber(KitModel):
    type: Literal["raw_number"]
    value: float
    text: str | None = None


class ColumnSetting(KitModel):
    align: Literal["left", "center", "right"] | None = None
    is_wrapped: bool | None = None


TableCell = Annotated[RawText | RawNumber | RichText, Field(discriminator="type")]


class TableBlock(Block):
    """A table; docs.slack.dev, table block: 100 rows of 20 cells."""

    type: Literal["table"]
    rows: Annotated[
        list[Annotated[list[TableCell], Field(min_length=1, max_length=20)]], Field(min_length=1, max_length=100)
    ]
    column_settings: Annotated[list[ColumnSetting | None], Field(max_length=20)] | None = None


Common = Section | Header | Divider | Context | Actions | ImageBlock | RichText | Input

MessageBlock = Annotated[Common | Markdown | TableBlock, Field(discriminator="type")]
ViewBlock = Annotated[Common, Field(discriminator="type")]


Upto255 = Annotated[str, Field(max_length=255)]


class Surface(KitModel):
    blocks: Annotated[list[ViewBlock], Field(max_length=100)]
    private_metadata: Annotated[str, Field(max_length=3000)] | None = None
    callback_id: Upto255 | None = None
    external_id: Upto255 | None = None


class Home(Surface):
    type: Literal["home"]


class Modal(Surface):
    """A modal; `submit` is required if there is an input."""

    type: Literal["modal"]
    title: Plain24
    submit: Plain24 | None = None
    close: Plain24 | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
