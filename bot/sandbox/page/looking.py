"""Who looks at what: the part of the page's address that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.sandbox.slack.model import Channel, Person
from bot.sandbox.stage import Stage

APP = "park"
"""The place where the app itself is: its Home tab and the person's direct messages with it."""


@dataclass(frozen=True, kw_only=True)
class Looking:
    """`who` and `where` as the stage names them, or `park` for the app; `thread` is the `ts` of its first message."""

    who: str = "ana"
    where: str = "phones"
    thread: str | None = None
    tab: str = "home"

    @classmethod
    def read(cls, stage: Stage, query: Mapping[str, str]) -> "Looking":
        """What isn't there is as at first; nobody looks into a channel that is not for them."""
        who = query.get("as", "")
        who = who if who in stage.people else cls.who
        where = query.get("in", "")
        if where != APP and where not in [name for name, _ in places(stage, who)]:
            where = cls.where
        tab = "messages" if query.get("tab") == "messages" else "home"
        return cls(who=who, where=where, thread=query.get("thread") or None, tab=tab)

    def user(self, stage: Stage) -> str:
        return stage.people[self.who]

    def person(self, stage: Stage) -> Person:
        return stage.slack.state.people[self.user(stage)]

    def zone(self, stage: Stage) -> ZoneInfo:
        return ZoneInfo(self.person(stage).tz)

    def channel(self, stage: Stage) -> str:
        """The id of the conversation."""
        return stage.slack.direct(self.user(stage)) if self.where == APP else stage.channels[self.where]


def places(stage: Stage, who: str) -> list[tuple[str, Channel]]:
    """The channels that a person can look into."""
    there = ((name, stage.slack.state.channels[id]) for name, id in stage.channels.items())
    return [(name, one) for name, one in there if stage.people[who] in one.members or not one.private]
