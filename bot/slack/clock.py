"""How far Slack's clock is from the one here, for the times that Slack writes on messages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.slack.failures import header
from bot.times.model import Clock

NEGLIGIBLE = timedelta(seconds=30)
"""Difference that may be no more than the time of a call: a Date header is in whole seconds, and as old as its call."""


class SlackClock:
    """Translates times of Slack's clock into those of the clock here, by the latest response of Slack's.

    A connection of Socket Mode is opened by a call too, so the difference is known before events arrive on it.
    """

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._ahead = timedelta()

    def observe(self, headers: Mapping[str, str]) -> None:
        """Compares the clocks by the Date header of a response that has just arrived."""
        try:
            sent = parsedate_to_datetime(header(headers, "date") or "")
        except ValueError:
            return  # a response without a time says nothing
        ahead = self._now() - sent.replace(tzinfo=sent.tzinfo or UTC)
        self._ahead = ahead if abs(ahead) > NEGLIGIBLE else timedelta()

    def time_here(self, ts: str) -> datetime:
        """Returns when a message was written by the clock here, in UTC; never a time that is still to come.

        Args:
            ts: The timestamp of a message, in seconds since 1970 by Slack's clock.
        """
        return min(datetime.fromtimestamp(float(ts), UTC) + self._ahead, self._now())
