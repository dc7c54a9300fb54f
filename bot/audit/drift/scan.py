"""One scan of the PBX for drift, within a limited number of requests."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.audit.drift.baseline import PENDING, Baseline, key_of, snapshot_of
from bot.changes.snapshot import SERVER, Person, Snapshot, Target
from bot.changes.target_io import read
from bot.errors import Missing, ParkError, PBXError, Rejected
from bot.journal.drift_store import ScanState
from bot.pbx.client import PbxClient
from bot.pbx.models import AuditLog
from bot.pbx.requests import Throttled
from bot.planning.name_resolution import ring_group_label

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_NEVER = datetime.min.replace(tzinfo=UTC)
RESERVED_REQUESTS = 3
"""Requests kept for describing what is found: the audit log, and the names of two ring groups."""


class BudgetExhausted(ParkError):
    """The scan has no requests left, or was told to stop."""


class RequestBudget:
    """Limits the number of requests, with a reserve that can be released."""

    def __init__(self, limit: int, reserved: int, should_stop: Callable[[], bool]) -> None:
        """`should_stop` is called before each request."""
        self.left, self._reserved, self._should_stop = limit - reserved, reserved, should_stop

    def spend(self, call: Callable[[], _T], cost: int = 1) -> _T:
        """Calls `call`, which sends `cost` requests.

        Raises:
            BudgetExhausted: nothing was sent.
            PBXError: as `call` raises it.
        """
        if self.left < cost or self._should_stop():
            raise BudgetExhausted("the bound of a look is reached")
        self.left -= cost
        return call()

    def release_reserve(self) -> None:
        """Adds the reserve to what is left."""
        self.left, self._reserved = self.left + self._reserved, 0

    def spend_or_default(self, call: Callable[[], _T], default: _T) -> _T:
        """Calls `call`; returns `default` if it fails or nothing is left."""
        try:
            return self.spend(call)
        except (BudgetExhausted, PBXError) as fault:
            log.info("told without it: %s", fault)
            return default


class DriftScan:
    """Reads the server, the list of groups and members in turn, and compares them with the baseline.

    A list can be outdated or incomplete, so a group that differs in it is read again by its id.
    """

    def __init__(
        self,
        pbx: PbxClient,
        baseline: Baseline,
        state: ScanState,
        max_requests: int,
        should_stop: Callable[[], bool],
    ) -> None:
        """Prepares a scan; `max_requests` does not count the client's own retries."""
        self.pbx, self.baseline, self.state = pbx, baseline, state
        self._budget = RequestBudget(max_requests, RESERVED_REQUESTS, should_stop)
        self.list_offset, self.all_listed = state.list_offset, False
        self.snapshots: dict[str, Snapshot] = {}
        """What the PBX has, by id or the server's key; with members where they were read."""
        self.members_read: set[str] = set()
        """Ids of groups whose members were requested, successfully or not."""
        self.deleted: set[str] = set()
        """Keys in the baseline of groups that no longer exist."""
        self.cut_short = False
        """Whether the PBX failed."""
        self._listed: dict[str, Snapshot] = {}
        self._list_is_complete = False
        self._ring_group_names: dict[str, str] = {}

    def run(self) -> None:
        """Scans until everything was read, the budget is exhausted or the PBX fails; keeps what was read."""
        try:
            self._read_server()
            self._read_list()
            for target in self._suspects():
                self._read_group(target)
            for id in self._by_age_of_members():
                self._read_members(id)
        except BudgetExhausted:
            log.debug("the rest is looked at next time")
        except PBXError as fault:
            self.cut_short = True
            log.warning("the look for changes outside Park was cut short: %s", fault)
        self._budget.release_reserve()

    def key_of_id(self, id: str) -> str:
        """Returns the key of a group in the baseline: its pending key, if Park created it; else its id."""
        now = self.snapshots.get(id) or self._listed.get(id)
        if id in self.baseline or now is None or (name := now.settings.get("name")) is None:
            return id
        pending_key = key_of(Target(name=name))
        return pending_key if pending_key in self.baseline else id

    def ring_group_name(self, id: str) -> str:
        """Returns the name of a ring group; its id if that can't be read within the budget."""
        if id not in self._ring_group_names:
            name = self._budget.spend_or_default(lambda: ring_group_label(self.pbx.ring_group(id)), id)
            self._ring_group_names[id] = name
        return self._ring_group_names[id]

    def audit_logs(self) -> tuple[AuditLog, ...]:
        """Returns the PBX's audit log; empty if it can't be read within the budget."""
        return self._budget.spend_or_default(self.pbx.audit_logs, ())

    def _read_server(self) -> None:
        self.snapshots[SERVER.key] = self._budget.spend(lambda: Snapshot(settings=self.pbx.server().sent_fields()))

    def _read_list(self) -> None:
        """Reads the list of groups with half of the budget; the next scan goes on where this one stops."""
        first_offset = self.list_offset
        for _ in range(self._budget.left // 2):
            page = self._budget.spend(lambda: self.pbx.group_page(self.list_offset))
            new = [group for group in page.items if group.id not in self._listed]
            self._listed |= {group.id: _without_id(group.sent_fields()) for group in new}
            self.all_listed = page.last(self.list_offset) or not new
            self.list_offset = 0 if self.all_listed else self.list_offset + len(page.items)
            if self.all_listed:
                ended_empty = not first_offset and not page.items
                self._list_is_complete = ended_empty if page.count is None else len(self._listed) == page.count
                break

    def _suspects(self) -> list[Target]:
        """Returns the groups that differ, are new or are missing; accepts the list's snapshots of all others."""
        suspects = []
        for id, now in self._listed.items():
            row = self.baseline.get(self.key_of_id(id))
            before = snapshot_of(row)
            differs = before is not None and before.compared() != now.compared()
            if differs or (row is None and self.state.all_listed):
                suspects.append(Target(id=id, name=str(now.settings["name"])))
            else:
                self.snapshots[id] = now
        return suspects + self._missing()

    def _missing(self) -> list[Target]:
        """Returns the groups that a complete list lacks; marks those without a known id as deleted."""
        if not self._list_is_complete:
            return []
        listed = {self.key_of_id(id) for id in self._listed} | {SERVER.key}
        missing = self.baseline.keys() - listed
        self.deleted |= {key for key in missing if key.startswith(PENDING) and key not in self.state.uncertain}
        return [Target(id=key, name=key) for key in sorted(missing) if not key.startswith(PENDING)]

    def _read_group(self, target: Target) -> None:
        """Reads one group with its members; skips it if the PBX rejects that."""
        id = str(target.id)
        try:
            now = self._budget.spend(lambda: read(self.pbx, target), cost=2)
        except Throttled:
            raise
        except Rejected as refusal:
            log.info("a group could not be looked at: %s", refusal)
            return
        if now is not None:
            self.snapshots[id] = now
            self.members_read.add(id)
        elif id in self.baseline:
            self.snapshots.pop(id, None)
            self.deleted.add(id)

    def _by_age_of_members(self) -> list[str]:
        """Returns the groups whose members were not read yet, the one read the longest ago first."""
        ids = {key for key in self.baseline | self._listed if key != SERVER.key and not key.startswith(PENDING)}

        def read_at(id: str) -> datetime:
            row = self.baseline.get(self.key_of_id(id))
            return (row.members_read_at if row else None) or _NEVER

        return sorted(ids & self.snapshots.keys() - self.members_read, key=lambda id: (read_at(id), id))

    def _read_members(self, id: str) -> None:
        """Reads a group's members; a failed attempt counts too, so that other groups have their turn."""
        try:
            people = self._budget.spend(lambda: self.pbx.members(id))
        except PBXError as fault:
            self.members_read.add(id)
            if isinstance(fault, Throttled) or not isinstance(fault, Rejected):
                raise
            log.info("a group's members could not be looked at: %s", fault)
            if isinstance(fault, Missing):
                self._read_group(Target(id=id, name=id))
        else:
            self.members_read.add(id)
            self.snapshots[id] = self.snapshots[id].with_members(map(Person.of, people))


def _without_id(settings: dict[str, Any]) -> Snapshot:
    return Snapshot(settings={key: value for key, value in settings.items() if key != "id"})
