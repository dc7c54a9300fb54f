"""Slash command, mention, button."""

import logging
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, Protocol

from slack_bolt import Ack, App

from bot.errors import JournalUnavailable
from bot.messages.message import FormOffer, Message, Offer
from bot.messages.request import Request
from bot.operations.base import Operation
from bot.runtime.logs import request_logging
from bot.slack.blocks import COMMAND, fits, render
from bot.slack.buttons import ACTION
from bot.slack.client import Identity
from bot.slack.messenger import SlackMessenger
from bot.slack.requests import of_click, of_mention, of_slash


class RequestInbox(Protocol):
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


log = logging.getLogger(__name__)
Payload = Mapping[str, Any]

NOTHING_DONE = Message(title="Nothing was done: Park can't write its journal just now.", notes=("Please try again.",))


def connect(
    app: App, inbox: RequestInbox, messenger: SlackMessenger, me: Identity, pool: Executor, forms: FormOpener
) -> None:
    """Register the doors; `pool` runs what is said after the ack, never the other way round."""
    doors = Listeners(inbox, messenger, me, pool, forms)
    app.command(COMMAND)(doors.slash)
    app.event("app_mention")(doors.mention)
    app.action(ACTION)(doors.click)
    app.error(_failed)


class Listeners:
    """Bolt's listeners: it hands them what their parameters are named for."""

    def __init__(
        self, inbox: RequestInbox, messenger: SlackMessenger, me: Identity, pool: Executor, forms: FormOpener
    ) -> None:
        self._forms = forms
        self._inbox = inbox
        self._messenger = messenger
        self._me = me
        self._pool = pool

    def slash(self, ack: Ack, command: dict[str, Any]) -> None:
        """The ack itself answers where it can hold the answer."""
        request = of_slash(command, self._me.team)
        message = self._take(request)
        if message is not None and message.forms and message.forms[0].whole:
            ack()
            self._forms.open(command["trigger_id"], request, message.forms[0])
            return
        pages = render(message) if message else []
        if len(pages) == 1 and fits(pages[0]):
            ack(response_type="ephemeral", text=pages[0]["text"], blocks=pages[0]["blocks"])
            return
        ack()
        if message is not None:
            self._later(request, message)

    def mention(self, event: dict[str, Any]) -> None:
        """Raise JournalUnavailable: without an ack Slack delivers the mention again."""
        if _by_a_bot(event):
            return
        request = of_mention(event, self._me.team, self._me.user)
        message = _edited(request) if event.get("edited") else self._inbox.take(request)
        if message is not None:
            self._later(request, message)

    def click(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        request = of_click(body, action, self._me.team)
        message = self._take(request)
        ack()
        if message is not None:
            self._later(request, message)

    def _take(self, request: Request) -> Message | None:
        """For doors whose gestures are delivered once: the person is told when nothing was done."""
        with request_logging(request):
            try:
                return self._inbox.take(request)
            except JournalUnavailable:
                log.exception("not accepted")
                return NOTHING_DONE

    def _later(self, request: Request, message: Message) -> None:
        with request_logging(request):
            said = self._pool.submit(self._messenger.answer, request, message)
        said.add_done_callback(partial(_logged, request))


def _by_a_bot(event: Payload) -> bool:
    return "bot_id" in event or event.get("subtype") == "bot_message" or "user" not in event


def _edited(request: Request) -> Message:
    """An edited mention never runs by itself: it may have run before, or been a thought."""
    return Message(
        title="Nothing was done: edited messages are not carried out by themselves.",
        lines=(request.line,),
        offers=(Offer(label="Do it now", line=request.line),),
    )


def _logged(request: Request, said: Future[None]) -> None:
    if error := said.exception():
        with request_logging(request):
            log.error("its answer was not said", exc_info=error)


def _failed(error: Exception) -> None:
    """Bolt has made it an HTTP 500: Slack gets no ack."""
    log.error("Not acknowledged: %s", type(error).__name__, exc_info=error)
