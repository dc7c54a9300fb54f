"""A plan of many changes in words: counts and risks, and one line for each target."""

from collections.abc import Iterator, Sequence

from bot.changes.change import Change
from bot.changes.diff import RingGroupName, facts
from bot.changes.stages import moved_members
from bot.messages.message import Fact
from bot.setups.comparing import risks
from bot.texts import setups as texts
from bot.texts import wording


def risk_facts(changes: Sequence[Change]) -> tuple[Fact, ...]:
    """Returns what is dangerous about changes that are still to be made."""
    return tuple(Fact(label=texts.RISK, value=risk) for risk in risks(changes))


def count_facts(changes: Sequence[Change]) -> Iterator[Fact]:
    """Yields how many groups and members change."""
    groups = [change for change in changes if not change.target.is_server]
    kinds = {kind: sum(kind_of(change) == kind for change in groups) for kind in texts.KINDS}
    for label, kind in zip((texts.CREATED, texts.CHANGED, texts.DELETED), texts.KINDS, strict=True):
        if kinds[kind]:
            yield Fact(label=label, value=texts.groups(kinds[kind]))
    if len(groups) < len(changes):
        yield Fact(label=texts.CHANGED, value=texts.SERVER)
    moved = len(moved_members(groups))
    added, removed = sum(len(one.added) for one in groups), sum(len(one.removed) for one in groups)
    if added or removed:
        yield Fact(label=texts.MEMBERS, value=texts.member_counts(added - moved, removed - moved, moved))


def kind_of(change: Change) -> str:
    """Returns whether a group is created, changed or deleted."""
    return texts.KINDS[0] if change.before is None else texts.KINDS[2] if change.after is None else texts.KINDS[1]


def change_line(change: Change, ring_group: RingGroupName) -> str:
    """Returns what changes in one target, in one line."""
    title = change.target.title
    details = [
        f"{wording.inside(one.label)} {one.value if one.before is None else wording.from_to(one.before, one.value)}"
        for one in facts(change, ring_group)
    ]
    return texts.line(title[:1].upper() + title[1:] if change.target.is_server else title, kind_of(change), details)
