"""Listeners that review and submit forms, and the entry point that registers all form listeners."""

import json
import logging
from concurrent.futures import Executor
from functools import partial

from pydantic import ValidationError
from slack_bolt import Ack, App

from bot.errors import JournalUnavailable, NotUnderstood, PBXError, Refused, SlackFailure
from bot.messages.message import FormOffer, Message
from bot.messages.request import Request
from bot.operations.base import Operation
from bot.operations.control import Preview
from bot.operations.help import Help
from bot.operations.parser import modified_readings, parse_unconfirmed
from bot.planning.forms import FormService, cached_faults
from bot.runtime.logs import request_logging
from bot.slack.buttons import FOLLOW_ACTION
from bot.slack.forms.context import (
    FormContext,
    OutdatedForm,
    Payload,
    changed_meanwhile,
    internal_error,
    outdated,
    unavailable,
)
from bot.slack.forms.opening import OpeningListeners
from bot.slack.forms.picking import PickerListeners
from bot.slack.forms.state import (
    FormState,
    FormTooLarge,
    errors_by_block,
    input_names,
    operation_digest,
    parse_values,
    raw_values,
)
from bot.slack.forms.values import InvalidInput, SubmittedValues
from bot.slack.forms.views import (
    FILL,
    REVIEW,
    Destinations,
    accepted_view,
    asks_first,
    asks_for_destination,
    chosen_destination,
    loading_view,
    message_view,
    review_view,
    view_input_names,
)
from bot.slack.listeners import RequestInbox
from bot.slack.messenger import SlackMessenger
from bot.slack.requests import RequestFactory
from bot.slack.web_api import Json, ViewsApi
from bot.texts import forms

log = logging.getLogger(__name__)

_EXPECTS_PLACEHOLDER = "x" * 16  # of the length of a plan's digest


class ReviewListeners:
    """Previews a change in the form, in a thread of its own while a loading view is shown."""

    def __init__(self, context: FormContext) -> None:
        self._context = context

    def connect(self, app: App) -> None:
        """Registers the listener."""
        app.action(FOLLOW_ACTION)(self.follow)

    def follow(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Previews the line of a button in a form."""
        ack()
        value = json.loads(action["value"])
        self._context.run_soon(self._follow, body, value["line"], value.get("ends_change"))

    def review(self, body: Payload, state: FormState, operation: Operation, *, drawn: FormState | None = None) -> None:
        """Replaces the loading view with the preview, or with the form and everything that was entered.

        Args:
            drawn: The state of a form whose button said that it applies the change, which is then applied.
        """
        request = self._context.requests.submission(body, state, operation)
        with request_logging(request):
            view = self._review_view(request, state, operation, body, drawn)
            self._context.views_api.replace(state.nonce, view)

    def _follow(self, body: Payload, line: str, ends_change: int | None) -> None:
        view_id = body["view"]["id"]
        try:
            previous, _ = self._context.decode(body)
            operation = _parse_offered_line(line)
            operation_type = self._context.operation_type(operation.operation_id)
        except (OutdatedForm, NotUnderstood) as fault:
            self._context.views_api.update(view_id, message_view(Help, fault.message))
            return
        state = FormState(
            operation=operation_type.operation_id,
            arguments=operation.model_dump(mode="json", exclude_none=True),
            channel=previous.channel,
            thread=previous.thread,
            on_thread_root=previous.on_thread_root,
            post_to=previous.post_to,
            ends_change=ends_change,
            replaces=previous.replaces if previous.operation == operation_type.operation_id else None,
        )
        if state.post_to is None:
            request = self._context.requests.submission(body, state, operation)
            state, _ = self._context.destinations.restore(operation_type, state, request)
        self._context.views_api.update(view_id, loading_view(operation_type, forms.CHECKING, state.nonce))
        self.review(body, state, operation)

    def _review_view(
        self, request: Request, state: FormState, operation: Operation, body: Payload, drawn: FormState | None
    ) -> Json:
        operation_type = type(operation)
        try:
            self._context.destinations.check(request)
            arguments = operation.model_dump(mode="json")
            current = self._context.form_service.opened(request, operation_type, arguments)
            if _has_changed(state, current):
                notice = changed_meanwhile(operation_type, current)
                return self._context.fill_view(operation_type, state.updated(current=current), notice=notice)
            preview = self._context.form_service.review(request, operation)
            if operation_type.is_read_only():
                return message_view(operation_type, preview, state)
            expects = preview.offers[0].expects if preview.offers else None
            if drawn is not None and expects is not None:
                return self._apply(body, state.model_copy(update={"expects": expects}), operation, preview, drawn)
            return review_view(operation_type, state.updated(arguments=arguments, expects=expects), preview)
        except Refused as refused:
            notice = refused.message
        except (PBXError, SlackFailure) as failure:
            notice = unavailable(failure)
        except Exception:  # the loading view must not stay for ever
            log.exception("a form met a fault in Park")
            notice = internal_error()
        if operation_type.form():
            return self._context.fill_view(operation_type, state, notice=notice)
        return message_view(operation_type, notice, state)

    def _apply(self, body: Payload, state: FormState, operation: Operation, preview: Message, drawn: FormState) -> Json:
        """Stores the change in the journal, and returns the view that says so; the request's key is of the form."""
        operation_type = type(operation)
        request = self._context.requests.submission(body, state.model_copy(update={"nonce": drawn.nonce}), operation)
        answer = accept(self._context, request, operation)
        if answer is not None:
            return self._context.fill_view(operation_type, state, notice=answer)
        if asks_for_destination(operation_type, state):
            self._context.run_soon(self._context.destinations.remember, request)
        return accepted_view(operation_type, state, preview)


def accept(context: FormContext, request: Request, operation: Operation) -> Message | None:
    """Stores a form's change in the journal; returns the answer if it is not stored."""
    with request_logging(request):
        try:
            return context.inbox.submit(request, operation)
        except JournalUnavailable:
            log.exception("a form was not accepted")
            return Message(title=forms.JOURNAL_AWAY)


def _has_changed(state: FormState, current: Json) -> bool:
    """Returns whether the settings that the form showed have changed; those of another group don't count."""
    if not state.current or current == state.current:
        return False
    return bool(current.get("group") == state.current.get("group"))


def _parse_offered_line(line: str) -> Operation:
    """Parses a line that Park offered; of a preview, its subject. Raises NotUnderstood."""
    operation = parse_unconfirmed(line)[0]
    return _parse_offered_line(operation.line) if isinstance(operation, Preview) else operation


class SubmissionListeners:
    """Accepts submitted forms and reviews; before an acknowledgement it waits for nothing but one commit."""

    def __init__(self, context: FormContext, review: ReviewListeners) -> None:
        self._context, self._review = context, review

    def connect(self, app: App) -> None:
        """Registers the listeners."""
        app.view(FILL)(self.submit)
        app.view(REVIEW)(self.apply)

    def submit(self, ack: Ack, body: Payload) -> None:
        """Validates a form without the PBX, and then accepts or reviews it, or shows the errors beside the inputs."""
        try:
            drawn, operation_type = self._context.decode(body)
        except OutdatedForm as outdated:
            ack(response_action="update", view=message_view(Help, outdated.message))
            return
        values = body["view"]["state"]["values"]
        arguments, post_to = raw_values(operation_type, values), chosen_destination(values)
        state = drawn.updated(arguments=arguments, post_to=post_to, ends_change=None, expects=None, shown=None)
        try:
            operation = self._validate(operation_type, state, values)
        except InvalidInput as invalid:
            self._show_errors(ack, operation_type, state, invalid, values)
            return
        if type(operation) is not operation_type:  # the form holds a line, which stands for another operation
            arguments = operation.model_dump(mode="json", exclude_none=True)
            state = state.updated(operation=operation.operation_id, arguments=arguments)
        elif drawn.shown == operation_digest(operation) and drawn.post_to == post_to:
            self._accept_or_answer(ack, body, drawn, operation)
            return
        applies = type(operation) is operation_type and not asks_first(operation_type)
        ack(response_action="update", view=loading_view(operation_type, forms.CHECKING, state.nonce))
        review = partial(self._review.review, drawn=drawn) if applies else self._review.review
        self._context.run_soon(review, body, state, operation)

    def apply(self, ack: Ack, body: Payload) -> None:
        """Stores the change of a submitted review in the journal, and then acknowledges."""
        try:
            state, operation_type = self._context.decode(body)
            operation = operation_type.model_validate(state.arguments)
        except (OutdatedForm, ValidationError):
            ack(response_action="update", view=message_view(Help, outdated()))
            return
        self._accept_or_answer(ack, body, state, operation)

    def _accept_or_answer(self, ack: Ack, body: Payload, state: FormState, operation: Operation) -> None:
        """Stores a change whose effect the view has shown, and closes the view."""
        operation_type = type(operation)
        request = self._context.requests.submission(body, state, operation)
        answer = accept(self._context, request, operation)
        if answer is None:
            ack(response_action="clear")
            if asks_for_destination(operation_type, state):
                self._context.run_soon(self._context.destinations.remember, request)
        else:
            ack(response_action="update", view=message_view(operation_type, answer, state))

    def _validate(self, operation_type: type[Operation], state: FormState, values: SubmittedValues) -> Operation:
        """Returns the operation that the form asks for; raises InvalidInput for what can be known from the cache."""
        operation = operation_type(**parse_values(operation_type, values))
        try:
            operation = next(iter(modified_readings(operation)), operation)
        except NotUnderstood as fault:
            raise InvalidInput({"line": str(fault)}) from fault
        try:
            state.updated(arguments=operation.model_dump(mode="json"), expects=_EXPECTS_PLACEHOLDER).encode()
            state.encode()
        except FormTooLarge as error:
            longest = max(state.arguments, key=lambda name: len(str(state.arguments[name])))
            raise InvalidInput({longest: str(error)}) from error
        if faults := cached_faults(self._context.form_service.picker_options, operation):
            raise InvalidInput(faults if type(operation) is operation_type else {"line": " ".join(faults.values())})
        return operation

    def _show_errors(
        self,
        ack: Ack,
        operation_type: type[Operation],
        state: FormState,
        invalid: InvalidInput,
        values: SubmittedValues,
    ) -> None:
        """Shows the errors beside the inputs, or the form again if it was submitted before an input had appeared."""
        try:
            view = self._context.fill_view(operation_type, state, notice=Message(title=forms.MORE_TO_FILL))
        except FormTooLarge:
            view = None
        if view is None or view_input_names(view) <= input_names(values):
            ack(response_action="errors", errors=errors_by_block(values, invalid.errors))
            return
        ack(response_action="update", view=loading_view(operation_type, forms.CHECKING, state.nonce))
        self._context.run_soon(self._context.views_api.replace, state.nonce, view)


class FormListeners:
    """All form listeners."""

    def __init__(
        self,
        views_api: ViewsApi,
        inbox: RequestInbox,
        form_service: FormService,
        messenger: SlackMessenger,
        requests: RequestFactory,
        urgent_pool: Executor,
        pool: Executor,
        destinations: Destinations,
    ) -> None:
        context = FormContext(views_api, inbox, form_service, messenger, requests, urgent_pool, pool, destinations)
        self._opening, review = OpeningListeners(context), ReviewListeners(context)
        self._listeners = (self._opening, PickerListeners(context), review, SubmissionListeners(context, review))

    def connect(self, app: App) -> None:
        """Registers the listeners."""
        for listeners in self._listeners:
            listeners.connect(app)

    def open(self, trigger_id: str, request: Request, offer: FormOffer) -> None:
        """Starts opening a form within the three seconds that the trigger_id is valid; does not wait."""
        self._opening.open(trigger_id, request, offer)
