"""The ends of temporary changes as a part of other plans, and the authorization of what undoes an earlier change."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.changes.change import Change
from bot.changes.lookups import names_today
from bot.changes.plan import Plan
from bot.changes.repository import ChangeRepository
from bot.changes.snapshot import Snapshot, Target
from bot.errors import Refused
from bot.messages.request import Request, Source
from bot.operations.base import Operation
from bot.operations.undo import Undo
from bot.pbx.directory import Directory
from bot.planning.authorizer import Authorizer, Grant
from bot.planning.context import RequestContext
from bot.planning.plan_checks import plan_attributes
from bot.planning.references import ChangeReferences
from bot.policy.model import Principal


class EndingPlan(NamedTuple):
    """A plan that ends a temporary change, and the grant that allows it."""

    operation: Undo
    plan: Plan
    grant: Grant


def authorized_changes(
    repository: ChangeRepository, directory: Directory, operation: Operation, changes: tuple[Change, ...]
) -> tuple[Change, ...]:
    """The changes that need a permission: of an earlier change also under the names of its groups then and now."""
    number = operation.about()
    if number is None:
        return changes
    earlier = repository.plan(number).undone
    names = names_today(directory, earlier).union(*(change.names for change in earlier))
    return (*changes, *map(_only_named, sorted(names)))


def _only_named(name: str) -> Change:
    """A change of nothing, to authorize a group by another of its names."""
    snapshot = Snapshot(settings={"name": name})
    return Change(target=Target(name=name), before=snapshot, after=snapshot)


@dataclass(frozen=True, slots=True)
class Endings:
    """Plans the ends of temporary changes that come before another change."""

    repository: ChangeRepository
    directory: Directory
    authorizer: Authorizer
    context: Callable[[Principal | None, Operation], RequestContext]

    def plan_first(
        self, request: Request, principal: Principal | None, references: ChangeReferences
    ) -> EndingPlan | None:
        """The authorized plan that takes back the temporary change which a click ends; None once it has ended."""
        number = request.ends_change
        if number is None:
            return None
        if self.repository.entry(number).request.source is not Source.SCHEDULE:
            references.check(number)  # an occurrence may have begun after a change was planned that now ends it
        if not self.repository.will_end(number):
            return None
        undo = Undo(number=number)
        context = self.context(principal, undo)
        if principal is None or request.source is Source.SCHEDULE:  # which schedule goes first is Park's rule
            return EndingPlan(undo, undo.plan(context), Grant(policy=self.authorizer.policy.fingerprint))
        self.authorizer.authorize_names(principal, undo, context)
        plan = undo.plan(context)
        attributes = plan_attributes(self.repository, undo, plan, due=False)
        changes = authorized_changes(self.repository, self.directory, undo, plan.undone)
        return EndingPlan(undo, plan, self.authorizer.authorize_changes(principal, undo, changes, context, attributes))

    def until(self, begins: datetime, principal: Principal | None) -> tuple[Change, ...]:
        """What the ends of temporary changes will have taken back when a scheduled change begins."""
        if begins <= self.repository.now():
            return ()
        changes = list[Change]()
        for first, end in self.repository.scheduled_ends():
            undo = Undo(number=first.id)
            with suppress(Refused):  # then its end will fail too
                changes += undo.plan(self.context(principal, undo)).changes if end.run_at <= begins else ()
        return tuple(changes)
