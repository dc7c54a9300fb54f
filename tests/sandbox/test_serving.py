"""The fakes' HTTP server: what it reads from a request, and how it stops."""

import socket
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest

from bot.sandbox.pbx.http import KeepAliveHandler
from bot.sandbox.serving import LoopbackHandler, LoopbackServer
from tests.waiting import PATIENCE


@pytest.fixture
def heard() -> list[dict[str, Any]]:
    """The requests as the application got them, with their bodies."""
    return []


@pytest.fixture(params=[LoopbackHandler, KeepAliveHandler])
def server(request: pytest.FixtureRequest, heard: list[dict[str, Any]]) -> Iterator[LoopbackServer]:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        heard.append({**environ, "content": content})
        start_response("200 OK", [("Content-Length", "6"), ("X-Two", "1"), ("X-Two", "2")])
        yield b"one"
        yield b"two"

    running = LoopbackServer(app, 0, request.param)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_request_arrives_whole_and_its_answer_too(server: LoopbackServer, heard: list[dict[str, Any]]) -> None:
    url = f"http://127.0.0.1:{server.server_port}/a%2Fb/%C3%A4?c=d%20e"
    answer = httpx.post(url, content=b"\x00body", headers={b"X-Name": "Zoë : 1".encode("latin-1"), b"Empty": b""})
    assert (answer.status_code, answer.content) == (200, b"onetwo")
    assert answer.headers.get_list("X-Two") == ["1", "2"]
    assert answer.headers["Date"].endswith(" GMT")
    (request,) = heard
    assert (request["REQUEST_METHOD"], request["content"]) == ("POST", b"\x00body")
    assert (request["RAW_URI"], request["QUERY_STRING"]) == ("/a%2Fb/%C3%A4?c=d%20e", "c=d%20e")
    assert (request["HTTP_X_NAME"], request["HTTP_EMPTY"]) == ("Zoë : 1", "")


@pytest.mark.parametrize(
    "line", [b"GET\r\n\r\n", b"GET /a b HTTP/1.1\r\n\r\n", b"GET / HTTP/9.0\r\n\r\n", b"GET / SPDY\r\n\r\n"]
)
def test_what_is_no_request_is_refused(server: LoopbackServer, heard: list[dict[str, Any]], line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port), 10) as connection:
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        assert b"HTTP/1.1 200" not in connection.makefile("rb").read()
    assert heard == []


def test_a_stop_before_the_start_ends_it_at_once() -> None:
    server = LoopbackServer(lambda environ, start_response: [])
    server.shutdown()
    server.serve_forever()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.server_port), 1)
