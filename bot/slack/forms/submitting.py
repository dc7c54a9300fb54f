"""Forms submitted: read, and at the last click done."""

import logging
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from slack_bolt import Ack, App

from bot.errors import JournalUnavailable, NotUnderstood
from bot.grammar import meant
from bot.known_faults import known_faults
from bot.message import Message
from bot.operation import Operation
from bot.operations import Help
from bot.slack.forms import destination, views
from bot.slack.forms.asked import of_form
from bot.slack.forms.ids import names_in
from bot.slack.forms.means import OUTDATED, Means, Outdated
from bot.slack.forms.place import Place, TooMuch
from bot.slack.forms.reading import Misfilled, beside, filled, read
from bot.slack.forms.reviewing import CHECKING, Reviewing

log = logging.getLogger(__name__)
Json = Mapping[str, Any]

MORE_TO_FILL = Message(title="There is one more thing to fill in. Nothing is changed yet.")
JOURNAL_AWAY = Message(title="Nothing was done: Park can't write its journal just now. Please try again.")


def _meant(asked: Operation) -> Operation:
    """What it stands for, if it does; raise Misfilled where the line in it is none of Park's."""
    try:
        return next(iter(meant(asked)), asked)
    except NotUnderstood as fault:
        raise Misfilled({"line": str(fault)}) from fault


class Submitting:
    """Nothing waits before an ack but for one commit."""

    def __init__(self, means: Means, reviewing: Reviewing) -> None:
        self._means, self._reviewing = means, reviewing

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.view(views.FILL)(self.submit)
        app.view(views.APPLY)(self.apply)

    def submit(self, ack: Ack, body: Json) -> None:
        """What is wrong stands beside its field; what is right is held against the PBX."""
        try:
            place, operation = self._means.placed(body)
        except Outdated as old:
            ack(response_action="update", view=views.over(Help, old.message))
            return
        state = body["view"]["state"]["values"]
        place = place.redrawn(arguments=filled(operation, state), post_to=destination.picked(state))
        try:
            asked = self._asked(operation, place, state)
            if type(asked) is not operation:  # it stands for another: that is what is shown, and done
                place = place.redrawn(operation=asked.key(), arguments=asked.model_dump(mode="json", exclude_none=True))
        except Misfilled as wrong:
            self._misfilled(ack, operation, place, wrong, body)
        else:
            ack(response_action="update", view=views.waiting(operation, CHECKING, place.nonce))
            self._means.later(self._reviewing.review, body, place, asked)

    def apply(self, ack: Ack, body: Json) -> None:
        """The last click: durable, then acknowledged."""
        try:
            place, operation = self._means.placed(body)
            asked = operation.model_validate(place.arguments)
        except (Outdated, ValidationError):
            ack(response_action="update", view=views.over(Help, OUTDATED))
            return
        request = of_form(body, place, asked, self._means.me.team)
        try:
            said = self._means.inbox.take(request, asked)
        except JournalUnavailable:
            log.exception("a form was not accepted")
            said = JOURNAL_AWAY
        if said is None:
            ack(response_action="clear")
            if destination.is_asked(operation, place):
                self._means.later(self._means.destinations.remember, request)
        else:
            ack(response_action="update", view=views.over(operation, said, place))

    def _asked(self, operation: type[Operation], place: Place, state: Json) -> Operation:
        """Raise Misfilled for what can be known without asking anybody."""
        asked = _meant(operation(**read(operation, state)))
        try:
            place.redrawn(arguments=asked.model_dump(mode="json"), expects="x" * 16).packed()
            place.packed()
        except TooMuch as much:
            longest = max(place.arguments, key=lambda name: len(str(place.arguments[name])))
            raise Misfilled({longest: str(much)}) from much
        if faults := known_faults(self._means.clerk.offering, asked):
            raise Misfilled(faults if type(asked) is operation else {"line": " ".join(faults.values())})
        return asked

    def _misfilled(self, ack: Ack, operation: type[Operation], place: Place, wrong: Misfilled, body: Json) -> None:
        """Beside its field, or with the field where the form was sent off before it was there."""
        state = body["view"]["state"]["values"]
        try:
            drawn = self._means.fill(operation, place, said=MORE_TO_FILL)
        except TooMuch:
            drawn = None
        if drawn is None or views.names(drawn) <= names_in(state):
            ack(response_action="errors", errors=beside(state, wrong.faults))
            return
        ack(response_action="update", view=views.waiting(operation, CHECKING, place.nonce))
        self._means.later(self._means.screen.replace, place.nonce, drawn)
