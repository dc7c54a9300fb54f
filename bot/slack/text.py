"""Conversion between Slack's mrkdwn and plain text, and escaping of data for display."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.messages.courtesy import is_courtesy
from bot.messages.text import TYPOGRAPHIC_TO_ASCII, split_words
from bot.slack.emoji import emoji_characters

_BLANKS = dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " ")  # invisible, though Unicode calls them letters
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})  # control, format (zero-width, bidi), private use, surrogates
_SIMPLIFIED = TYPOGRAPHIC_TO_ASCII | _BLANKS
_SMART_OPTION = re.compile(r"(?<!\S)—(?=[A-Za-z])")  # what macOS makes of the two dashes in --help

_MARKUP = re.compile(r"<([@#!]|[A-Za-z][\w+.-]*:)([^<>|]*)(?:\|([^<>]*))?>")
_REFERENCE = re.compile(r"@[A-Z0-9]+|#[A-Z0-9]+|!subteam\^[A-Z0-9]+|!(?:here|channel|everyone)")
_MARKUP_START = re.compile(r"<(?=[@#!]|[A-Za-z][\w+.-]*:)")
_LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_PASTED_START = re.compile(r"^(?:(?:[>•◦▪‣∙*-]|\d{1,2}[.)])\s+|>+\s*(?=\w))+")
_STYLED = re.compile(r"(?<![\w*_~`])([*_~`])(?=[^\s*_~`])((?:(?!\1).)*[^\s])\1(?![\w*_~`])")
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: mark real references, and can't occur in text that is simplified
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_FULLWIDTH_LESS_THAN = "\uff1c"


def plain_text(text: str) -> str:
    """Converts mrkdwn that a user sent to one line of plain text.

    References to users, channels and user groups stay as `<@U..>`, `<#C..>`, `<!subteam^S..>`, without their labels;
    links become their labels or addresses. Text that only looks like a reference gets a full-width `<`.
    """
    converted = _MARKUP.sub(_plain_markup, _simplify(text))
    converted = re.sub("&(?:amp|lt|gt);", lambda entity: _ENTITIES[entity[0]], converted)
    converted = _MARKUP_START.sub(_FULLWIDTH_LESS_THAN, unicodedata.normalize("NFC", converted))
    return " ".join(converted.replace(_OPEN, "<").replace(_CLOSE, ">").split())


def form_text(text: str) -> str:
    """Converts the text of a form's input to one line; Slack adds no markup or entities to that text."""
    return " ".join(_MARKUP_START.sub(_FULLWIDTH_LESS_THAN, unicodedata.normalize("NFC", _simplify(text))).split())


@dataclass(frozen=True, slots=True)
class CommandText:
    """A message as a command: its first line, and the further lines as a note."""

    line: str
    note: str = ""
    addressed: bool = True
    """Whether the command is all that its line says; False for a mention in the middle of a sentence."""


def command_text(text: str) -> CommandText:
    """The command in a message, without what is pasted around it: bullets, quotes, bold, `/park`, code marks.

    Lines of nothing but courtesy before the command are left out: Hello Park!
    """
    lines = [line for line in map(_typed_line, _LINE_BREAK.split(text)) if line]
    while len(lines) > 1 and is_only_courtesy(lines[0]):
        del lines[0]
    return CommandText(lines[0], " ".join(lines[1:])) if lines else CommandText("")


def mention_text(text: str, bot_user: str) -> CommandText:
    """The command after the first mention of the bot; a sentence around the mention makes it no command."""
    before, mention, after = re.sub(rf"<@{bot_user}\|[^<>]*>", f"<@{bot_user}>", text).partition(f"<@{bot_user}>")
    if not mention:
        return command_text(text)
    command, said_before = command_text(after.lstrip(" ,:")), " ".join(map(_typed_line, _LINE_BREAK.split(before)))
    if not command.line and said_before:
        return CommandText(said_before.strip(), addressed=False)
    return CommandText(command.line, command.note, addressed=is_only_courtesy(said_before))


def is_only_courtesy(text: str) -> bool:
    """Whether a message says nothing but thanks and the like."""
    try:
        return is_courtesy(split_words(text))
    except ValueError:  # a quote without its partner is no courtesy
        return False


def _typed_line(text: str) -> str:
    line = emoji_characters(plain_text(text)).replace("```", " ").strip(" `")
    line = re.sub(r"^/[\w-]+\s+(?=\S)", "", _PASTED_START.sub("", line).strip(" `"))
    return " ".join(_without_styles(line).split())


def _without_styles(line: str) -> str:
    """Removes the marks of bold, italics, strike-through and code; what is in double quotes stays as it is."""
    parts = re.split(r'("[^"]*")', line)
    return "".join(part if part.startswith('"') else _STYLED.sub(r"\2", part) for part in parts)


def escape(text: str) -> str:
    """Escapes data for mrkdwn, so that it holds no mentions, links, line breaks or bidi controls."""
    return displayable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn_reference(id: str) -> str:
    """Returns the mrkdwn reference to a channel, user group or user."""
    return f"<#{id}>" if id[0] in "CG" else f"<!subteam^{id}>" if id[0] == "S" else f"<@{id}>"


def mrkdwn_date(at: datetime) -> str:
    """Returns mrkdwn that shows an instant in each reader's own zone, with UTC as the fallback."""
    fallback = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def displayable(text: str) -> str:
    """Removes line breaks, controls and bidi marks from data for plain_text objects."""
    return text if text.isprintable() else "".join(map(_displayable, text))


def _simplify(text: str) -> str:
    return "".join(map(_simplify_character, _SMART_OPTION.sub("--", text)))


def _simplify_character(character: str) -> str:
    if character in _SIMPLIFIED:
        return _SIMPLIFIED[character]
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "" if category in _DROPPED_CATEGORIES else character


def _plain_markup(match: re.Match[str]) -> str:
    sigil, rest, label = match.groups()
    if _REFERENCE.fullmatch(sigil + rest):
        return f"{_OPEN}{sigil}{rest}{_CLOSE}"
    if label:
        return label
    if sigil in ("tel:", "mailto:"):
        return rest
    return match[0] if sigil in "@#!" else sigil + rest


def _displayable(character: str) -> str:
    if character.isspace():
        return " "
    if character in "\u200c\u200d":  # join letters and emoji
        return character
    category = unicodedata.category(character)
    return "\ufffd" if category == "Cs" else "" if category in ("Cc", "Cf") else character
