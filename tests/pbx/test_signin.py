"""Signing in: three ways, once for all threads, and never again after a refusal."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.errors import PBXError, Rejected, SettingsError, SignInFailed, Unreachable
from bot.pbx.auth import Credentials
from bot.pbx.requests import NotSent
from tests.pbx.clients import METHODS, PERSON, TOKEN, client
from tests.pbx.scripted import Asked, Reply, Scripted, drops, says, scripted

SIGN_IN, REFRESH, OAUTH = "/auth/sign_in", "/auth/refresh_token", "/login/oauth/token"
DENIED = {"errors": [{"code": "UNAUTHORIZED", "message": "Wrong password."}]}


@dataclass
class Gate:
    """Lets in whoever shows the newest token; `ways` answer the sign-in addresses in place of it."""

    expires_in: Any = 3600
    rotates: bool = True
    ways: dict[str, Callable[[Asked], Reply]] = field(default_factory=dict)
    issued: int = 0
    revoked: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, asked: Asked) -> Reply:
        with self.lock:
            if asked.path in self.ways:
                return self.ways[asked.path](asked)
            if asked.path in {SIGN_IN, REFRESH, OAUTH}:
                return self.grant(asked)
            good = not self.revoked and asked.headers.get("Authorization") == f"Bearer access-{self.issued}"
            return says({"id": "new"}) if good else says(DENIED, 401)

    def grant(self, asked: Asked) -> Reply:
        if asked.path == REFRESH and self.rotates and asked.json != {"refresh_token": f"refresh-{self.issued}"}:
            return says(DENIED, 401)
        self.issued += 1
        self.revoked = False
        tokens = {"token_type": "Bearer", "access_token": f"access-{self.issued}", "expires_in": self.expires_in}
        kept = {} if asked.path == REFRESH and not self.rotates else {"refresh_token": f"refresh-{self.issued}"}
        return says({**tokens, **kept})

    def revoke(self) -> None:
        self.revoked = True


def _logins(pbx: Scripted) -> list[str]:
    return [asked.path for asked in pbx.asked if asked.path in {SIGN_IN, REFRESH, OAUTH}]


def test_a_user_signs_in_once_with_name_password_and_domain() -> None:
    with scripted(Gate()) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        ours.delete_group("g1")
    assert pbx.targets == ["POST /auth/sign_in", "GET /call_park", "POST /call_park_groups/g1/destroy"]
    assert pbx.asked[0].json == {"username": "park", "password": "s3cret", "domain": "example.com"}
    assert pbx.asked[0].headers["Content-Type"] == "application/json"
    assert "Authorization" not in pbx.asked[0].headers


def test_a_user_without_a_domain_sends_none() -> None:
    with scripted(Gate()) as pbx, client(pbx.url, Credentials(username="park", password="x")) as ours:
        ours.server()
    assert pbx.asked[0].json == {"username": "park", "password": "x"}


def test_an_older_pbx_takes_a_form_and_refreshes_by_one() -> None:
    authorizer = Gate(ways={SIGN_IN: lambda _: Reply(404)})
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        authorizer.revoke()
        ours.server()
    first, again = (parse_qs(asked.body.decode()) for asked in pbx.asked if asked.path == OAUTH)
    client_id = {"client_id": ["9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"]}
    person = {"username": ["park"], "password": ["s3cret"], "domain": ["example.com"]}
    assert first == {"grant_type": ["password"], "scope": ["all"], **person, **client_id}
    assert again == {"grant_type": ["refresh_token"], "refresh_token": ["refresh-1"], **client_id}
    assert pbx.asked[1].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert _logins(pbx) == [SIGN_IN, OAUTH, OAUTH]


def test_an_older_pbx_that_rejects_is_not_asked_again() -> None:
    authorizer = Gate(ways={SIGN_IN: lambda _: Reply(404), OAUTH: lambda _: says({"error": "invalid_grant"}, 400)})
    _fails_once(authorizer, [SIGN_IN, OAUTH])


def test_a_pbx_without_any_sign_in_is_unreachable_and_may_be_tried_again() -> None:
    authorizer = Gate(ways={SIGN_IN: lambda _: Reply(404), OAUTH: lambda _: Reply(404)})
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        with pytest.raises(Unreachable, match="/api"):
            ours.server()
        authorizer.ways.clear()
        ours.server()
        assert pbx.targets[-1] == "GET /call_park"


def _fails_once(authorizer: Gate, logins: list[str], match: str | None = None) -> None:
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        for call in METHODS.values():
            with pytest.raises(SignInFailed, match=match) as raised:
                call(ours)
            assert "s3cret" not in str(raised.value)
        assert [asked.path for asked in pbx.asked] == logins


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_rejected_login_is_never_tried_again(status: int) -> None:
    _fails_once(Gate(ways={SIGN_IN: lambda _: says(DENIED, status)}), [SIGN_IN], "Wrong password")


def test_a_second_factor_is_a_clear_error_and_never_tried_again() -> None:
    asks = says({"two_factor_enabled": True, "token": "half-way"})
    _fails_once(Gate(ways={SIGN_IN: lambda _: asks}), [SIGN_IN], "second factor for park")


def test_20_threads_share_one_rejected_login() -> None:
    authorizer = Gate(ways={SIGN_IN: lambda _: says(DENIED, 401)})
    with scripted(authorizer) as pbx, client(pbx.url, PERSON, deadline=60) as ours, ThreadPoolExecutor(20) as many:
        failures = [call.exception() for call in [many.submit(ours.server) for _ in range(20)]]
        assert {type(failure) for failure in failures} == {SignInFailed}
        assert len(pbx.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Reply(500),
        drops(),
        Reply(200, b"<html>"),
        says({}),
        says({"access_token": ""}),
        says({"access_token": "two\r\nlines"}),
        says({"access_token": "a", "expires_in": "soon"}),
        says([]),
        says({}, 302, Location="http://127.0.0.1:9/"),
    ],
)
def test_a_sign_in_that_fails_is_unreachable_even_for_a_write_and_tried_anew_by_the_next_call(answer: Reply) -> None:
    authorizer = Gate(ways={SIGN_IN: lambda _: answer})
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        with pytest.raises(Unreachable):
            ours.delete_group("g1")
        assert pbx.targets == ["POST /auth/sign_in"]
        authorizer.ways.clear()
        ours.delete_group("g1")


def test_a_throttled_sign_in_is_no_rejection() -> None:
    throttled = iter([Reply(429, b"", {"Retry-After": "0"})])
    authorizer = Gate()
    authorizer.ways[SIGN_IN] = lambda asked: next(throttled, None) or authorizer.grant(asked)
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
    assert _logins(pbx) == [SIGN_IN, SIGN_IN]


def test_a_token_is_refreshed_a_little_before_it_runs_out() -> None:
    with scripted(Gate(expires_in=0.5)) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        time.sleep(0.5)
        ours.server()
    assert _logins(pbx) == [SIGN_IN, REFRESH]
    assert not [asked for asked in pbx.asked if asked.headers.get("Authorization") == "Bearer access-1"][1:]


@pytest.mark.parametrize("expires_in", [None, "", "3600", 0, -1, 10**12, 0.0])
def test_an_expiry_that_says_nothing_leaves_it_to_the_401(expires_in: Any) -> None:
    authorizer = Gate(expires_in=expires_in)
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        ours.server()
        authorizer.revoke()
        ours.server()
    assert _logins(pbx) == [SIGN_IN, REFRESH]


@pytest.mark.parametrize("rotates", [True, False])
def test_the_newest_refresh_token_is_kept(rotates: bool) -> None:
    authorizer = Gate(rotates=rotates)
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        for _ in range(3):
            authorizer.revoke()
            ours.server()
    shown = [asked.json["refresh_token"] for asked in pbx.asked if asked.path == REFRESH]
    assert shown == (["refresh-1", "refresh-2", "refresh-3"] if rotates else ["refresh-1"] * 3)
    assert _logins(pbx) == [SIGN_IN, REFRESH, REFRESH, REFRESH]


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refresh_token_that_has_run_out_is_replaced_by_signing_in_again(status: int) -> None:
    authorizer = Gate(ways={REFRESH: lambda _: says(DENIED, status)})
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        authorizer.revoke()
        ours.server()
    assert _logins(pbx) == [SIGN_IN, REFRESH, SIGN_IN]


@pytest.mark.parametrize(("answer", "error"), [(Reply(502), Unreachable), (Reply(429), Rejected)])
def test_a_refresh_that_fails_costs_no_login(answer: Reply, error: type[PBXError]) -> None:
    authorizer = Gate(ways={REFRESH: lambda _: answer})
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        authorizer.revoke()
        with pytest.raises(error):
            ours.delete_group("g1")
    assert set(_logins(pbx)[1:]) == {REFRESH}


def test_a_401_on_a_write_repeats_it_once_with_a_new_token() -> None:
    authorizer = Gate()
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        authorizer.revoke()
        assert ours.create_group({"name": "New"}) == "new"
    writes = [asked for asked in pbx.asked if asked.path == "/call_park_groups"]
    assert [asked.headers["Authorization"] for asked in writes] == ["Bearer access-1", "Bearer access-2"]
    assert [asked.json for asked in writes] == [{"name": "New"}] * 2


def test_a_401_storm_of_20_threads_costs_one_refresh() -> None:
    authorizer = Gate()
    with scripted(authorizer) as pbx, client(pbx.url, PERSON, deadline=60, in_flight=20) as ours:
        ours.server()
        authorizer.revoke()
        with ThreadPoolExecutor(20) as many:
            list(many.map(lambda _: ours.server(), range(20)))
    assert _logins(pbx) == [SIGN_IN, REFRESH]


def test_20_threads_that_begin_together_sign_in_once() -> None:
    with scripted(Gate()) as pbx, client(pbx.url, PERSON, deadline=60) as ours, ThreadPoolExecutor(20) as many:
        list(many.map(lambda _: ours.server(), range(20)))
        assert _logins(pbx) == [SIGN_IN]


def test_a_pbx_that_refuses_the_token_it_has_just_given_is_a_failed_sign_in() -> None:
    authorizer = Gate()
    authorizer.ways["/call_park"] = lambda _: says(DENIED, 401)
    with scripted(authorizer) as pbx, client(pbx.url, PERSON) as ours:
        with pytest.raises(SignInFailed):
            ours.update_server({"enabled": True})
        assert pbx.targets == ["POST /auth/sign_in", "POST /call_park", "POST /auth/refresh_token", "POST /call_park"]


def test_waiting_for_another_thread_to_sign_in_counts_towards_the_deadline() -> None:
    let_go = threading.Event()
    authorizer = Gate(ways={SIGN_IN: lambda _: (let_go.wait(20), Reply(500))[1]})
    with scripted(authorizer) as pbx, client(pbx.url, PERSON, deadline=0.5) as ours, ThreadPoolExecutor(4) as many:
        failures = [call.exception(20) for call in [many.submit(ours.server) for _ in range(4)]]
        let_go.set()
        assert {type(failure) for failure in failures} <= {Unreachable, NotSent}
        assert set(_logins(pbx)) == {SIGN_IN}


def test_a_ready_token_is_used_as_it_is() -> None:
    authorizer = Gate(issued=7)
    with scripted(authorizer) as pbx, client(pbx.url, Credentials(token="access-7")) as ours:
        ours.server()
    assert pbx.targets == ["GET /call_park"]


def test_a_ready_token_that_has_run_out_says_so_and_is_not_sent_again() -> None:
    with scripted(Gate()) as pbx, client(pbx.url, TOKEN) as ours:
        for call in METHODS.values():
            with pytest.raises(SignInFailed, match="run out"):
                call(ours)
        assert pbx.targets == ["GET /call_park"]


def test_with_both_the_user_takes_over_from_a_token_that_has_run_out() -> None:
    both = Credentials(token="old", username="park", password="x")
    with scripted(Gate()) as pbx, client(pbx.url, both) as ours:
        ours.server()
    assert pbx.targets == ["GET /call_park", "POST /auth/sign_in", "GET /call_park"]


@pytest.mark.parametrize(
    "given", [{}, {"username": "park"}, {"password": "x"}, {"token": ""}, {"token": "two lines\n"}]
)
def test_credentials_that_let_nobody_in_are_a_settings_error(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="PBX_TOKEN"):
        Credentials(**given)


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in repr(PERSON)
    assert "a-ready-token" not in repr(TOKEN)
