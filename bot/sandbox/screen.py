"""What one user of the sandbox's Slack sees, drawn in the terminal, with a number for each button."""

import re
from textwrap import indent
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape

from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.elements import interactive_elements
from bot.sandbox.slack.model import Message
from bot.sandbox.slack.rendering import View

ANSWER_TIMEOUT = 30.0
"""Seconds to wait for an answer."""
HOME_HINT = "on the Home tab: fill Search groups = PART OF A NAME"
PARK = "@Park"
"""The conversation with Park, in place of a channel."""
LOADING_TEXTS = ("Opening ...", "Checking with the PBX ...")

ScreenTexts = dict[str, str]
"""Readable text by message timestamp or view id."""


class Button(NamedTuple):
    """A button of a message or view; with another label, it is another one."""

    place: str
    """Timestamp of the message, or id of the view."""
    action_id: str
    label: str


def buttons_of(one: Message | View) -> list[Button]:
    """The buttons of a message or view."""
    place = one.id if isinstance(one, View) else one.ts
    elements = (element for _, element in interactive_elements(one.blocks) if element["type"] == "button")
    return [Button(place, each["action_id"], each["text"]["text"]) for each in elements]


class TerminalScreen:
    """Draws what one user sees in one channel: each message once, and again when it changed."""

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self.sandbox, self.console = sandbox, console
        self.person, self.channel = "ana", "phones"
        self.buttons: list[Button] = []
        """Every button that was drawn; its number is its place, from 1."""
        self.at_home = False
        """Whether the Home tab is shown."""
        self._shown: ScreenTexts = {}

    @property
    def user(self) -> str:
        return self.sandbox.people[self.person]

    @property
    def channel_id(self) -> str:
        if self.channel == PARK:
            return self.sandbox.slack.direct(self.user)
        return self.sandbox.channels[self.channel]

    def seen(self) -> ScreenTexts:
        """Returns the texts of all visible messages and views."""
        return {key: one.plain for key, one in self._all().items()}

    def go_home(self) -> ScreenTexts:
        """Switches to the Home tab and returns the texts visible without it."""
        self.at_home = False
        before = self.seen()
        self.at_home = True
        if self.home is not None:
            self._shown.pop(self.home.id, None)
        return before

    @property
    def home(self) -> View | None:
        """The user's Home tab, while it is shown."""
        return self.sandbox.slack.home(self.user) if self.at_home else None

    @property
    def input_view(self) -> View | None:
        """The view that takes input: the open modal, or else the Home tab."""
        views = self.sandbox.slack.views_of(self.user)
        return views[-1] if views else self.home

    def mark_drawn(self, key: str, plain: str) -> None:
        """Marks a text as drawn, as for messages that the user has typed."""
        self._shown[key] = plain

    def wait(self, before: ScreenTexts) -> bool:
        """Waits for an answer, draws what is new, and returns whether there was one."""
        try:
            self.sandbox.settle(ANSWER_TIMEOUT)
            self.sandbox.slack.wait_for(lambda: self.seen() != before and not self._loading(), timeout=ANSWER_TIMEOUT)
        except TimeoutError:
            return self.print_error("No answer came.")
        self.draw()
        return True

    def draw(self) -> None:
        """Draws messages and views that are new or have changed."""
        for key, one in self._all().items():
            if self._shown.get(key) != one.plain:
                self._shown[key] = one.plain
                self._draw_one(one)

    def clickable(self) -> str:
        """Says which of the numbered buttons are on what the user sees now."""
        numbers = {button: number for number, button in enumerate(self.buttons, 1)}  # the last of one drawn again
        found = sorted(
            numbers[button] for one in self._all().values() for button in buttons_of(one) if button in numbers
        )
        return f"You can click {', '.join(map(str, found))}." if found else "There is no button to click now."

    def place(self, button: Button) -> Message | View | None:
        """The message or view that has a button now; None if the user sees none that has it."""
        return next((one for one in self._all().values() if button in buttons_of(one)), None)

    def print_error(self, text: str) -> bool:
        """Prints an error of the client itself and returns False."""
        self.console.print(text)
        return False

    def _all(self) -> dict[str, Message | View]:
        slack = self.sandbox.slack
        tops = slack.seen_by(self.user, self.channel_id)
        threads = [
            one for top in tops if top.reply_count for one in slack.seen_by(self.user, self.channel_id, thread=top.ts)
        ]
        direct = slack.seen_by(self.user, slack.direct(self.user))
        messages: dict[str, Message | View] = {one.ts: one for one in (*tops, *threads, *direct)}
        views = {view.id: view for view in (*slack.views_of(self.user)[-1:], self.home) if view is not None}
        return {key: messages[key] for key in sorted(messages, key=float)} | views

    def _loading(self) -> bool:
        return any(word in text for text in self.seen().values() for word in LOADING_TEXTS)

    def _draw_one(self, one: Message | View) -> None:
        text = re.sub(r"`([^`\n]+)`|\*([^*\n]+)\*", _markup, escape(one.plain))
        self.console.print(indent(f"[dim]Park, {_location_text(one)}[/dim]\n{self._numbered(one, text)}", "  "))

    def _numbered(self, one: Message | View, text: str) -> str:
        """Appends a number to each button, by which `click` refers to it."""
        for button in buttons_of(one):
            self.buttons.append(button)
            numbered = f"[reverse] {len(self.buttons)}: {escape(button.label)} [/reverse]"
            text = text.replace(escape(f"[{button.label}]"), numbered, 1)
        return text


def _location_text(one: Message | View) -> str:
    if isinstance(one, View):
        return HOME_HINT if one.type == "home" else "in a form: fill LABEL = VALUE, submit, close"
    if one.ephemeral:
        return "Only you can see this"
    return "posted" if one.thread_ts in (None, one.ts) else "in the thread"


def _markup(found: re.Match[str]) -> str:
    """Converts Slack's code and bold text to Rich markup."""
    return f"[cyan]{found[1]}[/cyan]" if found[1] else f"[b]{found[2]}[/b]"
