"""Runs the real command line against the sandbox's Slack and PBX, or against a replacement that a test configures."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.sandbox.environment import Sandbox
from bot.sandbox.pbx.fake_pbx import FakePbx
from bot.sandbox.pbx.switches import Switches
from bot.settings.environment import Settings

POLICY = """\
announce = "{ops}"

[[allow]]
name = "Leads"
user_groups = ["{leads}"]
operations = ["all"]
"""


@dataclass(frozen=True)
class Report:
    """The output of `doctor --json`."""

    status: int
    findings: list[dict[str, Any]]

    def findings_with_id(self, id: str) -> list[dict[str, Any]]:
        return [finding for finding in self.findings if finding["id"] == id]

    def __getitem__(self, id: str) -> dict[str, Any]:
        """The only finding with that id."""
        [finding] = self.findings_with_id(id)
        return finding

    @property
    def problems(self) -> dict[str, str]:
        """Warnings and errors by id."""
        return {
            finding["id"]: finding["severity"]
            for finding in self.findings
            if finding["severity"] in ("warning", "error")
        }

    @property
    def skipped(self) -> set[str]:
        return {finding["id"] for finding in self.findings if finding["severity"] == "skipped"}


class Installation:
    """An installation whose environment, policy, workspace and PBX a test can change before it runs the doctor."""

    def __init__(
        self, sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.sandbox, self.folder = sandbox, folder
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.slack, self.pbx = sandbox.slack, sandbox.pbx
        self.file = folder / "policy.toml"
        self.policy(POLICY)

    def policy(self, text: str) -> None:
        """Writes the policy file, with names from the stage in braces replaced by ids."""
        ids = {**self.sandbox.channels, **self.sandbox.groups, **self.sandbox.people}
        self.file.write_text(text.format_map(ids), encoding="utf-8")

    def set(self, **variables: str | None) -> None:
        """Sets environment variables; None removes one."""
        for name, value in variables.items():
            if value is None:
                self._monkeypatch.delenv(name, raising=False)
            else:
                self._monkeypatch.setenv(name, value)

    def sign_in_as_user(self) -> None:
        self.set(
            PBX_TOKEN=None,
            PBX_USERNAME=self.pbx.username,
            PBX_PASSWORD=self.pbx.password,
            PBX_DOMAIN=self.pbx.domain,
        )

    def diagnose(self, *arguments: str) -> Report:
        self._capsys.readouterr()
        status = main(["doctor", "--json", *arguments])
        output = json.loads(self._capsys.readouterr().out)
        assert output["status"] == status
        return Report(status, output["findings"])

    def diagnose_as_text(self, *arguments: str) -> str:
        """Runs the doctor with output for people."""
        self._capsys.readouterr()
        main(["doctor", *arguments])
        return self._capsys.readouterr().out

    @property
    def database_url(self) -> str:
        return os.environ["DATABASE_URL"]


@contextmanager
def installation_on(
    sandbox: Sandbox,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    running: bool = False,
) -> Iterator[Installation]:
    """With `running`, the stage's bot runs, and the doctor examines its journal."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with sandbox if running else sandbox.without_bot():
        installation = Installation(sandbox, folder, monkeypatch, capsys)
        installation.set(
            SLACK_BOT_TOKEN=sandbox.slack.bot_token,
            SLACK_APP_TOKEN=sandbox.slack.app_token,
            SLACK_API_URL=sandbox.slack.api_url,
            PBX_URL=sandbox.pbx.url,
            PBX_TOKEN=sandbox.pbx.token,
            DATABASE_URL=sandbox.settings.database_url if running else f"sqlite:///{folder / 'park.sqlite3'}",
            PARK_POLICY=str(folder / "policy.toml"),
        )
        yield installation


@pytest.fixture
def installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Installation]:
    """An installation without problems."""
    with installation_on(Sandbox(pbx=FakePbx(switches=Switches())), tmp_path, monkeypatch, capsys) as healthy:
        yield healthy
