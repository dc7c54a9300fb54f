"""Where a change's card is put: where it was asked for, if Slack lets it be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from bot.errors import SlackRefused
from bot.message import Message
from bot.request import Request
from bot.slack.blocks import Payload, card, footed
from bot.slack.failures import NoPlace
from bot.slack.outlet import Outlet
from bot.slack.people import People
from bot.slack.posted import BY_RESPONSE_URL, asked_in, why_direct
from bot.slack.ways import first_open, response_url
from bot.voice import Posted


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

    def __init__(self, outlet: Outlet, people: People) -> None:
        self._outlet, self._people = outlet, people

    def put(self, request: Request, card: Card, posted: Posted | None) -> Posted:
        """A card that is gone, or that can't be changed, is put again."""
        return first_open(request, self._ways(request, card, posted))

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
        self._outlet.update(channel, ts, first)
        return posted

    def _in_channel(self, card: Card, channel: str, thread: str | None) -> Posted:
        first, *rest = card.drawn(None)
        ts, under = self._outlet.post(channel, first, thread)
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
            self._outlet.respond(url, payload, to_all=True)
        return Posted(how="response_url", channel=channel, told=BY_RESPONSE_URL)

    def _in_dm(self, card: Card, request: Request) -> Posted:
        told = why_direct(request)
        first, *rest = card.drawn(told)
        channel = self._outlet.direct(request.user)
        ts, _ = self._outlet.post(channel, footed(first, asked_in(request)))
        return self._with_rest(Posted(how="dm", channel=channel, ts=ts, thread=ts, told=told), rest)

    def _with_rest(self, posted: Posted, rest: list[Payload]) -> Posted:
        for payload in rest:
            self._outlet.post(str(posted.channel), payload, posted.thread)
        return posted
