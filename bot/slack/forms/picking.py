"""Listeners while a form is filled in: the options of its pickers, and updates after a choice."""

import logging
import re
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.errors import PBXError, Refused, SlackFailure, SlackRefused
from bot.messages.message import Message
from bot.operations.base import Operation
from bot.planning.picker_sources import KINDS, TO_USER, WHOLE, PickerKind, PickerOption
from bot.runtime.logs import request_logging
from bot.slack.blocks import first_options
from bot.slack.forms.context import FormContext, OutdatedForm, Payload
from bot.slack.forms.inputs import is_selectable, option_json
from bot.slack.forms.state import (
    NO_OPTION,
    PICK,
    FormState,
    input_names,
    named_groups,
    parse_values,
    raw_values,
)
from bot.slack.forms.values import CHOICE, InvalidInput, SubmittedValues
from bot.slack.forms.views import asks_first, chosen_destination, view_input_names
from bot.slack.web_api import Json, ViewsApi
from bot.texts import forms

log = logging.getLogger(__name__)

CHOICES = re.compile(f"{re.escape(PICK)}({'|'.join(KINDS)})|{re.escape(CHOICE)}\\w+")
"""The action_ids of inputs whose choice is shown at once."""
_HASH_CONFLICT = "hash_conflict"
_MAX_VIEWS = 1000
"""Views whose last gesture and hash are kept."""


class ViewUpdates:
    """Updates views unless the user has acted since; an update of Park's own does not count as such."""

    def __init__(self, views_api: ViewsApi) -> None:
        self._views_api = views_api
        self._gestures: dict[str, int] = {}
        self._hashes: dict[str, str] = {}
        self._lock = threading.Lock()

    def next_gesture(self, view_id: str) -> int:
        """Counts a gesture in a view and returns its number; updates for earlier ones are then dropped."""
        with self._lock:
            number = self._gestures.pop(view_id, 0) + 1
            self._gestures[view_id] = number
            for old in list(self._gestures)[:-_MAX_VIEWS]:
                del self._gestures[old]
                self._hashes.pop(old, None)
            return number

    def update(self, shown: Mapping[str, Any], gesture: int, view: Json) -> None:
        """Replaces a view, if it still is as `shown` at the gesture or as last updated; raises SlackFailure."""
        id = shown["id"]
        if self._gestures.get(id) != gesture:
            return
        for hash in filter(None, (shown["hash"], self._hashes.get(id))):
            try:
                self._hashes[id] = self._views_api.update(id, view, hash)
            except SlackRefused as refusal:
                if str(refusal) != _HASH_CONFLICT:
                    raise
            else:
                return
        log.info("a form was not drawn anew: it has been sent off since")


class LatestWork:
    """Does the work of a view's gestures, one at a time; work that waits is dropped for that of a later gesture.

    So somebody who types occupies one thread, however slow the PBX is.
    """

    def __init__(self, run_soon: Callable[..., None]) -> None:
        self._run_soon = run_soon
        self._waiting: dict[str, tuple[int, Callable[[], None]] | None] = {}  # by views whose work is being done
        self._lock = threading.Lock()

    def submit(self, view_id: str, gesture: int, work: Callable[[], None]) -> None:
        """Does the work once the present work of this view is finished."""
        with self._lock:
            busy, waiting = view_id in self._waiting, self._waiting.get(view_id)
            if waiting is None or waiting[0] < gesture:
                self._waiting[view_id] = (gesture, work)
        if not busy:
            self._run_soon(self._work, view_id)

    def _work(self, view_id: str) -> None:
        with self._lock:
            waiting = self._waiting[view_id]
            if waiting is None:
                del self._waiting[view_id]
                return
            self._waiting[view_id] = None
        try:
            waiting[1]()
        finally:
            self._run_soon(self._work, view_id)


class PickerListeners:
    """Returns options from cached names, and shows what would change as a form is filled in."""

    def __init__(self, context: FormContext) -> None:
        self._context = context
        self._updates = ViewUpdates(context.views_api)
        self._changes = LatestWork(context.run_soon)

    def connect(self, app: App) -> None:
        """Registers the listeners."""
        app.action(CHOICES)(self.choose)
        for kind in KINDS:
            app.options(PICK + kind)(self.suggest)

    def suggest(self, ack: Ack, payload: Payload) -> None:
        """Acknowledges with the options that match, or with a notice why there are none."""
        try:
            options = self._options(payload["action_id"].removeprefix(PICK), payload)
        except OutdatedForm:
            options = [PickerOption(NO_OPTION, forms.OUTDATED_OPTION)]
        ack(options=first_options(map(option_json, filter(is_selectable, options))))

    def choose(self, ack: Ack, body: Payload) -> None:
        """Updates the form after a choice or a character: with the inputs that it needs, and with what would change."""
        gesture = self._updates.next_gesture(body["view"]["id"])
        ack()
        self._context.run_soon(self._show_choice, body, gesture)

    def _options(self, kind: PickerKind, payload: Payload) -> list[PickerOption]:
        """Returns what the user may pick; for members, those of the group they leave but not of the one they join."""
        state, operation_type = self._context.decode(payload)
        form_service = self._context.form_service
        offering = form_service.picker_options
        request = self._context.requests.typeahead(payload, state)
        known = raw_values(operation_type, payload["view"]["state"]["values"])
        part = form_service.part(request, operation_type, kind, known)
        leaves = joins = ""
        if kind == "user":
            leaves = _permitted_group(state, known, operation_type.left_group_field)
            joins = _permitted_group(state, known, operation_type.joined_group_field)
        options = offering.choices(part, payload["value"], leaves=leaves, joins=joins) if part else []
        known_names = [one for one in options if one.value not in (TO_USER, *WHOLE)]
        notice = "" if known_names else offering.empty_reason(part) if part else forms.NOT_KNOWN_YET
        if notice:
            self._context.run_soon(form_service.warm, request, operation_type, known)
        elif kind != "user":
            self._context.run_soon(form_service.cache_principal, request)
        for group in filter(None, (leaves, joins)):
            if offering.members_outdated(group):
                self._context.run_soon(offering.look, group)
        if kind == "group":
            options = form_service.with_notes(request.user, options)
        return [*options, PickerOption(NO_OPTION, notice)] if notice else options

    def _show_choice(self, body: Payload, gesture: int) -> None:
        """Shows or hides inputs at once, and then what is read from the PBX and what would change.

        What has been typed since stays in its input: Slack keeps what stands in inputs whose ids stay.
        """
        state, operation_type = self._context.decode(body)
        shown = body["view"]
        values = shown["state"]["values"]
        arguments, post_to = raw_values(operation_type, values), chosen_destination(values)
        state = state.updated(arguments=arguments, post_to=post_to, expects=None, shown=None)
        view = self._context.fill_view(operation_type, state)
        if view_input_names(view) != input_names(values):
            self._updates.update(shown, gesture, view)
        work = partial(self._show_changes, body, gesture, operation_type, state)
        self._changes.submit(shown["id"], gesture, work)

    def _show_changes(self, body: Payload, gesture: int, operation_type: type[Operation], state: FormState) -> None:
        shown = body["view"]
        groups, notice = named_groups(operation_type, state.arguments), None
        if not set(groups) <= set(state.permitted_groups):
            state, notice = self._read_groups(body, operation_type, state, groups)
        operation = None if notice else complete_operation(operation_type, shown["state"]["values"])
        changes = None
        if operation is not None:
            state, changes = self._context.changes(body, state, operation)
        temporary = self._context.temporary(self._context.requests.opening(body), state)
        view = self._context.fill_view(operation_type, state, notice=notice, changes=changes, temporary=temporary)
        self._updates.update(shown, gesture, view)

    def _read_groups(
        self, body: Payload, operation_type: type[Operation], state: FormState, groups: tuple[str, ...]
    ) -> tuple[FormState, Message | None]:
        """Returns the state with the groups' current settings, or unchanged with the reason why they can't be used."""
        request = self._context.requests.opening(body)
        try:
            with request_logging(request):
                current = self._context.form_service.opened(request, operation_type, state.arguments)
        except Refused as refused:
            return state, refused.message
        except (PBXError, SlackFailure) as fault:
            log.info("a group that was chosen could not be read: %s", fault)
            return state, None
        state = state.model_copy(update={"current": current, "permitted_groups": groups})
        self._context.refresh_members(operation_type, state)
        return state, None


def _permitted_group(state: FormState, arguments: Mapping[str, Any], name: str) -> str:
    group = arguments.get(name)
    return group if group in state.permitted_groups else ""


def complete_operation(operation_type: type[Operation], values: SubmittedValues) -> Operation | None:
    """Returns the change that a form asks for; None where it is not filled in yet, or reviewed in a second step."""
    if asks_first(operation_type):
        return None
    try:
        return operation_type(**parse_values(operation_type, values))
    except InvalidInput:
        return None
