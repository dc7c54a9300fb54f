"""Operations that pause, resume or preview."""

from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.changes.write_switch import NO_PAUSE, SIGN_IN_FLAG, pause_flags
from bot.errors import NotPossible
from bot.messages.message import Fact, Offer
from bot.messages.text import Words
from bot.operations.arguments.times import END
from bot.operations.arguments.types import REASON, Line
from bot.operations.base import ControlOperation, JournalEffect, Operation
from bot.operations.context import OperationContext
from bot.policy.model import Permission
from bot.texts import cards, decisions
from bot.texts.lines import REASON_AFTER_BECAUSE
from bot.texts.times import UNTIL_RESUMED
from bot.times.format import format_dated
from bot.times.model import End, Instant, WallClock
from bot.times.parser import read_end

PAUSE_REASON = replace(REASON, hint="People who want to make a change meanwhile will read it.")


def _read_pause_end(words: Words) -> End:
    try:
        return read_end(words)
    except ValueError as fault:
        raise ValueError(f"{fault} {REASON_AFTER_BECAUSE}") from None


PAUSE_END = replace(END, no_time=UNTIL_RESUMED, read=_read_pause_end)


class Pause(ControlOperation):
    """Stops all changes until `resume`; reads and previews are still answered."""

    operation_id = "pause"
    title = "Pause Park"
    phrase = "pause [{ends}] [because {reason}]"
    needs_confirmation = True
    permission = Permission.PAUSE
    card_label = "Paused"
    help = (
        "Stops all changes, for a time or until somebody resumes. Questions and previews still work. Temporary"
        " changes end when the pause is over."
    )
    examples = ("pause for 2h because the PBX is being updated", "pause")

    ends: Annotated[End, PAUSE_END] | None = None
    reason: Annotated[str, PAUSE_REASON] | None = None

    def effect(self, context: OperationContext) -> JournalEffect:
        now, reason = context.repository.now(), self.reason or decisions.NO_REASON
        when = self.ends.when if self.ends else None
        assert not isinstance(when, WallClock)  # noqa: S101 - the planner has settled it
        until = when.at if isinstance(when, Instant) else now + when.elapsed if when else None
        end = format_dated(until, ZoneInfo(context.zone), now) if until else None
        return JournalEffect(
            title=decisions.paused(end),
            facts=(Fact(label=cards.REASON, value=reason),),
            flags=pause_flags(reason, until, context.zone),
            offers=(Offer(label=decisions.RESUME, line=Resume().text()),),
            duration=until - now if until else None,
            until=until,
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
        "Ends a pause. Changes that should have ended meanwhile end now. Also lets Park sign in again after the"
        " PBX has rejected its password."
    )
    examples = ("resume",)

    def effect(self, context: OperationContext) -> JournalEffect:
        flags = NO_PAUSE | {SIGN_IN_FLAG: context.repository.now().isoformat()}
        if context.repository.pause() is not None:
            return JournalEffect(title=decisions.RESUMED, flags=flags)
        if context.pbx.sign_in.rejected:
            return JournalEffect(title=decisions.SIGNS_IN_AGAIN, flags=flags)
        if context.repository.shared:
            return JournalEffect(title=decisions.SIGNS_IN_WHERE_REJECTED, flags=flags)
        raise NotPossible(decisions.NOT_PAUSED)


class Preview(Operation):
    """Plans the change in its line without applying it; requires the permission of that change."""

    operation_id = "preview"
    title = "Preview"
    phrase = "preview {line}"
    also = ("dry run {line}", "what if {line}")
    permission = None
    requirement = "what the line needs"
    help = (
        "Shows what a line would change, with a button to run it. A question mark at the end of a line does the same."
    )
    examples = ("preview add 1001 to Sales", "add 1001 to Sales?")

    line: Line
