"""Messages and views as HTML, by templates that escape whatever they are given."""

from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from bot.sandbox.page import dates
from bot.sandbox.page.looking import Looking
from bot.sandbox.page.mrkdwn import Mrkdwn
from bot.sandbox.page.options import chosen, labels, offered
from bot.sandbox.slack.model import Json, Message, Person
from bot.sandbox.slack.text import display
from bot.sandbox.slack.views.seen import View
from bot.sandbox.stage import Stage

TINTS = 6
"""Colours that people's initials come in."""


def templates() -> Environment:
    """Loaded once for the page."""
    there = PackageLoader("bot.sandbox.page")
    made = Environment(loader=there, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"initials": initials, "tint": tint}
    return made


class Drawing:
    """For one person: `kit` is the macros that draw blocks."""

    def __init__(self, stage: Stage, made: Environment, looking: Looking) -> None:
        self.stage, self.looking, self._made = stage, looking, made
        self.state = stage.slack.state
        self.now = stage.now().astimezone(looking.zone(stage))
        self._mrkdwn = Mrkdwn(self.state, self.now, looking.user(stage))

    def __call__(self, template: str, **known: Any) -> Markup:
        return Markup(self._made.get_template(template).render(draw=self, looking=self.looking, **known))  # noqa: S704

    def text(self, text: Json) -> Markup:
        """A text object."""
        if text["type"] == "mrkdwn":
            return self._mrkdwn.html(text["text"])
        return Markup("{}").format(text["text"])

    def label(self, block: Json) -> str:
        """What a section's accessory is about: the first line of its text."""
        return display(self.state, block.get("text", {}).get("text", "")).split("\n")[0].strip("*")

    def mrkdwn(self, text: str) -> Markup:
        return self._mrkdwn.html(text)

    def author(self, message: Message) -> Person:
        return self.state.people[message.user]

    def is_app(self, message: Message) -> bool:
        return message.user == self.state.bot.id

    def name(self, user: str) -> str:
        person = self.state.people.get(user)
        return person.real_name if person else user

    def channel(self, id: str) -> str:
        there = self.state.channels.get(id)
        return there.name if there else id

    def moment(self, ts: str) -> datetime:
        return datetime.fromtimestamp(float(ts), UTC).astimezone(self.now.tzinfo)

    def clock(self, ts: str) -> str:
        return dates.clock(self.moment(ts))

    def day(self, ts: str) -> str:
        return dates.day(self.moment(ts), self.now)

    def date(self, piece: Json) -> Markup:
        """Of rich text."""
        reference = f"!date^{piece['timestamp']}^{piece['format']}"
        return dates.date_token(reference, piece.get("fallback", ""), self.now)

    def entry(self, where: Message | View, block: Json, element: Json) -> Json:
        """What an element of a view holds; in messages, nothing but what it starts with."""
        state = where.state if isinstance(where, View) else {}
        return state.get(block["block_id"], {}).get(element["action_id"], {})

    def chosen(self, where: Message | View, block: Json, element: Json) -> list[Json]:
        return chosen(element, self.entry(where, block, element))

    def held(self, where: Message | View, block: Json, element: Json) -> str:
        """Of a field that is typed into."""
        return labels(element, self.entry(where, block, element))

    def offered(self, element: Json) -> list[Json]:
        """The options of a menu that is not external."""
        return offered(self.state, self.looking.user(self.stage), element)


def initials(name: str) -> str:
    """Two letters at most."""
    words = name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def tint(name: str) -> int:
    """The same colour for the same name."""
    return sum(map(ord, name)) % TINTS
