"""Options and redraws while a form is filled in."""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from bot.errors import PBXError, Refused, SlackFailure, SlackRefused
from bot.messages.message import Message
from bot.operations.base import Operation
from bot.planning.pickers import PickerKind, PickerOption
from bot.runtime.logs import request_logging
from bot.slack.blocks import as_many_as_fit
from bot.slack.forms import views
from bot.slack.forms import views as destination
from bot.slack.forms.context import FormContext, Outdated
from bot.slack.forms.inputs import fits, option
from bot.slack.forms.state import NOBODY, PICK, RECALL_CHOICE, RING_GROUP, FormState, filled, named, names_in
from bot.slack.requests import of_opening, of_typing
from bot.slack.web_api import ViewsApi

log = logging.getLogger(__name__)
ViewJson = Mapping[str, Any]

CONFLICT = "hash_conflict"
MOST = 1000
"""Views that are kept in mind: those of the last gestures."""


class Redrawing:
    """Slack refuses what was drawn from an older hash; one that is Park's own is no reason to give up."""

    def __init__(self, screen: ViewsApi) -> None:
        self._screen = screen
        self._gestures: dict[str, int] = {}
        self._hashes: dict[str, str] = {}
        self._lock = threading.Lock()

    def gesture(self, view: str) -> int:
        """The number of a gesture in this view; drawings for earlier ones come too late."""
        with self._lock:
            number = self._gestures.pop(view, 0) + 1
            self._gestures[view] = number
            for old in list(self._gestures)[:-MOST]:
                del self._gestures[old]
                self._hashes.pop(old, None)
            return number

    def draw(self, shown: ViewJson, gesture: int, view: dict[str, Any]) -> None:
        """In the place of the view as it was `shown` at the gesture; raise SlackFailure."""
        id = shown["id"]
        if self._gestures.get(id) != gesture:
            return
        for hash in filter(None, (shown["hash"], self._hashes.get(id))):
            try:
                self._hashes[id] = self._screen.update(id, view, hash)
            except SlackRefused as refusal:
                if str(refusal) != CONFLICT:
                    raise
            else:
                return
        log.info("a form was not drawn anew: it has been sent off since")


Json = Mapping[str, Any]

OLD = "This form is from another version of Park: please open it anew"
STRANGER = "Slack is still being asked who you are: type again"


class Picking:
    """Suggests from memory alone; what is read for a chosen group is shown when it is there."""

    def __init__(self, form_context: FormContext) -> None:
        self._means = form_context
        self._redrawing = Redrawing(form_context.screen)

    def connect(self, app: App) -> None:
        """Register the doors."""
        app.action(RECALL_CHOICE)(self.choose)
        app.action(PICK + "group")(self.choose)
        for kind in ("group", "ring_group", "user"):
            app.options(PICK + kind)(self.suggest)

    def suggest(self, ack: Ack, payload: Json) -> None:
        """What this person may pick here; says so where there is nothing to choose from, or not yet."""
        try:
            found = self._found(payload["action_id"].removeprefix(PICK), payload)
        except Outdated:
            found = [PickerOption(NOBODY, OLD)]
        ack(options=as_many_as_fit(map(option, filter(fits, found))))

    def _found(self, kind: PickerKind, payload: Json) -> list[PickerOption]:
        """No members of the group that they are to join, only those of the one they leave; groups by the policy."""
        place, operation = self._means.placed(payload)
        form_service, request = self._means.form_service, of_typing(payload, place, self._means.me.team)
        known = filled(operation, payload["view"]["state"]["values"])
        part = form_service.part(request, operation, kind, known)
        by = self._groups(place, operation, known) if kind == "user" else {}
        found = form_service.offering.choices(part, payload["value"], **by) if part else []
        silence = "" if found else form_service.offering.silence(part) if part else STRANGER
        if silence:
            self._means.later(form_service.warm, request, operation, known)
        elif kind != "user":
            self._means.later(form_service.meet, request)
        for group in filter(form_service.offering.outdated, by.values()):
            self._means.later(form_service.offering.look, group)
        return [PickerOption(NOBODY, silence)] if silence else found

    def _groups(self, place: FormState, operation: type[Operation], known: Json) -> dict[str, str]:
        """The groups that its members leave and join, as far as they are chosen and allowed."""
        chosen = {"leaves": known.get(operation.leaves), "joins": known.get(operation.joins)}
        return {role: group for role, group in chosen.items() if group in place.groups}

    def choose(self, ack: Ack, body: Json) -> None:
        """A recall target, whose ring group's picker comes and goes; or a group, whose present the form shows."""
        gesture = self._redrawing.gesture(body["view"]["id"])
        ack()
        self._means.later(self._chosen, body, gesture)

    def _chosen(self, body: Json, gesture: int) -> None:
        """What needs no PBX at once."""
        place, operation = self._means.placed(body)
        shown = body["view"]
        state = shown["state"]["values"]
        place = place.redrawn(arguments=filled(operation, state), post_to=destination.picked(state))
        drawn = self._means.fill(operation, place)
        if views.names(drawn) != names_in(shown["state"]["values"]):
            self._redrawing.draw(shown, gesture, drawn)
        groups = named(operation, place.arguments)
        if not set(groups) <= set(place.groups):
            self._redrawing.draw(shown, gesture, self._of_groups(body, operation, place, groups))

    def _of_groups(
        self, body: Json, operation: type[Operation], place: FormState, groups: tuple[str, ...]
    ) -> views.Json:
        """With what stands there now, in the inputs that nobody has touched."""
        said: Message | None = None
        request = of_opening(body, self._means.me.team)
        try:
            with request_logging(request):
                present = self._means.form_service.opened(request, operation, place.arguments)
        except Refused as refused:
            said = refused.message
        except (PBXError, SlackFailure) as fault:
            log.info("a group that was chosen could not be read: %s", fault)
        else:
            place = refilled(place, present).model_copy(update={"groups": groups})
            self._means.look(operation, place)
        return self._means.fill(operation, place, said=said)


def refilled(place: FormState, present: dict[str, Any]) -> FormState:
    """Whatever still is as the form was filled, or empty, is filled anew."""
    old = place.present
    new = {
        name: value
        for name, value in present.items()
        if place.arguments.get(name) in (None, old.get(name)) and place.arguments.get(name) != value
    }
    turned = {part: place.turns.get(part, 0) + 1 for name in new for part in (name, name + RING_GROUP)}
    return place.redrawn(arguments={**place.arguments, **new}, present=present, turns={**place.turns, **turned})
