"""Decides what a step of Workflow Builder may do in a channel, where nobody in particular asks."""

from collections.abc import Collection

from bot.policy.engine import decide_provisionally
from bot.policy.model import READ_PERMISSIONS, Permission, Principal
from bot.policy.rules import Policy
from bot.texts import workflows as texts


def channel_principal(channel: str | None, team: str = "") -> Principal:
    """Returns nobody in particular in a channel: what it may, each member of the channel may."""
    return Principal(user="", team=team, channel=channel, user_groups=frozenset(), anybody=True)


def step_refusal(
    policy: Policy,
    channel: str | None,
    permission: Permission,
    *,
    groups: Collection[Collection[str]] = (),
    ring_groups: Collection[str] = (),
) -> str | None:
    """Returns why the policy refuses a step, in words; None where it does not.

    A step reads what a rule without people allows in its channel. It proposes a change where some rule could allow it
    to somebody there: that person's click is decided as their own request.

    Args:
        groups: for each park group the spellings its name may have.
        ring_groups: names of the ring groups that recalls would be sent to.
    """
    if policy.workflows is None or channel not in policy.workflows.channels:
        return texts.CHANNEL_NOT_NAMED
    reads = permission in READ_PERMISSIONS
    rules = policy if reads else _for_anybody(policy)
    possible = decide_provisionally(
        rules, channel_principal(channel), permission, groups=groups, ring_groups=ring_groups
    )
    return None if possible.allowed else texts.NOT_SHOWN if reads else texts.NOBODY_MAY


def _for_anybody(policy: Policy) -> Policy:
    """Returns the policy without the people in its rules: what it allows, it allows to somebody."""
    nobody = {"users": (), "user_groups": ()}
    allow = tuple(rule.model_copy(update=nobody) for rule in policy.allow)
    deny = tuple(rule for rule in policy.deny if not (rule.users or rule.user_groups))
    return policy.model_copy(update={"allow": allow, "deny": deny})
