"""Files are uploaded in the documented steps and downloaded from below PBX_URL only."""

import hashlib

import pytest

from bot.errors import NotPossible, PBXError, Rejected, Unreachable
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.pbx.clients import client
from tests.pbx.scripted import ReceivedRequest, Reply, json_reply, scripted

TOKEN = Credentials(token="t")
CONTENT = b"RIFF and so on"


def begun(**headers: str) -> Reply:
    return Reply(202, b"", {name.replace("_", "-"): text for name, text in headers.items()})


def takes(request: ReceivedRequest) -> Reply:
    if request.path == "/blobs/uploads":
        return begun(PortSIP_Upload_ID="u/1", PortSIP_Upload_Token="secret")
    return json_reply({"id": "f1"}, 201)


def test_a_file_goes_in_two_steps_with_its_digest_and_the_token_of_the_first() -> None:
    with scripted(takes) as pbx, client(pbx.url, TOKEN) as ours:
        assert ours.upload("hold the line.wav", CONTENT) == "f1"
    first, second = pbx.asked
    assert first.target == "/blobs/uploads?filename=hold%20the%20line.wav"
    assert (first.method, first.body) == ("POST", b"")
    assert second.target == f"/blobs/uploads/u%2F1/complete?digest={hashlib.sha256(CONTENT).hexdigest()}"
    assert (second.method, second.body) == ("POST", CONTENT)
    assert second.headers["PortSIP-Upload-Token"] == "secret"
    assert second.headers["Content-Type"] == "application/octet-stream"
    assert second.headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize("headers", [{}, {"PortSIP_Upload_ID": "u1"}, {"PortSIP_Upload_Token": "secret"}])
def test_a_beginning_without_id_or_token_is_no_beginning(headers: dict[str, str]) -> None:
    with scripted(lambda _: begun(**headers)) as pbx, client(pbx.url, TOKEN) as ours:
        with pytest.raises(Unreachable, match="PortSIP-Upload"):
            ours.upload("a.wav", CONTENT)
        assert len(pbx.asked) == 1


@pytest.mark.parametrize("step", ["POST /api/blobs/uploads", "POST /api/blobs/uploads/*/complete"])
@pytest.mark.parametrize(
    "kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.GATEWAY, FaultKind.THROTTLED, FaultKind.EXPIRED]
)
def test_an_upload_whose_step_fails_once_is_begun_anew(step: str, kind: FaultKind) -> None:
    with FakePbx() as fake_pbx, client(fake_pbx.url, Credentials(username=fake_pbx.username, password=fake_pbx.password,
                                                                  domain=fake_pbx.domain)) as ours:  # fmt: skip
        fake_pbx.faults.add(Fault(kind=kind, match=step))
        id = ours.upload("a.wav", CONTENT)
        assert fake_pbx.state.files[id]["content"] == CONTENT


@pytest.mark.parametrize("step", ["POST /api/blobs/uploads", "POST /api/blobs/uploads/*/complete"])
def test_an_upload_that_the_pbx_refuses_says_why_and_is_not_repeated(step: str) -> None:
    with FakePbx() as fake_pbx, client(fake_pbx.url, Credentials(token=fake_pbx.token)) as ours:
        fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, status=413, match=step, times=None))
        with pytest.raises(Rejected):
            ours.upload("a.wav", CONTENT)
        assert [request.line for request in fake_pbx.requests].count(fake_pbx.requests[-1].line) == 1


HOSTILE = [
    "http://evil.example/api/blobs/x",
    "//evil.example/api/blobs/x",
    "/\\evil.example/x",
    "https:/evil.example",
    "@evil.example/x",
    "/blobs/x",
    "/api/../../x",
    "/api/%2e%2e/x",
    "/api//evil.example",
    "/api/",
    "",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_no_address_that_the_pbx_tells_leads_away_from_it(url: str) -> None:
    with scripted(lambda _: Reply(200, CONTENT)) as pbx, client(pbx.url, TOKEN) as ours:
        with pytest.raises(NotPossible):
            ours.download(url)
        for almost in (f"{pbx.url}@evil.example/x", f"{pbx.url}.evil.example/x"):
            with pytest.raises(NotPossible):
                ours.download(almost)
        assert pbx.asked == []


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/api/blobs/a%2Fb%3D", "/blobs/a%2Fb%3D"),
        ("/api/blobs/a/b", "/blobs/a/b"),
        ("/api/blobs/x?token=a%26b", "/blobs/x?token=a%26b"),
        ("/api/blobs/http://x", None),
        ("{base}/blobs/x", "/blobs/x"),
    ],
)
def test_an_address_of_its_own_is_asked_below_pbx_url(url: str, target: str | None) -> None:
    with scripted(lambda _: Reply(200, CONTENT)) as pbx, client(pbx.url, TOKEN) as ours:
        if target is None:
            with pytest.raises(NotPossible):
                ours.download(url)
            return
        assert ours.download(url.format(base=pbx.url)) == CONTENT
        assert pbx.targets == [f"GET {target}"]


def test_a_file_that_is_shown_elsewhere_is_not_followed_there() -> None:
    def elsewhere(request: ReceivedRequest) -> Reply:
        return Reply(302, b"", {"Location": "http://evil.example/x"})

    with scripted(elsewhere) as pbx, client(pbx.url, TOKEN) as ours:
        with pytest.raises(PBXError, match="sends elsewhere"):
            ours.download("/api/blobs/x")
        assert len(pbx.asked) == 1


def test_a_prompt_is_set_with_the_other_settings_and_taken_away_by_a_blank() -> None:
    shown = {"enabled": True, "prompt_file_name": "a.wav", "prompt_file_url": "/api/blobs/x", "ring_group_id": ""}
    with scripted(lambda _: Reply(200)) as pbx, client(pbx.url, TOKEN) as ours:
        ours.set_prompt(shown, "f1")
        ours.set_prompt(shown, None)
    assert [request.json for request in pbx.asked] == [
        {"enabled": True, "prompt_file_id": "f1"},
        {"enabled": True, "prompt_file_id": ""},
    ]


def test_what_was_sent_is_what_the_pbx_shows() -> None:
    with FakePbx() as fake_pbx:
        ours = PbxClient(fake_pbx.url, Credentials(token=fake_pbx.token))
        ours.set_prompt(ours.server().sent_fields(), ours.upload("größe & co.wav", CONTENT))
        server = ours.server()
        assert (server.prompt_file_name, server.prompt_file_size) == ("größe & co.wav", len(CONTENT))
        assert ours.download(server.prompt_file_url or "") == CONTENT
        ours.close()
