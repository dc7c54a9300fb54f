"""The history, what is pending and schedules as tables: by a line or a button, with what the list shows, and back."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.operations.history import MAX_RECORDS
from bot.operations.pending import MAX_TABLE_ROWS
from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from tests.conversations.conftest import Typed

pytestmark = pytest.mark.usefixtures("ordinary_clock")
POLICY = """\
announce = "{announce}"
contact = "{leads}"

[[allow]]
name = "Team leads, from anywhere"
user_groups = ["{leads}"]
operations = ["all"]
recurring = true

[[allow]]
name = "Ben looks at Sales"
users = ["{ben}"]
operations = ["read", "history"]
groups = ["Sales"]
"""
CHANGES = {
    "history": ("recall Sales to Night Desk", "remove 1020 from Support"),
    "pending": ("recall Sales to Night Desk for 2h", "remove 1020 from Support in 3h"),
    "schedules": (
        "recall Sales to Night Desk every weekday 18:00 to 8:00",
        "recall Support to On Call every Saturday and Sunday",
    ),
}
"""For each list, a change of Sales and one of Support that it shows."""
NEWEST_FIRST = {"history"}
LISTS = sorted(CHANGES)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(policy=POLICY) as running:
        yield running


def answer(sandbox: Sandbox, person: str = "ana") -> Message:
    return sandbox.slack.ephemerals(sandbox.people[person], sandbox.channels["phones"])[-1]


def click(sandbox: Sandbox, label: str, person: str = "ana") -> Message:
    """Clicks in the last answer, and returns the next one."""
    told = answer(sandbox, person)
    sandbox.slack.click(sandbox.people[person], told, label=label)
    sandbox.settle()
    assert answer(sandbox, person).ts != told.ts
    return answer(sandbox, person)


def table(message: Message) -> list[list[dict[str, Any]]]:
    """The cells of the message's only table, without its header."""
    (block,) = (one for one in message.blocks if one["type"] == "table")
    rows: list[list[dict[str, Any]]] = block["rows"]
    return rows[1:]


def header(message: Message) -> list[str]:
    (block,) = (one for one in message.blocks if one["type"] == "table")
    return [cell["text"] for cell in block["rows"][0]]


def is_list(message: Message) -> bool:
    return not any(one["type"] == "table" for one in message.blocks)


def parts(cell: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The elements of a kind in a cell of rich text."""
    elements = [one for section in cell["elements"] for one in section["elements"]]
    return [one for one in elements if one["type"] == kind]


@pytest.mark.parametrize("mention", ["", "@Park "])
@pytest.mark.parametrize("name", LISTS)
def test_a_line_shows_it_as_a_table_with_who_and_when_as_slack_shows_them(
    sandbox: Sandbox, typed: Typed, name: str, mention: str
) -> None:
    lines = CHANGES[name]
    for line in lines:
        typed(line)
    typed(f"{mention}{name} as table")
    rows = table(answer(sandbox))
    assert header(answer(sandbox))[:3] == ["Number", "What", "State"]
    assert len(rows) == 2
    sales, support = reversed(rows) if name in NEWEST_FIRST else rows
    assert "Sales" in sales[1]["text"]
    assert "Support" in support[1]["text"]
    for row in rows:
        assert [one["user_id"] for one in parts(row[3], "user")] == [sandbox.people["ana"]]
        number, label = row[0], "".join(one["text"] for one in parts(row[0], "link")) if "elements" in row[0] else ""
        assert (label or number["text"]).startswith("#")
    assert any(parts(cell, "date") for cell in sales[4:] if "elements" in cell)
    assert "[Undo]" not in answer(sandbox).plain
    assert "[Pause]" not in answer(sandbox).plain
    assert "[Cancel]" not in answer(sandbox).plain
    assert "Sales" in answer(sandbox).text, "notifications and screen readers get the list"


@pytest.mark.parametrize("name", LISTS)
def test_a_button_leads_from_the_list_to_the_table_and_one_back(sandbox: Sandbox, typed: Typed, name: str) -> None:
    for line in CHANGES[name]:
        typed(line)
    typed(name)
    listed = answer(sandbox)
    assert is_list(listed)
    assert len(table(click(sandbox, "As table"))) == 2
    assert "[As table]" not in answer(sandbox).plain
    back = click(sandbox, "As list")
    assert is_list(back)
    assert back.plain == listed.plain


@pytest.mark.parametrize("name", LISTS)
def test_what_a_reader_may_not_see_is_not_in_it(sandbox: Sandbox, typed: Typed, name: str) -> None:
    for line in CHANGES[name]:
        typed(line)
    typed(f"{name} as table", person="ben")
    (row,) = table(answer(sandbox, "ben"))
    assert "Sales" in row[1]["text"]
    assert "Support" not in str(answer(sandbox, "ben").blocks)
    assert "Support" not in answer(sandbox, "ben").text
    typed(f"{name} as table", person="eve")
    told = answer(sandbox, "eve")
    assert is_list(told)
    assert "Sales" not in told.plain
    assert "No rule lets you" in told.plain


@pytest.mark.parametrize("name", LISTS)
def test_where_there_is_nothing_the_table_says_so_as_the_list_does(sandbox: Sandbox, typed: Typed, name: str) -> None:
    listed = typed(name)
    assert typed(f"{name} as table") == listed
    assert is_list(answer(sandbox))


@pytest.mark.parametrize("name", LISTS)
def test_a_name_is_shown_as_it_is_called(sandbox: Sandbox, typed: Typed, name: str) -> None:
    typed('rename Sales to "*Gold*"')
    typed(CHANGES[name][0].replace("Sales", '"*Gold*"'))
    typed(f"{name} as table")
    what = table(answer(sandbox))[0][1]
    assert what["type"] == "raw_text"
    assert "*Gold*" in what["text"]


def test_a_person_in_a_line_is_shown_by_name_in_the_list_and_in_the_table(sandbox: Sandbox, typed: Typed) -> None:
    typed("add @ben to Sales")
    assert "#1 add @Ben Ito to Sales · done" in typed("history")
    typed("history as table")
    assert table(answer(sandbox))[0][1]["text"] == "add @Ben Ito to Sales"


@pytest.mark.parametrize(
    ("line", "found"),
    {
        "history Sales as table": ["#1"],
        "history of Support as a table": ["#2"],
        "history as table Sales": ["#1"],
        "show me the history as a table": ["#2", "#1"],
        "history by me today as table": ["#2", "#1"],
        "history Support recall as table": [],
        "log Sales as table": ["#1"],
    }.items(),
)
def test_the_history_is_narrowed_as_the_list_is(sandbox: Sandbox, typed: Typed, line: str, found: list[str]) -> None:
    for one in CHANGES["history"]:
        typed(one)
    shown = typed(line)
    if not found:
        assert "nothing that you may see" in shown
        return
    numbers = [parts(row[0], "link")[0] for row in table(answer(sandbox))]
    assert [one["text"] for one in numbers] == found
    assert all("/archives/" in one["url"] for one in numbers), "the number leads to the card"


@pytest.mark.parametrize(
    ("line", "count"),
    {"schedules Sales as table": 1, "schedules of Support as a table": 1, "schedules as table": 2}.items(),
)
def test_schedules_are_narrowed_as_the_list_is(sandbox: Sandbox, typed: Typed, line: str, count: int) -> None:
    for one in CHANGES["schedules"]:
        typed(one)
    typed(line)
    assert len(table(answer(sandbox))) == count


def test_the_buttons_keep_the_period_in_dates_and_the_next_page_is_a_table(sandbox: Sandbox, typed: Typed) -> None:
    for _ in range(MAX_RECORDS + 2):
        typed("add 1001 to Sales")
    typed("history today as table")
    assert len(table(answer(sandbox))) == MAX_RECORDS
    assert "history from 2026-06-10 to 2026-06-10 as csv" in str(answer(sandbox).blocks)
    assert len(table(click(sandbox, "Older"))) == 2
    back = click(sandbox, "As list")
    assert is_list(back)
    assert back.plain.count("\n*#") == 2


def test_more_schedules_are_a_table_again(sandbox: Sandbox, typed: Typed) -> None:
    for hour in range(12):
        typed(f"recall Sales to Night Desk every Monday {hour}:00 to {hour}:30")
    typed("schedules as table")
    assert len(table(answer(sandbox))) == 10
    assert len(table(click(sandbox, "More schedules"))) == 2
    assert not any("More schedules" in str(one) for one in answer(sandbox).blocks)


def test_where_more_is_pending_than_a_table_holds_it_says_so_and_the_list_has_all(
    sandbox: Sandbox, typed: Typed
) -> None:
    for number in range(MAX_TABLE_ROWS + 2):
        typed(f"server recall time {number + 1}m at 2026-07-{number + 1:02} 12:00")
    typed("pending as table")
    assert len(table(answer(sandbox))) == MAX_TABLE_ROWS
    assert (
        f"These are the first {MAX_TABLE_ROWS} of {MAX_TABLE_ROWS + 2}. [As list] shows all." in answer(sandbox).plain
    )
    before = {one.ts for one in sandbox.slack.ephemerals(sandbox.people["ana"])}
    click(sandbox, "As list")
    shown = [one for one in sandbox.slack.ephemerals(sandbox.people["ana"]) if one.ts not in before]
    assert sum(one.plain.count("[Cancel]") for one in shown) == MAX_TABLE_ROWS + 2
    assert all(map(is_list, shown))


def test_a_schedule_in_effect_has_its_end_and_a_whole_day_stays_that_day(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk every day 9:00 to 17:00")
    typed("recall Support to On Call every Saturday and Sunday")
    typed("schedules as table")
    present, weekends = table(answer(sandbox))
    assert header(answer(sandbox)) == ["Number", "What", "State", "On behalf of", "Next", "Ends"]
    assert present[2]["text"] == "in effect"
    assert parts(present[5], "date")
    assert weekends[4] == {"type": "raw_text", "text": "Sat 13 Jun"}


def test_each_state_of_what_is_pending_has_a_row_with_when_it_begins_or_ends(sandbox: Sandbox, typed: Typed) -> None:
    typed("recall Sales to Night Desk for 2h")
    typed("remove 1020 from Support in 3h")
    typed("recall Warehouse to On Call every day 18:00 to 20:00")
    typed("pending as table")
    rows = table(answer(sandbox))
    assert [row[2]["text"] for row in rows] == ["temporary", "scheduled", "recurring"]
    dated = [["elements" in cell and bool(parts(cell, "date")) for cell in row[4:]] for row in rows]
    assert dated == [[False, True], [True, False], [True, False]]
