"""What somebody would do, in figures: what a rule may set a bound to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NOTHING_LASTS = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """Without figures: something that changes nothing, asked at no known time."""

    at: datetime | None = None
    """When it begins."""
    members: int = 0
    """How many people it puts in or takes out."""
    recall_time: timedelta | None = None
    """The longest recall time, or ring group time, that it sets; None: it sets none."""
    lasts: timedelta | None = NOTHING_LASTS
    """How long, from its beginning to its end, extensions included; None: it stays."""

    def at_most(self, *, members: int | None, recall_time: timedelta | None, lasts: timedelta | None) -> "Deed":
        """The same with no figure over these; None is no bound."""
        return replace(
            self,
            members=self.members if members is None else min(self.members, members),
            recall_time=_least(self.recall_time, recall_time) if self.recall_time is not None else None,
            lasts=_least(self.lasts, lasts),
        )


def _least(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """None is the longest."""
    return min(one, other) if one is not None and other is not None else other if one is None else one
