"""The small nouns: a number, on or off, a line."""

from typing import Annotated

from bot.fields.noun import Noun
from bot.pbx.limits import check_extension
from bot.words import Words, join, split


def _read_number(words: Words) -> str:
    text = " ".join(word.text for word in words)
    check_extension(text)
    return text


def _read_switch(words: Words) -> bool:
    if len(words) == 1 and words[0].means("on", "off"):
        return words[0].means("on")
    raise ValueError("Type on or off.")


def _say_switch(on: bool) -> str:
    return "on" if on else "off"


def _say_line(line: str) -> str:
    return join(split(line))


NUMBER = Noun(placeholder="<extension>", label="Extension", hint="3 to 64 digits", read=_read_number, say=str)
SWITCH = Noun(placeholder="<on | off>", label="Call park", read=_read_switch, say=_say_switch)
LINE = Noun(placeholder="<line>", read=join, say=_say_line)

ExtensionNumber = Annotated[str, NUMBER]
Switch = Annotated[bool, SWITCH]
Line = Annotated[str, LINE]
