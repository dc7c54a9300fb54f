"""The append-only events, written in the transaction of what they tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection

from bot.journal.chain import append
from bot.journal.entry import Json

Happened: TypeAlias = Mapping[str, Json | None]
"""What happened, in order, and the data of each."""
STEPS = {"planned": ("asked", "rule", "policy", "plan"), "began": ("began",), "shown": ("card",), "noted": ("outcome",)}
"""Event -> the columns that a checkpoint of that name writes."""


def tell(connection: Connection, number: int, happened: Happened, *, by: str, at: datetime) -> None:
    """Add to the entry's story, in this order: what happened, and its data."""
    told = [{"entry_id": number, "at": at, "what": what, "by": by, "data": data} for what, data in happened.items()]
    if told:
        append(connection, told)


def checkpoints(known: dict[str, Any]) -> Happened:
    """What the story says of what is known now."""
    story = {what: {name: known[name] for name in names if name in known} for what, names in STEPS.items()}
    return {what: data for what, data in story.items() if data}
