"""Time clauses at the end of a line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.messages.text import Word, Words, join
from bot.times.model import End, Start
from bot.times.parser import AT, ENDS, FOR, IN, NAMED, STARTS, UNTIL, read_end, read_start, read_wall

MOST = 20
"""Words: two times, each with weekday, date, year and time of day, have no more."""

Times = dict[str, Start | End]
"""By field: `starts`, `ends`, or both."""


@dataclass(frozen=True, slots=True)
class TimeClause:
    """The line without the times at its end, those times, and how they were typed."""

    rest: Words
    times: Times = field(default_factory=dict)
    typed: str = ""


def cut(words: Words) -> tuple[TimeClause, ...]:
    """Every way to take times off the end, the most first, none last; a comma before them leaves one way only."""
    for index in _openings(words):
        clauses = _clauses(words[index:])
        if not clauses:
            continue
        rest, settled = _without_comma(words[:index])
        whole = TimeClause(rest, _read(clauses), join(words[index:]))
        if settled:
            return (whole,)
        # the first may be the end of a name, as in: delete Desk at 18:00 at 20:00
        last = [TimeClause(words[: -len(clause)], _read([clause]), join(clause)) for clause in clauses[1:]]
        return (whole, *last, TimeClause(words))
    return (TimeClause(words),)


def odd(words: Words) -> tuple[TimeClause, str] | None:
    """What looks like a time and is none, cut off, with what to type instead; None where nothing does."""
    for index in reversed(list(_openings(words))):
        last = words[index:]
        if _looks_like_time(last) and not _clauses(last):
            return TimeClause(_without_comma(words[:index])[0], {}, join(last)), _fault(last)
    return None


def hint(text: str, *, may_end: bool) -> str | None:
    """What to say of a name that nobody has, if it ends like a time."""
    words = tuple(map(Word, text.split()))
    if found := odd(words):
        return found[1]
    tail = cut(words)[0]
    return no_end(tail.typed) if "ends" in tail.times and not may_end else None


def no_end(typed: str) -> str:
    """Why this time can't follow an operation that only begins."""
    return f"“{typed}” is of no use here: create, rename and delete don't end by themselves. They can begin {STARTS}."


def _openings(words: Words) -> Iterator[int]:
    openers = (*FOR, *UNTIL, *IN, *AT, *NAMED)
    for index in range(max(1, len(words) - MOST), len(words)):
        if words[index].form_context(*openers):
            yield index


def _without_comma(rest: Words) -> tuple[Words, bool]:
    last = rest[-1]
    if last.quoted or not last.text.endswith(","):
        return rest, False
    bare = last.text.rstrip(",")
    return (*rest[:-1], *([Word(bare)] if bare else [])), True


def _clauses(words: Words) -> list[Words]:
    """One time, or a start and an end in either order."""
    if _clause(words):
        return [words]
    for index in _openings(words):
        first, second = _clause(words[:index]), _clause(words[index:])
        if first and second and first.keys() != second.keys():
            return [words[:index], words[index:]]
    return []


def _read(clauses: list[Words]) -> Times:
    times = {name: value for clause in clauses for name, value in _clause(clause).items()}
    return dict(sorted(times.items(), reverse=True))  # the start first


def _clause(words: Words) -> Times:
    """The field that it fills, with what it means; empty where it is no time, or could be either's."""
    if len(words) == 1 and not words[0].form_context("today", "tonight"):
        return {}
    try:
        return {"starts": read_start(words)} if _begins(words) else {"ends": read_end(words)}
    except ValueError:
        return {}


def _begins(words: Words) -> bool:
    """`today` and `tonight` alone are when it ends; with a time of day they are when it begins."""
    return words[0].form_context(*IN, *AT) or (words[0].form_context(*NAMED) and len(words) > 1)


def _looks_like_time(words: Words) -> bool:
    """Whether nobody would end a name like that, or only somebody who can put it in quotes."""
    if any(word.quoted for word in words):
        return False
    first, *others = words
    if first.form_context(*NAMED) or not others:
        return first.form_context(*NAMED) and (not others or others[0].form_context(*AT))
    return first.form_context(*UNTIL) or others[0].text[0].isdigit() or read_wall(others[0].text.lower()) is not None


def _fault(words: Words) -> str:
    if len(words) == 1:
        return f"When {words[0].text}? Type at {words[0].text} 8:00 to begin then, or until {words[0].text}."
    try:
        _ = read_start(words) if _begins(words) else read_end(words)
    except ValueError as fault:
        return str(fault)
    return f"“{join(words)}” is no time that I know: {ENDS}; {STARTS}."
