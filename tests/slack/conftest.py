"""Park's Slack side, connected to a workspace over Slack's real protocols; behind it an inbox that only notes."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings
from slack_bolt import App
from slack_sdk import WebClient

from bot.messages.message import FormOffer, Message
from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.sandbox.slack.fake_slack import Workspace
from bot.slack.bolt_app import Receiver, build_app
from bot.slack.client import Identity, connect_client, sign_in
from bot.slack.http_mode import HTTPMode
from bot.slack.listeners import connect
from bot.slack.messenger import SlackMessenger
from bot.slack.socket_mode import SocketMode
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi

settings.register_profile("slack", deadline=None)  # how fast a busy machine is, is no property of the code
settings.load_profile("slack")

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yaml").read_text())
SCOPES = frozenset(MANIFEST["oauth_config"]["scopes"]["bot"])


class NotingInbox:
    """Notes every request; `answer` decides what is said at once."""

    def __init__(self) -> None:
        self.taken: list[Request] = []
        self.answer: Callable[[Request], Message | None] = lambda request: None

    def take(self, request: Request, operation: Operation | None = None) -> Message | None:
        assert operation is None, "only forms bring one"
        self.taken.append(request)
        return self.answer(request)


class NotingOpener:
    """Notes every form that is to be opened."""

    def __init__(self) -> None:
        self.opened: list[FormOffer] = []

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        assert trigger, f"{request.key} has no trigger"
        self.opened.append(offer)

    def end(self, body: Mapping[str, Any], said: Message) -> None:
        raise AssertionError(f"no form is open: {said.title}, {body['type']}")


@dataclass(frozen=True)
class Place:
    """A workspace with Ada and Ben in #phones, and Park's voice in it."""

    slack: Workspace
    ada: str
    ben: str
    phones: str
    client: WebClient
    me: Identity
    messenger: SlackMessenger
    inbox: NotingInbox
    forms: NotingOpener

    def ask(self, channel: str | None, *, source: Source = Source.SLASH, **more: Any) -> Request:
        """A request of Ada's as a door would have made it."""
        asked = {"asked_at": datetime.now(UTC), "line": "add 1001 to Sales", "key": f"T:{source.name}:1"}
        return Request(team=self.me.team, user=self.ada, source=source, channel=channel, **(asked | more))

    def called(self, *methods: str) -> list[str]:
        """The Web API methods called, in order; only these, where some are given."""
        return [call.method for call in self.slack.calls if not methods or call.method in methods]


@pytest.fixture
def place() -> Iterator[Place]:
    with Workspace(scopes=SCOPES, retry_after=(0.0, 0.0, 0.0)) as slack:
        ada = slack.add_person("ada", real_name="Ada Lovelace", email="ada@example.com", tz="Europe/Berlin")
        ben = slack.add_person("ben", real_name="Ben Ortiz")
        phones = slack.add_channel("phones", [ada, ben])
        client = connect_client(slack.bot_token, slack.api_url)
        messenger = SlackMessenger(ChatApi(client), SlackUserDirectory(client))
        yield Place(slack, ada, ben, phones, client, sign_in(client), messenger, NotingInbox(), NotingOpener())


def listening(place: Place, pool: Executor) -> App:
    """Park's listeners, which nothing reaches yet."""
    app = build_app(place.client, place.me)
    connect(app, place.inbox, place.messenger, place.me, pool, place.forms)
    return app


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture(params=["socket mode", "http"])
def receiver(request: pytest.FixtureRequest, place: Place, pool: Executor) -> Iterator[Receiver]:
    """Each of the two ways in, not yet open."""
    app = listening(place, pool)
    made: Receiver = (
        HTTPMode(app, place.slack.signing_secret, ("127.0.0.1", 0))
        if request.param == "http"
        else SocketMode(app, place.client, place.slack.app_token)
    )
    yield made
    made.stop()


@pytest.fixture
def doors(place: Place, receiver: Receiver) -> Place:
    """The same place, with Park listening."""
    receiver.start()
    reach(place, receiver)
    return place


def reach(place: Place, receiver: Receiver) -> None:
    """Have Slack know where Park listens."""
    if isinstance(receiver, HTTPMode):
        place.slack.send_to(receiver.where)
    else:
        place.slack.wait_for(lambda: place.slack.connections)
