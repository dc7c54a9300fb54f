"""A no that leads somewhere: in words, and with where and how it would be a yes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.policy.asker import Asker
from bot.policy.decision import Approvers, Decision
from bot.policy.deed import Deed
from bot.policy.elsewise import channels, deeds
from bot.policy.match import applies
from bot.policy.rules import Permission, Policy, Rule
from bot.policy.verdict import Verdict, verdict

_DEEDS = {
    Permission.READ: ("look at", "look at the call park settings"),
    Permission.MEMBERS: ("change the members of", "change members"),
    Permission.RECALL: ("change the recall of", "change where a recall goes"),
    Permission.GROUPS: ("create, rename or delete", "create, rename or delete groups"),
    Permission.SERVER: ("change the call park server for", "change the call park server"),
    Permission.PAUSE: ("pause or resume Park for", "pause or resume Park"),
    Permission.HISTORY: ("look back on the changes of", "look back on who changed what"),
}


def refuse(policy: Policy, permission: Permission, found: Verdict, deed: Deed | None) -> Decision:
    """Some of what is wanted is allowed by no rule here; without a deed, whatever its figures."""
    asker, wanted = found.asker, [grant.wanted for grant in found.grants]
    names = _names(policy, permission, found)
    refusal = Decision(
        allowed=False,
        permission=permission,
        reason="",
        policy=policy.fingerprint,
        missing_groups=tuple(dict.fromkeys(group for group, _ in names if group is not None)),
        missing_ring_groups=tuple(dict.fromkeys(ring_group for _, ring_group in names if ring_group is not None)),
        denied=tuple(dict.fromkeys(grant.denied.name for grant in found.grants if grant.denied)),
        approvers=_approvers(found.by_approval),
        emergency=tuple(dict.fromkeys(rule.emergency for rule in found.by_emergency if rule.emergency)),
        by_approval=tuple(dict.fromkeys(rule.name for rule in found.by_approval)),
        by_emergency=tuple(dict.fromkeys(rule.name for rule in found.by_emergency)),
        channels=channels(policy, asker, permission, wanted, deed),
        would=deeds(policy, asker, permission, wanted, deed) if deed else (),
        grant=_grant(asker),
        contact=policy.contact,
    )
    said = (*_sentences(policy, refusal, found, deed), *_notes(policy, refusal, found, deed))
    return replace(refusal, reason=" ".join(said))


def _names(policy: Policy, permission: Permission, found: Verdict) -> list[tuple[str | None, str | None]]:
    """Group and ring group of each pair that is missing, as far as it is they that are."""
    rules = [rule for rule in policy.allow if applies(rule, found.asker, permission)]
    names = list[tuple[str | None, str | None]]()
    for each in found.missing:
        group = each.shown if each.spellings else None
        if group is not None and not any(each.group_allowed_by(rule) for rule in rules):
            names.append((group, None))
        elif any(each.allowed_by(rule) for rule in rules):  # it is forbidden, or its figures are out of bounds
            names.append((group, each.ring_group))
        else:
            names.append((None, each.ring_group))
    return names


def _approvers(rules: Iterable[Rule]) -> tuple[Approvers, ...]:
    return tuple(dict.fromkeys(_approvers_of(rule) for rule in rules if rule.approvers))


def _approvers_of(rule: Rule) -> Approvers:
    return Approvers(
        rule=rule.name, ids=rule.approvers, count=rule.approvals, within=rule.approve_within, channel=rule.ask_in
    )


def _sentences(policy: Policy, refusal: Decision, found: Verdict, deed: Deed | None) -> Iterator[str]:
    doing = _doing(refusal)
    here = "in this channel" if found.asker.channel else "in a direct message"
    if refusal.denied:
        yield f"{_listed(refusal.denied, 'and')} {_forbid(refusal.denied)} you to {doing} {here}."
        return
    if refusal.approvers:
        rules = [one.rule for one in refusal.approvers]
        yield f"{_listed(rules, 'and')} would let you {doing} {here} once that is approved."
    if refusal.emergency:
        rules = [rule.name for rule in found.by_emergency if rule.emergency]
        yield f"{_listed(dict.fromkeys(rules), 'and')} would let you {doing} {here} in an emergency."
    if not (refusal.approvers or refusal.emergency):
        like_that = " like that" if deed and _figures_matter(policy, refusal.permission, found) else ""
        yield f"No rule lets you {doing}{like_that} {here}."


def _forbid(rules: Sequence[str]) -> str:
    return "forbids" if len(rules) == 1 else "forbid"


def _doing(refusal: Decision) -> str:
    deed, unnamed = _DEEDS[refusal.permission]
    deeds = [f"{deed} {_listed(refusal.missing_groups, 'or')}"] if refusal.missing_groups else []
    if refusal.missing_ring_groups:
        deeds.append(f"send recalls to ring group {_listed(refusal.missing_ring_groups, 'or')}")
    return " or ".join(deeds) or unnamed


def _listed(names: Iterable[str], last: str) -> str:
    quoted = [f'"{name}"' for name in names]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _figures_matter(policy: Policy, permission: Permission, found: Verdict) -> bool:
    """Whether it is them alone that no rule allows."""
    freely = verdict(policy, found.asker, permission, [grant.wanted for grant in found.grants], None)
    return bool(freely.by or freely.by_approval or freely.by_emergency)


def _notes(policy: Policy, refusal: Decision, found: Verdict, deed: Deed | None) -> Iterator[str]:
    asker = found.asker
    if asker.user_groups is None and _user_groups_matter(policy, refusal.permission, found, deed):
        yield "Slack could not say just now which user groups you are in, so rules that go by them don't count."
    elif asker.outsider and not refusal.denied:
        yield f"For {asker.outsider} only rules that name their user id count."
    if asker.channel is None and refusal.channels:
        yield "A rule allows it in a channel."


def _user_groups_matter(policy: Policy, permission: Permission, found: Verdict, deed: Deed | None) -> bool:
    """Whether the right ones would have made it a yes."""
    everywhere = frozenset(group for rule in policy.allow for group in rule.user_groups)
    lenient = policy.model_copy(update={"deny": tuple(rule for rule in policy.deny if not rule.user_groups)})
    asker, wanted = replace(found.asker, user_groups=everywhere), [grant.wanted for grant in found.grants]
    known = verdict(lenient, asker, permission, wanted, deed)
    return bool(known.by or known.by_approval or known.by_emergency)


def _grant(asker: Asker) -> str:
    user = f"user {asker.user}"
    return user if asker.outsider or not asker.channel else f"channel {asker.channel} or {user}"
