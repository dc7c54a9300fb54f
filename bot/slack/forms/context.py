"""What the form listeners share: services, thread pools, and messages about failures."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.errors import NOTHING_CHANGED, NotPossible, PBXError, SlackFailure, SlackRefused, said_of_slack
from bot.messages.message import Fact, Message
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.planning.forms import FormService
from bot.slack.forms.inputs import label_and_value
from bot.slack.forms.state import FormState
from bot.slack.forms.views import Destinations, fill_view
from bot.slack.listeners import RequestInbox
from bot.slack.messenger import SlackMessenger
from bot.slack.requests import RequestFactory
from bot.slack.web_api import Json, ViewsApi
from bot.texts import outcomes

log = logging.getLogger(__name__)
Payload = Mapping[str, Any]

OUTDATED = Message(title=f"This form is from another version of Park: please open it anew. {NOTHING_CHANGED}")
INTERNAL_ERROR = Message(title=f"{outcomes.INTERNAL_ERROR} {NOTHING_CHANGED}")


class OutdatedForm(NotPossible):
    """A form, or a button that opens one, comes from another version of Park."""


def changed_meanwhile(operation_type: type[Operation], current: Mapping[str, Any]) -> Message:
    """Returns the notice that somebody else changed the settings while the form was open."""
    fields = (label_and_value(operation_type.form()[name], value) for name, value in current.items())
    return Message(
        title="Somebody changed this while the form was open. Nothing was changed by you yet.",
        facts=tuple(Fact(label=f"{label}, now", value=value) for label, value in fields),
        notes=(
            "What you typed still stands below: look at it again, and submit it again if it still is what you want.",
        ),
    )


def unavailable(failure: Exception) -> Message:
    """Returns the notice that the PBX or Slack is unavailable."""
    if isinstance(failure, SlackRefused):
        return Message(title=f"{said_of_slack(failure)} {NOTHING_CHANGED}")
    system = "The PBX" if isinstance(failure, PBXError) else "Slack"
    return Message(
        title=f"{system} can't be asked just now. Nothing was changed. Try again in a minute.", notes=(str(failure),)
    )


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
            raise OutdatedForm(
                f"This is from another version of Park, which could do something else. {NOTHING_CHANGED}"
            )
        return found

    def decode(self, body: Payload) -> tuple[FormState, type[Operation]]:
        """Returns the state of the view in a payload, and its operation; raises OutdatedForm."""
        try:
            state = FormState.model_validate_json(body["view"]["private_metadata"])
        except ValidationError as error:
            raise OutdatedForm(OUTDATED.title) from error
        return state, self.operation_type(state.operation)

    def fill_view(self, operation_type: type[Operation], state: FormState, *, notice: Message | None = None) -> Json:
        """Returns the form, with the labels that the pickers show."""
        return fill_view(operation_type, state, self.form_service.picker_options.label, notice=notice)

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
        self._submit(self.pool, work, *arguments)

    def _submit(self, pool: Executor, work: Callable[..., object], *arguments: object) -> None:
        try:
            pool.submit(_run_logged, work, *arguments)
        except RuntimeError as stopping:  # the pool is shut down
            log.info("a form is left as it is: %s", stopping)


def _run_logged(work: Callable[..., object], *arguments: object) -> None:
    try:
        work(*arguments)
    except SlackFailure as failure:
        log.warning("a form could not be shown: %s", failure)
    except Exception:
        log.exception("a form met a fault in Park")
