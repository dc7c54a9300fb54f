"""One scan of the PBX within a request budget."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.audit.drift.baseline import Sights, key_of, snapshot
from bot.changes.snapshot import SERVER, Person, Snapshot, Target
from bot.changes.target_io import read
from bot.errors import Missing, ParkError, PBXError, Rejected
from bot.journal.drift_store import ScanState
from bot.pbx.client import PbxClient
from bot.pbx.models import AuditLog
from bot.pbx.requests import Throttled
from bot.planning.name_resolution import ring_group_label

log = logging.getLogger(__name__)

Some = TypeVar("Some")


class BudgetExhausted(ParkError):
    """The bound is reached, or nobody wants to wait any longer."""


class RequestBudget:
    """So many requests, of which some are kept for what is found; `enough` is asked before each."""

    def __init__(self, most: int, kept: int, enough: Callable[[], bool]) -> None:
        self.left, self._kept, self._enough = most - kept, kept, enough

    def ask(self, call: Callable[[], Some], cost: int = 1) -> Some:
        """Raise Enough; what the PBX says against it is raised too."""
        if self.left < cost or self._enough():
            raise BudgetExhausted("the bound of a look is reached")
        self.left -= cost
        return call()

    def open(self) -> None:
        """From now on what was kept may be used."""
        self.left, self._kept = self.left + self._kept, 0

    def try_for(self, call: Callable[[], Some], otherwise: Some) -> Some:
        """What can be done without."""
        try:
            return self.ask(call)
        except (BudgetExhausted, PBXError) as fault:
            log.info("told without it: %s", fault)
            return otherwise


RESERVE = 3
"""Requests that are kept for what is found: the audit log, and two ring groups' names."""
NEVER = datetime.min.replace(tzinfo=UTC)


class DriftScan:
    """Reads, and compares with what is expected: what differs is read once more, whole and by itself."""

    def __init__(self, pbx: PbxClient, sights: Sights, watch: ScanState, most: int, enough: Callable[[], bool]) -> None:
        """`most` requests, not counting those that the client sends again; `enough`: nobody wants to wait longer."""
        self.pbx, self.sights, self.watch = pbx, sights, watch
        self._bound = RequestBudget(most, RESERVE, enough)
        self.skip, self.end = watch.skip, False
        self.readings: dict[str, Snapshot] = {}
        """What there is, by key: members where they were read."""
        self.asked: set[str] = set()
        """Groups whose members were asked for."""
        self.gone: set[str] = set()
        self.cut_short = False
        self._listed: dict[str, Snapshot] = {}
        self._all = False
        self._labels: dict[str, str] = {}

    def run(self) -> None:
        """As far as the PBX answers; what was read until then counts."""
        try:
            self._server()
            self._list()
            for target in self._suspects():
                self._confirm(target)
            for id in self._in_turn():
                self._members(id)
        except BudgetExhausted:
            log.debug("the rest is looked at next time")
        except PBXError as fault:
            self.cut_short = True
            log.warning("the look for changes outside Park was cut short: %s", fault)
        self._bound.open()

    def named(self, id: str) -> str:
        """A new group's pending key, where Park made it; else its id."""
        now = self.readings.get(id) or self._listed.get(id)
        if id in self.sights or now is None or (name := now.settings.get("name")) is None:
            return id
        new = key_of(Target(name=name))
        return new if new in self.sights else id

    def label(self, id: str) -> str:
        """A ring group by name, as far as the bound allows; best effort."""
        if id not in self._labels:
            self._labels[id] = self._bound.try_for(lambda: ring_group_label(self.pbx.ring_group(id)), id)
        return self._labels[id]

    def audit_logs(self) -> tuple[AuditLog, ...]:
        """Nothing where the PBX has none, or keeps them to itself; best effort."""
        return self._bound.try_for(self.pbx.audit_logs, ())

    def _server(self) -> None:
        self.readings[SERVER.key] = self._bound.ask(lambda: Snapshot(settings=self.pbx.server().shown()))

    def _list(self) -> None:
        """Half of what may be asked is for members; a list that is longer is gone on with next time."""
        begun = self.skip
        for _ in range(self._bound.left // 2):
            page = self._bound.ask(lambda: self.pbx.group_page(self.skip))
            new = [one for one in page.items if one.id not in self._listed]
            self._listed |= {one.id: _shown(one.shown()) for one in new}
            self.end = page.last(self.skip) or not new
            self.skip = 0 if self.end else self.skip + len(page.items)
            if self.end:
                whole = not begun and not page.items
                self._all = whole if page.count is None else len(self._listed) == page.count
                break

    def _suspects(self) -> list[Target]:
        """What differs, what is new, and what is not in the whole list; the others are as they were."""
        found = []
        for id, now in self._listed.items():
            known = self.sights.get(self.named(id))
            before = snapshot(known)
            differs = before is not None and before.compared() != now.compared()
            if differs or (known is None and self.watch.end):
                found.append(Target(id=id, name=str(now.settings["name"])))
            else:
                self.readings[id] = now
        return found + self._missing()

    def _missing(self) -> list[Target]:
        """One that Park made, and that was never listed, has no id to ask by: the list is all there is to go by."""
        if not self._all:
            return []
        listed = {self.named(id) for id in self._listed} | {SERVER.key}
        missing = self.sights.keys() - listed
        self.gone |= {key for key in missing if key.startswith("new: ") and key not in self.watch.doubts}
        return [Target(id=key, name=key) for key in sorted(missing) if not key.startswith("new: ")]

    def _confirm(self, target: Target) -> None:
        """By itself, with its members; a no to reading it is no news."""
        id = str(target.id)
        try:
            now = self._bound.ask(lambda: read(self.pbx, target), cost=2)
        except Throttled:
            raise
        except Rejected as refusal:
            log.info("a group could not be looked at: %s", refusal)
            return
        if now is not None:
            self.readings[id] = now
            self.asked.add(id)
        elif id in self.sights:
            self.readings.pop(id, None)
            self.gone.add(id)

    def _in_turn(self) -> list[str]:
        """Those whose members were read the longest ago come first."""
        ids = {key for key in self.sights | self._listed if key != SERVER.key and not key.startswith("new: ")}
        at = {id: (sight.read_at if (sight := self.sights.get(self.named(id))) else None) or NEVER for id in ids}
        return sorted(ids & self.readings.keys() - self.asked, key=lambda id: (at[id], id))

    def _members(self, id: str) -> None:
        """A group whose members can't be read has had its turn: the others have theirs."""
        try:
            people = self._bound.ask(lambda: self.pbx.members(id))
        except PBXError as fault:
            self.asked.add(id)
            if isinstance(fault, Throttled) or not isinstance(fault, Rejected):
                raise
            log.info("a group's members could not be looked at: %s", fault)
            if isinstance(fault, Missing):
                self._confirm(Target(id=id, name=id))
        else:
            self.asked.add(id)
            self.readings[id] = self.readings[id].with_members(map(Person.of, people))


def _shown(settings: dict[str, Any]) -> Snapshot:
    return Snapshot(settings={key: value for key, value in settings.items() if key != "id"})
