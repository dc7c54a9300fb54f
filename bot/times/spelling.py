"""Reduces the many spellings of times to one, so that the readers need to know that one only."""

import re
from functools import lru_cache

from bot.messages.text import TYPOGRAPHIC_TO_ASCII

_TO_ASCII = str.maketrans({**TYPOGRAPHIC_TO_ASCII, "½": ".5", "→": "-"})
_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    *(f"{tens}teen" for tens in ("thir", "four", "fif", "six", "seven", "eigh", "nine")),
]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_NUMBERS = {word: number for number, word in enumerate((*_ONES, *_TEENS))} | _TENS
_NUMBER = re.compile(rf"\b(?:({'|'.join(_TENS)})[- ]({'|'.join(_ONES[1:])})|({'|'.join(_NUMBERS)}))\b")

_CLOCK = r"\d{1,2}(?:[:.h]\d\d)?(?: ?[ap]\.?m\.?)?"
_END_OF_DAY = (
    r"\b(?:eod|cob|eob|(?:close|end) of business|end of work"
    r"|(?:the )?end of (?:the |my |our )?(?:(?:working|work|business|office) ?)?day)\b"
)
_RULES = [
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"(\d),(\d+)(?= ?(?:h|hrs?|hours?|d|days?|min|minutes?|weeks?)\b)", r"\1.\2"),  # a decimal comma
        (r"(?<!\d)\.5\b", "0.5"),
        (r",", " "),
        (r"!+$", ""),
        (r"(?<=[a-z]{3})\.(?= |$)|(?<=:\d\d)\.$", ""),
        (r"\b(\d{4}-\d\d-\d\d)t(?=\d)", r"\1 "),
        (r"(?<=\d\d:\d\d)(:\d\d(?:\.\d+)?)? ?(\+\d\d):?(\d\d)(?= |$)", r"\1 utc\2:\3"),
        (r"(-\d\d \d\d:\d\d(?::\d\d(?:\.\d+)?)?)(-\d\d):?(\d\d)(?= |$)", r"\1 utc\2:\3"),
        (r"(?<=\d\d:\d\d)(:\d\d(?:\.\d+)?)?z\b", r"\1 utc"),
        (r"(?<=\d\d:\d\d:\d\d)\.\d+", ""),
        (r"\b(?:utc|gmt) ?([+-])(\d)(?::?00)?(?= |$)", r"utc\g<1>0\2:00"),
        (r"\b(?:utc|gmt) ?([+-]\d\d)(?::?(\d\d))?(?= |$)", lambda found: f"utc{found[1]}:{found[2] or '00'}"),
        (r"(?:\buntill|\bunitl|\buntl|'?\btill|'?\btil|\bup until|\bup to)\b", "until"),
        (r"\bthru\b", "through"),
        (r"\b(?:tomm?orr?ow|tomorrrow|tmrw|tmr|tmrow|2moro|2morrow)\b", "tomorrow"),
        (r"\b(?:the )?day after tomorrow\b", "overmorrow"),
        (r"\btonite\b", "tonight"),
        (r" o'? ?clock\b", ""),
        (r"\b(?:12 )?(?:mid-?day|noon)\b", "noon"),
        (r"\b12 midnight\b", "midnight"),
        (_END_OF_DAY, "eod"),
        (r"\b(?:for |during |over )?(?:(?:the )?(?:rest|remainder) of )?(?:the |all |the whole )night(?: long)?$",
         "for tonight"),
        (r"\b(?:for )?over ?night\b", "for tonight"),
        (r"\b(?:for )?(?:the )?(?:rest|remainder) of (?:the day|today)\b|\bfor the (?:whole )?day$", "for today"),
        (r"\b(?:for )?(?:all day(?: long)?|the whole day|the entire day)\b", "allday"),
        (r"\b(?:for |over |during )?(?:the rest of )?this weekend\b", "for weekend"),
        (r"\b(?:for|over|during) (?:the rest of )?the weekend\b", "for weekend"),
        (r"\buntil the weekend\b", "until saturday"),
        (r"\bfirst thing in the morning\b", "morning"),
        (r"\bfirst thing (?:on )?(\w+)(?: morning)?$", r"\1 morning"),
        (r"^(?:until )?(?:through )?(?:the )?end of (?=\w)", "through "),
        (r"^(?:until )?(.+) inclusive(?:ly)?$", r"through \1"),
        (r"\b(?:starting|beginning)(?: (?:at|on|from))?\b", "from"),
        (r"\b(?:right|starting) now\b|\bimmediately\b|\bstraight ?away\b|\bright away\b", "now"),
        (r"\bbetween (.+?) and (.+)", r"from \1 to \2"),
        (rf"(?<![\w./:-])({_CLOCK}) ?- ?({_CLOCK})(?= |$)", r"\1 to \2"),
    )
]  # fmt: skip


@lru_cache(maxsize=4096)
def normalize(text: str) -> str:
    """The text in lower case, without commas, and with one spelling for each way to say the same."""
    text = " ".join(_NUMBER.sub(_digits, text.lower().translate(_TO_ASCII)).split())
    for pattern, spelling in _RULES:
        text = pattern.sub(spelling, text)
    return " ".join(text.split())


def _digits(found: re.Match[str]) -> str:
    tens, ones, word = found.groups()
    return str(_TENS[tens] + _NUMBERS[ones] if tens else _NUMBERS[word])


_PERIOD = "day|night|morning|evening|afternoon|hour|week|weekday|weekend|month|year|mon|tues|wednes|thurs|fri|satur|sun"
_DAYS = "mon|tue|wed|thu|fri|sat|sun"
_REPETITION = re.compile(
    rf"\b(?:(?:every|each)(?: (?:other|second|single))? (?:\d+ )?(?:{_PERIOD})|(?:every|each)$|daily|nightly"
    r"|(?:every|each) (?:\d|first|last|other|second|third|fourth|(?:public |bank )?holiday)"
    r"|on (?:public |bank )?holidays|of (?:the|every) month\b"
    r"|(?:outside|after|during) (?:business|office|working|opening) hours|(?:after|out of) hours"
    rf"|(?:{_DAYS})[a-z]* ?(?:and|&|/|\+) ?(?:on )?(?:{_DAYS})[a-z]*"
    r"|hourly|weekly|monthly|everyday|on (?:weekdays|weekends)|(?:weekdays|weeknights|workdays)\b"
    r"|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days)"
)
REPETITION_OPENERS = (
    *("every", "each", "daily", "nightly", "hourly", "weekly", "monthly", "everyday", "weekdays", "weeknights"),
    *("workdays", "mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays"),
)


def repeats(text: str) -> bool:
    """Whether the text asks for a repetition, such as `every night` or `daily at 18:00`."""
    return _REPETITION.search(text.lower()) is not None


_BEGINNING = re.compile(
    rf"(?:every|each) |(?:on )?(?:{_DAYS})[a-z]* ?(?:and|&|/|\+) ?(?:on )?(?:{_DAYS})[a-z]*\b"
    rf"|(?:{'|'.join(REPETITION_OPENERS)})(?: (?:at|from|until|\d)|$)"
)


def begins_repetition(text: str) -> bool:
    """Whether the text begins like a repetition and like no name: `every ...`, or a list of weekdays."""
    return _BEGINNING.match(text.lower()) is not None
