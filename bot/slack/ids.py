"""Whether Slack knows the ids that a policy names."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from slack_sdk import WebClient

from bot.errors import SlackFailure, SlackRefused
from bot.policy import Policy
from bot.policy.ids import is_user_group
from bot.slack.failures import translated

Ask = Callable[[str], Any]

_PRIVATE = "; a private one only where Park is in it"
_UNKNOWN = frozenset({"user_not_found", "user_not_visible", "channel_not_found", "users_not_found"})


class Doubt(NamedTuple):
    """What Slack says against an id; without one, against a whole kind."""

    id: str | None
    text: str

    def __str__(self) -> str:
        return self.text if self.id is None else f"{self.id}: {self.text}"


def doubts(client: WebClient, policy: Policy) -> Iterator[Doubt]:
    """One for each that is unknown there, and one for each kind that could not be asked about."""
    yield from people(client, policy)
    yield from _each(_ids(policy)[2], "channel", lambda id: client.conversations_info(channel=id))


def people(client: WebClient, policy: Policy) -> Iterator[Doubt]:
    """Likewise, of users and user groups alone."""
    users, groups, _ = _ids(policy)
    yield from _each(users, "user", lambda id: client.users_info(user=id))
    if groups:
        yield from _groups(client, groups)


def _ids(policy: Policy) -> tuple[set[str], set[str], set[str]]:
    rules = (*policy.allow, *policy.deny)
    people = {id for rule in policy.allow for id in rule.approvers}
    users = {id for rule in rules for id in rule.users} | {id for id in people if not is_user_group(id)}
    groups = {id for rule in rules for id in rule.user_groups} | set(filter(is_user_group, people))
    channels = {id for rule in rules for id in rule.channels}
    told = (channel for rule in policy.allow for channel in (rule.emergency, rule.ask_in))
    channels |= set(filter(None, (policy.announce, policy.drift, *told)))
    return users, groups, channels


def _each(ids: set[str], kind: str, ask: Ask) -> Iterator[Doubt]:
    for id in sorted(ids):
        try:
            with translated():
                found = ask(id)
        except SlackRefused as refusal:
            if str(refusal) not in _UNKNOWN:
                yield Doubt(None, f"no {kind} could be looked up: Slack says {refusal}")
                return
            yield Doubt(id, f"Slack shows no such {kind}" + _PRIVATE * (kind == "channel"))
        except SlackFailure as failure:
            yield Doubt(None, f"no {kind} could be looked up: {failure}")
            return
        else:
            if found.get(kind, {}).get("deleted") or found.get(kind, {}).get("is_archived"):
                yield Doubt(id, f"that {kind} is no longer active")


def _groups(client: WebClient, ids: set[str]) -> Iterator[Doubt]:
    try:
        with translated():
            known = {group["id"] for group in client.usergroups_list()["usergroups"]}
    except SlackFailure as failure:
        yield Doubt(None, f"no user group could be looked up: {failure}")
        return
    yield from (Doubt(id, "Slack shows no such user group") for id in sorted(ids - known))
