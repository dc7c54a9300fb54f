"""One temporary change at a time on a setting.

What a temporary change moved, nothing else moves until it has ended: else its end would find something it did not
make, and nobody could say to what it goes back. A second change of the same setting, or of the same member, temporary
or not, is answered with what stands, and with buttons: extend the first, or replace it by the second, which then goes
back to how it was before both. Taking a change back is always possible, and calls its end off.
"""

from bot.changes import Change
from bot.changes.back import moved_by
from bot.desk import Past
from bot.errors import NOTHING, NotPossible
from bot.fields.when import say
from bot.journal import Entry
from bot.message import Offer
from bot.operation import ChangeOperation
from bot.operations import PutBack
from bot.plan import Plan

WHOLE = "*"


def refuse_what_would_end(past: Past, operation: ChangeOperation, plan: Plan) -> None:
    """Raise NotPossible where the plan moves what a temporary change has moved, unless it comes in its place."""
    if plan.about is not None or (isinstance(operation, PutBack) and not operation.anyway):
        return  # what is put back goes to how the temporary change left it
    for first, end in past.coming_ends():
        stands = past.plan(first.id)
        if first.id != operation.replaces and any(
            _meet(one, other) for one in plan.changes for other in stands.changes
        ):
            raise _taken(operation, plan, first, stands, end)


def _meet(one: Change, other: Change) -> bool:
    both_servers = one.target.is_server and other.target.is_server
    same = both_servers or (one.target.id and one.target.id == other.target.id) or one.names & other.names
    mine, theirs = moved_by(one), moved_by(other)
    return bool(same) and bool(mine & theirs or (WHOLE in mine | theirs and mine and theirs))


def _taken(operation: ChangeOperation, plan: Plan, first: Entry, stands: Plan, end: Entry) -> NotPossible:
    until = stands.times.dated(end.run_at) if stands.times else ""
    replace = operation.model_copy(update={"replaces": first.id}).text()
    offers = [Offer(label="Replace it", line=replace, style="primary")]
    if operation.ends is not None:
        offers.append(Offer(label="Extend it", line=f"extend change {first.id} {say(operation.ends)}"))
    return NotPossible(
        f"{stands.title}, for a time: until {until} (change {first.id}). {NOTHING}",
        notes=(f"{plan.wish}? Replacing it calls that end off, and this goes back to how it was before both.",),
        offers=(*offers, Offer(label=f"Undo change {first.id}", line=f"preview undo change {first.id}")),
    )
