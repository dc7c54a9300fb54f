"""The vendor's OpenAPI description, made strict, and a validator of requests and responses against it."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

SHARED = Path(os.environ.get("PARK_SHARED", Path(__file__).parents[3] / "../shared"))
DESCRIPTION = SHARED / "portsip/openapi.json"


def description(url: str) -> dict[str, Any]:
    """As served at this address; no object may have a field that is not described."""
    described: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    _close(described["paths"])
    return described | {"servers": [{"url": url}]}


def _close(node: Any) -> None:
    if isinstance(node, dict) and node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", False)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _close(child)


class Judge:
    """Remembers which operations were seen to succeed."""

    def __init__(self, url: str) -> None:
        self.described = description(url)
        self.seen: set[str] = set()
        as_text: dict[str, Callable[[bytes], Any]] = {"application/octet-stream": lambda sent: sent.decode("latin-1")}
        self._openapi = OpenAPI.from_dict(self.described, Config(extra_media_type_deserializers=as_text))
        self._base = httpx.URL(url).path

    def hold(self, answer: httpx.Response) -> None:
        """Raise openapi-core's OpenAPIError for what is not as described."""
        request = _request(answer.request)
        self._openapi.validate_response(request, _response(answer))
        if answer.is_success:
            self._openapi.validate_request(request)
            self.seen.add(self._operation(request))

    def _operation(self, request: MockRequest) -> str:
        """The operationId: encoded slashes make every parameter one segment."""
        for template, operations in self.described["paths"].items():
            pattern = self._base + re.sub(r"{\w+}", "[^/]+", template)
            if re.fullmatch(pattern, request.path) and request.method in operations:
                return str(operations[request.method]["operationId"])
        raise LookupError(request.path)


def _request(request: httpx.Request) -> MockRequest:
    return MockRequest(
        f"{request.url.scheme}://{request.url.netloc.decode()}",
        request.method,
        request.url.raw_path.decode().partition("?")[0],
        args=dict(request.url.params),
        headers=dict(request.headers),
        data=request.content,
        content_type=request.headers.get("Content-Type", ""),
    )


def _response(answer: httpx.Response) -> MockResponse:
    kind = answer.headers.get("Content-Type", "")
    return MockResponse(answer.content, answer.status_code, dict(answer.headers), kind)
