"""The list of operations, one line each; load, dump; the README's table."""

from pathlib import Path
from typing import Any

from bot.operations.access import Can, ShowAccess, WhoCan, Why
from bot.operations.approvals import Approve, Ask, Emergency, Refuse
from bot.operations.base import Operation
from bot.operations.control import Pause, Preview, Resume
from bot.operations.groups import Create, Delete, Find, Group, Groups, Rename
from bot.operations.help import Help
from bot.operations.history import ExportHistory, ShowHistory
from bot.operations.members import Add, Move, Remove
from bot.operations.recall import RecallGroup
from bot.operations.scheduling import (
    Cancel,
    Extend,
    Keep,
    Now,
    Pending,
    Replace,
)
from bot.operations.server import (
    Server,
    ServerEnabled,
    ServerExtension,
    ServerPrompt,
    ServerRecall,
    ServerRecallRingGroupTime,
    ServerRecallTime,
)
from bot.operations.undo import PutBack, Undo, UndoLast

OPERATIONS: tuple[type[Operation], ...] = (
    Groups,
    Find,
    Group,
    Add,
    Remove,
    Move,
    RecallGroup,
    Create,
    Rename,
    Delete,
    Server,
    ServerRecall,
    ServerRecallTime,
    ServerRecallRingGroupTime,
    ServerExtension,
    ServerPrompt,
    ServerEnabled,
    Pending,
    Extend,
    Keep,
    Now,
    Cancel,
    Undo,
    UndoLast,
    PutBack,
    Replace,
    Ask,
    Approve,
    Refuse,
    Emergency,
    Pause,
    Resume,
    Preview,
    ShowHistory,
    ExportHistory,
    ShowAccess,
    Can,
    WhoCan,
    Why,
    Help,
)


def dump(operation: Operation) -> dict[str, Any]:
    """For the journal."""
    return {"operation": operation.operation_id, "arguments": operation.model_dump(mode="json")}


def load(dumped: dict[str, Any]) -> Operation:
    """What `dump` wrote."""
    (kind,) = (one for one in OPERATIONS if one.operation_id == dumped["operation"])
    return kind.model_validate(dumped["arguments"])


BEGIN, END = "<!-- commands: made by python -m bot table -->", "<!-- end of commands -->"


def markdown() -> str:
    """One row a verb."""
    rows = (_row(operation) for operation in OPERATIONS)
    return "\n".join(("| Type | For example | What it does | Needs |", "| --- | --- | --- | --- |", *rows)) + "\n"


def check(readme: Path) -> str | None:
    """What is wrong with the table in the file; None when it is as it should be."""
    text = readme.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        return f"{readme} has no command table: put one between {BEGIN} and {END}."
    found = text.partition(BEGIN)[2].partition(END)[0].strip()
    return None if found == markdown().strip() else f"{readme}'s command table is out of date: python -m bot table"


def _row(operation: type[Operation]) -> str:
    typed = f"`/park {operation.usage()}`".replace("|", "\\|")
    return f"| {typed} | `{operation.examples[0]}` | {operation.help} | {operation.requirement()} |"
