"""Slack's emoji codes as the characters that a name on the PBX holds."""

import re
import unicodedata

_CODE = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?")
_NAMES = ("{}", "{} SIGN", "BLACK {}", "HEAVY BLACK {}", "WHITE {}", "LARGE {}", "{} SYMBOL", "{} FACE", "HEAVY {}")
"""How Unicode's name of a character may differ from Slack's code."""
_ALIASES = {
    "+1": "\U0001f44d",
    "-1": "\U0001f44e",
    "phone": "☎",
    "star": "⭐",
    "white_check_mark": "✅",
    "rotating_light": "\U0001f6a8",
    "calling": "\U0001f4f2",
    "iphone": "\U0001f4f1",
    "moon": "\U0001f314",
    "sunny": "☀",
    "zap": "⚡",
    "umbrella": "☔",
    "sos": "\U0001f198",
    "hospital": "\U0001f3e5",
    "car": "\U0001f697",
    "ship": "\U0001f6a2",
    "airplane": "✈",
    "package": "\U0001f4e6",
    "tada": "\U0001f389",
    "pray": "\U0001f64f",
    "smile": "\U0001f604",
    "boom": "\U0001f4a5",
    "x": "❌",
}
"""Common codes that resemble no Unicode name."""


def emoji_characters(text: str) -> str:
    """Replaces each known `:code:` by its character; an unknown one stays as it was typed."""
    return _CODE.sub(lambda match: _character(match[1]) or match[0], text)


def _character(code: str) -> str | None:
    if code in _ALIASES:
        return _ALIASES[code]
    if flag := re.fullmatch(r"flag-([a-z]{2})", code):
        return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in flag[1])
    name = re.sub("[_-]", " ", code).upper()
    for form in _NAMES:
        try:
            found = unicodedata.lookup(form.format(name))
        except KeyError:
            continue
        if unicodedata.category(found) == "So":
            return found
    return None
