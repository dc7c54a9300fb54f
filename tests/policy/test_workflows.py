"""What a step of Workflow Builder may do: nothing unless the policy names its channel, then what its rules allow."""

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.errors import PolicyError
from bot.policy.engine import decide
from bot.policy.loading import read_policy
from bot.policy.model import Permission
from bot.policy.workflows import channel_principal, step_refusal

RULES = """
[[allow]]
channels = ["C0000PHONES"]
operations = ["read"]
groups = ["Sales*"]

[[allow]]
name = "Ana"
users = ["U0000000ANA"]
operations = ["recall", "members"]
groups = ["Billing"]
ring_groups = ["Night*"]
approvers = ["U0000000BEN"]

[[deny]]
name = "never"
operations = ["recall"]
ring_groups = ["Night Owls"]

[[deny]]
name = "Eve"
users = ["U0000000EVE"]
operations = ["read"]
groups = ["Sales East"]
"""
WORKFLOWS = '[workflows]\nchannels = ["C0000PHONES", "C00000OTHER"]\n'


@pytest.mark.parametrize(
    ("channel", "permission", "groups", "ring_groups", "allowed"),
    [
        ("C0000PHONES", "read", ["Sales"], [], True),
        ("C0000PHONES", "read", ["the Sales group", "Sales"], [], True),
        ("C0000PHONES", "read", ["Billing"], [], False),
        ("C0000PHONES", "read", ["Sales East"], [], False),
        ("C00000OTHER", "read", ["Sales"], [], False),
        ("C0000NOBODY", "read", ["Sales"], [], False),
        ("C0000PHONES", "recall", ["Billing"], ["Night Desk"], True),
        ("C00000OTHER", "recall", ["Billing"], ["Night Desk"], True),
        ("C0000PHONES", "recall", ["Billing"], ["Night Owls"], False),
        ("C0000PHONES", "recall", ["Billing"], ["Reception"], False),
        ("C0000PHONES", "recall", ["Sales"], ["Night Desk"], False),
        ("C0000PHONES", "members", ["Billing"], [], True),
        ("C0000NOBODY", "members", ["Billing"], [], False),
    ],
)
def test_a_step_is_decided_by_its_channel(
    tmp_path: Path, channel: str, permission: str, groups: list[str], ring_groups: list[str], allowed: bool
) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(RULES + WORKFLOWS, encoding="utf-8")
    refusal = step_refusal(read_policy(file), channel, Permission(permission), groups=[groups], ring_groups=ring_groups)
    assert (refusal is None) is allowed, refusal
    file.write_text(RULES, encoding="utf-8")
    assert step_refusal(read_policy(file), channel, Permission(permission), groups=[groups]) is not None


def test_nobody_in_particular_is_allowed_no_change_by_a_rule_with_people(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(RULES + WORKFLOWS, encoding="utf-8")
    principal = channel_principal("C0000PHONES")
    for permission in Permission:
        decision = decide(read_policy(file), principal, permission, groups=["Billing"])
        assert not decision.allowed
        assert not decision.approvers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('workflows = ["C0000PHONES"]\n' + RULES, "workflows is one table: write [workflows]"),
        (RULES + "[workflows]\n", 'channels is missing: write, for example, channels = ["C0123ABCD"]'),
        (RULES + "[workflows]\nchannels = []\n", "channels: nothing is listed"),
        (RULES + '[workflows]\nchannels = "C0000PHONES"\n', "channels must be a list"),
        (RULES + WORKFLOWS + 'time_zone = "Berlin"\n', '"Berlin" is no time zone: write one such as "Europe/Berlin"'),
        (RULES + WORKFLOWS + 'zone = "Europe/Berlin"\n', "unknown key zone: use time_zone instead"),
        ('time_zone = "Europe/Berlin"\n' + RULES, "time_zone belongs to workflows: put [workflows] on a line above it"),
        (RULES + '[[example]]\nline = "group Sales"\nexpect = "allowed"\n', "write either user or workflow = true"),
        (RULES + '[[example]]\nline = "x"\nworkflow = true\nexpect = "allowed"\n', "names a channel: write channel"),
    ],
)
def test_a_mistake_says_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as mistake:
        read_policy(file)
    assert said in str(mistake.value)


def test_examples_of_workflows_are_tested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples = "".join(
        f'[[example]]\nline = "{line}"\nworkflow = true\nchannel = "C0000PHONES"\nexpect = "{expected}"\n'
        for line, expected in (
            ("group Sales", "allowed"),
            ("group Billing", "refused"),
            ("recall Billing to Night Desk for 2h", "allowed"),
            ("add 1001 to Sales", "refused"),
        )
    )
    file = tmp_path / "policy.toml"
    file.write_text(RULES + WORKFLOWS + examples, encoding="utf-8")
    assert main(["policy", "test", str(file)]) == 0, capsys.readouterr().out
    file.write_text(RULES + examples, encoding="utf-8")
    assert main(["policy", "test", str(file)]) == 1
    assert "does not name this channel for workflows" in capsys.readouterr().out
