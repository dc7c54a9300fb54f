"""Requests that are often typed but can't be served, and lines that help instead."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import NotFound, NotUnderstood
from bot.messages.courtesy import strip_leading
from bot.messages.message import Offer
from bot.messages.text import Words, fold, join_words
from bot.operations.base import Operation
from bot.operations.matching import operation_of_verb
from bot.operations.schedules import ScheduleControl
from bot.operations.scheduling import AboutChange
from bot.operations.syntax import CommandPattern, Matches, command_patterns
from bot.operations.undo import EndTemporary, UndoLast
from bot.texts import lines as line_texts


@dataclass(frozen=True, slots=True)
class UnsupportedRequest:
    """Patterns of a request that can't be served, the reason, and lines that help instead, with fields of a pattern."""

    phrases: tuple[str, ...]
    text: Callable[[], str]
    lines: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[CommandPattern, ...]:
        """The parsed patterns."""
        return tuple(pattern for text in self.phrases for pattern in command_patterns(text))


_PARK = "call|calls park|parking"
_TIMERS = "time|timeout|time-out|timer|timers|delay"
_TIMER = f"[recall|park|parking|hold|ring|ringing|call] [ring group] {_TIMERS}"
_SET = "set|change|make|increase|reduce|shorten|extend"
GROUP_TIMERS = UnsupportedRequest(
    (
        f"[what|how] [long] [is|what's|whats] [the] {_TIMER} of|for|on|in {{group}}",
        f"[the] {_TIMER} of|for|on|in {{group}} [to|is|=] {{time}}",
        f"{_TIMER} {{group}} [to] {{time}}",
        f"{_SET} [the] {_TIMER} of|for|on|in {{group}}",
        f"{_SET} [the] {_TIMER} of|for|on|in {{group}} [to] {{time}}",
        f"{_SET} {{group}} {_TIMER} [to] {{time}}",
        f"{{group}} {_TIMER} [to|is|=] {{time}}",
        f"recall {{group}} {_TIMER} [to] {{time}}",
        "recall {group} in|after {time}",
    ),
    lambda: line_texts.GROUP_TIMERS,
    ("server",),
)
"""A timer of one group: asked for before names are looked up, as its words would be taken for a part of the name."""
UNSUPPORTED = (
    GROUP_TIMERS,
    UnsupportedRequest(
        ("is|are|am {member} in {group}",), lambda: line_texts.SHOWN_BY_BUTTON, ("find {member}", "group {group}")
    ),
    UnsupportedRequest((f"is {_PARK} on|off", "is park on|off"), lambda: line_texts.SHOWN_BY_BUTTON, ("server",)),
    UnsupportedRequest(
        ("is {group} on|at|with {target}", "where do {group} calls go", "where do calls of|from|for {group} go"),
        lambda: line_texts.SHOWN_BY_BUTTON,
        ("group {group}",),
    ),
    UnsupportedRequest((f"disable|deactivate {_PARK}",), lambda: line_texts.WHOLE_SWITCH, ("server off",)),
    UnsupportedRequest((f"enable|activate {_PARK}",), lambda: line_texts.WHOLE_SWITCH, ("server on",)),
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
MAX_NEGATION = 3
"""Most words before the verb of a command that is negated: please don't you ever."""


_NEGATIONS = frozenset(
    (
        *("not", "don't", "dont", "doesn't", "never", "no", "nobody", "none", "nothing", "neither", "nor", "unless"),
        *("except", "excepting", "excluding", "without", "but", "instead"),
        *("nicht", "kein", "keine", "keinen", "nie", "niemals", "niemand", "ohne", "außer", "ausser", "sondern"),
        *("statt", "anstatt", "stattdessen"),
    )
)
"""Words that say what is not to be done: without them, a line says the opposite."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVERYTHING = _words("all everything everyone everybody every each both anything alle alles allen jede jeden sämtliche")
_SEVERAL = _words("""
    changes groups schedules members people users redirects redirections forwardings recalls requests approvals
    änderungen gruppen zeitpläne mitglieder weiterleitungen
""")
_BESIDE_ALL = _words("""
    the my our these those its it them this that of from for in since and park temporary scheduled pending open last
    latest recent first few two three four five ten change group today today's todays yesterday yesterday's tonight
    morning week i we did made have just now again at once else die der meine unsere von seit heute gestern letzten
    offenen geplanten und
""")


def means_all(text: str) -> bool:
    """Whether words stand for everything or for several things, and for nothing else: all changes, the last 3."""
    words = fold(text).split()
    beside = [word for word in words if word not in _EVERYTHING | _SEVERAL and not re.fullmatch(r"[\d:.]+", word)]
    if not _BESIDE_ALL.issuperset(beside):
        return False
    several = "last" in beside and len(beside) < len(words)
    return several or not (_EVERYTHING | _SEVERAL).isdisjoint(words)


def everything_at_once(operation: Operation, text: str) -> NotFound | None:
    """The error for a name that stands for everything, where one thing is named; None for any other name."""
    if not means_all(text):
        return None
    if isinstance(operation, UndoLast) and not isinstance(operation, EndTemporary):
        says, note, line = line_texts.ONE_UNDO, line_texts.MANY_UNDOS, "history today"
    elif isinstance(operation, ScheduleControl):
        says, note, line = line_texts.ONE_SCHEDULE, line_texts.LISTED_WITH_BUTTONS, "schedules"
    elif isinstance(operation, AboutChange | EndTemporary):
        says, note, line = line_texts.ONE_CHANGE, line_texts.LISTED_WITH_BUTTONS, "pending"
    else:
        note = line_texts.MANY_GROUPS if operation.changes() else ""
        says, line = line_texts.ONE_GROUP, "groups"
    return NotFound(says, notes=(note,) if note else (), offers=(Offer(label=line, line=line),))


def group_timer_request(words: Words) -> NotUnderstood | None:
    """The error for a line that sets or asks for a timer of a group; None for any other line."""
    is_timer = any(word.is_keyword(*_TIMERS.split("|")) for word in words)
    return unsupported_request(words, (GROUP_TIMERS,)) if is_timer else None


def negates(text: str) -> bool:
    """Whether words say what is not to be done, or what is to be left out."""
    return not _NEGATIONS.isdisjoint(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower()))


def negated_command(words: Words) -> NotUnderstood | None:
    """The error for a line that says not to do what its command does: don't delete Sales; None for any other line."""
    words = strip_leading(words)
    is_do_not = [word.text.lower() for word in words[:2]] == ["do", "not"]
    begins = bool(words) and (is_do_not or words[0].is_keyword("don't", "dont", "never", "not", "nicht"))
    if not begins or not any(operation_of_verb(words[index:]) for index in range(1, MAX_NEGATION + 1)):
        return None
    return NotUnderstood(line_texts.NOT_TO_DO, offers=(Offer(label="pending", line="pending"),))


def unsupported_request(words: Words, among: tuple[UnsupportedRequest, ...] = UNSUPPORTED) -> NotUnderstood | None:
    """The error for a request that can't be served; None for any other line."""
    for unsupported in among:
        matches = (found for pattern in unsupported.patterns for found in pattern.match(words))
        found = next((one for one in matches if not _is_server(one.get("group", ())) and _is_length(one)), None)
        if found is not None:
            typed = {name: "me" if value[0].is_keyword("i") else join_words(value) for name, value in found.items()}
            lines = [line.format_map(typed) for line in unsupported.lines]
            return NotUnderstood(unsupported.text(), offers=tuple(Offer(label=line, line=line) for line in lines))
    return None


def _is_length(match: Matches) -> bool:
    """Whether the time of a match, if it has one, is a number with or without a unit."""
    said = match.get("time")
    return said is None or re.fullmatch(r"\d+ ?[a-z]*", join_words(said), re.IGNORECASE) is not None


def _is_server(group: Words) -> bool:
    bare = group[1:] if group and group[0].is_keyword("the") else group
    return bool(bare) and (bare[0].is_keyword("server") or bare[-1].is_keyword("server"))
