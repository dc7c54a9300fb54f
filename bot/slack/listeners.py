"""Bolt listeners for the slash command, mentions and buttons."""

import logging
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, Protocol

from slack_bolt import Ack, App

from bot.errors import JournalUnavailable
from bot.messages import slash_command
from bot.messages.message import FormOffer, Message, Offer
from bot.messages.request import Request
from bot.operations.base import Operation
from bot.operations.continuation import offers_for
from bot.operations.parser import command_within
from bot.runtime.logs import request_logging
from bot.slack.blocks import fits_in_ack, render
from bot.slack.buttons import ACTION
from bot.slack.messenger import SlackMessenger
from bot.slack.requests import RequestFactory
from bot.slack.text import command_text, form_text, is_only_courtesy
from bot.texts import lines

log = logging.getLogger(__name__)


class RequestInbox(Protocol):
    """Accepts requests before Slack is acknowledged, so it waits for nothing but one commit."""

    def submit(self, request: Request, operation: Operation | None = None) -> Message | None:
        """Accepts a request.

        Args:
            operation: What a form asks for; without it, the request's line is parsed.

        Returns:
            None when it is accepted and the answer follows, else the answer, such as a syntax error.

        Raises:
            JournalUnavailable: It was not accepted.
        """

    def submit_step(self, request: Request, callback_id: str, inputs: Mapping[str, Any]) -> None:
        """Accepts the step of a workflow; raises JournalUnavailable."""

    def offer_again(self, request: Request, message: Message) -> None:
        """Answers later with a message whose buttons carry lines of the request, with instants for their times."""


class FormOpener(Protocol):
    """Opens forms for the listeners."""

    def open(self, trigger_id: str, request: Request, offer: FormOffer) -> None:
        """Starts opening a form within the three seconds that the trigger_id is valid; does not wait."""


def register_listeners(
    app: App,
    inbox: RequestInbox,
    messenger: SlackMessenger,
    requests: RequestFactory,
    pool: Executor,
    forms: FormOpener,
) -> None:
    """Registers the listeners; `pool` runs what is sent after an acknowledgement."""
    listeners = Listeners(inbox, messenger, requests, pool, forms)
    app.command(slash_command.name())(listeners.slash)
    app.event("app_mention")(listeners.mention)
    app.event("message")(listeners.direct_message)
    app.event("function_executed")(listeners.step)
    app.action(ACTION)(listeners.click)
    app.error(_log_unacknowledged)


class Listeners:
    """The listeners; Bolt passes arguments by the names of their parameters."""

    def __init__(
        self,
        inbox: RequestInbox,
        messenger: SlackMessenger,
        requests: RequestFactory,
        pool: Executor,
        forms: FormOpener,
    ) -> None:
        self._inbox, self._messenger, self._requests, self._pool, self._forms = inbox, messenger, requests, pool, forms

    def slash(self, ack: Ack, command: dict[str, Any]) -> None:
        """Accepts a slash command; an immediate answer is part of the acknowledgement if it fits."""
        request = self._requests.slash(command)
        answer = self._accept(request)
        if answer is not None and answer.forms and answer.forms[0].whole:
            ack()
            self._forms.open(command["trigger_id"], request, answer.forms[0])
            return
        payloads = render(answer) if answer else []
        if len(payloads) == 1 and fits_in_ack(payloads[0]):
            ack(response_type="ephemeral", text=payloads[0]["text"], blocks=payloads[0]["blocks"])
            return
        ack()
        self._send_later(request, answer)

    def mention(self, event: dict[str, Any]) -> None:
        """Accepts a mention; raises JournalUnavailable, so that Slack delivers it again for lack of an ack."""
        if "bot_id" in event or event.get("subtype") == "bot_message" or "user" not in event:
            return
        self._accept_written(self._requests.mention(event), event)

    def _accept_written(self, request: Request, event: Mapping[str, Any]) -> None:
        if event.get("edited"):
            offers = offers_for(request.line, request.note)
            asked = request.model_copy(update={"note": ""}) if offers else request  # each button has its own note
            self._inbox.offer_again(asked, _edited_message(request, offers))
        elif not self._requests.is_addressed(event):
            self._inbox.offer_again(request, _embedded_mention(request))
        else:
            self._send_later(request, self._inbox.submit(request))

    def direct_message(self, event: dict[str, Any]) -> None:
        """Accepts what somebody writes to Park alone; raises JournalUnavailable like `mention`."""
        written = written_directly(event)
        if written is not None:
            self._accept_written(self._requests.direct_message(written), written)

    def step(self, event: dict[str, Any]) -> None:
        """Accepts a step of Workflow Builder; raises JournalUnavailable like `mention`."""
        inputs = {name: step_text(name, value) for name, value in event["inputs"].items()}
        self._inbox.submit_step(self._requests.step(event, inputs), str(event["function"]["callback_id"]), inputs)

    def click(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Accepts a click on a button that runs a line."""
        request = self._requests.click(body, action)
        answer = self._accept(request)
        ack()
        self._send_later(request, answer)

    def _accept(self, request: Request) -> Message | None:
        """Accepts a request that Slack does not deliver again; answers that nothing was done where that fails."""
        with request_logging(request):
            try:
                return self._inbox.submit(request)
            except JournalUnavailable:
                log.exception("not accepted")
                return Message(title=lines.NOT_WRITTEN, notes=(lines.TRY_AGAIN,))

    def _send_later(self, request: Request, answer: Message | None) -> None:
        if answer is None:
            return
        with request_logging(request):
            sending = self._pool.submit(self._messenger.answer, request, answer)
        sending.add_done_callback(partial(_log_failure, request))


def written_directly(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Returns the message that somebody wrote to Park alone, or has edited; None for any other event of a message.

    Courtesy in a thread, such as thanks, needs no answer.
    """
    if event.get("channel_type") != "im":
        return None
    if event.get("subtype") == "message_changed":  # also sent when Slack unfurls a link, and of Park's own messages
        message, before = event["message"], event.get("previous_message") or {}
        if not message.get("edited") or message.get("text") == before.get("text"):
            return None
        event = {**message, "channel": event["channel"]}
    if event.get("subtype") not in (None, "file_share") or "bot_id" in event or "user" not in event:
        return None
    in_thread = event.get("thread_ts") not in (None, event["ts"])
    return None if in_thread and is_only_courtesy(event.get("text") or "") else {"text": "", **event}


def step_text(name: str, value: Any) -> Any:
    """Returns an input of a workflow's step as people would type it in a line; the note holds no markup."""
    if not isinstance(value, str):
        return value
    return form_text(value) if name == "note" else command_text(value).line


def _edited_message(request: Request, offers: tuple[Offer, ...]) -> Message:
    """Returns an offer to run an edited message, which is not run by itself: it may have run before the edit.

    Args:
        offers: What its further lines may mean; empty where they are a note.
    """
    return Message(
        title=lines.EDITED,
        lines=(request.line,),
        offers=offers or (Offer(label=lines.DO_IT_NOW, line=request.line),),
    )


def _embedded_mention(request: Request) -> Message:
    """Returns an offer to run what a sentence says around a mention, if it says a command at all."""
    title = lines.MENTION_IN_SENTENCE
    line = command_within(request.line)
    if line is None:
        return Message(title=title, offers=(Offer(label=lines.HELP, line="help"),))
    return Message(title=title, offers=(Offer(label=line, line=line),))


def _log_failure(request: Request, sending: Future[None]) -> None:
    if error := sending.exception():
        with request_logging(request):
            log.error("its answer was not said", exc_info=error)


def _log_unacknowledged(error: Exception) -> None:
    """Logs an error for which Bolt returns HTTP 500, so that Slack gets no acknowledgement."""
    log.error("Not acknowledged: %s", type(error).__name__, exc_info=error)
