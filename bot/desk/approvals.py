"""Changes that wait for approval: who may give it today, who has, and whether that is enough."""

from collections.abc import Callable, Collection, Sequence

from bot.desk.past import Past
from bot.errors import NOTHING, NotAllowed, NotPossible
from bot.journal import Entry, State
from bot.plan import Plan
from bot.policy import Approvers, Asker
from bot.request import Request

APPROVE = "approve"
"""The operation that gives an approval, as the journal calls it."""


class Approvals:
    """As the policy is today, and as its people are: an old button gives no right that somebody has lost."""

    def __init__(
        self,
        past: Past,
        asks: Callable[[Entry], tuple[Approvers, ...]],
        who: Callable[[Request], Asker],
        asking: Asker | None,
    ) -> None:
        """`asks` tells who has to approve a change; it and `who` raise NotAllowed. `asking`: whoever wants to know."""
        self._past, self._asks, self._who, self._asking = past, asks, who, asking

    def open_to_asker(self, number: int) -> Entry:
        """The change, while it waits and whoever asks may approve it; raise NotFound, NotPossible or NotAllowed."""
        entry = self._past.waiting_for_approval(number)
        if entry.run_at <= self._past.now():
            raise NotPossible(f"Change {number} was not approved in time. {NOTHING}")
        if self._asking is None or self._asking.user == entry.request.user:
            raise NotAllowed(f"Nobody approves or refuses their own change. {NOTHING}")
        if not _is_one_of(self._asking, self._needed(entry), entry):
            raise NotAllowed(f"You are none of those who may approve change {number}. {NOTHING}{self._doubt()}")
        if self._asking.user in {one.request.user for one in self._given(entry)}:
            raise NotPossible(f"You have approved change {number} already; it waits for others. {NOTHING}")
        return entry

    def may_approve(self, entry: Entry) -> bool:
        """Whether whoever asks is one of its approvers, and it can be approved at all."""
        try:
            return self._asking is not None and _is_one_of(self._asking, self._needed(entry), entry)
        except NotPossible:
            return False

    def suffice(self, entry: Entry, needed: Sequence[Approvers] | None = None) -> bool:
        """Whether enough have approved; with `needed` left out, once whoever asks does too."""
        given = [self._who(one.request) for one in self._given(entry)]
        if needed is None and self._asking is not None:
            given, needed = [*given, self._asking], self._needed(entry)
        return all(_count(given, one, entry) >= one.count for one in needed or ())

    def _needed(self, entry: Entry) -> tuple[Approvers, ...]:
        """Raise NotPossible where nobody's approval would be enough any more."""
        try:
            return self._asks(entry)
        except NotAllowed as refusal:
            why = f"Whoever asked for change {entry.id} may not make it any more, approved or not. {NOTHING}"
            raise NotPossible(why) from refusal

    def _given(self, entry: Entry) -> list[Entry]:
        """Approvals of the plan that it has now: what was approved before it was planned anew counts no more."""
        approval = Plan.model_validate(entry.plan).approval
        return [
            one
            for one in self._past.sequel(entry.id)
            if one.asked[0]["operation"] == APPROVE
            and one.state is State.DONE
            and approval is not None
            and one.accepted_at >= approval.since
        ]

    def _doubt(self) -> str:
        unknown = self._asking is not None and self._asking.user_groups is None
        return " Slack could not say just now which user groups you are in." if unknown else ""


def _is_one_of(who: Asker, asked: Collection[Approvers], entry: Entry) -> bool:
    return any(one.include(who, entry.request.user) for one in asked)


def _count(given: Sequence[Asker], approvers: Approvers, entry: Entry) -> int:
    return len({who.user for who in given if approvers.include(who, entry.request.user)})
