"""Forms opened: by a line, a button, a menu or a shortcut; the loading view first, then the form."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.errors import PBXError, Refused, SlackFailure
from bot.message import FormOffer, Message
from bot.operation import Operation
from bot.operations import Help
from bot.request import Request
from bot.slack.buttons import FORM_ACTION
from bot.slack.forms import views
from bot.slack.forms.asked import of_opening
from bot.slack.forms.means import Means
from bot.slack.forms.place import Place
from bot.slack.forms.trouble import away
from bot.slack.home import MENU

Json = Mapping[str, Any]

PANEL, CHANGE = "park:panel", "park:change"
"""The shortcuts: from anywhere, and on a message, in whose thread the confirmation lands."""


class Opening:
    """Within the three seconds of the gesture's trigger."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.action(FORM_ACTION)(self.click)
        app.action(MENU)(self.choose_from_menu)
        app.shortcut(PANEL)(self.panel)
        app.shortcut(CHANGE)(self.panel)

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        """In a thread of its own: the loading view within the trigger's three seconds, then the form."""
        self._means.later(self._open, trigger, request, offer)

    def end(self, body: Json, said: Message) -> None:
        """A button in the form has done what the form was for."""
        _, operation = self._means.placed(body)
        self._means.later(self._means.screen.update, body["view"]["id"], views.over(operation, said))

    def click(self, ack: Ack, body: Json, action: Json) -> None:
        """A button that opens a form: on a message or the Home tab a new one, in the panel in its place."""
        ack()
        value = json.loads(action["value"])
        offer = FormOffer(label="", operation=value["operation"], arguments=value["arguments"])
        request = of_opening(body, self._means.me.team)
        if body.get("view", {}).get("type") == "modal":
            self._means.later(self._fill, body["view"]["id"], request, offer)
        else:
            self.open(body["trigger_id"], request, offer)

    def choose_from_menu(self, ack: Ack, body: Json, action: Json) -> None:
        """A group's menu on the Home tab."""
        ack()
        operation, _, group = action["selected_option"]["value"].partition(":")
        self.open(
            body["trigger_id"],
            of_opening(body, self._means.me.team),
            FormOffer(label="", operation=operation, arguments={"group": group}),
        )

    def panel(self, ack: Ack, body: Json) -> None:
        """A shortcut, from anywhere or on a message: what this person may do here, as buttons."""
        ack()
        self._means.later(self._panel, body["trigger_id"], of_opening(body, self._means.me.team))

    def _panel(self, trigger: str, request: Request) -> None:
        view = self._means.screen.open(trigger, views.waiting(Help, "Opening ..."))
        try:
            said = self._means.clerk.reviewed(request, Help())
        except (Refused, PBXError, SlackFailure) as fault:
            said = away(fault)
        place = Place(operation=Help.key(), channel=request.channel, thread=request.thread)
        self._means.screen.update(view, views.over(Help, replace(said, lines=()), place))

    def _open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        view = self._means.screen.open(trigger, views.waiting(self._means.operation(offer.operation), "Opening ..."))
        self._fill(view, request, offer)

    def _fill(self, view: str, request: Request, offer: FormOffer) -> None:
        operation = self._means.operation(offer.operation)
        try:
            present = self._means.clerk.opened(request, operation, offer.arguments)
            self._means.later(self._means.clerk.warm)
            place = Place(
                operation=offer.operation,
                arguments={**present, **offer.arguments},
                present=present,
                channel=request.channel,
                thread=request.thread,
            )
            drawn = self._first(operation, place, request)
        except Refused as refused:
            drawn = views.over(operation, refused.message)
        except (PBXError, SlackFailure) as fault:
            drawn = views.over(operation, away(fault))
        self._means.screen.update(view, drawn)

    def _first(self, operation: type[Operation], place: Place, request: Request) -> views.Json:
        """The form; or the answer, where a question has all that it needs."""
        required = {name for name in operation.form() if operation.model_fields[name].is_required()}
        if operation.changes() or not required <= place.arguments.keys():
            return views.fill(operation, place)
        return views.over(operation, self._means.clerk.reviewed(request, operation.model_validate(place.arguments)))
