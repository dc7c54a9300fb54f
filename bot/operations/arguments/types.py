"""ArgumentType, and the types of names, numbers, switches, lines and files."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

from bot.changes.lookups import SLACK_FILE_ID
from bot.errors import NotPossible
from bot.messages.text import MAX_LINE, Word, Words, fold, is_plain_word, join_words, quote, split_words, words_as_text
from bot.pbx.limits import check_extension, check_name
from bot.texts import arguments
from bot.texts import lines as texts
from bot.times.model import End, Start


class Reference(StrEnum):
    """What the text of an argument is looked up as."""

    GROUP = "group"
    MEMBERS = "members"
    RECALL = "recall"
    MEMBER = "member"
    NEW_GROUP = "new group"
    FILE = "file"
    SCOPE = "scope"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArgumentType:
    """How an argument is read, written and shown in a form; `read` inverts `say`."""

    placeholder: str
    name: str = ""
    """Name of its texts in `bot.texts.arguments`; arguments without a name are in no form."""
    read: Callable[[Words], Any]
    """Reads the value from words; raises ValueError or NotPossible with what to type instead."""
    say: Callable[[Any], str] = quote
    reference: Reference | None = None
    time: type[Start | End] | None = None
    """The class of a time, which a form asks for by a choice and a date and time picker."""
    is_choice: bool = False
    """Whether it has only one value, which a form offers beside the choice of none."""
    max_length: int = 150
    """Maximum characters of its text input in a form."""
    filetypes: tuple[str, ...] = ("wav",)
    """File name extensions that its file input accepts."""
    whole_line: bool = False
    """Whether it is a command line of its own, which extends to the pattern's next fixed word."""
    swallows: bool = False
    """Whether it takes any words, without looking them up: a new name, a reason, a search, a line."""

    @property
    def label(self) -> str:
        """Label of its field in a form."""
        return arguments.LABELS[self.name]

    @property
    def hint(self) -> str:
        """What is said below its field; empty for most."""
        return arguments.HINTS.get(self.name, "")

    @property
    def no_time(self) -> str:
        """What a form calls the choice of no time, or of no value."""
        return arguments.NO_TIMES[self.name]

    @property
    def choice(self) -> str:
        """What a form calls the only value of a choice."""
        return arguments.CHOICES[self.name]


def spellings(text: str) -> tuple[str, ...]:
    """The text, then the text without `the` and `group` around it; the first match wins."""
    bare = re.sub(r"^(the\s+)?((park|ring)?\s*group\s+(called\s+|named\s+)?)?", "", text, flags=re.IGNORECASE)
    found = (text, bare.strip(), re.sub(r"\s+((park|ring)\s*)?group$", "", bare, flags=re.IGNORECASE).strip())
    return tuple(dict.fromkeys(filter(None, found)))


def read_name(words: Words) -> str:
    """The words as one name; quotes around a part belong to the name, as in Café "Süd"."""
    text = words_as_text(words)
    if re.fullmatch(r"<[#@!].*>", text):
        raise ValueError(texts.slack_mention(text))
    check_name(text)
    return text


def _say_new_name(name: str) -> str:
    """Quotes a name of several words, which would be asked about if it was typed without quotes."""
    return quote(name, always=not is_plain_word(name))


GROUP = ArgumentType(placeholder="<group>", name="group", read=read_name, reference=Reference.GROUP)
FROM_GROUP, TO_GROUP = replace(GROUP, name="from group"), replace(GROUP, name="to group")
NEW_NAME = ArgumentType(
    placeholder="<name>",
    name="new name",
    read=read_name,
    say=_say_new_name,
    reference=Reference.NEW_GROUP,
    swallows=True,
)
SEARCH = ArgumentType(placeholder="<part of a name>", name="search", read=read_name, swallows=True)

GroupName = Annotated[str, GROUP]
FromGroup = Annotated[str, FROM_GROUP]
ToGroup = Annotated[str, TO_GROUP]
NewGroupName = Annotated[str, NEW_NAME]
Search = Annotated[str, SEARCH]


ME = "<@me>"
"""The member that the line called me, until it is known who asked."""

MAX_DIGITS = 15
"""Digits of a change's number, so that it fits the database's 64-bit integers."""


def _read_number(words: Words) -> str:
    text = " ".join(word.text for word in words)
    check_extension(text)
    return text


def _read_change(words: Words) -> int:
    if len(words) > 1 and is_number(words[:1]):
        raise ValueError(texts.AFTER_NUMBER)
    text = " ".join(word.text for word in words).removeprefix("#")
    if any(word.quoted for word in words) or not re.fullmatch(rf"[0-9]{{1,{MAX_DIGITS}}}", text):
        raise ValueError(texts.NO_CHANGE_NUMBER)
    return int(text)


def is_number(words: Words) -> bool:
    """Returns whether the words are the number of a change, as in 42 or #42, and no quoted name."""
    return len(words) == 1 and not words[0].quoted and re.fullmatch(r"#?[0-9]+", words[0].text) is not None


PRONOUNS = ("it", "this", "that")
"""Words for a change that name none."""


def _read_change_or_group(words: Words) -> int | str:
    """The number of a change, or the name of a group that has one pending change."""
    if is_number(words[:1]):
        return _read_change(words)
    names_none = len(words) == 1 and words[0].is_keyword(*PRONOUNS, "by")
    if names_none or (len(words) > 1 and words[-1].is_keyword("for", "until", "till", "by", "to")):
        raise ValueError(texts.NUMBER_THEN_TIME)
    return read_name(words)


def _say_change_or_group(value: int | str) -> str:
    return str(value) if isinstance(value, int) else say_after_verb(value)


def say_after_verb(name: str) -> str:
    """A group's name where also "change 42", "drift 7" or "it" may stand."""
    return quote(name, always=fold(name).split()[:1] in (["change"], ["drift"]) or fold(name) in (*PRONOUNS, "by"))


def input_words(argument_type: ArgumentType, text: str) -> Words:
    """Returns the words of a form's text input, of which a name is all, whatever words and quotes it holds.

    Where also the number of a change may stand, quotes around all of the text say that a number is a name.

    Raises:
        ValueError: a double quote is unmatched in what is no name.
    """
    whole = (Word(text, quoted=True),)
    if argument_type.say is quote:
        return whole
    if argument_type.read is not _read_change_or_group:
        return split_words(text)
    if re.fullmatch(rf"#?[0-9]{{1,{MAX_DIGITS}}}", text):
        return (Word(text),)
    try:
        words = split_words(text)
    except ValueError:
        return whole
    return words if len(words) == 1 and words[0].quoted else whole


def input_text(argument_type: ArgumentType, text: str) -> str:
    """Returns what a form's text input is filled with: typed text as it is, and a name so that it is read as a name.

    Args:
        argument_type: the type of the input's argument.
        text: a value, or typed text that can't be read; `input_value` returns both.
    """
    value = input_value(argument_type, text)
    return quote(text, always=True) if value != text else text


def input_value(argument_type: ArgumentType, text: str) -> Any:
    """Returns the value where a change's number or a group is typed in a form; text that can't be read as it is."""
    if argument_type.read is not _read_change_or_group:
        return text
    try:
        return argument_type.read(input_words(argument_type, text))
    except (ValueError, NotPossible):
        return text


def _read_drift(words: Words) -> int:
    try:
        return _read_change(words)
    except ValueError:
        raise ValueError(texts.NO_DRIFT_NUMBER) from None


def _read_switch(words: Words) -> bool:
    if len(words) == 1 and words[0].is_keyword("on", "off"):
        return words[0].is_keyword("on")
    raise ValueError(texts.ON_OR_OFF)


def _read_line(words: Words) -> str:
    if not words:
        raise ValueError(texts.NO_LINE)
    return join_words(words)


def _read_reason(words: Words) -> str:
    if len(words) > 1 and words[0].is_keyword("of"):  # because of an update
        words = words[1:]
    reason = words_as_text(words)
    if not re.search(r"[^\W\d_].*[^\W\d_]", re.sub(r":[\w+-]+:", " ", reason)):
        raise ValueError(texts.NO_REASON)
    return reason


def _say_switch(on: bool) -> str:
    return "on" if on else "off"


def _say_line(line: str) -> str:
    return join_words(split_words(line))


CHANGE = ArgumentType(placeholder="<change>", read=_read_change, say=str)
CHANGE_OR_GROUP = ArgumentType(placeholder="<change | group>", read=_read_change_or_group, say=_say_change_or_group)
DRIFT = ArgumentType(placeholder="<drift>", read=_read_drift, say=str)
NUMBER = ArgumentType(placeholder="<extension>", name="extension", read=_read_number, say=str)
SWITCH = ArgumentType(placeholder="<on | off>", name="call park", read=_read_switch, say=_say_switch)
NOTIFY_SWITCH = replace(SWITCH, name="notification")
SWITCHES = (SWITCH, NOTIFY_SWITCH)
"""The types of settings that are on or off."""
LINE = ArgumentType(
    placeholder="<line>", read=_read_line, say=_say_line, max_length=MAX_LINE, whole_line=True, swallows=True
)
REASON = ArgumentType(placeholder="<reason>", name="reason", read=_read_reason, swallows=True)

ExtensionNumber = Annotated[str, NUMBER]
ChangeNumber = Annotated[int, CHANGE]
ChangeOrGroup = Annotated[int | str, CHANGE_OR_GROUP]
DriftNumber = Annotated[int, DRIFT]
Switch = Annotated[bool, SWITCH]
NotifySwitch = Annotated[bool, NOTIFY_SWITCH]
Line = Annotated[str, LINE]


_KEPT = re.compile(r"[0-9a-f]{16}")
_LINK = re.compile(r"https?://\S+/files/\w+/(F[A-Z0-9]{7,14})/\S*")


def _read_file(words: Words) -> str:
    """A Slack file's id, also from a link to the file, or the id of a stored prompt."""
    text = " ".join(word.text for word in words)
    linked = _LINK.fullmatch(text)
    id = linked[1] if linked else text
    if SLACK_FILE_ID.fullmatch(id) or _KEPT.fullmatch(id):
        return id
    raise ValueError(texts.NO_FILE)


FILE = ArgumentType(
    placeholder="<file>",
    name="file",
    read=_read_file,
    say=str,
    reference=Reference.FILE,
)

SoundFile = Annotated[str, FILE]
