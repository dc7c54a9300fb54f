"""Reads one target from the PBX, and writes it step by step."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from bot.changes.change import Change, Unverified
from bot.changes.snapshot import (
    COMPARED_SETTINGS,
    NO_PROMPT,
    UNNAMED,
    Person,
    Prompt,
    Snapshot,
    Target,
    digest,
    new_members,
)
from bot.errors import Missing, NotPossible, PBXError, Rejected, UnknownOutcome, Unreachable
from bot.pbx.client import PbxClient
from bot.pbx.limits import check_size
from bot.pbx.models import ParkGroup, ParkServer, RecallTo
from bot.pbx.requests import Dropped, NotSent, Throttled
from bot.pbx.transport import cap_deadlines
from bot.runtime.threads import side_by_side
from bot.texts import pbx as pbx_texts
from bot.texts import refusals

READ_BACK_PAUSES = (0.1, 0.4, 1.0, 2.0, 4.0)
"""Seconds between the attempts to read a write back."""
FORBIDDEN = frozenset({401, 403})
"""HTTP statuses of a caller without the right, which emptying a group before its deletion would not help."""

BeforeWrite = Callable[[], float | None]
"""Called before each write and each repeated read-back; an error that it raises stops the change there.

Returns the time, by `bot.pbx.transport.moment`, by which the write must have ended; None for no limit.
"""
LoadContent = Callable[[str], bytes | None]
"""Returns the stored file with this SHA-256; None if there is none."""
_Check = Callable[[Snapshot | None], bool]
"""Returns whether a write shows in a reading of the target."""

log = logging.getLogger(__name__)


class LocatedPrompt(NamedTuple):
    """The prompt in use. `content` is None where there is no prompt, or where `why` says why it can't be read."""

    prompt: Prompt
    content: bytes | None = None
    reason: str = ""


def no_content(_: str) -> None:
    """A `LoadContent` without any files."""


def read(pbx: PbxClient, target: Target, *, members: bool = True, prompt: bool = False) -> Snapshot | None:
    """Returns the target as it is now; None if there is no such group; raises PBXError.

    Args:
        members: read a group's members too.
        prompt: read the server's prompt file too.
    """
    if target.is_server:
        server = pbx.server()
        if server.model_fields_set.isdisjoint(COMPARED_SETTINGS):  # JSON of a gateway, say
            raise Unreachable("The PBX answered without any setting of the call park server", said=_unusable)
        return Snapshot(settings=server.sent_fields(), prompt=read_prompt(pbx, server).prompt if prompt else None)
    group_id = target.id or find_group_id(pbx, target.name or "")
    if group_id is None:
        return None
    try:
        if members:
            group, listed = side_by_side(lambda: pbx.group(group_id), lambda: tuple(pbx.members(group_id)))
        else:
            group, listed = pbx.group(group_id), None
    except Missing as missing:
        if any(group.id == group_id for group in pbx.groups()):  # a gateway said so, or the PBX is starting
            text = f"The PBX lists {target.title}, but says that it is missing: {missing}"
            raise Unreachable(text, said=_unusable) from missing
        return None
    settings = {key: value for key, value in group.sent_fields().items() if key != "id"}
    return Snapshot(id=group_id, settings=settings, members=None if listed is None else tuple(map(Person.of, listed)))


def _unusable() -> str:
    return pbx_texts.UNUSABLE


def read_prompt(pbx: PbxClient, server: ParkServer) -> LocatedPrompt:
    """Returns the prompt in use with its file; raises PBXError where a retry may help."""
    if not server.prompt_file_name and not server.prompt_file_url:
        return LocatedPrompt(NO_PROMPT)
    name = server.prompt_file_name or UNNAMED
    described = Prompt(name=name, size=server.prompt_file_size)
    try:
        content = pbx.download(server.prompt_file_url or "")
        check_size(name, len(content))
    except (NotSent, Dropped, Throttled):
        raise
    except (PBXError, NotPossible) as error:
        return LocatedPrompt(described, reason=str(error))
    return LocatedPrompt(described.model_copy(update={"sha256": digest(content)}), content)


def find_group_id(pbx: PbxClient, name: str) -> str | None:
    """Returns the id of the group with exactly this name; None if there is none."""
    literal = name.replace("'", "''")
    try:
        return _id_by_name(name, pbx.groups(filter=f"name eq '{literal}'"))
    except Throttled:
        raise
    except Rejected:  # which fields can be filtered is undocumented
        return _id_by_name(name, pbx.groups())


def _id_by_name(name: str, groups: Iterable[ParkGroup]) -> str | None:
    return next((group.id for group in groups if group.name == name), None)


def upload_prompt(pbx: PbxClient, prompt: Prompt, content: LoadContent) -> str | None:
    """Uploads a stored prompt file and returns its id; None for no prompt.

    Raises:
        NotPossible: the file is no longer stored.
        PBXError: the upload failed.
    """
    if not prompt.exists:
        return None
    stored = content(prompt.sha256) if prompt.sha256 else None
    if stored is None:
        raise NotPossible(refusals.prompt_not_kept(str(prompt)))
    return pbx.upload(prompt.name or UNNAMED, stored)


class TargetWriter:
    """Writes the target of one change. `created` tells whether it has created the group."""

    def __init__(
        self,
        pbx: PbxClient,
        change: Change,
        before_write: BeforeWrite,
        pauses: Sequence[float] = READ_BACK_PAUSES,
        content: LoadContent = no_content,
    ) -> None:
        self.created = False
        self._pbx, self._change, self._target = pbx, change, change.target
        self._before_write, self._pauses, self._content = before_write, pauses, content

    def read(self) -> Snapshot | None:
        """Returns the target as it is now, with members and prompt where the change concerns them."""
        change = self._change
        return read(self._pbx, self._target, members=change.includes_members, prompt=change.includes_prompt)

    def write_to(self, now: Snapshot | None, after: Snapshot | None) -> None:
        """Writes what makes `now` equal to `after`; raises Rejected or NotPossible at the first rejected write."""
        if after is None:
            return self._delete(now)
        if now is None:
            self._create(after)
        elif not now.same_settings(after):
            self._update(now, after)
        for member in new_members(after, now):
            self._remove_member(member.number)
        for member in new_members(now, after):
            self._add_member(member.number)
        return None

    def verify(self, shows: _Check, *, answered: bool, why: str = "") -> Snapshot | None:
        """Reads the target until a write shows; raises Unverified with the last reading.

        Args:
            answered: whether the PBX has confirmed the write.
            why: how it failed to, for users.
        """
        now, was_read = None, False
        for pause in (0, *self._pauses):
            if pause:
                time.sleep(pause)
                self._before_write()
            try:
                now, was_read = self.read(), True
            except PBXError:
                log.warning("the PBX can't be read after a write; looking again", exc_info=True)
            if was_read and shows(now):
                return now
        raise Unverified(self._change, now, read=was_read, answered=answered, why=why)

    def _write(self, send: Callable[[], object], shows: _Check) -> None:
        """Sends a write; treats a rejection as success when the PBX already shows the wanted state."""
        try:
            with cap_deadlines(self._before_write()):
                send()
        except UnknownOutcome as lost:  # sending it again could do it twice
            self.verify(shows, answered=False, why=lost.said)
        except Throttled:
            raise
        except Rejected:
            if not self._shows_all_the_same(shows):
                raise

    def _shows_all_the_same(self, shows: _Check) -> bool:
        """Whether the PBX shows what it rejected; no where it rejects to be read too, which explains nothing."""
        try:
            return shows(self.read())
        except Throttled:
            raise
        except Rejected:
            log.warning("the PBX can't be read after it has rejected a write", exc_info=True)
            return False

    def _create(self, after: Snapshot) -> None:
        settings = self._without_dead_ring_group(after.settings)
        # A rejection is final here: a group that has the name meanwhile was created by somebody else.
        try:
            with cap_deadlines(self._before_write()):
                group_id = self._pbx.create_group(settings)
        except UnknownOutcome as lost:
            seen = self.verify(lambda seen: seen is not None, answered=False, why=lost.said)
            group_id = seen.id if seen and seen.id else self._group_id()
        self._target, self.created = self._target.model_copy(update={"id": group_id}), True

    def _update(self, now: Snapshot, after: Snapshot) -> None:
        body = now.settings | {key: after.settings[key] for key in COMPARED_SETTINGS if key in after.settings}
        shows, send = partial(_same_settings, after), self._update_request(now, after)
        try:
            self._write(partial(send, body), shows)
        except Throttled:
            raise
        except Rejected:  # asked only now, as a ring group that no recall goes to is rarely deleted
            if (living := self._living(body)) == body:
                raise
            self._write(partial(send, living), shows)

    def _living(self, body: dict[str, Any]) -> dict[str, Any]:
        """Returns what a rejected update is tried again with: the same where the PBX doesn't tell more."""
        try:
            return self._without_dead_ring_group(body)
        except PBXError:
            log.warning("whether a ring group is gone can't be asked after a rejected update", exc_info=True)
            return body

    def _update_request(self, now: Snapshot, after: Snapshot) -> Callable[[dict[str, Any]], object]:
        """Returns what sends the settings; a new prompt is uploaded before, once."""
        cleared = _cleared(now, after) if self._target.is_server else {}
        if now.prompt is not None and after.prompt is not None and not now.prompt.same(after.prompt):
            # Uploading changes no settings, so it needs no `before_write`.
            file_id = upload_prompt(self._pbx, after.prompt, self._content)
            return lambda body: self._pbx.set_prompt(body, file_id, **cleared)
        if self._target.is_server:
            return lambda body: self._pbx.update_server(body, **cleared)
        return lambda body: self._pbx.update_group(self._group_id(), body)

    def _without_dead_ring_group(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Leaves out a ring group that was deleted and that no recall goes to: the PBX would reject its id."""
        ring_group_id = settings.get("ring_group_id")
        if ring_group_id and settings.get("recall_to") == RecallTo.USER and is_gone(self._pbx, ring_group_id):
            return {key: value for key, value in settings.items() if key != "ring_group_id"}
        return settings

    def _delete(self, now: Snapshot | None) -> None:
        # Whether a group must be emptied before its deletion is undocumented, so that is the second attempt.
        try:
            self._delete_group()
        except Throttled:
            raise
        except Rejected as cause:
            if cause.status in FORBIDDEN or now is None or not now.members:
                raise
            for number in sorted(now.numbers()):
                self._remove_member(number)
            self._delete_group()

    def _delete_group(self) -> None:
        self._write(lambda: self._pbx.delete_group(self._group_id()), lambda seen: seen is None)

    def _add_member(self, number: str) -> None:
        self._write(
            lambda: self._pbx.add_member(self._group_id(), number),
            lambda seen: seen is not None and number in seen.numbers(),
        )

    def _remove_member(self, number: str) -> None:
        self._write(
            lambda: self._pbx.remove_member(self._group_id(), number),
            lambda seen: seen is None or number not in seen.numbers(),
        )

    def _group_id(self) -> str:
        group_id = self._target.id or find_group_id(self._pbx, self._target.name or "")
        if group_id is None:
            raise Unverified(self._change, None, read=True, answered=True)
        return group_id


def is_gone(pbx: PbxClient, ring_group_id: str) -> bool:
    """Returns whether the PBX has no ring group with this id; raises PBXError."""
    try:
        pbx.ring_group(ring_group_id)
    except Missing:
        return True
    return False


def _cleared(now: Snapshot, after: Snapshot) -> dict[str, str | None]:
    """Returns the server's settings that become blank, as the PBX takes blanks; a ring group may stay unused."""
    keys = (key for key in now.compared() if key not in after.compared() and key not in ("ring_group_id", "enabled"))
    return {key: None if isinstance(now.settings[key], int) else "" for key in keys}


def _same_settings(after: Snapshot, seen: Snapshot | None) -> bool:
    return seen is not None and seen.same_settings(after)
