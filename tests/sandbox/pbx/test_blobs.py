"""Uploads follow the documentation of /blobs."""

import hashlib

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx

CONTENT = b"one and two"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
OCTETS = {"Content-Type": "application/octet-stream"}


def begin(api: httpx.Client) -> tuple[str, dict[str, str]]:
    """The upload's path, and the headers that its next step needs."""
    answer = api.post("/blobs/uploads", params={"filename": "a.wav"})
    assert answer.status_code == 202
    token = answer.headers["PortSIP-Upload-Token"]
    return f"/blobs/uploads/{answer.headers['PortSIP-Upload-ID']}", {**OCTETS, "PortSIP-Upload-Token": token}


def test_a_file_is_taken_whole_and_shown_to_who_is_signed_in(pbx: FakePbx, api: httpx.Client) -> None:
    path, headers = begin(api)
    answer = api.post(f"{path}/complete", params={"digest": DIGEST}, headers=headers, content=CONTENT)
    assert answer.status_code == 201
    assert api.post("/call_park", json={"prompt_file_id": answer.json()["id"]}).status_code == 200
    url = api.get("/call_park").json()["prompt_file_url"]
    whole = pbx.url.removesuffix("/api") + url
    assert api.get(whole).content == CONTENT
    assert httpx.get(whole).status_code == 401


def test_a_file_is_taken_in_pieces_each_with_the_newest_token(api: httpx.Client) -> None:
    path, headers = begin(api)
    first = api.post(f"{path}/append", headers=headers, content=CONTENT[:4])
    assert first.status_code == 203
    assert api.post(f"{path}/append", headers=headers, content=CONTENT[4:]).status_code == 400, "an old token"
    newest = {**headers, "PortSIP-Upload-Token": first.headers["PortSIP-Upload-Token"]}
    done = api.post(f"{path}/complete", params={"digest": DIGEST}, headers=newest, content=CONTENT[4:])
    assert done.status_code == 201
    assert api.post(f"{path}/complete", headers=newest).status_code == 404, "it is over"


@pytest.mark.parametrize(
    ("headers", "digest", "why"),
    [
        ({"PortSIP-Upload-Token": "another"}, DIGEST, "PortSIP-Upload-Token is not the newest."),
        ({"PortSIP-Upload-Token": ""}, DIGEST, "PortSIP-Upload-Token is not the newest."),
        ({}, "0" * 64, "digest does not match the content."),
        ({}, f"md5:{DIGEST}", "digest does not match the content."),
        ({"Content-Type": "application/json"}, DIGEST, "The content type must be application/octet-stream."),
    ],
)
def test_what_does_not_fit_is_refused(api: httpx.Client, headers: dict[str, str], digest: str, why: str) -> None:
    path, right = begin(api)
    answer = api.post(f"{path}/complete", params={"digest": digest}, headers=right | headers, content=CONTENT)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == why


def test_an_upload_begins_without_a_body_and_with_known_parameters_only(api: httpx.Client) -> None:
    assert api.post("/blobs/uploads", content=CONTENT, headers=OCTETS).status_code == 400
    assert api.post("/blobs/uploads", params={"name": "a.wav"}).status_code == 400
    assert api.post("/blobs/uploads", params={"temporary": "perhaps"}).status_code == 400
    assert api.post("/blobs/uploads/none/complete", headers=OCTETS).status_code == 404
    assert api.get("/blobs/none").status_code == 404
