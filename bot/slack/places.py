"""The channels that a policy names, as the bot finds them."""

from collections.abc import Iterator
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.policy import Policy
from bot.slack.failures import NoPlace, translated


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One channel. Without a `name` Slack shows none of that id: a private one only where the bot is in it."""

    id: str
    use: str
    """What the policy has it for."""
    posted_to: bool
    """Whether Park says something there that nobody asked for there."""
    name: str | None = None
    archived: bool = False
    member: bool = False


def places(client: WebClient, policy: Policy) -> Iterator[Place]:
    """Each once; raise SlackFailure where they can't be asked for."""
    for id, (use, posted_to) in _uses(policy).items():
        try:
            with translated():
                found = client.conversations_info(channel=id)["channel"]
        except NoPlace:
            yield Place(id=id, use=use, posted_to=posted_to)
        else:
            yield Place(
                id=id,
                use=use,
                posted_to=posted_to,
                name=found["name"],
                archived=bool(found.get("is_archived")),
                member=bool(found.get("is_member")),
            )


def _uses(policy: Policy) -> dict[str, tuple[str, bool]]:
    """The weightiest use of each."""
    uses: dict[str, tuple[str, bool]] = {}
    if policy.announce:
        uses[policy.announce] = "announce", True
    for rule in policy.allow:
        told = {rule.emergency: "emergencies", rule.ask_in: "approvals"}
        if rule.approvers and rule.ask_in is None:
            told |= dict.fromkeys(rule.channels, "approvals")
        uses |= {id: (f"the {what} of “{rule.name}”", True) for id, what in told.items() if id and id not in uses}
    for clause in (*policy.allow, *policy.deny):
        uses |= {id: (f"the rule “{clause.name}”", False) for id in clause.channels if id not in uses}
    return uses
