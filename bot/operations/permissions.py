"""The permissions that a change requires by what it changes, whatever operation it belongs to."""

from bot.changes.change import Change, changed_parts
from bot.policy.model import Permission

SETTING_PERMISSIONS = {"name": Permission.GROUPS, "recall_to": Permission.RECALL}
"""The permission for one setting of a group; members and whole groups are handled separately."""


def permissions_of(change: Change) -> tuple[Permission, ...]:
    """Returns the permissions for what the change changes; none for a change of nothing."""
    if change.is_noop:
        return ()
    if change.target.is_server:
        return (Permission.SERVER,)
    if change.before is None or change.after is None:
        return (Permission.GROUPS, *((Permission.MEMBERS,) if change.added else ()))
    parts = changed_parts(change)
    members = (Permission.MEMBERS,) if any(part.startswith("member ") for part in parts) else ()
    settings = (SETTING_PERMISSIONS.get(part, Permission.GROUPS) for part in parts if not part.startswith("member "))
    return (*members, *sorted(set(settings)))
