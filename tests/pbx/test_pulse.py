"""Each call to the PBX is measured and counted by method and route, which contain no ids."""

import pytest

from bot.errors import PBXError, Unreachable
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.http import CallStats
from bot.pbx.requests import ApiRequest, ApiResponse, Dropped, NotSent
from bot.runtime.metrics import REGISTRY
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind


@pytest.mark.parametrize(
    ("path", "route"),
    [
        (("call_park",), "/call_park"),
        (("call_park_groups", "aB/c=="), "/call_park_groups/{id}"),
        (("call_park_groups", "aB/c==", "members", "1001", "destroy"), "/call_park_groups/{id}/members/{id}/destroy"),
        (("extension_numbers", "1001"), "/extension_numbers/{id}"),
        (("something", "new"), "/{id}/{id}"),
    ],
)
def test_a_route_has_no_ids(path: tuple[str, ...], route: str) -> None:
    assert ApiRequest(method="GET", path=path).route == route


def _errors(kind: str, method: str = "GET", route: str = "/call_park") -> float:
    return (
        REGISTRY.get_sample_value("park_pbx_errors_total", {"method": method, "route": route, "kind": kind, "pbx": ""})
        or 0
    )


@pytest.mark.parametrize(
    ("kind", "counted"),
    [(FaultKind.GATEWAY, "5xx"), (FaultKind.DROP_BEFORE, "no answer"), (FaultKind.THROTTLED, "4xx")],
)
def test_a_call_that_fails_is_counted_by_how(kind: FaultKind, counted: str) -> None:
    with FakePbx() as fake_pbx:
        pbx, before = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token)), _errors(counted)
        fake_pbx.faults.add(Fault(kind=kind))
        pbx.server()
        assert _errors(counted) == before + 1
        assert pbx.state == "answers"
        pbx.close()
        before = _errors("not sent")
        with pytest.raises(Unreachable):
            pbx.server()
        assert _errors("not sent") > before


def test_an_answered_call_is_measured() -> None:
    labels = {"method": "GET", "route": "/call_park", "pbx": ""}
    before = REGISTRY.get_sample_value("park_pbx_call_seconds_count", labels) or 0
    with FakePbx() as fake_pbx:
        pbx = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token))
        assert pbx.state == "not asked yet"
        pbx.server()
        pbx.close()
    assert REGISTRY.get_sample_value("park_pbx_call_seconds_count", labels) == before + 1


@pytest.mark.parametrize(("fault", "kind"), [(NotSent("no"), "not sent"), (Dropped("no"), "no answer")])
def test_a_write_without_an_answer_is_warned_of_by_its_route_alone(
    fault: PBXError, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    stats, call = CallStats(), ApiRequest(method="POST", path=("call_park_groups", "secret-id"), write=True)
    stats.record_failure(call, fault)
    assert caplog.messages == [f"POST /call_park_groups/{{id}}: {kind}"]
    stats.record_response(call, ApiResponse(status=200, body=b""), 0)
    assert stats.state == "answers"
