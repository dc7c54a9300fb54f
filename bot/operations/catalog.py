"""The list of operations, their JSON form in the journal, and the table of docs/commands.md."""

from pathlib import Path
from typing import Any

from bot.messages import slash_command
from bot.operations import (
    access,
    approvals,
    control,
    groups,
    history,
    members,
    pending,
    proposals,
    recall,
    schedule_list,
    schedules,
    scheduling,
    server,
    setups,
    undo,
)
from bot.operations.base import Operation
from bot.operations.help import Help
from bot.operations.workflow_steps import WorkflowMistake

OPERATIONS: tuple[type[Operation], ...] = (
    groups.Groups,
    groups.Find,
    groups.Group,
    members.Add,
    members.Remove,
    members.Move,
    recall.RecallGroup,
    groups.Create,
    groups.Rename,
    groups.Delete,
    server.Server,
    server.ServerRecall,
    server.ServerRecallTime,
    server.ServerRecallRingGroupTime,
    server.ServerExtension,
    server.ServerPrompt,
    server.ServerEnabled,
    server.ServerNotify,
    pending.Pending,
    pending.PendingTable,
    schedule_list.Schedules,
    schedule_list.SchedulesTable,
    scheduling.Extend,
    scheduling.Keep,
    scheduling.Now,
    scheduling.Cancel,
    schedules.Skip,
    schedules.PauseSchedule,
    schedules.ResumeSchedule,
    schedules.DeleteSchedule,
    schedules.Adopt,
    undo.Undo,
    undo.UndoLast,
    undo.EndTemporary,
    undo.Again,
    undo.PutBack,
    approvals.Ask,
    approvals.Approve,
    approvals.Refuse,
    approvals.Emergency,
    proposals.Decline,
    control.Pause,
    control.Resume,
    control.Preview,
    history.ShowHistory,
    history.HistoryTable,
    history.ExportHistory,
    setups.Export,
    setups.ExportMembers,
    setups.Apply,
    setups.TakeSnapshot,
    setups.Restore,
    access.ShowAccess,
    access.Can,
    access.WhoCan,
    access.Why,
    Help,
)
"""Every operation, in the order of help and of docs/commands.md; the order breaks ties between patterns."""


STORED: tuple[type[Operation], ...] = (WorkflowMistake,)
"""Operations that the journal may hold, and that nobody can ask for."""
_KINDS = {one.operation_id: one for one in (*OPERATIONS, *STORED)}


def dump(operation: Operation) -> dict[str, Any]:
    """Serializes an operation for the journal."""
    return {"operation": operation.operation_id, "arguments": operation.model_dump(mode="json")}


def load(dumped: dict[str, Any]) -> Operation:
    """Restores an operation that `dump` serialized; raises ValueError if this version of Park can't read it."""
    kind = _KINDS.get(dumped["operation"])
    if kind is None:
        raise ValueError(f"there is no operation {dumped['operation']!r}")
    return kind.model_validate(dumped["arguments"])


BEGIN, END = "<!-- commands: made by python -m bot table -->", "<!-- end of commands -->"
"""Markers around the command table in docs/commands.md."""


def markdown() -> str:
    """The command table: one row for each operation that people type; the others stay understood."""
    rows = (_row(operation) for operation in OPERATIONS if operation.advertised)
    return "\n".join(("| Type | For example | What it does | Needs |", "| --- | --- | --- | --- |", *rows)) + "\n"


def check(document: Path) -> str | None:
    """Tells what is wrong with the command table in a document; None if it is up to date."""
    text = document.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        return f"{document} has no command table: put one between {BEGIN} and {END}."
    found = text.partition(BEGIN)[2].partition(END)[0].strip()
    return None if found == markdown().strip() else f"{document}'s command table is out of date: python -m bot table"


def _row(operation: type[Operation]) -> str:
    requirement = operation.requirement or (operation.permission.value if operation.permission else "nothing")
    typed = f"`{slash_command.typed(operation.usage())}`".replace("|", "\\|")
    return f"| {typed} | `{operation.examples[0]}` | {operation.help} | {requirement} |"
