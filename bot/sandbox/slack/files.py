"""Files: the file object, access by the app, and the addresses for upload and download."""

import mimetypes

from flask import Blueprint, Response, request

from bot.sandbox.slack.faults import CallInterceptor
from bot.sandbox.slack.model import File, Json
from bot.sandbox.slack.state import SlackState

MAX_INPUT_FILE_BYTES = 10_000_000
"""Bytes of one file in a file input: documented as 10 MB."""


def grant_access(state: SlackState, element: Json, entry: Json) -> None:
    """Gives the app access to the files of a file input.

    Raises:
        ValueError: Slack's client does not let such a file be chosen.
    """
    files = [state.files[one["id"]] for one in entry.get("files", ())]
    kinds = element.get("filetypes")
    for file in files:
        if kinds is not None and file.name.rpartition(".")[2].lower() not in kinds:
            raise ValueError(f"{file.name} can't be chosen here: it must end in {' or '.join(kinds)}")
        if file.length > MAX_INPUT_FILE_BYTES:
            raise ValueError(f"{file.name} is too large: {MAX_INPUT_FILE_BYTES / 1e6:g} MB are the most")
    with state.changed:
        for file in files:
            file.given = True


def file_object(state: SlackState, file: File) -> Json:
    """Returns the file object of API responses and payloads."""
    place = state.channels.get(file.channel or "")
    where = None if place is None or place.direct else "groups" if place.private else "channels"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        "filetype": file.name.rpartition(".")[2],
        "user": file.user,
        "user_team": state.team,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": where == "channels",
        "url_private": file.url.replace("/download/", "/"),
        "url_private_download": file.url,
        "channels": [file.channel] if where == "channels" else [],
        "groups": [file.channel] if where == "groups" else [],
        "ims": [file.channel] if place is not None and place.direct else [],
    }


class FileRoutes:
    """Endpoints for upload and download, recorded as `upload_url` and `file_download`."""

    def __init__(self, state: SlackState) -> None:
        self._state = state

    def routes(self, interceptor: CallInterceptor) -> Blueprint:
        """Returns the blueprint with both endpoints."""
        routes = Blueprint("uploads", __name__)

        @routes.post("/upload/v1/<key>")
        def upload(key: str) -> Response:
            raw = request.mimetype != "multipart/form-data"  # else the stream is read for its parts
            content = request.get_data() if raw else b"".join(part.read() for part in request.files.values())
            return interceptor.handle(
                "upload_url", {"length": len(content)}, "none", lambda: self._store_upload(key, content)
            )

        @routes.get("/files-pri/<team_and_id>/download/<name>")
        def download(team_and_id: str, name: str) -> Response:
            given = request.headers.get("Authorization", "")
            kind = "bot" if given == f"Bearer {self._state.bot_token}" else "unknown" if given else "none"
            id = team_and_id.rpartition("-")[2]
            return interceptor.handle("file_download", {"file": id}, kind, lambda: self._serve_download(id, kind))

        return routes

    def _serve_download(self, id: str, kind: str) -> Response:
        """Serves the content; without a token for files:read it redirects to the sign-in page, as Slack does."""
        file = self._state.files.get(id)
        if kind != "bot" or "files:read" not in self._state.scopes:
            return Response(status=302, headers={"Location": f"{self._state.base}/?redir=files-pri"})
        if file is None or file.content is None:
            return Response("not found", status=404)
        if file.moved_to is not None:
            return Response(status=302, headers={"Location": file.moved_to})
        return Response(file.content, mimetype="application/octet-stream")

    def _store_upload(self, key: str, content: bytes) -> Response:
        """Stores an upload: once, and only with the announced length."""
        with self._state.changed:
            file = next((one for one in self._state.files.values() if one.url.endswith(f"/{key}")), None)
            if file is None or file.content is not None:
                return Response("not found", status=404)
            if len(content) != file.length:
                return Response("length mismatch", status=400)
            file.content = content
        return Response(f"OK - {len(content)}", mimetype="text/plain")
