"""History as a file."""

from typing import Annotated

from bot.desk import Desk
from bot.fields.since import Since, SomeoneId
from bot.history import csv_of
from bot.message import Attachment, Message
from bot.operation import ReadOperation
from bot.operations.history import HISTORY_OF, records
from bot.policy import Permission

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


class ExportHistory(ReadOperation):
    """For the asker's eyes: it goes to their direct messages, whatever the channel."""

    title = "Export history"
    phrase = "export history [{group}] [of {person}] [since {since}]"
    also = ("export [{group}] history", "export", "export history of|for {group} [since {since}]")
    permission = Permission.HISTORY
    help = "Sends you the history that you may see as a CSV file, in a direct message; narrowed as `history` is."
    examples = ("export history since 2026-11-01",)

    group: Annotated[str, HISTORY_OF] | None = None
    person: SomeoneId | None = None
    since: Since | None = None

    def read(self, desk: Desk) -> Message:
        rows = list(csv_of(records(self, desk)))
        if len(rows) == 1:
            return Message(title="There is nothing to export: nothing that you may see was asked for.")
        count = f"{len(rows) - 1} request{'' if len(rows) == 2 else 's'}"
        return Message(
            title=f"The history, {count}, is in your direct messages with Park.",
            file=Attachment(name="park-history.csv", content=BOM + "".join(rows)),
        )
