"""Lists as table blocks of messages, in which names are shown as they are called, whatever Slack's markup means."""

import json
from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import TableBlock

from bot.messages.message import Cell, Table
from bot.slack.text import displayable, escape

MAX_ROWS, MAX_COLUMNS = 100, 20
"""Rows with the header, and cells of a row; docs.slack.dev, table block."""
MAX_TABLE = 8000
"""Characters of JSON in a table, which leaves room in its message for the title and the buttons."""
TABLE = TableBlock.type
EMPTY = "–"  # noqa: RUF001
"""The text of an empty cell: a raw_text needs one."""
Json = dict[str, Any]


def table_blocks(table: Table) -> list[TableBlock]:
    """Returns the list as a table, or nothing where it does not fit: Slack takes one table in a message.

    Columns without any text are left out.
    """
    used = [at for at in range(len(table.columns)) if any(row[at] for row in table.rows)]
    if not 0 < len(used) <= MAX_COLUMNS or len(table.rows) >= MAX_ROWS:
        return []
    header = [_raw(table.columns[at]) for at in used]
    rows = [header, *([_cell(row[at]) for at in used] for row in table.rows)]
    return [TableBlock(rows=rows)] if len(json.dumps(rows, ensure_ascii=False)) <= MAX_TABLE else []


def table_lines(block: Json) -> Iterator[str]:
    """Yields the rows of a table block as lines of text, without the header: `Sales: recall to Night Desk, 4`."""
    for first, *rest in block["rows"][1:]:
        others = ", ".join(text for text in map(_cell_text, rest) if text != EMPTY)
        yield f"{_cell_text(first)}: {others}" if others else _cell_text(first)


def _raw(text: str) -> Json:
    return {"type": "raw_text", "text": displayable(text).strip() or EMPTY}


def _cell(cell: str | Cell) -> Json:
    """Returns a cell of plain text, or one of rich text where it refers to something in Slack."""
    if isinstance(cell, str):
        return _raw(cell)
    elements = list(_elements(cell))
    if not elements:
        return _raw("")
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _elements(cell: Cell) -> Iterator[Json]:
    parts: list[Json] = [{"type": "text", "text": displayable(cell.text)}] if cell.text and not cell.link else []
    parts += [{"type": "link", "url": cell.link, "text": displayable(cell.text)}] if cell.link else []
    parts += map(_reference, cell.ids)
    if cell.at is not None:
        shown = {"format": "{date_short_pretty} {time}", "fallback": f"{cell.at:%Y-%m-%d %H:%M} UTC"}
        parts.append({"type": "date", "timestamp": int(cell.at.timestamp()), **shown})
    for number, part in enumerate(parts):
        yield from ({"type": "text", "text": " "}, part) if number else (part,)


def _reference(id: str) -> Json:
    if id[0] in "CG":
        return {"type": "channel", "channel_id": id}
    return {"type": "usergroup", "usergroup_id": id} if id[0] == "S" else {"type": "user", "user_id": id}


def _cell_text(cell: Json) -> str:
    """Returns a cell as mrkdwn without formatting; references stay references."""
    if cell["type"] != "rich_text":
        return escape(str(cell["text"]))
    return "".join(_element_text(one) for section in cell["elements"] for one in section["elements"])


def _element_text(element: Json) -> str:
    match element:
        case {"type": "user", "user_id": id}:
            return f"<@{id}>"
        case {"type": "channel", "channel_id": id}:
            return f"<#{id}>"
        case {"type": "usergroup", "usergroup_id": id}:
            return f"<!subteam^{id}>"
        case {"type": "date", "fallback": text}:
            return str(text)
    return escape(str(element.get("text", "")))
