"""Compares a set-up with that of the PBX: what has to change so that they are the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.changes.change import Change
from bot.changes.snapshot import SERVER, Person, Snapshot, Target
from bot.messages.text import fold
from bot.pbx.models import RecallTo
from bot.setups.reading import PbxSetup
from bot.texts import setups as texts


@dataclass(frozen=True, slots=True)
class WantedGroup:
    """How a group is to be; None for what stays as it is. `id` names it where that is known, else its name does."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[Person, ...] | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class WantedSetup:
    """How the PBX is to be; `leaving` are the numbers of users who are to be in no group."""

    server: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[WantedGroup, ...] = ()
    deletes_others: bool = False
    leaving: frozenset[str] = frozenset()


def differences(now: PbxSetup, wanted: WantedSetup) -> tuple[Change, ...]:
    """Returns the changes that make the PBX as it is wanted: of the server, then of the groups by name.

    Nobody can be in two groups, so whoever is wanted in one leaves the other, whether that one is named or not.
    """
    changes = [Change(target=SERVER, before=now.server, after=now.server.with_settings(**wanted.server))]
    claimed = {one.number: group.name for group in wanted.groups for one in group.members or ()}
    present = {fold(target.title): target.id for target, _ in now.groups}
    by_id = {group.id or present.get(fold(group.name)): group for group in wanted.groups}
    for target, before in now.groups:
        group = by_id.get(target.id)
        gone = group is None and wanted.deletes_others
        after = None if gone else _after(before, group, claimed, wanted.leaving)
        changes.append(Change(target=target, before=before, after=after))
    changes += map(_created, (group for group in wanted.groups if not _is_present(group, now)))
    return tuple(sorted((one for one in changes if not one.is_noop), key=_order))


def _is_present(group: WantedGroup, now: PbxSetup) -> bool:
    if group.id is not None:
        return any(target.id == group.id for target, _ in now.groups)
    return any(fold(target.title) == fold(group.name) for target, _ in now.groups)


def _order(change: Change) -> tuple[bool, str, str]:
    return (not change.target.is_server, fold(change.target.title), change.target.title)


def _after(
    before: Snapshot, group: WantedGroup | None, claimed: Mapping[str, str], leaving: frozenset[str]
) -> Snapshot:
    name = group.name if group else None
    after = before.with_settings(name=group.name, **group.settings) if group else before
    present = before.members or ()
    if group is None or group.members is None:
        stay = [one for one in present if claimed.get(one.number, name) == name and one.number not in leaving]
        return after.with_members(stay)
    return after.with_members(ordered(present, group.members))


def ordered(present: Iterable[Person], wanted: Iterable[Person]) -> Iterator[Person]:
    """Yields the wanted members as the PBX will list them: those that are there stay in place, others come last."""
    numbers, there = {one.number: one for one in wanted}, set()
    for one in present:
        if one.number in numbers:
            there.add(one.number)
            yield one
    yield from (one for number, one in numbers.items() if number not in there)


def _created(group: WantedGroup) -> Change:
    settings = {"name": group.name, "recall_to": RecallTo.USER.value, **group.settings}
    after = Snapshot(settings=settings, members=group.members or ())
    return Change(target=Target(name=group.name), before=None, after=after)


def reordered(now: PbxSetup, wanted: WantedSetup) -> list[str]:
    """Returns the names of groups whose members are wanted in another order, which the PBX can't be told."""
    before = {fold(target.title): snapshot.members or () for target, snapshot in now.groups}
    return [
        group.name
        for group in wanted.groups
        if group.members is not None
        and [one.number for one in ordered(before.get(fold(group.name), ()), group.members)]
        != [one.number for one in group.members]
    ]


def risks(changes: Iterable[Change]) -> Iterator[str]:
    """Yields what is dangerous about the changes: groups that go, call park that is switched off, users left over."""
    changes = list(changes)
    deleted = [change for change in changes if change.after is None]
    if deleted:
        yield texts.deletes([change.target.title for change in deleted])
    for change in changes:
        if change.target.is_server and change.before and change.after:
            if change.before.settings.get("enabled") and not change.after.settings.get("enabled"):
                yield texts.SWITCHES_OFF
            if change.before.settings.get("extension_number") != change.after.settings.get("extension_number"):
                yield texts.new_extension(str(change.after.settings.get("extension_number")))
    joined = {one.number for change in changes for one in change.added}
    homeless = [str(one) for change in changes for one in change.removed if one.number not in joined]
    if homeless:
        yield texts.in_no_group(homeless)
    emptied = [change.target.title for change in changes if _is_emptied(change)]
    if emptied:
        yield texts.left_empty(emptied)


def _is_emptied(change: Change) -> bool:
    return bool(change.before and change.before.members and change.after and change.after.members == ())
