"""Renders each region of the page as HTML for one viewpoint."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from markupsafe import Markup

from bot.sandbox.bot_process import BotProcess
from bot.sandbox.environment import Sandbox
from bot.sandbox.page.control_panel import ControlPanel
from bot.sandbox.page.rendering import APP, Renderer, Viewpoint, listed_channels
from bot.sandbox.slack.model import Message
from bot.sandbox.workspace import manifest_features

SUGGESTED_LINES = (
    "/park groups",
    "/park add 1001 to Sales",
    "/park recall Sales to Night Desk for 2h",
    "/park recall Sales to Night Desk every weekday 18:00 to 8:00",
    "/park Sales",
    "/park",
    "@Park preview move 1011 to Support",
    "/park rename Warehouse to Depot",
)
"""Lines that an empty channel suggests."""
USER_ROLES = {
    "ana": "team lead",
    "ben": "on call",
    "gil": "guest",
    "eve": "colleague in New York",
    "ada": "Slack admin",
    "ida": "team lead who reads German",
}
CHANNEL_DESCRIPTIONS = {
    "phones": "Where the call park settings are changed",
    "random": "No rule of the policy names this channel: only leads may do something here",
    "secret": "A private channel that Park is not in",
    "ops": "Changes that others could not see are announced here",
}
Regions = dict[str, str]
"""HTML by name of the region."""


class RegionRenderer:
    """Renders regions; it never changes the workspace."""

    def __init__(self, sandbox: Sandbox, child: BotProcess, made: Environment, backstage: ControlPanel) -> None:
        self.sandbox, self.child, self._templates, self._control_panel = sandbox, child, made, backstage
        self._shortcuts = manifest_features()["shortcuts"]

    def page(self, viewpoint: Viewpoint) -> Markup:
        """Renders the frame; the regions follow by server-sent events."""
        return self._renderer(viewpoint)(
            "page.html",
            name=self.sandbox.slack.state.name,
            people=[
                (key, self.sandbox.slack.state.people[id], USER_ROLES[key]) for key, id in self.sandbox.people.items()
            ],
            shortcuts=self._shortcuts,
            asked=_query_of(viewpoint),
            entities=self._entities(),
            commands=self._commands(),
        )

    def regions(self, viewpoint: Viewpoint) -> Regions:
        """Renders the regions of the workspace."""
        with self.sandbox.slack.state.changed:
            return {
                "title": self._title(viewpoint),
                "tabs": self._tabs(viewpoint),
                "places": self._places(viewpoint),
                "messages": self._messages(viewpoint),
                "thread": self._thread(viewpoint),
                "home": self._home(viewpoint),
                "modal": self._modal(viewpoint),
            }

    def control_region(self, viewpoint: Viewpoint) -> Regions:
        """Renders the control panel."""
        known = self._control_panel.template_variables(viewpoint.zone(self.sandbox))
        return {"backstage": self._renderer(viewpoint)("backstage.html", **known)}

    def _renderer(self, viewpoint: Viewpoint) -> Renderer:
        return Renderer(self.sandbox, self._templates, viewpoint)

    def _title(self, viewpoint: Viewpoint) -> Markup:
        private = viewpoint.where != APP and self.sandbox.slack.state.channels[viewpoint.channel(self.sandbox)].private
        return self._renderer(viewpoint)("title.html", about=CHANNEL_DESCRIPTIONS.get(viewpoint.where), private=private)

    def _tabs(self, viewpoint: Viewpoint) -> Markup:
        newest = self._newest(replace(viewpoint, where=APP))
        return self._renderer(viewpoint)("tabs.html", newest=newest, link=_link_builder(viewpoint))

    def _places(self, viewpoint: Viewpoint) -> Markup:
        there = listed_channels(self.sandbox, viewpoint.who)
        newest = {name: self._newest(replace(viewpoint, where=name)) for name in (*dict(there), APP)}
        known = {
            "places": there,
            "newest": newest,
            "alive": self.sandbox.slack.connections > 0,
            "link": _link_builder(viewpoint),
        }
        return self._renderer(viewpoint)("places.html", **known)

    def _newest(self, viewpoint: Viewpoint) -> str:
        """Returns the `ts` of the last message, by which the page marks unread channels."""
        template_variables = self._seen(viewpoint, None)
        return template_variables[-1].ts if template_variables else ""

    def _messages(self, viewpoint: Viewpoint) -> Markup:
        known = {
            "tries": SUGGESTED_LINES,
            "about": CHANNEL_DESCRIPTIONS.get(viewpoint.where, ""),
            "shortcuts": self._shortcuts,
        }
        return self._renderer(viewpoint)("messages.html", messages=self._seen(viewpoint, None), **known)

    def _thread(self, viewpoint: Viewpoint) -> str:
        there = self._seen(viewpoint, viewpoint.thread) if viewpoint.thread else []
        return self._renderer(viewpoint)("thread.html", messages=there, shortcuts=self._shortcuts) if there else ""

    def _seen(self, viewpoint: Viewpoint, thread: str | None) -> list[Message]:
        slack = self.sandbox.slack
        return sorted(
            slack.seen_by(viewpoint.user(self.sandbox), viewpoint.channel(self.sandbox), thread=thread),
            key=lambda one: float(one.ts),
        )

    def _home(self, viewpoint: Viewpoint) -> str:
        if viewpoint.where != APP or viewpoint.tab != "home":
            return ""
        return self._renderer(viewpoint)("home.html", view=self.sandbox.slack.home(viewpoint.user(self.sandbox)))

    def _modal(self, viewpoint: Viewpoint) -> str:
        views = self.sandbox.slack.views_of(viewpoint.user(self.sandbox))
        if not views:
            return ""
        return self._renderer(viewpoint)("modal.html", view=views[-1], depth=len(views))

    def _entities(self) -> list[dict[str, str]]:
        """Returns the completions after @ and #."""
        state = self.sandbox.slack.state
        people = [(f"@{p.real_name}", p.name) for p in state.people.values() if p.id != "USLACKBOT"]
        groups = [(f"@{group.handle}", "user group") for group in state.groups.values()]
        channels = [(f"#{one.name}", "channel") for one in state.channels.values() if not (one.direct or one.private)]
        return [{"text": text, "about": about} for text, about in (*people, *groups, *channels)]

    def _commands(self) -> list[dict[str, str]]:
        """Returns the completions after /, as the manifest declares them."""
        return [
            {"text": one["command"], "about": one["description"], "hint": one["usage_hint"]}
            for one in manifest_features()["slash_commands"]
        ]


def _query_of(viewpoint: Viewpoint) -> dict[str, Any]:
    return {"as": viewpoint.who, "in": viewpoint.where, "thread": viewpoint.thread, "tab": viewpoint.tab}


def _link_builder(viewpoint: Viewpoint) -> Any:
    """Returns a function that builds page addresses relative to the viewpoint; it closes threads."""

    def link(**changed: str) -> str:
        there = _query_of(replace(viewpoint, thread=None, **changed))
        return "?" + urlencode({key: value for key, value in there.items() if value})

    return link
