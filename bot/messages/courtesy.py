"""Courtesy words at both ends of a line: what is said to a person, and means nothing to a machine."""

from collections.abc import Iterable, Mapping

from bot.messages.text import Word, Words, register_keywords, without_separator

_LEADING = """
    hey|hi|hello|yo|dear|ok|okay|so|well|thanks|please|pls|plz|kindly|just|quickly|now|then|again
    hallo park|hallo|moin|servus|bitte|guten morgen|guten tag|guten abend
    hey park|hi park|hello park|dear park|ok park|good morning|good evening|thank you|@park
    can you|could you|would you|will you|can we|could we|can someone|can somebody|could someone|could somebody
    would you mind|do you mind|i want to|we want to|i'd like to|we'd like to|i would like to|we would like to
    i need to|we need to|i need you to|i want you to|let's|let us|lets|you to|to|go ahead and|need to|want to
"""
_TRAILING = """
    please|pls|plz|kindly|thanks|thx|ty|tia|cheers|asap|thanks a lot|many thanks|thanks in advance|thanks so much
    thank you|thank you very much|thank you so much|for me|if you can|if possible|ok|okay|danke|bitte|merci
"""
_NOW = "now|right now|immediately|at once|straight away|right away|instantly|this minute"
_SIGNS = "🙏|👍|😊|🙂|😄|❤|🎉|:)|:-)|;)|!|.|,|;|…|!!|!!!|..."
_END_MARKS = ".,;:!…"


def _phrases(*texts: str) -> tuple[tuple[str, ...], ...]:
    """Phrases as words, the longest first."""
    every = (tuple(phrase.split()) for text in texts for line in text.split("\n") for phrase in line.split("|"))
    return tuple(sorted(filter(None, every), key=len, reverse=True))


def _by_word(phrases: Iterable[tuple[str, ...]], edge: int) -> Mapping[str, list[tuple[str, ...]]]:
    """Phrases by their first or last word, in the same order."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        found.setdefault(phrase[edge], []).append(phrase)
    return found


_FIRST, _LAST = 0, -1
LEADING, TRAILING, NOW = _phrases(_LEADING), _phrases(_TRAILING, _NOW, _SIGNS), _phrases(_NOW)
_LEADING_BY_WORD, _TRAILING_BY_WORD, _NOW_BY_WORD = (
    _by_word(phrases, edge) for phrases, edge in ((LEADING, _FIRST), (TRAILING, _LAST), (NOW, _FIRST))
)
# A name that begins or ends like this is quoted in messages, so that it is read as a name.
register_keywords(*{word for phrase in (*LEADING, *TRAILING) for word in phrase})


def is_courtesy(words: Words) -> bool:
    """Whether the words are nothing but courtesy."""
    return not strip_trailing(strip_leading(words))


def strip_leading(words: Words) -> Words:
    """The words without the courtesy that they begin with."""
    while phrase := _found(words, _LEADING_BY_WORD, _FIRST):
        words = words[len(phrase) :]
    return words


def strip_trailing(words: Words) -> Words:
    """The words without the courtesy that they end with; a comma or the like before it goes with it."""
    while phrase := _found(words, _TRAILING_BY_WORD, _LAST):
        words = words[: -len(phrase)]
        words = without_separator(words) if words else words
    return words


def strip_end_marks(words: Words) -> Words:
    """The words without the punctuation that ends a sentence."""
    return (*words[:-1], *_without_marks(words[-1], _END_MARKS)) if words and not words[-1].quoted else words


def says_now(words: Words, without: Words) -> bool:
    """Whether `now` is among the words that were left out at the end."""
    left_out = words[len(without) :]
    return any(_found(left_out[index:], _NOW_BY_WORD, _FIRST) is not None for index in range(len(left_out)))


def _found(words: Words, by_word: Mapping[str, list[tuple[str, ...]]], edge: int) -> tuple[str, ...] | None:
    """The longest phrase that the words begin with, or end with if `edge` is the last one."""
    spellings = _spellings(words[edge]) if words else ()
    phrases = [phrase for spelling in dict.fromkeys(spellings) for phrase in by_word.get(spelling, ())]
    for phrase in sorted(phrases, key=len, reverse=True):
        part = words[-len(phrase) :] if edge == _LAST else words[: len(phrase)]
        if len(part) == len(phrase) and all(text in _spellings(word) for word, text in zip(part, phrase, strict=True)):
            return phrase
    return None


def _spellings(word: Word) -> tuple[str, ...]:
    """What a word is compared as: itself, and without punctuation after it; nothing for a quoted name."""
    text = word.text.lower()
    return () if word.quoted else (text, text.rstrip(_END_MARKS))


def _without_marks(word: Word, marks: str) -> Words:
    bare = word.text.rstrip(marks)
    return (Word(bare),) if bare else ()
