"""The inputs of a form for when a change repeats."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operations.recall import RecallGroup
from bot.recurrence.model import WEEKDAY_CODES, Recurrence
from bot.sandbox.slack.elements import initial_values
from bot.slack.forms.recurring import IN_WORDS, ON_DAYS, parse_recurrence, recurrence_blocks
from bot.slack.forms.state import errors_by_block, parse_values, raw_values
from bot.slack.forms.values import InvalidInput

NIGHTS = Recurrence(rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", begins=time(18), ends=time(8))


def entered(known: Any, **options: Any) -> dict[str, Any]:
    """The values of the inputs as Slack would submit them unchanged."""
    return initial_values([block.to_dict() for block in recurrence_blocks("recurs", known, **options)], None)


def labels(known: Any, **options: Any) -> list[str]:
    return [block.to_dict()["label"]["text"] for block in recurrence_blocks("recurs", known, **options)]


days = st.lists(st.sampled_from(WEEKDAY_CODES), min_size=1, max_size=7, unique=True)
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(days, st.none() | st.tuples(clocks, clocks), st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_what_the_inputs_can_say_is_read_back_as_the_same(
    chosen: list[str], between: tuple[time, time] | None, until: date | None
) -> None:
    in_order = [day for day in WEEKDAY_CODES if day in chosen]
    rule = "FREQ=DAILY" if len(chosen) == 7 else f"FREQ=WEEKLY;BYDAY={','.join(in_order)}"
    begins, ends = between or (None, None)
    for zone in (None, "America/New_York"):
        wanted = Recurrence(rule=rule, begins=begins, ends=ends, until=until, zone=zone)
        assert parse_recurrence(entered(wanted.model_dump(mode="json")), "recurs") == wanted


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_holidays_of_a_calendar_are_read_back_as_the_same(zone: str | None) -> None:
    wanted = Recurrence(calendar="bank holidays", begins=time(9), ends=time(17), zone=zone)
    assert parse_recurrence(entered(wanted.model_dump(mode="json")), "recurs") == wanted


@pytest.mark.parametrize(
    "other",
    [
        Recurrence(rule="FREQ=MONTHLY;BYDAY=2MO", begins=time(9), ends=time(12)),
        Recurrence(rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        Recurrence(rule="FREQ=DAILY", begins=time(22), lasts=timedelta(hours=9)),
        NIGHTS.model_copy(update={"besides": "holidays"}),
        NIGHTS.model_copy(update={"outside": True}),
        NIGHTS.model_copy(update={"first": date(2027, 1, 1)}),
        Recurrence(rule="FREQ=WEEKLY;BYDAY=FR", begins=time(18), ends=time(8), over=3),
    ],
)
def test_what_the_inputs_cannot_say_stands_in_words_and_loses_nothing(other: Recurrence) -> None:
    values = entered(other.model_dump(mode="json"))
    assert values["recurs"]["park:choice:repeats"]["selected_option"]["value"] == IN_WORDS
    assert parse_recurrence(values, "recurs") == other


def test_once_needs_no_further_input_and_is_no_recurrence() -> None:
    assert labels(None) == ["How often"]
    assert parse_recurrence(entered(None), "recurs") is None


def test_words_that_were_typed_are_shown_in_the_inputs_that_can_say_them() -> None:
    assert parse_recurrence(entered("every weekday 18:00 to 8:00"), "recurs") == NIGHTS
    assert labels("every weekday 18:00 to 8:00") == ["How often", "On", "From", "To", "Until"]
    assert labels("every blue moon") == ["How often", "When"]


def test_a_change_that_replaces_a_schedule_has_to_repeat() -> None:
    choice = next(recurrence_blocks("recurs", NIGHTS.model_dump(mode="json"), may_be_once=False)).to_dict()
    assert "Once" not in [one["text"]["text"] for one in choice["element"]["options"]]


def test_calendars_are_named_where_there_are_several() -> None:
    def offered(*calendars: str) -> list[str]:
        choice = next(recurrence_blocks("recurs", None, calendars)).to_dict()
        return [one["text"]["text"] for one in choice["element"]["options"]]

    assert "Repeating, on holidays" in offered("holidays")
    assert "Repeating, on holidays: school" in offered("holidays", "school")
    assert not any("holidays" in text for text in offered())


@pytest.mark.parametrize(
    ("fields", "wrong", "says"),
    [
        ({}, "recurs.days", "at least one day"),
        ({"days": ["MO"], "from": "18:00"}, "recurs.to", "both times"),
        ({"days": ["MO"], "to": "18:00"}, "recurs.from", "both times"),
    ],
)
def test_an_incomplete_repetition_says_beside_the_input_what_is_missing(
    fields: dict[str, Any], wrong: str, says: str
) -> None:
    values = entered({"choice": f"{ON_DAYS} -", **fields})
    with pytest.raises(InvalidInput) as invalid:
        parse_recurrence(values, "recurs")
    assert list(errors_by_block(values, invalid.value.errors)) == [wrong]
    assert says in invalid.value.errors[wrong]


def test_words_that_are_no_repetition_are_refused_beside_them() -> None:
    with pytest.raises(InvalidInput) as invalid:
        parse_recurrence(entered({"choice": IN_WORDS, "words": "now and then"}), "recurs")
    assert list(invalid.value.errors) == ["recurs.words"]


def test_an_end_that_was_chosen_before_is_dropped_where_the_change_repeats() -> None:
    """Slack may submit what stood in the form before Park has redrawn it."""
    recall = {"type": "external_select", "selected_option": {"value": "6000", "text": {"text": "Night Desk"}}}
    group = {"type": "external_select", "selected_option": {"value": "Sales", "text": {"text": "Sales"}}}
    ends = {"type": "radio_buttons", "selected_option": {"value": "for 2h", "text": {"text": "2 h"}}}
    values = {
        "group": {"park:pick:group": group},
        "recall": {"park:pick:recall": recall},
        "ends": {"park:choice:end": ends},
        **entered(NIGHTS.model_dump(mode="json")),
    }
    assert set(raw_values(RecallGroup, values)) == {"group", "recall", "recurs"}
    assert "ends" not in parse_values(RecallGroup, values)
    assert raw_values(RecallGroup, values)["recurs"].keys() == {"choice", "days", "from", "to"}
