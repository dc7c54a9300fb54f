"""The addresses of files' bytes: on their way into Slack, and out of it."""

from flask import Blueprint, Response, request

from bot.sandbox.slack.gate import Gate
from bot.sandbox.slack.state import State


class Uploads:
    """Calls and faults of the addresses go by the names `upload_url` and `file_download`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self, authorizer: Gate) -> Blueprint:
        routes = Blueprint("uploads", __name__)

        @routes.post("/upload/v1/<key>")
        def upload(key: str) -> Response:
            raw = request.mimetype != "multipart/form-data"  # else the stream is read for its parts
            content = request.get_data() if raw else b"".join(part.read() for part in request.files.values())
            return authorizer.through("upload_url", {"length": len(content)}, "none", lambda: self._taken(key, content))

        @routes.get("/files-pri/<team_and_id>/download/<name>")
        def download(team_and_id: str, name: str) -> Response:
            given = request.headers.get("Authorization", "")
            kind = "bot" if given == f"Bearer {self._state.bot_token}" else "unknown" if given else "none"
            id = team_and_id.rpartition("-")[2]
            return authorizer.through("file_download", {"file": id}, kind, lambda: self._given(id, kind))

        return routes

    def _given(self, id: str, kind: str) -> Response:
        """Whoever shows no token that may read files is sent to a page to sign in at."""
        file = self._state.files.get(id)
        if kind != "bot" or "files:read" not in self._state.scopes:
            return Response(status=302, headers={"Location": f"{self._state.base}/?redir=files-pri"})
        if file is None or file.content is None:
            return Response("not found", status=404)
        if file.moved_to is not None:
            return Response(status=302, headers={"Location": file.moved_to})
        return Response(file.content, mimetype="application/octet-stream")

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
