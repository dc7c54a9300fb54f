"""Builds what serves each PBX, and tries again with those that could not be served when Park was started."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.errors import ParkError, SettingsError
from bot.journal.identity import identity_of
from bot.runtime.threads import PeriodicTask
from bot.settings.tenants import TenantSettings
from bot.tenants.tenant import Tenant
from bot.times.model import Clock

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
"""Between two attempts to serve a PBX; each pause is twice the one before."""


class ServedPbxs(PeriodicTask):
    """The PBXs that are served, and why others are not.

    One that can't be served, such as for its policy file or its database, holds up no other.
    """

    def __init__(
        self, given: Sequence[TenantSettings], build: Callable[[TenantSettings], Tenant], now: Clock | None
    ) -> None:
        """Builds what serves each PBX.

        Args:
            given: What is set for each PBX, at least one.
            build: Builds what serves one; raises ParkError.
            now: Replaces the machine's clock.

        Raises:
            ParkError: None of them can be served.
        """
        super().__init__("pbxs", now)
        self._given, self._build, self._owners = given, build, dict[str, str]()
        self._pause, self._next = FIRST_PAUSE, self.now() + FIRST_PAUSE
        self.faults: dict[str, ParkError] = {}
        """Why a PBX is not served, by its name; replaced whenever that changes."""
        self.tenants: tuple[Tenant, ...] = ()
        """What serves each PBX, in the order of `given`; replaced whenever there is another one."""
        self.on_served: Callable[[Tenant], None] = lambda _: None
        """Called with what serves a PBX from now on that was not served before."""
        for one in given:
            if (tenant := self._built(one)) is not None:
                self.tenants = (*self.tenants, tenant)
        if not self.tenants:
            raise next(iter(self.faults.values()))

    def close(self) -> None:
        """Closes what was built, where none of it was started."""
        for tenant in self.tenants:
            tenant.stop()

    def turn(self) -> datetime:
        """Tries again with each PBX that is not served, once the pause is over."""
        if self.now() < self._next:
            return self._next
        for one in self._given:
            if one.name in self.faults and (tenant := self._built(one)) is not None:
                self._serve(tenant)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._next = self.now() + self._pause
        return self._next

    def _serve(self, tenant: Tenant) -> None:
        """Starts what serves a PBX; it is no longer named as not served once it takes part in everything."""
        before, by_name = self.tenants, {one.name: one for one in (*self.tenants, tenant)}
        try:
            tenant.start()
            self.tenants = tuple(by_name[one.name] for one in self._given if one.name in by_name)
            self.on_served(tenant)
        except BaseException:
            self.tenants = before
            tenant.stop()
            raise
        self.faults = {name: fault for name, fault in self.faults.items() if name != tenant.name}
        log.warning("the PBX %s is served from now on", tenant.name)

    def _built(self, given: TenantSettings) -> Tenant | None:
        """Builds what serves a PBX; None where that is not possible now, and `faults` says why."""
        try:
            tenant = self._build(given)
            try:
                if len(self._given) > 1:
                    self._refuse_shared_journal(tenant)
            except BaseException:
                tenant.stop()
                raise
        except ParkError as fault:
            if len(self._given) > 1 and str(self.faults.get(given.name)) != str(fault):
                log.error("the PBX %s is not served yet; Park tries again: %s", given.name, fault)  # noqa: TRY400
            self.faults = {**self.faults, given.name: fault}
            return None
        return tenant

    def _refuse_shared_journal(self, tenant: Tenant) -> None:
        """Raises ParkError where another PBX has the same journal, by whichever address, or where it can't be told."""
        owner = self._owners.setdefault(identity_of(tenant.journal.database), tenant.name)
        if owner != tenant.name:
            text = f"[pbx.{tenant.name}]: its journal is that of [pbx.{owner}]. Set another database_url."
            raise SettingsError(text)
