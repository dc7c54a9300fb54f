"""The fake PBX against the vendor's own API description, where that file is present."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from openapi_core.exceptions import OpenAPIError

from bot.sandbox.pbx.fake_pbx import FakePbx
from tests.sandbox.pbx.contract import DESCRIPTION, Judge
from tests.sandbox.pbx.paths import group_path

pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason="the vendor's description is not here")

CALL_PARK = {
    "showCallParkServer",
    "updateCallParkServer",
    "createCallParkGroup",
    "listCallParkGroups",
    "showCallParkGroup",
    "updateCallParkGroup",
    "deleteCallParkGroup",
    "listCallParkGroupMembers",
    "createCallParkGroupMember",
    "deleteCallParkGroupMember",
}
AROUND = {
    "listRingGroups",
    "showRingGroup",
    "getExtensionNumber",
    "signInWithCredentials",
    "refreshToken",
    "signOut",
    "getUserAuthInfo",
    "listAuditLogs",
    "listFACs",
    "listUsers",
}


FILES = {"initBlobUpload", "appendBlobUpload", "completeBlobUpload"}


@pytest.fixture
def judge(pbx: FakePbx) -> Judge:
    return Judge(pbx.url)


@pytest.fixture
def call(judge: Judge, api: httpx.Client) -> Callable[..., httpx.Response]:
    """A call that is judged."""

    def judged(method: str, path: str, **more: Any) -> httpx.Response:
        answer = api.request(method, path, **more)
        judge.hold(answer)
        return answer

    return judged


@pytest.mark.parametrize("blanks", ["empty", "missing"])
def test_all_ten_call_park_operations_are_as_described(
    pbx: FakePbx, judge: Judge, call: Callable[..., httpx.Response], blanks: Any
) -> None:
    pbx.switches.blanks = blanks
    dispatcher = pbx.state.ring_group_id("Reception")
    recall = {"recall_to": "USER_FIRST_THEN_RING_GROUP", "ring_group_id": dispatcher}
    call("GET", "/call_park")
    call("POST", "/call_park", json={**recall, "enabled": True, "extension_number": "667", "recall_time": 60})
    call("POST", "/call_park", json={"recall_ring_group_time": 900, "prompt_file_id": next(iter(pbx.state.files))})
    call("GET", "/call_park")
    call("POST", "/call_park_groups", json={"name": "Parts", **recall})
    call("GET", "/call_park_groups", params={"filter": "name eq 'Parts'", "orderby": "name", "skip": 0, "top": 10})
    call("GET", "/call_park_groups", params={"search": "s"})
    call("POST", group_path(pbx, "Parts"), json={"name": "Spare Parts", "recall_to": "USER_ONLY"})
    call("GET", group_path(pbx, "Spare Parts"))
    call("POST", group_path(pbx, "Spare Parts", "members", "1001"))
    call("GET", group_path(pbx, "Spare Parts", "members"))
    call("POST", group_path(pbx, "Spare Parts", "members", "1001", "destroy"))
    call("POST", group_path(pbx, "Spare Parts", "destroy"))
    assert judge.seen == CALL_PARK


@pytest.mark.parametrize("blanks", ["empty", "missing"])
def test_all_that_is_around_call_park_is_as_described(
    pbx: FakePbx, judge: Judge, call: Callable[..., httpx.Response], blanks: Any
) -> None:
    pbx.switches.blanks = blanks
    pbx.console_update_server(recall_time=60)
    credentials = {"username": pbx.username, "password": pbx.password, "domain": pbx.domain}
    refresh = call("POST", "/auth/sign_in", json=credentials).json()["refresh_token"]
    call("POST", "/auth/refresh_token", json={"refresh_token": refresh})
    for path in ("/ring_groups", "/users", "/audit_logs", "/feature_access_codes", "/auth/user"):
        call("GET", path)
    call("GET", f"/ring_groups/{quote(pbx.state.ring_group_id('On Call'), safe='')}")
    for extension in ("1001", "6001", "7001", "8001", "9001"):
        call("GET", f"/extension_numbers/{extension}")
    pbx.switches.two_factor = True
    call("POST", "/auth/sign_in", json=credentials)
    call("POST", "/auth/sign_out")
    assert judge.seen == AROUND


def test_refusals_are_as_described(pbx: FakePbx, call: Callable[..., httpx.Response]) -> None:
    refusals = [
        call("GET", "/call_park_groups/none"),
        call("GET", "/extension_numbers/1999"),
        call("POST", "/call_park", json={"recall_time": 1}),
        call("POST", "/call_park_groups", json={"name": "Sales"}),
        call("POST", group_path(pbx, "Sales", "members", "1002")),
        call("POST", "/auth/sign_in", json={"username": "x", "password": "y"}),
        call("GET", "/auth/user", headers={"Authorization": "Bearer no"}),
    ]
    assert [answer.status_code for answer in refusals] == [404, 404, 400, 400, 400, 401, 401]


def test_files_go_in_as_described(judge: Judge, call: Callable[..., httpx.Response]) -> None:
    begun = call("POST", "/blobs/uploads", params={"filename": "a.wav", "temporary": "false"})
    path = f"/blobs/uploads/{begun.headers['PortSIP-Upload-ID']}"

    def headers(answer: httpx.Response) -> dict[str, str]:
        token = answer.headers["PortSIP-Upload-Token"]
        return {"Content-Type": "application/octet-stream", "PortSIP-Upload-Token": token}

    appended = call("POST", f"{path}/append", headers=headers(begun), content=b"so")
    digest = hashlib.sha256(b"sound").hexdigest()
    call("POST", f"{path}/complete", params={"digest": digest}, headers=headers(appended), content=b"und")
    assert judge.seen == FILES


def test_everything_described_is_there(judge: Judge) -> None:
    operations = {
        operation["operationId"]
        for path, described in judge.described["paths"].items()
        for operation in described.values()
        if not path.startswith("/files")
    }
    assert operations == CALL_PARK | AROUND | FILES


def test_the_judge_sees_a_field_that_is_not_described(pbx: FakePbx, call: Callable[..., httpx.Response]) -> None:
    pbx.switches.newer = True
    with pytest.raises(OpenAPIError):
        call("GET", "/call_park")


def test_the_judge_sees_null_where_a_text_is_described(pbx: FakePbx, call: Callable[..., httpx.Response]) -> None:
    pbx.switches.blanks = "null"
    with pytest.raises(OpenAPIError):
        call("GET", "/call_park")


def test_the_judge_sees_a_request_that_is_not_as_described(pbx: FakePbx, call: Callable[..., httpx.Response]) -> None:
    with pytest.raises(OpenAPIError):
        call("POST", "/call_park", json={"ring_group_id": None})
