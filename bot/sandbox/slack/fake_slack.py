"""The fake workspace: servers, administration, and what users do and see."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import ClassVar, Self, TypeVar

from flask import Flask

from bot.sandbox.serving import flask_app
from bot.sandbox.slack.admin import WorkspaceAdmin
from bot.sandbox.slack.delivery import Deliveries
from bot.sandbox.slack.element_actions import ClickActions
from bot.sandbox.slack.faults import CallInterceptor, FaultQueue
from bot.sandbox.slack.files import FileRoutes
from bot.sandbox.slack.form_actions import ModalActions
from bot.sandbox.slack.installation import approve
from bot.sandbox.slack.model import Ack, ApiCall, Delivery, File, Json, Message
from bot.sandbox.slack.payloads import app_event
from bot.sandbox.slack.rendering import render_message, visible_messages
from bot.sandbox.slack.response_url import ResponseURLs
from bot.sandbox.slack.state import SlackState
from bot.sandbox.slack.user_actions import MessageActions, ShortcutActions
from bot.sandbox.slack.web import ROUTES, WebServer, web_api
from bot.sandbox.slack.workflow_actions import WorkflowActions

T = TypeVar("T")


class FakeSlack(WorkspaceAdmin, MessageActions, ClickActions, ModalActions, ShortcutActions, WorkflowActions):
    """A workspace on loopback that speaks Slack's protocols, with methods that act as its users."""

    time_limit: ClassVar[float] = 3.0
    """Seconds that an app has to acknowledge a payload and to open a form, as documented. The tests set it."""

    def __init__(
        self,
        *,
        scopes: Collection[str],
        name: str = "Park Sandbox",
        events: Collection[str] = ("app_mention",),
        shortcuts: Mapping[str, str] | None = None,
        functions: Mapping[str, Json] | None = None,
        home_tab: bool = True,
        ack_timeout: float | None = None,
        trigger_lifetime: float | None = None,
        retry_after: Sequence[float] = (0.0, 60.0, 300.0),
        beside: "FakeSlack | None" = None,
    ) -> None:
        """Creates a workspace with one installed app.

        Args:
            beside: A workspace whose app can be installed here, too; this one's app is not installed then.
            scopes: Granted bot scopes.
            events: Subscribed bot events.
            shortcuts: callback_id -> "global" or "message".
            functions: The app's steps for Workflow Builder by callback_id, as the manifest declares them.
            ack_timeout: Seconds to acknowledge a payload, if not `time_limit`.
            trigger_lifetime: Seconds that a trigger_id can be used, if not `time_limit`.
            retry_after: Seconds before each further delivery of an event, as documented for the Events API.
        """
        self.state = SlackState(name, frozenset(scopes), frozenset(events))
        if beside is not None:
            self.state.join(beside.state)
        self.state.shortcuts = dict(shortcuts or {})
        self.state.workflows.declared = dict(functions or {})
        self.state.home_tab = home_tab
        self.state.triggers.lifetime = self.time_limit if trigger_lifetime is None else trigger_lifetime
        self._offers = {}
        self.faults = FaultQueue(self.state)
        self.urls = ResponseURLs(self.state)
        in_time = self.time_limit if ack_timeout is None else ack_timeout
        self.deliveries = Deliveries(self.state, in_time, retry_after, beside.deliveries if beside else None)
        self.link = self.deliveries.link
        self.state.new_link = self.link.new_url
        self._web = WebServer(self._app(), lambda: self.state.timestamps.time())
        self.urls.base = self.state.base = self._web.url

    def start(self) -> Self:
        self.link.start()
        self._web.start()
        return self

    def stop(self) -> None:
        """Ends all connections, threads and waiting calls."""
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
        app = flask_app(__name__)
        app.url_map = ROUTES
        interceptor = CallInterceptor(self.state, self.faults)
        app.register_blueprint(web_api(self.state, interceptor))
        app.register_blueprint(self.urls.routes(interceptor))
        app.register_blueprint(FileRoutes(self.state).routes(interceptor))
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

    def approve_installation(self, authorize_url: str, redirect_url: str) -> str:
        """Returns where Slack sends the browser of whoever installs the app here; SlackError if it refuses that."""
        with self.state.changed:
            return approve(self.state, authorize_url, redirect_url)

    def uninstall(self) -> list[Ack]:
        """Removes the app from the workspace, and tells it so: both events come, in either order."""
        token = self.state.bot_token
        with self.state.changed:
            self.state.installed = False
            self.state.credentials.revoked.add(token)
        return self.announce_end()

    def announce_end(self) -> list[Ack]:
        """Delivers the events of an uninstallation, which Slack may also do late."""
        revoked: Json = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.state.bot.id]}}
        return [self.deliveries.event(app_event(self.state, one)) for one in (revoked, {"type": "app_uninstalled"})]

    def send_to(self, request_url: str) -> None:
        """Delivers to the request URL from now on, no longer over Socket Mode.

        Raises:
            ValueError: No app answers the verification request there.
        """
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
    def calls(self) -> list[ApiCall]:
        """All calls of the Web API, oldest first."""
        with self.state.changed:
            return list(self.state.calls)

    @property
    def delivered(self) -> list[Delivery]:
        """All attempts to deliver a payload, with their outcomes, oldest first."""
        with self.state.changed:
            return list(self.deliveries.made)

    @property
    def connections(self) -> int:
        """Number of open Socket Mode connections."""
        return len(self.link.lines)

    def messages(self, channel: str, *, thread: str | None = None) -> list[Message]:
        """Returns what every member of the channel sees: its own messages, or with `thread` those of the thread."""
        return visible_messages(self.state, channel, thread, None)

    def seen_by(self, user: str, channel: str, *, thread: str | None = None) -> list[Message]:
        """Returns what one user sees there, ephemeral messages included."""
        return visible_messages(self.state, channel, thread, user)

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """Returns the user's ephemeral messages, in threads too."""
        with self.state.changed:
            theirs = [p for p in self.state.posts if p.only_for == user and channel in (None, p.channel)]
            return [render_message(self.state, p) for p in theirs]

    def files(self, user: str) -> list[File]:
        """Returns the files in the user's direct messages, oldest first."""
        with self.state.changed:
            theirs = {one.id for one in self.state.channels.values() if one.direct and user in one.members}
            return [file for file in self.state.files.values() if file.channel in theirs]

    def wait_for(self, predicate: Callable[[], T], timeout: float = 120.0) -> T:
        """Waits until the predicate is true and returns its value; what it looks at may be outside the workspace.

        Raises:
            TimeoutError: It is not true after `timeout` seconds.
        """
        until = time.monotonic() + timeout
        while not (value := self.state.wait(predicate, 0.05)):
            if time.monotonic() > until or self.state.stopping:
                raise TimeoutError(f"not so after {timeout} s")
        return value
