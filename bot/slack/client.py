"""The Web API client, the bot's identity, and the translation of the SDK's errors into `SlackFailure`."""

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
"""The Web API client, for packages that must not import the SDK."""
TIMEOUT = 10
"""Seconds that one API call may take. No call is made before an acknowledgement."""
_LONGEST_RATE_LIMIT = 3
"""Seconds of Retry-After that a call waits; for longer ones the worker schedules a retry."""
_DEFAULT_RETRY_AFTER = 5.0
"""Seconds to wait before a retry when Slack sends no Retry-After."""
_UNAVAILABLE_CODES = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable"}
    | {"request_timeout", "team_added_to_org", "org_login_required", "accesslimited"}
)
_DESTINATION_CODES = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "is_inactive", "user_not_in_channel", "no_permission"}
    | {"restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"}
    | {"restricted_action_non_threadable_channel", "restricted_action_thread_locked", "ekm_access_denied"}
    | {"thread_not_found", "message_not_found", "cannot_reply_to_message", "cant_update_message", "edit_window_closed"}
    | {"team_access_not_granted", "method_not_supported_for_channel_type", "messages_tab_disabled"}
)
_ERROR_CODE = re.compile(r"[a-z0-9_:.]+")  # anything else is the page of a proxy or of an outage


class DestinationUnavailable(SlackRefused):
    """A message can't be posted there: the channel is archived, closed, gone, or the bot is not in it."""


class Identity(BaseModel):
    """The bot's user and workspace."""

    model_config = ConfigDict(frozen=True)

    team: str
    team_name: str
    user: str
    bot: str
    name: str = ""
    """The name that users mention the bot by, without `@`."""
    url: str = ""
    """The workspace's address, which ends with a slash."""

    def link(self, channel: str, ts: str) -> str:
        """Returns the permanent link to a message; empty if the workspace's address is not known."""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}" if self.url else ""


class _ShortRateLimitRetryHandler(RateLimitErrorRetryHandler):
    """Retries once after a rate limit of a few seconds."""

    def _can_retry(self, *, response: HttpResponse | None = None, **rest: Any) -> bool:
        return (
            super()._can_retry(response=response, **rest)
            and response is not None
            and _retry_after(response.headers) <= _LONGEST_RATE_LIMIT
        )


def connect_client(token: str, api_url: str) -> WebClient:
    """Creates a client; `api_url` must end with a slash, as in https://slack.com/api/."""
    return WebClient(token, base_url=api_url, timeout=TIMEOUT, retry_handlers=retry_handlers())


def retry_handlers() -> list[RetryHandler]:
    """Returns handlers that retry only calls which Slack did not process: chat.postMessage is not idempotent."""
    return [ConnectionErrorRetryHandler(error_types=[URLError]), _ShortRateLimitRetryHandler()]


def sign_in(client: WebClient) -> Identity:
    """Calls auth.test for the identity of the client's token; raises SlackFailure."""
    with translate_errors():
        response = client.auth_test()
    return Identity(
        team=response["team_id"],
        team_name=response["team"],
        user=response["user_id"],
        bot=response["bot_id"],
        name=response["user"],
        url=response.get("url") or "",
    )


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raises SlackFailure instead of the errors of the SDK and of its HTTP client."""
    try:
        yield
    except SlackApiError as error:
        raise _api_failure(error.response) from error
    except (SlackClientError, OSError, HTTPException) as error:
        if isinstance(error, HTTPError):  # the SDK leaves the response of a file upload open
            error.close()
        raise SlackUnavailable(f"no answer from Slack: {type(error).__name__}") from error


def _api_failure(response: Any) -> SlackFailure:
    code = str(response.get("error"))
    if code in _UNAVAILABLE_CODES or response.status_code >= 429 or not _ERROR_CODE.fullmatch(code):
        return SlackUnavailable(f"{code[:80]}, HTTP {response.status_code}", _retry_after(response.headers))
    return DestinationUnavailable(code) if code in _DESTINATION_CODES else SlackRefused(code)


def webhook_failure(response: WebhookResponse) -> SlackFailure | None:
    """Returns the failure that a response_url's answer stands for, or None for a success."""
    if response.status_code == 200:
        return None
    if response.status_code == 429 or response.status_code >= 500:
        return SlackUnavailable(f"response_url: HTTP {response.status_code}", _retry_after(response.headers))
    return DestinationUnavailable(f"response_url: HTTP {response.status_code}")


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = header(headers, "retry-after")
    return float(value) if value and value.isdigit() else _DEFAULT_RETRY_AFTER


def header(headers: Mapping[str, Any], name: str) -> str | None:
    """Returns a response header; `name` is in lower case, the SDK's keys may be in any, its values may be lists."""
    found = next((value for key, value in headers.items() if key.lower() == name), None)
    value = found[0] if isinstance(found, list) and found else found
    return str(value) if value else None
