"""Who looks at what: the part of the page's address that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from bot.sandbox.environment import Stage
from bot.sandbox.page.mrkdwn import Mrkdwn, format_day, format_time, render_date_token
from bot.sandbox.slack.elements import VALUE_SLOTS, options_of, value_of
from bot.sandbox.slack.menus import available_choices
from bot.sandbox.slack.model import Channel, Json, Message, User
from bot.sandbox.slack.rendering import View
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.text import display_text

APP = "park"
"""The place where the app itself is: its Home tab and the person's direct messages with it."""


@dataclass(frozen=True, kw_only=True)
class Viewpoint:
    """`who` and `where` as the stage names them, or `park` for the app; `thread` is the `ts` of its first message."""

    who: str = "ana"
    where: str = "phones"
    thread: str | None = None
    tab: str = "home"

    @classmethod
    def read(cls, stage: Stage, query: Mapping[str, str]) -> "Viewpoint":
        """What isn't there is as at first; nobody looks into a channel that is not for them."""
        who = query.get("as", "")
        who = who if who in stage.people else cls.who
        where = query.get("in", "")
        if where != APP and where not in [name for name, _ in listed_channels(stage, who)]:
            where = cls.where
        tab = "messages" if query.get("tab") == "messages" else "home"
        return cls(who=who, where=where, thread=query.get("thread") or None, tab=tab)

    def user(self, stage: Stage) -> str:
        return stage.people[self.who]

    def person(self, stage: Stage) -> User:
        return stage.slack.state.people[self.user(stage)]

    def zone(self, stage: Stage) -> ZoneInfo:
        return ZoneInfo(self.person(stage).tz)

    def channel(self, stage: Stage) -> str:
        """The id of the conversation."""
        return stage.slack.direct(self.user(stage)) if self.where == APP else stage.channels[self.where]


def listed_channels(stage: Stage, who: str) -> list[tuple[str, Channel]]:
    """The channels that a person can look into."""
    there = ((name, stage.slack.state.channels[id]) for name, id in stage.channels.items())
    return [(name, one) for name, one in there if stage.people[who] in one.members or not one.private]


def menu_options(state: SlackState, user: str, element: Json) -> list[Json]:
    """The options of a menu; those of people and channels are their names and ids."""
    if there := options_of(element):
        return there
    names: dict[str, str] = {}
    for name, id in available_choices(state, user, element, []).items():
        names[id] = max(names.get(id, ""), "" if name == id else name, key=len) or id
    return [_option(name, id) for id, name in sorted(names.items(), key=lambda one: one[1])]


def selected_options(element: Json, entry: Json) -> list[Json]:
    """The options that are chosen; ids as options without a name."""
    value = _current_value(element, entry)
    there = value if isinstance(value, list) else [] if value is None else [value]
    return [one if isinstance(one, dict) else _option(str(one), str(one)) for one in there]


def input_value(element: Json, entry: Json) -> str:
    """Of what is typed, or picked from a calendar or a clock; empty where there is nothing."""
    value = _current_value(element, entry)
    if value is None:
        return ""
    if element["type"] == "datetimepicker":
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def _current_value(element: Json, entry: Json) -> Any:
    """In a message nobody's choice is kept: what it starts with."""
    return value_of(entry) if entry else element.get(VALUE_SLOTS[element["type"]].initial)


def _option(name: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": name}, "value": value}


TINT_COUNT = 6
"""Colours that people's initials come in."""


def load_templates() -> Environment:
    """Loaded once for the page."""
    there = PackageLoader("bot.sandbox.page")
    made = Environment(loader=there, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"initials": initials, "tint": tint}
    return made


class Renderer:
    """For one person: `kit` is the macros that draw blocks."""

    def __init__(self, stage: Stage, made: Environment, viewpoint: Viewpoint) -> None:
        self.stage, self.viewpoint, self._made = stage, viewpoint, made
        self.state = stage.slack.state
        self.now = stage.now().astimezone(viewpoint.zone(stage))
        self._mrkdwn = Mrkdwn(self.state, self.now, viewpoint.user(stage))

    def __call__(self, template: str, **known: Any) -> Markup:
        return Markup(self._made.get_template(template).render(draw=self, viewpoint=self.viewpoint, **known))  # noqa: S704

    def text(self, text: Json) -> Markup:
        """A text object."""
        if text["type"] == "mrkdwn":
            return self._mrkdwn.html(text["text"])
        return Markup("{}").format(text["text"])

    def label(self, block: Json) -> str:
        """What a section's accessory is about: the first line of its text."""
        return display_text(self.state, block.get("text", {}).get("text", "")).split("\n")[0].strip("*")

    def mrkdwn(self, text: str) -> Markup:
        return self._mrkdwn.html(text)

    def author(self, message: Message) -> User:
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
        return format_time(self.moment(ts))

    def day(self, ts: str) -> str:
        return format_day(self.moment(ts), self.now)

    def date(self, piece: Json) -> Markup:
        """Of rich text."""
        reference = f"!date^{piece['timestamp']}^{piece['format']}"
        return render_date_token(reference, piece.get("fallback", ""), self.now)

    def entry(self, where: Message | View, block: Json, element: Json) -> Json:
        """What an element of a view holds; in messages, nothing but what it starts with."""
        state = where.state if isinstance(where, View) else {}
        return state.get(block["block_id"], {}).get(element["action_id"], {})

    def chosen(self, where: Message | View, block: Json, element: Json) -> list[Json]:
        return selected_options(element, self.entry(where, block, element))

    def held(self, where: Message | View, block: Json, element: Json) -> str:
        """Of a field that is typed into."""
        return input_value(element, self.entry(where, block, element))

    def offered(self, element: Json) -> list[Json]:
        """The options of a menu that is not external."""
        return menu_options(self.state, self.viewpoint.user(self.stage), element)


def initials(name: str) -> str:
    """Two letters at most."""
    words = name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def tint(name: str) -> int:
    """The same colour for the same name."""
    return sum(map(ord, name)) % TINT_COUNT
