"""What is wrong in a set-up file is said in Park's words, in each language, at every place of the model."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.setups.model import FileMistakes, GroupPart, RecallPart, ServerPart, SetupFile
from bot.setups.yaml_file import parse
from bot.texts.languages import speaking

WRONG = ("nonsense", "[1, 2]", "{a: b}", "-7", "yes please")
PYDANTIC = ("Input", "should", "valid", "pattern", "instance", "validation", "parse")
PARSER = ("token", "found", "expected", "node", "stream", "mapping values")
PLACES: dict[str, Any] = {
    "": SetupFile,
    "server:\n  ": ServerPart,
    "server:\n  recall:\n    ": RecallPart,
    "groups:\n  Sales:\n    ": GroupPart,
    "groups:\n  Sales:\n    recall:\n      ": RecallPart,
}
"""What stands above a key of each part."""


def wrong_files() -> Iterator[str]:
    for above, model in PLACES.items():
        for key in model.model_fields:
            yield from (f"{above}{key}: {value}\n" for value in WRONG)
        yield f"{above}unknown: 1\n"
    yield from (f"groups:\n  Sales: {value}\n" for value in WRONG)
    yield from (f"groups:\n  Sales:\n    members:\n      - {value}\n" for value in WRONG)
    yield from ("- a\n", "hello\n", "groups:\n  '': {}\n", f"groups:\n  {'x' * 65}: {{}}\n")


def mistakes_in(text: str) -> list[str]:
    try:
        parse("park.yaml", text)
    except FileMistakes as found:
        return [one.text for one in found.mistakes]
    return []


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_mistake_is_said_in_the_words_of_a_library(language: str) -> None:
    with speaking(language):
        said = {text: mistakes_in(text) for text in wrong_files()}
    assert sum(map(bool, said.values())) > 100
    for text, mistakes in said.items():
        for mistake in mistakes:
            assert not [word for word in PYDANTIC if word in mistake], (text, mistake)


@pytest.mark.parametrize(
    "text", ["a: [\n", "a: b: c\n", "\t- a\n", "a: 'b\n", "a: *b\n", "%", "a:\n - b\n c: d\n", "? [\n"]
)
def test_no_text_that_is_no_yaml_is_explained_in_the_parsers_words(text: str) -> None:
    (mistake,) = mistakes_in(text)
    assert not [word for word in PARSER if word in mistake]
    assert "write" in mistake or "check" in mistake


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("server:\n  enabled: perhaps\n", "server.enabled: “perhaps” can't be used: write yes or no"),
        ("server:\n  recall_time: 10m\n", "whole seconds from 60 to 900"),
        ("groups:\n  recall:\n    members: 1001\n", "a list, with a member on each line"),
        ("groups:\n  to: 3\n", "recall or members on lines of their own"),
        ("groups:\n  Sales:\n    recal: user\n", "here may stand recall, members"),
        ("\t- a\n", "a tab can't indent"),
    ],
)
def test_what_to_write_instead_is_said(text: str, says: str) -> None:
    (mistake,) = mistakes_in(text)
    assert says in mistake


def test_every_key_has_an_example_of_what_may_stand_there() -> None:
    models: tuple[Any, ...] = (SetupFile, ServerPart, GroupPart, RecallPart)
    from bot.texts import setup_mistakes

    assert {key for model in models for key in model.model_fields} <= set(setup_mistakes.EXPECTED)
