"""The German catalogue: whatever an English text shows, the German one shows too, in German words."""

import inspect
import itertools
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from importlib import import_module
from types import ModuleType

import pytest

import bot.texts.english
from bot.texts.repetition import Repetition

MODULES = [found.name for found in pkgutil.iter_modules(bot.texts.english.__path__)]
NOW = datetime(2026, 12, 4, 17, 30, tzinfo=UTC)
DAILY = Repetition(
    "every day",
    ({"FREQ": "DAILY"},),
    (),
    "",
    "",
    False,
    None,
    None,
    None,
    None,
    None,
    None,
    "",
)
CHOICES: dict[str, tuple[object, ...]] = {
    "installing.reason": ("not_allowed", "access_denied", "invalid_state", "invalid_code", "Xx0"),
    "policy.kind": ("bot", "foreign", "guest"),
    "refusals.state": ("done", "scheduled", "unsettled"),
    "conjunction": ("and", "or"),
    "delivery.code": ("missing_scope", "accesslimited", "org_install", "invalid_auth"),
    "recurrences.number": ("other", "2", "3"),
    "recurrences.begins": ("9:00", "18:00"),
    "zone": ("Europe/Berlin",),
    "on": (NOW.date(),),
    "repetition": (DAILY,),
}
"""Values for parameters that are no name or number of the data, by `module.parameter` or `parameter`."""

ENGLISH_WORDS = re.compile(
    r"\b(?:the|is|are|was|were|be|been|has|have|had|of|to|from|for|at|on|off|by|with|without|until|and|or|not|no|nothing"
    r"|you|your|it|its|this|that|these|they|them|there|here|who|what|when|which|where|if|then|than|can|could|may|must"
    r"|would|will|did|does|done|changed?|changes|type|typed|again|group|groups|members?|approval|approved|schedule"
    r"|temporary|pending|undo|undone|ended|ends|set|show|shows|day|days|every|each|already|only|now|later|time|times)\b",
    re.IGNORECASE,
)
"""Words of English sentences; German has none of them, but for "was", "die" and the like."""
ALSO_GERMAN = {"was", "also", "war", "name", "in", "die", "so", "am", "an", "will"}
LINES = {
    "EXAMPLES",
    "ANY_EXAMPLES",
    "END_EXAMPLES",
    "PERIOD_EXAMPLES",
    "START_EXAMPLES",
    "WORDS_HINT",
    "SHOW_GROUP_USAGE",
    "BY_CLOCK",
    "in_zone",
}
"""Texts that are typed, stored or shown as they stand."""
BEFORE_A_LINE = re.compile(r"(?:^|[„“`\"\[(]|[:,;] |\b(?:oder|mit|und|Mit|wie|Auch) )$")
"""What stands in front of words that are quoted as they are typed."""


def text_functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield name, value


def samples(module: str, parameter: inspect.Parameter, position: int) -> Sequence[object]:
    """Values for a parameter; names and numbers are told from each other."""
    kind, name = str(parameter.annotation), parameter.name
    chosen = CHOICES.get(f"{module}.{name}", CHOICES.get(name))
    if chosen is not None:
        return chosen
    optional: list[object] = [None] if "None" in kind else []
    if "bool" in kind:
        return (True, False)
    if "timedelta" in kind:
        return (timedelta(minutes=1), timedelta(minutes=47))
    if "datetime" in kind:
        return (NOW + timedelta(days=position),)
    if "tuple[str, str]" in kind:
        return ([], [("8:00", "12:00"), ("0:00", "24:00")])
    if re.search("Sequence|Iterable|list", kind):
        return ([f"Aa{position}"], [f"Aa{position}", f"Bb{position}", f"Cc{position}"])
    if "float" in kind:
        return (41.5 + position,)
    if "int" in kind or "object" in kind:
        return (*optional, 1, 41 + position)
    return (*optional, f"Xx{position}")


def calls(module: str, function: Callable[..., object]) -> Iterator[dict[str, object]]:
    parameters = list(inspect.signature(function).parameters.values())
    each = [samples(module, one, position) for position, one in enumerate(parameters)]
    for values in itertools.product(*each):
        yield {one.name: value for one, value in zip(parameters, values, strict=True)}


def shown(text: str) -> set[str]:
    """The names and numbers of the call that a text shows."""
    return set(re.findall(r"(?:Xx|Aa|Bb|Cc)\d", text)) | set(re.findall(r"(?<![\d:])4[1-9](?![\d:])", text))


def both(name: str) -> tuple[ModuleType, ModuleType]:
    return import_module(f"bot.texts.english.{name}"), import_module(f"bot.texts.german.{name}")


@pytest.mark.parametrize("name", MODULES)
def test_german_shows_every_name_and_number_that_english_shows(name: str) -> None:
    english, german = both(name)
    missing = []
    for function_name, function in text_functions(english):
        for arguments in calls(name, function):
            said, translated = str(function(**arguments)), str(getattr(german, function_name)(**arguments))
            if shown(said) - shown(translated):
                missing.append(f"{function_name}({arguments}): {said!r}: {translated!r}")
    assert missing == []


def pairs(name: str) -> Iterator[tuple[str, str, str]]:
    """The name, the English and the German text of everything in a module."""
    english, german = both(name)
    for constant, value in vars(english).items():
        if constant.isupper():
            yield from zip(itertools.repeat(constant), strings(value), strings(getattr(german, constant)), strict=False)
    for function_name, function in text_functions(english):
        for arguments in calls(name, function):
            yield function_name, str(function(**arguments)), str(getattr(german, function_name)(**arguments))


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for _, one in sorted(value.items()):
            yield from strings(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from strings(one)


def english_words(english: str, german: str) -> list[str]:
    """The English words in a German text, without those of lines that are quoted in both."""
    words, translated = re.findall(r"\S+|\s+", english), re.findall(r"\S+|\s+", german)
    quoted = SequenceMatcher(a=words, b=translated, autojunk=False).get_matching_blocks()
    left = list(translated)
    for _, begin, size in quoted:
        first = begin + (size > 0 and translated[begin].isspace())
        if BEFORE_A_LINE.search("".join(translated[:first])):
            left[first : begin + size] = [" "] * (begin + size - first)
    text = re.sub(r"„[^“]*“|`[^`]*`|\[[^\]]*\]|<[^>]*>|\"[^\"]*\"", "", "".join(left))
    return [word for word in ENGLISH_WORDS.findall(text) if word.lower() not in ALSO_GERMAN]


@pytest.mark.parametrize("name", MODULES)
def test_no_english_words_are_left_in_german(name: str) -> None:
    left = [
        f"{text}: {words}: {german}" for text, said, german in pairs(name) if (words := english_words(said, german))
    ]
    assert sorted(set(left)) == []


def test_no_sentence_is_the_same_in_both() -> None:
    same = {
        f"{text}: {german}"
        for name in MODULES
        for text, said, german in pairs(name)
        if said == german and text not in LINES and len(re.findall(r"[a-z]{3,}", german)) > 1
    }
    assert same == set()


UNTYPOGRAPHIC = {
    "an arrow of ASCII characters": r"->",
    "two spaces": r"\S {2,}\S",
    "a full stop twice": r"\.\.(?!\.)(?<!\.\.\.)",
    "a space before a mark": r" [.,:;!?](\s|$)(?<! \.\.\. )",
    "English quotation marks": r"“[^„“”]*”|^[^„]*“",
    "a noun without its plural": r"\b4\d (?:Mitglied|Gruppe|Tag|Eintrag|Parkgruppe|Zeitplan|Änderung|Person)\b",
    "a person addressed as a friend": r"\b(?:du|dir|dich|deine?[rnms]?)\b",
}
ONE = r"\b1 (?:\w+ )?(?:member|group|day|entry|schedule|change|person|command|mistake)\b"
ONE_OF_SEVERAL = (
    r"\b1 (?:\w+ )?(?:Mitglieder|Gruppen|Tage|Einträge|Parkgruppen|Zeitpläne|Änderungen|Personen|Befehle)\b"
)


@pytest.mark.parametrize("name", MODULES)
def test_german_is_written_alike(name: str) -> None:
    wrong = {
        f"{text}: {what}: {german}"
        for text, _, german in pairs(name)
        for what, pattern in UNTYPOGRAPHIC.items()
        if re.search(pattern, german)
    }
    assert wrong == set()


def test_one_is_no_plural() -> None:
    wrong = {
        f"{module}.{text}: {german}"
        for module in MODULES
        for text, english, german in pairs(module)
        if re.search(ONE, english) and re.search(ONE_OF_SEVERAL, german)
    }
    assert wrong == set()


@pytest.mark.parametrize("name", MODULES)
def test_german_has_the_same_names_keys_and_parameters(name: str) -> None:
    english, german = both(name)
    for constant, value in vars(english).items():
        if constant.isupper():
            assert _shape(getattr(german, constant)) == _shape(value), constant
    for function_name, function in text_functions(english):
        assert inspect.signature(getattr(german, function_name)) == inspect.signature(function), function_name


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return (type(value), [_shape(one) for one in value])
    return (type(value), value == "")
