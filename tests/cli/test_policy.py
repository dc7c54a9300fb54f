"""The commands policy check, policy test and policy schema."""

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.sandbox.environment import POLICY, Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx

EXAMPLE = Path(__file__).parents[2] / "bot/policy/example.toml"
RULE = """\
[[allow]]
name = "Ana"
users = ["U0123ABCD"]
operations = ["members"]
groups = ["Sales*"]
temporary = "4h"
"""


@pytest.fixture(autouse=True)
def _no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "PBX_URL", "PBX_TOKEN", "PBX_USERNAME", "PBX_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def write_policy(folder: Path, text: str) -> str:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_shipped_example_has_no_mistake_and_its_examples_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", str(EXAMPLE)]) == 0
    assert main(["policy", "test", str(EXAMPLE)]) == 0
    assert "1 of 1 examples are as expected" in capsys.readouterr().out


def test_each_mistake_is_told_with_its_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_policy(
        tmp_path, '[[allow]]\nusers = ["U1", "@ana"]\noperatons = ["all"]\n\n  operations = [\n    "red",\n]\n'
    )
    assert main(["policy", "check", file]) == 2
    places = [line.removeprefix(f"{file}:").split(": ")[0] for line in capsys.readouterr().err.splitlines()]
    assert places == ["2:16", "3:1", "6:5"]
    assert main(["policy", "check", write_policy(tmp_path, "x = 1\ny = [\n")]) == 2
    assert capsys.readouterr().err.startswith(f"{file}:2")
    assert main(["policy", "check", str(tmp_path / "none.toml")]) == 2


def test_remarks_end_with_1_only_where_they_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_policy(tmp_path, RULE.replace('"members"', '"groups"'))
    assert main(["policy", "check", file]) == 0
    assert "“Ana” never allows anything" in capsys.readouterr().err
    assert main(["policy", "check", "--strict", file]) == 1
    assert main(["policy", "check", "--strict", write_policy(tmp_path, RULE)]) == 0


@pytest.mark.parametrize(
    ("example", "status"),
    [
        ('line = "add 1001 to Sales for 2h"\nexpect = "allowed"', 0),
        ('line = "add 1001 to Sales for 5h"\nexpect = "refused"', 0),
        ('line = "add 1001 to Sales"\nexpect = "allowed"', 1),
        ('line = "add 1001 to Support for 2h"\nexpect = "allowed"', 1),
        ('line = "gibberish 1 2 3 to to"\nexpect = "allowed"', 1),
        ('line = "gibberish 1 2 3 to to"\nexpect = "refused"', 1),
        ('line = "ask help"\nexpect = "refused"', 1),
        ('line = "keep change 42"\nexpect = "allowed"', 1),
        ('line = "undo Sales"\nexpect = "allowed"', 1),
        ('line = "approve change 42"\nexpect = "refused"', 1),
        ('line = "help"\nexpect = "allowed"', 0),
        ('line = "preview add 1001 to Sales for 2h"\nat = 2026-03-23T09:00:00\nexpect = "allowed"', 0),
    ],
)
def test_an_example_is_held_to_what_it_expects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], example: str, status: int
) -> None:
    file = write_policy(tmp_path, f'{RULE}[[example]]\nuser = "U0123ABCD"\n{example}\n')
    assert main(["policy", "test", file]) == status
    assert ("expected" in capsys.readouterr().out.splitlines()[0]) is True


CALENDAR = """\
[calendars.holidays]
country = "DE"

[[allow]]
name = "Ana, again and again"
users = ["U0123ABCD"]
operations = ["members"]
recurring = true
"""


@pytest.mark.parametrize(
    ("line", "expect", "status"),
    [
        ("add 1001 to Sales on holidays", "allowed", 0),
        ("add 1001 to Sales on holidays", "refused", 1),
        ("add 1001 to Sales on school holidays", "allowed", 1),
    ],
)
def test_an_example_may_repeat_on_the_days_of_a_calendar(tmp_path: Path, line: str, expect: str, status: int) -> None:
    example = f'at = 2026-12-20T09:00:00Z\nuser = "U0123ABCD"\nline = "{line}"\nexpect = "{expect}"'
    assert main(["policy", "test", write_policy(tmp_path, f"{CALENDAR}[[example]]\n{example}\n")]) == status


def test_ids_that_slack_does_not_know_are_told_where_there_is_a_connection(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox().without_bot() as sandbox:
        monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.slack.bot_token)
        monkeypatch.setenv("SLACK_API_URL", sandbox.slack.api_url)
        ids = {**sandbox.channels, **sandbox.groups, "announce": sandbox.channels["ops"]}
        text = 'drift = "C0GONE"\n' + (
            POLICY.format_map(ids) + '[[allow]]\nusers = ["U0GONE"]\nuser_groups = ["S0GONE"]\noperations = ["read"]\n'
        )
        assert main(["policy", "check", write_policy(tmp_path, text)]) == 0
    output = capsys.readouterr().err
    assert "U0GONE: Slack does not show this user" in output
    assert "S0GONE: Slack does not show this user group" in output
    assert "C0GONE: Slack does not show this channel" in output
    assert sandbox.groups["leads"] not in output


ABOUT = """\
[[allow]]
name = "Desk"
users = ["U0123ABCD"]
operations = ["recall"]
groups = ["Sales*", "Saels", "*"]
ring_groups = ["night desk", "Recption*", "zzzzzz"]

[[deny]]
name = "None of it"
operations = ["groups"]
groups = ["Suport ?"]
"""


def test_names_that_the_pbx_has_not_are_told_with_the_closest_where_there_is_a_connection(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_policy(tmp_path, ABOUT)
    with FakePbx() as pbx:
        monkeypatch.setenv("PBX_URL", pbx.url)
        monkeypatch.setenv("PBX_TOKEN", pbx.token)
        assert main(["policy", "check", file]) == 0
        lines = capsys.readouterr().err.splitlines()
        assert main(["policy", "check", "--strict", file]) == 1
        assert {heard.method for heard in pbx.requests} == {"GET"}
    told = "{}: “{}” names “{}”, but the PBX has no {} like that{}".format
    assert lines == [
        told(file, "Desk", "Saels", "park group", "; did you mean “Sales”?"),
        told(file, "None of it", "Suport ?", "park group", "; did you mean “Support”?"),
        told(file, "Desk", "Recption*", "ring group", "; did you mean “Reception”?"),
        told(file, "Desk", "zzzzzz", "ring group", ""),
    ]


@pytest.mark.parametrize(
    ("environment", "why"),
    [({"PBX_TOKEN": "none"}, "can't be reached"), ({}, "set PBX_TOKEN, or PBX_USERNAME and PBX_PASSWORD")],
)
def test_a_pbx_that_can_not_be_asked_is_one_remark(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    why: str,
) -> None:
    for name, value in {"PBX_URL": "http://127.0.0.1:9/api", **environment}.items():
        monkeypatch.setenv(name, value)
    file = write_policy(tmp_path, ABOUT)
    assert main(["policy", "check", file]) == 0
    (text,) = capsys.readouterr().err.splitlines()
    assert text.startswith(f"{file}: groups could not be looked up on the PBX: ")
    assert why in text


WAYS = """\
[[allow]]
name = "Ana, once Ben agrees"
users = ["U0123ABCD"]
operations = ["members"]
approvers = ["U0456EFGH"]

[[allow]]
name = "Ana, in an emergency"
users = ["U0123ABCD"]
operations = ["members", "recall"]
emergency = "C0123ABCD"

[[allow]]
name = "Ana, at her own desk"
users = ["U0123ABCD"]
operations = ["members"]
groups = ["Hers"]
"""


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("add 1001 to Sales", "approval"),
        ("ask add 1001 to Sales", "approval"),
        ("preview ask add 1001 to Sales", "approval"),
        ("emergency add 1001 to Sales because nobody is there", "emergency"),
        ("recall Sales to user", "emergency"),
        ("emergency recall Sales to user because nobody is there", "emergency"),
        ("ask recall Sales to user", "refused"),
        ("ask add 1001 to Hers", "allowed"),
        ("emergency add 1001 to Hers because nobody is there", "allowed"),
        ("ask delete Sales", "refused"),
    ],
)
def test_an_example_may_ask_for_approval_or_plead_an_emergency(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, outcome: str
) -> None:
    file = write_policy(tmp_path, f'{WAYS}[[example]]\nuser = "U0123ABCD"\nline = "{line}"\nexpect = "{outcome}"\n')
    assert main(["policy", "test", file]) == 0, capsys.readouterr().out


def test_an_emergency_is_none_where_others_would_have_to_approve(tmp_path: Path) -> None:
    rule = WAYS.split("\n\n")[0]
    line = 'line = "emergency add 1001 to Sales because nobody is there"'
    for outcome, status in (("refused", 0), ("approval", 1)):
        example = f'[[example]]\nuser = "U0123ABCD"\n{line}\nexpect = "{outcome}"\n'
        assert main(["policy", "test", write_policy(tmp_path, f"{rule}\n{example}")]) == status


def test_the_schema_is_printed_as_it_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "schema"]) == 0
    assert capsys.readouterr().out == (EXAMPLE.parent / "policy.schema.json").read_text(encoding="utf-8")
