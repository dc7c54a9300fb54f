"""Paths of the API with percent-encoded ids, and the error code of a response."""

from urllib.parse import quote

import httpx

from bot.sandbox.pbx.fake_pbx import FakePbx


def group_path(pbx: FakePbx, name: str, *rest: str) -> str:
    """/call_park_groups/{id} of the group with this name, and what follows."""
    return "/".join(("/call_park_groups", quote(pbx.state.group_id(name), safe=""), *rest))


def code(response: httpx.Response) -> str:
    """The first error's code, from a body in the documented shape."""
    (error,) = response.json()["errors"]
    assert error["message"]
    return str(error["code"])
