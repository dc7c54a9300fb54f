"""History as CSV and as JSON lines, one record at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bot.history.cells import harmless
from bot.history.record import Record

COLUMNS = (
    *("change", "asked at", "ended at", "who", "what", "before -> after"),
    *("door", "channel", "outcome", "reason", "rule"),
)


def csv_of(records: Iterable[Record]) -> Iterator[str]:
    """The header, then a row each, as RFC 4180 has them; every cell is quoted."""
    yield _row(COLUMNS)
    for record in records:
        yield _row([harmless(str("" if value is None else value)) for value in _values(record)])


def json_of(records: Iterable[Record]) -> Iterator[str]:
    """A JSON object a line, as it is; in ASCII, so that no character is lost on the way."""
    names = [name.replace(" -> ", "_").replace(" ", "_") for name in COLUMNS]
    for record in records:
        yield json.dumps(dict(zip(names, _values(record), strict=True))) + "\n"


def _values(record: Record) -> tuple[int | str | None, ...]:
    return (
        record.change,
        _time(record.at),
        _time(record.ended_at),
        record.user,
        record.line,
        record.said,
        record.door,
        record.channel,
        record.outcome,
        record.reason,
        record.rule,
    )


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)
    return text.getvalue()
