"""What a requester may do with groups by their names: what counts is looked up once for a request, for all names.

An installation has thousands of groups and hundreds of rules, and the time of the journal may be a query of a database.
"""

from collections.abc import Callable

from bot.policy.engine import might
from bot.policy.evaluation import ALL_NAMES, VisibleNames, allowed_groups, visible_groups
from bot.policy.model import ActionAttributes, Permission, Principal
from bot.policy.rules import Policy
from bot.times.model import Clock


class NameChecks:
    """Decides about names by the policy and the time of the first question."""

    def __init__(self, policy: Callable[[], Policy], principal: Principal | None, now: Clock) -> None:
        """Prepares the checks of a principal; None is the clock, which needs no permission."""
        self._policy, self._principal, self._now = policy, principal, now
        self._readable: VisibleNames | None = None
        self._possible: dict[Permission, bool] = {}
        self._possible_groups: dict[Permission, VisibleNames] = {}

    def may_see(self, group: str) -> bool:
        """Returns whether the principal may read a group now."""
        return self.readable.includes(group)

    @property
    def readable(self) -> VisibleNames:
        """The groups that the principal may read now."""
        if self._principal is None:
            return ALL_NAMES
        if self._readable is None:
            attributes = ActionAttributes(at=self._now())
            self._readable = allowed_groups(self._policy(), self._principal, Permission.READ, attributes)
        return self._readable

    def may(self, permission: Permission, group: str | None = None) -> bool:
        """Returns whether some rule could allow a permission, at all or on one group."""
        if self._principal is None:
            return True
        if group is not None:
            return self._groups(self._principal, permission).includes(group)
        if permission not in self._possible:
            self._possible[permission] = might(self._policy(), self._principal, permission)
        return self._possible[permission]

    def _groups(self, principal: Principal, permission: Permission) -> VisibleNames:
        if permission not in self._possible_groups:
            self._possible_groups[permission] = visible_groups(self._policy(), principal, permission)
        return self._possible_groups[permission]
