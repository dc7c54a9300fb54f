"""Names and ids of the workspace, for setup and checks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.http_retry import RateLimitErrorRetryHandler

from bot.errors import SlackFailure, SlackRefused
from bot.policy.field_types import is_user_group
from bot.policy.rules import Policy
from bot.slack.app_config import explained
from bot.slack.client import NoPlace, translated

Ask = Callable[[str], Any]

_PRIVATE = "; a private one only where Park is in it"
_UNKNOWN = frozenset({"user_not_found", "user_not_visible", "channel_not_found", "users_not_found"})


class UnknownId(NamedTuple):
    """What Slack says against an id; without one, against a whole kind."""

    id: str | None
    text: str

    def __str__(self) -> str:
        return self.text if self.id is None else f"{self.id}: {self.text}"


def doubts(client: WebClient, policy: Policy) -> Iterator[UnknownId]:
    """One for each that is unknown there, and one for each kind that could not be asked about."""
    yield from people(client, policy)
    yield from _each(_ids(policy)[2], "channel", lambda id: client.conversations_info(channel=id))


def people(client: WebClient, policy: Policy) -> Iterator[UnknownId]:
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


def _each(ids: set[str], kind: str, ask: Ask) -> Iterator[UnknownId]:
    for id in sorted(ids):
        try:
            with translated():
                found = ask(id)
        except SlackRefused as refusal:
            if str(refusal) not in _UNKNOWN:
                yield UnknownId(None, f"no {kind} could be looked up: Slack says {refusal}")
                return
            yield UnknownId(id, f"Slack shows no such {kind}" + _PRIVATE * (kind == "channel"))
        except SlackFailure as failure:
            yield UnknownId(None, f"no {kind} could be looked up: {failure}")
            return
        else:
            if found.get(kind, {}).get("deleted") or found.get(kind, {}).get("is_archived"):
                yield UnknownId(id, f"that {kind} is no longer active")


def _groups(client: WebClient, ids: set[str]) -> Iterator[UnknownId]:
    try:
        with translated():
            known = {group["id"] for group in client.usergroups_list()["usergroups"]}
    except SlackFailure as failure:
        yield UnknownId(None, f"no user group could be looked up: {failure}")
        return
    yield from (UnknownId(id, "Slack shows no such user group") for id in sorted(ids - known))


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyChannel:
    """One channel. Without a `name` Slack shows none of that id: a private one only where the bot is in it."""

    id: str
    use: str
    """What the policy has it for."""
    posted_to: bool
    """Whether Park says something there that nobody asked for there."""
    name: str | None = None
    archived: bool = False
    member: bool = False


def places(client: WebClient, policy: Policy) -> Iterator[PolicyChannel]:
    """Each once; raise SlackFailure where they can't be asked for."""
    for id, (use, posted_to) in _uses(policy).items():
        try:
            with translated():
                found = client.conversations_info(channel=id)["channel"]
        except NoPlace:
            yield PolicyChannel(id=id, use=use, posted_to=posted_to)
        else:
            yield PolicyChannel(
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


_PAGE = 999  # docs.slack.dev, conversations.list: under 1,000; fewer pages, for a page's price is a call of 20 a minute
_WAITS = 20  # rate limits waited out in one call, as long as Slack asks for

Seen = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryEntry:
    """A person, a user group or a channel."""

    id: str
    shown: str
    """What people can type for it: @ana, #phones."""
    title: str
    """What they know it by: Ana Ruiz."""
    others: tuple[str, ...] = ()
    """Whatever else it may be called."""
    gone: str | None = None
    """Why no rule should name it any more."""
    note: str | None = None
    """What to know before one does."""
    inside: bool = False
    """Whether the bot is in that channel."""

    @property
    def called(self) -> tuple[str, ...]:
        """By people."""
        return (self.shown[1:], self.title, *self.others)

    def __str__(self) -> str:
        return self.shown if self.title in ("", self.shown[1:]) else f"{self.title} ({self.shown})"


class WorkspaceDirectory:
    """Each list is read once, when it is first asked for; waits out rate limits, so for the command line only."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_WAITS))

    @cached_property
    def channels(self) -> tuple[DirectoryEntry, ...]:
        """Public ones, and those private ones that the bot is in; raise SlackFailure."""
        with explained(), translated():
            pages = self._client.conversations_list(types="public_channel,private_channel", limit=_PAGE)
            return tuple(_channel(one) for page in pages for one in page["channels"])

    @cached_property
    def people(self) -> tuple[DirectoryEntry, ...]:
        """Users and user groups; raise SlackFailure."""
        with explained(), translated():
            pages = self._client.users_list(limit=_PAGE)
            users = [_user(one) for page in pages for one in page["members"]]
        with explained():
            return (*self._user_groups(), *users)

    def _user_groups(self) -> Iterator[DirectoryEntry]:
        try:
            with translated():
                groups = self._client.usergroups_list()["usergroups"]
        except SlackRefused as refusal:
            if str(refusal) != "plan_upgrade_required":  # a free workspace has none
                raise
            groups = []
        yield from (
            DirectoryEntry(id=one["id"], shown=f"@{one['handle']}", title=one.get("name") or "") for one in groups
        )


def _channel(one: Seen) -> DirectoryEntry:
    shared = "shared with other companies" if one.get("is_ext_shared") else None
    return DirectoryEntry(
        id=one["id"],
        shown=f"#{one['name']}",
        title="",
        gone="it is archived" if one.get("is_archived") else None,
        note=shared or (None if one.get("is_private") else "public"),
        inside=bool(one.get("is_member")),
    )


def _user(one: Seen) -> DirectoryEntry:
    profile: Mapping[str, str | None] = one.get("profile", {})
    title = profile.get("real_name") or one.get("real_name") or ""
    others = (profile.get("display_name"), profile.get("email"))
    return DirectoryEntry(
        id=one["id"],
        shown=f"@{one['name']}",
        title=title,
        others=tuple(name for name in others if name),
        gone=_why_gone(one),
        note="a guest" if one.get("is_restricted") or one.get("is_ultra_restricted") else None,
    )


def _why_gone(one: Seen) -> str | None:
    if one.get("deleted"):
        return "the account is deactivated"
    return "that is a bot" if one.get("is_bot") or one["id"] == "USLACKBOT" else None
