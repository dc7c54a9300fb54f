"""Set-ups as YAML."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from bot.setups.model import FileMistakes, SetupFile
from bot.setups.yaml_file import dump, parse, schema, update
from tests.setups.strategies import setups

SCHEMA = Path(__file__).parents[2] / "bot/setups/setup.schema.json"
COMMENTED = """\
# our set-up
version: 1
other_groups: keep  # others are not ours
groups:
  # the sales people
  Sales:   # call 1001
    recall: user   # for now
    members:
      - 1009 X   # left in May
      # the first
      - 1002 Bjørn Halvorsen
      - "1007"   # best
"""


@given(setups())
@settings(max_examples=25)
def test_what_is_written_is_read_as_the_same(setup: SetupFile) -> None:
    text = dump(setup)
    assert parse("park.yaml", text).setup == setup
    assert text == dump(parse("park.yaml", text).setup)
    assert update("park.yaml", text, setup) == text


@given(setups())
@settings(max_examples=25)
def test_what_is_written_fits_the_schema_for_every_yaml_parser(setup: SetupFile) -> None:
    Draft202012Validator(json.loads(schema())).validate(yaml.safe_load(dump(setup)))


@given(setups(), setups())
@settings(max_examples=25)
def test_a_file_that_is_brought_up_to_date_says_what_a_new_one_says(old: SetupFile, new: SetupFile) -> None:
    assert parse("park.yaml", update("park.yaml", dump(old), new)).setup == new


def test_the_schema_beside_the_package_is_that_of_the_models() -> None:
    """Regenerate it with: python -m bot export --schema > bot/setups/setup.schema.json"""
    assert SCHEMA.read_text(encoding="utf-8") == schema()


def test_comments_stay_where_they_are() -> None:
    new = SetupFile.model_validate(
        {
            "other_groups": "delete",
            "groups": {
                "Sales": {"recall": {"to": "user"}, "members": ("1001 Amara Okafor", "1002 Bjørn Halvorsen", "1007")},
                "Support": {"members": ()},
            },
        }
    )
    text = update("park.yaml", COMMENTED, new)
    for comment in (
        "# our set-up",
        "# others are not ours",
        "# the sales people",
        "# call 1001",
        "# for now",
        "# best",
    ):
        assert comment in text
    assert "recall: user   # for now" in text
    assert "# left in May" not in text
    assert parse("park.yaml", text).setup == new


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [", 1, "can't be read as YAML"),
        ("groups: 3", 1, "groups"),
        ("- x", None, ""),
        ("[" * 3000, 1, "nested too deeply"),
        ("version: 2", 1, "version 2 of set-up files is newer than this Park"),
        ("# ours\nversion: '12'\nwhatever: 3", 2, "version 12 of set-up files is newer than this Park"),
        ("version: one", 1, "version"),
        ("groups:\n  Sales:\n    recal: user\n", 3, "no such key"),
        ("groups:\n  Sales:\n    members:\n      - 1001 Ana\n      - Ana\n", 5, "“Ana” is not a member"),
        ("groups:\n  Sales:\n    members: [12]\n", 3, "“12” is not a member"),
        ("groups:\n  A:\n    members: ['1001']\n  B:\n    members: [1001]\n", 5, "1001 is in A and in B"),
        ("groups:\n  Sales:\n  sales:\n", 3, "the same name"),
        ("groups:\n  A:\n  A:\n", 3, "twice"),
        ("server:\n  recall_time: 5\n", 2, "recall_time"),
        ("server:\n  recall: ring group\n", 2, "name the ring group"),
        ("server:\n  enabled: perhaps\n", 2, "enabled"),
        (f"groups:\n  {'x' * 65}:\n", 2, "64"),
    ],
)
def test_each_mistake_is_told_with_its_line(text: str, line: int | None, says: str) -> None:
    with pytest.raises(FileMistakes) as raised:
        parse("park.yaml", text)
    (mistake,) = raised.value.mistakes
    assert mistake.line == line
    assert says in mistake.text


def test_numbers_and_switches_are_read_as_they_are_written() -> None:
    read = parse("x.yaml", "server: {enabled: off, extension: 0666}\ngroups: {on: {members: [0012, 1001 Ana]}}")
    assert read.setup.server is not None
    assert (read.setup.server.enabled, read.setup.server.extension) == (False, "0666")


def test_an_empty_file_wants_nothing() -> None:
    assert parse("x.yaml", "# nothing yet\n").setup == SetupFile()
    assert parse("x.yaml", "groups:\nserver:\n").setup == SetupFile()
