"""Review and submit; all form listeners."""

import json
import logging
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from pydantic import ValidationError
from slack_bolt import Ack, App

from bot.errors import JournalUnavailable, NotUnderstood, PBXError, Refused, SlackFailure
from bot.messages.message import FormOffer, Message
from bot.messages.request import Request
from bot.operations.base import Operation
from bot.operations.control import Preview
from bot.operations.help import Help
from bot.operations.parser import meant, parse
from bot.planning.forms import FormService, cached_faults
from bot.runtime.logs import request_logging
from bot.slack.buttons import FOLLOW_ACTION
from bot.slack.client import Identity
from bot.slack.forms import views
from bot.slack.forms import views as destination
from bot.slack.forms.context import FAULT, OUTDATED, FormContext, Outdated, away, shifted
from bot.slack.forms.opening import Opening
from bot.slack.forms.picking import Picking
from bot.slack.forms.state import FormState, InvalidInput, TooMuch, beside, filled, names_in, read
from bot.slack.forms.views import Destinations
from bot.slack.listeners import RequestInbox
from bot.slack.messenger import SlackMessenger
from bot.slack.requests import of_form
from bot.slack.web_api import ViewsApi

log = logging.getLogger(__name__)
Json = Mapping[str, Any]

CHECKING = "Checking with the PBX ... nothing is changed yet."


class Reviewing:
    """In a thread of its own, while the person sees that it is checked."""

    def __init__(self, form_context: FormContext) -> None:
        self._means = form_context

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.action(FOLLOW_ACTION)(self.follow)

    def follow(self, ack: Ack, body: Json, action: Json) -> None:
        """A button in a form that stands for a line: what it would do is shown in the form."""
        ack()
        self._means.later(self._follow, body, json.loads(action["value"])["line"])

    def review(self, body: Json, place: FormState, asked: Operation) -> None:
        """The diff, or the form again with everything that was typed."""
        request = of_form(body, place, asked, self._means.me.team)
        with request_logging(request):
            self._means.screen.replace(place.nonce, self._drawn(request, place, asked))

    def _drawn(self, request: Request, place: FormState, asked: Operation) -> views.Json:
        kind = type(asked)
        try:
            self._means.destinations.check(request)
            present = self._means.form_service.opened(request, kind, asked.model_dump(mode="json"))
            return self._shifted(kind, place, present) or self._reviewed(request, place, asked)
        except Refused as refused:
            return self._again(kind, place, refused.message)
        except (PBXError, SlackFailure) as fault:
            return self._again(kind, place, away(fault))
        except Exception:  # whoever waits before "Checking ..." must hear of it
            log.exception("a form met a fault in Park")
            return self._again(kind, place, FAULT)

    def _follow(self, body: Json, line: str) -> None:
        view = body["view"]["id"]
        try:
            before, _ = self._means.placed(body)
            asked = _meant(line)
            kind = self._means.operation(asked.operation_id)
        except (Outdated, NotUnderstood) as fault:
            self._means.screen.update(view, views.over(Help, fault.message))
            return
        place = FormState(
            operation=kind.operation_id,
            arguments=asked.model_dump(mode="json", exclude_none=True),
            channel=before.channel,
            thread=before.thread,
            at_top=before.at_top,
            post_to=before.post_to,
        )
        if place.post_to is None:
            place, _ = self._means.destinations.usual(kind, place, of_form(body, place, asked, self._means.me.team))
        self._means.screen.update(view, views.waiting(kind, CHECKING, place.nonce))
        self.review(body, place, asked)

    def _again(self, kind: type[Operation], place: FormState, said: Message) -> views.Json:
        """With the inputs as they were, if it has any."""
        return self._means.fill(kind, place, said=said) if kind.form() else views.over(kind, said, place)

    def _shifted(self, operation: type[Operation], place: FormState, present: dict[str, Any]) -> views.Json | None:
        """The form again where the same group, or the server, no longer is as the form showed it."""
        if not place.present or present == place.present or present.get("group") != place.present.get("group"):
            return None
        return self._means.fill(operation, place.redrawn(present=present), said=shifted(operation, present))

    def _reviewed(self, request: Request, place: FormState, asked: Operation) -> views.Json:
        kind, said = type(asked), self._means.form_service.reviewed(request, asked)
        if kind.asks_only():
            return views.over(kind, said, place)
        expects = said.offers[0].expects if said.offers else None
        shown = place.redrawn(arguments=asked.model_dump(mode="json"), expects=expects)
        return views.review(kind, shown, said)


def _meant(line: str) -> Operation:
    """The reading of a line that Park said itself; of a preview, what it is about. Raise NotUnderstood."""
    asked = parse(line)[0]
    return _meant(asked.line) if isinstance(asked, Preview) else asked


BodyJson = Mapping[str, Any]

MORE_TO_FILL = Message(title="There is one more thing to fill in. Nothing is changed yet.")
JOURNAL_AWAY = Message(title="Nothing was done: Park can't write its journal just now. Please try again.")


def _meant_by_form(asked: Operation) -> Operation:
    """What it stands for, if it does; raise Misfilled where the line in it is none of Park's."""
    try:
        return next(iter(meant(asked)), asked)
    except NotUnderstood as fault:
        raise InvalidInput({"line": str(fault)}) from fault


class Submitting:
    """Nothing waits before an ack but for one commit."""

    def __init__(self, form_context: FormContext, reviewing: Reviewing) -> None:
        self._means, self._reviewing = form_context, reviewing

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.view(views.FILL)(self.submit)
        app.view(views.APPLY)(self.apply)

    def submit(self, ack: Ack, body: BodyJson) -> None:
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
                place = place.redrawn(
                    operation=asked.operation_id, arguments=asked.model_dump(mode="json", exclude_none=True)
                )
        except InvalidInput as wrong:
            self._misfilled(ack, operation, place, wrong, body)
        else:
            ack(response_action="update", view=views.waiting(operation, CHECKING, place.nonce))
            self._means.later(self._reviewing.review, body, place, asked)

    def apply(self, ack: Ack, body: BodyJson) -> None:
        """The last click: durable, then acknowledged."""
        try:
            place, operation = self._means.placed(body)
            asked = operation.model_validate(place.arguments)
        except (Outdated, ValidationError):
            ack(response_action="update", view=views.over(Help, OUTDATED))
            return
        request = of_form(body, place, asked, self._means.me.team)
        said = self._taken(request, asked)
        if said is None:
            ack(response_action="clear")
            if destination.is_asked(operation, place):
                self._means.later(self._means.destinations.remember, request)
        else:
            ack(response_action="update", view=views.over(operation, said, place))

    def _taken(self, request: Request, asked: Operation) -> Message | None:
        with request_logging(request):
            try:
                return self._means.inbox.take(request, asked)
            except JournalUnavailable:
                log.exception("a form was not accepted")
                return JOURNAL_AWAY

    def _asked(self, operation: type[Operation], place: FormState, state: BodyJson) -> Operation:
        """Raise Misfilled for what can be known without asking anybody."""
        asked = _meant_by_form(operation(**read(operation, state)))
        try:
            place.redrawn(arguments=asked.model_dump(mode="json"), expects="x" * 16).packed()
            place.packed()
        except TooMuch as much:
            longest = max(place.arguments, key=lambda name: len(str(place.arguments[name])))
            raise InvalidInput({longest: str(much)}) from much
        if faults := cached_faults(self._means.form_service.offering, asked):
            raise InvalidInput(faults if type(asked) is operation else {"line": " ".join(faults.values())})
        return asked

    def _misfilled(
        self, ack: Ack, operation: type[Operation], place: FormState, wrong: InvalidInput, body: BodyJson
    ) -> None:
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


class Forms:
    """All doors of the forms."""

    def __init__(
        self,
        screen: ViewsApi,
        inbox: RequestInbox,
        form_service: FormService,
        messenger: SlackMessenger,
        me: Identity,
        front: Executor,
        pool: Executor,
        destinations: Destinations,
    ) -> None:
        form_context = FormContext(screen, inbox, form_service, messenger, me, front, pool, destinations)
        self._opening, reviewing = Opening(form_context), Reviewing(form_context)
        self._doors = (self._opening, Picking(form_context), reviewing, Submitting(form_context, reviewing))

    def connect(self, app: App) -> None:
        """Register them."""
        for doors in self._doors:
            doors.connect(app)

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        """Within three seconds of the gesture that has this trigger; waits for nothing itself."""
        self._opening.open(trigger, request, offer)
