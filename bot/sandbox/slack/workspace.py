"""A Slack workspace on loopback."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar

from flask import Flask

from bot.sandbox.slack.api import web_api
from bot.sandbox.slack.clicks import Clicks
from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.doors import Doors
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.forms import Forms
from bot.sandbox.slack.gate import Gate
from bot.sandbox.slack.gestures import Gestures
from bot.sandbox.slack.inhabitants import Inhabitants
from bot.sandbox.slack.model import Call, Delivery, File, Message
from bot.sandbox.slack.response_url import ResponseURLs
from bot.sandbox.slack.sight import in_channel, look
from bot.sandbox.slack.state import State
from bot.sandbox.slack.uploads import Uploads
from bot.sandbox.slack.web import WebServer

T = TypeVar("T")


class Workspace(Inhabitants, Gestures, Clicks, Forms, Doors):
    """Speaks Slack's protocols to a bot, and lets tests and the demo act as its people."""

    def __init__(
        self,
        *,
        scopes: Collection[str],
        name: str = "Park Sandbox",
        events: Collection[str] = ("app_mention",),
        shortcuts: Mapping[str, str] | None = None,
        home_tab: bool = True,
        ack_timeout: float = 3.0,
        trigger_lifetime: float = 3.0,
        retry_after: Sequence[float] = (0.0, 60.0, 300.0),
    ) -> None:
        """What the app's manifest declares, and Slack's times.

        `shortcuts` is callback_id -> global or message. `retry_after` is the seconds before each further delivery of an
        event, as documented for the Events API."""
        self.state = State(name, frozenset(scopes), frozenset(events))
        self.state.shortcuts = dict(shortcuts or {})
        self.state.home_tab = home_tab
        self.state.triggers.lifetime = trigger_lifetime
        self._offers = {}
        self.faults = Faults(self.state)
        self.urls = ResponseURLs(self.state)
        self.deliveries = Deliveries(self.state, ack_timeout, retry_after)
        self.link = self.deliveries.link
        self.state.new_link = self.link.new_url
        self._web = WebServer(self._app())
        self.urls.base = self.state.base = self._web.url

    def start(self) -> Self:
        self.link.start()
        self._web.start()
        return self

    def stop(self) -> None:
        """End every connection, thread and waiting call; nothing is left."""
        with self.state.changed:
            self.state.stopping = True
            self.state.changed.notify_all()
        self.link.stop()
        self.deliveries.stop()
        self._web.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        authorizer = Gate(self.state, self.faults)
        app.register_blueprint(web_api(self.state, authorizer))
        app.register_blueprint(self.urls.routes(authorizer))
        app.register_blueprint(Uploads(self.state).routes(authorizer))
        return app

    @property
    def api_url(self) -> str:
        return f"{self._web.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.state.bot_token

    @property
    def app_token(self) -> str:
        return self.state.app_token

    @property
    def signing_secret(self) -> str:
        return self.state.signing_secret

    def send_to(self, request_url: str) -> None:
        """Deliver to that address from now on, and no more over Socket Mode; ValueError where no app answers there."""
        self.deliveries.request_url.verify(request_url)

    @property
    def team(self) -> str:
        return self.state.team

    @property
    def bot_user(self) -> str:
        return self.state.bot.id

    @property
    def bot_id(self) -> str:
        return str(self.state.bot.bot_id)

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API so far, oldest first."""
        with self.state.changed:
            return list(self.state.calls)

    @property
    def delivered(self) -> list[Delivery]:
        """Every attempt to give the bot something, with its outcome, oldest first."""
        with self.state.changed:
            return list(self.deliveries.made)

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self.link.lines)

    def messages(self, channel: str, *, thread: str | None = None) -> list[Message]:
        """What everybody in the channel sees; with `thread`, its first message and the replies."""
        return in_channel(self.state, channel, thread, None)

    def seen_by(self, user: str, channel: str, *, thread: str | None = None) -> list[Message]:
        """What one person sees there: with what was meant for their eyes only."""
        return in_channel(self.state, channel, thread, user)

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """What only that person sees, in threads too."""
        with self.state.changed:
            theirs = [p for p in self.state.posts if p.only_for == user and channel in (None, p.channel)]
            return [look(self.state, p) for p in theirs]

    def files(self, user: str) -> list[File]:
        """What was shared with one person alone, in direct messages, oldest first."""
        with self.state.changed:
            theirs = {one.id for one in self.state.channels.values() if one.direct and user in one.members}
            return [file for file in self.state.files.values() if file.channel in theirs]

    def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """The predicate's first true value, tried at every change; TimeoutError after `timeout` seconds."""
        value = self.state.wait(predicate, timeout)
        if not value:
            raise TimeoutError(f"not so after {timeout} s")
        return value
