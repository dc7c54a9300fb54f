"""A policy file on disk, a moment old."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import PolicyError
from bot.policy.loading import read_policy
from bot.policy.rules import Policy


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Write a policy file and say where it is."""

    def write(source: str | bytes) -> Path:
        path = tmp_path / "policy.toml"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return path

    return write


@pytest.fixture
def read(written: Callable[[str | bytes], Path]) -> Callable[[str | bytes], Policy]:
    """Read a policy from its text."""
    return lambda source: read_policy(written(source))


@pytest.fixture
def mistakes(written: Callable[[str | bytes], Path]) -> Callable[[str | bytes], list[str]]:
    """The complaints about a policy text, each from its "line N: " on, the example to paste left out."""

    def complaints(source: str | bytes) -> list[str]:
        path = written(source)
        with pytest.raises(PolicyError) as caught:
            read_policy(path)
        listed, _, example = str(caught.value).partition("\n\nA whole policy, to paste and change:\n\n")
        assert "[[allow]]" in example
        return [text.removeprefix(", ") for text in listed.split(str(path))[1:]]

    return complaints
