"""The addresses that take the bytes of files on their way into Slack."""

from flask import Blueprint, Response, request

from bot.sandbox.slack.gate import Gate
from bot.sandbox.slack.state import State


class Uploads:
    """Calls and faults of the addresses go by the name `upload_url`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self, gate: Gate) -> Blueprint:
        routes = Blueprint("uploads", __name__)

        @routes.post("/upload/v1/<key>")
        def upload(key: str) -> Response:
            raw = request.mimetype != "multipart/form-data"  # else the stream is read for its parts
            content = request.get_data() if raw else b"".join(part.read() for part in request.files.values())
            return gate.through("upload_url", {"length": len(content)}, "none", lambda: self._taken(key, content))

        return routes

    def _taken(self, key: str, content: bytes) -> Response:
        """Once, and as many bytes as were announced."""
        with self._state.changed:
            file = next((one for one in self._state.files.values() if one.url.endswith(f"/{key}")), None)
            if file is None or file.content is not None:
                return Response("not found", status=404)
            if len(content) != file.length:
                return Response("length mismatch", status=400)
            file.content = content
        return Response(f"OK - {len(content)}", mimetype="text/plain")
