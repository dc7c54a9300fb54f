"""What the policy would accept in the place of a change that it refuses: in words, and as a line to click."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.desk import Past
from bot.fields import say_seconds
from bot.fields.when import Elapsed, End, Start, Wall, exactly, say_duration, say_moment
from bot.message import Offer
from bot.operation import ChangeOperation, Operation
from bot.operations import Extend, Keep
from bot.policy import Deed

_SOME_TIME = Wall(clock=time(0))


def words(deed: Deed, other: Deed, now: datetime, zone: str) -> str:
    """How the other differs: `for at most 4h, from tomorrow 08:00, Europe/Berlin`."""
    return ", ".join(_words(deed, other, now, zone))


def _words(deed: Deed, other: Deed, now: datetime, zone: str) -> Iterator[str]:
    if other.lasts != deed.lasts and other.lasts is not None:
        yield f"for at most {say_duration(other.lasts)}"
    if other.members != deed.members:
        yield f"for {other.members} {'people' if other.members > 1 else 'person'} at once"
    if other.recall_time != deed.recall_time and other.recall_time is not None:
        yield f"with at most {_seconds(other.recall_time)}"
    if other.at != deed.at and other.at is not None:
        yield f"from {say_moment(other.at, now, ZoneInfo(zone))}"


def _seconds(length: timedelta) -> str:
    return say_seconds(int(length.total_seconds()))


def can_be(operation: Operation, deed: Deed, other: Deed) -> bool:
    """Whether the operation could be like that at all: some can't end by themselves, nor begin later."""
    times = operation.times()
    ends = other.lasts == deed.lasts or "ends" in times or isinstance(operation, Extend | Keep)
    return ends and (other.at == deed.at or "starts" in times)


def line(operation: Operation, deed: Deed, other: Deed, past: Past, zone: str) -> Offer | None:
    """A button for what differs; None where no line says exactly that."""
    if isinstance(operation, Extend | Keep):
        return _until(operation.number, other, past, ZoneInfo(zone))
    if not isinstance(operation, ChangeOperation) or operation.replaces is not None:
        return None
    changed = _changed(operation, deed, other, ZoneInfo(zone))
    if changed is None:
        return None
    again = operation.model_copy(update=changed)
    return Offer(label=f"Only {words(deed, other, past.now(), zone)}"[:75], line=again.text(settled=True))


def _changed(operation: ChangeOperation, deed: Deed, other: Deed, zone: ZoneInfo) -> dict[str, Any] | None:
    """Its fields as they would have to be; None where that can't be said of them."""
    changed = dict[str, Any]()
    if other.lasts != deed.lasts and other.lasts is not None:
        changed["ends"] = End(when=Elapsed(elapsed=other.lasts))
    if other.at != deed.at and other.at is not None:
        if "ends" not in changed and operation.ends is not None and not isinstance(operation.ends.when, Elapsed):
            return None  # until 18:00 is another length of time, or another day, from there
        changed["starts"] = exactly(Start(when=_SOME_TIME), other.at, zone)
    if other.members != deed.members:
        members = getattr(operation, "members", ())
        if len(members) <= other.members:
            return None
        changed["members"] = members[: other.members]
    if other.recall_time != deed.recall_time and other.recall_time is not None:
        changed["time"] = int(other.recall_time.total_seconds())
    return changed if changed.keys() <= type(operation).model_fields.keys() else None


def _until(number: int, other: Deed, past: Past, zone: ZoneInfo) -> Offer | None:
    """As late as it may be, where that is later than it is."""
    if other.lasts is None or not past.will_end(number):
        return None
    latest = (past.begun(number) + other.lasts).replace(second=0, microsecond=0)
    if latest <= past.end_of(number).run_at:
        return None
    longest = Extend(number=number, ends=End.model_validate(exactly(End(when=_SOME_TIME), latest, zone)))
    return Offer(label=f"Only until {say_moment(latest, past.now(), zone)}", line=longest.text())
