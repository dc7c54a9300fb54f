"""What people do with forms: open, pick, fill, review, apply."""

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from slack_bolt import App

from bot.clerk import Clerk
from bot.message import FormOffer, Message
from bot.request import Request
from bot.slack.connection import Identity
from bot.slack.forms.means import Means
from bot.slack.forms.opening import Opening
from bot.slack.forms.picking import Picking
from bot.slack.forms.submitting import Submitting
from bot.slack.inbox import Inbox
from bot.slack.screen import Screen


class Forms:
    """All doors of the forms."""

    def __init__(self, screen: Screen, inbox: Inbox, clerk: Clerk, me: Identity, pool: Executor) -> None:
        means = Means(screen, inbox, clerk, me, pool)
        self._opening, self._picking, self._submitting = Opening(means), Picking(means), Submitting(means)

    def connect(self, app: App) -> None:
        """Register them."""
        for doors in (self._opening, self._picking, self._submitting):
            doors.connect(app)

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        """Within three seconds of the gesture that has this trigger; waits for nothing itself."""
        self._opening.open(trigger, request, offer)

    def end(self, body: Mapping[str, Any], said: Message) -> None:
        """A button in a form has done what the form was for."""
        self._opening.end(body, said)
