"""/blobs: files on their way into the PBX, in one piece or in several, and out of it."""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import uuid4

from flask import Response, request

from bot.sandbox.pbx.endpoints.body import nothing
from bot.sandbox.pbx.ids import opaque_id
from bot.sandbox.pbx.listing import known_only
from bot.sandbox.pbx.problem import invalid, unknown
from bot.sandbox.pbx.state import Record
from bot.sandbox.pbx.world import World

TOKEN = "PortSIP-Upload-Token"  # noqa: S105  # a header's name


@dataclass
class Upload:
    """One file that is not whole yet; each answer has another token, and only the newest is good."""

    name: str
    content: bytes = b""
    id: str = field(default_factory=lambda: str(uuid4()))
    token: str = ""

    def answer(self, status: int) -> Response:
        self.token = secrets.token_urlsafe(18)
        headers = {"PortSIP-Upload-ID": self.id, TOKEN: self.token, "Range": f"0-{len(self.content)}"}
        return Response(status=status, headers=headers)


class Blobs:
    """What was sent of a file is kept until it is completed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.uploads: dict[str, Upload] = {}

    def begin(self) -> Response:
        nothing()
        known_only(request.args, frozenset({"filename", "temporary"}))
        if request.args.get("temporary", "false") not in ("true", "false"):
            raise invalid("temporary must be true or false.")
        upload = Upload(request.args.get("filename", ""))
        self.uploads[upload.id] = upload
        return upload.answer(202)

    def append(self, upload_id: str) -> Response:
        upload = self._upload(upload_id)
        upload.content += _content()
        return upload.answer(203)

    def complete(self, upload_id: str) -> tuple[Record, int]:
        """A digest that does not fit is refused, and the upload stays as it was."""
        known_only(request.args, frozenset({"digest"}))
        upload = self._upload(upload_id)
        whole = upload.content + _content()
        digest = request.args.get("digest")
        if digest is not None and digest != hashlib.sha256(whole).hexdigest():
            raise invalid("digest does not match the content.")
        del self.uploads[upload_id]
        files = self.world.state.files
        id_ = opaque_id("file", len(files) + 1)
        files[id_] = {"id": id_, "name": upload.name, "size": len(whole), "content": whole}
        return {"id": id_}, 201

    def show(self, blob_id: str) -> Response:
        if (file := self.world.state.files.get(blob_id)) is None:
            raise unknown("file")
        return Response(file["content"], mimetype="audio/wav")

    def _upload(self, id_: str) -> Upload:
        if (upload := self.uploads.get(id_)) is None:
            raise unknown("upload")
        if request.headers.get(TOKEN) != upload.token:
            raise invalid(f"{TOKEN} is not the newest.")
        return upload


def _content() -> bytes:
    content = request.get_data()
    if content and request.mimetype != "application/octet-stream":
        raise invalid("The content type must be application/octet-stream.")
    return content
