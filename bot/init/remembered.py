"""A policy that was written before, as answers: what is still in it of the starting one."""

from bot.init.policy_file import LEADS, LOOK, ON_CALL, TEAM
from bot.init.rights import Rights, Who
from bot.policy import Policy, Rule
from bot.policy.rules import EVERY
from bot.slack.roster import Named, Roster


def remembered(policy: Policy, roster: Roster) -> Rights | None:
    """None where its channels are not known any more; raise SlackFailure."""
    known = {one.id: one for one in (*roster.people, *roster.channels) if not one.gone}
    rules = {begin: _rule(policy, begin) for begin in (LOOK, LEADS, ON_CALL, TEAM)}
    places = [known[id] for rule in policy.allow for id in rule.channels if id in known]
    announce = known.get(policy.announce or "")
    if announce is None:
        return None
    leads = rules[LEADS]
    return Rights(
        channel=next(iter(places), announce),
        announce=announce,
        everybody_looks=rules[LOOK] is not None,
        leads=_who(leads, known),
        groups=leads.groups if leads else EVERY,
        on_call=_who(rules[ON_CALL], known),
        phone_team=_who(rules[TEAM], known),
        contact=known.get(policy.contact or "", policy.contact),
    )


def _rule(policy: Policy, begin: str) -> Rule | None:
    return next((rule for rule in policy.allow if rule.name.startswith(begin)), None)


def _who(rule: Rule | None, known: dict[str, Named]) -> Who:
    ids = (*rule.user_groups, *rule.users) if rule else ()
    return tuple(known[id] for id in ids if id in known)
