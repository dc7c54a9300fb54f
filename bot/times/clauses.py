"""Separates the times at the end of a command line from the rest of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.messages.text import Word, Words, join_words
from bot.times.model import End, Start
from bot.times.parser import (
    AT,
    END_EXAMPLES,
    FOR,
    IN,
    NAMED_DAYS,
    START_EXAMPLES,
    UNTIL,
    read_end,
    read_start,
    read_wall_clock,
)

MAX_WORDS = 20
"""Words in the longest pair of times: each with weekday, day, month, year and time of day."""

Times = dict[str, Start | End]
"""Times by field name: `starts`, `ends`, or both."""


@dataclass(frozen=True, slots=True)
class TimeClause:
    """The line without the times at its end, those times, and how they were typed."""

    rest: Words
    times: Times = field(default_factory=dict)
    typed: str = ""


def time_splits(words: Words) -> tuple[TimeClause, ...]:
    """Every way to take times off the end of a line, the longest first; a comma leaves only one."""
    for index in _opener_indexes(words):
        clauses = _split_clauses(words[index:])
        if not clauses:
            continue
        rest, decisive = _strip_comma(words[:index])
        longest = TimeClause(rest, _read_all(clauses), join_words(words[index:]))
        if decisive:
            return (longest,)
        # the first time may belong to a name, as in: delete Desk at 18:00 at 20:00
        last = [TimeClause(words[: -len(clause)], _read_all([clause]), join_words(clause)) for clause in clauses[1:]]
        return (longest, *last, TimeClause(words))
    return (TimeClause(words),)


def find_malformed_time(words: Words) -> tuple[TimeClause, str] | None:
    """Finds an invalid time at the end; returns it separated from the line, and what to type instead."""
    for index in reversed(list(_opener_indexes(words))):
        last = words[index:]
        if _looks_like_time(last) and not _split_clauses(last):
            return TimeClause(_strip_comma(words[:index])[0], {}, join_words(last)), _explain_malformed(last)
    return None


def time_hint(text: str, *, may_end: bool) -> str | None:
    """Explains an unknown name that ends like a time; None if it does not."""
    words = tuple(map(Word, text.split()))
    if found := find_malformed_time(words):
        return found[1]
    tail = time_splits(words)[0]
    return no_end_message(tail.typed) if "ends" in tail.times and not may_end else None


def no_end_message(typed: str) -> str:
    """Explains why an operation that can't be temporary has no end."""
    return (
        f"“{typed}” is of no use here: create, rename and delete don't end by themselves."
        f" They can begin {START_EXAMPLES}."
    )


def _opener_indexes(words: Words) -> Iterator[int]:
    openers = (*FOR, *UNTIL, *IN, *AT, *NAMED_DAYS)
    for index in range(max(1, len(words) - MAX_WORDS), len(words)):
        if words[index].is_keyword(*openers):
            yield index


def _strip_comma(rest: Words) -> tuple[Words, bool]:
    last = rest[-1]
    if last.quoted or not last.text.endswith(","):
        return rest, False
    without_comma = last.text.rstrip(",")
    return (*rest[:-1], *([Word(without_comma)] if without_comma else [])), True


def _split_clauses(words: Words) -> list[Words]:
    """Splits words into one time, or into a start and an end in either order; empty if they are no times."""
    if _read_clause(words):
        return [words]
    for index in _opener_indexes(words):
        first, second = _read_clause(words[:index]), _read_clause(words[index:])
        if first and second and first.keys() != second.keys():
            return [words[:index], words[index:]]
    return []


def _read_all(clauses: list[Words]) -> Times:
    times = {name: value for clause in clauses for name, value in _read_clause(clause).items()}
    return dict(sorted(times.items(), reverse=True))  # `starts` before `ends`


def _read_clause(words: Words) -> Times:
    """The value of one time by its field; empty if it is invalid, or could be a start or an end."""
    if len(words) == 1 and not words[0].is_keyword("today", "tonight"):
        return {}
    try:
        return {"starts": read_start(words)} if _begins(words) else {"ends": read_end(words)}
    except ValueError:
        return {}


def _begins(words: Words) -> bool:
    """Whether the words are a start; `today` and `tonight` alone are an end."""
    return words[0].is_keyword(*IN, *AT) or (words[0].is_keyword(*NAMED_DAYS) and len(words) > 1)


def _looks_like_time(words: Words) -> bool:
    """Whether a name is unlikely to end like this, so that its author must have meant a time."""
    if any(word.quoted for word in words):
        return False
    first, *others = words
    if first.is_keyword(*NAMED_DAYS) or not others:
        return first.is_keyword(*NAMED_DAYS) and (not others or others[0].is_keyword(*AT))
    return (
        first.is_keyword(*UNTIL) or others[0].text[0].isdigit() or read_wall_clock(others[0].text.lower()) is not None
    )


def _explain_malformed(words: Words) -> str:
    if len(words) == 1:
        return f"When {words[0].text}? Type at {words[0].text} 8:00 to begin then, or until {words[0].text}."
    try:
        _ = read_start(words) if _begins(words) else read_end(words)
    except ValueError as fault:
        return str(fault)
    return f"“{join_words(words)}” is no time that I know: {END_EXAMPLES}; {START_EXAMPLES}."
