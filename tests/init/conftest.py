"""Somebody who answers the questions of `python -m bot init`, through a pipe, beside a sandbox Slack and PBX."""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.init.files import values_in
from bot.policy.loading import read_policy
from bot.policy.rules import Policy
from bot.sandbox.environment import Stage

ORDER = (
    *("bot_token", "app_token", "url", "username", "domain", "password"),
    *("channel", "look", "leads", "groups", "on_call", "team", "contact", "announce"),
    *("read_only", "write"),
)
"""The questions, in the order in which they are asked of whoever answers all and leads somebody."""


@dataclass
class FirstHour:
    """`says` is what the last run wrote to standard output and standard error."""

    stage: Stage
    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    says: str = ""
    usual: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        slack, pbx = self.stage.slack, self.stage.pbx
        self.usual = {
            "bot_token": slack.bot_token, "app_token": slack.app_token,
            "url": pbx.url, "username": pbx.username, "domain": pbx.domain, "password": pbx.password,
            "channel": "#phones", "leads": "@leads", "groups": "Sales*", "on_call": "@oncall", "team": "Ada Kern",
            "announce": "ops",
        }  # fmt: skip

    def pipe(self, text: str) -> int:
        """The exit status of a run with that on standard input."""
        self.patch.setattr("sys.stdin", io.StringIO(text))
        status = main(["init"])
        said = self.capture.readouterr()
        self.says = said.out + said.err
        return status

    def lines(self, **changed: str | None) -> str:
        """All the usual answers but these; Enter where nothing is usual, no answer at all for None."""
        answers = [changed.get(name, self.usual.get(name, "")) for name in ORDER]
        return "".join(f"{answer}\n" for answer in answers if answer is not None)

    def answer(self, **changed: str | None) -> int:
        """Likewise; the exit status."""
        return self.pipe(self.lines(**changed))

    def until(self, question: str, *answers: str) -> int:
        """The usual answers up to a question, these, and no more."""
        before = [self.usual.get(name, "") for name in ORDER[: ORDER.index(question)]]
        return self.pipe("".join(f"{answer}\n" for answer in (*before, *answers)))

    @property
    def env(self) -> dict[str, str]:
        return values_in((self.folder / ".env").read_text(encoding="utf-8"))

    @property
    def policy_text(self) -> str:
        return (self.folder / "policy.toml").read_text(encoding="utf-8")

    @property
    def policy(self) -> Policy:
        return read_policy(self.folder / "policy.toml")

    @property
    def written(self) -> set[str]:
        return {one.name for one in self.folder.iterdir()}


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage().without_park() as running:
        yield running


@pytest.fixture
def first(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> FirstHour:
    for name in os.environ:
        if name.startswith(("SLACK_", "PBX_", "PARK_", "DATABASE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SLACK_API_URL", stage.slack.api_url)
    monkeypatch.chdir(tmp_path)
    return FirstHour(stage, tmp_path, monkeypatch, capsys)
