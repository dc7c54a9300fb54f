"""What is asked is durable before it is acknowledged, asked once, and never left without an answer."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import JournalUnavailable, SlackRefused, SlackUnavailable
from bot.journal.models import Accepted
from bot.messages.message import Message
from bot.messages.request import Source
from bot.sandbox.pbx.faults import Fault, Kind
from tests.house import BEN, House, house, lines, words


@pytest.fixture
def park(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as whole:
        yield whole


def answered(park: House, line: str, *, user: str | None = None) -> Message:
    """What is said in private once the read is done."""
    assert (park.ask(line, user=user) if user else park.ask(line)) is None
    park.dispatcher.close()
    return park.messenger.private[-1]


def test_a_line_that_is_not_understood_is_answered_at_once_and_leaves_no_record(park: House) -> None:
    said = park.ask("ad 1016 to Billing")
    assert said is not None
    assert lines(said) == ["add 1016 to Billing"]
    assert park.journal.recent(1) == []


def test_a_read_is_answered_in_private_and_leaves_no_record(park: House) -> None:
    assert "Emeka Eze" in words(answered(park, "group Billing"))
    assert park.journal.recent(1) == []
    assert park.dispatcher.idle


def test_what_asks_first_is_only_shown(park: House) -> None:
    (offer,) = answered(park, "delete Billing").offers
    assert (offer.label, offer.style) == ("Delete", "danger")
    assert park.sandbox.writes == []


def test_a_second_delivery_is_the_same_request(park: House) -> None:
    request = park.request("add 1016 to Billing", key="T1:same")
    assert park.dispatcher.take(request) is None
    assert park.dispatcher.take(request) is None
    assert len(park.journal.recent(9)) == 1


def test_a_second_click_is_told_that_it_is_one(park: House) -> None:
    request = park.request("add 1016 to Billing").model_copy(update={"source": Source.BUTTON})
    assert park.dispatcher.take(request) is None
    said = park.dispatcher.take(request)
    assert said is not None
    assert "change 1" in said.title


def test_what_can_not_be_recorded_is_not_acknowledged(park: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Accepted:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(park.journal, "accept", full)
    with pytest.raises(JournalUnavailable):
        park.ask("add 1016 to Billing")
    assert park.progress_notifier._open == {}


def test_a_change_that_is_over_before_its_door_goes_on_is_not_said_to_be_slow(
    park: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = park.journal.accept

    def at_once(*args: Any, **named: Any) -> Accepted:
        accepted = accept(*args, **named)
        park.work()
        return accepted

    monkeypatch.setattr(park.journal, "accept", at_once)
    park.ask("add 1016 to Billing")
    assert park.state() == "done"
    assert park.progress_notifier._open == {}


def test_a_refused_read_is_recorded_and_told(park: House) -> None:
    assert "may not" in words(answered(park, "group Support", user=BEN))
    assert park.journal.get(1).state == "refused"


def test_a_refusal_that_can_not_be_recorded_is_told_all_the_same(
    park: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(park.journal, "refuse", full)
    assert "may not" in words(answered(park, "group Support", user=BEN))
    assert "could not be recorded" in caplog.text


def test_a_name_that_is_not_there_is_told(park: House) -> None:
    assert lines(answered(park, "group Biling")) == ["group Billing"]


def test_a_pbx_and_a_slack_that_can_not_be_asked_are_told_apart(park: House) -> None:
    park.sandbox.faults.add(Fault(kind=Kind.STATUS, match="GET *", status=503, times=None))
    park.ask("group Billing")
    park.people.fault = SlackUnavailable("away")
    park.ask("group Sales")
    park.dispatcher.close()
    titles = sorted(said.title.split(" can't")[0] for said in park.messenger.private)
    assert titles == ["Slack", "The PBX"]


def test_a_fault_of_parks_own_is_told(
    park: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(park.planner, "answer", None)
    assert "fault of its own" in words(answered(park, "group Billing"))
    assert "met a fault" in caplog.text


@pytest.mark.parametrize("fault", [SlackRefused("account_inactive"), RuntimeError("of Park's own")])
def test_an_answer_that_can_not_be_said_is_logged(
    park: House, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    park.messenger.faults = [fault]
    park.ask("group Billing")
    park.dispatcher.close()
    assert "was not said" in caplog.text


def test_reads_wait_for_no_change_and_not_for_each_other(park: House) -> None:
    held = Fault(kind=Kind.SLOW, match="GET */members", seconds=0, hold=threading.Event())
    park.sandbox.faults.add(held)
    park.ask("group Billing")
    assert held.reached.wait(5)
    assert not park.dispatcher.idle
    assert held.hold is not None
    park.ask("server")
    while not park.messenger.private:
        time.sleep(0.01)
    assert "server" in words(park.messenger.private[0])
    held.hold.set()
    park.dispatcher.close()
    assert park.dispatcher.idle
