"""History of requests: show it, export it as CSV."""

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Annotated

from bot.errors import PBXError
from bot.journal.history import HistoryRecord, to_csv
from bot.messages.message import ActivityItem, Attachment, Message, Offer
from bot.messages.text import Words, fold
from bot.operations.arguments.times import Since, SomeoneId, begins
from bot.operations.arguments.types import ArgumentType, ChangeNumber, read_name, spellings
from bot.operations.base import ReadOperation
from bot.operations.context import OperationContext
from bot.policy.model import Permission

log = logging.getLogger(__name__)

_OUTCOMES = {"already": "already so", "late": "handed back", "unsettled": "unknown"}
"""Words for the states whose name is not shown to users."""
MAX_RECORDS = 50
"""Records in one answer; a button leads to older ones."""


def _read_group(words: Words) -> str:
    """The name of a group that may no longer exist, so it is not looked up on the PBX."""
    if any(word.is_keyword("since", "before", "me") for word in words):
        raise ValueError("Type history, a group, of @somebody, since a day: in that order, each only where needed.")
    return read_name(words)


HISTORY_GROUP = ArgumentType(placeholder="<group>", read=_read_group, swallows=True)


class HistoryQuery(ReadOperation):
    """Selects requests by group, user and day."""

    permission = Permission.HISTORY

    group: Annotated[str, HISTORY_GROUP] | None = None
    person: SomeoneId | None = None
    since: Since | None = None


class ShowHistory(HistoryQuery):
    """Shows requests, newest first; a record requires the history permission on all its groups."""

    operation_id = "history"
    title = "History"
    phrase = "history [{group}] [of {person}] [since {since}] [before change {before}]"
    also = (
        "history of|for|on {group} [since {since}]",
        "show|list history [of {group}] [since {since}]",
        "who changed {group} [since {since}]",
        "what changed [since {since}]",
        "what did {person} change [since {since}]",
    )
    help = (
        "Shows who changed what and when, and what came of it, refusals included, newest first: of a group, by a"
        " person, or in a period such as last night or in November. Add `as csv` to get a file."
    )
    examples = ("history Sales since Monday", "history", "history of me since yesterday")

    before: ChangeNumber | None = None

    def read(self, context: OperationContext) -> Message:
        found = list(islice(records(self, context, before=self.before), MAX_RECORDS + 1))
        shown, more = found[:MAX_RECORDS], len(found) > MAX_RECORDS
        if not shown:
            return Message(title=f"Nothing that you may see was asked for{_description(self)}", lines=("history",))
        count = f"the newest {MAX_RECORDS}" if more else f"{len(shown)} request{'' if len(shown) == 1 else 's'}"
        narrower = "There are more: type a group, of @somebody or since a day to narrow it, or look further back."
        return Message(
            title=f"History{_description(self)}: {count}",
            items=tuple(map(_activity_item, shown)),
            notes=(narrower,) if more else (),
            offers=tuple(_offers(self, shown[-1].change if more else None)),
        )


def records(query: HistoryQuery, context: OperationContext, before: int | None = None) -> Iterator[HistoryRecord]:
    """The records that match a query and that the requester may see; follows renamed groups.

    Args:
        before: only changes with lower numbers.
    """
    group, viewer, names = query.group, context.viewer, {fold(one) for one in spellings(query.group or "")}
    user = viewer.user if query.person == "me" else query.person and query.person.strip("<@>")
    start = begins(query.since, context.zone, context.repository.now()) if query.since else None
    today = _names_today(context)
    for record in viewer.history.newest_first(before=before, since=start, user=user):
        if (not group or _is_about(record, names)) and _may_see(context, record, today):
            names |= {fold(old) for old, new in record.renamed if group and fold(new) in names}
            yield _redact_reason(context, record, today)


def _names_today(context: OperationContext) -> dict[str, str]:
    """The present names of the groups by id; none if the PBX can't be asked, since the history has to be read then."""
    try:
        return {group.id: group.name for group in context.directory.all_groups()}
    except PBXError as fault:
        log.warning("history is decided by the names of then: %s", fault)
        return {}


def _is_about(record: HistoryRecord, names: Collection[str]) -> bool:
    return any(fold(spelling) in names for spellings in record.groups for spelling in spellings)


def _may_see(context: OperationContext, record: HistoryRecord, today: Mapping[str, str]) -> bool:
    """Whether the requester may see a record, by the names of then and of today."""
    renamed = [(today[id],) for id in record.group_ids if id in today]
    return all(any(_may(context, spelling) for spelling in spellings) for spellings in (*record.groups, *renamed))


def _may(context: OperationContext, group: str) -> bool:
    return context.may(Permission.HISTORY, group) and context.may_see(group)


def _description(query: ShowHistory) -> str:
    person = {None: "", "me": " by you"}.get(query.person, " by that person")
    parts = (f" of {query.group}" if query.group else "", person, f" since {query.since}" if query.since else "")
    return "".join(parts) + (f" before change {query.before}" if query.before else "")


def _redact_reason(context: OperationContext, record: HistoryRecord, today: Mapping[str, str]) -> HistoryRecord:
    """Removes a reason that names groups which the requester may not see."""
    reason = fold(record.reason)
    named = [*re.findall('[“"]([^”"]+)[”"]', record.reason), *(name for name in today.values() if fold(name) in reason)]
    return record if all(_may(context, name) for name in named) else replace(record, reason="")


def _activity_item(record: HistoryRecord) -> ActivityItem:
    outcome = f"{_OUTCOMES.get(record.outcome, record.outcome)}{record.reason and ': '}{record.reason}"
    what = f"{record.line}: {record.said}" if record.said else record.line
    how = f"change {record.change}, {outcome.removesuffix('.')}, by {record.source}"
    return ActivityItem(at=record.at, by=record.user, what=what, how=how, channel=record.channel)


def _offers(query: ShowHistory, last: int | None) -> Iterator[Offer]:
    if last is not None:
        yield Offer(label="Older", line=query.model_copy(update={"before": last}).text())
    whole = query.model_copy(update={"before": None}).text()
    yield Offer(label="Export as CSV", line=f"{whole} as csv")


BOM = "\ufeff"
"""Byte order mark, without which Excel does not read the file as UTF-8."""


class ExportHistory(HistoryQuery):
    """Sends the visible history as a CSV file in a direct message."""

    operation_id = "history_export"
    title = "Export history"
    phrase = "history [{group}] [of {person}] [since {since}] as csv"
    also = (
        "export history [{group}] [of {person}] [since {since}] [as csv]",
        "export [{group}] history [as csv]",
        "export",
        "export history of|for {group} [since {since}]",
        "history as csv [of {person}] [since {since}]",
    )
    advertised = False
    help = "Sends you the history that you may see as a CSV file in a direct message, narrowed like `history`."
    examples = ("history since 2026-11-01 as csv",)

    def read(self, context: OperationContext) -> Message:
        rows = list(to_csv(records(self, context)))
        if len(rows) == 1:
            return Message(title="There is nothing to export: nothing that you may see was asked for.")
        count = f"{len(rows) - 1} request{'' if len(rows) == 2 else 's'}"
        return Message(
            title=f"The history, {count}, is in your direct messages with Park.",
            file=Attachment(name="park-history.csv", content=BOM + "".join(rows)),
        )
