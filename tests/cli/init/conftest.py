"""Runs `python -m bot init` with answers from a pipe, against the sandbox's Slack and PBX."""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.init.files import parse_env
from bot.policy.loading import read_policy
from bot.policy.rules import Policy
from bot.sandbox.environment import Sandbox

QUESTIONS = (
    *("bot_token", "app_token", "url", "username", "domain", "password"),
    *("you", "channel", "look", "leads", "groups", "on_call", "team", "contact", "announce"),
    *("read_only", "write"),
)
"""The names of the questions in the order in which they are asked, if the answers name team leads."""


@dataclass
class InitHarness:
    """`output` is what the last run wrote to standard output and standard error."""

    sandbox: Sandbox
    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    output: str = ""
    default_answers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        slack, pbx = self.sandbox.slack, self.sandbox.pbx
        self.default_answers = {
            "bot_token": slack.bot_token, "app_token": slack.app_token,
            "url": pbx.url, "username": pbx.username, "domain": pbx.domain, "password": pbx.password,
            "you": "Ada Kern", "channel": "#phones", "look": "yes", "leads": "@leads", "groups": "Sales*",
            "on_call": "@oncall", "announce": "ops",
        }  # fmt: skip

    def run_with_input(self, text: str) -> int:
        """Runs with this standard input and returns the exit status."""
        self.patch.setattr("sys.stdin", io.StringIO(text))
        status = main(["init"])
        captured = self.capture.readouterr()
        self.output = captured.out + captured.err
        return status

    def input_lines(self, **changed: str | None) -> str:
        """The default answers, changed as given: an empty line without a default, no line at all for None."""
        answers = [changed.get(name, self.default_answers.get(name, "")) for name in QUESTIONS]
        return "".join(f"{answer}\n" for answer in answers if answer is not None)

    def run(self, **changed: str | None) -> int:
        """Runs with the default answers, changed as given, and returns the exit status."""
        return self.run_with_input(self.input_lines(**changed))

    def run_until(self, question: str, *answers: str) -> int:
        """Runs with the default answers up to a question, then these, and returns the exit status."""
        before = [self.default_answers.get(name, "") for name in QUESTIONS[: QUESTIONS.index(question)]]
        return self.run_with_input("".join(f"{answer}\n" for answer in (*before, *answers)))

    @property
    def env(self) -> dict[str, str]:
        return parse_env((self.folder / ".env").read_text(encoding="utf-8"))

    @property
    def policy_text(self) -> str:
        return (self.folder / "policy.toml").read_text(encoding="utf-8")

    @property
    def policy(self) -> Policy:
        return read_policy(self.folder / "policy.toml")

    @property
    def files_written(self) -> set[str]:
        return {one.name for one in self.folder.iterdir()}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().without_bot() as running:
        yield running


@pytest.fixture
def init(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InitHarness:
    for name in os.environ:
        if name.startswith(("SLACK_", "PBX_", "PARK_", "DATABASE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SLACK_API_URL", sandbox.slack.api_url)
    monkeypatch.chdir(tmp_path)
    return InitHarness(sandbox, tmp_path, monkeypatch, capsys)
