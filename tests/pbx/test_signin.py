"""Signing in works with each kind of credentials, once for all threads, and is not repeated after a rejection."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.errors import PBXError, Rejected, SettingsError, SignInFailed, Unreachable
from bot.pbx import auth
from bot.pbx.auth import Credentials
from bot.pbx.client import PbxClient
from bot.pbx.requests import NotSent
from tests.pbx.clients import METHODS, PERSON, TOKEN, client
from tests.pbx.scripted import ReceivedRequest, Reply, ScriptedPbx, drop_connection, json_reply, scripted
from tests.waiting import PATIENCE

SIGN_IN, REFRESH, OAUTH = "/auth/sign_in", "/auth/refresh_token", "/login/oauth/token"
DENIED = {"errors": [{"code": "UNAUTHORIZED", "message": "Wrong password."}]}


@dataclass
class TokenServer:
    """Accepts the newest token it has issued; `overrides` are answers by path that take precedence."""

    expires_in: Any = 3600
    rotates: bool = True
    overrides: dict[str, Callable[[ReceivedRequest], Reply]] = field(default_factory=dict)
    issued: int = 0
    revoked: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: ReceivedRequest) -> Reply:
        with self.lock:
            if request.path in self.overrides:
                return self.overrides[request.path](request)
            if request.path in {SIGN_IN, REFRESH, OAUTH}:
                return self.grant(request)
            good = not self.revoked and request.headers.get("Authorization") == f"Bearer access-{self.issued}"
            return json_reply({"id": "new"}) if good else json_reply(DENIED, 401)

    def grant(self, request: ReceivedRequest) -> Reply:
        if request.path == REFRESH and self.rotates and request.json != {"refresh_token": f"refresh-{self.issued}"}:
            return json_reply(DENIED, 401)
        self.issued += 1
        self.revoked = False
        tokens = {"token_type": "Bearer", "access_token": f"access-{self.issued}", "expires_in": self.expires_in}
        kept = {} if request.path == REFRESH and not self.rotates else {"refresh_token": f"refresh-{self.issued}"}
        return json_reply({**tokens, **kept})

    def revoke(self) -> None:
        self.revoked = True


def _logins(pbx: ScriptedPbx) -> list[str]:
    return [request.path for request in pbx.asked if request.path in {SIGN_IN, REFRESH, OAUTH}]


def test_a_user_signs_in_once_with_name_password_and_domain() -> None:
    with scripted(TokenServer()) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        ours.delete_group("g1")
    assert pbx.targets == ["POST /auth/sign_in", "GET /call_park", "POST /call_park_groups/g1/destroy"]
    assert pbx.asked[0].json == {"username": "park", "password": "s3cret", "domain": "example.com"}
    assert pbx.asked[0].headers["Content-Type"] == "application/json"
    assert "Authorization" not in pbx.asked[0].headers


def test_a_user_without_a_domain_sends_none() -> None:
    with scripted(TokenServer()) as pbx, client(pbx.url, Credentials(username="park", password="x")) as ours:
        ours.server()
    assert pbx.asked[0].json == {"username": "park", "password": "x"}


def test_an_older_pbx_takes_a_form_and_refreshes_by_one() -> None:
    token_server = TokenServer(overrides={SIGN_IN: lambda _: Reply(404)})
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        token_server.revoke()
        ours.server()
    first, again = (parse_qs(request.body.decode()) for request in pbx.asked if request.path == OAUTH)
    client_id = {"client_id": ["9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"]}
    person = {"username": ["park"], "password": ["s3cret"], "domain": ["example.com"]}
    assert first == {"grant_type": ["password"], "scope": ["all"], **person, **client_id}
    assert again == {"grant_type": ["refresh_token"], "refresh_token": ["refresh-1"], **client_id}
    assert pbx.asked[1].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert _logins(pbx) == [SIGN_IN, OAUTH, OAUTH]


def test_an_older_pbx_that_rejects_is_not_asked_again() -> None:
    token_server = TokenServer(
        overrides={SIGN_IN: lambda _: Reply(404), OAUTH: lambda _: json_reply({"error": "invalid_grant"}, 400)}
    )
    _fails_once(token_server, [SIGN_IN, OAUTH])


def test_a_pbx_without_any_sign_in_is_unreachable_and_may_be_tried_again() -> None:
    token_server = TokenServer(overrides={SIGN_IN: lambda _: Reply(404), OAUTH: lambda _: Reply(404)})
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        with pytest.raises(Unreachable, match="/api"):
            ours.server()
        token_server.overrides.clear()
        ours.server()
        assert pbx.targets[-1] == "GET /call_park"


def _fails_once(token_server: TokenServer, logins: list[str], match: str | None = None) -> None:
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        for call in METHODS.values():
            with pytest.raises(SignInFailed, match=match) as raised:
                call(ours)
            assert "s3cret" not in str(raised.value)
        assert [request.path for request in pbx.asked] == logins


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_rejected_login_is_never_tried_again(status: int) -> None:
    _fails_once(TokenServer(overrides={SIGN_IN: lambda _: json_reply(DENIED, status)}), [SIGN_IN], "Wrong password")


def test_a_second_factor_is_a_clear_error_and_never_tried_again() -> None:
    asks = json_reply({"two_factor_enabled": True, "token": "half-way"})
    _fails_once(TokenServer(overrides={SIGN_IN: lambda _: asks}), [SIGN_IN], "second factor for park")


def test_20_threads_share_one_rejected_login() -> None:
    token_server = TokenServer(overrides={SIGN_IN: lambda _: json_reply(DENIED, 401)})
    with scripted(token_server) as pbx, client(pbx.url, PERSON, deadline=60) as ours, ThreadPoolExecutor(20) as many:
        failures = [call.exception() for call in [many.submit(ours.server) for _ in range(20)]]
        assert {type(failure) for failure in failures} == {SignInFailed}
        assert len(pbx.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Reply(500),
        drop_connection(),
        Reply(200, b"<html>"),
        json_reply({}),
        json_reply({"access_token": ""}),
        json_reply({"access_token": "two\r\nlines"}),
        json_reply({"access_token": "a", "expires_in": "soon"}),
        json_reply([]),
        json_reply({}, 302, Location="http://127.0.0.1:9/"),
    ],
)
def test_a_sign_in_that_fails_is_unreachable_even_for_a_write_and_tried_anew_by_the_next_call(answer: Reply) -> None:
    token_server = TokenServer(overrides={SIGN_IN: lambda _: answer})
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        with pytest.raises(Unreachable):
            ours.delete_group("g1")
        assert pbx.targets == ["POST /auth/sign_in"]
        token_server.overrides.clear()
        ours.delete_group("g1")


def test_a_throttled_sign_in_is_no_rejection() -> None:
    throttled = iter([Reply(429, b"", {"Retry-After": "0"})])
    token_server = TokenServer()
    token_server.overrides[SIGN_IN] = lambda request: next(throttled, None) or token_server.grant(request)
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
    assert _logins(pbx) == [SIGN_IN, SIGN_IN]


def test_a_token_is_refreshed_a_little_before_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(auth, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with scripted(TokenServer(expires_in=3600)) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        now[0] = 3599.0
        ours.server()
    assert _logins(pbx) == [SIGN_IN, REFRESH]
    assert not [request for request in pbx.asked if request.headers.get("Authorization") == "Bearer access-1"][1:]


@pytest.mark.parametrize("expires_in", [None, "", "3600", 0, -1, 10**12, 0.0])
def test_an_expiry_that_says_nothing_leaves_it_to_the_401(expires_in: Any) -> None:
    token_server = TokenServer(expires_in=expires_in)
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        ours.server()
        token_server.revoke()
        ours.server()
    assert _logins(pbx) == [SIGN_IN, REFRESH]


@pytest.mark.parametrize("rotates", [True, False])
def test_the_newest_refresh_token_is_kept(rotates: bool) -> None:
    token_server = TokenServer(rotates=rotates)
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        for _ in range(3):
            token_server.revoke()
            ours.server()
    shown = [request.json["refresh_token"] for request in pbx.asked if request.path == REFRESH]
    assert shown == (["refresh-1", "refresh-2", "refresh-3"] if rotates else ["refresh-1"] * 3)
    assert _logins(pbx) == [SIGN_IN, REFRESH, REFRESH, REFRESH]


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refresh_token_that_has_run_out_is_replaced_by_signing_in_again(status: int) -> None:
    token_server = TokenServer(overrides={REFRESH: lambda _: json_reply(DENIED, status)})
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        token_server.revoke()
        ours.server()
    assert _logins(pbx) == [SIGN_IN, REFRESH, SIGN_IN]


@pytest.mark.parametrize(("answer", "error"), [(Reply(502), Unreachable), (Reply(429), Rejected)])
def test_a_refresh_that_fails_costs_no_login(answer: Reply, error: type[PBXError]) -> None:
    token_server = TokenServer(overrides={REFRESH: lambda _: answer})
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        token_server.revoke()
        with pytest.raises(error):
            ours.delete_group("g1")
    assert set(_logins(pbx)[1:]) == {REFRESH}


def test_a_401_on_a_write_repeats_it_once_with_a_new_token() -> None:
    token_server = TokenServer()
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        ours.server()
        token_server.revoke()
        assert ours.create_group({"name": "New"}) == "new"
    writes = [request for request in pbx.asked if request.path == "/call_park_groups"]
    assert [request.headers["Authorization"] for request in writes] == ["Bearer access-1", "Bearer access-2"]
    assert [request.json for request in writes] == [{"name": "New"}] * 2


def test_a_401_storm_of_20_threads_costs_one_refresh() -> None:
    token_server = TokenServer()
    with scripted(token_server) as pbx, client(pbx.url, PERSON, deadline=60, in_flight=20) as ours:
        ours.server()
        token_server.revoke()
        with ThreadPoolExecutor(20) as many:
            list(many.map(lambda _: ours.server(), range(20)))
    assert _logins(pbx) == [SIGN_IN, REFRESH]


def test_20_threads_that_begin_together_sign_in_once() -> None:
    with scripted(TokenServer()) as pbx, client(pbx.url, PERSON, deadline=60) as ours, ThreadPoolExecutor(20) as many:
        list(many.map(lambda _: ours.server(), range(20)))
        assert _logins(pbx) == [SIGN_IN]


def test_a_pbx_that_refuses_the_token_it_has_just_given_is_a_failed_sign_in() -> None:
    token_server = TokenServer()
    token_server.overrides["/call_park"] = lambda _: json_reply(DENIED, 401)
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        with pytest.raises(SignInFailed):
            ours.update_server({"enabled": True})
        assert pbx.targets == ["POST /auth/sign_in", "POST /call_park", "POST /auth/refresh_token", "POST /call_park"]


def test_waiting_for_another_thread_to_sign_in_counts_towards_the_deadline() -> None:
    let_go = threading.Event()
    token_server = TokenServer(overrides={SIGN_IN: lambda _: (let_go.wait(PATIENCE), Reply(500))[1]})
    with scripted(token_server) as pbx, client(pbx.url, PERSON, deadline=0.5) as ours, ThreadPoolExecutor(4) as many:
        failures = [call.exception(PATIENCE / 2) for call in [many.submit(ours.server) for _ in range(4)]]
        let_go.set()
        assert {type(failure) for failure in failures} <= {Unreachable, NotSent}
        assert set(_logins(pbx)) == {SIGN_IN}


def test_a_ready_token_is_used_as_it_is() -> None:
    token_server = TokenServer(issued=7)
    with scripted(token_server) as pbx, client(pbx.url, Credentials(token="access-7")) as ours:
        ours.server()
    assert pbx.targets == ["GET /call_park"]


def test_a_ready_token_that_has_run_out_says_so_and_is_sent_twice_only() -> None:
    with scripted(TokenServer()) as pbx, client(pbx.url, TOKEN) as ours:
        for call in METHODS.values():
            with pytest.raises(SignInFailed, match="has expired or was revoked"):
                call(ours)
        assert pbx.targets == ["GET /call_park", "GET /call_park"]


@pytest.mark.parametrize("method", METHODS)
def test_a_single_401_to_a_ready_token_changes_nothing(method: str) -> None:
    good = {"id": "i", "name": "n", "extension_number": "1001", "type": "EXTENSION", "items": []}
    once = iter([Reply(401)])
    with scripted(lambda _: next(once, json_reply(good))) as pbx, client(pbx.url, TOKEN) as ours:
        METHODS[method](ours)
        assert not ours.sign_in.rejected


def test_a_ready_token_is_accepted_again_after_a_pause_without_a_restart() -> None:
    token_server, now = TokenServer(issued=7, revoked=True), [0.0]
    with scripted(token_server) as pbx:
        ours = PbxClient(pbx.url, Credentials(token="access-7"), clock=lambda: now[0])
        for _ in range(3):
            with pytest.raises(SignInFailed):
                ours.server()
        token_server.revoked = False
        now[0] = auth.FIRST_PAUSE + 1
        ours.server()
        assert len(pbx.asked) == 3
        ours.close()


NO_REJECTION = {
    "408": json_reply({"errors": [{"code": "UNKNOWN", "message": "Timed out."}]}, 408),
    "400 UNKNOWN": json_reply({"errors": [{"code": "UNKNOWN", "message": "Something."}]}, 400),
    "403 of a gateway": Reply(403, b"<html>"),
    "403 without a body": Reply(403),
    "401 of a gateway": Reply(401, b"<html>"),
    "422 with another body": json_reply({"detail": "no"}, 422),
    "409": json_reply({"errors": [{"message": "busy"}]}, 409),
}


@pytest.mark.parametrize("name", NO_REJECTION)
def test_only_the_word_of_the_pbx_stops_signing_in(name: str) -> None:
    token_server, now = TokenServer(overrides={SIGN_IN: lambda _: NO_REJECTION[name]}), [0.0]
    recovered: list[bool] = []
    with scripted(token_server) as pbx:
        ours = PbxClient(pbx.url, PERSON, clock=lambda: now[0])
        ours.sign_in.on_recovery = lambda: recovered.append(True)
        for _ in range(5):
            with pytest.raises(Unreachable):
                ours.server()
        assert len(pbx.asked) == 1
        token_server.overrides.clear()
        now[0] = auth.FIRST_PAUSE + 1
        ours.server()
        assert recovered == [True]
        ours.close()


def test_pauses_double_so_that_the_pbx_does_not_block_the_address() -> None:
    token_server, now = TokenServer(overrides={SIGN_IN: lambda _: Reply(403)}), [0.0]
    with scripted(token_server) as pbx:
        ours = PbxClient(pbx.url, PERSON, clock=lambda: now[0])
        for minute in range(30):
            now[0] = 60.0 * minute + 1
            with pytest.raises(Unreachable):
                ours.server()
        assert len(pbx.asked) <= 5
        ours.close()


def test_corrected_credentials_are_noticed_while_it_runs() -> None:
    wrong, configured = Credentials(username="park", password="typo"), [PERSON]
    configured[0] = wrong
    token_server = TokenServer(overrides={SIGN_IN: lambda _: json_reply(DENIED, 400)})
    with scripted(token_server) as pbx:
        ours = PbxClient(pbx.url, wrong, read_credentials=lambda: configured[0])
        for _ in range(2):
            with pytest.raises(SignInFailed):
                ours.server()
        assert len(pbx.asked) == 1
        token_server.overrides.clear()
        configured[0] = PERSON
        ours.server()
        assert pbx.asked[1].json["password"] == "s3cret"
        ours.close()


def test_a_rejected_user_signs_in_again_when_somebody_says_so() -> None:
    token_server = TokenServer(overrides={SIGN_IN: lambda _: json_reply(DENIED, 403)})
    with scripted(token_server) as pbx, client(pbx.url, PERSON) as ours:
        with pytest.raises(SignInFailed, match="resume"):
            ours.server()
        token_server.overrides.clear()
        ours.sign_in.try_again()
        ours.server()
        assert not ours.sign_in.rejected


def test_with_both_the_user_takes_over_from_a_token_that_has_run_out() -> None:
    both = Credentials(token="old", username="park", password="x")
    with scripted(TokenServer()) as pbx, client(pbx.url, both) as ours:
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
