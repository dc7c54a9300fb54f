"""Health checks and metrics over HTTP, of the real app between the sandboxes."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from json import loads
from typing import Any, NamedTuple

import pytest

from bot.app import Park
from bot.errors import JournalUnavailable, SettingsError
from bot.runtime.checks import REMEMBERED_SECONDS, Condition, Remembered
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.settings.tenants import TenantSettings
from bot.worker.lease import RetryPolicy
from tests.waiting import PATIENCE, wait_until

ANY = "127.0.0.1:0"


class Answer(NamedTuple):
    status: int
    kind: str
    text: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(loads(self.text))


def fetch(sandbox: Sandbox, path: str, method: str = "GET") -> Answer:
    request = urllib.request.Request(f"http://127.0.0.1:{sandbox.park.health.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return Answer(answer.status, answer.headers["Content-Type"], answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers["Content-Type"], error.read().decode())


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(park_health_listen=ANY, pbx_deadline=1.0) as running:
        yield running


def test_it_is_alive_and_ready(sandbox: Sandbox) -> None:
    wait_until(lambda: fetch(sandbox, "/health/ready").status == 200)  # once the bot knows that it is connected
    live, ready = fetch(sandbox, "/health/live"), fetch(sandbox, "/health/ready")
    assert live == (200, "application/json", live.text)
    assert live.json == {
        "alive": True,
        "worker": "alive",
        "daily": "alive",
        "calendars": "alive",
        "lookout": "alive",
        "slack": "alive",
        "drift": "alive",
    }
    assert ready.status == 200
    assert ready.json == {
        "ready": True,
        "slack": "connected",
        "posting": "can post",
        "journal": "can be written",
        "policy": sandbox.park.tenant.policy_store.now.fingerprint,
        "ends": "on time",
        "calendars": "calendars are read",
        "pbx": "not asked yet",
    }


def test_a_pbx_that_is_away_is_shown_and_park_stays_ready(sandbox: Sandbox) -> None:
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "groups")
    sandbox.settle()
    assert fetch(sandbox, "/health/ready").json["pbx"] == "answers"
    sandbox.pbx.stop()
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "server")
    sandbox.settle()
    ready = fetch(sandbox, "/health/ready")
    assert ready.status == 200
    assert ready.json["pbx"] == "does not answer"


@pytest.mark.parametrize(
    ("kind", "more", "state"),
    [(FaultKind.GATEWAY, {}, "fails: HTTP 502"), (FaultKind.STATUS, {"status": 403}, "answers")],
)
def test_how_the_pbx_answered_last_is_shown(
    sandbox: Sandbox, kind: FaultKind, more: dict[str, Any], state: str
) -> None:
    sandbox.pbx.faults.add(Fault(kind=kind, match="GET *", times=None, **more))
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "groups")
    sandbox.settle()
    assert fetch(sandbox, "/health/ready").json["pbx"] == state


def test_a_pbx_that_refuses_the_sign_in_is_shown(sandbox: Sandbox) -> None:
    sandbox.pbx.expire_tokens()
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "groups")
    sandbox.settle()
    assert fetch(sandbox, "/health/ready").json["pbx"] == "refuses the sign-in"


def test_without_slack_it_is_alive_and_not_ready(sandbox: Sandbox) -> None:
    sandbox.slack.link.stop()
    wait_until(lambda: fetch(sandbox, "/health/ready").status == 503)
    assert fetch(sandbox, "/health/ready").json["slack"] == "not connected"
    assert fetch(sandbox, "/health/live").status == 200


def test_with_a_journal_that_cannot_be_written_it_is_not_ready_and_its_metrics_say_so(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(**_: object) -> None:
        raise JournalUnavailable("the disk is gone")

    monkeypatch.setattr(sandbox.park.tenant.journal.database, "writing", gone)
    monkeypatch.setattr(sandbox.park.tenant.journal.database, "reading", gone)
    ready = fetch(sandbox, "/health/ready")
    assert (ready.status, ready.json["journal"][:17]) == (503, "can't be written:")
    assert 'park_journal_up{pbx=""} 0.0' in fetch(sandbox, "/metrics").text
    assert fetch(sandbox, "/health/live").status == 200


def metric(sandbox: Sandbox, check: str) -> str:
    line = f'park_ready{{check="{check}",pbx=""}}'
    return next(one for one in fetch(sandbox, "/metrics").text.splitlines() if one.startswith(line)).split()[-1]


def test_it_is_not_ready_while_the_policy_file_has_a_mistake(sandbox: Sandbox) -> None:
    file = sandbox.settings.park_policy
    good = file.read_text(encoding="utf-8")
    file.write_text(good + "\n[[allow]\n", encoding="utf-8")
    sandbox.park.read_policy()
    wait_until(lambda: fetch(sandbox, "/health/ready").status == 503)
    assert "mistake in policy.toml" in fetch(sandbox, "/health/ready").json["policy"]
    assert (metric(sandbox, "policy"), metric(sandbox, "slack")) == ("0.0", "1.0")
    file.write_text(good, encoding="utf-8")
    sandbox.park.read_policy()
    wait_until(lambda: fetch(sandbox, "/health/ready").status == 200)
    assert metric(sandbox, "policy") == "1.0"


def test_it_is_not_ready_while_an_end_fails(sandbox: Sandbox) -> None:
    sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "recall Sales to Night Desk for 2h")
    sandbox.settle()
    fault = Fault(kind=FaultKind.STATUS, match="POST *", times=None, status=403)
    sandbox.pbx.faults.add(fault)
    sandbox.forward(timedelta(hours=3))
    wait_until(lambda: any(one.failing_since for one in sandbox.park.tenant.journal.waiting()))
    sandbox.forward(RetryPolicy().late_notice)
    wait_until(lambda: fetch(sandbox, "/health/ready").status == 503)
    assert fetch(sandbox, "/health/ready").json["ends"].startswith("1 late; the first has failed since 20")
    assert metric(sandbox, "ends") == "0.0"
    sandbox.pbx.faults.pending.clear()
    sandbox.forward(timedelta(hours=1))
    wait_until(lambda: fetch(sandbox, "/health/ready").status == 200)
    assert (fetch(sandbox, "/health/ready").json["ends"], metric(sandbox, "ends")) == ("on time", "1.0")


def test_a_worker_thread_that_has_died_is_told(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(sandbox.park.tenant.daily), "alive", False)
    live = fetch(sandbox, "/health/live")
    assert (live.status, live.json["daily"], live.json["worker"]) == (503, "dead", "alive")


def test_while_it_stops_it_is_alive_and_takes_no_more(sandbox: Sandbox) -> None:
    sandbox.park.health.stopping()
    assert fetch(sandbox, "/health/ready").status == 503
    assert fetch(sandbox, "/health/live").status == 200


def test_there_is_nothing_else_to_see_and_nothing_to_do(sandbox: Sandbox) -> None:
    assert fetch(sandbox, "/").status == 404
    assert "/metrics" in fetch(sandbox, "/").text
    assert fetch(sandbox, "/metrics", "POST").status == 405
    assert fetch(sandbox, "/metrics", "HEAD") == (200, fetch(sandbox, "/metrics").kind, "")


def test_it_is_off_unless_it_was_asked_for() -> None:
    with Sandbox() as sandbox:
        assert sandbox.park.health.port is None


def test_a_port_that_is_taken_stops_the_start_and_says_which() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with Sandbox(park_health_listen=listen).without_bot() as sandbox:
            park = Park(TenantSettings(settings=sandbox.settings))
            with pytest.raises(SettingsError, match=f"PARK_HEALTH_LISTEN: {listen}"):
                park.start()


def test_probes_that_keep_their_connections_open_do_not_keep_park_from_stopping() -> None:
    with Sandbox(park_health_listen=ANY) as sandbox:
        probe = socket.create_connection(("127.0.0.1", sandbox.park.health.port or 0))
        probe.sendall(b"GET /health/live HTTP/1.1\r\nHost: park\r\n\r\n")
        assert probe.recv(12) == b"HTTP/1.1 200"
    probe.close()


def test_a_check_that_costs_something_is_made_once_in_a_few_seconds() -> None:
    clock, found = 100.0, [Condition(True, "can be written"), Condition(False, "can't be written"), Condition(True, "")]
    check = Remembered(lambda: found.pop(0), clock=lambda: clock)
    assert [check().ok for _ in range(3)] == [True, True, True]
    clock += REMEMBERED_SECONDS - 0.1
    assert check().ok
    clock += 0.2
    assert [check().ok, check().ok] == [False, False]


def test_many_probes_and_scrapes_write_to_the_journal_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    written = list[int]()
    monkeypatch.setattr("bot.journal.watching.try_to_write", lambda connection: written.append(1))
    for path in ("/health/ready", "/metrics") * 5:
        assert fetch(sandbox, path).status == 200
    assert len(written) <= 1
