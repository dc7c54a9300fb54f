"""A plan is recorded before anything is written: with the first write's commit where nothing is asked in between."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.journal.models import Entry, State
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.worker.lease import RetryPolicy
from tests.bot_harness import BotHarness, bot_harness, text_of


@pytest.fixture(params=[1.0, 0.0], ids=["fresh", "read again"])
def lifetime(request: pytest.FixtureRequest) -> float:
    """Seconds for which a reading serves."""
    return float(request.param)


@pytest.fixture
def park(tmp_path: Path, lifetime: float) -> Iterator[BotHarness]:
    policy = RetryPolicy(reading_lifetime=lifetime * 60)  # so that a slow machine is fast enough
    with bot_harness(tmp_path, retry_policy=policy) as whole:
        yield whole


def _record_checkpoints(park: BotHarness, monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], str | None]]:
    """Returns a list that gets what each checkpoint stores, with the method of the last request of the PBX."""
    found, checkpoint = list[tuple[set[str], str | None]](), park.journal.checkpoint

    def recorded(entry: Entry, **known: Any) -> Entry:
        last = park.fake_pbx.requests[-1].method if park.fake_pbx.requests else None
        found.append(({"plan", "began", "targets"} & known.keys(), last))
        return checkpoint(entry, **known)

    monkeypatch.setattr(park.journal, "checkpoint", recorded)
    return found


@pytest.mark.parametrize(
    "line", ["recall Billing to Night Desk", "add 1016, 1014 to Billing", "rename Billing to Invoices"]
)
def test_a_plan_is_recorded_with_the_first_write_unless_the_pbx_is_asked_before(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch, lifetime: float, line: str
) -> None:
    found = _record_checkpoints(park, monkeypatch)
    park.do(line)
    assert park.state() == State.DONE
    stored = [names for names, _ in found if names]
    assert stored == ([{"plan", "began", "targets"}] if lifetime else [{"plan", "targets"}, {"began"}])
    assert all(method == "GET" for names, method in found if names), "before it is written"
    events = [event.what for event in park.journal.events(1)]
    assert events.index("planned") < events.index("began")


def test_what_needs_no_write_is_recorded_without_one(park: BotHarness) -> None:
    park.do("recall Billing to Night Desk")
    park.do("recall Billing to Night Desk")
    entry = park.journal.get(2)
    assert (entry.state, entry.began, entry.plan is None) == (State.ALREADY, False, False)


def test_what_another_change_holds_is_not_written_and_is_planned_again_after_it(park: BotHarness) -> None:
    park.journal.accept(park.request("recall Sales to user"), operations=[{}], footprint=frozenset({"other"}))
    holds = park.journal.checkpoint(park.claim(), targets=[park.fake_pbx.state.group_id("Billing")])
    park.ask("add 1016 to Billing")
    park.work()
    entry = park.journal.get(2)
    assert (entry.state, entry.began, entry.plan) == (State.WAITING, False, None)
    assert park.fake_pbx.writes == []
    park.journal.mark_notified(park.journal.end(holds, State.FAILED, {}))
    park.work()
    assert park.state(2) == State.DONE
    assert len(park.fake_pbx.writes) == 1


@pytest.mark.parametrize("lifetime", [0.0])
def test_a_pbx_that_goes_away_between_plan_and_write_leaves_nothing_in_doubt(
    park: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = park.journal.checkpoint

    def away(entry: Entry, **known: Any) -> Entry:
        park.fake_pbx.faults.add(Fault(kind=FaultKind.STATUS, match="GET *", status=400, times=None))
        return checkpoint(entry, **known)

    monkeypatch.setattr(park.journal, "checkpoint", away)
    said = park.do("recall Billing to Night Desk")
    entry = park.journal.get(1)
    assert (entry.state, entry.began, entry.plan is None) == (State.FAILED, False, False)
    assert "Nothing was changed" in text_of(said)
    assert park.fake_pbx.writes == []
