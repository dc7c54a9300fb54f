"""Questions and answers in a terminal or through a pipe."""

import sys
from collections.abc import Callable
from getpass import getpass
from typing import TypeVar

from bot.errors import ParkError, PBXError, Refused, SettingsError, SlackFailure

T = TypeVar("T")

NO_INPUT = (
    "There is nobody to answer: run it in a terminal (in a container: with -it), "
    "or give the answers on standard input, one a line."
)


class InvalidAnswer(ParkError):
    """An answer can't be used; the text says what to type instead.

    Args:
        suggestion: The default answer when the question is asked again.
    """

    def __init__(self, text: str, *, suggestion: str | None = None) -> None:
        super().__init__(text)
        self.suggestion = suggestion


class InputEnded(ParkError):
    """The input ended before the last question."""


RETRYABLE = (InvalidAnswer, PBXError, Refused, SettingsError, SlackFailure)
"""Errors after which a question is asked again."""


class Console:
    """Standard input and output.

    In a terminal a question is repeated until its answer is valid. A pipe gets no second attempt, because its next line
    answers the next question.
    """

    def __init__(self) -> None:
        self.interactive = sys.stdin.isatty()
        self._answers = 0

    def say(self, text: str = "") -> None:
        """Prints text, with control characters replaced: names from Slack and the PBX may contain some."""
        sys.stdout.write(f"{_printable(text)}\n")
        sys.stdout.flush()

    def ask(self, question: str, parse: Callable[[str], T], *, default: str = "", secret: bool = False) -> T:
        """Asks until `parse` accepts the answer, and returns what it makes of it.

        Args:
            parse: Raises one of RETRYABLE for an invalid answer.
            default: Used for an empty answer.
            secret: Whether neither the answer nor the default may be shown.

        Raises:
            InputEnded: The input ended.
            ParkError: An answer from a pipe was invalid.
        """
        while True:
            shown = f" [{'Enter keeps the one you have' if secret else default}]" if default else ""
            answer = self._read_line(f"{question}{shown}: ", secret=secret).strip() or default
            try:
                return parse(answer)
            except RETRYABLE as error:
                self.report(error)
                if isinstance(error, InvalidAnswer) and error.suggestion:
                    default = error.suggestion

    def confirm(self, question: str, *, default: bool) -> bool:
        """Asks a question that is answered with yes or no."""
        return self.ask(question, _parse_yes_or_no, default="yes" if default else "no")

    def report(self, error: ParkError) -> None:
        """Prints an error before another attempt; raises it if the input is a pipe."""
        if not self.interactive:
            raise error
        self.say(f"  {error}")

    def _read_line(self, prompt: str, *, secret: bool) -> str:
        try:
            if not self.interactive:
                line = self._read_from_pipe(prompt)
            else:
                line = getpass(prompt) if secret else input(_printable(prompt))
        except EOFError:
            if self.interactive or self._answers:
                raise InputEnded(f"The answers ended at the question “{prompt.rstrip(': ')}”.") from None
            raise InputEnded(NO_INPUT) from None
        self._answers += 1
        return line

    def _read_from_pipe(self, prompt: str) -> str:
        self.say(prompt)
        if not (line := sys.stdin.readline()):
            raise EOFError
        return line


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() or one == "\n" else "?" for one in text)


def _parse_yes_or_no(answer: str) -> bool:
    if answer.lower() not in ("y", "yes", "n", "no"):
        raise InvalidAnswer("Type yes or no.")
    return answer.lower().startswith("y")
