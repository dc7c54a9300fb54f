"""The pause that stops all writes, and the switch that checks it before each change."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.errors import NotPossible
from bot.journal.reader import Reader
from bot.messages.message import Fact
from bot.texts import cards, refusals
from bot.times.format import format_dated

PAUSED_FLAG = "paused"
"""Name of the journal's flag that stops all writes; its text is the reason."""
SIGN_IN_FLAG = "sign in again"
"""Name of the flag that `resume` sets, by which each replica learns that a rejected sign-in may be repeated."""
PAUSE_END_FLAG = "paused until"
"""Name of the flag with the end of the pause, in ISO 8601, and the time zone that it is said in."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that is in force: why, by whom, and when it ends by itself."""

    reason: str
    by: str
    """Id of the Slack user."""
    until: datetime | None = None
    zone: str = "UTC"

    def end_text(self, now: datetime) -> str:
        """Returns the end as text with date and zone; empty if somebody has to resume."""
        return format_dated(self.until, ZoneInfo(self.zone), now) if self.until else ""


def pause_flags(reason: str, until: datetime | None, zone: str) -> dict[str, str | None]:
    """Returns the journal's flags of a pause."""
    return {PAUSED_FLAG: reason, PAUSE_END_FLAG: f"{until.isoformat()} {zone}" if until else None}


NO_PAUSE: dict[str, str | None] = {PAUSED_FLAG: None, PAUSE_END_FLAG: None}
"""The flags once somebody has resumed."""


def pause_end(text: str | None) -> tuple[datetime | None, str]:
    """Returns the end and its zone from the text of the flag."""
    at, _, zone = (text or "").partition(" ")
    return (datetime.fromisoformat(at), zone) if at else (None, "UTC")


def current_pause(journal: Reader) -> Pause | None:
    """Returns the pause in force; None if there is none, or if its end has come."""
    if (flag := journal.flag(PAUSED_FLAG)) is None:
        return None
    end = journal.flag(PAUSE_END_FLAG)
    until, zone = pause_end(end.text if end else None)
    if until is not None and until <= journal.now():
        return None
    return Pause(flag.text, flag.by, until, zone)


class WriteSwitch:
    """Stops new changes while the bot is paused or read-only; a change that has begun is completed."""

    def __init__(self, journal: Reader, *, read_only: bool = False) -> None:
        self._journal, self._read_only = journal, read_only

    @property
    def blocked(self) -> bool:
        """Whether new changes are stopped."""
        return self._read_only or current_pause(self._journal) is not None

    def check(self) -> None:
        """Raises NotPossible, with who paused the bot and why, if new changes are stopped."""
        if self._read_only:
            raise NotPossible(
                refusals.READ_ONLY,
                notes=(refusals.STILL_ANSWERS,),
            )
        if (pause := current_pause(self._journal)) is None:
            return
        end = pause.end_text(self._journal.now())
        raise NotPossible(
            refusals.PAUSED,
            facts=(
                Fact(label=cards.REASON, value=pause.reason),
                Fact(label=refusals.PAUSED_BY, value="", ids=(pause.by,)),
                *((Fact(label=cards.UNTIL, value=end),) if end else ()),
            ),
            notes=(refusals.STILL_ANSWERS, refusals.ASK_AFTER_RESUME),
        )
