"""Trigger ids: what a gesture lets an app do once, within seconds, for the person who made it."""

import re
import time
from dataclasses import dataclass, field

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.ids import new_trigger_id

_FORM = re.compile(r"\d+\.\d+\.\w+")


@dataclass(kw_only=True)
class Trigger:
    """`channel` is where the person was, `view` the id of the view that the gesture was made in."""

    user: str
    channel: str | None
    view: str | None
    made: float = field(default_factory=time.monotonic)
    used: bool = False


class Triggers:
    """All that were given out."""

    def __init__(self, team: str) -> None:
        self._team = team
        self.lifetime = 3.0
        """Seconds."""
        self._given: dict[str, Trigger] = {}

    def new(self, user: str, *, channel: str | None = None, view: str | None = None, id: str | None = None) -> str:
        key = id or new_trigger_id(self._team)
        self._given[key] = Trigger(user=user, channel=channel, view=view)
        return key

    def find(self, key: object) -> Trigger:
        """One that can still be exchanged; raise what Slack answers to any other."""
        trigger = self._given.get(str(key))
        if trigger is None or not _FORM.fullmatch(str(key)):
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.made > self.lifetime:
            raise SlackError("expired_trigger_id")
        return trigger

    def expire(self) -> None:
        """Let that time pass for all that were given out so far."""
        for trigger in self._given.values():
            trigger.made -= self.lifetime
