"""Slack markup <-> plain text."""

import re
import unicodedata
from datetime import UTC, datetime

from bot.messages.text import TYPED_PLAIN

_BLANKS = dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " ")  # drawn as nothing, though Unicode calls them letters
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs"})  # control, format (zero-width, bidi), private use, halves of a character
_SIMPLER = TYPED_PLAIN | _BLANKS
_SMART_OPTION = re.compile(r"(?<!\S)—(?=[A-Za-z])")  # what a Mac makes of --help

_THING = re.compile(r"<([@#!]|[A-Za-z][\w+.-]*:)([^<>|]*)(?:\|([^<>]*))?>")
_TOKEN = re.compile(r"@[A-Z0-9]+|#[A-Z0-9]+|!subteam\^[A-Z0-9]+|!(?:here|channel|everyone)")
_LOOKS_LIKE_A_THING = re.compile(r"<(?=[@#!]|[A-Za-z][\w+.-]*:)")
_OPEN, _CLOSE = "\ue000", "\ue001"  # around a real token while the rest is made plain; dropped from what people send
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_LITERAL = "\uff1c"


def plain(text: str) -> str:
    """One line as a person meant it; see above for the tokens that stay."""
    told = _THING.sub(_thing, _simple(text))
    told = re.sub("&(?:amp|lt|gt);", lambda entity: _ENTITIES[entity[0]], told)
    told = _LOOKS_LIKE_A_THING.sub(_LITERAL, unicodedata.normalize("NFC", told))
    return " ".join(told.replace(_OPEN, "<").replace(_CLOSE, ">").split())


def entered(text: str) -> str:
    """What a person typed into a form: Slack makes no links, mentions or entities of that, phones the same marks."""
    return " ".join(_LOOKS_LIKE_A_THING.sub(_LITERAL, unicodedata.normalize("NFC", _simple(text))).split())


def mention_line(text: str, bot_user: str) -> str:
    """What follows the first mention of the bot, made plain; all of the text when it is not mentioned."""
    said = plain(text)
    before, mention, after = said.partition(f"<@{bot_user}>")
    return (after if mention else before).lstrip(" ,:").strip(" `")


def escape(text: str) -> str:
    """Data for mrkdwn: one line that pings nobody, links nowhere and keeps its own direction of reading."""
    return shown(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def linked(id: str) -> str:
    """A channel, a person or a user group by its id, as mrkdwn shows it: by name, to those who may see it."""
    return f"<#{id}>" if id[0] in "CG" else f"<!subteam^{id}>" if id[0] == "S" else f"<@{id}>"


def dated(at: datetime) -> str:
    """A moment, which Slack shows each reader in their own zone; in UTC where it can't."""
    fallback = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def shown(text: str) -> str:
    """Data for plain_text objects, where nothing is active: one line without controls and bidi marks."""
    return "".join(_drawn(character) for character in text)


def _simple(text: str) -> str:
    return "".join(_simpler(character) for character in _SMART_OPTION.sub("--", text))


def _simpler(character: str) -> str:
    if character in _SIMPLER:
        return _SIMPLER[character]
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    return str(unicodedata.decimal(character)) if category == "Nd" else "" if category in _DROPPED else character


def _thing(found: re.Match[str]) -> str:
    sigil, rest, label = found.groups()
    if _TOKEN.fullmatch(sigil + rest):
        return f"{_OPEN}{sigil}{rest}{_CLOSE}"
    if label:
        return label
    if sigil in ("tel:", "mailto:"):
        return rest
    return found[0] if sigil in "@#!" else sigil + rest


def _drawn(character: str) -> str:
    if character.isspace():
        return " "
    if character in "\u200c\u200d":  # join letters and emoji
        return character
    category = unicodedata.category(character)
    return "\ufffd" if category == "Cs" else "" if category in ("Cc", "Cf") else character
