"""Which operations are offered as buttons, and in which order: a few first, and all of them in groups behind More."""

from collections.abc import Sequence
from dataclasses import replace

from bot.messages.message import FormOffer, Row
from bot.operations.base import Operation
from bot.recurrence.model import EVERY_WEEKDAY, Recurrence
from bot.texts import home, schedule_cards

PRIMARY = ("recall", "add", "remove", "move", "find", "group", "groups", "history")
"""Ids of the operations that come first, as far as the requester may use them and they have a form."""
MAX_PRIMARY = 5
REPEATED = "recall"
"""Id of the operation that the button to repeat something opens: what is repeated most."""


def primary_actions(allowed: Sequence[type[Operation]]) -> tuple[FormOffer, ...]:
    """The buttons of the operations that are used most, and the one that repeats a recall: at most MAX_PRIMARY."""
    by_id = {one.operation_id: one for one in _with_forms(allowed)}
    found = [by_id[id] for id in PRIMARY if id in by_id]
    others = [one for one in by_id.values() if one not in found and not is_destructive(one)]
    repeat = repeat_form(allowed)
    return (*map(form_offer, (found or others)[: MAX_PRIMARY - len(repeat)]), *repeat)


def repeat_form(allowed: Sequence[type[Operation]], group: str | None = None) -> tuple[FormOffer, ...]:
    """The button that opens the form of a recall with repeating chosen, if the requester may use that form."""
    recall = next((one for one in allowed if one.operation_id == REPEATED), None)
    if recall is None:
        return ()
    offer = form_offer(recall, group)
    recurs = Recurrence(rule=EVERY_WEEKDAY).model_dump(mode="json", exclude_defaults=True)
    return (replace(offer, label=schedule_cards.REPEAT, arguments={**offer.arguments, "recurs": recurs}),)


def all_actions(allowed: Sequence[type[Operation]]) -> tuple[Row, ...]:
    """Rows with the buttons of all operations: what only looks, what changes, and apart what destroys or stops."""
    forms = _with_forms(allowed)
    destructive = [one for one in forms if is_destructive(one)]
    reads = [one for one in forms if one.is_read_only()]
    changes = [one for one in forms if one not in destructive and one not in reads]
    parts = {home.TO_LOOK: reads, home.TO_CHANGE: changes, home.WITH_CARE: destructive}
    return tuple(Row(text=text, forms=tuple(map(form_offer, some))) for text, some in parts.items() if some)


def is_destructive(operation: type[Operation]) -> bool:
    """Whether an operation deletes something, replaces what can't be restored, or switches off for everybody."""
    return bool(getattr(operation, "needs_confirmation", False))


def form_offer(operation: type[Operation], group: str | None = None) -> FormOffer:
    """The button that opens an operation's form, filled with a group."""
    arguments = {} if group is None else {"group": group}
    return FormOffer(label=operation.title, operation=operation.operation_id, arguments=arguments)


def _with_forms(operations: Sequence[type[Operation]]) -> list[type[Operation]]:
    return [one for one in operations if one.permission is not None and one.form()]
