"""A change that others have to approve: shown to them, kept waiting, and taken up once enough have."""

from dataclasses import replace

from bot import confirmation
from bot.errors import NOTHING, NotPossible
from bot.fence import recorded
from bot.journal import Entry, Journal, State
from bot.outcome import Outcome
from bot.path import Path, Planned
from bot.plan import Plan
from bot.second_thoughts import asked_now
from bot.telling import Teller
from bot.times import floats, lasts


class Asking:
    """What was approved is what is made: whatever moved since goes back to be approved."""

    def __init__(self, journal: Journal, path: Path, teller: Teller) -> None:
        self.journal, self.path, self.teller = journal, path, teller

    def lapsed(self, entry: Entry, plan: Plan) -> Outcome | None:
        """None while it may still be made."""
        if plan.approval is None or entry.run_at < plan.approval.until:
            return None
        return Outcome(State.LATE, confirmation.lapsed(plan, entry.request.line))

    def approved(self, entry: Entry, planned: Planned) -> Planned | None:
        """With the approvals on record, where it needs none or has them all; None: they are to be asked for."""
        before = Plan.model_validate(entry.plan) if entry.plan else None
        if not planned.granted.approvers or all(change.already for change in planned.plan.changes):
            return planned
        if before is None or before.approval is None or before.digest() != planned.plan.digest():
            return None
        if not self.path.approvals(None).suffice(entry, planned.granted.approvers):
            return None
        approval = before.approval.model_copy(update={"given": True})
        return replace(planned, plan=planned.plan.model_copy(update={"approval": approval}))

    def ask(self, entry: Entry, planned: Planned) -> None:
        """Shown first: a kill in between shows it twice, and loses nothing. Raise NotPossible where nobody sees it."""
        now, approvers = self.journal.now(), planned.granted.approvers
        place = entry.request.channel or entry.request.post_to
        if place is None and not all(one.channel for one in approvers):
            raise NotPossible(
                f"Nobody who may approve that can see this conversation. {NOTHING}",
                notes=("Ask in a channel that they are in, or in a thread there.",),
            )
        approval = asked_now(
            approvers, planned.plan.times, now=now, zone=planned.desk.zone, fixed=not floats(planned.operation)
        )
        plan = planned.plan.model_copy(update={"approval": approval})
        said = confirmation.asked(
            plan, planned.desk.ring_group_name, lasts=lasts(planned.operation), again=entry.plan is not None
        )
        known = recorded(replace(planned, plan=plan)) | {"outcome": said.model_dump(mode="json")}
        waiting = replace(entry, **known, state=State.SCHEDULED, run_at=approval.until)
        card = self.teller.ask(waiting)
        self.journal.schedule(entry, approval.until, **known, card=card.model_dump(mode="json"))
        if entry.card is not None:  # whoever drew it meanwhile, for an approval, had the older plan
            self.teller.draw(entry.id)
