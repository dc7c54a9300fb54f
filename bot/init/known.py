"""What was answered before: in .env, or exported, which wins over it."""

import os
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SettingsError
from bot.init.env_file import values_in

SLACK = "https://slack.com/api/"


@dataclass(frozen=True, kw_only=True)
class Known:
    """Of the folder that Park is to run in."""

    folder: Path
    env: str
    """The text of .env; empty where there is none."""
    values: dict[str, str]

    @property
    def env_file(self) -> Path:
        return self.folder / ".env"

    @property
    def policy_file(self) -> Path:
        return self.folder / self.get("PARK_POLICY", "policy.toml")

    @property
    def slack_api_url(self) -> str:
        return self.get("SLACK_API_URL", SLACK).rstrip("/") + "/"

    def get(self, name: str, otherwise: str = "") -> str:
        return self.values.get(name) or otherwise

    def path(self, name: str) -> Path | None:
        """Of a file that is there."""
        found = self.folder / self.get(name)
        return found if self.get(name) and found.is_file() else None

    def shadowed(self, answers: dict[str, str | None]) -> list[str]:
        """Names whose exported value would win over the answer."""
        return [name for name, value in answers.items() if os.environ.get(name, value) != value]


def read_known(folder: Path) -> Known:
    """Raise SettingsError where there is an .env that can't be read."""
    file = folder / ".env"
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} can't be read: {error}") from error
    return Known(folder=folder, env=text, values={**values_in(text), **os.environ})
