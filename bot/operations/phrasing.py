"""How a line is phrased: courtesy around the command, a question, and new names that may hold more than a name."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import NotUnderstood
from bot.messages import slash_command
from bot.messages.courtesy import says_now, strip_end_marks, strip_leading, strip_trailing
from bot.messages.message import Offer
from bot.messages.text import Word, Words, is_plain_word, split_words
from bot.operations.arguments.types import Reference
from bot.operations.base import ChangeOperation, Operation
from bot.operations.matching import operation_of_verb
from bot.texts import lines as line_texts
from bot.texts import times as time_texts
from bot.times.clauses import time_splits


def phrasings(words: Words) -> tuple[Words, ...]:
    """The line without courtesy, then with more and more of it: its words may belong to a name."""
    command = _command(words)
    polite = strip_trailing(command) or command
    bare = strip_end_marks(polite) or polite
    return tuple(dict.fromkeys((_without_courtesy_before_times(bare), bare, polite, command)))


def _command(words: Words) -> Words:
    """The line from its verb on; a line without a verb stays whole."""
    command = strip_leading(words)
    if command[:1] and command[0].is_keyword("park", slash_command.name()) and operation_of_verb(command[1:]):
        command = command[1:]
    ends = (strip_end_marks(strip_trailing(each)) for each in (command, words))
    return command if any(map(operation_of_verb, ends)) else words


def _without_courtesy_before_times(words: Words) -> Words:
    tail = time_splits(words)[0]
    rest, times = strip_trailing(tail.rest), split_words(tail.typed)
    if not times or not rest or rest == tail.rest or words[len(words) - len(times) :] != times:
        return words
    separated = rest[-1] if rest[-1].quoted else Word(f"{rest[-1].text},")
    return (*rest[:-1], separated, *times)


def without_question_mark(words: Words) -> Words | None:
    """The words of a question without its mark and the courtesy after it; None if the line is no question."""
    asked = strip_trailing(words)
    if not asked or asked[-1].quoted or not asked[-1].text.rstrip("!").endswith("?"):
        return None
    while asked and not asked[-1].quoted and asked[-1].text.endswith(("?", "!")):
        bare = asked[-1].text.rstrip("?!")
        asked = (*asked[:-1], *([Word(bare)] if bare else []))
    return asked


def confirms_now(words: Words, operation: Operation) -> None:
    """Raises NotUnderstood for a change that is to be made now and at another time."""
    starts = operation.starts if isinstance(operation, ChangeOperation) else None
    command = _command(words)
    if starts is None or not says_now(command, strip_trailing(command)):
        return
    now = operation.model_copy(update={"starts": None}).text()
    raise NotUnderstood(
        time_texts.now_or_later(),
        offers=(Offer(label=line_texts.now(now), line=now), Offer(label=operation.text(), line=operation.text())),
    )


@dataclass(frozen=True, slots=True)
class NewName:
    """A new name as it was read from a line."""

    name: str
    is_certain: bool
    """Whether it was quoted, or is one plain word; else it may hold words that were not meant as a name."""


def new_names(words: Words, operation: Operation) -> Iterator[NewName]:
    """The new names in an operation that was read from these words."""
    for name in operation.references(Reference.NEW_GROUP):
        stands_alone = Word(name) in words or Word(f"{name},") in words[:-1]  # a comma separates it from a time
        yield NewName(name, Word(name, quoted=True) in words or (is_plain_word(name) and stands_alone))
