"""Text of command lines: words, quoting, and comparison of names."""

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from bot.texts import lines

_QUOTES = dict.fromkeys("“”„‟″«»＂", '"') | dict.fromkeys("‘’‚‛′ʼ＇", "'")  # noqa: RUF001
_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")  # noqa: RUF001
TYPOGRAPHIC_TO_ASCII = _QUOTES | _DASHES
"""ASCII characters for the typographic quotes and dashes that phones and Macs insert."""
_TO_ASCII = str.maketrans(TYPOGRAPHIC_TO_ASCII)
_VARIATION_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))
"""They choose between two pictures of one emoji, and people can't type them."""


def fold(name: str) -> str:
    """Normalizes case, width, spaces and quotes of a name for comparison; idempotent."""
    return " ".join(name.lower().split()) if name.isascii() else _fold_unicode(name)


@lru_cache(maxsize=65_536)
def _fold_unicode(name: str) -> str:
    compatible = normalize("NFKC", name.translate(_TO_ASCII | _VARIATION_SELECTORS)).casefold()
    return normalize("NFKC", " ".join(compatible.split()))


MAX_LINE = 1500
"""Characters; a line and its context must fit the value of a Slack button, which has 2,000."""

# Keywords of arguments and operations: a name that contains one is quoted in messages.
# fmt: off
_keywords = {
    "?", "a", "all", "and", "at", "before", "called", "for", "from", "group", "groups", "help", "if", "in", "into",
    "is", "me", "named", "new", "of", "off", "on", "out", "park", "parked", "parker", "preview", "recall", "recalls",
    "ring", "server", "since", "the", "then", "til", "till", "time", "to", "today", "tomorrow", "tonight", "until",
    "user", "whoever",
}
# fmt: on
_verbs: set[str] = set()
_UNQUOTED_NAME = re.compile(r"[\w.&+/@-][\w.&+/@'-]*( [\w.&+/@-][\w.&+/@'-]*)*")
_QUOTED = re.compile(r"""(?:(?<=[\s,])|^)(["'])((?:\\.|(?!\1)[^\\])*)\1(?=[\s,?!.;:)]|$)""")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line, or one quoted name."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return quote(self.text, always=True) if self.quoted else self.text

    def is_keyword(self, *words: str) -> bool:
        """Whether this is one of `words`, which are in lower case, and not a quoted name."""
        return not self.quoted and self.text.lower() in words


Words = tuple[Word, ...]


def register_keywords(*words: str) -> None:
    """Adds keywords of command patterns, in lower case; names that hold one are quoted in messages."""
    _keywords.update(words)


def register_verbs(*words: str) -> None:
    """Adds words that a command begins with, in lower case; a new name that is one is quoted in messages."""
    _verbs.update(words)


def split_words(line: str) -> Words:
    """Splits a line into words and quoted names.

    Raises:
        ValueError: a double quote is unmatched; the message says what to type.
    """
    words: list[Word] = []
    end = 0
    for match in _QUOTED.finditer(line):
        words += _split_unquoted(line[end : match.start()])
        words.append(Word(re.sub(r"\\(.)", r"\1", match[2]), quoted=True))
        end = match.end()
    words += _split_unquoted(line[end:])
    return tuple(words)


def join_words(words: Words) -> str:
    """Joins words to a line, with quotes around quoted names."""
    return " ".join(map(str, words))


def without_separator(words: Words) -> Words:
    """The words without the punctuation that separates them from the next clause, as in: create Lobby, recall to Desk.

    An emoji's name keeps its colon.
    """
    *others, last = words
    if last.quoted:
        return words
    marks = ",;" if re.fullmatch(r".*:[\w+-]+:", last.text) else ",;:"
    bare = "" if last.text.strip("-") == "" else last.text.rstrip(marks)
    return words if bare == last.text else (*others, Word(bare)) if bare else tuple(others)


def words_as_text(words: Words) -> str:
    """The text of one word without its quotes, or several words as a line with their quotes."""
    return words[0].text if len(words) == 1 else join_words(words)


def shorten(text: str, limit: int) -> str:
    """Returns a text of at most `limit` characters; one that was cut ends in an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def quote(name: str, *, always: bool = False) -> str:
    """Quotes a name if it would otherwise be read differently."""
    marked = re.search(r"(?<!\S)[_-]|[_.](?!\S)", name)  # read as italics, a bullet or the end of a sentence
    if not always and not marked and _UNQUOTED_NAME.fullmatch(name) and not any(map(_is_meaningful, name.split())):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_plain_word(name: str) -> bool:
    """Whether a name is one word that can't be taken for anything but a name."""
    return re.fullmatch(r"\w[\w&+/-]*", name) is not None and name.lower() not in _verbs and not _is_meaningful(name)


def _is_meaningful(word: str) -> bool:
    return word.lower() in _keywords or re.fullmatch(r"[0-9-]+", word) is not None


def _split_unquoted(text: str) -> list[Word]:
    if '"' in text:
        raise ValueError(lines.MISSING_QUOTE)
    separated = re.sub(r"\?\s*$", " ?", text)
    return [Word(word) for word in separated.split()]
