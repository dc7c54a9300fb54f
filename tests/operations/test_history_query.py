"""What follows `history`: a group, what of it, a person and a period, in any order and in people's words."""

import pytest
from hypothesis import given

from bot.errors import NotUnderstood
from bot.operations.history import ExportHistory, ShowHistory
from bot.operations.parser import parse
from tests.strategies import operations

BEN = "<@U0BEN>"
LINES = {
    "history": {},
    "history Sales": {"group": "Sales"},
    "history of the Night Desk": {"group": "Night Desk"},
    "history Night Desk": {"group": "Night Desk"},
    'history "Last Week"': {"group": "Last Week"},
    "history Team May": {"group": "Team May"},
    "who changed Sales' recall last night": {"group": "Sales", "aspect": "recall", "period": "last night"},
    "who changed Sales's recall last night?": {"group": "Sales", "aspect": "recall", "period": "last night"},
    "who changed the recall of Sales yesterday": {"group": "Sales", "aspect": "recall", "period": "yesterday"},
    "who changed Night Desk's members in November": {
        "group": "Night Desk",
        "aspect": "members",
        "period": "in November",
    },
    "history since last month": {"period": "since last month"},
    "history in November": {"period": "in November"},
    "history November": {"period": "November"},
    "history Sales from 1 to 15 November": {"group": "Sales", "period": "from 1 to 15 November"},
    "history of Sales in the last week": {"group": "Sales", "period": "in the last week"},
    "history last week of Sales": {"group": "Sales", "period": "last week"},
    "history on 3 November for Sales": {"group": "Sales", "period": "on 3 November"},
    "history between Monday and Wednesday": {"period": "between Monday and Wednesday"},
    "what changed last weekend": {"period": "last weekend"},
    "what happened last weekend?": {"period": "last weekend"},
    "what happened to Sales today": {"group": "Sales", "period": "today"},
    f"history by {BEN}": {"person": BEN},
    f"history {BEN} since Monday": {"person": BEN, "period": "since Monday"},
    f"history of {BEN} in Sales last night": {"group": "Sales", "person": BEN, "period": "last night"},
    f"history last night by {BEN}": {"person": BEN, "period": "last night"},
    f"what did {BEN} change last night": {"person": BEN, "period": "last night"},
    "what did I change today": {"person": "me", "period": "today"},
    "history of me since yesterday": {"person": "me", "period": "since yesterday"},
    "history Sales by me before change 42": {"group": "Sales", "person": "me", "before": 42},
    "history before #42": {"before": 42},
    "history before Monday": {"period": "before Monday"},
    "history recall": {"aspect": "recall"},
    "log": {},
    "show me the history of Sales in November": {"group": "Sales", "period": "in November"},
    "who changed anything in Sales yesterday": {"group": "Sales", "period": "yesterday"},
    "who changed what last night": {"period": "last night"},
    "who has changed Sales’ recall?": {"group": "Sales", "aspect": "recall"},  # noqa: RUF001
    "history Sales, since Monday": {"group": "Sales", "period": "since Monday"},
    "history of changes since Monday": {"period": "since Monday"},
    "history 3.11": {"period": "3.11"},
    "recent changes of Sales": {"group": "Sales"},
    "who deleted Support last week": {"group": "Support", "period": "last week"},
    "history 1001": {"group": "1001"},
    "history Sales member 1001": {"group": "Sales", "member": "1001"},
    "history of Sales member Amara Okafor since Monday": {
        "group": "Sales",
        "member": "Amara Okafor",
        "period": "since Monday",
    },
    "history member 1001": {"member": "1001"},
    "history member 1800 today": {"member": "1800", "period": "today"},
    "history Sales member today": {"group": "Sales", "aspect": "members", "period": "today"},
    "who added 1001 to Sales": {"group": "Sales", "member": "1001"},
    "who added 1001 to Sales?": {"group": "Sales", "member": "1001"},
    "who has put Amara Okafor in the Night Desk yesterday": {
        "group": "Night Desk",
        "member": "Amara Okafor",
        "period": "yesterday",
    },
    f"who added {BEN} to Sales": {"group": "Sales", "member": BEN},
    "who added me to Sales": {"group": "Sales", "member": "me"},
    "who added somebody to Sales last night": {"group": "Sales", "aspect": "members", "period": "last night"},
    "who added 1001": {"group": "1001"},
    "who removed 1001, 1002 from Sales in November": {
        "group": "Sales",
        "member": "1001, 1002",
        "period": "in November",
    },
    "who deleted 1001 from Sales": {"group": "Sales", "member": "1001"},
    "who took 1001 out of Sales": {"group": "Sales", "member": "1001"},
    "who moved 1001 to Support": {"group": "Support", "member": "1001"},
    "who created Sales": {"group": "Sales"},
    "who created Send to Voicemail": {"group": "Send to Voicemail"},
    "who deleted Sales": {"group": "Sales"},
    "who renamed Sales": {"group": "Sales"},
    "who renamed Sales to Sales North last night": {"group": "Sales", "period": "last night"},
    "who redirected Sales to Night Desk": {"group": "Sales"},
    "who was added to Sales today": {"group": "Sales", "period": "today"},
    "when was 1001 removed from Sales": {"group": "Sales", "member": "1001"},
    "when was Sales renamed?": {"group": "Sales"},
    "who changed the server today": {"group": "server", "period": "today"},
}


@pytest.mark.parametrize(("line", "parts"), LINES.items())
def test_a_line_is_divided_as_people_mean_it(line: str, parts: dict[str, object]) -> None:
    (query,) = parse(line)
    assert query == ShowHistory.model_validate(parts)
    assert parse(query.text()) == (query,)


@pytest.mark.parametrize(("line", "parts"), LINES.items())
def test_an_export_is_narrowed_in_the_same_words(line: str, parts: dict[str, object]) -> None:
    if line.startswith("history"):
        assert parse(f"{line} as csv") == (ExportHistory.model_validate(parts),)


@pytest.mark.parametrize(
    "line", ["history since forever", "history Sales since the flood", "history between us", "history from ever to now"]
)
def test_a_period_that_can_not_be_read_is_no_group(line: str) -> None:
    with pytest.raises(NotUnderstood, match=r"as a period\. Try: today, last night, since Monday, in November"):
        parse(line)


def test_a_person_is_mentioned() -> None:
    with pytest.raises(NotUnderstood, match="mention somebody with @"):
        parse("history by Ben Ito since Monday")


def test_where_somebody_came_from_is_in_the_history_of_where_they_went() -> None:
    likeliest, *_ = parse("who moved 1001 from Sales to Support yesterday")
    assert likeliest == ShowHistory(group="Support", member="1001", period="yesterday")


@given(operations(ShowHistory))
def test_every_query_reads_back_as_itself(query: ShowHistory) -> None:
    assert parse(query.text()) == (query,)
