"""What one person sees of the workspace, drawn in a terminal: each message once, and again where it changed."""

import re
from textwrap import indent

from rich.console import Console
from rich.markup import escape

from bot.sandbox.slack.model import Message
from bot.sandbox.slack.views.seen import View
from bot.sandbox.stage import Stage

ANSWER = 30.0
"""Seconds that an answer may take before the demo gives up waiting."""
HOME = "on the Home tab: fill Search groups = PART OF A NAME, menu GROUP = ENTRY"
LOADING = ("Opening ...", "Checking with the PBX ...")

Seen = dict[str, str]
"""What stood on the screen, by message or view."""


class Screen:
    """A person, a channel, and the buttons that can be clicked by number."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage, self.console = stage, console
        self.person, self.channel = "ana", "phones"
        self.buttons: list[tuple[Message | View, str]] = []
        self.at_home = False
        """Whether the Home tab is in sight."""
        self._shown: Seen = {}

    @property
    def user(self) -> str:
        return self.stage.people[self.person]

    @property
    def place(self) -> str:
        return self.stage.channels[self.channel]

    def seen(self) -> Seen:
        """Everything in sight."""
        return {key: one.plain for key, one in self._all().items()}

    def go_home(self) -> Seen:
        """Turn to the Home tab, which is drawn whole; what was in sight without it."""
        self.at_home = False
        before = self.seen()
        self.at_home = True
        if self.home is not None:
            self._shown.pop(self.home.id, None)
        return before

    @property
    def home(self) -> View | None:
        """The person's Home tab, while it is in sight."""
        return self.stage.slack.home(self.user) if self.at_home else None

    @property
    def front(self) -> View | None:
        """Where a person types: the form, or the Home tab where none is open."""
        views = self.stage.slack.views_of(self.user)
        return views[-1] if views else self.home

    def note(self, key: str, plain: str) -> None:
        """What the person wrote is no news to them."""
        self._shown[key] = plain

    def wait(self, before: Seen) -> bool:
        """For the answer and all that follows it; then draw what is new."""
        try:
            self.stage.settle(ANSWER)
            self.stage.slack.wait_for(lambda: self.seen() != before and not self._loading(), timeout=ANSWER)
        except TimeoutError:
            return self.sorry("No answer came.")
        self.draw()
        return True

    def draw(self) -> None:
        """What is new or has changed."""
        for key, one in self._all().items():
            if self._shown.get(key) != one.plain:
                self._shown[key] = one.plain
                self._draw_one(one)

    def sorry(self, text: str) -> bool:
        """What the screen itself has to say; False, for a gesture that came to nothing."""
        self.console.print(text)
        return False

    def _all(self) -> dict[str, Message | View]:
        slack = self.stage.slack
        tops = slack.seen_by(self.user, self.place)
        threads = [
            one for top in tops if top.reply_count for one in slack.seen_by(self.user, self.place, thread=top.ts)
        ]
        direct = slack.seen_by(self.user, slack.direct(self.user))
        messages: dict[str, Message | View] = {one.ts: one for one in (*tops, *threads, *direct)}
        views = {view.id: view for view in (*slack.views_of(self.user)[-1:], self.home) if view is not None}
        return {key: messages[key] for key in sorted(messages, key=float)} | views

    def _loading(self) -> bool:
        return any(word in text for text in self.seen().values() for word in LOADING)

    def _draw_one(self, one: Message | View) -> None:
        text = re.sub(r"`([^`\n]+)`|\*([^*\n]+)\*", _styled, escape(one.plain))
        self.console.print(indent(f"[dim]Park, {_where(one)}[/dim]\n{self._numbered(one, text)}", "  "))

    def _numbered(self, one: Message | View, text: str) -> str:
        """Buttons get numbers, to be clicked by."""
        for block in one.blocks:
            for element in block.get("elements", []) if block["type"] == "actions" else []:
                self.buttons.append((one, element["action_id"]))
                label = element["text"]["text"]
                button = f"[reverse] {len(self.buttons)}: {escape(label)} [/reverse]"
                text = text.replace(escape(f"[{label}]"), button, 1)
        return text


def _where(one: Message | View) -> str:
    if isinstance(one, View):
        return HOME if one.type == "home" else "in a form: fill LABEL = VALUE, submit, close"
    if one.ephemeral:
        return "Only you can see this"
    return "posted" if one.thread_ts in (None, one.ts) else "in the thread"


def _styled(found: re.Match[str]) -> str:
    """Code as code, whatever stands in it, and bold as bold."""
    return f"[cyan]{found[1]}[/cyan]" if found[1] else f"[b]{found[2]}[/b]"
