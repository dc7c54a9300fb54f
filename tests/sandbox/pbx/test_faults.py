"""Injected faults of the fake PBX."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.sandbox.pbx.paths import code, group_path
from tests.waiting import PATIENCE

ADD = "POST */members/*"


@pytest.fixture
def add(pbx: FakePbx) -> str:
    """The path that adds 1001 to Sales."""
    return group_path(pbx, "Sales", "members", "1001")


@pytest.fixture
def landed(pbx: FakePbx) -> Iterator[None]:
    """The write is there once the test is over."""
    yield
    assert pbx.state.members_of("Sales")[-1] == "1001"


@pytest.fixture
def lost(pbx: FakePbx) -> Iterator[None]:
    """The write is not there once the test is over."""
    yield
    assert "1001" not in pbx.state.members_of("Sales")


@pytest.mark.usefixtures("lost")
def test_an_error_with_json(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.STATUS, match=ADD))
    assert (answer := api.post(add)).status_code == 500
    assert code(answer) == "UNKNOWN"


@pytest.mark.usefixtures("landed")
def test_an_error_after_the_write_was_done(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.STATUS, match=ADD, status=503, lands=True))
    assert api.post(add).status_code == 503


@pytest.mark.usefixtures("lost")
def test_a_gateway_answers_html(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.GATEWAY, match=ADD))
    answer = api.post(add)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert "Bad Gateway" in answer.text


@pytest.mark.usefixtures("landed")
def test_a_gateway_loses_the_answer_to_a_write(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.GATEWAY, match=ADD, lands=True))
    assert api.post(add).status_code == 502


@pytest.mark.usefixtures("lost")
@pytest.mark.parametrize("retry_after", [None, "1", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_throttling_with_and_without_retry_after(
    pbx: FakePbx, api: httpx.Client, add: str, retry_after: str | None
) -> None:
    pbx.faults.add(Fault(kind=FaultKind.THROTTLED, match=ADD, retry_after=retry_after))
    answer = api.post(add)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, retry_after)


@pytest.mark.usefixtures("lost")
def test_an_expired_token(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.EXPIRED, match=ADD))
    assert (answer := api.post(add)).status_code == 401
    assert code(answer) == "UNAUTHORIZED"


@pytest.mark.usefixtures("lost")
def test_a_connection_dropped_before_the_write(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match=ADD))
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(add)
    assert pbx.requests[-1].status is None


@pytest.mark.usefixtures("landed")
def test_a_connection_dropped_after_the_write(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.DROP_AFTER, match=ADD))
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(add)


def test_a_write_that_lands_after_the_connection_was_dropped(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    fault = pbx.faults.add(Fault(kind=FaultKind.LATE, match=ADD, seconds=0.2))
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(add)
    assert fault.landed.wait(PATIENCE)
    assert pbx.state.members_of("Sales")[-1] == "1001"


@pytest.mark.usefixtures("landed")
def test_a_trickling_body_outlasts_a_timeout_of_each_read(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.TRICKLE, match=ADD, seconds=0.001))
    with api.stream("POST", add) as answer:
        assert len(list(answer.iter_raw())) > 1


def test_a_trickling_body_is_whole_in_the_end(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.faults.add(Fault(kind=FaultKind.TRICKLE, seconds=0.0001))
    assert api.get("/call_park").json()["extension_number"] == "666"


def test_a_client_that_hangs_up_on_a_trickle_harms_nobody(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.faults.add(Fault(kind=FaultKind.TRICKLE, seconds=0.01))
    with api.stream("GET", "/users") as answer:
        next(answer.iter_raw())
    assert api.get("/call_park").status_code == 200


@pytest.mark.usefixtures("lost")
def test_a_redirect_to_another_host(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.REDIRECT, match=ADD, location="http://elsewhere.invalid/api/x"))
    answer = api.post(add)
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://elsewhere.invalid/api/x")


@pytest.mark.parametrize("path", ["/call_park", "/users"])
def test_malformed_json(pbx: FakePbx, api: httpx.Client, path: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.MALFORMED))
    answer = api.get(path)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r".+"):
        answer.json()


@pytest.mark.usefixtures("landed")
def test_a_body_larger_than_expected_even_after_a_write(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.OVERSIZED, times=2, size=2_000_000))
    for answer in (api.post(add), api.get("/call_park")):
        assert len(answer.content) > 2_000_000
        assert isinstance(answer.json(), dict)


def test_a_fault_is_used_up_and_others_are_left_alone(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    pbx.faults.add(Fault(kind=FaultKind.STATUS, match=ADD, times=2))
    pbx.faults.add(Fault(kind=FaultKind.GATEWAY, match="GET /api/users"))
    statuses = [api.get("/call_park").status_code, *(api.post(add).status_code for _ in range(3))]
    assert statuses == [200, 500, 500, 200]
    assert [api.get("/users").status_code for _ in range(2)] == [502, 200]
    assert pbx.faults.pending == []


def test_a_fault_without_an_end_lasts_until_it_is_cleared(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.faults.add(Fault(kind=FaultKind.STATUS, times=None))
    assert {api.get("/call_park").status_code for _ in range(4)} == {500}
    pbx.faults.clear()
    assert api.get("/call_park").status_code == 200


def test_a_request_can_be_held_while_others_pass(pbx: FakePbx, api: httpx.Client, add: str) -> None:
    release = threading.Event()
    fault = pbx.faults.add(Fault(kind=FaultKind.SLOW, match=ADD, seconds=0, hold=release))
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(api.post, add)
        assert fault.reached.wait(PATIENCE)
        assert api.get("/call_park").status_code == 200
        assert not held.done()
        assert "1001" not in pbx.state.members_of("Sales")
        release.set()
        assert held.result().status_code == 200


def test_latency_is_for_all_or_for_some(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.faults.latency = 5
    pbx.faults.latencies["GET /api/call_park"] = 0
    assert api.get("/call_park").status_code == 200
    with pytest.raises(httpx.ReadTimeout):
        api.get("/users", timeout=0.1)
    assert pbx.faults.delay("GET /api/users") == 5
    pbx.faults.clear()
    assert pbx.faults.delay("GET /api/users") == 0


def test_being_slow_is_a_fault_too(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.faults.add(Fault(kind=FaultKind.SLOW, seconds=5))
    with pytest.raises(httpx.ReadTimeout):
        api.get("/users", timeout=0.1)
