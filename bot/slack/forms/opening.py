"""Open a form."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.errors import NOTHING, NotAllowed, PBXError, Refused, SlackFailure
from bot.messages.message import FormOffer, Message
from bot.messages.request import Request
from bot.operations.base import Operation
from bot.operations.help import Help
from bot.runtime.logs import request_logging
from bot.slack.buttons import FORM_ACTION
from bot.slack.forms import views
from bot.slack.forms.context import FAULT, FormContext, Outdated, away
from bot.slack.forms.state import FormState, named
from bot.slack.home import MENU, chosen
from bot.slack.requests import of_opening

log = logging.getLogger(__name__)


def place_of(operation: str, request: Request) -> FormState:
    return FormState(operation=operation, channel=request.channel, thread=request.thread, at_top=request.at_top)


def first_view(form_context: FormContext, operation: type[Operation], request: Request, offer: FormOffer) -> views.Json:
    place = place_of(offer.operation, request)
    again = (replace(offer, label="Try again"),)
    try:
        return _filled(form_context, operation, place.model_copy(update={"arguments": offer.arguments}), request)
    except Refused as refused:
        return views.over(operation, refused.message, place)
    except (PBXError, SlackFailure) as fault:
        return views.over(operation, replace(away(fault), forms=again), place)
    except Exception:  # whoever waits before the loading view must hear of it
        log.exception("a form met a fault in Park")
        return views.over(operation, FAULT, place)


def _filled(form_context: FormContext, operation: type[Operation], place: FormState, request: Request) -> views.Json:
    """The form, with what stands there; a name that nothing has is said above it, and stays to be mended."""
    said = None
    try:
        present = form_context.form_service.opened(request, operation, place.arguments)
    except NotAllowed:
        raise
    except Refused as refused:
        said, present = refused.message, {}
    groups = named(operation, place.arguments)
    form_context.later(form_context.form_service.warm, request, operation, place.arguments)
    place = place.model_copy(update={"arguments": {**present, **place.arguments}, "present": present, "groups": groups})
    form_context.look(operation, place)
    if not operation.asks_only() or said or not _required(operation) <= place.arguments.keys():
        place, lost = form_context.destinations.usual(operation, place, request)
        return form_context.fill(operation, place, said=said or lost)
    answer = form_context.form_service.reviewed(request, operation.model_validate(place.arguments))
    return views.over(operation, answer, place)


def _required(operation: type[Operation]) -> set[str]:
    return {name for name in operation.form() if operation.model_fields[name].is_required()}


Json = Mapping[str, Any]

PANEL, CHANGE = "park:panel", "park:change"
"""The shortcuts: from anywhere, and on a message, in whose thread the confirmation lands."""
OPENING = "Opening ..."
NOT_OPENED = f"Slack did not open the form. {NOTHING}"


class Opening:
    """Within the three seconds of the gesture's trigger."""

    def __init__(self, form_context: FormContext) -> None:
        self._means = form_context

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.action(FORM_ACTION)(self.click)
        app.action(MENU)(self.choose_from_menu)
        app.shortcut(PANEL)(self.panel)
        app.shortcut(CHANGE)(self.panel)

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        """The loading view within the trigger's three seconds, then the form."""
        with request_logging(request):
            self._means.at_once(self._open, trigger, request, offer)

    def click(self, ack: Ack, body: Json, action: Json) -> None:
        """A button that opens a form: on a message or the Home tab a new one, in the panel in its place."""
        ack()
        request, offer = of_opening(body, self._means.me.team), _offer(action["value"])
        if body.get("view", {}).get("type") == "modal":
            with request_logging(request):
                self._means.later(self._instead, body["view"]["id"], request, offer)
        else:
            self.open(body["trigger_id"], request, offer)

    def choose_from_menu(self, ack: Ack, body: Json, action: Json) -> None:
        """A group's menu on the Home tab."""
        ack()
        operation, group = chosen(action["selected_option"]["value"])
        self.open(
            body["trigger_id"],
            of_opening(body, self._means.me.team),
            FormOffer(label="", operation=operation, arguments={"group": group}),
        )

    def panel(self, ack: Ack, body: Json) -> None:
        """A shortcut, from anywhere or on a message: what this person may do here, as buttons."""
        ack()
        request = of_opening(body, self._means.me.team)
        with request_logging(request):
            self._means.at_once(self._panel, body["trigger_id"], request)

    def _panel(self, trigger: str, request: Request) -> None:
        try:
            view = self._means.screen.open(trigger, views.waiting(Help, OPENING))
        except SlackFailure as failure:
            self._not_opened(request, failure, Message(title=NOT_OPENED, notes=("Please use the shortcut again.",)))
            return
        self._means.later(self._fill_panel, view, request)

    def _fill_panel(self, view: str, request: Request) -> None:
        said = self._means.said(lambda: self._means.form_service.reviewed(request, Help()))
        self._means.screen.update(view, views.over(Help, replace(said, lines=()), place_of(Help.operation_id, request)))

    def _open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        again = Message(title=NOT_OPENED, forms=(replace(offer, label="Open the form"),))
        try:
            operation = self._means.operation(offer.operation)
            view = self._means.screen.open(trigger, views.waiting(operation, OPENING))
        except Outdated as old:
            self._means.messenger.answer(request, old.message)
        except SlackFailure as failure:
            self._not_opened(request, failure, again)
        else:
            self._means.later(self._fill, view, operation, request, offer)

    def _fill(self, view: str, operation: type[Operation], request: Request, offer: FormOffer) -> None:
        self._means.screen.update(view, first_view(self._means, operation, request, offer))

    def _not_opened(self, request: Request, failure: SlackFailure, said: Message) -> None:
        """Whoever clicked hears of it in private, for they see nothing else."""
        log.warning("a form was not opened: %s", failure)
        self._means.messenger.answer(request, said)

    def _instead(self, view: str, request: Request, offer: FormOffer) -> None:
        """In the place of the view that the button was in."""
        try:
            operation = self._means.operation(offer.operation)
        except Outdated as old:
            self._means.screen.update(view, views.over(Help, old.message, place_of(Help.operation_id, request)))
            return
        self._means.screen.update(view, views.waiting(operation, OPENING))
        self._fill(view, operation, request, offer)


def _offer(value: str) -> FormOffer:
    """A button's value; what another version of Park put there opens nothing."""
    said = json.loads(value)
    return FormOffer(label="", operation=said.get("operation", ""), arguments=said.get("arguments", {}))
