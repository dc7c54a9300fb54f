"""Facts of the code that the files in deploy/ refer to."""

import re
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.journal.journal import LEASE
from bot.settings.environment import PBXSettings, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
VARIABLES = frozenset(name.upper() for name in Settings.model_fields)
OF_THE_C_LIBRARY = {"MALLOC_ARENA_MAX": "1"}
"""Variables of no concern to Park itself, mallopt(3), with the values that memory was measured with."""
SECRETS = frozenset(name for name in VARIABLES if name.endswith(("_TOKEN", "_SECRET", "_PASSWORD")))
LONGEST_STOP = LEASE.total_seconds() + max(
    limit.le for limit in PBXSettings.model_fields["pbx_deadline"].metadata if hasattr(limit, "le")
)
"""Seconds until the lease of a replica has expired that stopped in the middle of a slow request."""


def is_command(words: list[str]) -> bool:
    """Whether the command line accepts these words as a command."""
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    return ended.value.code == 0


def parse_seconds(text: str) -> int:
    """Parses 2m, 2min or 30s."""
    found = re.fullmatch(r"(\d+)(s|min|m)", text)
    assert found is not None, text
    return int(found[1]) * (1 if found[2] == "s" else 60)


def pins(name: str) -> dict[str, set[str]]:
    """The hashes of each requirement in a lock file."""
    text = (DEPLOY / name).read_text(encoding="utf-8").replace("\\\n", "")
    return {line.split(" --hash=")[0].strip(): set(line.split()[1:]) for line in text.splitlines()}
