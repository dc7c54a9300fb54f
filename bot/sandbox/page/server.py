"""The page's HTTP server on loopback, and its stream of server-sent events."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, request

from bot.sandbox.bot_process import BotProcess
from bot.sandbox.environment import Sandbox, demo_sandbox
from bot.sandbox.page.actions import PageActions
from bot.sandbox.page.control_panel import ControlPanel
from bot.sandbox.page.regions import RegionRenderer, Regions
from bot.sandbox.page.rendering import Viewpoint, load_templates
from bot.sandbox.slack.web import WebServer

POLL_SECONDS = 0.25
"""Seconds between checks for changes of the PBX, which sends no notifications."""
KEEPALIVE_POLLS = 40
"""Checks without a change after which an empty event is sent, so that a closed connection is noticed."""


class RegionStream:
    """Sends each region once and again whenever it changes."""

    def __init__(self, sandbox: Sandbox, sight: RegionRenderer) -> None:
        self._stage, self._regions = sandbox, sight
        self._changed = sandbox.slack.state.changed
        self._stopping = False
        self._changes = 0
        """Number of changes of the workspace; a counter, because a stream that renders does not wait for changes."""
        self._counting = threading.Thread(target=self._count, name="page-stream")

    def start(self) -> None:
        self._counting.start()

    def stop(self) -> None:
        """Ends all streams."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._counting.join()

    def events(self, viewpoint: Viewpoint) -> Iterator[str]:
        """Yields server-sent events until the connection or the server is closed."""
        sent: Regions = {}
        drawn, quiet = -1, 0
        while not self._stopping:
            changes = self._changes
            now = self._regions.control_region(viewpoint) | (
                self._regions.regions(viewpoint) if changes != drawn else {}
            )
            drawn = changes
            fresh = {name: html for name, html in now.items() if sent.get(name) != html}
            sent |= fresh
            quiet = 0 if fresh else quiet + 1
            if fresh or quiet % KEEPALIVE_POLLS == 0:
                yield f"data: {json.dumps(fresh)}\n\n"
            with self._changed:
                self._changed.wait(POLL_SECONDS)

    def _count(self) -> None:
        with self._changed:
            while not self._stopping:
                self._changed.wait()
                self._changes += 1


CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class DemoPage:
    """An environment, its bot as a child process, and the page that shows both."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self.sandbox = sandbox or demo_sandbox()
        self.child = BotProcess(self.sandbox)
        self.control_panel = ControlPanel(self.sandbox, self.child)
        self._regions = RegionRenderer(self.sandbox, self.child, load_templates(), self.control_panel)
        self._stream = RegionStream(self.sandbox, self._regions)
        self._actions = PageActions(self.sandbox)
        self._web = WebServer(self._app())
        self._sandboxes = self.sandbox.without_bot()

    @property
    def url(self) -> str:
        return f"{self._web.url}/"

    def __enter__(self) -> Self:
        """Starts everything.

        Raises:
            RuntimeError: The bot does not start.
        """
        with ExitStack() as started:
            started.enter_context(self._sandboxes)
            started.callback(self.child.kill)
            self.child.start()
            self._stream.start()
            started.callback(self._stream.stop)
            self._web.start()
            started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.stop()
        self._web.stop()
        self.child.stop()
        self._sandboxes.__exit__(kind, error, trace)

    def _app(self) -> Flask:
        app = Flask(__name__, template_folder=None)
        app.before_request(self._check_origin)
        app.after_request(_security_headers)
        app.get("/")(self._show)
        app.get("/events")(self._events)
        app.post("/gesture/<name>", endpoint="gesture")(self._gesture)
        app.post("/backstage/<name>", endpoint="set")(self._control)
        return app

    def _check_origin(self) -> None:
        """Rejects requests of other origins and other host names (CSRF, DNS rebinding)."""
        host = urlsplit(self._web.url).netloc
        there = (host, host.replace("127.0.0.1", "localhost"))
        origin = request.headers.get("Origin")
        if request.host not in there or origin not in (None, *(f"http://{one}" for one in there)):
            abort(403)

    def _show(self) -> str:
        return self._regions.page(self._viewpoint())

    def _events(self) -> Response:
        return Response(self._stream.events(self._viewpoint()), mimetype="text/event-stream")

    def _gesture(self, name: str) -> Response:
        try:
            return jsonify(self._actions.perform(name, self._viewpoint(), _json_body()))
        except KeyError:
            abort(404)

    def _control(self, name: str) -> Response:
        try:
            self.control_panel.perform(name, str(_json_body().get("value", "")))
        except LookupError:
            abort(404)
        return jsonify({})

    def _viewpoint(self) -> Viewpoint:
        return Viewpoint.read(self.sandbox, request.args)


def _json_body() -> dict[str, Any]:
    """Returns the JSON body; other content types, which other origins could send, are rejected."""
    body = request.get_json()
    return body if isinstance(body, dict) else abort(400)


def _security_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
