"""Tokenising, quoting and case-folding of text."""

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

_QUOTES = dict.fromkeys("“”„‟″«»＂", '"') | dict.fromkeys("‘’‚‛′ʼ＇", "'")  # noqa: RUF001
_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")  # noqa: RUF001
TYPED_PLAIN = _QUOTES | _DASHES
"""What phones and Macs make of the quotes and dashes that people type, and what those are on every keyboard."""
_PLAIN_FOLD = str.maketrans(TYPED_PLAIN)


def fold(name: str) -> str:
    """The form in which spellings of one name are equal, whatever their case, width, spaces and quotes; idempotent."""
    return " ".join(name.lower().split()) if name.isascii() else _fold(name)


@lru_cache(maxsize=65_536)
def _fold(name: str) -> str:
    compatible = normalize("NFKC", name.translate(_PLAIN_FOLD)).casefold()
    return normalize("NFKC", " ".join(compatible.split()))


MAX_LINE = 1500
"""Characters: a line and what surrounds it must fit a Slack button's value of 2,000."""

# Words that nouns and verbs give a meaning to: a name that holds one is said back in quotes.
# fmt: off
_meaningful = {
    "?", "a", "all", "and", "at", "before", "called", "for", "from", "group", "groups", "help", "if", "in", "into",
    "is", "me", "named", "new", "of", "off", "on", "out", "park", "parked", "parker", "preview", "recall", "recalls",
    "ring", "server", "since", "the", "then", "til", "till", "time", "to", "today", "tomorrow", "tonight", "until",
    "user", "whoever",
}
# fmt: on
_PLAIN = re.compile(r"[\w.&+/@-][\w.&+/@'-]*( [\w.&+/@-][\w.&+/@'-]*)*")
_QUOTED = re.compile(r"""(?:(?<=[\s,])|^)(["'])((?:\\.|(?!\1)[^\\])*)\1(?=[\s,?]|$)""")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or one quoted name."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return quote(self.text, always=True) if self.quoted else self.text

    def form_context(self, *words: str) -> bool:
        """Whether this is one of `words` (lower case) and not a quoted name."""
        return not self.quoted and self.text.lower() in words


Words = tuple[Word, ...]


def register_keywords(*words: str) -> None:
    """A phrase is cut at these (lower case): from now on a name that holds one is said back in quotes."""
    _meaningful.update(words)


def split(line: str) -> Words:
    """Words in order; raise ValueError with what to type where a double quote is left open."""
    words: list[Word] = []
    end = 0
    for match in _QUOTED.finditer(line):
        words += _bare(line[end : match.start()])
        words.append(Word(re.sub(r"\\(.)", r"\1", match[2]), quoted=True))
        end = match.end()
    words += _bare(line[end:])
    return tuple(words)


def join(words: Words) -> str:
    """The words as one line, quotes kept."""
    return " ".join(map(str, words))


def whole(words: Words) -> str:
    """The text of one word, quoted or not; of more the line, quotes kept: they belong to it, as in Café "Süd"."""
    return words[0].text if len(words) == 1 else join(words)


def quote(name: str, *, always: bool = False) -> str:
    """The name as it must be typed to be read back whole."""
    if not always and _PLAIN.fullmatch(name) and not any(map(_means_something, name.split())):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _means_something(word: str) -> bool:
    return word.lower() in _meaningful or re.fullmatch(r"[0-9-]+", word) is not None


def _bare(text: str) -> list[Word]:
    if '"' in text:
        raise ValueError(
            'There is a double quote without its partner: put the whole name in quotes, as in "Night Desk".'
        )
    spaced = re.sub(r"\?\s*$", " ?", text)
    return [Word(word) for word in spaced.split()]
