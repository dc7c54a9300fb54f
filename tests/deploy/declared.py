"""What the code says of that which deploy/ names."""

import re
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.journal.journal import LEASE
from bot.settings import PBXSettings, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
VARIABLES = frozenset(name.upper() for name in Settings.model_fields)
SECRETS = frozenset(name for name in VARIABLES if name.endswith(("_TOKEN", "_SECRET", "_PASSWORD")))
FINISHING = LEASE.total_seconds() + max(
    limit.le for limit in PBXSettings.model_fields["pbx_deadline"].metadata if hasattr(limit, "le")
)
"""Seconds after which the other replicas take one that has fallen silent for dead."""


def is_command(words: list[str]) -> bool:
    """Whether the command line knows it, with these arguments."""
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    return ended.value.code == 0


def seconds(text: str) -> int:
    """Of 2m, 2min or 30s."""
    found = re.fullmatch(r"(\d+)(s|min|m)", text)
    assert found is not None, text
    return int(found[1]) * (1 if found[2] == "s" else 60)


def pins(name: str) -> dict[str, set[str]]:
    """What a lock file holds: the hashes of each requirement."""
    text = (DEPLOY / name).read_text(encoding="utf-8").replace("\\\n", "")
    return {line.split(" --hash=")[0].strip(): set(line.split()[1:]) for line in text.splitlines()}
