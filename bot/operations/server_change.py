"""What the changes of the call park server have in common."""

from typing import Any

from bot.changes import SERVER, Change, Snapshot
from bot.changes.prompt import Prompt
from bot.desk import Desk
from bot.operations.covers import recall_notes
from bot.plan import Plan


def server_plan(
    desk: Desk, what: str, before: Snapshot | None = None, *, prompt: Prompt | None = None, **settings: Any
) -> Plan:
    """The server as it is, or as it was just read, with these settings, or this prompt."""
    before = before or desk.server()
    change = Change(target=SERVER, before=before, after=before.setting(**settings).with_prompt(prompt))
    return Plan(
        title=f"{what} of the call park server changed",
        wish=f"Change the {what[0].lower()}{what[1:]} of the call park server",
        changes=(change,),
        notes=recall_notes(desk, change) if "recall_to" in settings else (),
        already=(f"The {what[0].lower()}{what[1:]} of the call park server already is like that.",)
        if change.already
        else (),
    )
