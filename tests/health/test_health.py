"""Health checks and metrics over HTTP, of the real app between the sandboxes."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from json import loads
from typing import Any, NamedTuple

import pytest

from bot.app import Park
from bot.errors import JournalUnavailable, SettingsError
from bot.sandbox.environment import Stage
from bot.sandbox.pbx.faults import Fault, Kind

ANY = "127.0.0.1:0"


class Answer(NamedTuple):
    status: int
    kind: str
    text: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(loads(self.text))


def fetch(stage: Stage, path: str, method: str = "GET") -> Answer:
    request = urllib.request.Request(f"http://127.0.0.1:{stage.park.health.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers["Content-Type"], answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers["Content-Type"], error.read().decode())


def wait_for(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "not so in time"
        time.sleep(0.05)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(park_health_listen=ANY, pbx_deadline=1.0) as running:
        yield running


def test_it_is_alive_and_ready(stage: Stage) -> None:
    live, ready = fetch(stage, "/health/live"), fetch(stage, "/health/ready")
    assert live == (200, "application/json", live.text)
    assert live.json == {
        "alive": True,
        "worker": "alive",
        "daily": "alive",
        "lookout": "alive",
        "slack": "alive",
        "drift": "alive",
    }
    assert ready.status == 200
    assert ready.json == {
        "ready": True,
        "slack": "connected",
        "journal": "can be written",
        "policy": stage.park.policy_store.now.fingerprint,
        "pbx": "not asked yet",
    }


def test_a_pbx_that_is_away_is_shown_and_park_stays_ready(stage: Stage) -> None:
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], "groups")
    stage.settle()
    assert fetch(stage, "/health/ready").json["pbx"] == "answers"
    stage.pbx.stop()
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], "server")
    stage.settle(30)
    ready = fetch(stage, "/health/ready")
    assert ready.status == 200
    assert ready.json["pbx"] == "does not answer"


@pytest.mark.parametrize(
    ("kind", "more", "state"),
    [(Kind.GATEWAY, {}, "fails: HTTP 502"), (Kind.STATUS, {"status": 403}, "answers")],
)
def test_how_the_pbx_answered_last_is_shown(stage: Stage, kind: Kind, more: dict[str, Any], state: str) -> None:
    stage.pbx.faults.add(Fault(kind=kind, match="GET *", times=None, **more))
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], "groups")
    stage.settle(30)
    assert fetch(stage, "/health/ready").json["pbx"] == state


def test_a_pbx_that_refuses_the_sign_in_is_shown(stage: Stage) -> None:
    stage.pbx.expire_tokens()
    stage.slack.slash(stage.people["ana"], stage.channels["phones"], "groups")
    stage.settle(30)
    assert fetch(stage, "/health/ready").json["pbx"] == "refuses the sign-in"


def test_without_slack_it_is_alive_and_not_ready(stage: Stage) -> None:
    stage.slack.link.stop()
    wait_for(lambda: fetch(stage, "/health/ready").status == 503)
    assert fetch(stage, "/health/ready").json["slack"] == "not connected"
    assert fetch(stage, "/health/live").status == 200


def test_with_a_journal_that_cannot_be_written_it_is_not_ready_and_its_metrics_say_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise JournalUnavailable("the disk is gone")

    monkeypatch.setattr(stage.park.journal.database, "writing", gone)
    monkeypatch.setattr(stage.park.journal.database, "reading", gone)
    ready = fetch(stage, "/health/ready")
    assert (ready.status, ready.json["journal"]) == (503, "can't be written")
    assert "park_journal_up 0.0" in fetch(stage, "/metrics").text
    assert fetch(stage, "/health/live").status == 200


def test_a_worker_thread_that_has_died_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(stage.park.daily), "alive", False)
    live = fetch(stage, "/health/live")
    assert (live.status, live.json["daily"], live.json["worker"]) == (503, "dead", "alive")


def test_while_it_stops_it_is_alive_and_takes_no_more(stage: Stage) -> None:
    stage.park.health.stopping()
    assert fetch(stage, "/health/ready").status == 503
    assert fetch(stage, "/health/live").status == 200


def test_there_is_nothing_else_to_see_and_nothing_to_do(stage: Stage) -> None:
    assert fetch(stage, "/").status == 404
    assert "/metrics" in fetch(stage, "/").text
    assert fetch(stage, "/metrics", "POST").status == 405
    assert fetch(stage, "/metrics", "HEAD") == (200, fetch(stage, "/metrics").kind, "")


def test_it_is_off_unless_it_was_asked_for() -> None:
    with Stage() as stage:
        assert stage.park.health.port is None


def test_a_port_that_is_taken_stops_the_start_and_says_which() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with Stage(park_health_listen=listen).without_park() as stage:
            park = Park(stage.settings)
            with pytest.raises(SettingsError, match=f"PARK_HEALTH_LISTEN: {listen}"):
                park.start()


def test_probes_that_keep_their_connections_open_do_not_keep_park_from_stopping() -> None:
    with Stage(park_health_listen=ANY) as stage:
        probe = socket.create_connection(("127.0.0.1", stage.park.health.port or 0))
        probe.sendall(b"GET /health/live HTTP/1.1\r\nHost: park\r\n\r\n")
        assert probe.recv(12) == b"HTTP/1.1 200"
    probe.close()
