"""Probe: fixture, run, clean up."""

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
from bot.pbx.requests import ApiRequest, Throttled, as_json
from bot.pbx.responses import judged

Learnt = tuple[str, str]
"""The answer in a word that never changes its meaning, and in words."""


class NotLearnt(Exception):
    """Why not."""


def refused(send: Callable[[], object]) -> Rejected | None:
    """What the PBX said against it; raise PBXError where it said nothing to the matter."""
    try:
        send()
    except Throttled:
        raise
    except Rejected as no:
        return no
    return None


def said(no: Rejected) -> str:
    """As the PBX put it."""
    return f"HTTP {no.status}, {no.code}: {no}"


PREFIX = "park-doctor-probe "
"""Of its groups' names: nobody else gives such."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two attempts to clean up."""
PATIENCE = 3
"""Lessons without an answer, after which no other is tried."""
LATE = 5.0
"""Seconds in which a group appears whose making was not answered."""


class ProbeFixture:
    """Once `stop` is set, or the PBX no longer answers, nothing but cleaning up is sent: each raises NotLearnt."""

    def __init__(self, pbx: PbxClient, stop: threading.Event) -> None:
        self._pbx, self._stop = pbx, stop
        self.name = PREFIX + secrets.token_hex(4)
        self.unanswered = 0
        """Lessons that failed because no answer came."""
        self._late = False
        """Whether a group may still appear, whose making was never answered."""
        self._made: set[str] = set()
        self._joined: set[tuple[str, str]] = set()

    @property
    def pbx(self) -> PbxClient:
        if self._stop.is_set():
            raise NotLearnt("the probe was told to stop")
        if self.unanswered >= PATIENCE:
            raise NotLearnt("the PBX no longer answers")
        return self._pbx

    @cached_property
    def group(self) -> str:
        """The id of the first group."""
        return self.make()

    @cached_property
    def other(self) -> str:
        """That of a second one."""
        return self.make(" b")

    @cached_property
    def ring_group(self) -> str:
        """The id of any: calls never reach it, for the groups have no members while it is theirs."""
        if (found := next(self.pbx.ring_groups(), None)) is None:
            raise NotLearnt("the PBX has no ring group to send recalls to")
        return found.id

    @cached_property
    def free(self) -> tuple[str, ...]:
        """Extensions of users that are in no park group, the highest first: nobody is taken out of one."""
        taken = {member.extension_number for group in self.pbx.groups() for member in self.pbx.members(group.id)}
        users = (user.extension_number for user in self.pbx.users() if user.enabled is not False)
        free = {number for number in users if number and number not in taken}
        if not free:
            raise NotLearnt("every user is in a park group already, and none is taken out of it")
        return tuple(sorted(free, key=lambda number: (len(number), number), reverse=True))

    def make(self, suffix: str = "") -> str:
        """The new group's id."""
        try:
            id = self.pbx.create_group({"name": self.name + suffix, "recall_to": RecallTo.USER})
        except PBXError as failure:
            self._late |= isinstance(failure, UnknownOutcome)
            raise
        self._made.add(id)
        return id

    def show(self) -> ParkGroup:
        """The first group as it is now."""
        return self.pbx.group(self.group)

    def raw(self) -> dict[str, Any]:
        """The same as the PBX sent it."""
        call = ApiRequest(method="GET", path=("call_park_groups", self.group))
        shown: dict[str, Any] = from_json(judged(call, self.pbx.ask(call)).body)
        return shown

    def update(self, **fields: Any) -> Rejected | None:
        """The first group, with its name and exactly these: None where the PBX took it."""
        return self.give_back(as_json({"name": self.name, **fields}))

    def give_back(self, content: bytes) -> Rejected | None:
        """The first group, with exactly this for a body; likewise."""
        call = ApiRequest(method="POST", path=("call_park_groups", self.group), content=content, write=True)
        return refused(lambda: judged(call, self.pbx.ask(call)))

    def send_to_ring_group(self) -> None:
        """The state from which blanks are tried; raise NotLearnt."""
        if no := self.update(recall_to=RecallTo.RING_GROUP, ring_group_id=self.ring_group):
            raise NotLearnt(f"the PBX refuses a whole update: {said(no)}")

    def join(self, group: str, number: str) -> Rejected | None:
        """Add a user: None where the PBX took it."""
        self._joined.add((group, number))  # before: its answer may be lost
        return refused(lambda: self.pbx.add_member(group, number))

    def members(self, group: str) -> list[str]:
        return [member.extension_number for member in self.pbx.members(group)]

    def clean(self) -> list[str]:
        """Remove all that was made, and look; the names of what is still there, or may be."""
        waited = 0.0
        for pause in PAUSES:
            if not self._swept() and (waited > LATE or not self._late):
                return []
            time.sleep(pause)
            waited += pause
        return self._swept()

    def _swept(self) -> list[str]:
        """Once; those whose creation was never answered are known by their name."""
        try:
            for id in self._made | {id for id, _ in self._found()}:
                with suppress(PBXError):  # what came of it is looked at, not believed
                    self._remove(id)
            return [name for _, name in self._found()]
        except PBXError:
            return [self.name]

    def _found(self) -> list[tuple[str, str]]:
        return [(group.id, group.name) for group in self._pbx.groups() if group.name.startswith(self.name)]

    def _remove(self, id: str) -> None:
        """With its members in it, else without: those that the probe put in, and no other."""
        no = refused(lambda: self._pbx.delete_group(id))
        if no is None or no.status == 404:
            self._made.discard(id)
            return
        for group, number in self._joined:
            if group == id:
                refused(lambda number=number: self._pbx.remove_member(id, number))  # type: ignore[misc]
        self._pbx.delete_group(id)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Set by Ctrl-C, SIGTERM or a terminal that goes away, as often as they come."""
    stop = threading.Event()

    def tell(*_: Any) -> None:
        if not stop.is_set():
            stop.set()
            sys.stderr.write("Stopping: what the probe has made is removed first.\n")

    before = {one: signal.signal(one, tell) for one in SIGNALS}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
