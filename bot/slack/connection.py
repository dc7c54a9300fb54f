"""The way to Slack: a client, who the bot is there, and a Bolt app that asks nothing before an ack."""

import logging
from typing import Any
from urllib.error import URLError

from pydantic import BaseModel, ConfigDict
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.http_retry import ConnectionErrorRetryHandler, HttpResponse, RateLimitErrorRetryHandler, RetryHandler

from bot.slack.acks import WatchedApp
from bot.slack.failures import seconds_to_wait, translated

log = logging.getLogger(__name__)
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


def build_app(client: WebClient, me: Identity) -> App:
    """An app without listeners: whose token it is, is known, so that no request waits for auth.test."""
    known = AuthorizeResult(
        enterprise_id=None, team_id=me.team, bot_user_id=me.user, bot_id=me.bot, bot_token=client.token
    )

    def authorize(**_: Any) -> AuthorizeResult:
        return known

    bolts = logging.getLogger("bot.slack.bolt")
    bolts.setLevel(logging.ERROR)  # Bolt would warn at every start that it ignores SLACK_BOT_TOKEN, which Park has read
    app = WatchedApp(
        logger=bolts,
        client=WebClient(base_url=client.base_url, timeout=_TIMEOUT),
        authorize=authorize,
        process_before_response=True,
        token_verification_enabled=False,
        request_verification_enabled=False,  # Socket Mode carries no signatures; HTTP mode looks at them before Bolt
    )
    bolts.setLevel(logging.WARNING)
    return app


def retry_handlers() -> list[RetryHandler]:
    """Again at once only what was never sent or was too much: chat.postMessage has no key to tell a repetition by."""
    return [ConnectionErrorRetryHandler(error_types=[URLError]), ShortRateLimit()]


class ShortRateLimit(RateLimitErrorRetryHandler):
    """Waits out a rate limit of a few seconds, once."""

    def _can_retry(self, *, response: HttpResponse | None = None, **rest: Any) -> bool:
        return super()._can_retry(response=response, **rest) and _is_short(response)


def _is_short(response: HttpResponse | None) -> bool:
    return response is not None and seconds_to_wait(response.headers) <= _PATIENCE
