"""The card of a change, and the destinations that are tried when a message can't be posted where it belongs."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.errors import SlackAppRefused, SlackFailure, SlackRefused, SlackUnavailable
from bot.messages.message import Message, Posted
from bot.messages.request import Request, Source
from bot.slack.blocks import Payload, render_card, with_footer
from bot.slack.failures import is_token_fault
from bot.slack.text import escape
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi
from bot.texts import cards as texts
from bot.texts import delivery, workflows
from bot.times.model import Clock

log = logging.getLogger(__name__)
T = TypeVar("T")

_RESPONSE_URL_LIFETIME = timedelta(minutes=29)
"""How long a response_url is used; Slack accepts it for 30 minutes."""


def card_footer(request: Request, number: int | None, status: str, now: datetime) -> str:
    """Returns mrkdwn with the user, the change id, its status and the time.

    Args:
        now: In the user's time zone.
    """
    zone = escape(str(now.tzinfo))
    time = f"<!date^{int(now.timestamp())}^{{time}}|{now:%H:%M} {zone}>"
    by = workflows.BY_WORKFLOW if request.source is Source.WORKFLOW else f"<@{request.user}>"
    return texts.footer(by, number, escape(status), time)


def origin(request: Request) -> str:
    """Returns mrkdwn that names the place of a request, for messages that are posted elsewhere."""
    if request.channel:
        return texts.asked_in(f"<#{request.channel}>")
    text = texts.ASKED_IN_FORM if request.source is Source.FORM else texts.ASKED_IN_DM
    return texts.to_be_posted_in(text, f"<#{request.card_channel}>") if request.card_channel else text


def direct_message_reason(request: Request) -> str:
    """Returns the note that explains why a card is posted as a direct message."""
    if request.channel:
        return texts.NOT_POSTED_THERE
    if request.card_channel:
        return texts.NOT_POSTED_IN_CHOSEN if request.source is not Source.DIRECT else texts.NOT_POSTED_FOR_TEAM
    return texts.FORM_WITHOUT_CHANNEL if request.source is Source.FORM else texts.IN_DM


def fresh_response_url(request: Request, now: datetime) -> str | None:
    """Returns the request's response_url unless it has expired at `now`."""
    return request.response_url if now - request.asked_at < _RESPONSE_URL_LIFETIME else None


class WithoutToken(partial[T]):
    """An attempt to post that needs no bot token."""


def try_destinations(
    attempts: Iterable[Callable[[], T]],
    *,
    anywhere: bool = False,
    failures: list[SlackFailure] | None = None,
) -> T:
    """Makes attempts to post until one succeeds, and returns its result.

    Whatever Slack refuses leads to the next attempt: a code that Park does not know must not end the telling. A refused
    token says nothing of a destination: a later attempt with it would only succeed if the token was replaced in
    between, and would leave what is shown at the first destination as it is.

    Args:
        anywhere: Also tries the next one after a refused token, and after SlackUnavailable, which may post twice: for
            private messages.
        failures: Receives the failures, before the next attempt is taken.

    Raises:
        SlackFailure: SlackUnavailable if there was one, else SlackAppRefused if there was one, else the last refusal.
    """
    failures = [] if failures is None else failures
    for attempt in attempts:
        if any(map(is_token_fault, failures)) and not (anywhere or isinstance(attempt, WithoutToken)):
            continue
        try:
            return attempt()
        except SlackUnavailable as error:
            failures.append(error)
            if not anywhere:
                raise
            log.info("not there, or not now: %s", error)
        except SlackRefused as error:
            failures.append(error)
            log.info("not there: %s", error)
    for kind in (SlackUnavailable, SlackAppRefused):
        for failure in failures:
            if isinstance(failure, kind):
                raise failure
    raise failures[-1] if failures else SlackRefused("no way at all")


@dataclass(frozen=True)
class Card:
    """The content of a change's card; `footer` is mrkdwn."""

    message: Message
    footer: str

    def render(self, notice: str | None) -> list[Payload]:
        """Renders the card and the rest of a long list; `notice` explains where it is posted."""
        notes = (*self.message.notes, notice) if notice else self.message.notes
        return render_card(replace(self.message, notes=notes), self.footer)


class Cards:
    """Posts and updates cards; raises SlackFailure."""

    def __init__(self, chat_api: ChatApi, users: SlackUserDirectory, now: Clock) -> None:
        self._chat_api, self._users, self._now = chat_api, users, now

    def put(self, request: Request, card: Card, posted: Posted | None) -> Posted:
        """Updates a posted card, or posts it where it belongs or at the best fallback; returns where it is.

        While Slack rejects the app, the response_url serves meanwhile, and the card is marked as held.
        """
        failures: list[SlackFailure] = []
        return try_destinations(self._attempts(request, card, posted, failures), failures=failures)

    def copy(self, channel: str, card: Card, posted: Posted | None, thread: str | None) -> Posted:
        """Updates a posted copy, or posts one in the channel or to the user, without other fallbacks."""
        attempts: list[Callable[[], Posted]] = [partial(self._post_copy, card, channel, thread)]
        if posted and posted.channel and posted.ts:
            attempts.insert(0, partial(self._update, posted, posted.channel, posted.ts, card))
        return try_destinations(attempts)

    def _post_copy(self, card: Card, channel: str, thread: str | None) -> Posted:
        to_user = channel.startswith(("U", "W"))
        return self._post(card, self._chat_api.direct_destination(channel) if to_user else channel, thread)

    def _attempts(
        self, request: Request, card: Card, posted: Posted | None, failures: list[SlackFailure]
    ) -> Iterator[Callable[[], Posted]]:
        if posted and posted.channel and posted.ts:
            yield partial(self._update, posted, posted.channel, posted.ts, card)
        if request.channel and request.thread:
            yield partial(self._post, card, request.channel, request.thread)
        if request.channel:
            yield partial(self._post, card, request.channel, None)
            if request.source is Source.WORKFLOW:
                return  # a proposal is for whoever is there
            said_meanwhile = posted is not None and posted.held and posted.how == "response_url"
            if (url := fresh_response_url(request, self._now())) and not said_meanwhile:
                held = any(isinstance(failure, SlackAppRefused) for failure in failures)
                yield WithoutToken(self._respond, card, request.channel, url, held=held)
        elif request.card_channel:
            yield partial(self._post_in_chosen_channel, card, request, request.card_channel)
        if request.direct:
            yield partial(self._post_in_conversation, card, request, request.direct)
        yield partial(self._send_direct_message, card, request)

    def _update(self, posted: Posted, channel: str, ts: str, card: Card) -> Posted:
        """Updates the first message only: the rest of a long list is in the thread already."""
        first, *_ = card.render(posted.told)
        self._chat_api.update(channel, ts, first)
        return posted

    def _post(self, card: Card, channel: str, thread: str | None) -> Posted:
        first, *rest = card.render(None)
        ts, under, where = self._chat_api.post(channel, first, thread)
        return self._post_rest(Posted(how="channel", channel=where, ts=ts, thread=under), rest)

    def _post_in_chosen_channel(self, card: Card, request: Request, channel: str) -> Posted:
        """Posts in a channel chosen in a form, if the user is still in it."""
        if obstacle := self._users.posting_obstacle(request.user, channel):
            raise SlackRefused(obstacle)
        return self._post(card, channel, None)

    def _post_in_conversation(self, card: Card, request: Request, conversation: str) -> Posted:
        """Posts in the thread of the direct message that asked for it; says why, if a channel was to have it."""
        notice = direct_message_reason(request) if request.card_channel else None
        first, *rest = card.render(notice)
        ts, under, _ = self._chat_api.post(conversation, first, request.thread)
        return self._post_rest(Posted(how="dm", channel=conversation, ts=ts, thread=under, told=notice), rest)

    def _respond(self, card: Card, channel: str, url: str, *, held: bool) -> Posted:
        notice = delivery.MEANWHILE if held else texts.NO_UPDATES
        for payload in card.render(notice):
            self._chat_api.respond(url, payload, to_all=True, channel=channel)
        return Posted(how="response_url", channel=channel, told=notice, held=held)

    def _send_direct_message(self, card: Card, request: Request) -> Posted:
        notice = direct_message_reason(request)
        first, *rest = card.render(notice)
        to = self._chat_api.direct_destination(request.user)
        ts, _, channel = self._chat_api.post(to, with_footer(first, origin(request)))
        return self._post_rest(Posted(how="dm", channel=channel, ts=ts, thread=ts, told=notice), rest)

    def _post_rest(self, posted: Posted, rest: list[Payload]) -> Posted:
        for payload in rest:
            self._chat_api.post(str(posted.channel), payload, posted.thread)
        return posted
