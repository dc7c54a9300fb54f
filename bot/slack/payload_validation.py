"""What Slack would refuse of a payload, by blocks.validate, which posts nothing and needs no scope."""

from collections.abc import Iterator
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import RateLimitErrorRetryHandler

from bot.slack.client import translate_errors
from bot.slack.samples import messages, views

_RATE_LIMIT_RETRIES = 20
"""Rate limits that one call waits out, each for as long as Slack asks: this is for the command line only."""


def refused_samples(client: WebClient) -> Iterator[tuple[str, list[str]]]:
    """Yields the name of each sample of a payload with what Slack would refuse of it, which may be nothing.

    Raises:
        SlackFailure: Slack can't be asked, or has no blocks.validate.
    """
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES))
    for name, message in messages():
        yield name, _faults(client, message={"blocks": message["blocks"]})
    for name, view in views():
        yield name, _faults(client, view=view)


def _faults(client: WebClient, **content: Any) -> list[str]:
    """Returns where and why Slack refuses a message or a view: docs.slack.dev, blocks.validate."""
    with translate_errors():
        try:
            client.blocks_validate(**content)
        except SlackApiError as error:
            faults = error.response.get("errors")
            if not isinstance(faults, list) or not faults:
                raise
            return [f"{one.get('pointer', '')} {one.get('message') or one.get('code')}".strip() for one in faults]
    return []
