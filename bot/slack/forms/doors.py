"""What people do with forms: open, pick, fill, review, apply."""

from concurrent.futures import Executor

from slack_bolt import App

from bot.clerk import Clerk
from bot.message import FormOffer
from bot.request import Request
from bot.slack.connection import Identity
from bot.slack.forms.destination import Destinations
from bot.slack.forms.means import Means
from bot.slack.forms.opening import Opening
from bot.slack.forms.picking import Picking
from bot.slack.forms.reviewing import Reviewing
from bot.slack.forms.submitting import Submitting
from bot.slack.inbox import Inbox
from bot.slack.screen import Screen
from bot.slack.voice import Voice


class Forms:
    """All doors of the forms."""

    def __init__(
        self,
        screen: Screen,
        inbox: Inbox,
        clerk: Clerk,
        voice: Voice,
        me: Identity,
        front: Executor,
        pool: Executor,
        destinations: Destinations,
    ) -> None:
        means = Means(screen, inbox, clerk, voice, me, front, pool, destinations)
        self._opening, reviewing = Opening(means), Reviewing(means)
        self._doors = (self._opening, Picking(means), reviewing, Submitting(means, reviewing))

    def connect(self, app: App) -> None:
        """Register them."""
        for doors in self._doors:
            doors.connect(app)

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        """Within three seconds of the gesture that has this trigger; waits for nothing itself."""
        self._opening.open(trigger, request, offer)
