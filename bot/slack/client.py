"""WebClient, bot identity, errors of Slack translated."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError

from pydantic import BaseModel, ConfigDict
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import ConnectionErrorRetryHandler, HttpResponse, RateLimitErrorRetryHandler, RetryHandler
from slack_sdk.webhook import WebhookResponse

from bot.errors import SlackFailure, SlackRefused, SlackUnavailable

Client = WebClient
"""The Web API client, for callers that import no SDK."""
_TIMEOUT = 10  # seconds a call; nothing before an ack makes one
_PATIENCE = 3  # seconds a call waits out a rate limit; a longer one is the worker's to wait for


class Identity(BaseModel):
    """Who the bot is in its workspace."""

    model_config = ConfigDict(frozen=True)

    team: str
    team_name: str
    user: str
    bot: str
    name: str = ""
    """What people mention it by."""


def connect_client(token: str, api_url: str) -> WebClient:
    """`api_url` ends with a slash: https://slack.com/api/."""
    return WebClient(token, base_url=api_url, timeout=_TIMEOUT, retry_handlers=retry_handlers())


def sign_in(client: WebClient) -> Identity:
    """Ask Slack once who the token is; raise SlackFailure."""
    with translated():
        answer = client.auth_test()
    return Identity(
        team=answer["team_id"],
        team_name=answer["team"],
        user=answer["user_id"],
        bot=answer["bot_id"],
        name=answer["user"],
    )


def retry_handlers() -> list[RetryHandler]:
    """Again at once only what was never sent or was too much: chat.postMessage has no key to tell a repetition by."""
    return [ConnectionErrorRetryHandler(error_types=[URLError]), ShortRateLimit()]


class ShortRateLimit(RateLimitErrorRetryHandler):
    """Waits out a rate limit of a few seconds, once."""

    def _can_retry(self, *, response: HttpResponse | None = None, **rest: Any) -> bool:
        return super()._can_retry(response=response, **rest) and _is_short(response)


def _is_short(response: HttpResponse | None) -> bool:
    return response is not None and seconds_to_wait(response.headers) <= _PATIENCE


_LATER = 5.0  # seconds, where Slack does not say
_NOT_NOW = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable"}
    | {"request_timeout", "team_added_to_org", "org_login_required", "accesslimited"}
)
_NOT_THERE = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "is_inactive", "user_not_in_channel", "no_permission"}
    | {"restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"}
    | {"restricted_action_non_threadable_channel", "restricted_action_thread_locked", "ekm_access_denied"}
    | {"thread_not_found", "message_not_found", "cannot_reply_to_message", "cant_update_message", "edit_window_closed"}
    | {"team_access_not_granted", "method_not_supported_for_channel_type", "messages_tab_disabled"}
)
_CODE = re.compile(r"[a-z0-9_:.]+")  # anything else is a proxy's or an outage's page


class NoPlace(SlackRefused):
    """It can't be said there: the bot is not in the channel, or that is archived, closed or gone."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise SlackFailure for whatever the SDK raises."""
    try:
        yield
    except SlackApiError as error:
        raise _answered(error.response) from error
    except (SlackClientError, OSError, HTTPException) as error:
        if isinstance(error, HTTPError):  # of a file's upload: the SDK leaves the answer open
            error.close()
        raise SlackUnavailable(f"no answer from Slack: {type(error).__name__}") from error


def of_webhook(response: WebhookResponse) -> SlackFailure | None:
    """What a response_url's answer means; None when it was taken."""
    if response.status_code == 200:
        return None
    if response.status_code == 429 or response.status_code >= 500:
        return SlackUnavailable(f"response_url: HTTP {response.status_code}", seconds_to_wait(response.headers))
    return NoPlace(f"response_url: HTTP {response.status_code}")


def _answered(response: Any) -> SlackFailure:
    code = str(response.get("error"))
    if code in _NOT_NOW or response.status_code >= 429 or not _CODE.fullmatch(code):
        return SlackUnavailable(f"{code[:80]}, HTTP {response.status_code}", seconds_to_wait(response.headers))
    return NoPlace(code) if code in _NOT_THERE else SlackRefused(code)


def seconds_to_wait(headers: Mapping[str, Any]) -> float:
    """What Retry-After says, else a few seconds."""
    said = header(headers, "retry-after")
    return float(said) if said and said.isdigit() else _LATER


def header(headers: Mapping[str, Any], name: str) -> str | None:
    """The SDK gives them in any case, and some as lists; `name` is in lower case."""
    found = next((value for key, value in headers.items() if key.lower() == name), None)
    said = found[0] if isinstance(found, list) and found else found
    return str(said) if said else None
