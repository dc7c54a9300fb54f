"""The permissions that a plan requires: each with the names of the groups and ring groups that it is about."""

from collections.abc import Iterator, Sequence

from bot.changes.change import Change
from bot.operations.base import Operation
from bot.planning.context import RequestContext
from bot.policy.model import Permission


def required_permissions(
    operation: Operation, changes: Sequence[Change], context: RequestContext
) -> Iterator[tuple[Permission, frozenset[str], list[str]]]:
    """Yields each permission that the changes require, with the groups and the new ring groups that it is about."""
    for change in changes:
        for permission in operation.permissions_for(context, change):
            rings = [] if permission is Permission.MEMBERS else _new_ring_groups(change, context)
            yield permission, change.names, rings
    if not changes:
        needed = operation.required_permission(context)
        assert needed is not None  # noqa: S101 - every change has one; a test holds all to it
        yield needed, frozenset(), []


def _new_ring_groups(change: Change, context: RequestContext) -> list[str]:
    """The ring group that recalls would newly go to: its name, or its id if it no longer exists."""
    if change.is_noop or change.after is None:
        return []
    target = change.after.compared().get("ring_group_id")
    before = change.before.compared().get("ring_group_id") if change.before else None
    if not target or target == before:
        return []
    found = context.directory.ring_group_by_id(target)
    return [found.name if found else target]
