"""Names as people mean them: "SALES  Emea" and "Sales EMEA" are one."""

from functools import lru_cache
from unicodedata import normalize

_QUOTES = dict.fromkeys("“”„‟″«»＂", '"') | dict.fromkeys("‘’‚‛′ʼ＇", "'")  # noqa: RUF001
_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")  # noqa: RUF001
TYPED_PLAIN = _QUOTES | _DASHES
"""What phones and Macs make of the quotes and dashes that people type, and what those are on every keyboard."""
_PLAIN = str.maketrans(TYPED_PLAIN)


def fold(name: str) -> str:
    """The form in which spellings of one name are equal, whatever their case, width, spaces and quotes; idempotent."""
    return " ".join(name.lower().split()) if name.isascii() else _fold(name)


@lru_cache(maxsize=65_536)
def _fold(name: str) -> str:
    compatible = normalize("NFKC", name.translate(_PLAIN)).casefold()
    return normalize("NFKC", " ".join(compatible.split()))
