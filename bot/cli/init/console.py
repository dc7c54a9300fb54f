"""Questions and answers."""

import sys
from collections.abc import Callable
from getpass import getpass
from typing import TypeVar

from bot.errors import ParkError, PBXError, Refused, SettingsError, SlackFailure

T = TypeVar("T")

NOBODY_THERE = (
    "There is nobody to answer: run it in a terminal (in a container: with -it), "
    "or give the answers on standard input, one a line."
)


class Mistake(ParkError):
    """An answer that can't be taken, and what to type instead; `offer` is what Enter stands for the next time."""

    def __init__(self, text: str, *, offer: str | None = None) -> None:
        super().__init__(text)
        self.offer = offer


class Ended(ParkError):
    """The answers came to their end before the questions did."""


AGAIN = (Mistake, PBXError, Refused, SettingsError, SlackFailure)
"""What another answer may put right."""


class Console:
    """Standard input and output."""

    def __init__(self) -> None:
        self.alive = sys.stdin.isatty()
        """Whether somebody is there to try again: from a pipe, the next line answers the next question."""
        self._answers = 0

    def say(self, text: str = "") -> None:
        """A line, or several."""
        sys.stdout.write(f"{_harmless(text)}\n")
        sys.stdout.flush()

    def ask(self, question: str, take: Callable[[str], T], *, default: str = "", secret: bool = False) -> T:
        """What `take` makes of the answer; raise a mistake where nobody is there to put it right."""
        while True:
            shown = f" [{'Enter keeps the one you have' if secret else default}]" if default else ""
            answer = self._line(f"{question}{shown}: ", secret=secret).strip() or default
            try:
                return take(answer)
            except AGAIN as mistake:
                self.failed(mistake)
                default = mistake.offer if isinstance(mistake, Mistake) and mistake.offer else default

    def agrees(self, question: str, *, default: bool) -> bool:
        """Yes or no."""
        return self.ask(question, yes_or_no, default="yes" if default else "no")

    def failed(self, mistake: ParkError) -> None:
        """Say it, so that another answer can be given; raise it where there is nobody."""
        if not self.alive:
            raise mistake
        self.say(f"  {mistake}")

    def _line(self, prompt: str, *, secret: bool) -> str:
        try:
            line = self._typed(prompt, secret=secret) if self.alive else self._piped(prompt)
        except EOFError:
            if self.alive or self._answers:
                raise Ended(f"The answers ended at the question “{prompt.rstrip(': ')}”.") from None
            raise Ended(NOBODY_THERE) from None
        self._answers += 1
        return line

    def _typed(self, prompt: str, *, secret: bool) -> str:
        return getpass(prompt) if secret else input(_harmless(prompt))

    def _piped(self, prompt: str) -> str:
        self.say(prompt)
        if not (line := sys.stdin.readline()):
            raise EOFError
        return line


def _harmless(text: str) -> str:
    """Names come from elsewhere: nothing in them may steer a terminal."""
    return "".join(one if one.isprintable() or one == "\n" else "?" for one in text)


def yes_or_no(answer: str) -> bool:
    """Raise Mistake for anything else."""
    if answer.lower() not in ("y", "yes", "n", "no"):
        raise Mistake("Type yes or no.")
    return answer.lower().startswith("y")
