"""What somebody is likely to ask for next, to be sent with a click where they write to Park alone."""

from collections.abc import Iterator
from itertools import islice

from bot.messages.message import Offer
from bot.operations.context import OperationContext
from bot.operations.panel import readable, waiting
from bot.operations.recent import recent_changes
from bot.policy.model import Permission
from bot.texts import home

MAX_PROMPTS = 4
"""docs.slack.dev, assistant.threads.setSuggestedPrompts."""
MAX_AGAIN = 2
"""Lines to repeat."""
MAX_SCANNED = 10
"""Latest changes among which the requester's own last one is looked for."""


def suggested_prompts(context: OperationContext) -> tuple[Offer, ...]:
    """What is pending, what undoes the last change, the latest lines, and else what everybody looks at."""
    return tuple(islice(_prompts(context), MAX_PROMPTS))


def _prompts(context: OperationContext) -> Iterator[Offer]:
    if pending := sum(one.total for one in readable(lambda: (waiting(context, 0),))):
        yield Offer(label=home.what_is_pending(pending), line="pending")
    recent = readable(lambda: tuple(recent_changes(context, MAX_SCANNED, pending=False)))
    mine = (one for one in recent if one.user == context.viewer.user and one.offers)
    for change in islice(mine, 1):
        yield Offer(label=home.undo(change.number, change.line), line=change.offers[0].line)
    yield from readable(context.offers_again)[:MAX_AGAIN]
    if context.may(Permission.READ):
        yield Offer(label=home.ALL_GROUPS, line="groups")
        if not pending:
            yield Offer(label=home.WHAT_IS_PENDING, line="pending")
    yield Offer(label=home.WHAT_MAY_I, line="access")
    yield Offer(label=home.WHAT_CAN_PARK, line="help")
