"""Listeners that open forms: from buttons, from shortcuts and from commands."""

import json
import logging
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.errors import NotAllowed, NotPossible, PBXError, Refused, SlackFailure
from bot.messages.message import FormOffer, Message
from bot.messages.request import Request
from bot.messages.text import shorten, split_words
from bot.operations.base import Operation
from bot.operations.help import Help
from bot.runtime.logs import request_logging
from bot.slack.buttons import FORM_ACTION
from bot.slack.forms.context import FormContext, OutdatedForm, Payload, internal_error, unavailable
from bot.slack.forms.state import MAX_NOTE, FormState, named_groups
from bot.slack.forms.views import loading_view, message_view
from bot.slack.web_api import Json
from bot.texts import forms, wording

log = logging.getLogger(__name__)

PANEL, CHANGE = "park:panel", "park:change"
"""The callback_ids of the global shortcut and of the message shortcut."""


class OpeningListeners:
    """Opens a loading view within the trigger_id's three seconds, and then replaces it with the form."""

    def __init__(self, context: FormContext) -> None:
        self._context = context

    def connect(self, app: App) -> None:
        """Registers the listeners."""
        app.action(FORM_ACTION)(self.click)
        app.action(PANEL)(self.fill_panel)
        app.shortcut(PANEL)(self.open_panel)
        app.shortcut(CHANGE)(self.open_panel)

    def open(self, trigger_id: str, request: Request, offer: FormOffer) -> None:
        """Starts opening a form; does not wait."""
        with request_logging(request):
            self._context.run_urgently(self._open, trigger_id, request, offer)

    def click(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Opens the form of a button; a button in a modal replaces that modal."""
        ack()
        value = json.loads(action["value"])
        offer = FormOffer(
            label="",
            operation=value.get("operation", ""),
            arguments=value.get("arguments", {}),
            replaces=value.get("replaces"),
            note=value.get("note", ""),
        )
        request = self._context.requests.opening(body)
        if body.get("view", {}).get("type") == "modal":
            with request_logging(request):
                self._context.run_soon(self._replace, body["view"]["id"], request, offer)
        else:
            self.open(body["trigger_id"], request, offer)

    def open_panel(self, ack: Ack, body: Payload) -> None:
        """Opens the panel of a shortcut, with buttons for what the user may do in that place."""
        ack()
        request = self._context.requests.opening(body)
        with request_logging(request):
            self._context.run_urgently(self._open_panel, body["trigger_id"], request)

    def fill_panel(self, ack: Ack, body: Payload) -> None:
        """Shows the panel in a modal that is open already."""
        ack()
        request = self._context.requests.opening(body)
        with request_logging(request):
            self._context.run_soon(self._show_panel, body["view"]["id"], request)

    def _open_panel(self, trigger_id: str, request: Request) -> None:
        try:
            view_id = self._context.views_api.open(trigger_id, loading_view(Help, forms.OPENING))
        except SlackFailure as failure:
            message = Message(title=forms.not_opened(wording.NOTHING_CHANGED), notes=(forms.USE_SHORTCUT_AGAIN,))
            self._answer_not_opened(request, failure, message)
        else:
            self._context.run_soon(self._show_panel, view_id, request)

    def _show_panel(self, view_id: str, request: Request) -> None:
        try:
            message = self._context.form_service.review(request, Help())
        except Refused as refused:
            message = refused.message
        except (PBXError, SlackFailure) as failure:
            message = unavailable(failure)
        view = message_view(Help, replace(message, lines=()), _initial_state(Help.operation_id, request))
        self._context.views_api.update(view_id, view)

    def _open(self, trigger_id: str, request: Request, offer: FormOffer) -> None:
        try:
            operation_type = self._context.operation_type(offer.operation)
            view_id = self._context.views_api.open(trigger_id, loading_view(operation_type, forms.OPENING))
        except OutdatedForm as outdated:
            self._context.messenger.answer(request, outdated.message)
        except SlackFailure as failure:
            message = Message(
                title=forms.not_opened(wording.NOTHING_CHANGED), forms=(replace(offer, label=forms.OPEN_FORM),)
            )
            self._answer_not_opened(request, failure, message)
        else:
            self._context.run_soon(self._show_form, view_id, operation_type, request, offer)

    def _replace(self, view_id: str, request: Request, offer: FormOffer) -> None:
        try:
            operation_type = self._context.operation_type(offer.operation)
        except OutdatedForm as outdated:
            view = message_view(Help, outdated.message, _initial_state(Help.operation_id, request))
            self._context.views_api.update(view_id, view)
            return
        self._context.views_api.update(view_id, loading_view(operation_type, forms.OPENING))
        self._show_form(view_id, operation_type, request, offer)

    def _answer_not_opened(self, request: Request, failure: SlackFailure, message: Message) -> None:
        log.warning("a form was not opened: %s", failure)
        self._context.messenger.answer(request, message)

    def _show_form(self, view_id: str, operation_type: type[Operation], request: Request, offer: FormOffer) -> None:
        """Replaces the loading view with the form, or with the reason why there is none."""
        state = _initial_state(offer.operation, request)
        try:
            note = shorten(offer.note or request.note, MAX_NOTE)
            update = {"arguments": offer.arguments, "replaces": offer.replaces, "note": note}
            state = state.model_copy(update=update)
            view = self._filled_view(operation_type, state, request)
        except Refused as refused:
            view = message_view(operation_type, refused.message, state)
        except (PBXError, SlackFailure) as failure:
            message = replace(unavailable(failure), forms=(replace(offer, label=forms.TRY_AGAIN),))
            view = message_view(operation_type, message, state)
        except Exception:  # the loading view must not stay for ever
            log.exception("a form met a fault in Park")
            view = message_view(operation_type, internal_error(), state)
        self._context.views_api.update(view_id, view)

    def _filled_view(self, operation_type: type[Operation], state: FormState, request: Request) -> Json:
        """Returns the form with the current settings, or the answer of a query whose arguments are complete.

        A name that is not found leads to a notice above the form, and stays there to be corrected.
        """
        context, arguments, notice = self._context, state.arguments, None
        try:
            if state.replaces is not None:
                arguments = context.form_service.of_schedule(request, operation_type, arguments, state.replaces)
                state = state.model_copy(update={"arguments": arguments})
            current = context.form_service.opened(request, operation_type, arguments)
        except NotAllowed:
            raise
        except Refused as refused:
            notice, current = refused.message, {}
        notice = notice or _unread_time_notice(operation_type, arguments)
        groups = named_groups(operation_type, arguments)
        context.run_soon(context.form_service.warm, request, operation_type, arguments)
        state = state.model_copy(update={"current": current, "permitted_groups": groups})
        context.refresh_members(operation_type, state)
        required = {name for name in operation_type.form() if operation_type.model_fields[name].is_required()}
        if operation_type.is_read_only() and not notice and required <= arguments.keys():
            answer = context.form_service.review(request, operation_type.model_validate(arguments))
            return message_view(operation_type, answer, state)
        state, destination_notice = context.destinations.restore(operation_type, state, request)
        notice = notice or destination_notice
        temporary = context.temporary(request, state)
        return context.fill_view(operation_type, state, notice=notice, temporary=temporary, focus=True)


def _unread_time_notice(operation_type: type[Operation], arguments: dict[str, Any]) -> Message | None:
    """Returns what is wrong with a time that stands in its field as it was typed; None if there is none."""
    for name, argument_type in operation_type.times().items():
        typed = arguments.get(name)
        try:
            if isinstance(typed, str):
                argument_type.read(split_words(typed))
        except (ValueError, NotPossible) as fault:
            return Message(title=forms.correct_field(argument_type.label, str(fault)))
    return None


def _initial_state(operation_id: str, request: Request) -> FormState:
    return FormState(
        operation=operation_id, channel=request.channel, thread=request.thread, on_thread_root=request.on_thread_root
    )
