"""The park groups that the probe creates for its experiments, and their removal under all circumstances."""

import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

from pydantic_core import from_json

from bot.errors import PBXError, Rejected, UnknownOutcome
from bot.pbx.client import PbxClient
from bot.pbx.models import ParkGroup, RecallTo
from bot.pbx.requests import ApiRequest, Throttled, encode_json
from bot.pbx.responses import check_response

GROUP_PREFIX = "park-doctor-probe "
"""The beginning of the names of the probe's park groups, by which a later run finds those left behind."""
CLEANUP_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two attempts to clean up."""
MAX_UNANSWERED = 3
"""The number of experiments without an answer after which the rest are skipped."""
LATE_CREATION = 5.0
"""Seconds in which a group may still appear after a creation whose outcome is unknown."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals on which the probe stops and cleans up."""


class Inconclusive(Exception):
    """An experiment has no result; the text says why."""


def rejection_of(send: Callable[[], object]) -> Rejected | None:
    """Calls `send` and returns the PBX's rejection; raises PBXError if it says nothing about the request itself."""
    try:
        send()
    except Throttled:
        raise
    except Rejected as rejection:
        return rejection
    return None


def describe(rejection: Rejected) -> str:
    """Quotes a rejection with its status and code."""
    return f"HTTP {rejection.status}, {rejection.code}: {rejection}"


class ProbeFixture:
    """Creates park groups for experiments and removes them.

    After a stop, or when the PBX no longer answers, only the removal still sends requests: everything else raises
    Inconclusive.
    """

    def __init__(self, pbx: PbxClient, stop: threading.Event) -> None:
        self._pbx, self._stop = pbx, stop
        self.name = GROUP_PREFIX + secrets.token_hex(4)
        self.unanswered = 0
        """The number of experiments that failed for want of an answer."""
        self._unknown_creation = False
        self._created: set[str] = set()
        self._added: set[tuple[str, str]] = set()

    @property
    def pbx(self) -> PbxClient:
        """The client, for everything but the removal."""
        if self._stop.is_set():
            raise Inconclusive("the probe was stopped")
        if self.unanswered >= MAX_UNANSWERED:
            raise Inconclusive("the PBX no longer answers")
        return self._pbx

    @cached_property
    def group(self) -> str:
        """The id of the first park group, created on first use."""
        return self.create_group()

    @cached_property
    def other_group(self) -> str:
        """The id of a second park group, created on first use."""
        return self.create_group(" b")

    @cached_property
    def ring_group(self) -> str:
        """The id of any ring group of the PBX; no call is sent to it, because the probe's group has no members then."""
        if (found := next(self.pbx.ring_groups(), None)) is None:
            raise Inconclusive("the PBX has no ring groups")
        return found.id

    @cached_property
    def free_extensions(self) -> tuple[str, ...]:
        """Extensions of users who are in no park group, in descending order."""
        taken = {member.extension_number for group in self.pbx.groups() for member in self.pbx.members(group.id)}
        users = (user.extension_number for user in self.pbx.users() if user.enabled is not False)
        free = {number for number in users if number and number not in taken}
        if not free:
            raise Inconclusive("every user is in a park group already, and the probe removes nobody")
        return tuple(sorted(free, key=lambda number: (len(number), number), reverse=True))

    def create_group(self, suffix: str = "") -> str:
        """Creates a park group and returns its id."""
        try:
            id = self.pbx.create_group({"name": self.name + suffix, "recall_to": RecallTo.USER})
        except PBXError as failure:
            self._unknown_creation |= isinstance(failure, UnknownOutcome)
            raise
        self._created.add(id)
        return id

    def read_group(self) -> ParkGroup:
        """Reads the first group."""
        return self.pbx.group(self.group)

    def read_raw_group(self) -> dict[str, Any]:
        """Reads the first group as the JSON object that the PBX sends."""
        request = ApiRequest(method="GET", path=("call_park_groups", self.group))
        group: dict[str, Any] = from_json(check_response(request, self.pbx.send_once(request)).body)
        return group

    def update_group(self, **fields: Any) -> Rejected | None:
        """Updates the first group with its name and only these fields."""
        return self.post_group(encode_json({"name": self.name, **fields}))

    def post_group(self, content: bytes) -> Rejected | None:
        """Updates the first group with this request body."""
        request = ApiRequest(method="POST", path=("call_park_groups", self.group), content=content, write=True)
        return rejection_of(lambda: check_response(request, self.pbx.send_once(request)))

    def recall_to_ring_group(self) -> None:
        """Gives the first group a ring group as its recall target."""
        if rejection := self.update_group(recall_to=RecallTo.RING_GROUP, ring_group_id=self.ring_group):
            raise Inconclusive(f"the PBX refuses a complete update ({describe(rejection)})")

    def add_member(self, group: str, number: str) -> Rejected | None:
        """Adds a user to a group."""
        self._added.add((group, number))  # first, because the answer may be lost
        return rejection_of(lambda: self.pbx.add_member(group, number))

    def members(self, group: str) -> list[str]:
        """Reads the extensions of a group's members, in the order of the PBX."""
        return [member.extension_number for member in self.pbx.members(group)]

    def clean_up(self) -> list[str]:
        """Removes all groups of the probe; returns the names of those that are, or may be, still there."""
        waited = 0.0
        for delay in CLEANUP_DELAYS:
            if not self._remove_groups() and (waited > LATE_CREATION or not self._unknown_creation):
                return []
            time.sleep(delay)
            waited += delay
        return self._remove_groups()

    def _remove_groups(self) -> list[str]:
        """One attempt. A group whose creation was not answered is found by its name."""
        try:
            for id in self._created | {group.id for group in self._remaining_groups()}:
                with suppress(PBXError):  # the list that is read next shows whether it worked
                    self._remove_group(id)
            return [group.name for group in self._remaining_groups()]
        except PBXError:
            return [self.name]

    def _remaining_groups(self) -> list[ParkGroup]:
        return [group for group in self._pbx.groups() if group.name.startswith(self.name)]

    def _remove_group(self, id: str) -> None:
        """Deletes a group; if that is rejected, removes the members that the probe added first."""
        rejection = rejection_of(lambda: self._pbx.delete_group(id))
        if rejection is None or rejection.status == 404:
            self._created.discard(id)
            return
        for group, number in self._added:
            if group == id:
                rejection_of(lambda number=number: self._pbx.remove_member(id, number))  # type: ignore[misc]
        self._pbx.delete_group(id)


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Sets the event on SIGINT, SIGTERM or SIGHUP instead of ending the process."""
    stop, is_stopping = threading.Event(), False

    def handle(*_: Any) -> None:
        nonlocal is_stopping
        if not is_stopping:
            is_stopping = True  # before `set`, which holds a lock: a second signal may interrupt this handler
            stop.set()
            sys.stderr.write("Stopping. The probe's park groups are removed first.\n")

    previous = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
