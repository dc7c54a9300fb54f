"""Whatever a name holds, no spreadsheet runs it, and nothing of it is lost."""

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.history import HistoryRecord, escape_formulas, to_csv, to_json_lines

AT = datetime(2026, 11, 25, 12, 30, 15, 123456, tzinfo=UTC)
RECORD = HistoryRecord(
    change=7,
    at=AT,
    ended_at=None,
    user="U1",
    line="add 1001 to Sales",
    said="",
    source="mention",
    channel=None,
    outcome="waiting",
    reason="",
    rule=None,
    groups=(),
)
NAMES = {"U1": "Ana Ruiz", "C1": "#phones"}
nasty = st.text(st.sampled_from("=+-@＝＋－＠﹢⁼−\t\r\n ,;|'\"\u00a0\u200b\ufeffaé1") | st.characters(), max_size=12)  # noqa: RUF001


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take it for a formula, once it has dropped what it drops from the start."""
    bare = re.sub(r"^[\s\"\x00-\x1f\u200b-\u200f\u2060\ufeff\xad]+", "", cell)
    return unicodedata.normalize("NFKC", bare[:1])[:1] in tuple("=+-@")


@given(nasty)
def test_no_cell_begins_a_formula_however_a_spreadsheet_splits_the_line(text: str) -> None:
    safe = escape_formulas(text)
    assert not any(map(runs, re.split(r"[,;\t\r\n|]", safe)))
    assert safe[:1] not in ("\t", "\r")


@given(nasty)
def test_only_apostrophes_are_put_in(text: str) -> None:
    kept = "".join("\ufffd" if unicodedata.category(one) == "Cs" else one for one in text)
    assert escape_formulas(text).replace("'", "") == kept.replace("'", "")


@pytest.mark.parametrize("text", ["Sales", "a - b = c", "1001 Ana", "Café “Süd”", "user -> Night Desk (6001)", ""])
def test_what_people_usually_write_stays_as_it_is(text: str) -> None:
    assert escape_formulas(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    {
        '=HYPERLINK("http://x")': '\'=HYPERLINK("http://x")',
        "＝1+1": "'＝1+1",  # noqa: RUF001
        " \u200b+1": " \u200b'+1",
        "\tx": "'\tx",
        "Sales;@SUM(1)": "Sales;'@SUM(1)",
        "two\nlines\n-1": "two\nlines\n'-1",
    }.items(),
)
def test_an_apostrophe_stands_before_what_would_run(text: str, safe: str) -> None:
    assert escape_formulas(text) == safe


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_csv_reader_gets_every_cell_back_with_its_lines(text: str) -> None:
    written = "".join(to_csv([replace(RECORD, line=text)], NAMES.__getitem__))
    header, row = csv.reader(io.StringIO(written, newline=""))
    assert len(header) == len(row) == 13
    assert row[5] == escape_formulas(text)
    assert row[:5] == ["7", "2026-11-25T12:30:15Z", "", "U1", "Ana Ruiz"]


@given(nasty)
def test_the_names_of_people_and_channels_are_cells_like_all_others(name: str) -> None:
    _, row = csv.reader(io.StringIO("".join(to_csv([replace(RECORD, channel="C1")], lambda _: name)), newline=""))
    assert not runs(row[4])
    assert not runs(row[8])


@given(st.text(max_size=20))
def test_a_json_line_holds_everything_as_it_is(text: str) -> None:
    (line,) = to_json_lines([replace(RECORD, line=text, channel="C1")], NAMES.__getitem__)
    assert line.count("\n") == 1
    assert line.isascii()
    assert json.loads(line)["what"] == text
    assert json.loads(line)["asked_at"] == "2026-11-25T12:30:15Z"
    assert [json.loads(line)[key] for key in ("who", "who_name", "channel", "channel_name")] == [
        "U1",
        "Ana Ruiz",
        "C1",
        "#phones",
    ]
