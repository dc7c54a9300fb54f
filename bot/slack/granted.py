"""What Slack says of the two tokens."""

from dataclasses import dataclass

from slack_sdk import WebClient

from bot.slack.failures import header, translated


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """Whose the bot's token is; without `scopes`, Slack does not tell them."""

    team: str
    name: str
    scopes: frozenset[str] | None
    date: str | None
    """Slack's clock, as the header has it."""


def granted(client: WebClient) -> Granted:
    """Ask once; raise SlackFailure."""
    with translated():
        answer = client.auth_test()
    scopes = header(answer.headers, "x-oauth-scopes")
    return Granted(
        team=answer["team"],
        name=answer["user"],
        scopes=None if scopes is None else frozenset(one.strip() for one in scopes.split(",")),
        date=header(answer.headers, "date"),
    )


def try_app_token(client: WebClient, token: str) -> None:
    """Ask for the address of a connection, which is then not made; raise SlackFailure."""
    with translated():
        client.apps_connections_open(app_token=token)
