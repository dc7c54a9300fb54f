"""Operations that pause, resume or preview."""

from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.changes.write_switch import NO_PAUSE, pause_flags
from bot.errors import NotPossible
from bot.messages.message import Fact, Offer
from bot.messages.text import Words
from bot.operations.arguments.times import END
from bot.operations.arguments.types import REASON, Line
from bot.operations.base import ControlOperation, JournalEffect, Operation
from bot.operations.context import OperationContext
from bot.policy.model import Permission
from bot.times.format import format_dated
from bot.times.model import End, Instant, WallClock
from bot.times.parser import END_EXAMPLES, read_end

PAUSE_REASON = replace(REASON, hint="Whoever wants a change meanwhile reads it")


def _read_pause_end(words: Words) -> End:
    try:
        return read_end(words)
    except ValueError as fault:
        raise ValueError(f"{fault} A reason follows because, as in pause because the PBX is being updated.") from None


PAUSE_END = replace(END, hint=f"{END_EXAMPLES}; empty: until somebody resumes", read=_read_pause_end)


class Pause(ControlOperation):
    """Stops all changes until `resume`; reads and previews are still answered."""

    operation_id = "pause"
    title = "Pause Park"
    phrase = "pause [{ends}] [because {reason}]"
    needs_confirmation = True
    permission = Permission.PAUSE
    card_label = "Paused"
    help = (
        "Stops all changes for a time, or until somebody resumes: questions and previews go on, and ends of temporary"
        " changes wait."
    )
    examples = ("pause for 2h because the PBX is being updated", "pause")

    ends: Annotated[End, PAUSE_END] | None = None
    reason: Annotated[str, PAUSE_REASON] | None = None

    def effect(self, context: OperationContext) -> JournalEffect:
        now, reason = context.repository.now(), self.reason or "no reason was given"
        when = self.ends.when if self.ends else None
        assert not isinstance(when, WallClock)  # noqa: S101 - the planner has settled it
        until = when.at if isinstance(when, Instant) else now + when.elapsed if when else None
        end = (Fact(label="Until", value=format_dated(until, ZoneInfo(context.zone), now)),) if until else ()
        return JournalEffect(
            title=f"Park is paused: nothing is changed until {'then, or until ' if until else ''}somebody resumes",
            facts=(*end, Fact(label="Reason", value=reason)),
            flags=pause_flags(reason, until, context.zone),
            offers=(Offer(label="Resume", line=Resume().text()),),
            duration=until - now if until else None,
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
        if context.repository.pause() is None and context.pbx.sign_in.rejected:
            return JournalEffect(title="Park signs in to the PBX again", flags=NO_PAUSE)
        if context.repository.pause() is None:
            raise NotPossible("Park is not paused. Nothing was changed.")
        return JournalEffect(title="Park makes changes again", flags=NO_PAUSE)


class Preview(Operation):
    """Plans the change in its line without applying it; requires the permission of that change."""

    operation_id = "preview"
    title = "Preview"
    phrase = "preview {line}"
    also = ("dry run {line}", "what if {line}")
    permission = None
    requirement = "what the line needs"
    help = "Shows what a line would change, and a button that applies it. A question mark after a line does the same."
    examples = ("preview add 1001 to Sales", "add 1001 to Sales?")

    line: Line
