"""What the PBX knows, and every change to it, each with its audit log."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any


def opaque_id(kind: str, number: int) -> str:
    """Base64 with "/" and "=" in it; the same every time."""
    made = (_encode(f"{kind} {number} {attempt}") for attempt in count())
    return next(id_ for id_ in made if "/" in id_)


def _encode(seed: str) -> str:
    return base64.b64encode(hashlib.sha256(seed.encode()).digest()[:16]).decode()


Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, for the audit log."""

    source: str
    user_name: str


API_ACTOR = Actor("REST API", "park.bot")
CONSOLE_ACTOR = Actor("Web Portal", "console.admin")


@dataclass(kw_only=True)
class PbxState:
    """Blank values are None in here, however they are shown. Members stand in the order they were assigned."""

    server: Record
    groups: dict[str, Record] = field(default_factory=dict)
    """By id."""
    members: dict[str, list[str]] = field(default_factory=dict)
    """By group id: extension numbers."""
    users: dict[str, Record] = field(default_factory=dict)
    """By extension number."""
    ring_groups: dict[str, Record] = field(default_factory=dict)
    """By id."""
    others: dict[str, Record] = field(default_factory=dict)
    """By extension number: queues, conference rooms, virtual receptionists."""
    files: dict[str, Record] = field(default_factory=dict)
    """By id: prompts, as {id, name, size, content}."""
    feature_codes: list[Record] = field(default_factory=list)
    audit: list[Record] = field(default_factory=list)
    """Oldest first."""
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def group_id(self, name: str) -> str:
        """The id of the group with exactly this name; KeyError."""
        for id_, group in self.groups.items():
            if group["name"] == name:
                return id_
        raise KeyError(name)

    def ring_group_id(self, name: str) -> str:
        """The id of the ring group with exactly this name; KeyError."""
        for id_, ring_group in self.ring_groups.items():
            if ring_group["name"] == name:
                return id_
        raise KeyError(name)

    def members_of(self, name: str) -> list[str]:
        """Extension numbers in the group with this name; KeyError."""
        return list(self.members[self.group_id(name)])

    def group_with(self, extension: str) -> str | None:
        """The id of the group that this user is in."""
        return next((id_ for id_, extensions in self.members.items() if extension in extensions), None)

    def number(self, extension: str) -> Record | None:
        """Whatever answers this number, as /extension_numbers shows it."""
        if user := self.users.get(extension):
            return _number_record(user, "EXTENSION")
        for ring_group in self.ring_groups.values():
            if ring_group["extension_number"] == extension:
                return _number_record(ring_group, "RING_GROUP")
        return self.others.get(extension)

    def change_server(self, fields: Record, by: Actor) -> None:
        """Lay the fields over the server's."""
        with self.lock:
            before, self.server = self.server, self.server | fields
            self._record("UPDATE", "CALL_PARK_SERVER", "Call Park", before, self.server, by)

    def add_group(self, fields: Record, members: Iterable[str], by: Actor) -> str:
        """The id of the new group."""
        with self.lock:
            id_ = opaque_id("new call park group", len(self.audit))
            self.groups[id_] = {"id": id_} | fields
            self.members[id_] = list(members)
            self._record("CREATE", "CALL_PARK_GROUP", fields["name"], {}, self._whole(id_), by)
            return id_

    def change_group(self, id_: str, fields: Record, by: Actor) -> None:
        """Lay the fields over the group's."""
        with self.lock:
            before = self._whole(id_)
            self.groups[id_] = self.groups[id_] | fields
            self._record("UPDATE", "CALL_PARK_GROUP", self.groups[id_]["name"], before, self._whole(id_), by)

    def drop_group(self, id_: str, by: Actor) -> None:
        """Its members are in no group then."""
        with self.lock:
            before = self._whole(id_)
            del self.groups[id_], self.members[id_]
            self._record("DELETE", "CALL_PARK_GROUP", before["name"], before, {}, by)

    def change_members(self, id_: str, extensions: Iterable[str], by: Actor) -> None:
        """Exactly these, in this order."""
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
                "created_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
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
