"""The blocks that messages and views may have."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.slack.kit.elements import Accessory, Action, Image, InputElement
from bot.sandbox.slack.kit.part import Id, Part, Url
from bot.sandbox.slack.kit.rich_text import RichText
from bot.sandbox.slack.kit.texts import Mrkdwn, Plain, Plain150, Plain2000, Text, Text2000, Upto2000


class Block(Part):
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
    """All of a message's markdown blocks together may have that many characters."""

    type: Literal["markdown"]
    text: Annotated[str, Field(min_length=1, max_length=12_000)]


class Input(Block):
    """A labelled field; with `dispatch_action` every entry is an action, too."""

    type: Literal["input"]
    label: Plain2000
    element: InputElement
    hint: Plain2000 | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None


Common = Section | Header | Divider | Context | Actions | ImageBlock | RichText | Input

MessageBlock = Annotated[Common | Markdown, Field(discriminator="type")]
ViewBlock = Annotated[Common, Field(discriminator="type")]
