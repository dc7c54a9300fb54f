"""Names and ids of a workspace's users, user groups and channels, for setup and checks.

`DirectoryEntry` and `WorkspaceDirectory` list what exists; the other parts compare a policy with it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.http_retry import RateLimitErrorRetryHandler

from bot.errors import SlackAppRefused, SlackFailure, SlackRefused
from bot.policy.field_types import is_user_group
from bot.policy.rules import Policy
from bot.slack.app_config import explain_refusals
from bot.slack.client import translate_errors, with_private_channels

ObjectJson = Mapping[str, Any]
"""A channel or user object of the Web API."""

_UNKNOWN_CODES = frozenset({"user_not_found", "user_not_visible", "channel_not_found", "users_not_found"})
_PAGE = 999
"""Entries in a page; docs.slack.dev, conversations.list: under 1,000, and 20 calls a minute."""
_RATE_LIMIT_RETRIES = 20
"""Rate limits that one call waits out, each for as long as Slack asks."""


class UnknownId(NamedTuple):
    """A problem with an id in a policy, or, without an id, with looking up all ids of a kind."""

    id: str | None
    text: str

    def __str__(self) -> str:
        return self.text if self.id is None else f"{self.id}: {self.text}"


class PolicyIds(NamedTuple):
    """The Slack ids that a policy contains."""

    users: set[str]
    user_groups: set[str]
    channels: set[str]


def unknown_ids(client: WebClient, policy: Policy) -> Iterator[UnknownId]:
    """Yields a problem for each id in the policy that is unknown, and for each kind that can't be looked up."""
    yield from unknown_users(client, policy)
    yield from _check_each(_ids(policy).channels, "channel", lambda id: client.conversations_info(channel=id))


def unknown_users(client: WebClient, policy: Policy) -> Iterator[UnknownId]:
    """Yields the problems with the policy's users and user groups."""
    ids = _ids(policy)
    yield from _check_each(ids.users, "user", lambda id: client.users_info(user=id))
    if ids.user_groups:
        yield from _check_user_groups(client, ids.user_groups)


def _ids(policy: Policy) -> PolicyIds:
    rules = (*policy.allow, *policy.deny)
    approvers = {id for rule in policy.allow for id in rule.approvers}
    notified = (channel for rule in policy.allow for channel in (rule.emergency, rule.ask_in))
    return PolicyIds(
        users={id for rule in rules for id in rule.users} | {id for id in approvers if not is_user_group(id)},
        user_groups={id for rule in rules for id in rule.user_groups} | set(filter(is_user_group, approvers)),
        channels={id for rule in rules for id in rule.channels}
        | set(filter(None, (policy.announce, policy.drift, *notified))),
    )


def _check_each(ids: set[str], kind: str, fetch: Callable[[str], Any]) -> Iterator[UnknownId]:
    for id in sorted(ids):
        try:
            with translate_errors():
                found = fetch(id).get(kind, {})
        except SlackRefused as refusal:
            if _hides_private(refusal):
                continue
            if str(refusal) not in _UNKNOWN_CODES:
                yield UnknownId(None, f"no {kind} could be looked up: Slack says {refusal}")
                return
            hint = ": a private channel is shown only if Park is in it" if kind == "channel" else ""
            yield UnknownId(id, f"Slack does not show this {kind}{hint}")
        except SlackFailure as failure:
            yield UnknownId(None, f"no {kind} could be looked up: {failure}")
            return
        else:
            if found.get("deleted") or found.get("is_archived"):
                yield UnknownId(id, f"this {kind} is no longer active")


def _check_user_groups(client: WebClient, ids: set[str]) -> Iterator[UnknownId]:
    try:
        with translate_errors():
            known = {group["id"] for group in client.usergroups_list()["usergroups"]}
    except SlackFailure as failure:
        yield UnknownId(None, f"no user group could be looked up: {failure}")
        return
    yield from (UnknownId(id, "Slack does not show this user group") for id in sorted(ids - known))


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyChannel:
    """A channel in a policy; without a `name` it is unknown, or private and the bot is not in it."""

    id: str
    use: str
    """What the policy contains the channel for."""
    posted_to: bool
    """Whether Park posts messages there that don't answer a request."""
    name: str | None = None
    archived: bool = False
    member: bool = False
    shared: bool = False
    """Whether people of other companies are in it, or will be once they accept the invitation."""
    hidden: bool = False
    """Whether it is private, and the app lacks the scope to see that it is there."""


def policy_channels(client: WebClient, policy: Policy) -> Iterator[PolicyChannel]:
    """Yields each channel of the policy; raises SlackFailure where channels can't be looked up."""
    for id, (use, posted_to) in channel_uses(policy).items():
        try:
            with translate_errors():
                found = client.conversations_info(channel=id)["channel"]
        except SlackRefused as refusal:
            hidden = _hides_private(refusal)
            if isinstance(refusal, SlackAppRefused) and not hidden:
                raise
            yield PolicyChannel(id=id, use=use, posted_to=posted_to, hidden=hidden)
        else:
            yield PolicyChannel(
                id=id,
                use=use,
                posted_to=posted_to,
                name=found["name"],
                archived=bool(found.get("is_archived")),
                member=bool(found.get("is_member")),
                shared=bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared")),
            )


def _hides_private(refusal: SlackRefused) -> bool:
    """Whether it is only private channels that can't be looked up."""
    return isinstance(refusal, SlackAppRefused) and refusal.scope == "groups:read"


def channel_uses(policy: Policy) -> dict[str, tuple[str, bool]]:
    """Returns the most important use of each channel, and whether Park posts there."""
    uses: dict[str, tuple[str, bool]] = {}
    if policy.announce:
        uses[policy.announce] = "announce", True
    if policy.drift:
        uses.setdefault(policy.drift, ("drift", True))
    if policy.workflows:
        uses |= {id: ("workflows", True) for id in policy.workflows.channels if id not in uses}
    for rule in policy.allow:
        notified = {rule.emergency: "emergencies", rule.ask_in: "approvals"}
        if rule.approvers and rule.ask_in is None:
            notified |= dict.fromkeys(rule.channels, "approvals")
        uses |= {id: (f"the {what} of “{rule.name}”", True) for id, what in notified.items() if id and id not in uses}
    for clause in (*policy.allow, *policy.deny):
        uses |= {id: (f"the rule “{clause.name}”", False) for id in clause.channels if id not in uses}
    return uses


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryEntry:
    """A user, a user group or a channel."""

    id: str
    handle: str
    """The handle that people type: @ana, #phones."""
    title: str
    """The full name: Ana Ruiz."""
    others: tuple[str, ...] = ()
    """Further names: the display name and the address."""
    inactive_reason: str | None = None
    """Why no rule should contain it."""
    note: str | None = None
    """What to know before adding it to a rule."""
    bot_is_member: bool = False
    """Whether the bot is in that channel."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names, without the `@` or `#` of the handle."""
        return (self.handle[1:], self.title, *self.others)

    def __str__(self) -> str:
        return self.handle if self.title in ("", self.handle[1:]) else f"{self.title} ({self.handle})"


class WorkspaceDirectory:
    """Lists the workspace, each kind at most once; it waits out rate limits, so it is for the command line only."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES))

    @cached_property
    def channels(self) -> tuple[DirectoryEntry, ...]:
        """Public channels, and the private ones that the bot is in; raises SlackFailure."""

        def fetch(types: str) -> tuple[DirectoryEntry, ...]:
            pages = self._client.conversations_list(types=types, limit=_PAGE)
            return tuple(_channel_entry(channel) for page in pages for channel in page["channels"])

        with explain_refusals():
            return with_private_channels(fetch)

    @cached_property
    def people(self) -> tuple[DirectoryEntry, ...]:
        """User groups and users; raises SlackFailure."""
        with explain_refusals(), translate_errors():
            pages = self._client.users_list(limit=_PAGE)
            users = [_user_entry(user) for page in pages for user in page["members"]]
        with explain_refusals():
            return (*self._user_groups(), *users)

    def _user_groups(self) -> list[DirectoryEntry]:
        try:
            with translate_errors():
                groups = self._client.usergroups_list()["usergroups"]
        except SlackRefused as refusal:
            if str(refusal) == "plan_upgrade_required":  # a free workspace has no user groups
                return []
            raise
        return [
            DirectoryEntry(id=group["id"], handle=f"@{group['handle']}", title=group.get("name") or "")
            for group in groups
        ]


def _channel_entry(channel: ObjectJson) -> DirectoryEntry:
    is_shared = channel.get("is_ext_shared") or channel.get("is_pending_ext_shared")
    shared = "shared with other companies" if is_shared else None
    return DirectoryEntry(
        id=channel["id"],
        handle=f"#{channel['name']}",
        title="",
        inactive_reason="it is archived" if channel.get("is_archived") else None,
        note=shared or (None if channel.get("is_private") else "public"),
        bot_is_member=bool(channel.get("is_member")),
    )


def _user_entry(user: ObjectJson) -> DirectoryEntry:
    profile: Mapping[str, str | None] = user.get("profile", {})
    others = (profile.get("display_name"), profile.get("email"))
    is_bot = user.get("is_bot") or user["id"] == "USLACKBOT"
    return DirectoryEntry(
        id=user["id"],
        handle=f"@{user['name']}",
        title=profile.get("real_name") or user.get("real_name") or "",
        others=tuple(name for name in others if name),
        inactive_reason="the account is deactivated" if user.get("deleted") else "this is a bot" if is_bot else None,
        note="a guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else None,
    )
