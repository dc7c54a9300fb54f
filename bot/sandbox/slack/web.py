"""The workspace's HTTP server: quiet, on a free port of loopback, with nothing left when it stops."""

import threading

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"
    """One request a connection: a stop waits for no idle client."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Tests and the demo keep their own record."""


class WebServer:
    """Serves `app` from a thread of its own."""

    def __init__(self, app: Flask) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = True
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = False  # type: ignore[attr-defined]  # a stop then waits for them
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="slack-web")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
