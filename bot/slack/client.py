"""The Web API client, the bot's identity, and the translation of the SDK's errors into `SlackFailure`."""

import json
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError

from pydantic import BaseModel, ConfigDict
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import ConnectionErrorRetryHandler, RetryHandler
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.errors import SettingsError, SlackAppRefused, SlackFailure, SlackPayloadRefused, SlackRefused, SlackUnavailable
from bot.runtime.metrics import SLACK_CALLS
from bot.slack.clock import SlackClock
from bot.slack.failures import classify, is_token_fault, retry_after
from bot.slack.posting import PostingState
from bot.slack.scheduling import LONGEST_WAIT, RESPONSE_URL, CallScheduler, Limit

log = logging.getLogger(__name__)
T = TypeVar("T")
ReadToken = Callable[[], str] | None
"""Reads the configured bot token again."""

Client = WebClient
"""The Web API client, for packages that must not import the SDK."""
TIMEOUT = 10
"""Seconds that one API call may take. No call is made before an acknowledgement."""


_NEEDS_TEAM = frozenset(
    {"bots.info", "conversations.list", "users.conversations", "users.list", "usergroups.list", "users.lookupByEmail"}
)
"""Methods that need a team_id with the token of an organization: docs.slack.dev, Developing for organizations."""


def tls_context(url: str) -> ssl.SSLContext | None:
    """Returns the TLS context for a URL of Slack's, None for one without TLS.

    All connections share it: the SDK makes one for each call, and reads the certificates of all authorities for it,
    which takes 37 ms of CPU.
    """
    return shared_tls_context() if url.startswith(("https:", "wss:")) else None


@cache
def shared_tls_context() -> ssl.SSLContext:
    """Returns the TLS context of all connections to Slack."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])  # as http.client and websockets do with their own
    return context


class Identity(BaseModel):
    """The bot's user and workspace."""

    model_config = ConfigDict(frozen=True, defer_build=True)

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


class SlackClient(WebClient):
    """Records how each call went, and reads a bot token again that Slack rejects."""

    def __init__(self, token: str, api_url: str, *, posting: PostingState, read_token: ReadToken = None) -> None:
        handlers: list[RetryHandler] = [_unprocessed_handler()]
        super().__init__(token, base_url=api_url, timeout=TIMEOUT, retry_handlers=handlers, ssl=tls_context(api_url))
        self.scheduler = CallScheduler()
        self.posting, self._read_token = posting, read_token
        self.clock = SlackClock(posting.now)
        self._team: str | None = None

    def use(self, token: str, team: str | None) -> None:
        """Uses a token from now on; for that of an organization, `team` is the workspace that calls are about."""
        self.token, self._team = token, team

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """Calls a method; raises the SDK's errors, which `translate_errors` translates."""
        token = self.token
        own_token = not (arguments.get("params") or {}).get("token")
        with self._recorded(api_method, bot_token=own_token):
            try:
                return self._send(api_method, arguments)
            except SlackApiError as error:
                if not (own_token and is_token_fault(api_failure(error.response)) and self._take_new_token(token)):
                    raise
            return self._send(api_method, arguments)

    def _send(self, method: str, arguments: Mapping[str, Any]) -> SlackResponse:
        """Sends a call in its turn, and again after a short rate limit; all calls under that limit wait meanwhile."""
        if self._team is not None and method in _NEEDS_TEAM:
            given = "json" if arguments.get("json") else "params"
            arguments = {**arguments, given: {**(arguments.get(given) or {}), "team_id": self._team}}
        limit = Limit.of(method, arguments)
        for is_last in (False, True):
            self.scheduler.await_turn(limit)
            try:
                with SLACK_CALLS.labels(method).time():
                    return self._observed(super().api_call(method, **arguments))
            except SlackApiError as error:
                if error.response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                    raise
                pause = retry_after(error.response.headers or {})
                self.scheduler.hold(limit, pause)
                if is_last or pause > LONGEST_WAIT:
                    raise
        raise AssertionError

    def _observed(self, response: SlackResponse) -> SlackResponse:
        self.clock.observe(response.headers)
        return response

    def respond(self, response_url: str, **content: Any) -> None:
        """Posts through a response_url, in its turn; raises SlackFailure.

        A limit of one address says nothing of others. After a long one the caller has other destinations.
        """
        limit = Limit(RESPONSE_URL, response_url)
        webhook = WebhookClient(
            response_url, timeout=self.timeout, retry_handlers=[_unprocessed_handler()], ssl=tls_context(response_url)
        )
        for is_last in (False, True):
            self.scheduler.await_turn(limit)
            timed = SLACK_CALLS.labels(RESPONSE_URL).time()
            with translate_errors(), self._recorded(RESPONSE_URL, bot_token=False), timed:
                response = webhook.send(**content)
            if (failure := webhook_failure(response)) is None:
                return
            self.posting.record(RESPONSE_URL, failure, bot_token=False)
            pause = retry_after(response.headers)
            is_limit = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
            if is_limit:
                self.scheduler.hold(limit, pause)
            if not is_limit or is_last or pause > LONGEST_WAIT:
                raise failure

    @contextmanager
    def _recorded(self, method: str, *, bot_token: bool) -> Iterator[None]:
        try:
            yield
        except SlackApiError as error:
            self.posting.record(method, api_failure(error.response), bot_token=bot_token)
            raise
        except (SlackClientError, OSError, HTTPException) as error:
            self.posting.record(method, SlackUnavailable(type(error).__name__))
            raise
        self.posting.record(method, None)

    def _take_new_token(self, rejected: str | None) -> bool:
        """Reads the configured token; returns whether it is another one than Slack has rejected."""
        try:
            configured = self._read_token() if self._read_token else self.token
        except SettingsError as error:
            log.warning("the settings of Slack can't be read: %s", error)
            return False
        if configured == rejected or not configured:
            return False
        log.warning("SLACK_BOT_TOKEN has changed: the new token is used from now on")
        self.token = configured
        return True


def connect_client(
    token: str, api_url: str, *, posting: PostingState | None = None, read_token: ReadToken = None
) -> SlackClient:
    """Creates a client.

    Args:
        api_url: Ends with a slash, as in https://slack.com/api/.
        posting: Records whether Park can post.
        read_token: Reads the configured bot token again; raises SettingsError.
    """
    return SlackClient(token, api_url, posting=posting or PostingState(), read_token=read_token)


def _unprocessed_handler() -> RetryHandler:
    """Returns a handler that retries only what Slack did not receive: chat.postMessage is not idempotent."""
    return ConnectionErrorRetryHandler(error_types=[URLError])


def sign_in(client: WebClient, workspace: str | None = None) -> Identity:
    """Calls auth.test for the identity of the client's token.

    Args:
        workspace: Id of the workspace that Park is used in; needed where the app is installed for an organization.

    Raises:
        SlackAppRefused: With the code `org_install`, the app is installed for a whole organization, and no workspace
            is given.
        SlackFailure: Slack rejects the token, or is unavailable.
    """
    with translate_errors():
        response = client.auth_test()
    org_wide = response.get("is_enterprise_install") or str(response["team_id"]).startswith("E")
    if org_wide and workspace is None:
        raise SlackAppRefused("org_install")
    return Identity(
        team=workspace if org_wide and workspace else response["team_id"],
        team_name=response["team"],
        user=response["user_id"],
        bot=response["bot_id"],
        name=response["user"],
        url=response.get("url") or "",
    )


def with_private_channels(call: Callable[[str], T]) -> T:
    """Returns what a call says of all channels, or of the public ones alone where the app lacks groups:read.

    Args:
        call: Takes the `types` of conversations.list and users.conversations; raises the errors of the SDK.
    """
    try:
        with translate_errors():
            return call("public_channel,private_channel")
    except SlackAppRefused as refusal:
        if str(refusal) != "missing_scope":
            raise
    with translate_errors():
        return call("public_channel")


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raises SlackFailure instead of the errors of the SDK and of its HTTP client."""
    try:
        yield
    except SlackApiError as error:
        raise api_failure(error.response) from error
    except (SlackClientError, OSError, HTTPException) as error:
        if isinstance(error, HTTPError):  # the SDK leaves the response of a file upload open
            error.close()
        raise SlackUnavailable(f"no answer from Slack: {type(error).__name__}") from error


def api_failure(response: Any) -> SlackFailure:
    """Returns the failure that the response of a SlackApiError stands for."""
    headers = response.headers or {}
    scope = str(response.get("needed") or "")
    code = str(response.get("error"))
    return classify(code, status=response.status_code, retry_after=retry_after(headers), scope=scope)


def webhook_failure(response: WebhookResponse) -> SlackFailure | None:
    """Returns the failure that a response_url's answer stands for, or None for a success."""
    status, body = response.status_code, (response.body or "").strip()
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {"ok": body in ("", "ok"), "error": body}
    if not isinstance(answer, dict):
        answer = {"ok": True}
    if status == 200 and answer.get("ok", True):
        return None
    text = f"response_url: HTTP {status} {str(answer.get('error') or '')[:80]}".rstrip()
    if status == 429 or status >= 500:
        return SlackUnavailable(text, retry_after(response.headers))
    failure = classify(str(answer.get("error") or "refused"))
    if isinstance(failure, SlackPayloadRefused) or (isinstance(failure, SlackUnavailable) and status == 200):
        return failure
    return SlackRefused(text)
