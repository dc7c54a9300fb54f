"""Differences between snapshots as facts for messages."""

from collections.abc import Callable, Iterator
from typing import Any

from bot.changes.change import Change
from bot.changes.snapshot import Person, Snapshot
from bot.messages.message import Fact
from bot.pbx.models import RecallTo
from bot.texts import changes as texts
from bot.times.format import describe_seconds

RingGroupName = Callable[[str], str]
"""Returns the name of the ring group with this id."""


def facts(change: Change, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """Returns a fact for each difference; for a group that is created or deleted, all its settings and members."""
    before, after = change.before, change.after
    if before is None or after is None:
        shown = setting_facts(after or before, ring_group)
        return (*(fact for fact in shown if fact.value != change.target.name), *_member_facts(change))
    old, new = _setting_texts(before, ring_group), _setting_texts(after, ring_group)
    different = (
        Fact(label=texts.LABELS[key], before=old.get(key, texts.NOT_SET), value=new[key])
        for key in new
        if new[key] != old.get(key)
    )
    return (*different, *_member_facts(change))


def conflict_facts(change: Change, now: Snapshot, ring_group: RingGroupName) -> tuple[Fact, ...]:
    """Returns a fact for each setting that `change` changed: its value before, after and now.

    For a group that the change created, returns the differences between then and now.
    """
    if change.before is None or change.after is None:
        return facts(Change(target=change.target, before=change.after, after=now), ring_group)
    old, new, latest = (_setting_texts(side, ring_group) for side in (change.before, change.after, now))
    return tuple(
        Fact(
            label=texts.LABELS[key],
            value=texts.before_after_now(old.get(key, texts.NOT_SET), new[key], latest.get(key, texts.NOT_SET)),
        )
        for key in new
        if new[key] != old.get(key)
    )


def setting_facts(snapshot: Snapshot | None, ring_group: RingGroupName, *, with_name: bool = True) -> tuple[Fact, ...]:
    """Returns a fact for each setting of a snapshot that is not blank."""
    shown = _setting_texts(snapshot, ring_group) if snapshot else {}
    return tuple(Fact(label=texts.LABELS[key], value=text) for key, text in shown.items() if with_name or key != "name")


def recall_text(values: dict[str, Any], ring_group: RingGroupName, parker: str | None = None) -> str:
    """Returns the recall target of these settings as text; `parker` is how the user who parked the call is named."""
    parker = parker or texts.PARKER_OF_CALL
    target, ring_group_id = values.get("recall_to"), values.get("ring_group_id")
    name = ring_group(ring_group_id) if ring_group_id else texts.NO_RING_GROUP
    known: dict[Any, str] = {
        RecallTo.USER: parker,
        RecallTo.USER_THEN_RING_GROUP: texts.parker_then(parker, name),
        RecallTo.RING_GROUP: name,
    }
    return known.get(target, str(target or texts.NOT_SET))


def member_list(members: tuple[Person, ...]) -> str:
    """Returns the members in one line."""
    return ", ".join(map(str, members)) or texts.NONE


def setting_text(snapshot: Snapshot, key: str, ring_group: RingGroupName) -> str:
    """Returns the value of one setting, or the prompt, as text."""
    return _setting_texts(snapshot, ring_group).get(key, texts.NOT_SET)


def _setting_texts(snapshot: Snapshot, ring_group: RingGroupName) -> dict[str, str]:
    values = snapshot.settings
    shown = {
        "name": str(values.get("name")),
        "enabled": _switch_text(values.get("enabled")),
        "extension_number": str(values.get("extension_number")),
        "recall_to": recall_text(values, ring_group),
        "recall_time": _time_text(values.get("recall_time")),
        "recall_ring_group_time": _time_text(values.get("recall_ring_group_time")),
        "send_notification_to_parker": _switch_text(values.get("send_notification_to_parker")),
    }
    prompt = {} if snapshot.prompt is None else {"prompt": str(snapshot.prompt)}
    return {key: text for key, text in shown.items() if values.get(key) not in (None, "")} | prompt


def _switch_text(on: object) -> str:
    return texts.ON if on else texts.OFF


def _time_text(seconds: Any) -> str:
    return describe_seconds(seconds) if isinstance(seconds, int) else texts.NOT_SET


def _member_facts(change: Change) -> Iterator[Fact]:
    if change.added:
        yield Fact(label=texts.ADDED, value=member_list(change.added))
    if change.removed:
        yield Fact(label=texts.REMOVED, value=member_list(change.removed))
