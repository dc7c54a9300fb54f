"""What people do with forms: open, pick, fill, review, apply. Nothing here waits before an ack but for one commit."""

import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.clerk import Clerk
from bot.errors import JournalUnavailable, PBXError, Refused, SlackFailure
from bot.message import Fact, FormOffer, Message
from bot.operation import JournalOperation, Operation, ReadOperation
from bot.operations import OPERATIONS, Help
from bot.request import Request
from bot.slack.buttons import FORM_ACTION
from bot.slack.connection import Identity
from bot.slack.forms import inputs, views
from bot.slack.forms.asked import of_form, of_opening
from bot.slack.forms.place import Place
from bot.slack.frame import as_many_as_fit
from bot.slack.home import MENU
from bot.slack.inbox import Inbox
from bot.slack.screen import Screen
from bot.typeahead import Choice

log = logging.getLogger(__name__)
Json = Mapping[str, Any]

PANEL, CHANGE = "park:panel", "park:change"
"""The shortcuts: from anywhere, and on a message, in whose thread the confirmation lands."""
CHECKING = "Checking with the PBX ... nothing is changed yet."


class Forms:
    """Each gesture is acknowledged at once; what waits for the PBX or for Slack has threads of its own."""

    def __init__(self, screen: Screen, inbox: Inbox, clerk: Clerk, me: Identity, pool: Executor) -> None:
        self._screen, self._inbox, self._clerk, self._me, self._pool = screen, inbox, clerk, me, pool
        self._operations = {operation.key(): operation for operation in OPERATIONS}

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.action(FORM_ACTION)(self.click)
        app.action(inputs.RECALL_CHOICE)(self.choose_recall)
        app.action(MENU)(self.choose_from_menu)
        app.shortcut(PANEL)(self.panel)
        app.shortcut(CHANGE)(self.panel)
        app.view(views.FILL)(self.submit)
        app.view(views.APPLY)(self.apply)
        for kind in ("group", "ring_group", "user"):
            app.options(inputs.PICK + kind)(self.suggest)

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        """In a thread of its own: the loading view within the trigger's three seconds, then the form."""
        self._later(self._open, trigger, request, offer)

    def end(self, body: Json, said: Message) -> None:
        """A button in the form has done what the form was for."""
        _, operation = self._placed(body)
        self._later(self._screen.update, body["view"]["id"], views.over(operation, said))

    def click(self, ack: Ack, body: Json, action: Json) -> None:
        """A button that opens a form: on a message or the Home tab a new one, in the panel in its place."""
        ack()
        value = json.loads(action["value"])
        offer = FormOffer(label="", operation=value["operation"], arguments=value["arguments"])
        request = of_opening(body, self._me.team)
        if body.get("view", {}).get("type") == "modal":
            self._later(self._fill, body["view"]["id"], request, offer)
        else:
            self.open(body["trigger_id"], request, offer)

    def choose_from_menu(self, ack: Ack, body: Json, action: Json) -> None:
        """A group's menu on the Home tab."""
        ack()
        operation, _, group = action["selected_option"]["value"].partition(":")
        self.open(
            body["trigger_id"],
            of_opening(body, self._me.team),
            FormOffer(label="", operation=operation, arguments={"group": group}),
        )

    def panel(self, ack: Ack, body: Json) -> None:
        """A shortcut, from anywhere or on a message: what this person may do here, as buttons."""
        ack()
        self._later(self._panel, body["trigger_id"], of_opening(body, self._me.team))

    def choose_recall(self, ack: Ack, body: Json) -> None:
        """The ring group's picker comes and goes with the choice."""
        ack()
        place, operation = self._placed(body)
        drawn = views.fill(
            operation, place.redrawn(arguments=inputs.filled(operation, body["view"]["state"]["values"]))
        )
        self._later(self._screen.update, body["view"]["id"], drawn, body["view"]["hash"])

    def suggest(self, ack: Ack, payload: Json) -> None:
        """From memory; says so where there is none yet."""
        kind = payload["action_id"].removeprefix(inputs.PICK)
        found = self._clerk.choices(kind, payload["value"])
        if not found and (silence := self._clerk.silence(kind)):
            self._later(self._clerk.warm)
            found = [Choice(inputs.NOBODY, silence)]
        ack(options=as_many_as_fit(map(_option, found)))

    def submit(self, ack: Ack, body: Json) -> None:
        """What is wrong stands beside its field; what is right is held against the PBX."""
        place, operation = self._placed(body)
        values = body["view"]["state"]["values"]
        try:
            arguments = inputs.read(operation, values)
        except inputs.Misfilled as wrong:
            ack(response_action="errors", errors=wrong.faults)
            return
        if issubclass(operation, JournalOperation):
            self._take(ack, body, place, operation(**arguments))
            return
        place = place.redrawn(arguments=inputs.filled(operation, values))
        ack(response_action="update", view=views.waiting(operation, CHECKING, place.nonce))
        self._later(self._review, body, place, operation(**arguments))

    def apply(self, ack: Ack, body: Json) -> None:
        """The last click: durable, then acknowledged."""
        place, operation = self._placed(body)
        self._take(ack, body, place, operation.model_validate(place.arguments))

    def _take(self, ack: Ack, body: Json, place: Place, asked: Operation) -> None:
        try:
            said = self._inbox.take(of_form(body, place, asked, self._me.team), asked)
        except JournalUnavailable:
            log.exception("a form was not accepted")
            said = Message(title="Nothing was done: Park can't write its journal just now. Please try again.")
        if said is None:
            ack(response_action="clear")
        else:
            ack(response_action="update", view=views.over(type(asked), said))

    def _panel(self, trigger: str, request: Request) -> None:
        view = self._screen.open(trigger, views.waiting(Help, "Opening ..."))
        try:
            said = self._clerk.reviewed(request, Help())
        except (Refused, PBXError, SlackFailure) as fault:
            said = away(fault)
        place = Place(operation=Help.key(), channel=request.channel, thread=request.thread)
        self._screen.update(view, views.over(Help, replace(said, lines=()), place))

    def _open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        view = self._screen.open(trigger, views.waiting(self._operations[offer.operation], "Opening ..."))
        self._fill(view, request, offer)

    def _fill(self, view: str, request: Request, offer: FormOffer) -> None:
        operation = self._operations[offer.operation]
        try:
            present = self._clerk.opened(request, operation, offer.arguments)
            self._later(self._clerk.warm)
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
        self._screen.update(view, drawn)

    def _first(self, operation: type[Operation], place: Place, request: Request) -> views.Json:
        """The form; or the answer, where a question has all that it needs."""
        required = {name for name in operation.form() if operation.model_fields[name].is_required()}
        if not issubclass(operation, ReadOperation) or not required <= place.arguments.keys():
            return views.fill(operation, place)
        return views.over(operation, self._clerk.reviewed(request, operation.model_validate(place.arguments)))

    def _review(self, body: Json, place: Place, asked: Operation) -> None:
        """The diff, or the form again with everything that was typed."""
        kind = type(asked)
        request = of_form(body, place, asked, self._me.team)
        try:
            present = self._clerk.opened(request, kind, asked.model_dump(mode="json"))
            drawn = self._shifted(kind, place, present) or self._reviewed(request, place, asked)
        except Refused as refused:
            drawn = views.fill(kind, place, said=refused.message)
        except (PBXError, SlackFailure) as fault:
            drawn = views.fill(kind, place, said=away(fault))
        self._screen.replace(place.nonce, drawn)

    def _shifted(self, operation: type[Operation], place: Place, present: dict[str, Any]) -> views.Json | None:
        """The form again where the same group, or the server, no longer is as the form showed it."""
        if present == place.present or present.get("group") != place.present.get("group"):
            return None
        return views.fill(operation, place.redrawn(present=present), said=shifted(operation, present))

    def _reviewed(self, request: Request, place: Place, asked: Operation) -> views.Json:
        said = self._clerk.reviewed(request, asked)
        expects = said.offers[0].expects if said.offers else None
        return views.review(type(asked), place.redrawn(arguments=asked.model_dump(mode="json"), expects=expects), said)

    def _placed(self, body: Json) -> tuple[Place, type[Operation]]:
        place = Place.model_validate_json(body["view"]["private_metadata"])
        return place, self._operations[place.operation]

    def _later(self, work: Callable[..., object], *arguments: object) -> None:
        self._pool.submit(_logged, work, *arguments)


def _option(one: Choice) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": one.label[:75]}, "value": one.value[:150]}


def shifted(operation: type[Operation], present: Mapping[str, Any]) -> Message:
    """What somebody else made of it while the form was open; what was typed still stands in it."""
    now = (inputs.shown(operation.form()[name], value) for name, value in present.items())
    return Message(
        title="Somebody changed this while the form was open. Nothing was changed by you yet.",
        facts=tuple(Fact(label=f"{label}, now", value=value) for label, value in now),
        notes=(
            "What you typed still stands below: look at it again, and submit it again if it still is what you want.",
        ),
    )


def away(fault: Exception) -> Message:
    """What a form says while it can't be filled or held against the PBX; nothing that was typed is lost."""
    whom = "The PBX" if isinstance(fault, PBXError) else "Slack"
    return Message(
        title=f"{whom} can't be asked just now. Nothing was changed. Try again in a minute.", notes=(str(fault),)
    )


def _logged(work: Callable[..., object], *arguments: object) -> None:
    try:
        work(*arguments)
    except SlackFailure as failure:
        log.warning("a form could not be shown: %s", failure)
    except Exception:
        log.exception("a form met a fault in Park")
