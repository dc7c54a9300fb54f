"""A no that leads somewhere: in words, and with where and how it would be a yes."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bot.policy.asker import Asker
from bot.policy.decision import Decision, Wanted
from bot.policy.match import applies, is_for_person
from bot.policy.rules import Permission, Policy

_DEEDS = {
    Permission.READ: ("look at", "look at the call park settings"),
    Permission.MEMBERS: ("change the members of", "change members"),
    Permission.RECALL: ("change the recall of", "change where a recall goes"),
    Permission.GROUPS: ("create, rename or delete", "create, rename or delete groups"),
    Permission.SERVER: ("change the call park server for", "change the call park server"),
    Permission.PAUSE: ("pause or resume Park for", "pause or resume Park"),
    Permission.HISTORY: ("look back on the changes of", "look back on who changed what"),
}


def refuse(
    policy: Policy, asker: Asker, permission: Permission, wanted: Collection[Wanted], missing: Collection[Wanted]
) -> Decision:
    """`missing` are those of `wanted` that no rule allows here."""
    rules = [rule for rule in policy.allow if applies(rule, asker, permission)]
    barred = [each for each in missing if not any(each.group_allowed_by(rule) for rule in rules)]
    groups = tuple(dict.fromkeys(each.shown for each in barred if each.spellings))
    ring_groups = tuple(
        dict.fromkeys(
            each.ring_group
            for each in missing
            if each.ring_group is not None and not (each.spellings and each in barred)
        )
    )
    channels = _elsewhere(policy, asker, permission, wanted)
    said = [_sentence(asker, permission, groups, ring_groups), *_notes(policy, asker, permission, missing, channels)]
    return Decision(
        allowed=False,
        permission=permission,
        reason=" ".join(said),
        missing_groups=groups,
        missing_ring_groups=ring_groups,
        channels=channels,
        grant=_grant(asker),
        contact=policy.contact,
    )


def _elsewhere(policy: Policy, asker: Asker, permission: Permission, wanted: Collection[Wanted]) -> tuple[str, ...]:
    anywhere, inside = set[Wanted](), defaultdict[str, set[Wanted]](set)
    for rule in policy.allow:
        if permission in rule.operations and is_for_person(rule, asker):
            allowed = {each for each in wanted if each.allowed_by(rule)}
            for place in [inside[channel] for channel in rule.channels] or [anywhere]:
                place |= allowed
    complete = (channel for channel, names in inside.items() if names | anywhere >= set(wanted))
    return tuple(channel for channel in complete if channel != asker.channel)


def _sentence(asker: Asker, permission: Permission, groups: Sequence[str], ring_groups: Sequence[str]) -> str:
    deed, unnamed = _DEEDS[permission]
    deeds = [f"{deed} {_listed(groups)}"] if groups else []
    if ring_groups:
        deeds.append(f"send recalls to ring group {_listed(ring_groups)}")
    here = "in this channel" if asker.channel else "in a direct message"
    return f"No rule lets you {' or '.join(deeds) or unnamed} {here}."


def _listed(names: Sequence[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _notes(
    policy: Policy, asker: Asker, permission: Permission, missing: Collection[Wanted], channels: Collection[str]
) -> Iterator[str]:
    if asker.outsider:
        yield f"For {asker.outsider} only rules that name their user id count."
    elif asker.user_groups is None and _user_groups_matter(policy, asker, permission, missing):
        yield "Slack could not say just now which user groups you are in, so rules that go by them don't count."
    if asker.channel is None and channels:
        yield "A rule allows it in a channel."


def _user_groups_matter(policy: Policy, asker: Asker, permission: Permission, missing: Collection[Wanted]) -> bool:
    everywhere = frozenset(group for rule in policy.allow for group in rule.user_groups)
    rules = [rule for rule in policy.allow if applies(rule, replace(asker, user_groups=everywhere), permission)]
    return all(any(each.allowed_by(rule) for rule in rules) for each in missing)


def _grant(asker: Asker) -> str:
    user = f"user {asker.user}"
    return user if asker.outsider or not asker.channel else f"channel {asker.channel} or {user}"
