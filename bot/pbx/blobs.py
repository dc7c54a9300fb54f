"""Files on their way into the PBX, and the address at which it shows one."""

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from bot.errors import NotPossible
from bot.pbx.call import Answer, Call

UPLOAD_ID, UPLOAD_TOKEN = "PortSIP-Upload-ID", "PortSIP-Upload-Token"  # names of headers
SHOWN_BELOW = "/api/"
"""How the PBX itself begins the addresses of its files, wherever a proxy may have put it."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file to be sent. What is sent and never set as anything does no harm, so every step may be sent again."""

    name: str
    content: bytes

    def begin(self) -> Call:
        return Call(method="POST", path=("blobs", "uploads"), query={"filename": self.name})

    def complete(self, begun: Call, answer: Answer) -> Call:
        """In one piece, for the upload that `answer` has begun."""
        id, token = (answer.headers.get(name.lower()) for name in (UPLOAD_ID, UPLOAD_TOKEN))
        if not id or not token:
            raise begun.nonsense(f"an answer without {UPLOAD_ID} and {UPLOAD_TOKEN}")
        return Call(
            method="POST",
            path=("blobs", "uploads", id, "complete"),
            query={"digest": hashlib.sha256(self.content).hexdigest()},
            content=self.content,
            content_type="application/octet-stream",
            headers={UPLOAD_TOKEN: token},
        )


def shown_at(url: str, base: str) -> Call:
    """What asks for the file at `url`; raise NotPossible for any address but the PBX's own: the token goes along."""
    prefix = next((one for one in (SHOWN_BELOW, f"{base}/") if url.startswith(one)), None)
    if prefix is None:
        raise NotPossible("The PBX shows the file at an address that is not its own.")
    path, _, query = url.removeprefix(prefix).partition("?")
    return Call(
        method="GET",
        path=tuple(map(unquote, path.split("/"))),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={"Accept": "*/*"},
    )
