"""Separates the times in a command line from the rest of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bot.messages.text import Word, Words, join_words, split_words
from bot.recurrence.model import Recurrence
from bot.recurrence.reading import may_repeat, read_recurrence
from bot.texts import recurrences
from bot.texts import times as texts
from bot.times.days import is_weekday
from bot.times.model import Duration, End, Start
from bot.times.parser import UNTIL, read_end, read_start
from bot.times.spans import explain as explain_start_and_end
from bot.times.spans import read_times as read_start_and_end
from bot.times.spelling import REPETITION_OPENERS, begins_repetition, normalize, repeats

Times = dict[str, Start | End | Recurrence]
"""Times by field name: `starts`, `ends` or both, or `recurs`."""

MAX_WORDS = 36
"""Words of the longest repetition: with its days, times, first and last day, exception and time zone."""
_FOLLOWING = ("to", "into", "from", "in", "out", "of", "then", "recall", "because")
"""Fixed words of commands that may follow a time inside a line."""
MAX_DURATION_WORDS = 4
"""Words of the longest duration: 1 hour 30 minutes."""
MAX_INNER_OPENERS = 12
"""Words within a line at which a time may begin, so that a hostile line can't cost much time."""

_MARKERS = ("for", "until", "through", "in", "at", "on", "from")
_DAYS = ("today", "tonight", "tomorrow", "overmorrow")
_FIRST_WORDS = frozenset(
    {
        *_MARKERS,
        *_DAYS,
        "outside",
        "after",
        "out",
        "alternate",
        "working",
        "business",
        "first",
        "last",
        "up",
        "the",
        "this",
        "next",
        "all",
        "over",
        "overnight",
        "between",
        "starting",
        "beginning",
    }
    | {"during", "allday", "now", "right"}
)
_SIGNED_NUMBER = re.compile(r"[-+~]?\d")
_VAGUE = re.compile(
    r"\b(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|weekend|months?|years?|fortnights?|while|ever|now|good"
    r"|moment|bit|long|morning|afternoon|evening|noon|lunch|soon|later|further notice|whenever|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday)\b"
)


@dataclass(frozen=True, slots=True)
class TimeClause:
    """The line without its times, those times, and how they were typed."""

    rest: Words
    times: Times = field(default_factory=dict)
    typed: str = ""


def read_times(words: Words) -> Times:
    """Reads a start, an end, both, or a repetition; empty if the words are no times."""
    found: Times = {**read_start_and_end(words)}
    if found or not words or any(word.quoted for word in words):
        return found
    if not may_repeat(normalize(join_words(words))):
        return {}
    try:
        return {"recurs": read_recurrence(words)}
    except ValueError:
        return {}


def time_splits(words: Words) -> tuple[TimeClause, ...]:
    """Every way to take times out of a line, the longest first; a comma before them leaves only one."""
    for index in _opener_indexes(words, max(1, len(words) - MAX_WORDS)):
        times = read_times(words[index:])
        if not times:
            continue
        rest, decisive = _strip_comma(words[:index])
        longest = TimeClause(rest, _in_order(times), join_words(words[index:]))
        if decisive:
            return (longest,)
        both = [_with_inner(clause, longest) for clause in _inner_clauses(rest)] if len(times) == 1 else []
        # the first time may belong to a name, as in: delete Desk at 18:00 at 20:00
        last = [TimeClause(words[:cut], found, join_words(words[cut:])) for cut, found in _later_times(words, index)]
        if "recurs" in times and (shorter := read_times(words[index + 1 :])) == times:
            # the first word may belong to the line, as in: server on every day 22:00 to 6:00
            before, separated = _strip_comma(words[: index + 1])
            last.insert(0, TimeClause(before, shorter, join_words(words[index + 1 :])))
            if separated:
                return (last[0],)
        return (*filter(None, both), longest, *last, TimeClause(words))
    return (*_inner_clauses(words), TimeClause(words))


def _later_times(words: Words, index: int) -> Iterator[tuple[int, Times]]:
    """The second of two times that begin at `index`, and where it begins."""
    for cut in _opener_indexes(words, index + 1):
        if read_times(words[index:cut]) and (found := read_times(words[cut:])):
            yield cut, found


def _inner_clauses(words: Words) -> list[TimeClause]:
    """The line without a time at its start, after its first word or before a fixed word: add 1001 for 2h to Sales."""
    found = list[TimeClause]()
    indexes = [index for index in range(len(words)) if _may_open(words[index])][:MAX_INNER_OPENERS]
    for index in indexes:
        for end in range(min(len(words) - 1, index + MAX_WORDS), index, -1):
            if index > 1 and not words[end].is_keyword(*_FOLLOWING):
                continue  # the time may go on with a word that can't be read
            inner = _without_comma(words[index:end])
            if times := read_times(inner):
                found.append(TimeClause((*words[:index], *words[end:]), _in_order(times), join_words(inner)))
    return found


def _with_inner(inner: TimeClause, tail: TimeClause) -> TimeClause | None:
    """Both times of a line that has one inside it and one at its end."""
    if inner.times.keys() & tail.times.keys():
        return None
    if "recurs" in inner.times:  # every Monday 9:00 to 12:00 add 1001 to Sales until 31 March
        typed = f"{inner.typed} {tail.typed}"
        whole = read_times(split_words(typed))
        return TimeClause(inner.rest, whole, typed) if whole else None
    return TimeClause(inner.rest, _in_order(inner.times | tail.times), f"{inner.typed} {tail.typed}")


def find_malformed_time(words: Words) -> tuple[TimeClause, str] | None:
    """Finds an invalid time at the end; returns it separated from the line, and what to type instead."""
    indexes = list(_opener_indexes(words, max(1, len(words) - MAX_WORDS)))
    # a repetition holds other times, which are explained with it
    repeated = [index for index in indexes if words[index].is_keyword("every", "each")]
    for index in (*repeated[:1], *reversed(indexes)):
        last = words[index:]
        if _looks_like_time(last) and not read_times(last):
            return TimeClause(_strip_comma(words[:index])[0], {}, join_words(last)), _explain_malformed(last)
    return None


def bare_time(words: Words) -> TimeClause | None:
    """The line without a time at its end that lacks its first word: a duration without `for`, two without `from`.

    As in: recall Sales to Night Desk 2h, or: recall Sales to Night Desk 22:00-6:00.
    """
    for length in range(min(MAX_DURATION_WORDS, len(words) - 1), 0, -1):
        last = words[-length:]
        if any(word.quoted for word in last):
            continue
        times = read_times((Word("for"), *last))
        end = times.get("ends")
        if len(times) == 1 and isinstance(end, End) and isinstance(end.when, Duration):
            return TimeClause(words[:-length], times, join_words(last))
        times = read_times((Word("from"), *last))
        if times.keys() == {"starts", "ends"}:
            return TimeClause(words[:-length], times, join_words(last))
    return None


def repetition_hint(text: str) -> str | None:
    """Explains a line that ends in a repetition that can't be read; None if it does not."""
    try:
        words = split_words(text)
    except ValueError:
        return None
    for index in _opener_indexes(words, max(1, len(words) - MAX_WORDS)):
        last = words[index:]
        if any(word.quoted for word in last) or not begins_repetition(normalize(join_words(last))):
            continue
        return None if read_times(last) else explain_repetition(last)
    return None


def span_hint(text: str) -> str | None:
    """Explains a line that ends in a start and an end which can't be read together; None if it does not."""
    try:
        words = split_words(text)
    except ValueError:
        return None
    spans = (words[index:] for index in _opener_indexes(words, max(1, len(words) - MAX_WORDS)))
    plain = (span for span in spans if not any(word.quoted for word in span) and not read_times(span))
    return next(filter(None, map(explain_start_and_end, plain)), None)


def time_hint(text: str, *, may_end: bool) -> str | None:
    """Explains an unknown name that ends like a time; None if it does not."""
    words = tuple(map(Word, text.split()))
    if found := find_malformed_time(words):
        return found[1] if may_end or not repeats(found[0].typed) else recurrences.CANNOT_REPEAT
    tail = time_splits(words)[0]
    if may_end:
        return None
    return (
        recurrences.CANNOT_REPEAT
        if "recurs" in tail.times
        else texts.cannot_be_temporary()
        if "ends" in tail.times
        else None
    )


def _opener_indexes(words: Words, first: int) -> Iterator[int]:
    for index in range(first, len(words)):
        if _may_open(words[index]):
            yield index


@lru_cache(maxsize=4096)
def _may_open(word: Word) -> bool:
    """Whether a time may begin with this word; a line is split several times, and words recur."""
    if word.quoted:
        return False
    text = normalize(word.text)
    first = text.partition(" ")[0]
    return (
        first in _FIRST_WORDS
        or first in REPETITION_OPENERS
        or is_weekday(re.split("[-/]", first)[0])
        or re.fullmatch(r"\d{4}-\d\d-\d\d", first) is not None
    )


def _strip_comma(rest: Words) -> tuple[Words, bool]:
    if not rest:
        return rest, False
    last = rest[-1]
    if last.quoted or not last.text.endswith(","):
        return rest, False
    return _without_comma(rest), True


def _without_comma(words: Words) -> Words:
    last = words[-1]
    if last.quoted or not last.text.endswith(","):
        return words
    without_comma = last.text.rstrip(",")
    return (*words[:-1], *([Word(without_comma)] if without_comma else []))


def _in_order(times: Times) -> Times:
    return dict(sorted(times.items(), reverse=True))  # `starts` before `ends`


def _looks_like_time(words: Words) -> bool:
    """Whether a name is unlikely to end like this, so that its author must have meant a time."""
    if any(word.quoted for word in words):
        return False
    text = normalize(join_words(words))
    first, _, rest = text.partition(" ")
    if repeats(text):
        return True
    if first in _DAYS:
        return not rest or rest.startswith("at ")
    if not rest:
        return False
    return first in UNTIL or (first in _MARKERS and (_SIGNED_NUMBER.match(rest) or _VAGUE.search(rest)) is not None)


def explain_repetition(words: Words) -> str:
    """What to type in place of words that ask for a repetition, which may be a correct one."""
    try:
        _ = read_recurrence(words)
    except ValueError as fault:
        return str(fault)
    return recurrences.NO_REPEATED_TIME


def _explain_malformed(words: Words) -> str:
    text = normalize(join_words(words))
    if repeats(text):
        return explain_repetition(words)
    if len(words) == 1:
        return texts.start_or_end(words[0].text)
    if (unclear := explain_start_and_end(words)) is not None:
        return unclear
    try:
        _ = read_start(words) if text.split()[0] in ("in", "at", "on", "from") else read_end(words)
    except ValueError as fault:
        return str(fault)
    return texts.unreadable(join_words(words), texts.ANY_EXAMPLES)
