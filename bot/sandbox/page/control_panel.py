"""The page's control panel: clock, bot process, fault switches, and the state and requests of the fake PBX."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any
from urllib.parse import unquote

from bot.sandbox.bot_process import BotProcess
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.faults import Fault, FaultKind
from bot.sandbox.pbx.http import RecordedRequest
from bot.sandbox.slack.faults import Drop

Choices = tuple[tuple[str, str], ...]
"""Pairs of value and label."""
DELAY_CHOICES: Choices = (
    ("0.0", "no time"),
    ("0.5", "half a second"),
    ("2.0", "2 seconds"),
    ("5.0", "5 seconds"),
    ("20.0", "20 seconds"),
)
"""Seconds a request takes."""
PBX_WRITE_PATTERN = "POST /api/call_park*"


@dataclass(frozen=True, kw_only=True)
class FaultSwitch:
    """A switch for one kind of fault; its state is read back from the fakes."""

    name: str
    label: str
    choices: Choices
    now: Callable[[Sandbox], str]
    set: Callable[[Sandbox, str], None]


_PBX_FAULTS = {
    "DROP_AFTER": FaultKind.DROP_AFTER,
    "DROP_BEFORE": FaultKind.DROP_BEFORE,
    "LATE": FaultKind.LATE,
    "STATUS": FaultKind.STATUS,
    "THROTTLED": FaultKind.THROTTLED,
}


def _pbx_fault(sandbox: Sandbox) -> str:
    return next((one.kind.name for one in sandbox.pbx.faults.pending), "")


def _set_pbx_fault(sandbox: Sandbox, value: str) -> None:
    """Replaces the pending fault."""
    sandbox.pbx.faults.pending.clear()
    if value:
        sandbox.pbx.faults.add(Fault(kind=_PBX_FAULTS[value], match=PBX_WRITE_PATTERN))


def _set_pbx_latency(sandbox: Sandbox, value: str) -> None:
    sandbox.pbx.faults.latency = float(value)


def _set_pbx_power(sandbox: Sandbox, value: str) -> None:
    if (value == "on") != sandbox.pbx.running:
        (sandbox.pbx.start if value == "on" else sandbox.pbx.stop)()


_SLACK_FAULTS: dict[str, str | int | Drop] = {
    "ratelimited": "ratelimited",
    "500": 500,
    "DROP_AFTER": Drop.AFTER,
}


def _slack_fault(sandbox: Sandbox) -> str:
    what = sandbox.slack.faults.waits("chat.postMessage")
    return next((name for name, one in _SLACK_FAULTS.items() if one == what), "")


def _set_slack_fault(sandbox: Sandbox, value: str) -> None:
    """Makes the next message that the bot posts fail."""
    delay = sandbox.slack.faults.latency_of("*")
    sandbox.slack.faults.clear()
    sandbox.slack.faults.latency("*", delay)
    if value:
        sandbox.slack.faults.fail("chat.postMessage", _SLACK_FAULTS[value], retry_after=3)


def _set_slack_latency(sandbox: Sandbox, value: str) -> None:
    sandbox.slack.faults.latency("*", float(value))


FAULT_SWITCHES = {
    one.name: one
    for one in (
        FaultSwitch(
            name="pbx_power",
            label="The PBX is",
            choices=(("on", "up"), ("off", "down")),
            now=lambda sandbox: "on" if sandbox.pbx.running else "off",
            set=_set_pbx_power,
        ),
        FaultSwitch(
            name="pbx_latency",
            label="It takes, for each request",
            choices=DELAY_CHOICES,
            now=lambda sandbox: str(float(sandbox.pbx.faults.latency)),
            set=_set_pbx_latency,
        ),
        FaultSwitch(
            name="pbx_fault",
            label="Its next write",
            choices=(
                ("", "goes well"),
                ("DROP_AFTER", "is done, and the connection dropped"),
                ("DROP_BEFORE", "is not done, and the connection dropped"),
                ("LATE", "is done half a second after the connection dropped"),
                ("STATUS", "fails with 500"),
                ("THROTTLED", "is refused with 429"),
            ),
            now=_pbx_fault,
            set=_set_pbx_fault,
        ),
        FaultSwitch(
            name="slack_latency",
            label="Slack takes, for each call",
            choices=DELAY_CHOICES,
            now=lambda sandbox: str(float(sandbox.slack.faults.latency_of("*"))),
            set=_set_slack_latency,
        ),
        FaultSwitch(
            name="slack_fault",
            label="Slack's next message",
            choices=(
                ("", "goes well"),
                ("ratelimited", "is rate limited (3 s)"),
                ("500", "fails with 500"),
                ("DROP_AFTER", "is posted, and the connection dropped"),
            ),
            now=_slack_fault,
            set=_set_slack_fault,
        ),
    )
}


MAX_REQUESTS = 60
"""Number of PBX requests shown, newest first."""
RECALL_TEXTS = {"USER_ONLY": "user", "RING_GROUP_ONLY": "", "USER_FIRST_THEN_RING_GROUP": "user, "}


@dataclass(frozen=True)
class RequestRow:
    """One request to the fake PBX, formatted for the template."""

    method: str
    path: str
    status: str
    write: bool
    bad: bool
    more: str


class ControlPanel:
    """Shows and changes the fakes and the bot process, for everybody who has the page open."""

    def __init__(self, sandbox: Sandbox, child: BotProcess) -> None:
        self.sandbox, self.child = sandbox, child
        self._actions: dict[str, Callable[[str], None]] = {
            "forward": self._forward,
            "kill": lambda _: self.child.kill(),
            "start": lambda _: self.child.start(),
            "cut": lambda _: self.sandbox.slack.link.drop(),
            "behind": self._change_in_console,
        }

    def perform(self, name: str, value: str) -> None:
        """Performs a control action.

        Raises:
            LookupError: There is no such action or switch.
        """
        if name in FAULT_SWITCHES:
            FAULT_SWITCHES[name].set(self.sandbox, value)
        else:
            self._actions[name](value)
        with self.sandbox.slack.state.changed:
            self.sandbox.slack.state.changed.notify_all()

    def template_variables(self, zone: tzinfo) -> dict[str, Any]:
        """Returns the variables of the control panel's template."""
        with self.sandbox.pbx.state.lock:
            return {
                "now": self.sandbox.now().astimezone(zone).strftime("%a %-d %b, %H:%M"),
                "pid": self.child.pid,
                "connected": self.sandbox.slack.connections > 0,
                "switches": [_switch_fields(self.sandbox, one) for one in FAULT_SWITCHES.values()],
                "server": self._server(),
                "groups": [self._group(id) for id in self.sandbox.pbx.state.groups],
                "latest": self.sandbox.pbx.state.audit[-1]["object_name"] if self.sandbox.pbx.state.audit else None,
                "users": [(n, user["display_name"]) for n, user in sorted(self.sandbox.pbx.state.users.items())],
                "heard": self._request_rows(),
            }

    def _forward(self, minutes: str) -> None:
        self.child.forward(timedelta(minutes=int(minutes)))

    def _change_in_console(self, value: str) -> None:
        """Changes a group's members in the PBX console, without the bot."""
        asked = json.loads(value)
        pbx, group, extension = self.sandbox.pbx, asked["group"], asked["extension"]
        if extension not in pbx.state.users or group not in pbx.state.groups:
            raise LookupError("no such user or group")
        if asked["how"] == "remove":
            pbx.console_remove_member(group, extension)
        elif extension not in pbx.state.members[group]:
            pbx.console_add_member(group, extension)

    def _server(self) -> str:
        server = self.sandbox.pbx.state.server
        state = "on" if server["enabled"] else "off"
        recall = self._recall(server)
        return (
            f"Call park is {state}, extension {server['extension_number']}; recalled to {recall} "
            f"after {server['recall_time']} s, ring group after {server['recall_ring_group_time']} s"
        )

    def _group(self, id: str) -> dict[str, Any]:
        state = self.sandbox.pbx.state
        group = state.groups[id]
        known = {"id": id, "name": group["name"], "slug": list(state.groups).index(id)}
        return {**known, "recall": self._recall(group), "members": state.members[id]}

    def _recall(self, record: dict[str, Any]) -> str:
        rings = record["recall_to"] != "USER_ONLY"
        ring_group = self.sandbox.pbx.state.ring_groups.get(record["ring_group_id"] or "", {}) if rings else {}
        return f"{RECALL_TEXTS.get(record['recall_to'], '')}{ring_group.get('name', '')}"

    def _request_rows(self) -> list[tuple[int, RequestRow]]:
        """Returns the latest requests with their numbers, newest first."""
        all_ = list(enumerate(self.sandbox.pbx.requests, 1))
        return [(number, self._request_row(one)) for number, one in reversed(all_[-MAX_REQUESTS:])]

    def _request_row(self, one: RecordedRequest) -> RequestRow:
        status = "waiting" if one.status is None else str(one.status)
        bad = one.status is None or one.status >= 400
        return RequestRow(one.method, self._readable_path(one.path), status, one.write, bad, _request_details(one))

    def _readable_path(self, path: str) -> str:
        """Returns the path with names in the place of group ids."""
        plain = unquote(path).removeprefix("/api")
        for id, one in (self.sandbox.pbx.state.groups | self.sandbox.pbx.state.ring_groups).items():
            plain = plain.replace(f"/{id}", f"/“{one['name']}”")
        return plain


def _switch_fields(sandbox: Sandbox, one: FaultSwitch) -> dict[str, Any]:
    return {"name": one.name, "label": one.label, "choices": one.choices, "now": one.now(sandbox)}


def _request_details(one: RecordedRequest) -> str:
    """Returns query and body as text; bodies of sign-in requests are left out."""
    query = "\n".join(f"{key} = {value}" for key, value in one.query.items())
    secret = "/auth/" in one.path or "/login/" in one.path
    body = "" if one.body is None or secret else json.dumps(one.body, indent=2, ensure_ascii=False)
    return "\n".join(part for part in (query, body) if part) or "nothing more"
