"""Read one target; write it step by step."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from bot.changes.change import Change, Unverified
from bot.changes.snapshot import COMPARED, NO_PROMPT, UNNAMED, Person, Prompt, Snapshot, Target, digest
from bot.errors import Missing, NotPossible, PBXError, Rejected, UnknownOutcome
from bot.pbx.client import PbxClient
from bot.pbx.limits import check_size
from bot.pbx.models import ParkGroup, ParkServer
from bot.pbx.requests import Dropped, NotSent, Throttled
from bot.pbx.transport import over_by


def read(pbx: PbxClient, target: Target, *, members: bool = True, prompt: bool = False) -> Snapshot | None:
    """None where there is no such group; raise PBXError."""
    if target.is_server:
        server = pbx.server()
        return Snapshot(settings=server.shown(), prompt=read_prompt(pbx, server).prompt if prompt else None)
    id = target.id or locate(pbx, target.name or "")
    if id is None:
        return None
    try:
        shown = pbx.group(id).shown()
        people = tuple(map(Person.of, pbx.members(id))) if members else None
    except Missing:
        return None
    return Snapshot(settings={key: value for key, value in shown.items() if key != "id"}, members=people)


class LocatedPrompt(NamedTuple):
    """The prompt in use, and its file; None where there is none, or `why` the PBX does not give it out."""

    prompt: Prompt
    content: bytes | None = None
    why: str = ""


def read_prompt(pbx: PbxClient, server: ParkServer) -> LocatedPrompt:
    """Raise PBXError where that may pass."""
    if not server.prompt_file_name and not server.prompt_file_url:
        return LocatedPrompt(NO_PROMPT)
    name = server.prompt_file_name or UNNAMED
    shown = Prompt(name=name, size=server.prompt_file_size)
    try:
        content = pbx.file(server.prompt_file_url or "")
        check_size(name, len(content))
    except (NotSent, Dropped, Throttled):
        raise
    except (PBXError, NotPossible) as fault:
        return LocatedPrompt(shown, why=str(fault))
    return LocatedPrompt(shown.model_copy(update={"sha256": digest(content)}), content)


def locate(pbx: PbxClient, name: str) -> str | None:
    """The id of the group of exactly this name; which fields can be filtered is undocumented, so a no is no answer."""
    literal = name.replace("'", "''")
    try:
        return _called(name, pbx.groups(filter=f"name eq '{literal}'"))
    except Throttled:
        raise
    except Rejected:
        return _called(name, pbx.groups())


def _called(name: str, groups: Iterable[ParkGroup]) -> str | None:
    return next((group.id for group in groups if group.name == name), None)


Content = Callable[[str], bytes | None]
"""A file by the SHA-256 of its content; None where it is not kept."""


def nothing_kept(_: str) -> None:
    """No file at all."""


def send(pbx: PbxClient, prompt: Prompt, content: Content) -> str | None:
    """The id that the PBX gives the file; None for no prompt. Raise NotPossible where it is not kept, or PBXError."""
    if not prompt.exists:
        return None
    kept = content(prompt.sha256) if prompt.sha256 else None
    if kept is None:
        raise NotPossible(f"The prompt {prompt} is no longer kept, so it can't be put back.")
    return pbx.upload(prompt.name or UNNAMED, kept)


log = logging.getLogger(__name__)

SETTLE = (0.1, 0.4, 1.0, 2.0, 4.0)
"""Seconds between the looks at the PBX for what was written, or may have been."""
FORBIDDEN = frozenset({401, 403})
"""HTTP statuses that say who may not, and not what: asking for less would meet the same."""

Hook = Callable[[], float | None]
"""Called before each write, and between the looks for it; what it raises stops the change there.

It gives the `moment` by which the write must be over, if there is one."""


class TargetWriter:
    """For one change; `made` is whether the group is one that it created."""

    def __init__(
        self,
        pbx: PbxClient,
        change: Change,
        before_write: Hook,
        pauses: Sequence[float] = SETTLE,
        content: Content = nothing_kept,
    ) -> None:
        self.pbx, self.change, self.before_write, self.pauses = pbx, change, before_write, pauses
        self.content = content
        self.target = change.target
        self.made = False
        self._members = change.with_members

    def read(self) -> Snapshot | None:
        """With members where the change has any."""
        return read(self.pbx, self.target, members=self._members, prompt=self.change.with_prompt)

    def write_to(self, now: Snapshot | None, after: Snapshot | None) -> None:
        """Write whatever makes `now` into `after`; raise Rejected or NotPossible at the first no."""
        if after is None:
            return self._delete(now)
        if now is None:
            self._create(after)
        elif not now.same_settings(after):
            body = now.settings | {key: after.settings[key] for key in COMPARED if key in after.settings}
            self._write(self._updating(body, now.prompt, after.prompt), partial(_compares, after))
        for number in _numbers(now, after):
            self._remove(number)
        for number in _numbers(after, now):
            self._write(partial(self._member, "add_member", number), partial(_has, number))
        return None

    def look(self, shows: Callable[[Snapshot | None], bool], *, answered: bool) -> Snapshot | None:
        """Read until the effect shows; raise Unsettled with the last reading."""
        now, was_read = None, False
        for pause in (0, *self.pauses):
            if pause:
                time.sleep(pause)
                self.before_write()
            try:
                now, was_read = self.read(), True
            except PBXError:
                log.warning("the PBX can't be read after a write; looking again", exc_info=True)
            if was_read and shows(now):
                return now
        raise Unverified(self.change, now, read=was_read, answered=answered)

    def _write(self, call: Callable[[], object], shows: Callable[[Snapshot | None], bool]) -> None:
        """A no to what is so already is a yes."""
        try:
            with over_by(self.before_write()):
                call()
        except UnknownOutcome:
            self.look(shows, answered=False)
        except Throttled:
            raise
        except Rejected:
            if not shows(self.read()):
                raise

    def _create(self, after: Snapshot) -> None:
        """A no stays a no: a group that has the name by now is somebody else's."""
        try:
            with over_by(self.before_write()):
                id = self.pbx.create_group(after.settings)
        except UnknownOutcome:
            self.look(lambda seen: seen is not None, answered=False)
            id = self._id()
        self.target, self.made = self.target.model_copy(update={"id": id}), True

    def _delete(self, now: Snapshot | None) -> None:
        """Whether a group has to be emptied first is undocumented: tried whole."""
        try:
            self._destroy()
        except Throttled:
            raise
        except Rejected as cause:
            if cause.status in FORBIDDEN or now is None or not now.members:
                raise
            for number in sorted(now.numbers()):
                self._remove(number)
            self._destroy()

    def _destroy(self) -> None:
        self._write(lambda: self.pbx.delete_group(self._id()), lambda seen: seen is None)

    def _remove(self, number: str) -> None:
        self._write(partial(self._member, "remove_member", number), partial(_lacks, number))

    def _updating(self, body: dict[str, Any], now: Prompt | None, after: Prompt | None) -> Callable[[], object]:
        """What writes it. A file that it needs is sent before: that changes nothing, so it waits for no fence."""
        if now is None or after is None or now.same(after):
            return partial(self._update, body)
        return partial(self.pbx.set_prompt, body, send(self.pbx, after, self.content))

    def _update(self, body: dict[str, Any]) -> None:
        if self.target.is_server:
            self.pbx.update_server(body)
        else:
            self.pbx.update_group(self._id(), body)

    def _member(self, method: Literal["add_member", "remove_member"], number: str) -> None:
        getattr(self.pbx, method)(self._id(), number)

    def _id(self) -> str:
        id = self.target.id or locate(self.pbx, self.target.name or "")
        if id is None:
            raise Unverified(self.change, None, read=True, answered=True)
        return id


def _numbers(of: Snapshot | None, but_not: Snapshot | None) -> list[str]:
    had = but_not.numbers() if but_not else frozenset()
    return [member.number for member in (of.members if of else None) or () if member.number not in had]


def _compares(after: Snapshot, seen: Snapshot | None) -> bool:
    return seen is not None and seen.same_settings(after)


def _has(number: str, seen: Snapshot | None) -> bool:
    return seen is not None and number in seen.numbers()


def _lacks(number: str, seen: Snapshot | None) -> bool:
    return seen is None or number not in seen.numbers()
