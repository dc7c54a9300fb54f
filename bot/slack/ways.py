"""Ways to say one thing, best first."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.errors import SlackFailure, SlackUnavailable
from bot.request import Request
from bot.slack.failures import NoPlace

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
