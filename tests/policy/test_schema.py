"""The JSON Schema that editors use for the policy file."""

import json
import tomllib
from pathlib import Path

from jsonschema import Draft202012Validator

from bot.policy.schema import schema

FOLDER = Path(__file__).parents[2] / "bot/policy"


def test_the_schema_beside_the_example_is_that_of_the_models() -> None:
    """Regenerate it with: python -m bot policy schema > bot/policy/policy.schema.json"""
    assert (FOLDER / "policy.schema.json").read_text(encoding="utf-8") == schema()


def test_the_example_fits_the_schema_and_names_it() -> None:
    source = (FOLDER / "example.toml").read_text(encoding="utf-8")
    assert source.startswith("#:schema bot/policy/policy.schema.json\n")
    assert list(_validator().iter_errors(tomllib.loads(source))) == []


def test_the_schema_knows_a_name_from_an_id_and_a_key_from_a_mistake() -> None:
    rule = {"users": ["@ana"], "operations": ["red"], "hours": ["always"], "memebers": 5}
    faults = list(_validator().iter_errors({"allow": [rule]}))
    assert {fault.json_path for fault in faults} == {
        "$.allow[0]",
        "$.allow[0].users[0]",
        "$.allow[0].operations[0]",
        "$.allow[0].hours[0]",
    }


def _validator() -> Draft202012Validator:
    known = json.loads(schema())
    Draft202012Validator.check_schema(known)
    return Draft202012Validator(known)
