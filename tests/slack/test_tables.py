"""Lists as tables: names as they are called, within Slack's limits, and as text where there can be no table."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.messages.message import Cell, Message, Table
from bot.sandbox.slack.kit.validation import check_blocks
from bot.slack.blocks import plain, render

NAME = "*Gold* & <_friends_>"
COLUMNS = ("Group", "Recall to", "Members")


def message(rows: int = 3, **more: Any) -> Message:
    """A list of groups, with and without columns."""
    table = Table(columns=COLUMNS, rows=tuple((f"{NAME} {at}", "Night Desk", f"{at} members") for at in range(rows)))
    return Message(title="Groups", items=tuple(f"{NAME} {at}: Night Desk" for at in range(rows)), table=table, **more)


def tables(message: Message, *, allowed: bool = True) -> list[dict[str, Any]]:
    payloads = render(message, tables=allowed)
    for payload in payloads:
        check_blocks(payload["blocks"])
    return [block for payload in payloads for block in payload["blocks"] if block["type"] == "table"]


def test_a_name_is_shown_as_it_is_called() -> None:
    [table] = tables(message())
    assert table["rows"][0] == [{"type": "raw_text", "text": name} for name in COLUMNS]
    assert table["rows"][1][0] == {"type": "raw_text", "text": f"{NAME} 0"}


def test_what_refers_to_something_is_rich_text() -> None:
    cell = Cell(text=NAME, ids=("U0000000001", "C0000000001", "S0000000001"))
    [table] = tables(Message(title="x", table=Table(columns=("A", "B"), rows=((NAME, cell),))))
    [section] = table["rows"][1][1]["elements"]
    kinds = [one["type"] for one in section["elements"] if one.get("text") != " "]
    assert kinds == ["text", "user", "channel", "usergroup"]


def test_a_list_that_does_not_fit_a_table_is_shown_as_before() -> None:
    assert tables(message(450)) == []
    assert sum(str(payload["blocks"]).count("Night Desk") for payload in render(message(450))) == 450


def test_where_there_can_be_no_table_there_is_a_list() -> None:
    assert tables(message(), allowed=False) == []
    assert (
        NAME.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        in render(message(), tables=False)[0]["text"]
    )
    assert tables(Message(title="Nothing", table=Table(columns=COLUMNS, rows=()))) == []


def test_what_slack_does_not_take_is_sent_as_text_with_every_row() -> None:
    text = plain(render(message())[0])["text"]
    assert text.count("Night Desk") == 3
    assert "&lt;_friends_&gt; 2: Night Desk, 2 members" in text


def test_a_column_without_text_is_left_out() -> None:
    [table] = tables(Message(title="x", table=Table(columns=("A", "B"), rows=(("1", ""), ("2", "")))))
    assert [len(row) for row in table["rows"]] == [1, 1, 1]


@given(st.lists(st.tuples(st.text(max_size=4000), st.text(max_size=400)), max_size=150))
def test_whatever_the_names_are_slack_takes_it_and_no_row_is_lost(rows: list[tuple[str, str]]) -> None:
    items = tuple(f"row {at}" for at in range(len(rows)))
    listed = Message(title="x", items=items, table=Table(columns=("A", "B"), rows=tuple(rows)))
    found = tables(listed)
    assert not found or sum(len(table["rows"]) - 1 for table in found) == len(rows)
