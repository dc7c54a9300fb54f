"""The panel: what waits and what is temporary, the groups, recent changes, and a few actions."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from bot.errors import JournalUnavailable, PBXError
from bot.messages.message import FormOffer, Message, Offer, Row
from bot.operations.actions import PRIMARY, all_actions, form_offer, primary_actions
from bot.operations.base import Operation
from bot.operations.context import OperationContext
from bot.operations.groups import group_summary
from bot.operations.pending import awaiting_approval, ending, scheduled
from bot.operations.recall import RecallGroup
from bot.operations.recent import recent_changes
from bot.operations.schedule_list import coming
from bot.policy.model import Permission
from bot.texts import home

log = logging.getLogger(__name__)
T = TypeVar("T")

MAX_PENDING, MAX_GROUPS, MAX_RECENT, MAX_AGAIN, MAX_EXAMPLES = 4, 5, 3, 5, 2
"""Rows of each kind. What is pending takes the place of groups and of lines to repeat: the panel stays one message."""


def more_button() -> FormOffer:
    """The button for all actions, which opens them in a view of their own."""
    return FormOffer(label=home.MORE, operation="help", arguments={"topic": "more"})


def panel(context: OperationContext, allowed: Sequence[type[Operation]], notes: tuple[str, ...]) -> Message:
    """What a person can do here, and what they may want to look at or take back first."""
    usable = [one for one in allowed if one.permission is not None]
    if not usable:
        return Message(title=home.NO_RIGHTS_HERE, facts=(context.whom_to_ask,), lines=("access",))
    known, soon = readable(lambda: (waiting(context, MAX_PENDING),)), readable(lambda: coming(context))
    pending = (*(row for one in known for row in one.rows), *soon)
    more = sum(one.total for one in known) + len(soon) - MAX_PENDING
    crowded = min(len(pending), MAX_PENDING - 1)
    groups, away = _groups(context, MAX_GROUPS - crowded)
    return Message(
        title=home.PANEL_TITLE,
        rows=(
            *pending[:MAX_PENDING],
            *(
                (Row(text=home.more_pending(more), offers=(Offer(label=home.MORE, line="pending"),)),)
                if more > 0
                else ()
            ),
            *groups,
            *readable(lambda: tuple(one.row() for one in recent_changes(context, MAX_RECENT, pending=False))),
            *_again(context, MAX_AGAIN - crowded),
        ),
        lines=tuple(_examples(context, usable)),
        notes=(*((home.FROM_MEMORY,) if away else ()), *notes),
        forms=(*primary_actions(usable), more_button()),
    )


def all_of_it(context: OperationContext, allowed: Sequence[type[Operation]], notes: tuple[str, ...]) -> Message:
    """Every action that a person may use here; those that destroy something stand apart."""
    usable = [one for one in allowed if one.permission is not None]
    if not usable:
        return panel(context, allowed, notes)
    return Message(title=home.ALL_ACTIONS, rows=all_actions(usable), notes=notes)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first rows of what is pending, and the number of all of them."""

    rows: tuple[Row, ...]
    total: int


def waiting(context: OperationContext, limit: int) -> Waiting:
    """What waits for the requester's approval, then what is temporary, then what else is pending.

    Args:
        limit: rows that are shown at most; of what is temporary, the rest is only counted.
    """
    approvals, starts = list(awaiting_approval(context)), list(scheduled(context))
    mine = [row for row in approvals if row.forms]
    ends, temporary = ending(context, limit)
    rows = (*mine, *ends, *(row for row in approvals if row not in mine), *starts)
    return Waiting(rows[:limit], len(approvals) + len(starts) + temporary)


def readable(read: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
    """What the journal says; nothing while it can't be read, since the rest does not depend on it."""
    try:
        return read()
    except JournalUnavailable as fault:
        log.warning("what is pending or was asked for last is not known: %s", fault)
        return ()


def _groups(context: OperationContext, shown: int) -> tuple[list[Row], bool]:
    """The first groups with a button to change each, and whether the PBX is away; then without their settings."""
    if not context.may(Permission.READ):
        return [], False
    try:
        seen = context.visible_groups()
        first = seen.part(0, shown)
        texts, away = [f"{one.name}: {group_summary(context, one)}" for one in first], False
    except PBXError:
        seen = context.visible_groups(cached=True)
        first = seen.part(0, shown)
        texts, away = [one.name for one in first], True
    rows = []
    for one, text in zip(first, texts, strict=True):
        recall = (form_offer(RecallGroup, one.name),) if context.may(Permission.RECALL, one.name) else ()
        rows.append(Row(text=text, forms=recall))
    left = len(seen) - shown
    if left > 0:
        rows.append(Row(text=home.groups_left(left), offers=(Offer(label=home.ALL_GROUPS, line="groups"),)))
    return rows, away


def _again(context: OperationContext, shown: int) -> Iterator[Row]:
    if offers := readable(context.offers_again)[:shown]:
        yield Row(text=home.AGAIN, offers=offers)


def _examples(context: OperationContext, usable: Sequence[type[Operation]]) -> Iterator[str]:
    """Examples of what is used most, with names that exist here."""
    by_id = {one.operation_id: one for one in usable}
    found = (context.example(by_id[id].examples[0]) for id in PRIMARY if id in by_id)
    yield from islice(filter(None, found), MAX_EXAMPLES)
