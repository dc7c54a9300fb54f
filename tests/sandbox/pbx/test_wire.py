"""HTTP of the fake PBX: connections, methods, start and stop, size of responses."""

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.sandbox.pbx.paths import code


def test_a_connection_is_kept_between_requests(pbx: FakePbx, api: httpx.Client) -> None:
    streams = set()
    for _ in range(3):
        with api.stream("GET", "/call_park") as answer:
            streams.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
            answer.read()
    api.post("/call_park", json={"recall_time": 60})
    assert answer.http_version == "HTTP/1.1"
    assert len(streams) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/call_park", "/call_park_groups/x", "/call_park_groups/x/members/1001"])
def test_only_get_and_post_exist(api: httpx.Client, method: str, path: str) -> None:
    assert api.request(method, path).status_code == 405


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/users"), ("GET", "/auth/sign_in"), ("GET", "/call_park_groups/x/destroy"), ("POST", "/audit_logs")],
)
def test_the_wrong_method_is_405_with_an_error_body(api: httpx.Client, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert (answer.status_code, code(answer)) == (405, "UNKNOWN")


@pytest.mark.parametrize("path", ["/nowhere", "/call_park/", "//call_park", "/call_park_groups/x/y/z", "/../call_park"])
def test_a_path_that_is_not_the_apis_is_404(api: httpx.Client, path: str) -> None:
    assert api.get(path).status_code == 404


def test_a_stopped_pbx_answers_nobody_and_comes_back_at_the_same_address(pbx: FakePbx, api: httpx.Client) -> None:
    api.post("/call_park", json={"recall_time": 60})
    address = pbx.url
    pbx.stop()
    with pytest.raises(httpx.TransportError):
        api.get("/call_park")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/call_park")
    pbx.start()
    assert pbx.url == address
    assert api.get("/call_park").json()["recall_time"] == 60


def test_two_run_side_by_side() -> None:
    with FakePbx() as one, FakePbx() as other:
        assert one.url != other.url
        assert one.token != other.token


def test_it_is_quiet(pbx: FakePbx, api: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match="GET */users"))
    api.get("/call_park")
    api.get("/nowhere")
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/users")
    assert capfd.readouterr() == ("", "")


def test_ten_thousand_groups_are_served_in_pages() -> None:
    with FakePbx(groups=10_000, users=200) as pbx, httpx.Client(base_url=pbx.url) as api:
        api.headers["Authorization"] = f"Bearer {pbx.token}"
        last = api.get("/call_park_groups", params={"skip": 9_950}).json()
        assert (last["count"], len(last["items"])) == (10_000, 50)
        found = api.get("/call_park_groups", params={"filter": "name eq 'Group 09999'"}).json()
        assert [item["name"] for item in found["items"]] == ["Group 09999"]
        assert pbx.state.members_of("Group 00002") == ["1002"]
