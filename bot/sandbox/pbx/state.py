"""The data of the fake PBX; every change adds an audit log."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any


@cache
def opaque_id(kind: str, number: int) -> str:
    """Returns a deterministic base64 id that contains "/" and "=", characters with a meaning in paths."""
    made = (_encode(f"{kind} {number} {attempt}") for attempt in count())
    return next(id_ for id_ in made if "/" in id_)


def _encode(seed: str) -> str:
    return base64.b64encode(hashlib.sha256(seed.encode()).digest()[:16]).decode()


Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change, for the audit log."""

    source: str
    user_name: str


API_ACTOR = Actor("REST API", "park.bot")
CONSOLE_ACTOR = Actor("Web Portal", "console.admin")


@dataclass(kw_only=True)
class PbxState:
    """All data. Blank values are None, in whatever format they are returned; members keep their order."""

    server: Record
    groups: dict[str, Record] = field(default_factory=dict)
    """Group by id."""
    members: dict[str, list[str]] = field(default_factory=dict)
    """Extension numbers by group id."""
    users: dict[str, Record] = field(default_factory=dict)
    """User by extension number."""
    ring_groups: dict[str, Record] = field(default_factory=dict)
    """Ring group by id."""
    others: dict[str, Record] = field(default_factory=dict)
    """Queues, conference rooms and virtual receptionists by extension number."""
    files: dict[str, Record] = field(default_factory=dict)
    """Prompts by id, as {id, name, size, content}."""
    feature_codes: list[Record] = field(default_factory=list)
    audit: list[Record] = field(default_factory=list)
    """Audit logs, oldest first."""
    ahead: timedelta = timedelta(0)
    """How far the clock of the audit log is ahead of the machine's."""
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def group_id(self, name: str) -> str:
        """Returns the id of the group with exactly this name; KeyError."""
        for id_, group in self.groups.items():
            if group["name"] == name:
                return id_
        raise KeyError(name)

    def ring_group_id(self, name: str) -> str:
        """Returns the id of the ring group with exactly this name; KeyError."""
        for id_, ring_group in self.ring_groups.items():
            if ring_group["name"] == name:
                return id_
        raise KeyError(name)

    def members_of(self, name: str) -> list[str]:
        """Returns the extension numbers in the group with this name; KeyError."""
        return list(self.members[self.group_id(name)])

    def group_with(self, extension: str) -> str | None:
        """Returns the id of the group that the user is in."""
        return next((id_ for id_, extensions in self.members.items() if extension in extensions), None)

    def number(self, extension: str) -> Record | None:
        """Returns what answers this number, in the format of /extension_numbers."""
        if user := self.users.get(extension):
            return _number_record(user, "EXTENSION")
        for ring_group in self.ring_groups.values():
            if ring_group["extension_number"] == extension:
                return _number_record(ring_group, "RING_GROUP")
        return self.others.get(extension)

    def change_server(self, fields: Record, by: Actor) -> None:
        """Updates fields of the server."""
        with self.lock:
            before, self.server = self.server, self.server | fields
            self._record("UPDATE", "CALL_PARK_SERVER", "Call Park", before, self.server, by)

    def add_group(self, fields: Record, members: Iterable[str], by: Actor) -> str:
        """Adds a group and returns its id."""
        with self.lock:
            id_ = opaque_id("new call park group", len(self.audit))
            self.groups[id_] = {"id": id_} | fields
            self.members[id_] = list(members)
            self._record("CREATE", "CALL_PARK_GROUP", fields["name"], {}, self._whole(id_), by)
            return id_

    def change_group(self, id_: str, fields: Record, by: Actor) -> None:
        """Updates fields of a group."""
        with self.lock:
            before = self._whole(id_)
            self.groups[id_] = self.groups[id_] | fields
            self._record("UPDATE", "CALL_PARK_GROUP", self.groups[id_]["name"], before, self._whole(id_), by)

    def drop_group(self, id_: str, by: Actor) -> None:
        """Deletes a group; its members are in no group then."""
        with self.lock:
            before = self._whole(id_)
            del self.groups[id_], self.members[id_]
            self._record("DELETE", "CALL_PARK_GROUP", before["name"], before, {}, by)

    def change_members(self, id_: str, extensions: Iterable[str], by: Actor) -> None:
        """Replaces a group's members, in this order."""
        with self.lock:
            before = self._whole(id_)
            self.members[id_] = list(extensions)
            self._record("UPDATE", "CALL_PARK_GROUP", before["name"], before, self._whole(id_), by)

    def _whole(self, id_: str) -> Record:
        return self.groups[id_] | {"members": list(self.members[id_])}

    def _record(self, action: str, kind: str, name: str, old: Record, new: Record, by: Actor) -> None:
        number = len(self.audit)
        self.audit.append(
            {
                "id": opaque_id("audit log", number),
                "created_at": (datetime.now(UTC) + self.ahead).isoformat(timespec="seconds").replace("+00:00", "Z"),
                "source": by.source,
                "ip": "127.0.0.1",
                "action": action,
                "object_type": kind,
                "user_name": by.user_name,
                "object_name": name,
                "old_state": json.dumps(old),
                "new_state": json.dumps(new),
            }
        )


def _number_record(record: Record, kind: str) -> Record:
    shown = {key: record[key] for key in ("id", "extension_number", "name")}
    return shown | {"type": kind}
