"""The page's server: on loopback, for pages of its own only."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, request

from bot.sandbox.child import Child
from bot.sandbox.page.acting import Acting
from bot.sandbox.page.backstage import Backstage
from bot.sandbox.page.drawing import templates
from bot.sandbox.page.looking import Looking
from bot.sandbox.page.sight import Sight
from bot.sandbox.page.stream import Stream
from bot.sandbox.slack.web import WebServer
from bot.sandbox.stage import DEMO_POLICY, Stage

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Page:
    """A stage, its Park as a child process, and the page that shows both."""

    def __init__(self, stage: Stage | None = None) -> None:
        self.stage = stage or Stage(policy=DEMO_POLICY)
        self.child = Child(self.stage)
        self.backstage = Backstage(self.stage, self.child)
        self._sight = Sight(self.stage, self.child, templates(), self.backstage)
        self._stream = Stream(self.stage, self._sight)
        self._acting = Acting(self.stage)
        self._web = WebServer(self._app())
        self._sandboxes = self.stage.without_park()

    @property
    def url(self) -> str:
        return f"{self._web.url}/"

    def __enter__(self) -> Self:
        """Raise RuntimeError where Park does not start."""
        self._sandboxes.__enter__()
        try:
            self.child.start()
        except BaseException:
            self.child.kill()
            self._sandboxes.__exit__(None, None, None)
            raise
        self._stream.start()
        self._web.start()
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
        app.before_request(self._own)
        app.after_request(_guarded)
        app.get("/")(self._show)
        app.get("/events")(self._events)
        app.post("/gesture/<name>", endpoint="gesture")(self._gesture)
        app.post("/backstage/<name>", endpoint="set")(self._set)
        return app

    def _own(self) -> None:
        """Other sites' pages may not drive this one, nor reach it by a name of theirs."""
        host = urlsplit(self._web.url).netloc
        there = (host, host.replace("127.0.0.1", "localhost"))
        origin = request.headers.get("Origin")
        if request.host not in there or origin not in (None, *(f"http://{one}" for one in there)):
            abort(403)

    def _show(self) -> str:
        return self._sight.page(self._looking())

    def _events(self) -> Response:
        return Response(self._stream.of(self._looking()), mimetype="text/event-stream")

    def _gesture(self, name: str) -> Response:
        try:
            return jsonify(self._acting.do(name, self._looking(), _body()))
        except KeyError:
            abort(404)

    def _set(self, name: str) -> Response:
        try:
            self.backstage.do(name, str(_body().get("value", "")))
        except LookupError:
            abort(404)
        return jsonify({})

    def _looking(self) -> Looking:
        return Looking.read(self.stage, request.args)


def _body() -> dict[str, Any]:
    """Only JSON: a page of another origin can't send that unasked."""
    body = request.get_json()
    return body if isinstance(body, dict) else abort(400)


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
