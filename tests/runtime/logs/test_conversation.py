"""The logs of a whole conversation at level DEBUG can be followed and contain no secret."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.faults import FaultKind
from bot.sandbox.slack.faults import Drop
from tests.faults.process import ProcessHarness, process_harness
from tests.slack.forms.conftest import home_view, pick, top_view
from tests.waiting import wait_until

TYPED = (
    "add 1001 to Sales",
    "remove 1001 from Sales",
    "add 1004",
    "create Zwiebelkuchen",
    "rename Zwiebelkuchen to Quarkstrudel",
    "groups Pumpernickel",
    "find Spekulatius",
    "dance with Marzipan",
    "delete Dampfnudel",
)
PAUSE = "pause because of Nougat"
WORDS = (
    "Zwiebelkuchen", "Quarkstrudel", "Pumpernickel", "Spekulatius", "Marzipan", "Dampfnudel", "Nougat", "Lebkuchen"
)  # fmt: skip


def _secrets(found: Any) -> Iterator[str]:
    """Yields the credentials in payloads that Slack sent to Park."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key in ("trigger_id", "response_url", "upload_url") and isinstance(value, str):
                yield value
            else:
                yield from _secrets(value)
    elif isinstance(found, list):
        for value in found:
            yield from _secrets(value)


def _tickets(park: ProcessHarness) -> Iterator[str]:
    for call in park.sandbox.slack.calls:
        if call.method == "apps.connections.open" and call.answer:
            yield call.answer["url"]
            yield call.answer["url"].partition("ticket=")[2].partition("&")[0]


def _typed(park: ProcessHarness) -> None:
    """Sends slash commands and mentions that succeed, are refused or name nothing."""
    sandbox, ana, phones = park.sandbox, park.sandbox.people["ana"], park.sandbox.channels["phones"]
    park.slash(TYPED[0])
    park.wait_until_confirmed(1)
    sandbox.slack.say(ana, phones, f"<@{sandbox.slack.bot_user}> {TYPED[1]}")
    for line in TYPED[3:]:
        park.slash(line)
    park.slash("delete Lebkuchen", who="gil")
    sandbox.slack.say(ana, phones, f"<@{sandbox.slack.bot_user}> find Lebkuchen")


def _clicked(park: ProcessHarness) -> None:
    """Submits a form, searches the Home tab and clicks a button."""
    sandbox, ana = park.sandbox, park.sandbox.people["ana"]
    park.slash(TYPED[2])
    top_view(sandbox, "Park group")
    pick(sandbox, "ana", "Sales", "Park group")
    top_view(sandbox, "Sales", "Apply")
    assert sandbox.slack.submit(ana).ok
    sandbox.slack.open_home(ana)
    sandbox.slack.fill(ana, "Lebkuchen", label="Search groups", where=home_view(sandbox, "ana", "park groups"))
    cards = sandbox.slack.wait_for(lambda: [one for one in park.cards() if "1004" in one.plain])
    assert sandbox.slack.click(ana, cards[0], label="Undo").ok
    park.wait_until_confirmed()


def _failed(park: ProcessHarness) -> None:
    """Lets the PBX and Slack fail, a token expire and the socket disconnect."""
    sandbox = park.sandbox
    sandbox.pbx.expire_tokens()
    for kind in (FaultKind.THROTTLED, FaultKind.DROP_AFTER, FaultKind.GATEWAY):
        park.fail(kind, "POST *members*")
    park.fail(FaultKind.STATUS, "GET *", status=400)
    for what in (Drop.BEFORE, 500, "not_in_channel", "ratelimited"):
        sandbox.slack.faults.fail("chat.postMessage", what)
    sandbox.slack.faults.fail("chat.postEphemeral", "internal_error")
    sandbox.slack.faults.fail("response_url", 500)
    park.slash("add 1005 to Sales")
    park.slash("add 1006 to Sales")
    park.slash(TYPED[0])
    park.slash("groups Pumpernickel")
    park.wait_until_confirmed()
    before = len(list(_tickets(park)))
    sandbox.slack.link.disconnect()
    sandbox.slack.wait_for(lambda: len(list(_tickets(park))) > before)
    wait_until(lambda: sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], PAUSE).ok)


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ProcessHarness, str]]:
    """A finished conversation and its log."""
    log, pbx = tmp_path_factory.mktemp("logs") / "stderr", FakePbx()
    user = {"pbx_token": None, "pbx_username": pbx.username, "pbx_password": pbx.password, "pbx_domain": pbx.domain}
    with process_harness(log, pbx=pbx, park_log_level="DEBUG", **user) as park:
        _typed(park)
        _clicked(park)
        _failed(park)
        park.wait_until_confirmed()
        assert park.end(signal.SIGTERM) == 0
        yield park, log.read_text()


def _lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


def test_no_secret_is_in_it(conversation: tuple[ProcessHarness, str]) -> None:
    park, log = conversation
    slack, pbx = park.sandbox.slack, park.sandbox.pbx
    given = {slack.bot_token, slack.app_token, pbx.password}
    granted = {one.headers["Authorization"].partition(" ")[2] for one in pbx.requests if "Authorization" in one.headers}
    gestures = set(_secrets([one.envelope for one in slack.delivered]))
    tickets = set(_tickets(park))
    assert len(granted) >= 2
    assert len(gestures) > 20
    assert len(tickets) >= 4
    assert [one for one in given | granted | gestures | tickets if one in log] == []


def test_nothing_that_anybody_typed_is_in_it(conversation: tuple[ProcessHarness, str]) -> None:
    _, log = conversation
    assert [one for one in (*TYPED, *WORDS, PAUSE) if one in log] == []


def test_whatever_failed_is_in_it(conversation: tuple[ProcessHarness, str]) -> None:
    events = [line["event"] for line in _lines(conversation[1])]
    for words in ("HTTP 502", "HTTP 429", "HTTP 401", "no answer", "not there", "can't be told yet"):
        assert any(words in one for one in events), words


def test_one_request_is_followed_by_one_id_from_slack_to_the_pbx_and_back(
    conversation: tuple[ProcessHarness, str],
) -> None:
    first = [line for line in _lines(conversation[1]) if line.get("request") and line.get("change") == 1]
    (id,) = {line["request"] for line in first}
    events = [line["event"] for line in _lines(conversation[1]) if line.get("request") == id]
    steps = (
        "accepted as change 1", "change 1 is taken up", "POST /call_park_groups/{id}/members/{id}",
        "change 1 has ended: done", "change 1 was told of",
    )  # fmt: skip
    assert all(any(one.startswith(step) for one in events) for step in steps), events


def test_questions_forms_and_the_home_tab_have_ids_of_their_own(conversation: tuple[ProcessHarness, str]) -> None:
    lines = _lines(conversation[1])
    asked = {line.get("request") for line in lines if line["event"].startswith("GET ") and "change" not in line}
    assert len(asked - {None}) >= 5
