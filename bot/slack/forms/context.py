"""What form listeners share."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.errors import NOTHING, NotPossible, PBXError, Refused, SlackFailure
from bot.messages.message import Fact, Message
from bot.operations.base import Operation
from bot.operations.catalog import OPERATIONS
from bot.planning.forms import FormService
from bot.slack.client import Identity
from bot.slack.forms import inputs, views
from bot.slack.forms.state import FormState
from bot.slack.forms.views import Destinations
from bot.slack.listeners import RequestInbox
from bot.slack.messenger import SlackMessenger
from bot.slack.web_api import ViewsApi


def shifted(operation: type[Operation], present: Mapping[str, Any]) -> Message:
    """What somebody else made of it while the form was open; what was typed still stands in it."""
    now = (inputs.shown_value(operation.form()[name], value) for name, value in present.items())
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


log = logging.getLogger(__name__)
Json = Mapping[str, Any]

OUTDATED = Message(title=f"This form is from another version of Park: please open it anew. {NOTHING}")
FAULT = Message(title=f"Park met a fault of its own, which is in its log. {NOTHING}")


class Outdated(NotPossible):
    """A form, or a button that opens one, that was drawn by a Park of another age."""


@dataclass(frozen=True)
class FormContext:
    """Each gesture is acknowledged at once; what waits for the PBX or for Slack has threads of its own."""

    screen: ViewsApi
    inbox: RequestInbox
    form_service: FormService
    messenger: SlackMessenger
    me: Identity
    front: Executor
    """For what Slack waits three seconds for, and nothing else: no PBX keeps it busy."""
    pool: Executor
    destinations: Destinations

    def operation(self, key: str) -> type[Operation]:
        """By the name of its file; raise Outdated."""
        found = next((one for one in OPERATIONS if one.operation_id == key), None)
        if found is None:
            raise Outdated(f"This is from another version of Park, which could do something else. {NOTHING}")
        return found

    def placed(self, body: Json) -> tuple[FormState, type[Operation]]:
        """What the view of a gesture carries with it; raise Outdated."""
        try:
            place = FormState.model_validate_json(body["view"]["private_metadata"])
        except ValidationError as fault:
            raise Outdated(OUTDATED.title) from fault
        return place, self.operation(place.operation)

    def fill(self, operation: type[Operation], place: FormState, *, said: Message | None = None) -> views.Json:
        """The form, each value shown by the name that the pickers show."""
        return views.fill(operation, place, self.form_service.offering.label, said=said)

    def look(self, operation: type[Operation], place: FormState) -> None:
        """Read, by and by, the members that the form's pickers go by."""
        for role in (operation.leaves, operation.joins):
            if (group := place.arguments.get(role)) in place.groups:
                self.later(self.form_service.offering.look, group)

    def said(self, work: Callable[[], Message]) -> Message:
        """What the work says; where it fails, that."""
        try:
            return work()
        except Refused as refused:
            return refused.message
        except (PBXError, SlackFailure) as fault:
            return away(fault)

    def at_once(self, work: Callable[..., object], *arguments: object) -> None:
        """Before its trigger runs out, however many others wait for the PBX."""
        self._submit(self.front, work, *arguments)

    def later(self, work: Callable[..., object], *arguments: object) -> None:
        """As soon as a thread is free."""
        self._submit(self.pool, work, *arguments)

    def _submit(self, pool: Executor, work: Callable[..., object], *arguments: object) -> None:
        """Not at all once Park is stopping."""
        try:
            pool.submit(_logged, work, *arguments)
        except RuntimeError as stopping:
            log.info("a form is left as it is: %s", stopping)


def _logged(work: Callable[..., object], *arguments: object) -> None:
    try:
        work(*arguments)
    except SlackFailure as failure:
        log.warning("a form could not be shown: %s", failure)
    except Exception:
        log.exception("a form met a fault in Park")
