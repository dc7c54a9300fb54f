"""A fake workspace with two users, and a real Bolt app that can be connected to it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import NamedTuple

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from bot.sandbox.serving import LoopbackServer
from bot.sandbox.slack.fake_slack import FakeSlack
from tests.waiting import PATIENCE

SCOPES = frozenset(
    {"commands", "chat:write", "chat:write.public", "app_mentions:read", "channels:read", "groups:read", "im:read"}
    | {"im:write", "users:read", "users:read.email", "usergroups:read"}
)


class Park(NamedTuple):
    """A workspace, two people in it, and a channel with both of them and the bot."""

    slack: FakeSlack
    ada: str
    ben: str
    ops: str
    bot: WebClient


@contextmanager
def a_park(**changes: object) -> Iterator[Park]:
    with FakeSlack(**{"scopes": SCOPES, "retry_after": (0.0, 0.0, 0.0), **changes}) as slack:  # type: ignore[arg-type]
        ada = slack.add_person("ada", real_name="Ada Lovelace", email="ada@example.com")
        ben = slack.add_person("ben", real_name="Ben Ortiz", email="ben@example.com", guest=True)
        ops = slack.add_channel("phone-ops", [ada, ben])
        yield Park(slack, ada, ben, ops, WebClient(slack.bot_token, base_url=slack.api_url, timeout=int(PATIENCE)))


@pytest.fixture
def park() -> Iterator[Park]:
    with a_park() as made:
        yield made


def bolt(park: Park) -> App:
    """An app that does nothing yet."""
    quiet = logging.getLogger("bolt.sandbox.tests")
    quiet.setLevel(logging.CRITICAL)
    client = WebClient(park.slack.bot_token, base_url=park.slack.api_url)
    return App(
        token=park.slack.bot_token,
        signing_secret=park.slack.signing_secret,
        client=client,
        logger=quiet,
        process_before_response=True,
    )


Reach = Callable[[Park, App], AbstractContextManager[object]]


@contextmanager
def served(park: Park, app: App) -> Iterator[None]:
    """The app behind its request URL, where Bolt verifies what Slack signed, until the block ends."""
    server = LoopbackServer(SlackRequestHandler(app))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        park.slack.send_to(f"http://127.0.0.1:{server.server_port}/slack/events")
        yield
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture(params=["socket mode", "http"])
def reached(request: pytest.FixtureRequest) -> Reach:
    """Slack's two ways to an app."""
    return served if request.param == "http" else connected


def hurry(park: Park, handler: SocketModeHandler) -> None:
    """Free the client from its own blocked reads, for which its close would else wait up to 4 s."""
    handler.client.auto_reconnect_enabled = False
    handler.client.closed = True
    handler.client.message_queue.put(None)
    park.slack.link.drop()


@contextmanager
def connected(park: Park, app: App) -> Iterator[SocketModeHandler]:
    """The app's own Socket Mode handler, connected until the block ends."""
    before = park.slack.connections
    handler = SocketModeHandler(app, park.slack.app_token)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        park.slack.wait_for(lambda: park.slack.connections > before)
        yield handler
    finally:
        hurry(park, handler)
        closing = threading.Thread(target=_close, args=(handler,))
        closing.start()
        while closing.is_alive():  # a client that has just connected anew takes this back, and would never end
            handler.client.current_session_state.terminated = True
            closing.join(0.1)


def _close(handler: SocketModeHandler) -> None:
    with suppress(AttributeError):  # both this thread and the client's own may find the socket gone
        handler.close()  # type: ignore[no-untyped-call]
