"""Who may do what, from which channel, to which groups: nothing unless a rule allows it."""

from bot.policy.asker import Asker
from bot.policy.decide import decide, might
from bot.policy.decision import Decision
from bot.policy.read import read_policy
from bot.policy.rules import Permission, Policy, Rule, channel_only_rules, needs_user_groups

__all__ = [
    "Asker",
    "Decision",
    "Permission",
    "Policy",
    "Rule",
    "channel_only_rules",
    "decide",
    "might",
    "needs_user_groups",
    "read_policy",
]
