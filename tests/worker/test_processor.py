"""A claimed entry ends as done, not done or unknown, and the user is told exactly that."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import JournalUnavailable, LeaseLost, SlackRefused, SlackUnavailable
from bot.journal.models import Entry, State
from bot.messages.message import Message, Posted
from bot.messages.request import Request
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.worker.lease import RetryPolicy
from bot.worker.progress import ProgressNotifier
from tests.bot_harness import BotHarness, bot_harness, offered_lines, text_of
from tests.waiting import wait_until


@pytest.fixture
def park(tmp_path: Path) -> Iterator[BotHarness]:
    with bot_harness(tmp_path) as whole:
        yield whole


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[BotHarness]:
    """Gives up after the first attempt."""
    with bot_harness(tmp_path, retry_policy=RetryPolicy(retry_delay=timedelta(0), give_up_after=timedelta(0))) as whole:
        yield whole


@pytest.fixture
def reading_again(tmp_path: Path) -> Iterator[BotHarness]:
    """Reads each target again before it writes."""
    with bot_harness(tmp_path, retry_policy=RetryPolicy(reading_lifetime=0)) as whole:
        yield whole


def test_a_change_is_made_shown_and_confirmed(park: BotHarness) -> None:
    card = park.do("add 1016, 1014 to Billing")
    assert park.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016", "1014"]
    assert "1016 Pablo Fernández" in text_of(card)
    assert "4 members" in text_of(park.messenger.replies[0][1])
    assert park.state() == State.DONE


def test_the_notice_of_the_replica_that_accepted_a_request_is_removed_by_the_one_that_carried_it_out(
    park: BotHarness,
) -> None:
    other = ProgressNotifier(park.messenger)
    park.dispatcher.progress_notifier = other
    try:
        park.do("add 1016 to Billing")
        wait_until(lambda: "add 1016 to Billing" in park.messenger.cleared)
    finally:
        other.close()


@pytest.mark.parametrize(
    ("line", "status"),
    [("undo 1", "undone"), ("remove 1016 from Billing", "replaced by #2")],
    ids=["undone", "replaced"],
)
def test_a_card_is_true_although_its_change_is_taken_back_while_it_is_posted(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch, line: str, status: str
) -> None:
    show, shown = park.messenger.show, dict[int | None, str]()

    def slow(
        request: Request, number: int | None, message: Message, status: str, posted: Posted | None = None
    ) -> Posted:
        if number == 1 and park.journal.find("meanwhile") is None:
            park.dispatcher.submit(park.request(line, key="meanwhile"))
            park.work()
        shown[number] = status
        return show(request, number, message, status, posted)

    monkeypatch.setattr(park.messenger, "show", slow)
    park.do("add 1016 to Billing")
    assert park.state(2) == State.DONE
    assert shown[1] == status


def test_a_token_that_ends_half_way_is_not_called_nothing(park: BotHarness) -> None:
    park.ask("add 1016, 1014 to Billing")
    park.fake_pbx.faults.add(Fault(kind=FaultKind.SLOW, match="POST *", seconds=0))
    park.fake_pbx.faults.add(Fault(kind=FaultKind.EXPIRED, match="POST *", times=2))
    park.work()
    assert park.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016"]
    status, card = park.messenger.cards[0]
    assert (status, park.state()) == ("unknown", State.UNKNOWN)
    assert "Nothing was changed" not in text_of(card)
    assert "sign in" in text_of(card)


def test_a_token_that_ended_before_anything_began_is_called_nothing(park: BotHarness) -> None:
    park.fake_pbx.expire_tokens()
    card = park.do("add 1016 to Billing")
    assert park.state() == State.FAILED
    assert "Nothing was changed" in text_of(card)
    assert offered_lines(card) == ["add 1016 to Billing"]


def test_a_pbx_that_goes_away_half_way_is_carried_on_with(park: BotHarness) -> None:
    park.ask("add 1016, 1014 to Billing")
    park.fake_pbx.faults.add(Fault(kind=FaultKind.SLOW, match="POST *", seconds=0))
    park.fake_pbx.faults.add(Fault(kind=FaultKind.THROTTLED, match="POST *", retry_after="99"))
    park.worker.processor.retry_policy = RetryPolicy(retry_delay=timedelta(0))
    park.work()
    assert park.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016", "1014"]
    assert park.state() == State.DONE


def test_a_pbx_that_stays_away_half_way_leaves_it_unknown_even_when_its_time_is_over(hasty: BotHarness) -> None:
    hasty.worker.processor.retry_policy = RetryPolicy(
        start_grace=timedelta(seconds=1), retry_delay=timedelta(0), give_up_after=timedelta(0)
    )
    hasty.ask("add 1016, 1014 to Billing")
    hasty.fake_pbx.faults.add(Fault(kind=FaultKind.SLOW, match="POST *", seconds=1.1))
    hasty.fake_pbx.faults.add(Fault(kind=FaultKind.THROTTLED, match="POST *", retry_after="99"))
    hasty.work()
    status, card = hasty.messenger.cards[0]
    assert (status, hasty.state()) == ("unknown", State.UNKNOWN)
    assert "Nothing was changed" not in text_of(card)


def test_a_fault_of_parks_own_half_way_is_not_called_nothing(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(park.pbx, "add_member", None)
    card = park.do("add 1016 to Billing")
    assert (park.messenger.cards[0][0], park.state()) == ("unknown", State.UNKNOWN)
    assert "Unknown: add 1016 to Billing" in text_of(card)
    assert "met a fault" in caplog.text


def test_a_fault_of_parks_own_before_it_began_is_called_nothing(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(park.planner, "plan", None)
    card = park.do("add 1016 to Billing")
    assert park.state() == State.FAILED
    assert "Nothing was changed" in text_of(card)
    assert "met a fault" in caplog.text


def test_what_could_not_be_planned_in_time_is_handed_back_as_it_was_typed(park: BotHarness) -> None:
    park.worker.processor.retry_policy = RetryPolicy(start_grace=timedelta(0))
    card = park.do("recall Back to Front to user")
    assert park.state() == State.EXPIRED
    assert offered_lines(card) == ["recall Back to Front to user"]
    assert park.fake_pbx.requests == []


def test_a_pbx_that_is_away_is_waited_for(park: BotHarness) -> None:
    park.fake_pbx.faults.add(Fault(kind=FaultKind.DROP_BEFORE, match="GET *", times=4))
    park.worker.processor.retry_policy = RetryPolicy(retry_delay=timedelta(0))
    park.do("add 1016 to Billing")
    assert park.state() == State.DONE


def test_a_pbx_that_stays_away_is_not_waited_for_for_ever(park: BotHarness) -> None:
    park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET *", status=503, times=None))
    park.worker.processor.retry_policy = RetryPolicy(start_grace=timedelta(seconds=1), retry_delay=timedelta(0))
    card = park.do("recall Back to Front to user")
    assert park.state() == State.EXPIRED
    assert offered_lines(card) == ["recall Back to Front to user"]


def test_a_refusal_says_which_group_has_the_member_and_offers_to_move_it(park: BotHarness) -> None:
    card = park.do("add 1002 to Billing")
    assert "1002 is in Sales" in text_of(card)
    assert offered_lines(card) == ["move 1002 to Billing"]
    assert park.state() == State.FAILED


def test_a_target_that_others_changed_since_the_plan_is_left_alone(
    reading_again: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = reading_again
    checkpoint = park.journal.checkpoint

    def meanwhile(*args: Any, **known: Any) -> Entry:
        park.fake_pbx.console_add_member(park.fake_pbx.state.group_id("Billing"), "1018")
        return checkpoint(*args, **known)

    monkeypatch.setattr(park.journal, "checkpoint", meanwhile)
    said = park.do("add 1016 to Billing")
    assert park.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1018"]
    assert park.state() == State.REFUSED
    assert "Nothing was changed" in text_of(said)
    assert offered_lines(said) == ["preview add 1016 to Billing"]


def test_a_click_on_what_has_moved_shows_it_anew(park: BotHarness) -> None:
    (offer,) = park.answer("preview delete Billing").offers
    park.fake_pbx.console_add_member(park.fake_pbx.state.group_id("Billing"), "1018")
    park.ask(offer.line, expects=offer.expects)
    park.work()
    assert park.state() == State.REFUSED
    (again,) = park.messenger.private[-1].offers
    assert (again.line, again.label) == (offer.line, "Delete")
    park.ask(again.line, expects=again.expects)
    park.work()
    assert park.state(2) == State.DONE


def test_what_was_interrupted_is_carried_on_by_the_next_attempt(park: BotHarness) -> None:
    park.ask("add 1016, 1014 to Billing")
    entry = park.claim()
    planned = park.plan("add 1016, 1014 to Billing")
    plan = planned.plan.model_dump(mode="json")
    entry = park.journal.checkpoint(entry, plan=plan, began=True)
    park.pbx.add_member(park.fake_pbx.state.group_id("Billing"), "1016")
    park.worker.processor.process(entry)
    assert park.fake_pbx.state.members_of("Billing") == ["1055", "1054", "1016", "1014"]
    assert park.state() == State.DONE


def test_what_was_interrupted_before_its_first_write_is_handed_back_when_it_is_late(park: BotHarness) -> None:
    park.ask("add 1016 to Billing")
    entry = park.claim()
    plan = park.plan("add 1016 to Billing").plan.model_dump(mode="json")
    entry = park.journal.checkpoint(entry, plan=plan, began=True)
    park.worker.processor.retry_policy = RetryPolicy(start_grace=timedelta(0))
    park.worker.processor.process(entry)
    assert park.state() == State.EXPIRED
    assert park.fake_pbx.writes == []


def test_a_worker_whose_lease_was_lost_writes_nothing_more(park: BotHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise LeaseLost("taken over")

    park.ask("add 1016, 1014 to Billing")
    entry = park.claim()
    monkeypatch.setattr(park.journal, "renew", lost)
    with pytest.raises(LeaseLost):
        park.worker.processor.process(entry)
    assert len(park.fake_pbx.writes) == 1


def test_slack_being_away_is_waited_for_with_what_was_settled(park: BotHarness) -> None:
    park.messenger.faults = [SlackUnavailable("away", retry_after=0)]
    park.do("add 1016 to Billing")
    assert [status for status, _ in park.messenger.cards] == ["done"]
    assert len(park.fake_pbx.writes) == 1


def test_a_card_is_not_shown_twice_because_its_reply_had_to_wait(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    park.ask("add 1016 to Billing")
    show = park.messenger.show

    def show_then_fail(*args: object) -> object:
        park.messenger.faults = []
        posted = show(*args)  # type: ignore[arg-type]
        park.messenger.faults = [SlackUnavailable("away", retry_after=0)]
        return posted

    monkeypatch.setattr(park.messenger, "show", show_then_fail)
    park.work()
    assert (len(park.messenger.cards), len(park.messenger.replies)) == (1, 1)


def test_slack_that_lets_nobody_be_told_ends_it(park: BotHarness, caplog: pytest.LogCaptureFixture) -> None:
    park.messenger.faults = [SlackRefused("account_inactive")]
    park.ask("add 1016 to Billing")
    park.work()
    assert park.journal.get(1).notified
    assert "account_inactive" in caplog.text


def test_what_others_could_not_see_is_announced(park: BotHarness) -> None:
    park.messenger.how = "dm"
    park.do("add 1016 to Billing")
    assert len(park.messenger.copies) == 1


def test_a_journal_that_fails_is_the_workers_to_wait_for(park: BotHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise JournalUnavailable("disk full")

    park.ask("add 1016 to Billing")
    entry = park.claim()
    monkeypatch.setattr(park.journal, "checkpoint", away)
    with pytest.raises(JournalUnavailable):
        park.worker.processor.process(entry)
    assert park.fake_pbx.writes == []


def test_a_pbx_that_refuses_to_be_read_is_believed_at_once(park: BotHarness) -> None:
    park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET *", status=403, times=None))
    card = park.do("add 1016 to Billing")
    assert park.state() == State.FAILED
    assert "The PBX does not let Park read" in text_of(card)
    assert "Nothing was changed" in text_of(card)
