"""Why the PBX said no, as far as it can be found out."""

from bot.desk import Desk
from bot.errors import NotPossible, PBXError, Rejected
from bot.fields.when import End
from bot.message import Message, Offer
from bot.operation import ChangeOperation
from bot.operations.move import Move
from bot.plan import Plan


def explain(operation: ChangeOperation, plan: Plan, cause: Rejected | NotPossible, desk: Desk) -> Message:
    """The PBX's own words, and what is likely behind them: a user can be in one park group only."""
    said = Message(title=str(cause) if isinstance(cause, NotPossible) else f"The PBX refused: {cause}")
    joining = [(change, one) for change in plan.changes for one in change.added if not change.target.is_server]
    if not joining or plan.changes[0].before is None:
        return said
    try:
        return _elsewhere(joining[0][0].target.title, [one.number for _, one in joining], desk, operation.ends) or said
    except PBXError:
        return said


def _elsewhere(group: str, numbers: list[str], desk: Desk, ends: End | None) -> Message | None:
    found = {
        number: home.name for number in numbers if (home := desk.homes.find_now(number).group) and home.name != group
    }
    if not found:
        return None
    names = ", ".join(f"{number} is in {home}" for number, home in found.items())
    move = Move(members=tuple(found), to=group, ends=ends)
    return Message(
        title=f"{names}; a user can be in one park group only.",
        offers=(Offer(label=move.text(), line=move.text(), style="primary"),),
    )
