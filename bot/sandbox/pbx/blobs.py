"""The endpoints below /blobs: uploads in one or several parts, and downloads."""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import uuid4

from flask import Response, request

from bot.sandbox.pbx.auth import PbxContext
from bot.sandbox.pbx.listing import check_query_parameters
from bot.sandbox.pbx.schema import check_no_body
from bot.sandbox.pbx.state import Record, opaque_id
from bot.sandbox.pbx.switches import not_found, validation_error

UPLOAD_TOKEN_HEADER = "PortSIP-Upload-Token"  # noqa: S105  # a header's name


@dataclass
class Upload:
    """An incomplete upload; each response carries a new token, and only the latest is valid."""

    name: str
    content: bytes = b""
    id: str = field(default_factory=lambda: str(uuid4()))
    token: str = ""

    def answer(self, status: int) -> Response:
        self.token = secrets.token_urlsafe(18)
        headers = {"PortSIP-Upload-ID": self.id, UPLOAD_TOKEN_HEADER: self.token, "Range": f"0-{len(self.content)}"}
        return Response(status=status, headers=headers)


class BlobEndpoints:
    """Keeps parts of uploads until they are completed."""

    def __init__(self, context: PbxContext) -> None:
        self.context = context
        self.uploads: dict[str, Upload] = {}

    def begin(self) -> Response:
        check_no_body()
        check_query_parameters(request.args, frozenset({"filename", "temporary"}))
        if request.args.get("temporary", "false") not in ("true", "false"):
            raise validation_error("temporary must be true or false.")
        upload = Upload(request.args.get("filename", ""))
        self.uploads[upload.id] = upload
        return upload.answer(202)

    def append(self, upload_id: str) -> Response:
        upload = self._upload(upload_id)
        upload.content += _binary_body()
        return upload.answer(203)

    def complete(self, upload_id: str) -> tuple[Record, int]:
        """Completes an upload; a wrong digest is rejected and leaves the upload as it was."""
        check_query_parameters(request.args, frozenset({"digest"}))
        upload = self._upload(upload_id)
        whole = upload.content + _binary_body()
        digest = request.args.get("digest")
        if digest is not None and digest != hashlib.sha256(whole).hexdigest():
            raise validation_error("digest does not match the content.")
        del self.uploads[upload_id]
        files = self.context.state.files
        id_ = opaque_id("file", len(files) + 1)
        files[id_] = {"id": id_, "name": upload.name, "size": len(whole), "content": whole}
        return {"id": id_}, 201

    def show(self, blob_id: str) -> Response:
        if (file := self.context.state.files.get(blob_id)) is None:
            raise not_found("file")
        return Response(file["content"], mimetype="audio/wav")

    def _upload(self, id_: str) -> Upload:
        if (upload := self.uploads.get(id_)) is None:
            raise not_found("upload")
        if request.headers.get(UPLOAD_TOKEN_HEADER) != upload.token:
            raise validation_error(f"{UPLOAD_TOKEN_HEADER} is not the newest.")
        return upload


def _binary_body() -> bytes:
    content = request.get_data()
    if content and request.mimetype != "application/octet-stream":
        raise validation_error("The content type must be application/octet-stream.")
    return content
