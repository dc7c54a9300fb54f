"""Titles of stored changes with the names that their groups have now: a plan's title has those of when it was made."""

import re
from collections.abc import Iterable, Iterator

from bot.changes.change import Change
from bot.changes.plan import Plan
from bot.messages.text import fold
from bot.operations.context import OperationContext
from bot.texts import names as texts


def present_title(context: OperationContext, plan: Plan, title: str) -> str:
    """Returns a plan's title in which each group that was renamed since has its present name beside the earlier one.

    A name that the requester may not see is left out. While the PBX is away the title stays as it is.
    """
    for then, now in sorted(dict(_renamings(context, (*plan.changes, *plan.undone))).items()):
        title = _with_name(title, then, now)
    return title


def _renamings(context: OperationContext, changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Yields the name that a plan tells of a group with the present one, where that is none that the plan tells."""
    for change in changes:
        for now in context.names_today([change]):
            if fold(now) not in map(fold, (*change.names, change.target.title)) and context.may_see(now):
                yield change.target.title, now


def _with_name(title: str, then: str, now: str) -> str:
    """Returns a title with the present name in the place of the earlier one; beside the title if that is not clear."""
    found = list(re.finditer(rf"(?<!\w){re.escape(then)}(?!\w)", title))
    if len(found) != 1:
        return texts.is_now(title, then, now)
    return title[: found[0].start()] + texts.renamed(then, now) + title[found[0].end() :]
