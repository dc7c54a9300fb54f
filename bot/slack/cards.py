"""A change's card; fallback destinations."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.errors import SlackFailure, SlackRefused, SlackUnavailable
from bot.messages.message import Message, Posted
from bot.messages.request import Request, Source
from bot.slack.blocks import Payload, card, footed
from bot.slack.client import NoPlace
from bot.slack.text import escape
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi

BY_RESPONSE_URL = "Park can't post here by itself, so this message will not change: news follows as further messages."
BY_DM = "Park can't write where this was asked, so only you see it."
ASKED_IN_DM = "This was asked in a direct message, so only you see it."
ASKED_NOWHERE = "This was asked outside of any channel, so only you see it."
NOT_POSTED = (
    "Park can't post this in the channel you chose: it is archived, or you or Park are no longer in it. "
    "So only you see it."
)


def about(request: Request, change_id: int, status: str, now: datetime) -> str:
    """Who asked, which change, how it stands and since when: mrkdwn; `now` is in the asker's zone."""
    zone = escape(str(now.tzinfo))
    time = f"<!date^{int(now.timestamp())}^{{time}}|{now:%H:%M} {zone}>"
    return f"by <@{request.user}> · change {change_id} · {escape(status)} {time}"


def asked_in(request: Request) -> str:
    """For what is said elsewhere: mrkdwn."""
    if request.channel:
        return f"asked in <#{request.channel}>"
    where = "asked in a form" if request.source is Source.FORM else "asked in a direct message"
    return f"{where}, to be posted in <#{request.post_to}>" if request.post_to else where


def why_direct(request: Request) -> str:
    """What a card in a direct message says of its standing there."""
    if request.channel:
        return BY_DM
    if request.post_to:
        return NOT_POSTED
    return ASKED_NOWHERE if request.source is Source.FORM else ASKED_IN_DM


log = logging.getLogger(__name__)
_FRESH = timedelta(minutes=29)  # a response_url answers for 30

T = TypeVar("T")


def first_open(ways: Iterable[Callable[[], T]]) -> T:
    """Go the first way that Slack lets be gone; raise NoPlace when that is none, and any other SlackFailure at once."""
    closed = NoPlace("no way at all")
    for way in ways:
        try:
            return way()
        except NoPlace as refusal:
            log.info("not there: %s", refusal)
            closed = refusal
    raise closed


def any_open(ways: Iterable[Callable[[], T]]) -> T:
    """The same, passing over what is not to be had now too: what one person alone may see twice does no harm."""
    closed: SlackFailure = NoPlace("no way at all")
    for way in ways:
        try:
            return way()
        except (NoPlace, SlackUnavailable) as failure:
            log.info("not there, or not now: %s", failure)
            closed = closed if isinstance(closed, SlackUnavailable) else failure
    raise closed


def response_url(request: Request) -> str | None:
    """The gesture's own, while it is fresh."""
    return request.response_url if datetime.now(UTC) - request.asked_at < _FRESH else None


@dataclass(frozen=True)
class Card:
    """A change's present state; `about` is mrkdwn."""

    message: Message
    about: str

    def drawn(self, told: str | None) -> list[Payload]:
        """The card, then what is left of a long list; `told` says where it stands."""
        notes = (*self.message.notes, told) if told else self.message.notes
        return card(replace(self.message, notes=notes), self.about)


class Cards:
    """Puts cards; raises SlackFailure."""

    def __init__(self, chat_api: ChatApi, people: SlackUserDirectory) -> None:
        self._chat_api, self._people = chat_api, people

    def put(self, request: Request, card: Card, posted: Posted | None) -> Posted:
        """A card that is gone, or that can't be changed, is put again."""
        return first_open(self._ways(request, card, posted))

    def copy(self, channel: str, card: Card, posted: Posted | None) -> Posted:
        """In that channel and nowhere else."""
        if posted and posted.channel and posted.ts:
            return self._update(posted, posted.channel, posted.ts, card)
        return self._in_channel(card, channel, None)

    def _ways(self, request: Request, card: Card, posted: Posted | None) -> Iterator[Callable[[], Posted]]:
        if posted and posted.channel and posted.ts:
            yield partial(self._update, posted, posted.channel, posted.ts, card)
        if request.channel and request.thread:
            yield partial(self._in_channel, card, request.channel, request.thread)
        if request.channel:
            yield partial(self._in_channel, card, request.channel, None)
            if url := response_url(request):
                yield partial(self._by_response_url, card, request.channel, url)
        elif request.post_to:
            yield partial(self._where_chosen, card, request, request.post_to)
        yield partial(self._in_dm, card, request)

    def _update(self, posted: Posted, channel: str, ts: str, card: Card) -> Posted:
        """What is left of a long list stands in the thread since the first time."""
        first, *_ = card.drawn(posted.told)
        self._chat_api.update(channel, ts, first)
        return posted

    def _in_channel(self, card: Card, channel: str, thread: str | None) -> Posted:
        first, *rest = card.drawn(None)
        ts, under = self._chat_api.post(channel, first, thread)
        return self._with_rest(Posted(how="channel", channel=channel, ts=ts, thread=under), rest)

    def _where_chosen(self, card: Card, request: Request, channel: str) -> Posted:
        """The asker may have left since they chose it."""
        try:
            closed = self._people.why_not_in(request.user, channel)
        except SlackRefused as refusal:  # whoever can't be seen to be in it is not
            raise NoPlace(str(refusal)) from refusal
        if closed:
            raise NoPlace(closed)
        return self._in_channel(card, channel, None)

    def _by_response_url(self, card: Card, channel: str, url: str) -> Posted:
        for payload in card.drawn(BY_RESPONSE_URL):
            self._chat_api.respond(url, payload, to_all=True)
        return Posted(how="response_url", channel=channel, told=BY_RESPONSE_URL)

    def _in_dm(self, card: Card, request: Request) -> Posted:
        told = why_direct(request)
        first, *rest = card.drawn(told)
        channel = self._chat_api.direct(request.user)
        ts, _ = self._chat_api.post(channel, footed(first, asked_in(request)))
        return self._with_rest(Posted(how="dm", channel=channel, ts=ts, thread=ts, told=told), rest)

    def _with_rest(self, posted: Posted, rest: list[Payload]) -> Posted:
        for payload in rest:
            self._chat_api.post(str(posted.channel), payload, posted.thread)
        return posted
