"""Every request matches the vendor's OpenAPI description, where that file is present."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.pbx.client import PbxClient
from tests.pbx.clients import METHODS, PERSON, client
from tests.pbx.scripted import ReceivedRequest, Reply, json_reply, scripted

SHARED = Path(os.environ.get("PARK_SHARED") or Path(__file__).parents[2] / "../shared")
FILE = SHARED / "portsip/openapi.json"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the vendor's openapi.json is not here")

GROUP = {"name": "O'Hara", "recall_to": "USER_FIRST_THEN_RING_GROUP", "ring_group_id": "r1"}
SERVER = {
    "enabled": True,
    "extension_number": "666",
    "recall_to": "RING_GROUP_ONLY",
    "ring_group_id": "r1",
    "recall_time": 60,
    "recall_ring_group_time": 900,
    "prompt_file_id": "p1",
}
CALLS: dict[str, Callable[[PbxClient], object]] = {
    **METHODS,
    "update_server with everything": lambda pbx: pbx.update_server(SERVER),
    "update_server with blanks": lambda pbx: pbx.update_server(dict.fromkeys(SERVER)),
    "create_group with everything": lambda pbx: pbx.create_group(GROUP),
    "update_group with everything": lambda pbx: pbx.update_group("g/1", {**GROUP, "id": "g/1"}),
    "groups narrowed": lambda pbx: list(pbx.groups(filter="name eq 'x'", search="y")),
}


def _answer(request: ReceivedRequest) -> Reply:
    if request.path == "/auth/sign_in":
        return json_reply({"access_token": "a", "refresh_token": "r", "expires_in": 1800})
    if request.path == "/auth/refresh_token":
        return json_reply({"access_token": "b"})
    if request.headers["Authorization"] != "Bearer b":
        return Reply(401)
    return json_reply({"id": "i", "name": "n", "extension_number": "1001", "type": "EXTENSION", "items": []})


def _operation(request: ReceivedRequest) -> dict[str, Any]:
    """Returns the operation that the request is meant for: of those that match, the one with the fewest variables."""
    paths = json.loads(FILE.read_text())["paths"]
    fitting = [path for path in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path)]
    operation: dict[str, Any] = paths[min(fitting, key=lambda path: path.count("{"))][request.method.lower()]
    return operation


def _check(request: ReceivedRequest) -> None:
    operation = _operation(request)
    body = operation.get("requestBody")
    if body:
        schema = body["content"]["application/json"]["schema"]
        Draft202012Validator(schema).validate(request.json)
        assert request.json.keys() <= schema["properties"].keys()
        assert request.headers["Content-Type"] == "application/json"
    else:
        assert request.body == b""
    parameters = {at["name"]: at["schema"] for at in operation.get("parameters", ()) if at["in"] == "query"}
    for name, text in request.query.items():
        value = int(text) if parameters[name]["type"] == "integer" else text
        Draft202012Validator(parameters[name]).validate(value)


@pytest.mark.parametrize("call", CALLS)
def test_every_request_is_one_that_the_vendor_describes(call: str) -> None:
    with scripted(_answer) as pbx, client(pbx.url, PERSON) as ours:
        CALLS[call](ours)
    assert len(pbx.asked) == 4
    for request in pbx.asked:
        _check(request)
