"""Sign-in over both APIs, and expiry, rotation and revocation of tokens."""

from typing import Any

import httpx
import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import Switches
from tests.sandbox.pbx.paths import code

CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"


def credentials(pbx: FakePbx, **changes: str) -> dict[str, str]:
    """What /auth/sign_in takes."""
    return {"username": pbx.username, "password": pbx.password, "domain": pbx.domain} | changes


def form(pbx: FakePbx, **changes: str) -> dict[str, str]:
    """What the older /login/oauth/token takes."""
    return credentials(pbx, grant_type="password", scope="all", client_id=CLIENT_ID) | changes


def status_with(pbx: FakePbx, token: str) -> int:
    """What the server's settings answer to this token."""
    return httpx.get(f"{pbx.url}/call_park", headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer no"}, {"Authorization": "Basic YTpi"}])
def test_without_a_token_that_is_known_everything_is_401(pbx: FakePbx, headers: dict[str, str]) -> None:
    for path in ("/call_park", "/auth/user", "/users", "/audit_logs"):
        answer = httpx.get(pbx.url + path, headers=headers)
        assert (answer.status_code, code(answer)) == (401, "UNAUTHORIZED")


def test_signing_in_gives_tokens_that_work(pbx: FakePbx) -> None:
    tokens = httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx)).json()
    assert set(tokens) == {"token_type", "access_token", "refresh_token", "expires_in"}
    assert tokens["expires_in"] == 1800
    assert status_with(pbx, tokens["access_token"]) == 200


@pytest.mark.parametrize("wrong", ["username", "password", "domain"])
def test_wrong_credentials_are_401(pbx: FakePbx, wrong: str) -> None:
    answer = httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx, **{wrong: "wrong"}))
    assert (answer.status_code, code(answer)) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("body", [{}, {"username": "x"}, {"username": 1, "password": "x"}, {"user": "x"}, []])
def test_a_malformed_sign_in_is_refused(pbx: FakePbx, body: Any) -> None:
    assert code(httpx.post(f"{pbx.url}/auth/sign_in", json=body)) == "VALIDATE_FAILED"


def test_repeated_rejected_logins_block_the_address(pbx: FakePbx) -> None:
    statuses = [
        httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx, password=password)).status_code
        for password in (*["wrong"] * pbx.switches.login_attempts, pbx.password)
    ]
    assert statuses == [401, 401, 401, 401, 401, 403]


def test_a_login_that_is_right_forgives_those_before(pbx: FakePbx) -> None:
    pbx.switches.login_attempts = 2
    for password in ("wrong", pbx.password, "wrong", pbx.password):
        answer = httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx, password=password))
    assert answer.status_code == 200


def test_with_two_factors_200_is_not_yet_signed_in(pbx: FakePbx) -> None:
    pbx.switches.two_factor = True
    answer = httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx))
    assert answer.status_code == 200
    assert answer.json()["two_factor_enabled"] is True
    assert status_with(pbx, answer.json()["token"]) == 401


@pytest.mark.parametrize(("rotates", "second"), [(True, 401), (False, 200)])
def test_refresh_tokens_rotate_or_not(pbx: FakePbx, rotates: bool, second: int) -> None:
    pbx.switches.refresh_rotates = rotates
    refresh = httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx)).json()["refresh_token"]
    first = httpx.post(f"{pbx.url}/auth/refresh_token", json={"refresh_token": refresh})
    assert (first.json()["refresh_token"] != refresh) is rotates
    assert status_with(pbx, first.json()["access_token"]) == 200
    again = httpx.post(f"{pbx.url}/auth/refresh_token", json={"refresh_token": refresh})
    assert again.status_code == second


def test_tokens_run_out_and_the_ready_one_does_not(pbx: FakePbx) -> None:
    pbx.switches.token_lifetime = 0
    tokens = httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx)).json()
    assert tokens["expires_in"] == 0
    assert status_with(pbx, tokens["access_token"]) == 401
    assert status_with(pbx, pbx.token) == 200


def test_all_tokens_can_be_made_to_run_out(pbx: FakePbx) -> None:
    tokens = httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx)).json()
    body = {"refresh_token": tokens["refresh_token"]}
    pbx.expire_tokens()
    assert {status_with(pbx, token) for token in (pbx.token, tokens["access_token"])} == {401}
    newer = httpx.post(f"{pbx.url}/auth/refresh_token", json=body)
    assert newer.status_code == 200
    pbx.expire_tokens(refresh=True)
    body = {"refresh_token": newer.json()["refresh_token"]}
    assert httpx.post(f"{pbx.url}/auth/refresh_token", json=body).status_code == 401


def test_signing_out_ends_a_token(pbx: FakePbx, api: httpx.Client) -> None:
    assert api.get("/auth/user").json()["role"] == "Admin"
    assert api.post("/auth/sign_out").status_code == 200
    assert api.get("/auth/user").status_code == 401


def test_the_older_endpoint_takes_a_form(pbx: FakePbx) -> None:
    tokens = httpx.post(f"{pbx.url}/login/oauth/token", data=form(pbx)).json()
    assert status_with(pbx, tokens["access_token"]) == 200
    renewal = form(pbx, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    newer = httpx.post(f"{pbx.url}/login/oauth/token", data=renewal).json()
    assert status_with(pbx, newer["access_token"]) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"client_id": "another"},
        {"grant_type": "client_credentials"},
        {"scope": "some"},
        {"grant_type": "refresh_token", "refresh_token": "no"},
    ],
)
def test_the_older_endpoint_answers_400_to_what_is_wrong(pbx: FakePbx, changes: dict[str, str]) -> None:
    assert httpx.post(f"{pbx.url}/login/oauth/token", data=form(pbx, **changes)).status_code == 400


def test_the_older_endpoint_does_not_take_json(pbx: FakePbx) -> None:
    assert code(httpx.post(f"{pbx.url}/login/oauth/token", json=form(pbx))) == "VALIDATE_FAILED"


def test_an_older_pbx_has_only_the_form() -> None:
    with FakePbx(switches=Switches(sign_in=False)) as pbx:
        assert httpx.post(f"{pbx.url}/auth/sign_in", json=credentials(pbx)).status_code == 404
        assert httpx.post(f"{pbx.url}/auth/refresh_token", json={"refresh_token": "x"}).status_code == 404
        assert httpx.post(f"{pbx.url}/login/oauth/token", data=form(pbx)).status_code == 200


def test_a_newer_pbx_may_have_dropped_the_form(pbx: FakePbx) -> None:
    pbx.switches.oauth = False
    assert httpx.post(f"{pbx.url}/login/oauth/token", data=form(pbx)).status_code == 404


def test_another_role_than_admin_is_denied(pbx: FakePbx, api: httpx.Client) -> None:
    pbx.switches.role = "User"
    assert api.get("/auth/user").json()["role"] == "User"
    assert (answer := api.get("/call_park")).status_code == 403
    assert code(answer) == "DENIED"
