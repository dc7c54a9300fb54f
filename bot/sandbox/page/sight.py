"""What stands in each region of the page, for one person who looks at one place."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from markupsafe import Markup

from bot.sandbox.child import Child
from bot.sandbox.manifest import declared
from bot.sandbox.page.backstage import Backstage
from bot.sandbox.page.drawing import Drawing
from bot.sandbox.page.looking import APP, Looking, places
from bot.sandbox.slack.model import Message
from bot.sandbox.stage import Stage

TRIES = (
    "/park groups",
    "/park add 1001 to Sales",
    "/park recall Sales to Night Desk for 2h",
    "/park Sales",
    "/park",
    "@Park preview move 1011 to Support",
    "/park rename Warehouse to Depot",
)
"""What a visitor may begin with."""
PEOPLE = {
    "ana": "team lead",
    "ben": "on call",
    "gil": "guest",
    "eve": "colleague in New York",
    "ada": "Slack admin",
}
ABOUT = {
    "phones": "Where the call park settings are changed",
    "random": "No rule of the policy names this channel: only leads may do something here",
    "secret": "A private channel that Park is not in",
    "ops": "Changes that others could not see are announced here",
}
Regions = dict[str, str]
"""Name of the region -> HTML."""


class Sight:
    """Draws; nothing is changed by looking."""

    def __init__(self, stage: Stage, child: Child, made: Environment, backstage: Backstage) -> None:
        self.stage, self.child, self._made, self._backstage = stage, child, made, backstage
        self._shortcuts = declared()["shortcuts"]

    def page(self, looking: Looking) -> Markup:
        """The frame; the regions follow by the stream."""
        return self._drawing(looking)(
            "page.html",
            name=self.stage.slack.state.name,
            people=[(key, self.stage.slack.state.people[id], PEOPLE[key]) for key, id in self.stage.people.items()],
            shortcuts=self._shortcuts,
            asked=_query(looking),
            entities=self._entities(),
            commands=self._commands(),
        )

    def regions(self, looking: Looking) -> Regions:
        """Of the workspace."""
        with self.stage.slack.state.changed:
            return {
                "title": self._title(looking),
                "tabs": self._tabs(looking),
                "places": self._places(looking),
                "messages": self._messages(looking),
                "thread": self._thread(looking),
                "home": self._home(looking),
                "modal": self._modal(looking),
            }

    def behind(self, looking: Looking) -> Regions:
        """Of what goes on behind it."""
        known = self._backstage.seen(looking.zone(self.stage))
        return {"backstage": self._drawing(looking)("backstage.html", **known)}

    def _drawing(self, looking: Looking) -> Drawing:
        return Drawing(self.stage, self._made, looking)

    def _title(self, looking: Looking) -> Markup:
        private = looking.where != APP and self.stage.slack.state.channels[looking.channel(self.stage)].private
        return self._drawing(looking)("title.html", about=ABOUT.get(looking.where), private=private)

    def _tabs(self, looking: Looking) -> Markup:
        newest = self._newest(replace(looking, where=APP))
        return self._drawing(looking)("tabs.html", newest=newest, link=_linker(looking))

    def _places(self, looking: Looking) -> Markup:
        there = places(self.stage, looking.who)
        newest = {name: self._newest(replace(looking, where=name)) for name in (*dict(there), APP)}
        known = {"places": there, "newest": newest, "alive": self.stage.slack.connections > 0, "link": _linker(looking)}
        return self._drawing(looking)("places.html", **known)

    def _newest(self, looking: Looking) -> str:
        """The `ts` of the place's last message, by which the page knows what was not looked at yet."""
        seen = self._seen(looking, None)
        return seen[-1].ts if seen else ""

    def _messages(self, looking: Looking) -> Markup:
        known = {"tries": TRIES, "about": ABOUT.get(looking.where, ""), "shortcuts": self._shortcuts}
        return self._drawing(looking)("messages.html", messages=self._seen(looking, None), **known)

    def _thread(self, looking: Looking) -> str:
        there = self._seen(looking, looking.thread) if looking.thread else []
        return self._drawing(looking)("thread.html", messages=there, shortcuts=self._shortcuts) if there else ""

    def _seen(self, looking: Looking, thread: str | None) -> list[Message]:
        slack = self.stage.slack
        return sorted(
            slack.seen_by(looking.user(self.stage), looking.channel(self.stage), thread=thread),
            key=lambda one: float(one.ts),
        )

    def _home(self, looking: Looking) -> str:
        if looking.where != APP or looking.tab != "home":
            return ""
        return self._drawing(looking)("home.html", view=self.stage.slack.home(looking.user(self.stage)))

    def _modal(self, looking: Looking) -> str:
        views = self.stage.slack.views_of(looking.user(self.stage))
        if not views:
            return ""
        return self._drawing(looking)("modal.html", view=views[-1], depth=len(views))

    def _entities(self) -> list[dict[str, str]]:
        """What completes after @ and #."""
        state = self.stage.slack.state
        people = [(f"@{p.real_name}", p.name) for p in state.people.values() if p.id != "USLACKBOT"]
        groups = [(f"@{group.handle}", "user group") for group in state.groups.values()]
        channels = [(f"#{one.name}", "channel") for one in state.channels.values() if not (one.direct or one.private)]
        return [{"text": text, "about": about} for text, about in (*people, *groups, *channels)]

    def _commands(self) -> list[dict[str, str]]:
        """What completes after /, as the manifest declares it."""
        return [
            {"text": one["command"], "about": one["description"], "hint": one["usage_hint"]}
            for one in declared()["slash_commands"]
        ]


def _query(looking: Looking) -> dict[str, Any]:
    return {"as": looking.who, "in": looking.where, "thread": looking.thread, "tab": looking.tab}


def _linker(looking: Looking) -> Any:
    """Addresses of the page from here: a thread stays behind."""

    def link(**changed: str) -> str:
        there = _query(replace(looking, thread=None, **changed))
        return "?" + urlencode({key: value for key, value in there.items() if value})

    return link
