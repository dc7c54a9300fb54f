"""Text objects; the number in a name is the most characters that the place takes."""

from typing import Annotated, Literal

from pydantic import Field

from bot.sandbox.slack.kit.part import Part

Upto24 = Annotated[str, Field(min_length=1, max_length=24)]
Upto30 = Annotated[str, Field(min_length=1, max_length=30)]
Upto75 = Annotated[str, Field(min_length=1, max_length=75)]
Upto100 = Annotated[str, Field(min_length=1, max_length=100)]
Upto150 = Annotated[str, Field(min_length=1, max_length=150)]
Upto300 = Annotated[str, Field(min_length=1, max_length=300)]
Upto2000 = Annotated[str, Field(min_length=1, max_length=2000)]
Upto3000 = Annotated[str, Field(min_length=1, max_length=3000)]


class Plain(Part):
    type: Literal["plain_text"]
    text: Upto3000
    emoji: bool | None = None


class Mrkdwn(Part):
    type: Literal["mrkdwn"]
    text: Upto3000
    verbatim: bool | None = None


class Plain24(Plain):
    text: Upto24


class Plain30(Plain):
    text: Upto30


class Plain75(Plain):
    text: Upto75


class Plain100(Plain):
    text: Upto100


class Plain150(Plain):
    text: Upto150


class Plain300(Plain):
    text: Upto300


class Plain2000(Plain):
    text: Upto2000


class Mrkdwn75(Mrkdwn):
    text: Upto75


class Mrkdwn300(Mrkdwn):
    text: Upto300


class Mrkdwn2000(Mrkdwn):
    text: Upto2000


Text = Annotated[Plain | Mrkdwn, Field(discriminator="type")]
Text75 = Annotated[Plain75 | Mrkdwn75, Field(discriminator="type")]
Text300 = Annotated[Plain300 | Mrkdwn300, Field(discriminator="type")]
Text2000 = Annotated[Plain2000 | Mrkdwn2000, Field(discriminator="type")]
