"""A change in words."""

from collections.abc import Callable, Iterator
from typing import Any

from bot.changes.change import Change
from bot.changes.snapshot import Person, Snapshot
from bot.messages.message import Fact
from bot.pbx.models import RecallTo
from bot.times.format import say_seconds

RingGroupName = Callable[[str], str]
"""A ring group's id to the name people know it by."""

NAMES = {
    "name": "Name",
    "enabled": "Call park",
    "extension_number": "Extension",
    "recall_to": "Recall",
    "recall_time": "Recall time",
    "recall_ring_group_time": "Recall ring group time",
    "prompt": "Prompt",
}


def facts(change: Change, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """One fact for each thing that differs; everything there is for a target that comes or goes."""
    before, after = change.before, change.after
    if before is None or after is None:
        said = settings(after or before, ring_group)
        return (*(fact for fact in said if fact.value != change.target.name), *_members(change))
    old, new = _said(before, ring_group), _said(after, ring_group)
    moved = (
        Fact(label=NAMES[key], before=old.get(key, "not set"), value=new[key])
        for key in new
        if new[key] != old.get(key)
    )
    return (*moved, *_members(change))


def overtaken(change: Change, now: Snapshot, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """Before the change, after it, and now: what it moved itself; for a group that it made, what moved since."""
    if change.before is None or change.after is None:
        return facts(Change(target=change.target, before=change.after, after=now), ring_group)
    old, made, seen = (_said(side, ring_group) for side in (change.before, change.after, now))
    return tuple(
        Fact(
            label=NAMES[key],
            value=f"{old.get(key, 'not set')} before the change, {made[key]} after it, {seen.get(key, 'not set')} now",
        )
        for key in made
        if made[key] != old.get(key)
    )


def settings(snapshot: Snapshot | None, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """The settings of one snapshot in words."""
    said = _said(snapshot, ring_group) if snapshot else {}
    return tuple(Fact(label=NAMES[key], value=value) for key, value in said.items())


def recall(settings: dict[str, Any], ring_group: RingGroupName) -> str:
    """Where an unanswered parked call goes."""
    target, id = settings.get("recall_to"), settings.get("ring_group_id")
    name = ring_group(id) if id else "a ring group that is not set"
    spoken: dict[Any, str] = {
        RecallTo.USER: "the user who parked the call",
        RecallTo.USER_THEN_RING_GROUP: f"the user who parked the call, then {name}",
        RecallTo.RING_GROUP: name,
    }
    return spoken.get(target, str(target or "not set"))


def people(members: tuple[Person, ...]) -> str:
    """Members in one line."""
    return ", ".join(map(str, members)) or "none"


def _said(snapshot: Snapshot, ring_group: RingGroupName) -> dict[str, str]:
    values = snapshot.settings
    said = {
        "name": str(values.get("name")),
        "enabled": "on" if values.get("enabled") else "off",
        "extension_number": str(values.get("extension_number")),
        "recall_to": recall(values, ring_group),
        "recall_time": _time(values.get("recall_time")),
        "recall_ring_group_time": _time(values.get("recall_ring_group_time")),
    }
    prompt = {} if snapshot.prompt is None else {"prompt": str(snapshot.prompt)}
    return {key: value for key, value in said.items() if values.get(key) not in (None, "")} | prompt


def _time(seconds: Any) -> str:
    return say_seconds(seconds) if isinstance(seconds, int) else "not set"


def _members(change: Change) -> Iterator[Fact]:
    if change.added:
        yield Fact(label="Added", value=people(change.added))
    if change.removed:
        yield Fact(label="Removed", value=people(change.removed))
