"""SlackMessenger: where each message goes."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.errors import SlackFailure
from bot.messages.message import Attachment, Message, Posted
from bot.messages.request import Request
from bot.slack.blocks import Payload, footed, render
from bot.slack.cards import Card, Cards, about, any_open, asked_in, first_open, response_url
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi

log = logging.getLogger(__name__)


class SlackMessenger:
    """Speaks for the worker and the doors. Waits for Slack, so never before an ack; raises SlackFailure."""

    def __init__(self, chat_api: ChatApi, people: SlackUserDirectory) -> None:
        self._chat_api = chat_api
        self._people = people
        self._cards = Cards(chat_api, people)

    def checking(self, request: Request, text: str) -> None:
        """Say in private that it takes a while: best effort."""
        try:
            for payload in render(Message(title=text)):
                first_open(self._private_ways(request, payload))
        except SlackFailure as failure:
            log.warning("could not say that it takes a while: %s", failure)

    def answer(self, request: Request, message: Message) -> None:
        """Say it to the asker alone; a file goes ahead, to their direct messages."""
        if message.file is not None:
            message = self._handed(request, message, message.file)
        for payload in render(message):
            any_open(self._private_ways(request, payload))

    def show(
        self, request: Request, change_id: int, message: Message, status: str, posted: Posted | None = None
    ) -> Posted:
        """Put a change's card where it was asked for, or bring the one that stands there up to date."""
        now = datetime.now(ZoneInfo(self._people.zone(request.user)))
        return self._cards.put(request, Card(message, about(request, change_id, status, now)), posted)

    def copy(
        self, channel: str, request: Request, change_id: int, message: Message, status: str, posted: Posted | None
    ) -> Posted:
        """Put the card into another channel too, or bring the one that stands there up to date."""
        now = datetime.now(ZoneInfo(self._people.zone(request.user)))
        drawn = Card(message, f"{about(request, change_id, status, now)} · {asked_in(request)}")
        return self._cards.copy(channel, drawn, posted)

    def trail(self, request: Request, posted: Posted, message: Message, mention: bool) -> None:
        """Say it under the card; `mention` the asker when they must hear of it: an edited card notifies nobody."""
        for payload in render(message, to=request.user if mention else None):
            first_open(self._trail_ways(request, posted, payload))

    def post(self, channel: str, message: Message) -> None:
        """Say it in a channel; nobody asked for it."""
        for payload in render(message):
            self._chat_api.post(channel, payload)

    def announce(self, channel: str, request: Request, message: Message) -> None:
        """Say in the policy's channel what was changed out of others' sight."""
        first, *rest = render(message)
        ts, _ = self._chat_api.post(channel, footed(first, f"by <@{request.user}> · {asked_in(request)}"))
        for payload in rest:
            self._chat_api.post(channel, payload, ts)

    def _handed(self, request: Request, message: Message, file: Attachment) -> Message:
        try:
            self._chat_api.upload(self._chat_api.direct(request.user), file)
        except SlackFailure as failure:
            log.warning("a file could not be sent: %s", failure)
            return Message(
                title="Slack did not take the file. Try again in a minute.", notes=(f"Slack says: {failure}",)
            )
        return message

    def _private_ways(self, request: Request, payload: Payload) -> Iterator[Callable[[], object]]:
        whisper = partial(self._chat_api.whisper, user=request.user, payload=payload)
        if request.channel and request.thread and not request.at_top:  # Slack hides it in a thread without replies
            yield partial(whisper, request.channel, thread=request.thread)
        if url := response_url(request):
            yield partial(self._chat_api.respond, url, payload, to_all=False)
        if request.channel:
            yield partial(whisper, request.channel)
        yield partial(self._directly, request, payload)

    def _trail_ways(self, request: Request, posted: Posted, payload: Payload) -> Iterator[Callable[[], object]]:
        if posted.channel and posted.thread:
            yield partial(self._chat_api.post, posted.channel, payload, posted.thread)
        if posted.how != "dm" and (url := response_url(request)):
            yield partial(self._chat_api.respond, url, payload, to_all=True)
        yield partial(self._directly, request, payload)

    def _directly(self, request: Request, payload: Payload) -> None:
        self._chat_api.post(self._chat_api.direct(request.user), footed(payload, asked_in(request)))
