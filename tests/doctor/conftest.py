"""The real command line, on the sandbox Slack and PBX, or on whatever a test puts in their place."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.sandbox.environment import Stage
from bot.sandbox.pbx.fake_pbx import SandboxPBX
from bot.sandbox.pbx.switches import Switches
from bot.settings import Settings

POLICY = """\
announce = "{ops}"

[[allow]]
name = "Leads"
user_groups = ["{leads}"]
operations = ["all"]
"""


@dataclass(frozen=True)
class Report:
    """What `doctor --json` said."""

    status: int
    findings: list[dict[str, Any]]

    def every(self, id: str) -> list[dict[str, Any]]:
        return [one for one in self.findings if one["id"] == id]

    def __getitem__(self, id: str) -> dict[str, Any]:
        """The only one of that id."""
        [one] = self.every(id)
        return one

    @property
    def wrong(self) -> dict[str, str]:
        """Warnings and errors by id."""
        return {one["id"]: one["severity"] for one in self.findings if one["severity"] in ("warning", "error")}

    @property
    def skipped(self) -> set[str]:
        return {one["id"] for one in self.findings if one["severity"] == "skipped"}


class Patient:
    """A whole installation: change its environment, its policy, its workspace or its PBX, then look."""

    def __init__(
        self, stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.stage, self.folder = stage, folder
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.slack, self.pbx = stage.slack, stage.pbx
        self.file = folder / "policy.toml"
        self.policy(POLICY)

    def policy(self, text: str) -> None:
        """With the stage's names in braces."""
        ids = {**self.stage.channels, **self.stage.groups, **self.stage.people}
        self.file.write_text(text.format_map(ids), encoding="utf-8")

    def set(self, **variables: str | None) -> None:
        """None: not there."""
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

    def look(self, *arguments: str) -> Report:
        self._capsys.readouterr()
        status = main(["doctor", "--json", *arguments])
        said = json.loads(self._capsys.readouterr().out)
        assert said["status"] == status
        return Report(status, said["findings"])

    def say(self, *arguments: str) -> str:
        """As people read it."""
        self._capsys.readouterr()
        main(["doctor", *arguments])
        return self._capsys.readouterr().out

    @property
    def database_url(self) -> str:
        return os.environ["DATABASE_URL"]


@contextmanager
def patient_on(
    stage: Stage,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    running: bool = False,
) -> Iterator[Patient]:
    """With `running`, the stage's own Park runs with its own journal."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with stage if running else stage.without_park():
        patient = Patient(stage, folder, monkeypatch, capsys)
        patient.set(
            SLACK_BOT_TOKEN=stage.slack.bot_token,
            SLACK_APP_TOKEN=stage.slack.app_token,
            SLACK_API_URL=stage.slack.api_url,
            PBX_URL=stage.pbx.url,
            PBX_TOKEN=stage.pbx.token,
            DATABASE_URL=stage.settings.database_url if running else f"sqlite:///{folder / 'park.sqlite3'}",
            PARK_POLICY=str(folder / "policy.toml"),
        )
        yield patient


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Patient]:
    """A healthy one."""
    with patient_on(Stage(pbx=SandboxPBX(switches=Switches())), tmp_path, monkeypatch, capsys) as one:
        yield one
