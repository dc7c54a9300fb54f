"""Whatever the PBX does, callers get errors of bot.errors only, and a write with an unknown outcome is not repeated."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import stamina

from bot.errors import Missing, PBXError, Rejected, SignInFailed, UnknownOutcome, Unreachable
from tests.pbx.clients import METHODS, READS, WRITES, client
from tests.pbx.scripted import Reply, drop_connection, json_reply, scripted

FAULT = {"errors": [{"code": "VALIDATE_FAILED", "message": "The name is\n taken.", "detail": "name"}]}


@pytest.fixture
def _hurried() -> Iterator[None]:
    """Retries without pauses."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


hurried = pytest.mark.usefixtures("_hurried")


def _half(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id"')


def _noise(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff this is no HTTP\r\n\r\n")


def _endless_head(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000)


ODD: dict[str, Reply] = {
    "a drop": drop_connection(),
    "half an answer": Reply(line=_half),
    "noise": Reply(line=_noise),
    "an endless head": Reply(line=_endless_head),
    "500": json_reply({"errors": [{"code": "UNKNOWN", "message": "boom"}]}, 500),
    "502 without JSON": Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
    "503 without a body": Reply(503),
    "redirect": Reply(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}),
    "redirect to nowhere": Reply(302, b"", {"Location": "http://[::bad"}),
    "304": Reply(304),
    "a body that isn't compressed as it says": Reply(200, b"{}", {"Content-Encoding": "gzip"}),
    "too long": Reply(200, b" " * (17 * 1024 * 1024)),
}
NONSENSE: dict[str, Reply] = {
    "nothing": Reply(200),
    "204": Reply(204),
    "HTML": Reply(200, b"<html>Welcome</html>"),
    "a list": json_reply([]),
    "null": json_reply(None),
    "a number": json_reply(7),
    "other types": json_reply({"id": [], "name": {}, "items": "x", "recall_time": [], "type": 1}),
    "items without ids": json_reply({"count": 1, "items": [{}], "recall_time": "soon"}),
    "nested without end": Reply(200, b"[" * 100_000),
    "a number without end": Reply(200, b'{"id": ' + b"9" * 100_000 + b', "count": 1e999, "recall_time": NaN}'),
    "no UTF-8": Reply(200, b'{"id": "\xff"}'),
}
REFUSED = {
    "JSON": json_reply(FAULT, 409),
    "no body": Reply(403),
    "HTML": Reply(400, b"<html>"),
    "no errors": json_reply({"errors": []}, 400),
    "odd errors": json_reply({"errors": [{"code": 7, "message": {}}]}, 400),
    "a list": json_reply([1], 422),
}


@hurried
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", ODD)
def test_a_fault_is_unreachable_on_a_read_and_an_unknown_outcome_on_a_write(method: str, fault: str) -> None:
    with scripted(lambda _: ODD[fault]) as pbx, client(pbx.url, deadline=3) as ours:
        with pytest.raises(Unreachable if method in READS else UnknownOutcome) as raised:
            METHODS[method](ours)
        assert "/api" not in str(raised.value)
        assert len(pbx.asked) == 1 or method in READS


@pytest.mark.parametrize("method", READS)
@pytest.mark.parametrize("answer", NONSENSE)
def test_an_answer_that_makes_no_sense_is_unreachable_and_not_asked_for_again(method: str, answer: str) -> None:
    with scripted(lambda _: NONSENSE[answer]) as pbx, client(pbx.url) as ours:
        with pytest.raises(Unreachable):
            READS[method](ours)
        assert len(pbx.asked) == 1


@pytest.mark.parametrize("answer", NONSENSE)
def test_a_group_created_without_a_sensible_id_is_an_unknown_outcome(answer: str) -> None:
    with scripted(lambda _: NONSENSE[answer]) as pbx, client(pbx.url) as ours, pytest.raises(UnknownOutcome):
        ours.create_group({"name": "New"})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("answer", REFUSED)
def test_a_4xx_is_rejected_once_whatever_its_body(method: str, answer: str) -> None:
    with scripted(lambda _: REFUSED[answer]) as pbx, client(pbx.url) as ours:
        with pytest.raises(Rejected) as raised:
            METHODS[method](ours)
        assert raised.value.status == REFUSED[answer].status
        assert str(raised.value)
        assert len(pbx.asked) == 1


def test_a_refusal_carries_the_words_of_the_pbx_on_one_line() -> None:
    with scripted(lambda _: json_reply(FAULT, 409)) as pbx, client(pbx.url) as ours, pytest.raises(Rejected) as raised:
        ours.delete_group("g1")
    assert (raised.value.code, str(raised.value)) == ("VALIDATE_FAILED", "The name is taken. name")


def test_a_code_that_nobody_knows_counts_as_unknown() -> None:
    said = json_reply({"errors": [{"code": "TEAPOT", "message": "short and stout"}]}, 418)
    with scripted(lambda _: said) as pbx, client(pbx.url) as ours, pytest.raises(Rejected) as raised:
        ours.server()
    assert (raised.value.code, str(raised.value)) == ("UNKNOWN", "short and stout")


@pytest.mark.parametrize("method", sorted(METHODS.keys() - {"number"}))
def test_404_is_missing(method: str) -> None:
    with scripted(lambda _: Reply(404)) as pbx, client(pbx.url) as ours, pytest.raises(Missing):
        METHODS[method](ours)


def test_a_number_that_nothing_answers_is_none() -> None:
    with scripted(lambda _: Reply(404)) as pbx, client(pbx.url) as ours:
        assert ours.number("1001") is None


@hurried
@pytest.mark.parametrize("method", METHODS)
def test_a_pbx_that_is_not_there_is_unreachable_for_writes_too_as_nothing_was_sent(method: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with client(f"http://127.0.0.1:{taken.getsockname()[1]}/api", deadline=1) as ours, pytest.raises(Unreachable):
            METHODS[method](ours)


@hurried
@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 64 + ".invalid"])
def test_a_name_without_an_address_is_unreachable(host: str) -> None:
    with client(f"http://{host}/api", deadline=1) as ours, pytest.raises(Unreachable):
        ours.update_server({"enabled": True})


@hurried
@pytest.mark.parametrize("method", METHODS)
def test_after_close_every_call_is_unreachable(method: str) -> None:
    with client("http://127.0.0.1:9/api", deadline=1) as ours:
        ours.close()
        with pytest.raises(Unreachable):
            METHODS[method](ours)


@hurried
@pytest.mark.parametrize("method", READS)
def test_a_read_that_was_dropped_or_failed_is_asked_for_again(method: str) -> None:
    faults = iter([drop_connection(), Reply(500)])
    good = {
        "id": "i",
        "name": "n",
        "extension_number": "1001",
        "type": "EXTENSION",
        "feature": "CALL_PARK",
        "items": [],
    }
    with scripted(lambda _: next(faults, json_reply(good))) as pbx, client(pbx.url) as ours:
        READS[method](ours)
        assert len(pbx.asked) >= 3


@pytest.mark.parametrize("method", ["server", "add_member"])
def test_a_throttled_call_waits_as_long_as_the_pbx_asks_for(method: str) -> None:
    first = iter([json_reply(FAULT, 429, Retry_After="1")])
    good = {"id": "i", "name": "n", "extension_number": "1001", "type": "EXTENSION", "items": []}
    with scripted(lambda _: next(first, json_reply(good))) as pbx, client(pbx.url) as ours:
        begun = time.monotonic()
        METHODS[method](ours)
        assert time.monotonic() - begun >= 1
        assert len(pbx.asked) == 2


@pytest.mark.parametrize("after", ["3600", "Fri, 31 Dec 2199 23:59:59 GMT", "9" * 400])
def test_a_throttled_call_that_can_not_wait_so_long_gives_up_at_once(after: str) -> None:
    with scripted(lambda _: json_reply(FAULT, 429, Retry_After=after)) as pbx, client(pbx.url) as ours:
        with pytest.raises(Rejected) as raised:
            ours.server()
        assert raised.value.status == 429
        assert len(pbx.asked) == 1


@hurried
@pytest.mark.parametrize("after", ["soon", "-1", "²", "", "Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:59"])
def test_a_retry_after_that_says_nothing_is_backed_off_from(after: str) -> None:
    first = iter([Reply(429, b"", {"Retry-After": after.encode().decode("latin-1")})])
    with scripted(lambda _: next(first, json_reply({}))) as pbx, client(pbx.url) as ours:
        ours.server()
        assert len(pbx.asked) == 2


@hurried
def test_a_pbx_that_throttles_for_ever_is_asked_a_few_times_only() -> None:
    with scripted(lambda _: Reply(429)) as pbx, client(pbx.url) as ours:
        with pytest.raises(Rejected):
            ours.add_member("g1", "1001")
        assert len(pbx.asked) == 4


def test_retries_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with scripted(lambda _: Reply(500)) as pbx, client(pbx.url) as ours, pytest.raises(Unreachable):
        ours.server()
    assert not [record for record in caplog.records if record.name.startswith("stamina")]


@pytest.mark.parametrize("method", WRITES)
def test_a_write_without_a_body_or_with_an_odd_one_is_a_write_that_went_well(method: str) -> None:
    status, body = (201, b'{"id": "new", "extra": 1}') if method == "create_group" else (200, b"OK")
    with scripted(lambda _: Reply(status, body)) as pbx, client(pbx.url) as ours:
        assert WRITES[method](ours) == ("new" if method == "create_group" else None)


def test_every_error_of_a_call_is_in_the_tree() -> None:
    assert {Unreachable, UnknownOutcome, Rejected, Missing, SignInFailed} <= {
        kind for base in (PBXError, Rejected) for kind in base.__subclasses__()
    }
