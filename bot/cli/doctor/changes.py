"""Checks of the changes in the journal: ends that fail, outcomes that were not told, and groups that are gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select

from bot.cli.doctor.model import DoctorContext, Finding, error, ok, warning
from bot.journal.database import open_read_only
from bot.journal.models import State
from bot.journal.tables import entries, not_notified
from bot.messages.request import Source
from bot.messages.slash_command import typed
from bot.messages.text import fold
from bot.pbx.models import ParkGroup

TOLD_WITHIN = timedelta(minutes=5)
"""How long an outcome may take to be told before it counts as not told."""
SEARCHED_CHANGES = 1000
"""The newest changes whose groups are compared with those of the PBX."""
MAX_NAMES = 5
"""Names listed in one finding."""


def check_ends(context: DoctorContext) -> Iterator[Finding]:
    """Reports each end of a temporary change that is due and fails."""
    is_end = entries.c.request["source"].as_string() != Source.SCHEDULE.value  # an occurrence tells by itself
    failing = and_(entries.c.failing_since.is_not(None), is_end)
    columns = (entries.c.about, entries.c.failing_since, entries.c.failure)
    found = _rows(context, select(*columns).where(not_notified, entries.c.ended_at.is_(None), failing))
    for row in found:
        text = f"change #{row.about} should have ended; that has failed since {_at(row.failing_since)}: {row.failure}"
        remedy = f"Remove the cause, and Park ends it by itself. Or call it off in Slack: {typed(f'keep {row.about}')}"
        yield error("ends.failing", text, remedy, about=f"#{row.about}")
    if not found:
        yield ok("ends", "no temporary change is waiting for an end that fails")


def check_told(context: DoctorContext) -> Iterator[Finding]:
    """Reports outcomes that could not be told in Slack."""
    latest = context.now() - TOLD_WITHIN
    found = _rows(
        context,
        select(entries.c.id, entries.c.ended_at)
        .where(not_notified, entries.c.ended_at.is_not(None), entries.c.ended_at < latest)
        .order_by(entries.c.ended_at),
    )
    if not found:
        yield ok("told", "every outcome was told in Slack")
        return
    numbers = _listed([f"#{row.id}" for row in found])
    text = f"the outcome of {numbers} could not be told in Slack; the first since {_at(found[0].ended_at)}"
    remedy = "Correct what is said about Slack above; a running Park tells them as soon as Slack accepts messages."
    yield error("told.not", text, remedy)


@dataclass(frozen=True, kw_only=True)
class _KnownGroup:
    """A park group in the journal; `end` is the change on it that is still to end."""

    id: str
    name: str
    end: int | None


def check_identity(context: DoctorContext) -> Iterator[Finding]:
    """Compares the park groups that Park has changed with those of the PBX, by id and by name."""
    known = _known_groups(context)
    present = {group.id for group in context.groups}
    gone = [group for group in known if group.id not in present]
    if known and len(gone) == len(known):
        yield _other_pbx(gone, context.groups)
        return
    lost = [group for group in gone if group.end is not None]
    for group in lost:
        same_name = fold(group.name) in {fold(one.name) for one in context.groups}
        text = f"{group.name}, which change #{group.end} is to end on, is gone from the PBX"
        text += "; another group has its name now" if same_name else ""
        remedy = f"Call the end off in Slack: {typed(f'keep {group.end}')}. Then set by name what should hold now."
        yield warning("pbx.identity.group_gone", text, remedy, about=f"#{group.end}")
    if not lost:
        yield ok("pbx.identity", "this PBX is the one in the journal" if known else "the journal has no park group yet")


def _other_pbx(gone: list[_KnownGroup], groups: list[ParkGroup]) -> Finding:
    names = {fold(one.name): one.name for one in groups}
    matched = [group for group in gone if fold(group.name) in names]
    text = f"none of the {len(gone)} park groups that Park has changed is on this PBX"
    if matched:
        text += f"; {len(matched)} have the name of a group there, with another id: "
        text += _listed([group.name for group in matched])
    remedy = "If PBX_URL or PBX_DOMAIN names the wrong PBX, correct it."
    if matched:
        remedy += " If the PBX was set up anew, rules, new changes, undo and pending ends work: they go by name then."
    unmatched = [group for group in gone if fold(group.name) not in names]
    if ends := [f"{typed(f'keep {group.end}')} ({group.name})" for group in unmatched if group.end is not None]:
        remedy += f" Call the ends off that are still to come, and make those changes again by name: {_listed(ends)}."
    return error("pbx.identity.other", text, remedy)


def _known_groups(context: DoctorContext) -> list[_KnownGroup]:
    """The groups of the newest changes, without those that Park has deleted since."""
    made = (State.DONE, State.UNKNOWN)
    query = select(entries.c.id, entries.c.plan).where(entries.c.plan.is_not(None), entries.c.state.in_(made))
    rows = _rows(context, query.order_by(entries.c.id.desc()).limit(SEARCHED_CHANGES))
    ending = {row.about for row in _rows(context, _pending_ends())}
    known: dict[str, _KnownGroup] = {}
    deleted: set[str] = set()
    for row in rows:  # the newest first
        for change in row.plan.get("changes", ()):
            id, name = _group_of(change)
            if id is None or id in deleted:
                continue
            if id not in known and change.get("after") is None:
                deleted.add(id)
                continue
            end = row.id if row.id in ending else None
            if id not in known or end is not None:
                known[id] = _KnownGroup(id=id, name=name, end=end)
    return list(known.values())


def _group_of(change: dict[str, Any]) -> tuple[str | None, str]:
    target = change.get("target") or {}
    after = (change.get("after") or {}).get("settings", {})
    return target.get("id"), str(after.get("name") or target.get("name"))


def _pending_ends() -> Any:
    return select(entries.c.about).where(not_notified, entries.c.ended_at.is_(None), entries.c.about.is_not(None))


def _rows(context: DoctorContext, query: Any) -> list[Any]:
    """Reads the journal beside a running Park; nothing where it has no tables yet."""
    url = context.settings.database_url
    if not context.has_tables:
        return []
    with open_read_only(url, brief=True) as connection:
        return list(connection.execute(query))


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _at(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
