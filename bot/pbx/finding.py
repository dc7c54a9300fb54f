"""Which group an extension is in: no endpoint tells, only the members of each group do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.errors import Missing
from bot.pbx.membership import Membership
from bot.pbx.models import Member, ParkGroup


@dataclass(frozen=True, slots=True)
class Found:
    """The group, or None after looking into `looked` of `total`."""

    group: ParkGroup | None
    looked: int
    total: int

    @property
    def partial(self) -> bool:
        """Whether it may be in a group that wasn't looked into."""
        return self.group is None and self.looked < self.total


def find(
    extension: str,
    groups: list[ParkGroup],
    membership: Membership,
    read: Callable[[str], tuple[Member, ...]],
    limit: int,
    progress: Callable[[int, int], None],
    since: float | None = None,
) -> Found:
    """Read member lists until the extension turns up, the one it was last seen in first; at most `limit` requests.

    What was read before `since` counts for nothing.
    """
    looked = 0
    for group in _likeliest_first(groups, membership.last_seen_in(extension)):
        inside = membership.contains(group.id, extension, since=since)
        if inside is None:
            if not limit:
                continue
            limit -= 1
            members = _members(read, group.id)
            membership.note(group.id, members)
            inside = any(member.extension_number == extension for member in members)
        looked += 1
        progress(looked, len(groups))
        if inside:
            return Found(group, looked, len(groups))
    return Found(None, looked, len(groups))


def _likeliest_first(groups: list[ParkGroup], likeliest: str | None) -> Iterable[ParkGroup]:
    return sorted(groups, key=lambda group: group.id != likeliest)


def _members(read: Callable[[str], tuple[Member, ...]], group_id: str) -> tuple[Member, ...]:
    try:
        return read(group_id)
    except Missing:  # deleted since the list was read
        return ()
