"""Delivery of messages to users and channels, with fallback destinations."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

from bot.errors import SlackFailure, SlackRefused, passes_by_itself, said_of_slack
from bot.messages.message import Attachment, Message, Posted, StepResult
from bot.messages.request import Request
from bot.slack.blocks import Payload, render, with_footer
from bot.slack.cards import Card, Cards, WithoutToken, card_footer, fresh_response_url, origin, try_destinations
from bot.slack.notes import ProgressNotes
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi
from bot.texts import cards, delivery, pbx
from bot.texts.languages import language, speaking
from bot.times.model import Clock, utc_now

log = logging.getLogger(__name__)

STEP_OVER = frozenset({"execution_not_in_running_state", "function_execution_not_found"})
"""Codes for a step that was reported before, or stopped: docs.slack.dev, functions.completeSuccess."""


class SlackMessenger:
    """Posts messages for the worker and the listeners.

    Every method waits for Slack, so none may be called before an acknowledgement, and raises SlackFailure.
    """

    def __init__(
        self, chat_api: ChatApi, users: SlackUserDirectory, notes: ProgressNotes, now: Clock = utc_now
    ) -> None:
        self._chat_api, self._users, self._notes, self._now = chat_api, users, notes, now
        self._cards = Cards(chat_api, users, now)

    def send_progress(self, request: Request, text: str) -> None:
        """Sends a progress message, or updates the one that was sent; only logs a failure."""
        try:
            if request.direct:
                self._set_status(request, request.direct, delivery.STATUS)
                return
            (payload,) = render(Message(title=text))
            self._notes.put(request, payload)
        except SlackFailure as failure:
            log.warning("could not say that it takes a while: %s", failure)

    def clear_progress(self, request: Request) -> None:
        """Removes the progress message about a request; only logs a failure."""
        if request.direct:
            self._set_status(request, request.direct, "")
        self._notes.remove(request)

    def clear_left_over(self) -> None:
        """Removes the progress messages of a process that was killed; only logs a failure."""
        self._notes.remove_left_over()

    def _set_status(self, request: Request, conversation: str, status: str) -> None:
        """Sets what stands below a direct message while Park works; nothing where Slack does not have that."""
        try:
            self._chat_api.set_status(conversation, request.thread or "", status)
        except SlackFailure as failure:
            log.info("a status could not be shown: %s", failure)

    def answer(self, request: Request, message: Message) -> None:
        """Answers a request in private; a file is sent first, as a direct message."""
        if message.file is not None:
            message = self._send_file(request, message, message.file)
        for payload in self._render_private(request, message):
            try_destinations(self._private_attempts(request, payload), anywhere=True)

    def answer_directly(self, request: Request, message: Message) -> None:
        """Answers in a direct message, which says where the request was made: nobody may look there any more."""
        for payload in self._render_private(request, message):
            self._send_direct_message(request, payload)

    def _render_private(self, request: Request, message: Message) -> list[Payload]:
        with speaking(self._users.known_language(request.user) or language()):
            return render(message)

    def show(
        self, request: Request, number: int | None, message: Message, status: str, posted: Posted | None = None
    ) -> Posted:
        """Posts a change's card where it was requested, or updates the posted one."""
        return self._cards.put(request, Card(message, self._card_footer(request, number, status)), posted)

    def copy(
        self,
        channel: str,
        request: Request,
        number: int | None,
        message: Message,
        status: str,
        posted: Posted | None,
        root: Posted | None = None,
    ) -> Posted:
        """Posts a copy of a change's card in another channel, or updates the posted one."""
        link = posted.link if posted is not None else self._link(root)
        back = channel == request.direct  # whoever asked there needs no word of where it was asked for
        footer = " · ".join(
            (
                self._card_footer(request, number, status),
                *([] if back else [origin(request)]),
                *([cards.thread_link(link)] if link else []),
            )
        )
        thread = request.thread if back else None
        return self._cards.copy(channel, Card(message, footer), posted, thread).model_copy(update={"link": link})

    def _link(self, root: Posted | None) -> str:
        """Returns the address of the first card where others may open it; empty where not, or if Slack says none."""
        if root is None or root.how != "channel" or not root.channel or not root.ts:
            return ""
        try:
            return self._chat_api.permalink(root.channel, root.ts)
        except SlackFailure as failure:
            log.info("a copy has no link to its thread: %s", failure)
            return ""

    def reply_in_thread(self, request: Request, posted: Posted, message: Message, mention: bool) -> None:
        """Posts a reply under a card; with `mention` it notifies the user, which an edited card doesn't do."""
        for payload in render(message, to=request.user if mention else None):
            try_destinations(self._reply_attempts(request, posted, payload))

    def post(self, channel: str, message: Message) -> None:
        """Posts a message that does not answer a request."""
        for payload in render(message):
            self._chat_api.post(channel, payload)

    def report_step(self, execution: str, result: StepResult) -> None:
        """Tells Slack what came of a workflow's step; one that has ended by now counts as told."""
        try:
            if result.mistake:
                self._chat_api.fail_step(execution, result.mistake)
            else:
                self._chat_api.complete_step(execution, result.outputs)
        except SlackRefused as refusal:
            if str(refusal) not in STEP_OVER:
                raise
            log.info("a workflow's step had ended already: %s", refusal)

    def announce(self, channel: str, request: Request, message: Message) -> None:
        """Posts a change that was requested in private to the policy's announcement channel."""
        first, *rest = render(message)
        ts, *_ = self._chat_api.post(
            channel, with_footer(first, cards.announced(f"<@{request.user}>", origin(request)))
        )
        for payload in rest:
            self._chat_api.post(channel, payload, ts)

    def _card_footer(self, request: Request, number: int | None, status: str) -> str:
        return card_footer(request, number, status, self._now().astimezone(ZoneInfo(self._users.zone(request.user))))

    def _send_file(self, request: Request, message: Message, file: Attachment) -> Message:
        """Sends the file; returns the message, or one about the failure."""
        try:
            self._chat_api.upload(request.direct or self._chat_api.open_direct_message(request.user), file)
        except SlackFailure as failure:
            log.warning("a file could not be sent: %s", failure)
            return Message(
                title=delivery.file_not_sent(said_of_slack(failure)),
                notes=(pbx.QUESTION_FAILED,) if passes_by_itself(failure) else (),
            )
        return message

    def _private_attempts(self, request: Request, payload: Payload) -> Iterator[Callable[[], object]]:
        ephemeral = partial(self._chat_api.post_ephemeral, user=request.user, payload=payload)
        if request.direct:
            yield partial(self._chat_api.post, request.direct, payload, request.thread)
        if (
            request.channel and request.thread and not request.on_thread_root
        ):  # Slack hides it in a thread without replies
            yield partial(ephemeral, request.channel, thread=request.thread)
        if url := fresh_response_url(request, self._now()):
            yield partial(self._chat_api.respond, url, payload, to_all=False, channel=request.channel)
        if request.channel:
            yield partial(ephemeral, request.channel)
        yield partial(self._send_direct_message, request, payload)

    def _reply_attempts(self, request: Request, posted: Posted, payload: Payload) -> Iterator[Callable[[], object]]:
        if posted.channel and posted.thread:
            yield partial(self._chat_api.post, posted.channel, payload, posted.thread)
        if posted.how != "dm" and (url := fresh_response_url(request, self._now())):
            yield WithoutToken(self._chat_api.respond, url, payload, to_all=True, channel=request.channel)
        yield partial(self._send_direct_message, request, payload)

    def _send_direct_message(self, request: Request, payload: Payload) -> None:
        self._chat_api.post(self._chat_api.direct_destination(request.user), with_footer(payload, origin(request)))
