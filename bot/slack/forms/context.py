"""What the form listeners share: services, thread pools, and messages about failures."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from bot.errors import NotPossible, PBXError, Refused, SlackFailure, SlackRefused, said_of_slack
from bot.messages.message import Fact, Message, Row
from bot.messages.request import Request
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.planning.forms import FormService
from bot.runtime.logs import request_logging
from bot.slack.forms.inputs import value_text
from bot.slack.forms.state import FormState, operation_digest
from bot.slack.forms.views import Destinations, fill_view
from bot.slack.listeners import RequestInbox
from bot.slack.messenger import SlackMessenger
from bot.slack.requests import RequestFactory
from bot.slack.web_api import Json, ViewsApi
from bot.texts import forms, wording
from bot.texts.languages import settle

log = logging.getLogger(__name__)
Payload = Mapping[str, Any]


def outdated() -> Message:
    """Returns the notice that a form is from another version of Park."""
    return Message(title=forms.outdated(wording.NOTHING_CHANGED))


def internal_error() -> Message:
    """Returns the notice of a fault in Park while a form was shown."""
    return Message(title=forms.internal_error(wording.NOTHING_CHANGED))


class OutdatedForm(NotPossible):
    """A form, or a button that opens one, comes from another version of Park."""


def changed_meanwhile(operation_type: type[Operation], current: Mapping[str, Any]) -> Message:
    """Returns the notice that somebody else changed the settings while the form was open."""
    fields = ((operation_type.form()[name], value) for name, value in current.items())
    return Message(
        title=forms.CHANGED_MEANWHILE,
        facts=tuple(Fact(label=forms.label_now(one.label), value=value_text(one, value)) for one, value in fields),
        notes=(forms.STILL_BELOW,),
    )


def unavailable(failure: Exception) -> Message:
    """Returns the notice that the PBX or Slack is unavailable."""
    if isinstance(failure, SlackRefused):
        return Message(title=f"{said_of_slack(failure)} {wording.NOTHING_CHANGED}")
    if isinstance(failure, PBXError):
        return Message(title=forms.PBX_UNAVAILABLE, notes=(failure.said,))
    return Message(title=forms.SLACK_UNAVAILABLE)


@dataclass(frozen=True)
class FormContext:
    """Services for the form listeners, which acknowledge at once and do the rest in thread pools."""

    views_api: ViewsApi
    inbox: RequestInbox
    form_service: FormService
    messenger: SlackMessenger
    requests: RequestFactory
    urgent_pool: Executor
    """For what must happen within three seconds; it never waits for the PBX."""
    pool: Executor
    destinations: Destinations

    def operation_type(self, operation_id: str) -> type[Operation]:
        """Returns the operation with this id; raises OutdatedForm."""
        found = next((one for one in OPERATIONS if one.operation_id == operation_id), None)
        if found is None:
            raise OutdatedForm(outdated().title)
        return found

    def decode(self, body: Payload) -> tuple[FormState, type[Operation]]:
        """Returns the state of the view in a payload, and its operation; raises OutdatedForm."""
        try:
            state = FormState.model_validate_json(body["view"]["private_metadata"])
        except ValidationError as error:
            raise OutdatedForm(outdated().title) from error
        return state, self.operation_type(state.operation)

    def fill_view(
        self,
        operation_type: type[Operation],
        state: FormState,
        *,
        notice: Message | None = None,
        changes: Message | None = None,
        temporary: tuple[Row, ...] = (),
        focus: bool = False,
    ) -> Json:
        """Returns the form, with the labels that the pickers show."""
        return fill_view(
            operation_type,
            state,
            self.form_service.picker_options.label,
            notice=notice,
            changes=changes,
            temporary=temporary,
            calendars=self.form_service.calendars,
            focus=focus,
        )

    def temporary(self, request: Request, state: FormState) -> tuple[Row, ...]:
        """Returns what is temporary in the form's groups, as far as the user may use them."""
        return self.form_service.temporary(request, state.permitted_groups) if state.permitted_groups else ()

    def changes(self, body: Payload, state: FormState, operation: Operation) -> tuple[FormState, Message]:
        """Returns what a filled form would change, or why it can't, with the state of the form that shows it."""
        try:
            request = self.requests.submission(body, state, operation)
            with request_logging(request):
                self.destinations.check(request, is_typing=True)  # what is shown is accepted when the form is sent
                message = self.form_service.review(request, operation)
        except Refused as refused:
            return state, refused.message
        except (PBXError, SlackFailure) as failure:
            return state, unavailable(failure)
        if not message.offers:  # nothing to change
            return state, message
        update = {"expects": message.offers[0].expects, "shown": operation_digest(operation)}
        return state.model_copy(update=update), replace(message, offers=())  # the form's own button applies it

    def refresh_members(self, operation_type: type[Operation], state: FormState) -> None:
        """Starts to read the members of the form's groups, which its pickers depend on."""
        for role in (operation_type.left_group_field, operation_type.joined_group_field):
            if (group := state.arguments.get(role)) in state.permitted_groups:
                self.run_soon(self.form_service.picker_options.look, group)

    def run_urgently(self, work: Callable[..., object], *arguments: object) -> None:
        """Runs work that has a trigger_id, however many threads wait for the PBX."""
        self._submit(self.urgent_pool, work, *arguments)

    def run_soon(self, work: Callable[..., object], *arguments: object) -> None:
        """Runs work as soon as a thread is free."""
        self._submit(self.pool, _run_settled, work, *arguments)

    def _submit(self, pool: Executor, work: Callable[..., object], *arguments: object) -> None:
        try:
            pool.submit(_run_logged, work, *arguments)
        except RuntimeError as stopping:  # the pool is shut down
            log.info("a form is left as it is: %s", stopping)


def _run_settled(work: Callable[..., object], *arguments: object) -> None:
    """Runs work that may wait for Slack, in the language of whoever reads it."""
    settle()
    work(*arguments)


def _run_logged(work: Callable[..., object], *arguments: object) -> None:
    try:
        work(*arguments)
    except SlackFailure as failure:
        log.warning("a form could not be shown: %s", failure)
    except Exception:
        log.exception("a form met a fault in Park")
