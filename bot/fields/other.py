"""The small nouns: a number, on or off, a line."""

from typing import Annotated

from bot.fields.noun import Noun
from bot.pbx.limits import check_extension
from bot.words import MAX_LINE, Words, join, split

MAX_DIGITS = 15
"""Of a change's number: what a database can count up to."""


def _read_number(words: Words) -> str:
    text = " ".join(word.text for word in words)
    check_extension(text)
    return text


def _read_change(words: Words) -> int:
    text = " ".join(word.text for word in words).removeprefix("#")
    if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS:
        raise ValueError("Type the number of the change, as in 42: it stands on its card.")
    return int(text)


def _read_switch(words: Words) -> bool:
    if len(words) == 1 and words[0].means("on", "off"):
        return words[0].means("on")
    raise ValueError("Type on or off.")


def _read_line(words: Words) -> str:
    if not words:
        raise ValueError("Type the line after that.")
    return join(words)


def _read_reason(words: Words) -> str:
    if not words:
        raise ValueError("Say why.")
    return words[0].text if len(words) == 1 else join(words)


def _say_switch(on: bool) -> str:
    return "on" if on else "off"


def _say_line(line: str) -> str:
    return join(split(line))


CHANGE = Noun(placeholder="<change>", read=_read_change, say=str)
NUMBER = Noun(placeholder="<extension>", label="Extension", hint="3 to 64 digits", read=_read_number, say=str)
SWITCH = Noun(placeholder="<on | off>", label="Call park", read=_read_switch, say=_say_switch)
LINE = Noun(placeholder="<line>", read=_read_line, say=_say_line, most=MAX_LINE, whole_line=True)
REASON = Noun(placeholder="<reason>", label="Reason", read=_read_reason)

ExtensionNumber = Annotated[str, NUMBER]
ChangeNumber = Annotated[int, CHANGE]
Switch = Annotated[bool, SWITCH]
Line = Annotated[str, LINE]
