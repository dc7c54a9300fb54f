"""The slash command's name is a setting, and nothing that anybody reads says another one."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.__main__ import main
from bot.messages import slash_command
from bot.operations.catalog import markdown
from bot.sandbox.environment import Sandbox
from bot.sandbox.slack.model import Message
from bot.slack.app_manifest import app_name, http_manifest, socket_mode_manifest
from bot.slack.samples import samples
from tests.slack.conftest import ROOT

OTHER = "/phones-test"
DEFAULT_NAME = re.compile(r"(?<![\w/.:])/park(?![\w./-])")
"""The default name where a command is meant, not a part of an address or of a file's name."""
MAY_SAY_IT = {
    "bot/messages/slash_command.py": "the default",
    "bot/cli/main.py": "an example of the demo, whose workspace has the default",
    "bot/journal/address.py": "the name of a database in an address",
}


@pytest.fixture(autouse=True)
def default_name_is_restored() -> Iterator[None]:
    yield
    slash_command.use(slash_command.DEFAULT)


@pytest.fixture
def sandbox(http: bool) -> Iterator[Sandbox]:
    with Sandbox(http=http, park_command=OTHER) as running:
        yield running


def answer(sandbox: Sandbox, line: str) -> Message:
    user, place = sandbox.people["ana"], sandbox.channels["phones"]
    before = len(sandbox.slack.seen_by(user, place))
    assert sandbox.slack.slash(user, place, line).ok
    sandbox.settle()
    return sandbox.slack.seen_by(user, place)[before]


def test_no_payload_says_the_default_name_when_there_is_another() -> None:
    slash_command.use(OTHER)
    said = {name: json.dumps(payload) for name, payload in samples()}
    assert not [name for name, text in said.items() if DEFAULT_NAME.search(text)]
    assert [name for name, text in said.items() if OTHER in text], "some sample shows a line to type"


def strings(tree: ast.Module) -> Iterator[str]:
    """Yields all strings of a module that are no docstrings."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def test_no_text_of_the_bot_has_the_name_in_it() -> None:
    found = {}
    for file in (ROOT / "bot").rglob("*.py"):
        place = str(file.relative_to(ROOT))
        if not place.startswith("bot/sandbox/") and place not in MAY_SAY_IT:
            found[place] = [one for one in strings(ast.parse(file.read_text())) if DEFAULT_NAME.search(one)]
    assert not {place: texts for place, texts in found.items() if texts}


def test_the_command_with_that_name_is_answered_and_shown(sandbox: Sandbox) -> None:
    help_text = answer(sandbox, "help").plain
    assert f"{OTHER} " in help_text
    assert not DEFAULT_NAME.search(help_text)
    assert "1001" in answer(sandbox, "add 1001 to Sales").plain


def test_slack_knows_only_the_declared_command(sandbox: Sandbox) -> None:
    ack = sandbox.slack.slash(sandbox.people["ana"], sandbox.channels["phones"], "groups", command="/park")
    assert ack.error == "not_a_valid_command"


@pytest.mark.parametrize("before", [OTHER, "/park", "park"])
def test_a_line_may_be_pasted_with_a_command_before_it(sandbox: Sandbox, before: str) -> None:
    user = sandbox.people["ana"]
    conversation = sandbox.slack.direct(user)
    ts = sandbox.slack.say(user, conversation, f"{before} group Sales")
    sandbox.settle()
    assert "Sales" in sandbox.slack.seen_by(user, conversation, thread=ts)[1].plain


@pytest.mark.parametrize("name", ["/park", "/p", "/phones-test", "/phones_2", "/" + "a" * 31])
def test_names_that_slack_accepts(name: str) -> None:
    assert slash_command.check_name(name) == name
    assert slash_command.check_name(name.removeprefix("/")) == name


@pytest.mark.parametrize("name", ["", "/", "//park", "/Park", "/park test", "/pärk", "/-park", "/" + "a" * 32, "/a`b"])
def test_other_names_are_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(ValueError, match="like /park or /park-test"):
        slash_command.check_name(name)


@pytest.mark.parametrize("make", [socket_mode_manifest, lambda: http_manifest("https://park.example.com")])
def test_the_manifest_declares_it_and_names_the_app_after_it(make: object) -> None:
    slash_command.use(OTHER)
    assert callable(make)
    text = make()
    app = yaml.safe_load(text)
    assert [one["command"] for one in app["features"]["slash_commands"]] == [OTHER]
    assert app["display_information"]["name"] == app["features"]["bot_user"]["display_name"] == "Phones Test"
    assert not DEFAULT_NAME.search(text)
    assert app_name(slash_command.DEFAULT) == "Park"


def test_the_manifest_takes_it_from_the_command_line_or_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["manifest", "--command", "phones"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["features"]["slash_commands"][0]["command"] == "/phones"
    monkeypatch.setenv("PARK_COMMAND", OTHER)
    assert main(["manifest"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["features"]["slash_commands"][0]["command"] == OTHER


def test_the_command_line_refuses_a_name_that_slack_would_refuse(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["manifest", "--command", "/Two Words"])
    assert "like /park or /park-test" in capsys.readouterr().err


def test_the_table_of_commands_has_it() -> None:
    slash_command.use(OTHER)
    assert f"`{OTHER} groups" in markdown()
    assert not DEFAULT_NAME.search(markdown())
