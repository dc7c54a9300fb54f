"""Questions and answers in a terminal or through a pipe; answers can be gone back to."""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from getpass import getpass
from typing import Any, TypeVar, cast

from bot.cli.init.draft import AnswerDraft
from bot.cli.network_errors import describe_failure
from bot.errors import ParkError, PBXError, Refused, SettingsError, SlackFailure

T = TypeVar("T")

NO_INPUT = (
    "There is nobody to answer: run it in a terminal (in a container: with -it), "
    "or give the answers on standard input, one a line."
)
BACK, ALSO_BACK = "<", "back"
"""Answers that go back to the question before; the second one not where a secret is asked for."""


LONG_PROMPT = 60
"""The number of characters from which a question stands on a line of its own."""


class InvalidAnswer(ParkError):
    """An answer can't be used; the text says what to type instead.

    Args:
        suggestion: An answer that may be meant; it is asked about, and never the default.
    """

    def __init__(self, text: str, *, suggestion: str | None = None) -> None:
        super().__init__(text)
        self.suggestion = suggestion


class InputEnded(ParkError):
    """The input ended before the last question."""


class _WentBack(Exception):
    """The user wants the question before."""


RETRYABLE = (InvalidAnswer, PBXError, Refused, SettingsError, SlackFailure)
"""Errors after which a question is asked again."""


@dataclass(frozen=True, slots=True)
class _Step:
    """An accepted answer, or the result of work between two questions."""

    asked: bool
    result: Any
    error: ParkError | None = None


class Console:
    """Standard input and output.

    In a terminal a question is repeated until its answer is valid. A pipe gets no second attempt, because its next line
    answers the next question.

    To go back, the conversation runs again from its beginning: accepted answers and the results of work are taken from
    memory without a word, until the question to which the user went back.
    """

    def __init__(self, draft: AnswerDraft | None = None) -> None:
        self.interactive = sys.stdin.isatty()
        self.draft = draft or AnswerDraft(None)
        self._answers = 0
        self._steps: list[_Step] = []
        self._next_step = 0
        if self.interactive:
            with contextlib.suppress(ImportError):  # line editing, where Python was built with it
                import readline  # noqa: F401

    def converse(self, conversation: Callable[[], T]) -> T:
        """Runs a conversation, again from its beginning whenever the user goes back."""
        while True:
            self._next_step = 0
            try:
                return conversation()
            except _WentBack:
                while self._steps and not self._steps.pop().asked:
                    pass

    def say(self, text: str = "") -> None:
        """Prints text, with control characters replaced: names from Slack and the PBX may contain some."""
        if not self._replaying:
            sys.stdout.write(f"{_printable(text)}\n")
            sys.stdout.flush()

    def ask(
        self, question: str, parse: Callable[[str], T], *, key: str = "", default: str = "", secret: bool = False
    ) -> T:
        """Asks until `parse` accepts the answer, and returns what it makes of it.

        Args:
            parse: Raises one of RETRYABLE for an invalid answer.
            key: The name under which the accepted answer is kept, as the default of the next time; "" keeps none.
            default: Used for an empty answer, unless one is kept.
            secret: Whether neither the answer nor the default may be shown.

        Raises:
            InputEnded: The input ended.
            ParkError: An answer from a pipe was invalid.
        """
        if self._replaying:
            return cast("T", self._replay(asked=True))
        default = self.draft.get(key) or default
        shown = f" [{'Enter keeps the one you have' if secret else default}]" if default else ""
        while True:
            answer = self._read_answer(f"{question}{shown}: ", secret=secret) or default
            try:
                answer, result = self._parse(answer, parse)
            except RETRYABLE as error:
                self.report(error)
                continue
            self.draft.keep(key, answer)
            self._record(_Step(True, result))
            return result

    def confirm(self, question: str, *, key: str = "", default: bool | None) -> bool:
        """Asks a question that is answered with yes or no; without a default, Enter is no answer."""
        shown = "" if default is None else "yes" if default else "no"
        return self.ask(f"{question}? yes or no", _parse_yes_or_no, key=key, default=shown)

    def once(self, work: Callable[[], T]) -> T:
        """Does work between two questions, and not again when the user goes back to a later question."""
        if self._replaying:
            return cast("T", self._replay(asked=False))
        try:
            result = work()
        except ParkError as error:
            self._record(_Step(False, None, error))
            raise
        self._record(_Step(False, result))
        return result

    def report(self, error: ParkError) -> None:
        """Prints an error before another attempt; raises it if the input is a pipe."""
        if self._replaying:
            return
        if not self.interactive:
            raise error
        self.say(f"  {describe_failure(error)}")

    @property
    def _replaying(self) -> bool:
        return self._next_step < len(self._steps)

    def _replay(self, *, asked: bool) -> Any:
        step = self._steps[self._next_step]
        self._next_step += 1
        assert step.asked is asked  # noqa: S101 - the same answers lead to the same questions
        if step.error is not None:
            raise step.error
        return step.result

    def _record(self, step: _Step) -> None:
        self._steps.append(step)
        self._next_step += 1

    def _parse(self, answer: str, parse: Callable[[str], T]) -> tuple[str, T]:
        """Parses an answer; where it is invalid and another may be meant, asks whether it is."""
        try:
            return answer, parse(answer)
        except InvalidAnswer as error:
            if not (error.suggestion and self.interactive):
                raise
            self.say(f"  {error}")
            taken = self._read_answer(f"  Take {error.suggestion}? yes or no [no]: ", secret=False)
            if taken.lower() not in ("y", "yes"):
                raise InvalidAnswer("Then type it again.") from None
            return error.suggestion, parse(error.suggestion)

    def _read_answer(self, prompt: str, *, secret: bool) -> str:
        """Reads a line; of a secret, nothing but the line's end is cut off, because a password may end in a space."""
        line = self._read_line(prompt, secret=secret)
        answer = line.strip()
        if answer == BACK or (answer.lower() == ALSO_BACK and not secret):
            if any(step.asked for step in self._steps):
                raise _WentBack
            self.say("  This is the first question.")
            return self._read_answer(prompt, secret=secret)
        return line.rstrip("\r\n") if secret and answer else answer

    def _read_line(self, prompt: str, *, secret: bool) -> str:
        try:
            if not self.interactive:
                line = self._read_from_pipe(prompt)
            else:
                line = getpass(prompt) if secret else self._read_from_terminal(_printable(prompt))
        except EOFError:
            if self.interactive or self._answers:
                raise InputEnded(f"The answers ended at the question “{prompt.rstrip(': ')}”.") from None
            raise InputEnded(NO_INPUT) from None
        self._answers += 1
        return line

    def _read_from_terminal(self, prompt: str) -> str:
        """Puts a long question on a line of its own, because the line editor would scroll it out of sight."""
        if len(prompt) > LONG_PROMPT:
            self.say(prompt)
            prompt = "> "
        return input(prompt)

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
