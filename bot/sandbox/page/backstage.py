"""The sandbox's machinery: what a visitor may see and set there, and Park may not."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any
from urllib.parse import unquote

from bot.sandbox.child import Child
from bot.sandbox.page.breaking import SWITCHES, Switch
from bot.sandbox.pbx.heard import Heard
from bot.sandbox.stage import Stage

SHOWN = 60
"""Requests."""
RECALLS = {"USER_ONLY": "user", "RING_GROUP_ONLY": "", "USER_FIRST_THEN_RING_GROUP": "user, "}


@dataclass(frozen=True)
class Shown:
    """One request that the PBX heard, in words."""

    method: str
    path: str
    status: str
    write: bool
    bad: bool
    more: str


class Backstage:
    """What is set here is set for all who look."""

    def __init__(self, stage: Stage, child: Child) -> None:
        self.stage, self.child = stage, child
        self._acts: dict[str, Callable[[str], None]] = {
            "forward": self._forward,
            "kill": lambda _: self.child.kill(),
            "start": lambda _: self.child.start(),
            "cut": lambda _: self.stage.slack.link.drop(),
            "behind": self._behind,
        }

    def do(self, name: str, value: str) -> None:
        """LookupError where there is no such thing to do."""
        if name in SWITCHES:
            SWITCHES[name].set(self.stage, value)
        else:
            self._acts[name](value)
        with self.stage.slack.state.changed:
            self.stage.slack.state.changed.notify_all()

    def seen(self, zone: tzinfo) -> dict[str, Any]:
        """What the template shows."""
        with self.stage.pbx.state.lock:
            return {
                "now": self.stage.now().astimezone(zone).strftime("%a %-d %b, %H:%M"),
                "pid": self.child.pid,
                "connected": self.stage.slack.connections > 0,
                "switches": [_switch(self.stage, one) for one in SWITCHES.values()],
                "server": self._server(),
                "groups": [self._group(id) for id in self.stage.pbx.state.groups],
                "latest": self.stage.pbx.state.audit[-1]["object_name"] if self.stage.pbx.state.audit else None,
                "users": [(n, user["display_name"]) for n, user in sorted(self.stage.pbx.state.users.items())],
                "heard": self._heard(),
            }

    def _forward(self, minutes: str) -> None:
        self.child.forward(timedelta(minutes=int(minutes)))

    def _behind(self, value: str) -> None:
        """A change by somebody else."""
        asked = json.loads(value)
        pbx, group, extension = self.stage.pbx, asked["group"], asked["extension"]
        if extension not in pbx.state.users or group not in pbx.state.groups:
            raise LookupError("no such user or group")
        if asked["how"] == "remove":
            pbx.console_remove_member(group, extension)
        elif extension not in pbx.state.members[group]:
            pbx.console_add_member(group, extension)

    def _server(self) -> str:
        server = self.stage.pbx.state.server
        state = "on" if server["enabled"] else "off"
        recall = self._recall(server)
        return (
            f"Call park is {state}, extension {server['extension_number']}; recalled to {recall} "
            f"after {server['recall_time']} s, ring group after {server['recall_ring_group_time']} s"
        )

    def _group(self, id: str) -> dict[str, Any]:
        state = self.stage.pbx.state
        group = state.groups[id]
        known = {"id": id, "name": group["name"], "slug": list(state.groups).index(id)}
        return {**known, "recall": self._recall(group), "members": state.members[id]}

    def _recall(self, record: dict[str, Any]) -> str:
        rings = record["recall_to"] != "USER_ONLY"
        ring_group = self.stage.pbx.state.ring_groups.get(record["ring_group_id"] or "", {}) if rings else {}
        return f"{RECALLS.get(record['recall_to'], '')}{ring_group.get('name', '')}"

    def _heard(self) -> list[tuple[int, Shown]]:
        """Newest first, with its number."""
        all_ = list(enumerate(self.stage.pbx.requests, 1))
        return [(number, self._shown(one)) for number, one in reversed(all_[-SHOWN:])]

    def _shown(self, one: Heard) -> Shown:
        status = "waiting" if one.status is None else str(one.status)
        bad = one.status is None or one.status >= 400
        return Shown(one.method, self._named(one.path), status, one.write, bad, _more(one))

    def _named(self, path: str) -> str:
        """With names for the ids of groups and ring groups."""
        plain = unquote(path).removeprefix("/api")
        for id, one in (self.stage.pbx.state.groups | self.stage.pbx.state.ring_groups).items():
            plain = plain.replace(f"/{id}", f"/“{one['name']}”")
        return plain


def _switch(stage: Stage, one: Switch) -> dict[str, Any]:
    return {"name": one.name, "label": one.label, "choices": one.choices, "now": one.now(stage)}


def _more(one: Heard) -> str:
    """Query and body; signing in is nobody's to read."""
    query = "\n".join(f"{key} = {value}" for key, value in one.query.items())
    secret = "/auth/" in one.path or "/login/" in one.path
    body = "" if one.body is None or secret else json.dumps(one.body, indent=2, ensure_ascii=False)
    return "\n".join(part for part in (query, body) if part) or "nothing more"
