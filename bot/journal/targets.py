"""Which PBX objects the plans of entries change, in a table of their own, so that an index finds the entries of one.

Reading the plans instead takes as long as the history is.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, delete, exists, insert, or_, select

from bot.journal.models import SERVER_KEY, Entry, Json, State
from bot.journal.prepared import Prepared, Query
from bot.journal.tables import UtcDateTime, changed_targets, entries, events, not_notified
from bot.messages.text import fold

PUT_OFF_MARGIN = timedelta(hours=1)
"""A scheduled change may begin this long after its time, and so after changes that were accepted since."""
_LATEST = datetime.max.replace(tzinfo=UTC)
_DELETE = Prepared(delete(changed_targets).where(changed_targets.c.entry_id == bindparam("of_entry")))
_INSERT = Prepared(insert(changed_targets))
_OF_TARGETS = select(changed_targets.c.entry_id).where(
    changed_targets.c.target.in_(bindparam("targets", expanding=True))
)


_NAMED = "named "


def key_of_name(name: str) -> str:
    """Returns the key of a group by its folded name."""
    return f"{_NAMED}{name}"


def name_of_key(key: str) -> str | None:
    """Returns the folded name of the group of which this is a key by name; None for any other key."""
    return key.removeprefix(_NAMED) if key.startswith(_NAMED) else None


def key_of_member(number: str) -> str:
    """Returns the key of a member, in whichever group."""
    return f"member {number}"


def keys_called(name: str) -> frozenset[str]:
    """Returns the keys of whatever a folded text may name: a group, a member by number, or the server."""
    return frozenset((key_of_name(name), key_of_member(name), *((SERVER_KEY,) if "server" in name else ())))


def keys_of(plan: Json) -> frozenset[str]:
    """Returns the keys of what a plan changes: ids of groups, or names of new ones, `SERVER_KEY`, and members.

    A member's key is `member NUMBER` in every group, since nobody can be in two. A group also has a key by its name,
    before and after, by which it is found after the PBX was replaced or the name has gone to another one.
    """
    return frozenset(_keys(plan))


def objects_of(plan: Json) -> frozenset[str]:
    """Returns the keys of the PBX objects that a plan changes itself."""
    return frozenset(map(_key_of_object, plan["changes"]))


def _key_of_object(change: Json) -> str:
    return change["target"]["id"] or change["target"]["name"] or SERVER_KEY


def _keys(plan: Json) -> Iterator[str]:
    for change in (*plan.get("changes", ()), *(plan.get("base") or ())):
        yield _key_of_object(change)
        if change["target"]["name"] is not None:
            yield key_of_name(fold(change["target"]["name"]))
            yield from map(key_of_name, _names(change))
        before, after = (_numbers(change.get(side)) for side in ("before", "after"))
        yield from map(key_of_member, before ^ after)


def _names(change: Json) -> frozenset[str]:
    """The folded names of a group before and after, which differ where it is renamed."""
    sides = (side.get("settings") or {} for side in (change.get("before"), change.get("after")) if side)
    return frozenset(fold(str(settings["name"])) for settings in sides if settings.get("name"))


def _numbers(snapshot: Json | None) -> frozenset[str]:
    return frozenset(one["number"] for one in (snapshot or {}).get("members") or ())


def store(connection: Connection, entry_id: int, plan: Json) -> None:
    """Replaces what is stored of the entry's plan."""
    _DELETE.send(connection, {"of_entry": entry_id})
    _INSERT.send_each(connection, ({"target": key, "entry_id": entry_id} for key in sorted(keys_of(plan))))


_MAY_BE_PUT_OFF = and_(
    entries.c.run_at > entries.c.accepted_at, entries.c.run_at > bindparam("since", type_=UtcDateTime())
)
_DONE = (
    select(entries)
    .where(entries.c.id.in_(_OF_TARGETS), entries.c.state == State.DONE, entries.c.about.is_(None))
    .order_by(entries.c.id.desc())
    .limit(bindparam("most"))
)
_MADE = Prepared(_DONE.where(or_(entries.c.id > bindparam("after"), _MAY_BE_PUT_OFF)), lists=("targets",))
_PUT_OFF = Prepared(_DONE.where(entries.c.id < bindparam("before"), _MAY_BE_PUT_OFF), lists=("targets",))
_DONE_SINCE = Prepared(
    select(entries)
    .where(
        entries.c.id.in_(_OF_TARGETS),
        entries.c.state == State.DONE,
        entries.c.ended_at > bindparam("since", type_=UtcDateTime()),
    )
    .order_by(entries.c.ended_at, entries.c.id),
    lists=("targets",),
)
_SCHEDULED = Prepared(
    select(entries)
    .where(entries.c.id.in_(_OF_TARGETS), not_notified, entries.c.state == State.SCHEDULED, entries.c.about.is_(None))
    .order_by(entries.c.run_at, entries.c.id),
    lists=("targets",),
)
_UNFINISHED_ABOUT = Prepared(
    select(entries)
    .where(entries.c.about.in_(_OF_TARGETS), not_notified, entries.c.ended_at.is_(None))
    .order_by(entries.c.run_at, entries.c.id),
    lists=("targets",),
)
ENTRIES = Prepared(
    select(changed_targets.c.entry_id)
    .where(
        changed_targets.c.target.in_(bindparam("targets", expanding=True)),
        changed_targets.c.entry_id < bindparam("before"),
    )
    .order_by(changed_targets.c.entry_id.desc())
    .limit(bindparam("most")),
    lists=("targets",),
)
"""The ids of entries whose plans change `targets`, the newest first, each as often as it changes one of them."""


WITHOUT_TARGETS = Prepared(
    select(events.c.entry_id)
    .where(
        events.c.entry_id < bindparam("before"),
        events.c.entry_id > bindparam("after"),
        ~exists().where(changed_targets.c.entry_id == events.c.entry_id),
    )
    .distinct()
    .order_by(events.c.entry_id.desc())
    .limit(bindparam("most"))
)
"""The ids of entries whose plans change nothing, or that have none, the newest first."""


def made_on(targets: Collection[str], limit: int, after: Entry | None = None) -> Query:
    """Finds changes of PBX objects that were made and are about no other change, the last one that was accepted first.

    Args:
        limit: how many are found at most.
        after: only those that were accepted later than this one are found, and those that may have been put off.
    """
    since = _LATEST if after is None else after.accepted_at - PUT_OFF_MARGIN
    return _MADE.of(targets=sorted(targets), after=after.id if after else 0, since=since, most=limit)


def put_off_on(targets: Collection[str], limit: int, before: Entry) -> Query:
    """Finds changes of PBX objects as above that were accepted before another one, and may have been made after it."""
    since = before.accepted_at - PUT_OFF_MARGIN
    return _PUT_OFF.of(targets=sorted(targets), before=before.id, since=since, most=limit)


def done_since(targets: Collection[str], since: datetime) -> Query:
    """Finds what has changed PBX objects since an instant, undos and ends included, the first one first."""
    return _DONE_SINCE.of(targets=sorted(targets), since=since)


def scheduled_on(targets: Collection[str]) -> Query:
    """Finds the scheduled changes of these PBX objects that are about no other change, the next one first."""
    return _SCHEDULED.of(targets=sorted(targets))


def unfinished_about(targets: Collection[str]) -> Query:
    """Finds the unfinished entries about changes of these PBX objects, such as their ends, the next one first."""
    return _UNFINISHED_ABOUT.of(targets=sorted(targets))
