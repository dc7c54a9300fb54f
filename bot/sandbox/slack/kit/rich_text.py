"""Rich text: sections, lists, quotes and preformatted text of small pieces."""

from typing import Annotated, Literal

from pydantic import Field

from bot.sandbox.slack.kit.part import Id, Part


class PieceStyle(Part):
    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    underline: bool | None = None
    code: bool | None = None
    highlight: bool | None = None
    client_highlight: bool | None = None
    unlink: bool | None = None


class Piece(Part):
    style: PieceStyle | None = None


class TextPiece(Piece):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]


class LinkPiece(Piece):
    type: Literal["link"]
    url: Annotated[str, Field(min_length=1)]
    text: str | None = None
    unsafe: bool | None = None


class UserPiece(Piece):
    type: Literal["user"]
    user_id: str


class ChannelPiece(Piece):
    type: Literal["channel"]
    channel_id: str


class UserGroupPiece(Piece):
    type: Literal["usergroup"]
    usergroup_id: str


class EmojiPiece(Piece):
    type: Literal["emoji"]
    name: str
    unicode: str | None = None


class DatePiece(Piece):
    type: Literal["date"]
    timestamp: int
    format: str
    url: str | None = None
    fallback: str | None = None


class BroadcastPiece(Piece):
    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


AnyPiece = Annotated[
    TextPiece | LinkPiece | UserPiece | ChannelPiece | UserGroupPiece | EmojiPiece | DatePiece | BroadcastPiece,
    Field(discriminator="type"),
]


class Section(Part):
    type: Literal["rich_text_section"]
    elements: list[AnyPiece]


class Quote(Part):
    type: Literal["rich_text_quote"]
    elements: list[AnyPiece]
    border: int | None = None


class Preformatted(Part):
    type: Literal["rich_text_preformatted"]
    elements: list[AnyPiece]
    border: int | None = None
    language: str | None = None


class List(Part):
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[Section]
    indent: Annotated[int, Field(ge=0, le=8)] | None = None
    offset: int | None = None
    border: int | None = None


class RichText(Part):
    """The block."""

    type: Literal["rich_text"]
    block_id: Id | None = None
    elements: list[Annotated[Section | Quote | Preformatted | List, Field(discriminator="type")]]
