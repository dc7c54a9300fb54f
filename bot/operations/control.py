"""Operations that pause, resume or preview."""

from dataclasses import replace
from typing import Annotated

from bot.changes.repository import PAUSED_FLAG
from bot.errors import NotPossible
from bot.messages.message import Fact
from bot.operations.arguments.types import REASON, Line
from bot.operations.base import ControlOperation, JournalEffect, Operation
from bot.operations.context import OperationContext
from bot.policy.model import Permission

PAUSE_REASON = replace(REASON, hint="Whoever wants a change meanwhile reads it")


class Pause(ControlOperation):
    """Stops all changes until `resume`; reads and previews are still answered."""

    operation_id = "pause"
    title = "Pause Park"
    phrase = "pause [because {reason}]"
    also = ("pause [for] {reason}",)
    permission = Permission.PAUSE
    card_label = "Paused"
    help = "Stops all changes until somebody resumes: questions and previews go on, and ends of temporary changes wait."
    examples = ("pause because the PBX is being updated", "pause")

    reason: Annotated[str, PAUSE_REASON] | None = None

    def effect(self, context: OperationContext) -> JournalEffect:
        reason = self.reason or "no reason was given"
        return JournalEffect(
            title="Park is paused: nothing is changed until somebody resumes",
            facts=(Fact(label="Reason", value=reason),),
            flags={PAUSED_FLAG: reason},
        )


class Resume(ControlOperation):
    """Ends a pause, or has a rejected sign-in repeated; delayed ends of temporary changes run then."""

    operation_id = "resume"
    title = "Resume Park"
    phrase = "resume"
    also = ("unpause",)
    permission = Permission.PAUSE
    card_label = "Resumed"
    help = (
        "Ends a pause: Park makes changes again, and carries out the ends that waited for it. After the PBX has refused"
        " to let Park sign in, has it try again."
    )
    examples = ("resume",)

    def effect(self, context: OperationContext) -> JournalEffect:
        if not context.repository.flag(PAUSED_FLAG) and context.pbx.sign_in.rejected:
            return JournalEffect(title="Park signs in to the PBX again", flags={PAUSED_FLAG: None})
        if not context.repository.flag(PAUSED_FLAG):
            raise NotPossible("Park is not paused. Nothing was changed.")
        return JournalEffect(title="Park makes changes again", flags={PAUSED_FLAG: None})


class Preview(Operation):
    """Plans the change in its line without applying it; requires the permission of that change."""

    operation_id = "preview"
    title = "Preview"
    phrase = "preview {line}"
    also = ("dry run {line}", "what if {line}")
    permission = None
    requirement = "what the line needs"
    help = "Shows what a line would change, and a button that applies it. Writes nothing."
    examples = ("preview add 1001 to Sales",)

    line: Line
