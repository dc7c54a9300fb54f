"""Cells that a spreadsheet would run are made plain text: whoever exports opens names that others chose."""

import unicodedata

_RUN = frozenset("=+-@\u2212")
"""What makes a cell a formula somewhere; in every width, which folding tells."""
_APART = frozenset(",;\t\r\n\v\f|\u0085\u2028\u2029")
"""What one or another spreadsheet splits cells at, whatever the quotes around them say."""


def harmless(text: str) -> str:
    """The text, with an apostrophe before whatever would begin a formula, at its start or after a separator.

    Halves of characters, which no file can hold, are replaced."""
    safe, begins = "", True
    for character in text:
        if begins and _runs(character):
            safe += "'"
        safe += "\ufffd" if unicodedata.category(character) == "Cs" else character
        begins = character in _APART or (begins and _is_skipped(character))
    return f"'{safe}" if text[:1] in ("\t", "\r") else safe


def _runs(character: str) -> bool:
    return not _RUN.isdisjoint(unicodedata.normalize("NFKC", character))


def _is_skipped(character: str) -> bool:
    """What may be dropped from the start of a cell: blanks, what is drawn as nothing, and quotes."""
    return character.isspace() or character in "\"'" or unicodedata.category(character) in ("Cc", "Cf")
