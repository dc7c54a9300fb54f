"""Who may do what, from which channel, to which groups: nothing unless a rule allows it."""

from bot.policy.asker import Asker
from bot.policy.decide import decide, might
from bot.policy.decision import Approvers, Decision
from bot.policy.deed import Deed
from bot.policy.policies import Policies
from bot.policy.reach import EVERYTHING, Reach, groups_within_reach, ring_groups_within_reach
from bot.policy.read import read_policy
from bot.policy.rules import Deny, Permission, Policy, Rule, channel_only_rules, needs_user_groups

__all__ = [
    "EVERYTHING",
    "Approvers",
    "Asker",
    "Decision",
    "Deed",
    "Deny",
    "Permission",
    "Policies",
    "Policy",
    "Reach",
    "Rule",
    "channel_only_rules",
    "decide",
    "groups_within_reach",
    "might",
    "needs_user_groups",
    "read_policy",
    "ring_groups_within_reach",
]
