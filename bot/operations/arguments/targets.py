"""Argument types of members and recall targets."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from bot.errors import Refused
from bot.messages.text import Word, Words, join_words, quote, split_words
from bot.operations.arguments.types import ME, ArgumentType, Reference, read_name
from bot.pbx.limits import check_extension
from bot.pbx.models import RecallTo
from bot.texts import lines as texts
from bot.times.clauses import find_malformed_time, time_splits

MAX_MEMBERS = 100
"""Members in one line, ranges included: each costs a request to the PBX."""
MIN_RUN = 5
"""Shortest run of consecutive numbers written as a range; shorter ones are easier to check singly."""


NUMBER_AND_NAME = re.compile(r"(?P<number>[0-9]{3,64}) (?P<name>\S.*)|(?P<title>.*\S) \((?P<digits>[0-9]{3,64})\)")
"""How Park and the PBX show somebody, `1005 Ben Ito`, or a ring group, `Night Desk (6001)`."""


def split_number(text: str) -> tuple[str, str] | None:
    """Number and name of a text that holds both, as Park shows them; None for any other text."""
    found = NUMBER_AND_NAME.fullmatch(text)
    return (found["number"] or found["digits"], (found["name"] or found["title"]).strip("()")) if found else None


def _read_members(words: Words) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in _parts(words):
        found.update(dict.fromkeys(_read_part(part)))
        if len(found) > MAX_MEMBERS:
            raise ValueError(texts.too_many_members(MAX_MEMBERS))
    if not found:
        raise ValueError(texts.NO_MEMBER)
    return tuple(found)


_JOINERS = ("and", "&", ",", ";", "plus", "+", "/")
_TO_RANGE = ("-", "to", "through", "thru", "until", "till", "..")
_KINDS = ("ext", "ext.", "extn", "extension", "extensions", "user", "users", "number", "numbers", "no.", "member")
"""Words before a number that say what it is."""
_NUMBERS_WITH_SIGNS = re.compile(r"[0-9-]+(?:[/+&;][0-9-]+)+")


def _parts(words: Words) -> list[list[Word]]:
    parts: list[list[Word]] = [[]]
    for word in words:
        if word.is_keyword(*_JOINERS):
            parts.append([])
        elif word.quoted or (not re.search("[,;]", word.text) and not _NUMBERS_WITH_SIGNS.fullmatch(word.text)):
            parts[-1].append(word)
        else:
            first, *others = re.split("[,;/+&]" if _NUMBERS_WITH_SIGNS.fullmatch(word.text) else "[,;]", word.text)
            parts[-1] += [Word(first)] if first else []
            parts += [[Word(other)] if other else [] for other in others]
    return [part for part in map(_without_kind, parts) if part]


def _without_kind(part: list[Word]) -> list[Word]:
    """The part without `ext` or the like before a number; `ext1001` and `x1001` too."""
    if part and (attached := re.fullmatch(r"(?:ext\.?|x|#)([0-9]{3,}(?:-[0-9]+)?)", part[0].text, re.IGNORECASE)):
        return [part[0] if part[0].quoted else Word(attached[1]), *part[1:]]
    if len(part) > 1 and part[0].is_keyword("the") and part[1].is_keyword(*_KINDS):
        part = part[1:]
    return part[1:] if len(part) > 1 and part[0].is_keyword(*_KINDS) and _is_number(part[1]) else part


def _is_number(word: Word) -> bool:
    return not word.quoted and re.fullmatch("[0-9-]+", word.text) is not None


def _read_part(part: list[Word]) -> list[str]:
    if len(part) == 1 and part[0].is_keyword("me", "myself", "i"):
        return [ME]
    if len(part) == 1 and not part[0].quoted:
        part = [Word(re.sub(r"(?<=[0-9])\.{2,3}(?=[0-9])", "-", part[0].text))]
    if len(part) == 3 and part[1].is_keyword(*_TO_RANGE) and _is_number(part[0]) and _is_number(part[2]):
        part = [Word("-".join((part[0].text, part[2].text)))]
    plain = [not word.quoted and re.fullmatch(r"[0-9-]+|<@\w+>", word.text) for word in part]
    if all(plain):
        return [number for word in part for number in _read_numbers(word.text)]
    tail = time_splits(tuple(part))[0]
    timed = tail.times or find_malformed_time(tuple(part))
    if NUMBER_AND_NAME.fullmatch(join_words(tuple(part))) and sum(map(bool, plain)) == 1 and not timed:
        return [join_words(tuple(part))]
    if any(plain):
        raise ValueError(texts.comma_between_members(join_words(tuple(part))))
    return [read_name(tuple(part))]


def _read_numbers(text: str) -> list[str]:
    if text.startswith("<@"):
        return [text]
    first, dash, last = text.partition("-")
    check_extension(first)
    if not dash:
        return [first]
    check_extension(last)
    if len(first) != len(last) or first > last:
        raise ValueError(texts.no_range(text))
    if int(last) - int(first) >= MAX_MEMBERS:
        raise ValueError(texts.too_long_a_range(text, MAX_MEMBERS))
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def _read_member(words: Words) -> str:
    members = _read_members(words)
    if len(members) != 1:
        raise ValueError(texts.ONE_MEMBER)
    return members[0]


def _say_member(member: str) -> str:
    """The member as text that reads back as itself: a name such as `plus`, `i` or `x1001` needs quotes for that."""
    if re.fullmatch(r"[0-9]+|<@\w+>", member):
        return member
    text = quote(member)
    try:
        plain = _read_members(split_words(text)) == (member,)
    except (ValueError, Refused):
        plain = False
    return text if plain else quote(member, always=True)


def _say_members(members: Sequence[str]) -> str:
    texts: list[str] = []
    for run in _runs(members):
        texts += [f"{run[0]}-{run[-1]}"] if len(run) >= MIN_RUN else map(_say_member, run)
    return ", ".join(texts)


def _runs(members: Sequence[str]) -> Iterator[list[str]]:
    """Splits members into runs of consecutive numbers of one length; anything else is a run of its own."""
    run: list[str] = []
    for member in members:
        if run and not _follows(run[-1], member):
            yield run
            run = []
        run.append(member)
    if run:
        yield run


def _follows(one: str, other: str) -> bool:
    numbers = re.fullmatch("[0-9]+ [0-9]+", f"{one} {other}")
    return numbers is not None and len(one) == len(other) and int(one) + 1 == int(other)


MEMBERS = ArgumentType(
    placeholder="<members>", name="members", read=_read_members, say=_say_members, reference=Reference.MEMBERS
)
MEMBER = ArgumentType(
    placeholder="<extension or name>",
    name="member",
    read=_read_member,
    say=_say_member,
    reference=Reference.MEMBER,
)

Members = Annotated[tuple[str, ...], MEMBERS]
Member = Annotated[str, MEMBER]


_USER = r"(the )?((parking )?user( only| alone)?|parker|(whoever|person who|one who) parked( it| the call)?)"


class Recall(BaseModel):
    """A recall target; `ring_group` is a name or number as typed, None for the parking user alone."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    to: RecallTo
    ring_group: str | None = None


def _read_recall(words: Words) -> Recall:
    text = " ".join(word.text for word in words if not word.quoted).lower()
    if re.fullmatch(_USER, text) and not any(word.quoted for word in words):
        return Recall(to=RecallTo.USER)
    for index, word in enumerate(words):
        before = " ".join(str(one) for one in words[:index]).lower().rstrip(",").removesuffix(" and").rstrip(",")
        if word.is_keyword("then") and re.fullmatch(_USER, before):
            return Recall(to=RecallTo.USER_THEN_RING_GROUP, ring_group=_read_ring_group(words[index + 1 :]))
    return Recall(to=RecallTo.RING_GROUP, ring_group=_read_ring_group(words))


def _read_ring_group(words: Words) -> str:
    """Removes a leading "ring group" only if a name follows: a ring group may be called "The Desk"."""
    bare = words[1:] if words and words[0].is_keyword("the") else words
    if len(bare) > 2 and bare[0].is_keyword("ring") and bare[1].is_keyword("group"):
        words = bare[2:]
    if not words:
        raise ValueError(texts.NO_RING_GROUP)
    return read_name(words)


def _say_recall(recall: Recall) -> str:
    if recall.ring_group is None:
        return "user"
    text = recall.ring_group
    ring_group = f"ring group {text}" if text.isdigit() else quote(text)
    return f"user then {ring_group}" if recall.to is RecallTo.USER_THEN_RING_GROUP else ring_group


RECALL = ArgumentType(
    placeholder="<user | ring group | user then ring group>",
    name="recall",
    read=_read_recall,
    say=_say_recall,
    reference=Reference.RECALL,
)

RecallTarget = Annotated[Recall, RECALL]
