"""The way in: every request is written down, delayed, made to fail if the script says so, and carried out."""

import io
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from bot.sandbox.pbx.faults import Faults
from bot.sandbox.pbx.heard import Heard, parsed
from bot.sandbox.pbx.misbehaviour import misbehave

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Gate:
    """A WSGI application around the API's; the API serves one request at a time, waiting is done out here."""

    def __init__(self, app: "WSGIApplication", lock: threading.RLock, faults: Faults) -> None:
        self.app, self.lock, self.faults = app, lock, faults
        self.requests: list[Heard] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        content = Request(environ).get_data()
        heard = _heard(environ, content)
        self.requests.append(heard)
        time.sleep(self.faults.delay(heard.line))
        response = self._answer(heard, environ | {"PATH_INFO": heard.path}, content)
        heard.status = response.status_code
        return response(environ, start_response)

    def _answer(self, heard: Heard, environ: "WSGIEnvironment", content: bytes) -> Response:
        def serve() -> Response:
            with self.lock:
                return Response.from_app(self.app, environ | {"wsgi.input": io.BytesIO(content)}, buffered=True)

        fault = self.faults.take(heard.line)
        return misbehave(fault, serve) if fault else serve()


def _heard(environ: "WSGIEnvironment", content: bytes) -> Heard:
    """The path is that of the request line, since PATH_INFO no longer tells a slash from an encoded one."""
    request = Request(environ)
    path = urlsplit(environ["RAW_URI"]).path
    body = parsed(content, request.mimetype)
    headers = dict(request.headers)
    return Heard(method=request.method, path=path, query=request.args.to_dict(), headers=headers, body=body)
