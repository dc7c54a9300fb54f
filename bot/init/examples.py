"""What ought to come of a policy that was just written: told in the file, and held to before it is."""

import json
from collections.abc import Iterator

from bot.init.rights import Rights, Who, fitted
from bot.policy.ids import is_user_group
from bot.words import quote

ANYBODY, NOBODY = "U0ANYBODY", "U0NOBODY"
"""Stand for somebody of a user group, and for somebody without any right."""
UNKNOWN = "Sales"
"""A park group's name where the PBX has none yet."""


def examples(rights: Rights, groups: list[str]) -> Iterator[str]:
    """Each rule at work, and where it ends; only what no other rule decides."""
    yield "# What ought to come of it: `python -m bot policy test` with this file's name tells whether it still does."
    groups = [name for name in groups if not name.startswith("<")]  # which a line would take for a mention
    groups.sort(key=lambda name: quote(name) != name)  # those that need no quotes first
    here, group = rights.channel.id, quote(next(iter(groups), UNKNOWN))
    looks = "allowed" if rights.everybody_looks else "refused"
    yield _example("groups", looks, channel=here)
    yield _example(f"add 1001 to {group}", "refused", channel=here)
    if rights.leads:
        yield from _of_leads(rights, groups)
    if rights.on_call:
        yield _example(f"recall {group} to user for 2h", "allowed", who=rights.on_call)
        if _apart(rights.on_call, rights.phone_team):
            yield _example(f"recall {group} to user", "refused", who=rights.on_call)
    if rights.phone_team:
        yield _example("server recall time 5m", "allowed", who=rights.phone_team)


def _of_leads(rights: Rights, groups: list[str]) -> Iterator[str]:
    theirs = fitted(rights.groups, groups)
    if theirs:
        yield _example(f"add 1001 to {quote(theirs[0])}", "allowed", who=rights.leads, channel=rights.channel.id)
    if _apart(rights.leads, rights.phone_team):
        if others := [name for name in groups if name not in theirs]:
            line = f"add 1001 to {quote(others[0])}"
            yield _example(line, "refused", who=rights.leads, channel=rights.channel.id)
        yield _example("server recall time 5m", "refused", who=rights.leads, channel=rights.channel.id)


def _apart(some: Who, others: Who) -> bool:
    """Whether the first of these is none of those."""
    return some[0] not in others


def _example(line: str, expect: str, *, who: Who = (), channel: str | None = None) -> str:
    """Asked by the first of these, or by nobody that a rule knows."""
    first = who[0].id if who else NOBODY
    group = is_user_group(first)
    return "\n".join(
        (
            "[[example]]",
            f'user = "{ANYBODY if group else first}"',
            *([f'user_groups = ["{first}"]'] if group else []),
            *([f'channel = "{channel}"'] if channel else []),
            f"line = {json.dumps(line, ensure_ascii=False)}",
            f'expect = "{expect}"\n',
        )
    )
