"""A Slack client for the terminal: draws what one user sees, and performs one action per typed line."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.sandbox.environment import Sandbox
from bot.sandbox.screen import ANSWER_TIMEOUT, PARK, ScreenTexts, TerminalScreen

HELP = """\
  /park add 1001 to Sales       a line for Park; /park may be left out, and /park help shows what Park can do
  @Park add 1001 to Sales       the same as a mention in the channel
  click 1                       press the button with that number
  as ben, as gil, as eve, as ida
                                be somebody else: on call, a guest, in New York, a reader of German
  in #random                    go to another channel; in @Park: write to Park alone
  say Good morning              write into the channel, without Park
  step recall group = Sales; recall = Night Desk
                                run a step of Workflow Builder in this channel; step: what came of it
  home                          open the Home tab; fill Search groups = sal
  fill Members = 1001           fill in a field of a form, by its label; then submit or close
  pbx                           show what the PBX was asked
  help, quit"""

Command = Callable[[str], bool]
"""Takes the rest of the line; returns whether the command was accepted and answered."""


class TerminalClient:
    """Reads lines and performs them as the user: commands, messages, clicks, form fields."""

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self.sandbox, self.screen = sandbox, TerminalScreen(sandbox, console)
        self._heard = 0
        self._commands: dict[str, Command] = {
            "as": self._become,
            "in": self._enter,
            "click": self._click,
            "fill": self._fill,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "step": self._step,
            "pbx": self._pbx,
            "/park": self._slash,
            "say": self._say,
            "help": self._help,
            "?": self._help,
        }

    def play(self, lines: Sequence[str]) -> int:
        """Performs the lines and returns 0 if every one was acknowledged and answered."""
        return max([int(not self._perform(line)) for line in lines], default=0)

    def run_interactive(self) -> int:
        """Reads lines from standard input until `quit`."""
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            while (line := input(f"\n{self._prompt} ").strip()) not in ("quit", "exit"):
                if line:
                    self._perform(line, echo=False)
        return 0

    @property
    def _prompt(self) -> str:
        channel = self.screen.channel
        return f"{self.screen.person} in {channel if channel == PARK else f'#{channel}'}>"

    def _is_command(self, line: str) -> bool:
        return line.startswith("@") or line.split()[:1] in [[word] for word in self._commands]

    def _perform(self, line: str, *, echo: bool = True) -> bool:
        """Performs a line: a command of this client, a mention, or else a line for Park without `/park`."""
        known = self._is_command(line)
        if not known and self.screen.channel == PARK:
            line = f"say {line}"
        elif not known:
            line = f"/park {line}"
        if echo or not known:
            self.screen.console.print(f"\n[bold cyan]{self._prompt}[/] {escape(line)}")
        word, _, rest = line.partition(" ")
        return self._commands[word](rest.strip()) if word in self._commands else self._say(line)

    def _help(self, _: str) -> bool:
        self.screen.console.print(escape(HELP))
        return True

    def _become(self, name: str) -> bool:
        if name not in self.sandbox.people:
            return self.screen.print_error(f"There are {', '.join(self.sandbox.people)}.")
        self.screen.person, self.screen.at_home = name, False
        return True

    def _enter(self, name: str) -> bool:
        channel = PARK if name.lower() in ("park", "@park") else name.lstrip("#")
        if channel != PARK and channel not in self.sandbox.channels:
            return self.screen.print_error(f"There are {', '.join((*self.sandbox.channels, PARK))}.")
        self.screen.channel, self.screen.at_home = channel, False
        return True

    def _slash(self, text: str) -> bool:
        self.screen.at_home = False
        before = self.screen.seen()
        ack = self.sandbox.slack.slash(self.screen.user, self.screen.channel_id, text)
        return ack.ok and self.screen.wait(before)

    def _say(self, text: str) -> bool:
        self.screen.at_home = False
        before = self.screen.seen()
        ts = self.sandbox.slack.say(self.screen.user, self.screen.channel_id, text)
        self.screen.mark_drawn(ts, text)
        return self.screen.wait(before | {ts: text}) if self._is_for_park(text) else True

    def _is_for_park(self, text: str) -> bool:
        return self.screen.channel == PARK or "@park" in text.lower()

    def _click(self, number: str) -> bool:
        buttons = self.screen.buttons
        if not number.isdigit() or not 1 <= int(number) <= len(buttons):
            return self.screen.print_error(f"There is no button {number}. {self.screen.clickable()}")
        button = buttons[int(number) - 1]
        if (where := self.screen.place(button)) is None:  # its message has changed, or is on somebody else's screen
            return self.screen.print_error(f"Button {number} isn't there any more. {self.screen.clickable()}")
        before = self.screen.seen()
        ack = self.sandbox.slack.click(self.screen.user, where, action_id=button.action_id)
        return ack.ok and self.screen.wait(before)

    def _fill(self, text: str) -> bool:
        """`fill Members = 1001, 1002`: fills in a field by its label; a file is given by its path."""
        label, _, value = (part.strip() for part in text.partition("="))
        values = [one.strip() for one in value.split(",")] if "," in value else self._upload_if_file(label, value)
        before = self.screen.seen()
        try:
            ack = self.sandbox.slack.fill(self.screen.user, values, label=label, where=self.screen.input_view)
        except (LookupError, ValueError) as fault:
            return self.screen.print_error(str(fault))
        return self.screen.wait(before) if ack is not None else self._drawn()

    def _upload_if_file(self, label: str, value: str) -> str:
        """Uploads the file at that path if the field takes files, and returns its id; otherwise the value."""
        there = self.screen.input_view.blocks if self.screen.input_view else []
        fields = (block for block in there if block.get("label", {}).get("text") == label)
        path = Path(value).expanduser()
        if not path.is_file() or next(fields, {}).get("element", {}).get("type") != "file_input":
            return value
        return self.sandbox.slack.add_file(self.screen.user, path.name, path.read_bytes())

    def _submit(self, _: str) -> bool:
        return self._on_form(lambda: self.sandbox.slack.submit(self.screen.user).ok)

    def _close(self, _: str) -> bool:
        return self._on_form(lambda: bool(self.sandbox.slack.close(self.screen.user)) or True)

    def _on_form(self, gesture: Callable[[], bool]) -> bool:
        if not self.sandbox.slack.views_of(self.screen.user):
            return self.screen.print_error("No form is open.")
        before: ScreenTexts = self.screen.seen()
        return gesture() and self.screen.wait(before)

    def _home(self, _: str) -> bool:
        before = self.screen.go_home()
        ack = self.sandbox.slack.open_home(self.screen.user)
        return ack is not None and ack.ok and self.screen.wait(before)

    def _step(self, text: str) -> bool:
        """`step show_group group = Sales`: executes a step of Workflow Builder here; `step` shows what came of all."""
        name, _, rest = text.partition(" ")
        pairs = (part.partition("=") for part in rest.split(";") if part.strip())
        inputs = {"channel_id": self.screen.channel_id} | {key.strip(): value.strip() for key, _, value in pairs}
        try:
            ok = not name or self.sandbox.slack.run_step(name, inputs)[1].ok
        except LookupError as fault:
            return self.screen.print_error(str(fault))
        self.sandbox.settle(ANSWER_TIMEOUT)
        for one in self.sandbox.slack.state.workflows.executions.values():
            self.screen.console.print(escape(f"  The step {one.callback_id} is {one.status}. {one.said}".rstrip()))
        return ok and self._drawn()

    def _drawn(self) -> bool:
        self.screen.draw()
        return True

    def _pbx(self, _: str) -> bool:
        heard = self.sandbox.pbx.requests[self._heard :]
        self._heard += len(heard)
        for one in heard:
            self.screen.console.print(f"  {one.method} {one.path} -> {one.status}")
        return True
