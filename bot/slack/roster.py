"""Everybody and everything in Slack that a policy can name, as its people call them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from slack_sdk import WebClient
from slack_sdk.http_retry import RateLimitErrorRetryHandler

from bot.errors import SlackRefused
from bot.slack.failures import translated
from bot.slack.tokens import explained

_PAGE = 999  # docs.slack.dev, conversations.list: under 1,000; fewer pages, for a page's price is a call of 20 a minute
_WAITS = 20  # rate limits waited out in one call, as long as Slack asks for

Seen = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
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


class Roster:
    """Each list is read once, when it is first asked for; waits out rate limits, so for the command line only."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_WAITS))

    @cached_property
    def channels(self) -> tuple[Named, ...]:
        """Public ones, and those private ones that the bot is in; raise SlackFailure."""
        with explained(), translated():
            pages = self._client.conversations_list(types="public_channel,private_channel", limit=_PAGE)
            return tuple(_channel(one) for page in pages for one in page["channels"])

    @cached_property
    def people(self) -> tuple[Named, ...]:
        """Users and user groups; raise SlackFailure."""
        with explained(), translated():
            pages = self._client.users_list(limit=_PAGE)
            users = [_user(one) for page in pages for one in page["members"]]
        with explained():
            return (*self._user_groups(), *users)

    def _user_groups(self) -> Iterator[Named]:
        try:
            with translated():
                groups = self._client.usergroups_list()["usergroups"]
        except SlackRefused as refusal:
            if str(refusal) != "plan_upgrade_required":  # a free workspace has none
                raise
            groups = []
        yield from (Named(id=one["id"], shown=f"@{one['handle']}", title=one.get("name") or "") for one in groups)


def _channel(one: Seen) -> Named:
    shared = "shared with other companies" if one.get("is_ext_shared") else None
    return Named(
        id=one["id"],
        shown=f"#{one['name']}",
        title="",
        gone="it is archived" if one.get("is_archived") else None,
        note=shared or (None if one.get("is_private") else "public"),
        inside=bool(one.get("is_member")),
    )


def _user(one: Seen) -> Named:
    profile: Mapping[str, str | None] = one.get("profile", {})
    title = profile.get("real_name") or one.get("real_name") or ""
    others = (profile.get("display_name"), profile.get("email"))
    return Named(
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
