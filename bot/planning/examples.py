"""Examples of lines with names that exist on this PBX and that the requester may use."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from bot.changes.snapshot import Person
from bot.errors import NotUnderstood
from bot.messages.text import quote
from bot.operations.arguments.targets import Recall
from bot.operations.arguments.types import Reference
from bot.operations.context import PermissionCheck
from bot.operations.parser import parse
from bot.pbx.directory import Directory
from bot.pbx.ordered_names import OrderedName, OrderedNames
from bot.policy.evaluation import VisibleNames
from bot.policy.model import Permission

PREFERRED_AMONG = 100
"""Names among which one without quotes is preferred: to look at 10,000 takes longer than all else that is shown."""
RingGroupReach = Callable[[Permission, str], VisibleNames]
"""Returns the ring groups that recalls of a group may be sent to."""


class NoSuchName(Exception):
    """The PBX, as far as it is cached, has no name for an argument of the example."""


def existing_example(line: str, directory: Directory, may: PermissionCheck, ring_groups: RingGroupReach) -> str | None:
    """Replaces the names in an example by cached ones; None where there are none that the requester may use."""
    try:
        operation = parse(line)[0]
        names = _Names(directory, may, ring_groups, operation.permission or Permission.READ)
        update = {name: names.of(type_.reference, value) for name, type_, value in operation.said()}
        return operation.model_copy(update=update).text()
    except (NoSuchName, NotUnderstood):
        return None


def _plain_first(known: OrderedNames) -> Iterable[OrderedName]:
    """Returns all in the order of their names, but of the first ones those before that need no quotes."""
    first = known.names[:PREFERRED_AMONG]
    return chain(sorted(first, key=lambda one: quote(one.name) != one.name), known.names[PREFERRED_AMONG:])


@dataclass
class _Names:
    directory: Directory
    may: PermissionCheck
    ring_groups: RingGroupReach
    permission: Permission
    used: list[OrderedName] = field(default_factory=list)

    def of(self, reference: Reference | None, value: Any) -> Any:
        """A value of the same kind with an existing name; the value itself where it refers to nothing."""
        match reference:
            case Reference.GROUP:
                return self._group().name
            case Reference.RECALL if value.ring_group is not None:
                return Recall(to=value.to, ring_group=self._ring_group())
            case Reference.MEMBER:
                return next(self._people([value]))
            case Reference.MEMBERS:
                return tuple(self._people(value))
        return value

    def _group(self) -> OrderedName:
        known = _plain_first(self.directory.cached_group_names())
        allowed = (one for one in known if one not in self.used and self.may(self.permission, one.name))
        if (found := next(allowed, None)) is None:
            raise NoSuchName
        self.used.append(found)
        return found

    def _ring_group(self) -> str:
        reach = self.ring_groups(self.permission, self.used[-1].name if self.used else "")
        known = _plain_first(self.directory.cached_ring_group_names())
        if (found := next((one.name for one in known if reach.includes(one.name)), None)) is None:
            raise NoSuchName
        return found

    def _people(self, like: Any) -> Iterator[str]:
        """Numbers, or names where the example has names; of users whose name or number is not used before."""
        known = [Person.of(one) for one in self.directory.cached_users()]
        numbered = [one for one in known if one.number and one.name][: len(like)]
        if len(numbered) < len(like):
            raise NoSuchName
        for text, person in zip(like, numbered, strict=True):
            yield person.number if text[:1].isdigit() else str(person.name)
