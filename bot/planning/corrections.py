"""Buttons and forms that correct a name in a line; none does less than was typed without saying so."""

import logging
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, TypeVar

from bot.errors import Ambiguous, NotFound, NotPossible, PBXError
from bot.messages.message import FormOffer, Message, Offer, leaving_out
from bot.messages.text import Word, fold, join_words
from bot.operations.arguments.targets import Recall
from bot.operations.base import Operation
from bot.operations.groups import Delete
from bot.operations.matching import time_field
from bot.operations.unsupported import everything_at_once, negates
from bot.texts import lines, recurrences, refusals
from bot.texts import times as texts
from bot.times.clauses import bare_time, find_malformed_time, repetition_hint, span_hint, time_hint, time_splits

T = TypeVar("T")

log = logging.getLogger(__name__)

MAX_OFFERS = 5
"""Buttons for one question, so that they can be read at a glance."""
MAX_SUGGESTIONS = 3
"""Suggestions for one unknown name."""


def for_explanation(look_up: Callable[[], T]) -> T | None:
    """The result of a look-up that only explains a refusal better; None where the PBX can't be asked for it."""
    try:
        return look_up()
    except PBXError as fault:
        log.info("a refusal is explained without the PBX: %s", fault)
        return None


class Corrections:
    """Builds buttons that repeat one operation with a corrected name."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    def require_one(
        self, found: list[T], text: str, spelling: Callable[[T], str], label: Callable[[T], str], kind: str
    ) -> T:
        """The only match for `text`; raises Ambiguous with a button for each of several."""
        if len(found) == 1:
            return found[0]
        first = found[:MAX_OFFERS]
        rest = refusals.more_match(len(found) - MAX_OFFERS)
        raise Ambiguous(
            refusals.several_called(text, len(found), kind),
            offers=self.alternatives(text, list(map(spelling, first)), list(map(label, first))),
            notes=(rest,) if len(found) > MAX_OFFERS else (),
        )

    def alternatives(self, text: str, names: Sequence[str], labels: Sequence[str] | None = None) -> tuple[Offer, ...]:
        """Buttons for the line with `text` replaced by each of `names`, which are unquoted.

        A button that does less than `text` says is no primary one, and its label begins with what it leaves out. What
        says not to do something is never left out: the rest would say the opposite.
        """
        pairs = zip(names, labels or names, strict=True)
        found = [(name, label, unmatched_words(text, label, name)) for name, label in pairs]
        return tuple(
            self._offer(dict(self._replaced(text, name)), label=label, left_out=left_out)
            for name, label, left_out in found
            if not negates(left_out)
        )

    def similar(
        self, text: str, names: Sequence[str], labels: Sequence[str] | None = None
    ) -> tuple[tuple[Offer, ...], tuple[FormOffer, ...]]:
        """Suggestions for an unknown `text`: buttons for names of which it holds similar whole words.

        Where it is a name and a time that was not read, a form with the time in its field, to be corrected.
        """
        if lasting := self._with_bare_time(text, names, labels or names):
            return lasting, ()
        name_part, time_part = split_time(text)
        pairs = [
            (name, label)
            for name, label in zip(names, labels or names, strict=True)
            if is_similar(name_part, label) or is_similar(name_part, name)
        ][:MAX_SUGGESTIONS]
        whole = [name for name, label in pairs if time_part and not unmatched_words(name_part, label, name)]
        if whole and (field := time_field(type(self.operation), time_part)):
            return (), tuple(self._form(text, name, {field: time_part}) for name in whole[:1])
        if isinstance(self.operation, Delete):  # nothing less than what was typed is deleted
            pairs = [(name, label) for name, label in pairs if not unmatched_words(text, label, name)]
        return self.alternatives(text, [name for name, _ in pairs], [label for _, label in pairs]), ()

    def _with_bare_time(self, text: str, names: Sequence[str], labels: Sequence[str]) -> tuple[Offer, ...]:
        """Buttons for an unknown `text` that is a similar name and a time without its `for` or `from`."""
        split = bare_time(tuple(map(Word, text.split())))
        if split is None or "ends" not in self.operation.times():
            return ()
        excluded = ("starts", "ends", "recurs") if "starts" in split.times else ("ends",)
        if any(getattr(self.operation, name, None) is not None for name in excluded):
            return ()
        name = join_words(split.rest)
        meant = [one for one, label in zip(names, labels, strict=True) if not unmatched_words(name, label, one)]
        return tuple(self._offer(dict(self._replaced(text, one)) | split.times) for one in meant[:MAX_SUGGESTIONS])

    def without(self, text: str) -> tuple[FormOffer, ...]:
        """The form of the line without an unknown name that resembles none, to choose one there."""
        kept = {field: _known(value, text) for field, value in dict(self._replaced(text, text)).items()}
        arguments = self.operation.model_copy(update=kept).model_dump(mode="json", exclude_none=True)
        known = {field: value for field, value in arguments.items() if field in self.operation.form() and value}
        if not self.operation.form():
            return ()
        label = leaving_out(text, lines.OPEN_FORM)
        return (FormOffer(label=label, operation=self.operation.operation_id, arguments=known),)

    def _form(self, text: str, name: str, unread: dict[str, str]) -> FormOffer:
        update = dict(self._replaced(text, name))
        known = self.operation.model_copy(update=update).model_dump(mode="json", exclude_none=True)
        arguments = {field: value for field, value in known.items() if field in self.operation.form()}
        operation_id = self.operation.operation_id
        return FormOffer(label=refusals.CORRECT_TIME, operation=operation_id, arguments=arguments | unread)

    def unknown_group(self, text: str, closest: Sequence[str]) -> NotFound:
        """The error for a name that no park group has, with buttons for similar ones.

        Args:
            closest: names of groups that the requester may see, the most similar first.
        """
        if (everything := everything_at_once(self.operation, text)) is not None:
            return everything
        offers, forms = self.similar(text, closest)
        hints = self.hints(text, closest) or (() if offers or forms else (refusals.SEE_ALL_GROUPS,))
        return NotFound(refusals.no_group(text), offers=offers, forms=forms, notes=hints)

    def not_all_possible(self, bad: Collection[str], reasons: tuple[str, ...], *offers: Offer) -> NotPossible:
        """The refusal for the `bad` members, with a button for the line with only the others."""
        rest = tuple(text for text in getattr(self.operation, "members", ()) if text not in bad)
        left = ", ".join(text for text in getattr(self.operation, "members", ()) if text in bad)
        valid = (self._offer({"members": rest}, left_out=left),) if rest else ()
        return NotPossible(refusals.NOT_ALL, notes=reasons, offers=(*offers, *valid))

    def hints(self, text: str, names: Sequence[str]) -> tuple[str, ...]:
        """What to type in place of a negation beside one of the names, or of a time that an unknown name ends like."""
        if any(negates(unmatched_words(text, name)) and is_similar(split_time(text)[0], name) for name in names):
            return (lines.NO_EXCEPTIONS,)
        about = time_hint(text, may_end="ends" in self.operation.times()) if self.operation.times() else None
        return (about,) if about else ()

    def _replaced(self, text: str, name: str) -> Iterator[tuple[str, Any]]:
        for field, _, value in self.operation.said():
            if value == text:
                yield field, name
            elif isinstance(value, Recall) and value.ring_group == text:
                yield field, value.model_copy(update={"ring_group": name})
            elif isinstance(value, tuple) and text in value:
                yield field, tuple(name if one == text else one for one in value)

    def _offer(self, update: dict[str, Any], *, label: str = "", left_out: str = "") -> Offer:
        line = self.operation.model_copy(update=update).text()
        said = f"{label}: {line}" if label not in line else line
        label = leaving_out(left_out, said) if left_out else said
        return Offer(label=label, line=line, leaves_out=bool(left_out))


def _known(value: Any, text: str) -> Any:
    """The part of an argument's value that is not the unknown name; None if that is all of it."""
    return tuple(one for one in value if one != text) or None if isinstance(value, tuple) else None


def with_time_hint(message: Message, operation: Operation, line: str) -> Message:
    """The message about unknown names, with what is wrong with times of which a part was taken for a name."""
    if not operation.times():
        return message
    hint = repetition_hint(line)
    if hint is not None and "recurs" not in operation.times():
        hint = recurrences.CANNOT_REPEAT
    if hint is None and "ends" in operation.times():
        hint = span_hint(line)
    if hint is None and "ends" in operation.times() and not message.offers:
        split = bare_time(tuple(map(Word, line.split())))
        hint = texts.from_before(split.typed) if split is not None and "starts" in split.times else None
    if hint is None:
        return message
    return replace(message, notes=(hint,), offers=(), forms=())


MAX_SLIPS, LETTERS_FOR_A_SLIP = 2, 4
"""Slips in one word, and letters of a word for each: a letter changed, left out, added, or two swapped."""
MIN_TEXT_SIMILARITY = 80.0
"""Least similarity of whole names, of rapidfuzz's 100, written with or without spaces: "Nite Desk" and "Night Desk"."""
MIN_LETTERS = 3
"""Letters of the shortest word that may have a slip."""


def split_time(text: str) -> tuple[str, str]:
    """Splits an unknown name into the name and the time that it ends in, read or not; the time is "" if it has none."""
    words = tuple(map(Word, text.split()))
    unread = find_malformed_time(words)
    tail = unread[0] if unread else time_splits(words)[0]
    return (join_words(tail.rest), tail.typed) if tail.typed and tail.rest else (text, "")


def unmatched_words(text: str, *names: str) -> str:
    """The words of a typed text that resemble no word of a suggested name, in their order; a time never does."""
    name_part, time_part = split_time(text)
    if time_part:
        return f"{unmatched_words(name_part, *names)} {time_part}".strip()
    known = [word for name in names for word in _words(name)]
    left = [
        typed
        for index, typed in enumerate(text.split())
        if not _is_filler(typed, index)
        and not all(_any_resembles([part], known) and (part in known or not negates(part)) for part in _words(typed))
    ]
    if left and not any(all(_any_resembles(_words(text), [word]) for word in _words(name)) for name in names):
        spelt = (rest for name in names if (rest := _beside_spelling(text.split(), name)) is not None)
        left = min((left, *([one for one in rest if one in left] for rest in spelt)), key=len)
    return " ".join(left)


def _is_filler(word: str, index: int) -> bool:
    """Whether a word says nothing beside a name; after one, "user" is where calls are recalled to."""
    return word.lower() in _FILLERS and not (index and word.lower() == "user")


def _beside_spelling(typed: list[str], name: str) -> list[str] | None:
    """The typed words beside those that are the name written together, apart or with slips; None if none are."""
    from rapidfuzz import fuzz  # takes 4 MiB, so it is loaded when it is first needed

    known = _words_beside_number(name, "".join(typed))
    whole, found = "".join(known), list[tuple[float, int, int]]()
    for begin, end in combinations(range(len(typed) + 1), 2):
        words = _words(" ".join(typed[begin:end]))
        if _is_written_as_one(words, known) and _digits("".join(words)) == _digits(whole):
            found.append((fuzz.ratio("".join(words), whole), begin, end))
    if not found:
        return None
    _, begin, end = max(found)
    return typed[:begin] + typed[end:]


def _digits(text: str) -> list[str]:
    return re.findall(r"[0-9]", text)


def is_similar(text: str, name: str) -> bool:
    """Whether most of a name's words, or of the typed ones, are in the other, slips allowed; or written as one."""
    typed = [word for word in _words(text) if word not in _EVERYBODY]
    known = _words_beside_number(name, text)
    if _is_written_as_one(typed, known):
        return True
    found = [word for word in known if _any_resembles(typed, [word])]
    tells = any(len(word) >= MIN_LETTERS and word not in _SMALL_WORDS for word in found)
    return tells and (len(found) * 2 > len(known) or len(found) * 2 > len(typed))


_FILLERS = ("the", "park", "ring", "group", "groups", "called", "named", "user", "of")
"""Words around a name that say nothing else."""
_SMALL_WORDS = (*_FILLERS, "and", "for", "from", "with", "und", "der", "die", "das", "to")
"""Words that many names share."""
_EVERYBODY = ("all", "any", "anybody", "anyone", "everybody", "everyone", "nobody", "none", "somebody", "someone")
"""Words that resemble a name only by chance."""


def _is_written_as_one(words: Collection[str], others: Collection[str]) -> bool:
    """Whether the words are the others, written together or apart."""
    from rapidfuzz import fuzz  # takes 4 MiB, so it is loaded when it is first needed

    one, other = "".join(words), "".join(others)
    return min(len(one), len(other)) > MIN_LETTERS and fuzz.ratio(one, other) >= MIN_TEXT_SIMILARITY


def _any_resembles(words: Collection[str], others: Collection[str]) -> bool:
    return any(_resembles(word, other) for word in words for other in others)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _words_beside_number(name: str, typed: str) -> list[str]:
    """The words of a name, without the extension that a person's begins with where no digit was typed."""
    words = _words(name)
    return words[1:] if len(words) > 1 and words[0].isdigit() and not _digits(typed) else words


def _resembles(one: str, other: str) -> bool:
    """Whether a typed word is another but for a slip, or its beginning; short ones and numbers have to be the same."""
    if min(len(one), len(other)) < MIN_LETTERS or one.isdigit() or other.isdigit():
        return one == other and bool(one)
    from rapidfuzz.distance import OSA  # takes 4 MiB, so it is loaded when it is first needed

    slips = OSA.distance(one, other, score_cutoff=MAX_SLIPS)
    return other.startswith(one) or slips <= min(MAX_SLIPS, min(len(one), len(other)) // LETTERS_FOR_A_SLIP)
