"""The Web API's methods, by name: what a method needs is declared where it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.state import State

Body = Callable[[State, Json], Json]


@dataclass(frozen=True)
class Method:
    """Any one of `scopes` will do; `token` is the kind of token that it takes: bot or app."""

    run: Body
    scopes: tuple[str, ...]
    token: str


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, app: bool = False) -> Callable[[Body], Body]:
    """Declare a Web API method."""

    def declare(body: Body) -> Body:
        METHODS[name] = Method(body, scopes, "app" if app else "bot")
        return body

    return declare


def require(state: State, *scopes: str) -> None:
    """Raise missing_scope unless one of them is granted."""
    if not state.scopes.intersection(scopes):
        raise SlackError("missing_scope", needed=",".join(scopes), provided=",".join(sorted(state.scopes)))
