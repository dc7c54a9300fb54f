"""What a line asks of the history: whose, about what, by whom and of when, in any order."""

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Literal, Self, get_args

from bot.messages.text import Word, Words, join_words, quote, split_words, words_as_text
from bot.operations.arguments.times import Period, SomeoneId
from bot.operations.arguments.types import ArgumentType, ChangeNumber, is_number, read_name
from bot.operations.base import ReadOperation
from bot.operations.syntax import CommandPattern, Matches, command_patterns
from bot.policy.model import Permission
from bot.texts import lines
from bot.texts import times as time_texts
from bot.times.clauses import Times
from bot.times.periods import is_period

Aspect = Literal["recall", "members", "name"]
"""What of a group a change changed."""
_ASPECTS: dict[str, Aspect] = {
    **dict.fromkeys(("recall", "recalls", "recall's", "target"), "recall"),
    **dict.fromkeys(("member", "members", "membership", "users", "people"), "members"),
    **dict.fromkeys(("name", "names"), "name"),
}
_ABOUT = ("of", "for", "on", "in", "to", "about", "with")
"""Words before the name of a group."""
_FILLERS = ("what", "anything", "something", "everything", "all", "it", "this", "that", "here", "changes", "requests")
_ANYBODY = ("somebody", "someone", "anybody", "anyone", "people", "members", "users")
_PERIOD_OPENERS = ("since", "until", "before", "after", "between", "from", "during")
_NAMES_ITSELF = r"today|yesterday|overnight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{4}-\d\d(?:-\d\d)?"
"""Single words that are a period also after a name."""
_PARTS_OF_DAY = ("morning", "afternoon", "evening", "night", "weekend", "noon", "midnight")
MAX_PERIOD_WORDS = 10
"""Words of the longest period: from the first of November 2025 to the 15th of November 2026."""


def _read_aspect(words: Words) -> Aspect:
    if len(words) == 1 and not words[0].quoted and (found := _ASPECTS.get(words[0].text.lower())):
        return found
    raise ValueError(lines.one_order("history Sales recall"))


def _say_group(name: str) -> str:
    """Quotes a name that would be divided, such as one that ends like a period."""
    text = quote(name)
    try:
        is_whole = divide(split_words(text)) == {"group": split_words(text)}
    except ValueError:
        is_whole = False
    return text if is_whole else quote(name, always=True)


def _say_member(text: str) -> str:
    """Quotes a name that would be divided, and a mention, which would be whoever made a change."""
    said = text if text.isdigit() else quote(text)
    try:
        is_whole = divide(split_words(f"member {said}")) == {"member": split_words(said)}
    except ValueError:
        is_whole = False
    return said if is_whole else quote(text, always=True)


HISTORY_GROUP = ArgumentType(placeholder="<group>", read=read_name, say=_say_group, takes_any_words=True)
"""The name of a group that may no longer exist, so it is not looked up on the PBX."""
HISTORY_MEMBER = ArgumentType(placeholder="<member>", read=words_as_text, say=_say_member, takes_any_words=True)
"""A member by number, name or mention, who may no longer exist."""
ASPECT = ArgumentType(placeholder=f"<{' | '.join(get_args(Aspect))}>", read=_read_aspect, say=str)


class HistoryQuery(ReadOperation):
    """Selects requests by group, member, what of the group was changed, user and period."""

    permission = Permission.HISTORY

    group: Annotated[str, HISTORY_GROUP] | None = None
    member: Annotated[str, HISTORY_MEMBER] | None = None
    aspect: Annotated[Aspect, ASPECT] | None = None
    person: SomeoneId | None = None
    period: Period | None = None
    before: ChangeNumber | None = None

    @classmethod
    @cache
    def patterns(cls) -> tuple[CommandPattern, ...]:
        """The patterns in `also`: each of their fields takes all that is typed, and `from_matches` divides it.

        The field `goal` is what a group became; the group's history shows that.
        """
        return tuple(pattern for text in cls.also for pattern in command_patterns(text))

    @classmethod
    def from_matches(cls, matches: Matches, times: Times | None = None) -> Self:
        parts: Matches = {"person": matches["person"]} if "person" in matches else {}
        goal = {name: words for name, words in divide(matches.get("goal", ())).items() if name in ("person", "period")}
        for found in (divide(matches.get("group", ())), divide_member(matches.get("member", ())), goal):
            if found.keys() & parts.keys():
                raise ValueError(lines.one_order(cls.examples[0]))
            parts |= found
        return super().from_matches(parts)


Divider = Callable[[Words], tuple[Words, Words]]
"""Returns the words of a part, without what marks it, and the rest; no words if there is no such part."""


def divide(words: Words) -> Matches:
    """Divides what follows `history` into its parts, which may stand in any order.

    Raises:
        ValueError: a period can't be read.
    """
    found: Matches = {}
    dividers: dict[str, Divider] = {"before": _take_number, "person": _take_person, "period": _take_period}
    while words and (name := next((one for one in dividers if dividers[one](words)[0]), None)):
        found[name], words = dividers.pop(name)(words)
    aspect, words = _take_aspect(_without_filler(words))
    if aspect:
        found["aspect"] = aspect
    member, words = _take_member(words)
    if member:
        found["member"] = member
    while len(words) > 1 and words[0].is_keyword(*_ABOUT, "the"):
        words = words[1:]
    if words and words[0].is_keyword("by"):
        raise ValueError(lines.NO_PERSON)
    opened = next((index for index, word in enumerate(words) if word.is_keyword(*_PERIOD_OPENERS)), None)
    if opened is not None:
        raise ValueError(time_texts.unreadable_period(join_words(words[opened:])))
    return {**found, **({"group": words} if words else {})}


def divide_member(words: Words) -> Matches:
    """Divides what stands between `who added` and `to`: a member, or any, and a period; without where from."""
    period, rest = _take_period(words)
    origin = next((index for index, word in enumerate(rest) if index and word.is_keyword("from")), len(rest))
    rest = rest[:origin]
    anybody = len(rest) == 1 and rest[0].is_keyword(*_ANYBODY)
    parts: Matches = {"aspect": (Word("members"),)} if anybody else {"member": rest} if rest else {}
    return parts | ({"period": period} if period else {})


def _take_member(words: Words) -> tuple[Words, Words]:
    """`member 1001`, at the end."""
    at = next((index for index, word in enumerate(words[:-1]) if word.is_keyword("member")), None)
    return ((), words) if at is None else (words[at + 1 :], words[:at])


def _without_filler(words: Words) -> Words:
    """The words without a comma at their end, and without `what`, `anything` and the like before them or alone."""
    if words and not words[-1].quoted and len(words[-1].text) > 1:
        words = (*words[:-1], Word(words[-1].text.rstrip(",")))
    bare = words[1:] if len(words) > 1 and words[0].is_keyword(*_ABOUT) else words
    filler = bool(bare) and bare[0].is_keyword(*_FILLERS) and (len(bare) == 1 or bare[1].is_keyword(*_ABOUT))
    return bare[1:] if filler else words


def _take_number(words: Words) -> tuple[Words, Words]:
    """`before change 42`, at the end."""
    for length in (3, 2):
        tail = words[-length:]
        marked = len(tail) == length and tail[0].is_keyword("before") and is_number(tail[-1:])
        if marked and (length == 2 or tail[1].is_keyword("change")):
            return tail[-1:], words[:-length]
    return (), words


def _take_person(words: Words) -> tuple[Words, Words]:
    """`by @ben` or `of me`, at either end; a mention alone is enough."""
    for index in dict.fromkeys((len(words) - 1, 0, 1)):
        if not 0 <= index < len(words):
            continue
        mentioned = not words[index].quoted and re.fullmatch(r"<@\w+>", words[index].text) is not None
        marked = index > 0 and words[index - 1].is_keyword("by", "of", "from", "for")
        if mentioned or (marked and words[index].is_keyword("me", "myself")):
            return words[index : index + 1], (*words[: index - marked], *words[index + 1 :])
    return (), words


def _take_period(words: Words) -> tuple[Words, Words]:
    """The longest period at the end, or at the start with a preposition after it."""
    for length in range(min(len(words), MAX_PERIOD_WORDS), 0, -1):
        if words[-length].text.isdigit() and words[-length - 1 : -length] and words[-length - 1].is_keyword("member"):
            continue  # the extension 1800 before "today", and not 18:00
        if _is_period(words[-length:], alone=length == len(words)):
            return words[-length:], words[:-length]
        before_name = len(words) > length and words[length].is_keyword(*_ABOUT, "by")
        if before_name and _is_period(words[:length], alone=True):
            return words[:length], words[length:]
    return (), words


def _is_period(words: Words, *, alone: bool) -> bool:
    """Whether the words are a period; a month or a part of the day beside a name is one only after a preposition."""
    if any(word.quoted for word in words):
        return False
    text = " ".join(word.text for word in words)
    names_itself = len(words) > 1 or re.fullmatch(_NAMES_ITSELF, text, re.IGNORECASE) is not None
    return (names_itself or (alone and text.lower() not in _PARTS_OF_DAY)) and is_period(text)


def _take_aspect(words: Words) -> tuple[Words, Words]:
    """`Sales' recall`, `Sales members` or `the recall of Sales`; the possessive of the group goes with it."""
    if words and not words[-1].quoted and words[-1].text.lower() in _ASPECTS:
        return words[-1:], _without_possessive(words[:-1])
    bare = words[1:] if words[:1] and words[0].is_keyword("the") else words
    if len(bare) > 2 and bare[0].is_keyword(*_ASPECTS) and bare[1].is_keyword(*_ABOUT):
        return bare[:1], bare[2:]
    return (), _without_possessive(words)


def _without_possessive(words: Words) -> Words:
    if not words or words[-1].quoted:
        return words
    bare = re.sub(r"(?<=\w)(?:['’]s|(?<=s)['’])$", "", words[-1].text)  # noqa: RUF001
    return (*words[:-1], Word(bare))
