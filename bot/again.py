"""What somebody asked for lately, to be asked for again: in Park's words, and only what they still may do here."""

from collections.abc import Iterable, Iterator

from bot.fields import Refers
from bot.journal import Entry
from bot.names import fold
from bot.operation import Operation
from bot.operations import load
from bot.pbx.directory import Directory
from bot.plan import Plan
from bot.policy import Asker, Policy, decide

MOST = 4
"""Buttons that a person looks through before typing is sooner."""


def again(entries: Iterable[Entry], policy: Policy, who: Asker, directory: Directory) -> tuple[str, ...]:
    """Each line once, the latest first; decided by the names as they were, for the PBX is not asked."""
    lines: dict[str, None] = {}
    for entry in entries:
        operation = load(entry.asked[0])
        if _may(operation, entry, policy, who, directory):
            lines[operation.text()] = None
        if len(lines) == MOST:
            break
    return tuple(lines)


def _may(operation: Operation, entry: Entry, policy: Policy, who: Asker, directory: Directory) -> bool:
    if operation.permission is None or entry.plan is None:
        return False
    names = {name for change in Plan.model_validate(entry.plan).changes for name in change.names}
    ring_groups = tuple(_ring_groups(operation, directory))
    return decide(policy, who, operation.permission, groups=names, ring_groups=ring_groups).allowed


def _ring_groups(operation: Operation, directory: Directory) -> Iterator[str]:
    """By name; as typed, which hardly a rule fits that names some, where none is remembered that is called so."""
    for _, noun, value in operation.said():
        if noun.refers is Refers.RECALL and value.ring_group is not None:
            known = directory.remembered_ring_groups()
            fitting = (one.name for one in known if value.ring_group == one.extension_number)
            named = (one.name for one in known if fold(value.ring_group) == fold(one.name))
            yield next(fitting, None) or next(named, value.ring_group)
