"""Renders messages and views with Jinja templates, for the user and channel that the page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from bot.sandbox.environment import Sandbox
from bot.sandbox.page.mrkdwn import Mrkdwn, format_day, format_time, render_date_token
from bot.sandbox.slack.elements import VALUE_SLOTS, options_of, value_of
from bot.sandbox.slack.menus import available_choices
from bot.sandbox.slack.model import Channel, Json, Message, User
from bot.sandbox.slack.rendering import View
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.text import display_text

APP = "park"
"""Value of `where` for the app's own Home tab and direct messages."""


@dataclass(frozen=True, kw_only=True)
class Viewpoint:
    """User and channel that a page shows, from its query.

    `who` and `where` are keys of the environment's `people` and `channels`; `thread` is the `ts` of a thread's first
    message.
    """

    who: str = "ana"
    where: str = "phones"
    thread: str | None = None
    tab: str = "home"

    @classmethod
    def read(cls, sandbox: Sandbox, query: Mapping[str, str]) -> "Viewpoint":
        """Parses the query; unknown values, and channels hidden from the user, become the defaults."""
        who = query.get("as", "")
        who = who if who in sandbox.people else cls.who
        where = query.get("in", "")
        if where != APP and where not in [name for name, _ in listed_channels(sandbox, who)]:
            where = cls.where
        tab = "messages" if query.get("tab") == "messages" else "home"
        return cls(who=who, where=where, thread=query.get("thread") or None, tab=tab)

    def user(self, sandbox: Sandbox) -> str:
        return sandbox.people[self.who]

    def person(self, sandbox: Sandbox) -> User:
        return sandbox.slack.state.people[self.user(sandbox)]

    def zone(self, sandbox: Sandbox) -> ZoneInfo:
        return ZoneInfo(self.person(sandbox).tz)

    def channel(self, sandbox: Sandbox) -> str:
        """Returns the id of the conversation."""
        return sandbox.slack.direct(self.user(sandbox)) if self.where == APP else sandbox.channels[self.where]


def listed_channels(sandbox: Sandbox, who: str) -> list[tuple[str, Channel]]:
    """Returns the channels that the user can open, with their names."""
    there = ((name, sandbox.slack.state.channels[id]) for name, id in sandbox.channels.items())
    return [(name, one) for name, one in there if sandbox.people[who] in one.members or not one.private]


def menu_options(state: SlackState, user: str, element: Json) -> list[Json]:
    """Returns the options of a menu; users and channels become options too."""
    if there := options_of(element):
        return there
    names: dict[str, str] = {}
    for name, id in available_choices(state, user, element, []).items():
        names[id] = max(names.get(id, ""), "" if name == id else name, key=len) or id
    return [_option(name, id) for id, name in sorted(names.items(), key=lambda one: one[1])]


def selected_options(element: Json, entry: Json) -> list[Json]:
    """Returns the selected options; ids become options without a name."""
    value = _current_value(element, entry)
    there = value if isinstance(value, list) else [] if value is None else [value]
    return [one if isinstance(one, dict) else _option(str(one), str(one)) for one in there]


def input_value(element: Json, entry: Json, zone: tzinfo | None) -> str:
    """Returns the text of a text, date or time input, in the viewer's time zone; empty if it has no value."""
    value = _current_value(element, entry)
    if value is None:
        return ""
    if element["type"] == "datetimepicker":
        return datetime.fromtimestamp(value, zone).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def _current_value(element: Json, entry: Json) -> Any:
    """Returns the entry's value, or in messages, which keep no entries, the initial value."""
    return value_of(entry) if entry else element.get(VALUE_SLOTS[element["type"]].initial)


def _option(name: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": name}, "value": value}


TINT_COUNT = 6
"""Number of avatar colours in page.css."""


@cache
def load_templates() -> Environment:
    """Returns the page's templates, with autoescaping; all pages of a process share those that are compiled."""
    there = PackageLoader("bot.sandbox.page")
    made = Environment(loader=there, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"initials": initials, "tint": tint}
    return made


class Renderer:
    """Renders templates for one viewpoint; templates call its methods as `draw`."""

    def __init__(self, sandbox: Sandbox, made: Environment, viewpoint: Viewpoint) -> None:
        self.sandbox, self.viewpoint, self._templates = sandbox, viewpoint, made
        self.state = sandbox.slack.state
        self.now = sandbox.now().astimezone(viewpoint.zone(sandbox))
        self._mrkdwn = Mrkdwn(self.state, self.now, viewpoint.user(sandbox))

    def __call__(self, template: str, **known: Any) -> Markup:
        return Markup(self._templates.get_template(template).render(draw=self, viewpoint=self.viewpoint, **known))  # noqa: S704

    def text(self, text: Json) -> Markup:
        """Renders a text object."""
        if text["type"] == "mrkdwn":
            return self._mrkdwn.html(text["text"])
        return Markup("{}").format(text["text"])

    def label(self, block: Json) -> str:
        """Returns the first line of a section's text, the label of its accessory."""
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
        """Renders a date element of rich text."""
        reference = f"!date^{piece['timestamp']}^{piece['format']}"
        return render_date_token(reference, piece.get("fallback", ""), self.now)

    def entry(self, where: Message | View, block: Json, element: Json) -> Json:
        """Returns the entry of a view's element; an empty dict in messages."""
        state = where.state if isinstance(where, View) else {}
        return state.get(block["block_id"], {}).get(element["action_id"], {})

    def chosen(self, where: Message | View, block: Json, element: Json) -> list[Json]:
        return selected_options(element, self.entry(where, block, element))

    def held(self, where: Message | View, block: Json, element: Json) -> str:
        """Returns the value of a text, date or time input."""
        return input_value(element, self.entry(where, block, element), self.now.tzinfo)

    def offered(self, element: Json) -> list[Json]:
        """Returns the options of a menu that is not external."""
        return menu_options(self.state, self.viewpoint.user(self.sandbox), element)


def initials(name: str) -> str:
    """Returns at most two initials."""
    words = name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def tint(name: str) -> int:
    """Returns the avatar colour of a name."""
    return sum(map(ord, name)) % TINT_COUNT
