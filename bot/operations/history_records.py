"""Finds the records of the history that a query asks for, and that the requester may see."""

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from bot.changes.recreated import RESTORE
from bot.errors import PBXError, Refused, SlackFailure
from bot.journal.history import HistoryRecord
from bot.journal.targets import keys_called
from bot.messages.text import fold, split_words
from bot.operations.arguments.targets import MEMBERS
from bot.operations.arguments.types import spellings
from bot.operations.context import OperationContext
from bot.operations.history_query import HistoryQuery
from bot.pbx.ordered_names import OrderedNames
from bot.policy.model import Permission
from bot.times.points import Period

log = logging.getLogger(__name__)


def records(
    query: HistoryQuery, context: OperationContext, period: Period | None, before: int | None = None
) -> Iterator[HistoryRecord]:
    """The records that match a query and that the requester may see; follows renamed groups.

    What is about an earlier change, such as its end, has the name that the group had when that one was made, so a group
    is known by its id too.

    Args:
        before: only changes with lower numbers.
    """
    group, viewer, names = query.group, context.viewer, {fold(one) for one in spellings(query.group or "")}
    user = viewer.user if query.person == "me" else query.person and query.person.strip("<@>")
    start, end = (period.start, period.end) if period else (None, None)
    today, member = _names_today(context), _member_names(query.member, context) if query.member else None
    is_group = any(any(today.called(name)) for name in names)
    people = member or (_member_names(group, context) if group and not is_group else ())

    ids = {one.id for name in names for one in today.called(name)}

    def targets() -> Collection[str]:
        """The keys of what is searched for, which include the earlier names and ids of a group once they are found."""
        return {*ids, *(key for name in (*names, *people) for key in keys_called(name))}

    wanted = targets if group or member else None
    indexed = bool(ids) and member is None  # people may be called by names, which are in no index
    for record in viewer.history.newest_first(
        before=before, since=start, until=end, user=user, targets=wanted, indexed=indexed
    ):
        about = (not group or _is_about(record, names, ids)) and (member is None or _has_subject(record, member))
        if about and _may_see(context, record, today):
            if group:
                ids |= _earlier_ids(context, record, ids)
                ids |= {id for id, then in record.names_by_id.items() if not names.isdisjoint(map(fold, then))}
                names |= {fold(old) for old, new in record.renamed if fold(new) in names}
            if query.aspect is None or query.aspect in record.aspects:
                yield _redact_reason(context, record, today)


def _earlier_ids(context: OperationContext, record: HistoryRecord, ids: Collection[str]) -> frozenset[str]:
    """The ids that groups had before a restore has created them again, maybe under an older name."""
    if not record.line.startswith(f"{RESTORE} "):
        return frozenset()
    created = ((id, name) for id, names in record.names_by_id.items() if id in ids for name in names)
    return frozenset(old for id, name in created for old in context.repository.earlier_ids(id, name))


def _names_today(context: OperationContext) -> OrderedNames:
    """The present names of the groups; none if the PBX can't be asked, since the history has to be read then."""
    try:
        return context.directory.group_names()
    except PBXError as fault:
        log.warning("history is decided by the names of then: %s", fault)
        return OrderedNames(0, ())


def _member_names(member: str, context: OperationContext) -> Collection[str]:
    """What records may call members: as they were typed, and the numbers and names of the users they mean today."""
    try:
        typed = typed_members(member, context)
    except ValueError:
        typed = (member,)
    names = {fold(member), *map(fold, typed)}
    try:
        people = context.people(typed)
    except (Refused, PBXError, SlackFailure) as fault:
        log.info("the history of a member is searched by what was typed: %s", fault)
        return names
    return names | {fold(name) for person in people for name in (person.number, person.name) if name}


def typed_members(member: str, context: OperationContext) -> tuple[str, ...]:
    """The members as the PBX is asked for them; raises ValueError."""
    own = fold(member) in ("me", "myself")
    return (f"<@{context.viewer.user}>",) if own else MEMBERS.read(split_words(member))


def _has_subject(record: HistoryRecord, names: Collection[str]) -> bool:
    return any(fold(subject) in names for subject in record.subjects)


def _is_about(record: HistoryRecord, names: Collection[str], ids: Collection[str]) -> bool:
    if any(id in ids for id in record.names_by_id):
        return True
    of_group = any(fold(spelling) in names for spellings in record.groups for spelling in spellings)
    return of_group or _has_subject(record, names)


def _may_see(context: OperationContext, record: HistoryRecord, today: OrderedNames) -> bool:
    """Whether the requester may see a record, by the names of then and of today."""
    renamed = [(today.by_id[id],) for id in record.names_by_id if id in today.by_id]
    return all(any(_may(context, spelling) for spelling in spellings) for spellings in (*record.groups, *renamed))


def _may(context: OperationContext, group: str) -> bool:
    return context.may(Permission.HISTORY, group) and context.may_see(group)


_QUOTED = re.compile('[“„"]([^”“"]+)[”“"]')
"""A quoted name in a text, in the quotation marks of each language."""


def _redact_reason(context: OperationContext, record: HistoryRecord, today: OrderedNames) -> HistoryRecord:
    """Removes a reason that names groups which the requester may not see."""
    if not record.reason:
        return record
    reason = fold(record.reason)
    named = [*_QUOTED.findall(record.reason), *(one.name for one in today.names if one.folded in reason)]
    return record if all(_may(context, name) for name in named) else replace(record, reason="")
