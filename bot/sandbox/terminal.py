"""A Slack client for a terminal: what one person can do in the workspace, a line each."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.sandbox.screen import Screen, Seen
from bot.sandbox.stage import Stage

Gesture = Callable[[str], bool]
"""Takes the rest of the line; whether it was taken, and answered."""


class Terminal:
    """Types, clicks and fills in forms."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage, self.screen = stage, Screen(stage, console)
        self._heard = 0
        self._gestures: dict[str, Gesture] = {
            "as": self._become,
            "in": self._enter,
            "click": self._click,
            "fill": self._fill,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "menu": self._menu,
            "pbx": self._pbx,
            "/park": self._slash,
        }

    def play(self, lines: Sequence[str]) -> int:
        """0 when every line was acknowledged and answered."""
        return max(
            [int(not self._one(line if self._is_gesture(line) else f"/park {line}")) for line in lines], default=0
        )

    def converse(self) -> int:
        """Until quit."""
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            while (line := input(f"\n{self._prompt} ").strip()) not in ("quit", "exit"):
                if line:
                    self._one(line, echo=False)
        return 0

    @property
    def _prompt(self) -> str:
        return f"{self.screen.person} in #{self.screen.channel}>"

    def _is_gesture(self, line: str) -> bool:
        return line.startswith("@") or line.split()[:1] in [[word] for word in self._gestures]

    def _one(self, line: str, *, echo: bool = True) -> bool:
        if echo:
            self.screen.console.print(f"\n[bold cyan]{self._prompt}[/] {escape(line)}")
        word, _, rest = line.partition(" ")
        return self._gestures[word](rest.strip()) if word in self._gestures else self._say(line)

    def _become(self, name: str) -> bool:
        if name not in self.stage.people:
            return self.screen.sorry(f"There are {', '.join(self.stage.people)}.")
        self.screen.person, self.screen.at_home = name, False
        return True

    def _enter(self, name: str) -> bool:
        if name.lstrip("#") not in self.stage.channels:
            return self.screen.sorry(f"There are {', '.join(self.stage.channels)}.")
        self.screen.channel, self.screen.at_home = name.lstrip("#"), False
        return True

    def _slash(self, text: str) -> bool:
        self.screen.at_home = False
        before = self.screen.seen()
        ack = self.stage.slack.slash(self.screen.user, self.screen.place, text)
        return ack.ok and self.screen.wait(before)

    def _say(self, text: str) -> bool:
        self.screen.at_home = False
        before = self.screen.seen()
        ts = self.stage.slack.say(self.screen.user, self.screen.place, text)
        self.screen.note(ts, text)
        return self.screen.wait(before | {ts: text}) if "@park" in text.lower() else True

    def _click(self, number: str) -> bool:
        buttons = self.screen.buttons
        if not number.isdigit() or not 1 <= int(number) <= len(buttons):
            return self.screen.sorry(f"There are {len(buttons)} buttons on the screen.")
        where, action_id = buttons[int(number) - 1]
        before = self.screen.seen()
        try:
            ack = self.stage.slack.click(self.screen.user, where, action_id=action_id)
        except LookupError as fault:  # it is on somebody else's screen
            return self.screen.sorry(str(fault))
        return ack.ok and self.screen.wait(before)

    def _fill(self, text: str) -> bool:
        """`fill Members = 1001, 1002`: by label; several values with commas, a file by its path."""
        label, _, value = (part.strip() for part in text.partition("="))
        values = [one.strip() for one in value.split(",")] if "," in value else self._attached(label, value)
        before = self.screen.seen()
        try:
            ack = self.stage.slack.fill(self.screen.user, values, label=label, where=self.screen.front)
        except (LookupError, ValueError) as fault:
            return self.screen.sorry(str(fault))
        return self.screen.wait(before) if ack is not None else self._drawn()

    def _attached(self, label: str, value: str) -> str:
        """The id of the file at that path, where the field takes files; else the value."""
        there = self.screen.front.blocks if self.screen.front else []
        fields = (block for block in there if block.get("label", {}).get("text") == label)
        path = Path(value).expanduser()
        if not path.is_file() or next(fields, {}).get("element", {}).get("type") != "file_input":
            return value
        return self.stage.slack.add_file(self.screen.user, path.name, path.read_bytes())

    def _submit(self, _: str) -> bool:
        return self._on_form(lambda: self.stage.slack.submit(self.screen.user).ok)

    def _close(self, _: str) -> bool:
        return self._on_form(lambda: bool(self.stage.slack.close(self.screen.user)) or True)

    def _on_form(self, gesture: Callable[[], bool]) -> bool:
        if not self.stage.slack.views_of(self.screen.user):
            return self.screen.sorry("No form is open.")
        before: Seen = self.screen.seen()
        return gesture() and self.screen.wait(before)

    def _home(self, _: str) -> bool:
        before = self.screen.go_home()
        ack = self.stage.slack.open_home(self.screen.user)
        return ack is not None and ack.ok and self.screen.wait(before)

    def _menu(self, text: str) -> bool:
        """`menu Sales = Change recall`: an entry of a group's menu on the Home tab."""
        group, _, entry = (part.strip() for part in text.partition("="))
        view = self.screen.home
        rows = [one for one in view.blocks if "accessory" in one] if view else []
        named = (row["block_id"] for row in rows if row["text"]["text"].startswith(f"*{group}*"))
        if view is None or not (row := next(named, None)):
            return self.screen.sorry(f"There is no menu of {group} in sight: try home.")
        before = self.screen.seen()
        try:
            ack = self.stage.slack.click(self.screen.user, view, block_id=row, label=entry)
        except LookupError as fault:
            return self.screen.sorry(str(fault))
        return ack.ok and self.screen.wait(before)

    def _drawn(self) -> bool:
        self.screen.draw()
        return True

    def _pbx(self, _: str) -> bool:
        heard = self.stage.pbx.requests[self._heard :]
        self._heard += len(heard)
        for one in heard:
            self.screen.console.print(f"  {one.method} {one.path} -> {one.status}")
        return True
