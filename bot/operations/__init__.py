"""What the bot can do: one file a verb, one line here."""

from typing import Any

from bot.operation import Operation
from bot.operations.access import ShowAccess
from bot.operations.add import Add
from bot.operations.approve import Approve
from bot.operations.ask import Ask
from bot.operations.can import Can
from bot.operations.cancel import Cancel
from bot.operations.create import Create
from bot.operations.delete import Delete
from bot.operations.emergency import Emergency
from bot.operations.explained import EXPLAINED
from bot.operations.extend import Extend
from bot.operations.find import Find
from bot.operations.group import Group
from bot.operations.groups import Groups
from bot.operations.help import Help
from bot.operations.history import ShowHistory
from bot.operations.history_export import ExportHistory
from bot.operations.keep import Keep
from bot.operations.move import Move
from bot.operations.now import Now
from bot.operations.of_a_change import for_a_scheduled, for_a_temporary, for_a_waiting
from bot.operations.pause import Pause
from bot.operations.pending import Pending
from bot.operations.preview import Preview
from bot.operations.recall import RecallGroup
from bot.operations.refuse import Refuse
from bot.operations.remove import Remove
from bot.operations.rename import Rename
from bot.operations.replace import Replace
from bot.operations.resume import Resume
from bot.operations.server import Server
from bot.operations.server_enabled import ServerEnabled
from bot.operations.server_extension import ServerExtension
from bot.operations.server_recall import ServerRecall
from bot.operations.server_recall_ring_group_time import ServerRecallRingGroupTime
from bot.operations.server_recall_time import ServerRecallTime
from bot.operations.undo import Undo
from bot.operations.undo_last import UndoLast
from bot.operations.who_can import WhoCan
from bot.operations.why import Why

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
    ServerEnabled,
    Pending,
    Extend,
    Keep,
    Now,
    Cancel,
    Undo,
    UndoLast,
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
    return {"operation": operation.key(), "arguments": operation.model_dump(mode="json")}


def load(dumped: dict[str, Any]) -> Operation:
    """What `dump` wrote."""
    (kind,) = (one for one in OPERATIONS if one.key() == dumped["operation"])
    return kind.model_validate(dumped["arguments"])


__all__ = [
    "EXPLAINED",
    "OPERATIONS",
    "Approve",
    "Ask",
    "Can",
    "Cancel",
    "Emergency",
    "Extend",
    "Group",
    "Help",
    "Keep",
    "Preview",
    "Refuse",
    "Replace",
    "ShowAccess",
    "Undo",
    "UndoLast",
    "WhoCan",
    "dump",
    "for_a_scheduled",
    "for_a_temporary",
    "for_a_waiting",
    "load",
]
