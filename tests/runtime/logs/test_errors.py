"""Errors in a log contain nothing that people typed."""

import sqlite3

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from bot.errors import Missing, NotFound, Rejected, SlackRefused, Unreachable
from bot.runtime.logs import describe_error, describe_error_arguments, format_exception

TYPED = "Marzipan"


class _Form(BaseModel):
    members: int


def _invalid() -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        _Form.model_validate({"members": TYPED})
    return raised.value


DESCRIPTIONS: list[tuple[BaseException, str]] = [
    (Unreachable("GET /users: no answer within 10 s"), "GET /users: no answer within 10 s"),
    (SlackRefused("not_in_channel"), "not_in_channel"),
    (NotFound(f"There is no group {TYPED}"), "NotFound"),
    (Rejected(f"name {TYPED} is taken", status=400, code="DENIED"), "the PBX said no: HTTP 400, DENIED"),
    (Missing(f"no {TYPED}", status=404), "the PBX said no: HTTP 404, UNKNOWN"),
    (_invalid(), "_Form: members int_parsing"),
    (ValueError(f"{TYPED} is no number"), "ValueError"),
    (KeyError(TYPED), "KeyError"),
    (ConnectionRefusedError(111, "Connection refused"), "[Errno 111] Connection refused"),
    (sqlite3.OperationalError("disk I/O error"), "disk I/O error"),
    (httpx.ReadTimeout("the time is up"), "the time is up"),
]


@pytest.mark.parametrize(("error", "text"), DESCRIPTIONS, ids=[type(error).__name__ for error, _ in DESCRIPTIONS])
def test_an_error_says_what_quotes_nobody(error: BaseException, text: str) -> None:
    assert describe_error(error) == text
    assert describe_error_arguments(None, "info", {"positional_args": (1, error)}) == {"positional_args": (1, text)}


def _look_up() -> None:
    try:
        int(TYPED)
    except ValueError as error:
        raise KeyError(TYPED) from error


def test_a_traceback_tells_where_and_what_led_to_it_and_not_what_was_typed() -> None:
    with pytest.raises(KeyError) as raised:
        _look_up()
    error = raised.value
    event = format_exception(None, "error", {"event": "failed", "exc_info": (KeyError, error, error.__traceback__)})
    text = event["exception"]
    assert text.index("ValueError") < text.index("which led to") < text.rindex("KeyError")
    assert "raise KeyError(TYPED) from error" in text
    assert "in _look_up" in text
    assert TYPED not in text
    assert "exc_info" not in event


def test_a_line_that_a_library_has_put_the_errors_words_into_loses_them() -> None:
    error = ValueError(f"{TYPED} is no number")
    event = {"event": f"Failed to run a request listener: {error}", "exc_info": (ValueError, error, None)}
    assert format_exception(None, "error", event)["event"] == "Failed to run a request listener: ValueError"


def test_errors_that_led_to_each_other_are_told_once_each() -> None:
    one, other = ValueError("one"), KeyError("other")
    one.__cause__, other.__cause__ = other, one
    text = format_exception(None, "error", {"event": "", "exc_info": (ValueError, one, None)})["exception"]
    assert text.count("Traceback") == 2
