"""Which PBX a person means where no channel says it: what they chose, or the only one that allows them anything."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import UTC, datetime

from bot.errors import NotAllowed, SlackUnavailable
from bot.journal.storage import PbxChoiceStore
from bot.messages.request import Request, Source
from bot.planning.principals import CachedUserDirectory, resolve_principal
from bot.policy.matching import includes_principal
from bot.policy.rules import needs_user_groups
from bot.runtime.threads import ThreadPool
from bot.tenants.tenant import Tenant
from bot.texts import delivery

LOOK_UP_SECONDS = 1.5
"""How long a gesture waits, before it is acknowledged, until Slack says who a person is that Park does not know yet."""
LOOK_UPS = 3
"""Gestures that wait for that at once, so that most listener threads stay free for all others."""


class Choices:
    """Remembers each person's choice, and knows among which PBXs they have one. Thread-safe."""

    def __init__(self, tenants: Sequence[Tenant]) -> None:
        """Prepares the choices, which are kept in the journal of the first PBX."""
        self.serve(tenants)
        self._pool = ThreadPool("look-up", LOOK_UPS)
        self._waiting = threading.BoundedSemaphore(LOOK_UPS)

    def serve(self, tenants: Sequence[Tenant]) -> None:
        """Chooses among these PBXs from now on."""
        self._tenants = tenants
        self._store = PbxChoiceStore(tenants[0].journal.database) if tenants else None

    def close(self) -> None:
        """Waits for the look-ups."""
        self._pool.shutdown()

    def chosen(self, team: str, user: str) -> Tenant | None:
        """Returns the PBX that a person chose last; None without one. Raises JournalUnavailable."""
        name = self._store.of(team, user) if self._store is not None else None
        return next((one for one in self._tenants if one.name == name and one.is_of(team)), None)

    def keep(self, team: str, user: str, tenant: Tenant) -> None:
        """Remembers a choice; raises JournalUnavailable."""
        assert self._store is not None  # noqa: S101 - there is a PBX
        self._store.keep(team, user, tenant.name)

    def possible(self, team: str, user: str) -> list[Tenant]:
        """Returns the PBXs that allow a person something where no channel decides.

        Asks Slack about a person whom Park does not know yet, which takes at most `LOOK_UP_SECONDS`.

        Raises:
            SlackFailure: It is not known who the person is.
        """
        try:
            return list(self._possible(team, user, remembered=True))
        except SlackUnavailable:
            pass
        if not self._waiting.acquire(blocking=False):
            raise SlackUnavailable(delivery.UNKNOWN_USER_GROUPS)
        try:
            found: list[Tenant] = self._pool.submit(lambda: list(self._possible(team, user))).result(LOOK_UP_SECONDS)
        except FutureTimeout as late:
            raise SlackUnavailable(delivery.UNKNOWN_USER_GROUPS) from late
        else:
            return found
        finally:
            self._waiting.release()

    def named(self, team: str, user: str) -> Tenant | None:
        """Returns the PBX that a person means, if that is beyond doubt; raises JournalUnavailable and SlackFailure."""
        if (chosen := self.chosen(team, user)) is not None:
            return chosen
        possible = self.possible(team, user)
        return possible[0] if len(possible) == 1 else None

    def _possible(self, team: str, user: str, *, remembered: bool = False) -> Iterator[Tenant]:
        for tenant in self._tenants:
            users = tenant.slack.users
            if tenant.is_of(team) and _allows(tenant, user, users.remembered if remembered else users):
                yield tenant


def _allows(tenant: Tenant, user: str, users: CachedUserDirectory) -> bool:
    """Whether some rule is for a person wherever they are; one for whoever is in a channel is for that channel."""
    request = Request(key="", team=tenant.team, user=user, source=Source.HOME, line="", asked_at=datetime.now(UTC))
    policy = tenant.policy_store.now
    try:
        principal = resolve_principal(request, users, policy)
    except NotAllowed:  # the account is deactivated
        return False
    if principal.user_groups is None and needs_user_groups(policy):
        raise SlackUnavailable(delivery.UNKNOWN_USER_GROUPS)
    rules = (rule for rule in policy.allow if includes_principal(rule, principal))
    return any(not rule.channels or rule.users or rule.user_groups for rule in rules)
