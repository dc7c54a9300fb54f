"""Requests are stored before they are acknowledged, stored once, and always answered."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import JournalUnavailable, SlackRefused, SlackUnavailable
from bot.journal.models import Accepted
from bot.messages.message import Message
from bot.messages.request import Request, Source
from bot.sandbox.pbx.faults import Fault, FaultKind
from tests.bot_harness import BEN, BotHarness, bot_harness, offered_lines, text_of
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def park(tmp_path: Path) -> Iterator[BotHarness]:
    with bot_harness(tmp_path) as whole:
        yield whole


def answered(park: BotHarness, line: str, *, user: str | None = None) -> Message:
    """Submits a read and returns its private answer."""
    assert (park.ask(line, user=user) if user else park.ask(line)) is None
    park.dispatcher.close()
    return park.messenger.private[-1]


def test_a_line_that_is_not_understood_is_answered_with_what_is_possible_and_leaves_no_record(park: BotHarness) -> None:
    assert offered_lines(answered(park, "ad 1016 to Billing")) == ["add 1016 to Billing"]
    assert park.journal.recent(1) == []


def test_a_read_is_answered_in_private_and_leaves_no_record(park: BotHarness) -> None:
    assert "Emeka Eze" in text_of(answered(park, "group Billing"))
    assert park.journal.recent(1) == []
    assert park.dispatcher.idle


def test_what_asks_first_is_only_shown(park: BotHarness) -> None:
    (offer,) = answered(park, "delete Billing").offers
    assert (offer.label, offer.style) == ("Delete", "danger")
    assert park.fake_pbx.writes == []


def test_a_second_delivery_is_the_same_request(park: BotHarness) -> None:
    request = park.request("add 1016 to Billing", key="T1:same")
    assert park.dispatcher.submit(request) is None
    assert park.dispatcher.submit(request) is None
    assert len(park.journal.recent(9)) == 1


def test_a_second_click_is_told_that_it_is_one(park: BotHarness) -> None:
    request = park.request("add 1016 to Billing").model_copy(update={"source": Source.BUTTON})
    assert park.dispatcher.submit(request) is None
    said = park.dispatcher.submit(request)
    assert said is not None
    assert "#1" in said.title


def test_what_can_not_be_recorded_is_not_acknowledged(park: BotHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Accepted:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(park.journal, "accept", full)
    with pytest.raises(JournalUnavailable):
        park.ask("add 1016 to Billing")
    assert park.progress_notifier._progress == {}


def test_a_change_that_is_over_before_its_listener_goes_on_is_not_said_to_be_slow(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = park.journal.accept

    def at_once(*args: Any, **named: Any) -> Accepted:
        accepted = accept(*args, **named)
        park.work()
        return accepted

    monkeypatch.setattr(park.journal, "accept", at_once)
    park.ask("add 1016 to Billing")
    assert park.state() == "done"
    assert park.progress_notifier._progress == {}


def test_a_refused_read_is_recorded_and_told(park: BotHarness) -> None:
    assert "You can't" in text_of(answered(park, "group Support", user=BEN))
    assert park.journal.get(1).state == "refused"


def test_a_refusal_that_can_not_be_recorded_is_told_all_the_same(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(park.journal, "refuse", full)
    assert "You can't" in text_of(answered(park, "group Support", user=BEN))
    assert "could not be recorded" in caplog.text


def test_a_name_that_is_not_there_is_told(park: BotHarness) -> None:
    assert offered_lines(answered(park, "group Biling")) == ["group Billing"]


def test_a_pbx_and_a_slack_that_can_not_be_asked_are_told_apart(park: BotHarness) -> None:
    park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET *", status=503, times=None))
    park.ask("group Billing")
    wait_until(lambda: park.messenger.private)
    park.people.fault = SlackUnavailable("away")
    park.ask("group Sales")
    park.dispatcher.close()
    assert sorted(said.title for said in park.messenger.private) == [
        "Slack can't be reached right now. Try again in a minute.",
        "The PBX reports an internal error (HTTP 503). Try again in a minute.",
    ]


def test_a_fault_of_parks_own_is_told(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(park.dispatcher.answers, "answer", None)
    assert "went wrong inside Park" in text_of(answered(park, "group Billing"))
    assert "met a fault" in caplog.text


@pytest.mark.parametrize("fault", [SlackRefused("account_inactive"), RuntimeError("of Park's own")])
def test_an_answer_that_can_not_be_said_is_logged(
    park: BotHarness, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    park.messenger.faults = [fault]
    park.ask("group Billing")
    park.dispatcher.close()
    assert "was not said" in caplog.text


def test_reads_wait_for_no_change_and_not_for_each_other(park: BotHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    answered, answer = threading.Event(), park.messenger.answer

    def noted(request: Request, message: Message) -> None:
        answer(request, message)
        answered.set()

    monkeypatch.setattr(park.messenger, "answer", noted)
    held = Fault(kind=FaultKind.SLOW, match="GET */members", seconds=0, hold=threading.Event())
    park.fake_pbx.faults.add(held)
    park.ask("group Billing")
    assert held.reached.wait(PATIENCE)
    assert not park.dispatcher.idle
    assert held.hold is not None
    park.ask("server")
    assert answered.wait(PATIENCE)
    assert "server" in text_of(park.messenger.private[0])
    held.hold.set()
    park.dispatcher.close()
    assert park.dispatcher.idle
