"""What came with the request."""

from typing import Any

from flask import request

from bot.sandbox.pbx.problem import invalid


def json_object() -> dict[str, Any]:
    """Raise VALIDATE_FAILED for any other content type, and for anything but an object."""
    if request.mimetype != "application/json":
        raise invalid("The content type must be application/json.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object.")
    return body


def nothing() -> None:
    """Raise VALIDATE_FAILED where the documentation has no body and one came."""
    if request.get_data():
        raise invalid("There must be no body.")
