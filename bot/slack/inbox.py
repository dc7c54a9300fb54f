"""Where the doors put what was asked."""

from typing import Protocol

from bot.message import FormOffer, Message
from bot.operation import Operation
from bot.request import Request


class Inbox(Protocol):
    """Takes requests before Slack is acknowledged, so it waits for nothing but one commit."""

    def take(self, request: Request, operation: Operation | None = None) -> Message | None:
        """`operation`: a form\'s, which is no line to be read.

        None: accepted, and the answer follows. A message: the answer itself (help, a line not understood).

        Raise JournalUnavailable when it can't be accepted: nothing was done.
        """


class FormOpener(Protocol):
    """Where the doors send whoever needs a form."""

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        """Within three seconds of the gesture that has this trigger; waits for nothing itself."""
