"""What the PBX heard: the only witness of what was really sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(kw_only=True)
class Heard:
    """One request. `status` is None until it is answered, and stays None when the connection was dropped."""

    method: str
    path: str
    """As it was sent, percent-encoded, without the query: /api/call_park_groups/aB%2Fc%3D%3D/members/1001."""
    query: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = None
    """Parsed JSON or form; the text of anything else, the number of bytes; None where there was none."""
    status: int | None = None

    @property
    def write(self) -> bool:
        """Whether it asks for a change; signing in changes nothing."""
        return self.method == "POST" and not self.path.startswith(("/api/auth/", "/api/login/"))

    @property
    def line(self) -> str:
        """Method and path, as faults match them."""
        return f"{self.method} {self.path}"


def parsed(content: bytes, mimetype: str) -> Any:
    """Whatever can be made of a body; of bytes how many they are."""
    if mimetype == "application/octet-stream":
        return f"{len(content)} bytes"
    text = content.decode(errors="replace")
    if mimetype == "application/x-www-form-urlencoded":
        return dict(parse_qsl(text))
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
