"""What is waiting, what will end, and what nobody knows the outcome of."""

from collections.abc import Iterator

from bot.desk import Desk, waits
from bot.journal import Entry
from bot.message import Message, Offer, Row
from bot.operation import ReadOperation
from bot.operations.of_a_change import for_a_scheduled, for_a_temporary, for_a_waiting
from bot.plan import Plan
from bot.policy import Permission


class Pending(ReadOperation):
    """Each with the buttons that whoever asks may use."""

    title = "What is pending"
    phrase = "pending"
    also = ("list|show pending", "scheduled", "what is pending|waiting|scheduled")
    permission = Permission.READ
    help = "Lists the changes that wait for their time, those that will end, and those whose outcome is unknown."
    examples = ("pending",)

    def read(self, desk: Desk) -> Message:
        rows = (*_asked(desk), *_ends(desk), *_starts(desk), *_unknown(desk))
        if not rows:
            return Message(title="Nothing is pending: no change waits for its time, and none will end by itself.")
        return Message(title=f"{len(rows)} pending", rows=rows)


def _asked(desk: Desk) -> Iterator[Row]:
    """Approving is for approvers, and thinking better of it for who asked."""
    for entry in desk.past.coming_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.approval is None or not waits(entry) or not _may_see(desk, plan):
            continue
        approve, withdraw = for_a_waiting(entry.id, plan)
        mine = entry.request.user == desk.viewer.user
        offers = (withdraw,) if mine else (approve,) if desk.approvals.may_approve(entry) else ()
        text = f"{plan.wish}: waits for approval, until {plan.approval.lapses()} (change {entry.id})"
        yield Row(text=text, ids=(entry.request.user,), offers=offers)


def _ends(desk: Desk) -> Iterator[Row]:
    for first, end in desk.past.coming_ends():
        plan = Plan.model_validate(first.plan)
        if plan.times and _may_see(desk, plan):
            text = f"{plan.title}: ends {plan.times.moment(end.run_at, desk.past.now())}"
            yield _row(desk, first, plan, text, for_a_temporary(first.id))


def _starts(desk: Desk) -> Iterator[Row]:
    for entry in desk.past.coming_starts():
        plan = Plan.model_validate(entry.plan)
        if plan.times and not waits(entry) and _may_see(desk, plan):
            text = f"{plan.wish}: {plan.times.moment(entry.run_at, desk.past.now())}"
            yield _row(desk, entry, plan, text, for_a_scheduled(entry.id))


def _unknown(desk: Desk) -> Iterator[Row]:
    for entry in desk.past.unsettled():
        plan = Plan.model_validate(entry.plan)
        if _may_see(desk, plan):
            look = Offer(label="Look and try again", line=f"preview {entry.request.line}")
            text = f"Unknown whether it was made: {plan.wish}. Look at the PBX, then use the button."
            yield _row(desk, entry, plan, text, (look,))


def _row(desk: Desk, entry: Entry, plan: Plan, text: str, offers: tuple[Offer, ...]) -> Row:
    """With its buttons for whoever may do to those groups what the change does."""
    from bot.operations import load  # the list holds this operation too

    needed = load(entry.asked[0]).needed(desk)
    names: list[str | None] = [*(name for change in plan.changes for name in change.names)] or [None]
    may = needed is not None and all(desk.may(needed, name) for name in names)
    return Row(text=f"{text} (change {entry.id})", ids=(entry.request.user,), offers=offers if may else ())


def _may_see(desk: Desk, plan: Plan) -> bool:
    return all(desk.may_see(name) for change in plan.changes for name in change.names)
