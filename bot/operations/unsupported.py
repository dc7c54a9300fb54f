"""Requests that are often typed but can't be served, and lines that help instead."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import NotUnderstood
from bot.messages.message import Offer
from bot.messages.text import Words
from bot.operations.syntax import CommandPattern, command_patterns
from bot.texts import lines as line_texts


@dataclass(frozen=True, slots=True)
class UnsupportedRequest:
    """Patterns of a request that can't be served, the reason, and lines that help instead."""

    phrases: tuple[str, ...]
    text: Callable[[], str]
    lines: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[CommandPattern, ...]:
        """The parsed patterns."""
        return tuple(pattern for text in self.phrases for pattern in command_patterns(text))


UNSUPPORTED = (
    UnsupportedRequest(
        (
            "recall time {group} {time}",
            "recall time of|for {group} {time}",
            "recall time of|for {group} to {time}",
            "set {group} recall time {time}",
            "set {group} recall time to {time}",
            "recall {group} time {time}",
            "recall {group} in|after {time}",
            "{group} recall time {time}",
        ),
        lambda: line_texts.GROUP_TIMERS,
        ("server",),
    ),
    UnsupportedRequest(
        (
            "park {call}",
            "park",
            "unpark {call}",
            "unpark",
            "pick|pickup {call}",
            "pickup",
            "retrieve {call}",
            "calls",
            "list|show calls",
            "list|show parked calls",
            "parked",
            "parked calls",
            "who is parked",
            "hang up {call}",
            "transfer {call}",
        ),
        lambda: line_texts.LIVE_CALLS,
        ("server",),
    ),
    UnsupportedRequest(
        (
            "turn|switch on|off {group}",
            "turn|switch {group} on|off",
            "enable|disable|activate|deactivate {group}",
        ),
        lambda: line_texts.NO_GROUP_SWITCH,
        ("pending",),
    ),
)
"""Requests that are often typed but can't be served."""


def unsupported_request(words: Words) -> NotUnderstood | None:
    """The error for a request that can't be served; None for any other line."""
    for unsupported in UNSUPPORTED:
        matches = [found for pattern in unsupported.patterns for found in pattern.match(words)]
        if any(not found.get("group", ()) or not found["group"][-1].is_keyword("server") for found in matches):
            return NotUnderstood(
                unsupported.text(), offers=tuple(Offer(label=line, line=line) for line in unsupported.lines)
            )
    return None
