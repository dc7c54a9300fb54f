"""History of requests: show it as a list or as a table, export it as CSV."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import ClassVar
from zoneinfo import ZoneInfo

from bot.errors import NotPossible, PBXError, Refused, SlackFailure
from bot.journal.history import HistoryRecord, to_csv
from bot.messages.message import ActivityItem, Attachment, Cell, Message, Offer, Table
from bot.operations.arguments.types import spellings
from bot.operations.context import OperationContext
from bot.operations.history_query import HistoryQuery
from bot.operations.history_records import records, typed_members
from bot.operations.history_state import state_of_record
from bot.operations.table_view import switch_button
from bot.texts import dates, wording
from bot.texts import history as texts
from bot.texts.languages import in_each_language
from bot.times.format import format_dated
from bot.times.periods import period_text, read_period
from bot.times.points import Period

log = logging.getLogger(__name__)

MAX_RECORDS = 10
"""Records in one answer; a button leads to older ones."""


class ShowHistory(HistoryQuery):
    """Shows requests, newest first; a record requires the history permission on all its groups."""

    operation_id = "history"
    phrase = "history [{group}] [member {member}] [{aspect}] [by {person}] [{period}] [before change {before}]"
    also: ClassVar[tuple[str, ...]] = (
        "history [{group}]",
        "show|list [me] [the] history [{group}]",
        "log|recent [{group}]",
        "who [has|have] changed|edited|modified|touched|set|redirected|added|removed|moved [{group}]",
        "who [has|have] created|renamed|deleted|done [{group}]",
        "who did|was {group}",
        "who [has|have] added|put {member} to|in|into {group}",
        "who [has|have] moved {member} to|into|from {group}",
        "who [has|have] removed|deleted|took|taken|kicked {member} from {group}",
        "who [has|have] took|taken|kicked {member} out of {group}",
        "who [has|have] renamed|redirected|sent|pointed|set {group} to {goal}",
        "who was|were added|moved|put to|in|into {group}",
        "who was|were removed|moved|taken from {group}",
        "when was|were {group} changed|edited|redirected|created|renamed|deleted",
        "when was|were {member} added|moved to|into {group}",
        "when was|were {member} removed|moved|taken from {group}",
        "what changed|happened [{group}]",
        "what has|have|was|were changed [{group}]",
        "what did {person} change|do [{group}]",
        "what has|have {person} changed|done [{group}]",
        "recent changes [{group}]",
        "changes [{group}]",
    )
    examples: ClassVar[tuple[str, ...]] = (
        "history Sales last night",
        "history",
        "history by me since yesterday",
        "who added 1001 to Sales?",
    )

    def read(self, context: OperationContext) -> Message:
        period = _period(self, context)
        found = list(islice(records(self, context, period, before=self.before), MAX_RECORDS + 1))
        shown, more = found[:MAX_RECORDS], len(found) > MAX_RECORDS
        notes = (*((_period_in_full(period, context),) if period else ()), *_limits(self, context))
        if not shown:
            title, similar = texts.nothing(_selection(self, context)), _similar(self, context)
            return Message(title=title, notes=notes, lines=("history",), offers=similar)
        return Message(
            title=texts.title(_selection(self, context), len(shown), more=more),
            items=tuple(_item(context, record) for record in shown),
            notes=(*notes, *((texts.NARROW,) if more else ())),
            offers=tuple(_offers(self, context, period, shown[-1].change if more else None)),
        )


def _limits(query: HistoryQuery, context: OperationContext) -> Iterator[str]:
    """What a search by a group or a member leaves out."""
    if (query.group or query.member) and (number := context.viewer.history.all_after()):
        yield texts.searched_by_plans(number)


def _period(query: HistoryQuery, context: OperationContext) -> Period | None:
    try:
        now = context.repository.now()
        return read_period(query.period, now, ZoneInfo(context.zone)) if query.period else None
    except ValueError as fault:
        raise NotPossible(str(fault)) from None


def _similar(query: HistoryQuery, context: OperationContext) -> tuple[Offer, ...]:
    """Buttons for a query of which nothing was found, with similar names for those that the PBX does not know."""
    try:
        known = (group.name for one in spellings(query.group or "") for group in context.directory.group(one))
        if query.group and not any(map(context.may_see, known)):
            return context.unknown_group(query.group).message.offers
        if query.member:
            context.people(typed_members(query.member, context))
    except Refused as fault:
        return fault.message.offers
    except (ValueError, PBXError, SlackFailure) as fault:
        log.info("no similar names for a history without records: %s", fault)
    return ()


def _shown_reason(reason: str) -> str:
    """A stored reason without what is true of every refusal, in whichever language it was stored."""
    for ending in in_each_language(lambda: wording.NOTHING_CHANGED):
        reason = reason.removesuffix(ending)
    return reason.strip()


def _selection(query: HistoryQuery, context: OperationContext) -> str:
    """What the query selects, as in ` of Sales by you last night`."""
    of = texts.of_group(query.group or "", query.aspect or "") if query.group or query.aspect else ""
    if query.member:
        mention = re.fullmatch(r"<@(\w+)>", query.member)
        of = texts.of_member(context.viewer.name_of(mention[1]) if mention else query.member, of)
    person, own = (query.person or "").strip("<@>"), query.person == "me"
    by = texts.by_person("" if own else context.viewer.name_of(person), own=own) if person else ""
    before = texts.before_number(query.before) if query.before is not None else ""
    period = texts.in_period(query.period) if query.period else ""
    return f"{of}{by}{period}{before}"


def _period_in_full(period: Period, context: OperationContext) -> str:
    zone, now = ZoneInfo(context.zone), context.repository.now()
    start = _day_or_time(period.start, zone, now) if period.start else ""
    end = _day_or_time(period.end, zone, now, is_end=True) if period.end else ""
    return texts.period_in_full(start, end, zone.key)


def _day_or_time(at: datetime, zone: ZoneInfo, now: datetime, *, is_end: bool = False) -> str:
    """The instant as a day where one begins, or ends, with it."""
    local = at.astimezone(zone)
    if local.time() == time():
        day = local.date() - timedelta(days=is_end)
        return dates.day(day, with_year=day.year != now.astimezone(zone).year)
    return format_dated(at, zone, now, with_zone=False)


def _item(context: OperationContext, record: HistoryRecord) -> ActivityItem:
    now = state_of_record(context, record)
    automatic = record.source == texts.BY_CLOCK and record.about is not None
    typed = re.sub(r"<@(\w+)>", lambda mention: f"@{context.viewer.name_of(mention[1]) or mention[1]}", record.line)
    line = typed if record.schedule is None else texts.of_schedule(record.schedule, typed)
    return ActivityItem(
        number=wording.change_number(record.change),
        what=texts.end_of(record.about or 0) if automatic else line,
        state=now.text,
        by=record.user,
        at=record.at,
        channel=record.channel,
        detail=_shown_reason(record.reason) or record.said,
        source=texts.SOURCES.get(record.source, ""),
        link=now.link,
        offers=now.offers,
    )


def _offers(query: ShowHistory, context: OperationContext, period: Period | None, last: int | None) -> Iterator[Offer]:
    """Buttons for the same selection, its period in dates: another day may have begun when they are clicked."""
    exact = query.model_copy(update={"period": period_text(period, ZoneInfo(context.zone))}) if period else query
    if last is not None:
        yield Offer(label=texts.OLDER, line=exact.model_copy(update={"before": last}).text())
    yield switch_button(exact.text())
    yield Offer(label=texts.EXPORT, line=ExportHistory.model_validate(exact.model_dump() | {"before": None}).text())


class HistoryTable(ShowHistory):
    """Shows the same requests as a table, whose rows have no buttons."""

    operation_id = "history_table"
    phrase = "history [{group}] [member {member}] [{aspect}] [by {person}] [{period}] [before change {before}] as table"
    also = (
        "history [{group}] as [a] table",
        "show|list [me] [the] history [{group}] as [a] table",
        "log|changes [{group}] as [a] table",
        "history as [a] table {group}",
    )
    advertised = False
    examples = ("history Sales last night as table",)

    def read(self, context: OperationContext) -> Message:
        listed = super().read(context)
        rows = tuple(_cells(item) for item in listed.items if isinstance(item, ActivityItem))
        return replace(listed, table=Table(columns=texts.COLUMNS, rows=rows)) if rows else listed


def _cells(item: ActivityItem) -> tuple[str | Cell, ...]:
    is_person = re.fullmatch(r"[UW][A-Z0-9]{5,}", item.by) is not None
    return (
        Cell(text=item.number, link=item.link) if item.link else item.number,
        item.what,
        item.state,
        Cell(text=item.source, ids=(item.by,)) if is_person else item.by,
        Cell(at=item.at),
    )


BOM = "\ufeff"
"""Byte order mark, without which Excel does not read the file as UTF-8."""


class ExportHistory(HistoryQuery):
    """Sends the visible history as a CSV file in a direct message."""

    operation_id = "history_export"
    phrase = "history [{group}] [member {member}] [{aspect}] [by {person}] [{period}] [before change {before}] as csv"
    also = (
        "history [{group}] as csv",
        "export history [{group}] [as csv]",
        "export [{group}] history [as csv]",
        "history as csv {group}",
    )
    advertised = False
    examples = ("history since 2026-11-01 as csv",)

    def read(self, context: OperationContext) -> Message:
        rows = list(to_csv(records(self, context, _period(self, context)), context.viewer.name_of))
        if len(rows) == 1:
            return Message(title=texts.NOTHING_TO_EXPORT, offers=_similar(self, context))
        return Message(
            title=texts.exported(len(rows) - 1),
            file=Attachment(name="park-history.csv", content=BOM + "".join(rows)),
        )
