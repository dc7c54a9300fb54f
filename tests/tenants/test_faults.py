"""One PBX that is slow or away costs the others nothing, and its state is shown under its name."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.tenants.serving import FIRST_PAUSE
from tests.faults.scene import FAST_RETRIES
from tests.tenants.several import BERLIN, MUNICH, PARIS, SeveralPbxs


@pytest.fixture
def unlike() -> Iterator[SeveralPbxs]:
    """Berlin's PBX is slow, Munich's is down, Paris's is well."""
    with SeveralPbxs(retry_policy=FAST_RETRIES, park_health_listen="127.0.0.1:0") as running:
        yield running


def fetch(park: SeveralPbxs, page: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{park.park.health.port}/{page}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def ready(park: SeveralPbxs) -> tuple[int, dict[str, Any]]:
    status, text = fetch(park, "health/ready")
    return status, json.loads(text)


def test_a_slow_pbx_and_one_that_is_down_hold_up_nobody_else(unlike: SeveralPbxs) -> None:
    answers = threading.Event()
    unlike.pbxs[BERLIN].faults.add(Fault(kind=FaultKind.SLOW, match="*", times=None, seconds=0, hold=answers))
    unlike.pbxs[MUNICH].stop()
    slack, ana = unlike.slack, unlike.people["ana"]
    for number in range(30):  # more than all threads of one PBX, and of the listeners, together
        assert slack.slash(ana, unlike.channels[BERLIN], f"group Sales {number}" if number % 2 else "groups").ok
        assert slack.slash(ana, unlike.channels[MUNICH], "groups" if number % 2 else "server").ok
    for extension in ("1001", "1005"):
        assert slack.slash(ana, unlike.channels[BERLIN], f"add {extension} to Sales").ok
        assert slack.slash(ana, unlike.channels[MUNICH], f"add {extension} to Sales").ok
    answered = len(unlike.tenant(BERLIN).workers.dispatcher._readers._open)
    assert slack.slash(ana, unlike.channels[PARIS], "add 1001 to Sales").ok
    slack.wait_for(lambda: "1001" in unlike.members(PARIS))
    slack.wait_for(lambda: any("Added 1001" in one.plain for one in slack.messages(unlike.channels[PARIS])))
    assert answered  # Berlin's questions still wait
    assert unlike.tenant(BERLIN).workers.dispatcher._readers._open
    answers.set()


def test_a_broken_journal_is_shown_by_its_name_and_the_others_stay_ready(
    unlike: SeveralPbxs, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlike.slack.wait_for(lambda: ready(unlike)[0] == 200)
    journal = unlike.tenant(MUNICH).journal
    monkeypatch.setattr(type(journal.database), "free_space", lambda self: 1 if self is journal.database else 10**12)
    monkeypatch.setattr("bot.runtime.checks.REMEMBERED_SECONDS", 0.0)
    status, parts = ready(unlike)
    assert status == 200
    assert parts["pbx munich"]["journal"].startswith("can't be written:")
    assert parts["pbx berlin"]["journal"] == "can be written"
    _, metrics = fetch(unlike, "metrics")
    assert 'park_ready{check="journal",pbx="munich"} 0.0' in metrics
    assert 'park_ready{check="journal",pbx="berlin"} 1.0' in metrics


def test_metrics_are_counted_for_the_pbx_that_they_are_about(unlike: SeveralPbxs) -> None:
    for name, times in ((BERLIN, 1), (MUNICH, 2)):
        for extension in ("1001", "1005")[:times]:
            unlike.type(f"add {extension} to Sales", name)
    _, text = fetch(unlike, "metrics")
    labels = 'operation="add",outcome="done",pbx="{}",source="slash command"'
    assert f"park_requests_total{{{labels.format(BERLIN)}}} " in text
    assert f"park_requests_total{{{labels.format(MUNICH)}}} " in text
    assert 'route="/call_park_groups",pbx=""' not in text.replace('pbx="",route', "")
    assert 'park_journal_depth{pbx="paris"' in text or 'park_journal_depth{state="waiting",pbx="paris"}' in text


def test_a_pbx_that_could_not_be_started_is_reported(unlike: SeveralPbxs) -> None:
    unlike.allowed[MUNICH] = []  # its policy names nobody, which is a mistake
    unlike.restart()
    unlike.slack.wait_for(lambda: ready(unlike)[0] == 200)  # the bot knows a little later that it is connected
    _, parts = ready(unlike)
    assert parts["pbx munich"].startswith("not served:")
    assert 'park_ready{check="served",pbx="munich"} 0.0' in fetch(unlike, "metrics")[1]


@pytest.mark.parametrize("name", [BERLIN, MUNICH])
def test_a_pbx_that_could_not_be_started_is_served_once_its_fault_is_mended(unlike: SeveralPbxs, name: str) -> None:
    mended, unlike.allowed[name] = unlike.allowed[name], []
    unlike.restart()
    assert "tries again by itself" in unlike.type("add 1001 to Sales", name)
    unlike.allowed[name] = mended
    assert unlike.tenants  # which writes the policy files
    unlike.forward(3 * FIRST_PAUSE)
    unlike.slack.wait_for(lambda: not unlike.park.faults)
    unlike.type("add 1001 to Sales", name)
    unlike.settle()
    assert "1001" in unlike.members(name)
    status, parts = ready(unlike)
    assert status == 200
    assert parts[f"pbx {name}"]["journal"] == "can be written"
    assert f'park_ready{{check="served",pbx="{name}"}} 1.0' in fetch(unlike, "metrics")[1]


def test_nobody_signs_in_before_something_needs_the_pbx(unlike: SeveralPbxs) -> None:
    unlike.type("add 1001 to Sales", PARIS)
    assert unlike.pbxs[PARIS].requests
    assert not unlike.pbxs[MUNICH].requests


def test_log_lines_name_the_pbx(unlike: SeveralPbxs, caplog: pytest.LogCaptureFixture) -> None:
    from structlog.contextvars import get_contextvars

    seen = dict[str, str]()
    worker = unlike.tenant(MUNICH).workers.worker
    process = worker.processor.process

    def record(entry: Any) -> None:
        seen["pbx"] = get_contextvars().get("pbx", "")
        process(entry)

    worker.processor.process = record  # type: ignore[method-assign]
    unlike.type("add 1001 to Sales", MUNICH)
    assert seen == {"pbx": MUNICH}
