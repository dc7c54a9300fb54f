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
from bot.texts import cards, decisions, lines
from bot.times.format import format_dated
from bot.times.model import End, Instant, WallClock
from bot.times.parser import read_end

PAUSE_REASON = replace(REASON, name="pause reason")


def _read_pause_end(words: Words) -> End:
    try:
        return read_end(words)
    except ValueError as fault:
        raise ValueError(f"{fault} {lines.REASON_AFTER_BECAUSE}") from None


PAUSE_END = replace(END, name="pause end", read=_read_pause_end)


class Pause(ControlOperation):
    """Stops all changes until `resume`; reads and previews are still answered."""

    operation_id = "pause"
    phrase = "pause [{ends}] [because {reason}]"
    also = ("stop|pause everything|all", "stop|pause all changes", "freeze")
    needs_confirmation = True
    permission = Permission.PAUSE
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
    phrase = "resume"
    also = ("unpause", "end|stop|finish [the] pause")
    permission = Permission.PAUSE
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
    phrase = "preview {line}"
    also = ("dry run {line}", "what if {line}")
    permission = None
    requirement = "what the line needs"
    examples = ("preview add 1001 to Sales", "add 1001 to Sales?")

    line: Line
