"""An address to listen on has a host and a port; anything else is refused with an example."""

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.settings.environment import ListenAddress, parse_listen_address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9464", ("::1", 9464)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_an_address_and_a_port_are_taken(written: str, meant: tuple[str, int]) -> None:
    assert parse_listen_address(TypeAdapter(ListenAddress).validate_python(written)) == meant


@pytest.mark.parametrize(
    "written",
    ["", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:99999", "http://x:1", "u@h:1"],
)
def test_anything_else_is_told_what_to_write(written: str) -> None:
    with pytest.raises(ValidationError, match=r"like 127\.0\.0\.1:3000"):
        TypeAdapter(ListenAddress).validate_python(written)
