"""Switches for what goes wrong, each read back from the sandboxes' own scripts."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.pbx.faults import Fault, Kind
from bot.sandbox.slack.faults import Drop
from bot.sandbox.stage import Stage

Choices = tuple[tuple[str, str], ...]
"""Value, label."""
SECONDS: Choices = (
    ("0.0", "no time"),
    ("0.5", "half a second"),
    ("2.0", "2 seconds"),
    ("5.0", "5 seconds"),
    ("20.0", "20 seconds"),
)
WRITE = "POST /api/call_park*"


@dataclass(frozen=True, kw_only=True)
class Switch:
    name: str
    label: str
    choices: Choices
    now: Callable[[Stage], str]
    set: Callable[[Stage, str], None]


_PBX_FAULTS = {
    "DROP_AFTER": Kind.DROP_AFTER,
    "DROP_BEFORE": Kind.DROP_BEFORE,
    "LATE": Kind.LATE,
    "STATUS": Kind.STATUS,
    "THROTTLED": Kind.THROTTLED,
}


def _pbx_fault(stage: Stage) -> str:
    return next((one.kind.name for one in stage.pbx.faults.pending), "")


def _set_pbx_fault(stage: Stage, value: str) -> None:
    """In the place of the one that waits."""
    stage.pbx.faults.pending.clear()
    if value:
        stage.pbx.faults.add(Fault(kind=_PBX_FAULTS[value], match=WRITE))


def _set_pbx_latency(stage: Stage, value: str) -> None:
    stage.pbx.faults.latency = float(value)


def _set_pbx_power(stage: Stage, value: str) -> None:
    if (value == "on") != stage.pbx.running:
        (stage.pbx.start if value == "on" else stage.pbx.stop)()


_SLACK_FAULTS: dict[str, str | int | Drop] = {
    "ratelimited": "ratelimited",
    "500": 500,
    "DROP_AFTER": Drop.AFTER,
}


def _slack_fault(stage: Stage) -> str:
    what = stage.slack.faults.waits("chat.postMessage")
    return next((name for name, one in _SLACK_FAULTS.items() if one == what), "")


def _set_slack_fault(stage: Stage, value: str) -> None:
    """For the next two messages that the bot posts."""
    delay = stage.slack.faults.latency_of("*")
    stage.slack.faults.clear()
    stage.slack.faults.latency("*", delay)
    if value:
        stage.slack.faults.fail("chat.postMessage", _SLACK_FAULTS[value], retry_after=3)


def _set_slack_latency(stage: Stage, value: str) -> None:
    stage.slack.faults.latency("*", float(value))


SWITCHES = {
    one.name: one
    for one in (
        Switch(
            name="pbx_power",
            label="The PBX is",
            choices=(("on", "up"), ("off", "down")),
            now=lambda stage: "on" if stage.pbx.running else "off",
            set=_set_pbx_power,
        ),
        Switch(
            name="pbx_latency",
            label="It takes, for each request",
            choices=SECONDS,
            now=lambda stage: str(float(stage.pbx.faults.latency)),
            set=_set_pbx_latency,
        ),
        Switch(
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
        Switch(
            name="slack_latency",
            label="Slack takes, for each call",
            choices=SECONDS,
            now=lambda stage: str(float(stage.slack.faults.latency_of("*"))),
            set=_set_slack_latency,
        ),
        Switch(
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
