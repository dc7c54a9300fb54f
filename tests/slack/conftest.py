"""Park's Slack package, connected to the fake workspace over Slack's protocols, with an inbox that records requests."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_bolt import App
from slack_sdk import WebClient

from bot.journal.journal import Journal
from bot.journal.notes import NoteStore
from bot.messages.message import FormOffer, Message
from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.sandbox.slack.fake_slack import FakeSlack
from bot.slack.bolt_app import Receiver, build_app
from bot.slack.client import Identity, connect_client, sign_in
from bot.slack.http_mode import HTTPMode
from bot.slack.listeners import register_listeners
from bot.slack.messenger import SlackMessenger
from bot.slack.notes import ProgressNotes
from bot.slack.requests import RequestFactory
from bot.slack.socket_mode import SocketMode
from bot.slack.users import SlackUserDirectory
from bot.slack.web_api import ChatApi
from bot.times.model import utc_now

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yaml").read_text())
SCOPES = frozenset(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = frozenset(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


class RecordingInbox:
    """Records every request; `answer` returns the immediate answer."""

    def __init__(self, messenger: SlackMessenger) -> None:
        self.messenger = messenger
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Message | None] = lambda request: None

    def submit(self, request: Request, operation: Operation | None = None) -> Message | None:
        assert operation is None, "only forms bring one"
        self.requests.append(request)
        return self.answer(request)

    def submit_step(self, request: Request, callback_id: str, inputs: Mapping[str, Any]) -> None:
        self.requests.append(request)

    def offer_again(self, request: Request, message: Message) -> None:
        self.messenger.answer(request, message)


class RecordingFormOpener:
    """Records every form that is to be opened."""

    def __init__(self) -> None:
        self.opened: list[FormOffer] = []

    def open(self, trigger: str, request: Request, offer: FormOffer) -> None:
        assert trigger, f"{request.key} has no trigger"
        self.opened.append(offer)


@dataclass(frozen=True)
class SlackHarness:
    """A fake workspace with Ada and Ben in #phones, and the parts of Park that post to it."""

    slack: FakeSlack
    ada: str
    ben: str
    phones: str
    client: WebClient
    me: Identity
    requests: RequestFactory
    messenger: SlackMessenger
    inbox: RecordingInbox
    forms: RecordingFormOpener

    def make_request(self, channel: str | None, *, source: Source = Source.SLASH, **more: Any) -> Request:
        """A request by Ada, as a listener would build it."""
        fields = {"asked_at": datetime.now(UTC), "line": "add 1001 to Sales", "key": f"T:{source.name}:1"}
        return Request(team=self.me.team, user=self.ada, source=source, channel=channel, **(fields | more))

    def api_calls(self, *methods: str) -> list[str]:
        """The Web API methods that were called, in order; only the given ones, if any."""
        return [call.method for call in self.slack.calls if not methods or call.method in methods]


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[SlackHarness]:
    journal = Journal(f"sqlite:///{tmp_path / 'park.sqlite3'}")
    with closing(journal), FakeSlack(scopes=SCOPES, events=EVENTS, retry_after=(0.0, 0.0, 0.0)) as slack:
        ada = slack.add_person("ada", real_name="Ada Lovelace", email="ada@example.com", tz="Europe/Berlin")
        ben = slack.add_person("ben", real_name="Ben Ortiz")
        phones = slack.add_channel("phones", [ada, ben])
        client = connect_client(slack.bot_token, slack.api_url)
        chat = ChatApi(client)
        messenger = SlackMessenger(chat, SlackUserDirectory(client), ProgressNotes(chat, NoteStore(journal.database)))
        me = sign_in(client)
        requests = RequestFactory(me, utc_now)
        yield SlackHarness(
            slack, ada, ben, phones, client, me, requests, messenger, RecordingInbox(messenger), RecordingFormOpener()
        )


def build_listening_app(harness: SlackHarness, pool: Executor) -> App:
    """The app with all listeners, not connected to a receiver."""
    app = build_app(harness.client, harness.me)
    register_listeners(app, harness.inbox, harness.messenger, harness.requests, pool, harness.forms)
    return app


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture(params=["socket mode", "http"])
def receiver(request: pytest.FixtureRequest, harness: SlackHarness, pool: Executor) -> Iterator[Receiver]:
    """Each of the two receivers, not started."""
    app = build_listening_app(harness, pool)
    made: Receiver = (
        HTTPMode(app, harness.slack.signing_secret, ("127.0.0.1", 0))
        if request.param == "http"
        else SocketMode(app, harness.client, harness.slack.app_token)
    )
    yield made
    made.stop()


@pytest.fixture
def running(harness: SlackHarness, receiver: Receiver) -> SlackHarness:
    """The harness with a started receiver."""
    receiver.start()
    wait_until_connected(harness, receiver)
    return harness


def wait_until_connected(harness: SlackHarness, receiver: Receiver) -> None:
    """Wait until the fake workspace can deliver payloads to the receiver."""
    if isinstance(receiver, HTTPMode):
        harness.slack.send_to(receiver.where)
    else:
        harness.slack.wait_for(lambda: harness.slack.connections)
