"""Forms submitted: read, held against the PBX, shown as a diff, and at the last click done."""

import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from bot.errors import JournalUnavailable, PBXError, Refused, SlackFailure
from bot.message import Message
from bot.operation import Operation
from bot.request import Request
from bot.slack.forms import views
from bot.slack.forms.asked import of_form
from bot.slack.forms.means import Means
from bot.slack.forms.place import Place
from bot.slack.forms.reading import Misfilled, filled, read
from bot.slack.forms.trouble import away, shifted

log = logging.getLogger(__name__)
Json = Mapping[str, Any]

CHECKING = "Checking with the PBX ... nothing is changed yet."


class Submitting:
    """Nothing waits before an ack but for one commit."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.view(views.FILL)(self.submit)
        app.view(views.APPLY)(self.apply)

    def submit(self, ack: Ack, body: Json) -> None:
        """What is wrong stands beside its field; what is right is held against the PBX."""
        place, operation = self._means.placed(body)
        values = body["view"]["state"]["values"]
        try:
            arguments = read(operation, values)
        except Misfilled as wrong:
            ack(response_action="errors", errors=wrong.faults)
            return
        place = place.redrawn(arguments=filled(operation, values))
        ack(response_action="update", view=views.waiting(operation, CHECKING, place.nonce))
        self._means.later(self._review, body, place, operation(**arguments))

    def apply(self, ack: Ack, body: Json) -> None:
        """The last click: durable, then acknowledged."""
        place, operation = self._means.placed(body)
        asked = operation.model_validate(place.arguments)
        try:
            said = self._means.inbox.take(of_form(body, place, asked, self._means.me.team), asked)
        except JournalUnavailable:
            log.exception("a form was not accepted")
            said = Message(title="Nothing was done: Park can't write its journal just now. Please try again.")
        if said is None:
            ack(response_action="clear")
        else:
            ack(response_action="update", view=views.over(operation, said))

    def _review(self, body: Json, place: Place, asked: Operation) -> None:
        """The diff, or the form again with everything that was typed."""
        kind = type(asked)
        request = of_form(body, place, asked, self._means.me.team)
        try:
            present = self._means.clerk.opened(request, kind, asked.model_dump(mode="json"))
            drawn = self._shifted(kind, place, present) or self._reviewed(request, place, asked)
        except Refused as refused:
            drawn = views.fill(kind, place, said=refused.message)
        except (PBXError, SlackFailure) as fault:
            drawn = views.fill(kind, place, said=away(fault))
        self._means.screen.replace(place.nonce, drawn)

    def _shifted(self, operation: type[Operation], place: Place, present: dict[str, Any]) -> views.Json | None:
        """The form again where the same group, or the server, no longer is as the form showed it."""
        if present == place.present or present.get("group") != place.present.get("group"):
            return None
        return views.fill(operation, place.redrawn(present=present), said=shifted(operation, present))

    def _reviewed(self, request: Request, place: Place, asked: Operation) -> views.Json:
        said = self._means.clerk.reviewed(request, asked)
        expects = said.offers[0].expects if said.offers else None
        return views.review(type(asked), place.redrawn(arguments=asked.model_dump(mode="json"), expects=expects), said)
