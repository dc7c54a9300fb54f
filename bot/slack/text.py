"""Conversion between Slack's mrkdwn and plain text, and escaping of data for display."""

import re
import unicodedata
from datetime import UTC, datetime

from bot.messages.text import TYPOGRAPHIC_TO_ASCII

_BLANKS = dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " ")  # invisible, though Unicode calls them letters
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})  # control, format (zero-width, bidi), private use, surrogates
_SIMPLIFIED = TYPOGRAPHIC_TO_ASCII | _BLANKS
_SMART_OPTION = re.compile(r"(?<!\S)—(?=[A-Za-z])")  # what macOS makes of the two dashes in --help

_MARKUP = re.compile(r"<([@#!]|[A-Za-z][\w+.-]*:)([^<>|]*)(?:\|([^<>]*))?>")
_REFERENCE = re.compile(r"@[A-Z0-9]+|#[A-Z0-9]+|!subteam\^[A-Z0-9]+|!(?:here|channel|everyone)")
_MARKUP_START = re.compile(r"<(?=[@#!]|[A-Za-z][\w+.-]*:)")
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


def mention_line(text: str, bot_user: str) -> str:
    """Returns the plain text after the first mention of the bot, or all of it when the bot is not mentioned."""
    before, mention, after = plain_text(text).partition(f"<@{bot_user}>")
    return (after if mention else before).lstrip(" ,:").strip(" `")


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
    return "".join(map(_displayable, text))


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
