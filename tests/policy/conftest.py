"""Fixtures that write and read policy files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import PolicyError
from bot.policy.loading import read_policy
from bot.policy.rules import Policy


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a policy file and returns its path."""

    def write(source: str | bytes) -> Path:
        path = tmp_path / "policy.toml"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return path

    return write


@pytest.fixture
def read(written: Callable[[str | bytes], Path]) -> Callable[[str | bytes], Policy]:
    """Reads a policy from its text."""
    return lambda source: read_policy(written(source))


@pytest.fixture
def mistakes(written: Callable[[str | bytes], Path]) -> Callable[[str | bytes], list[str]]:
    """Returns the mistakes in a policy text, each from its "line N: " on, without the example to paste."""

    def list_mistakes(source: str | bytes) -> list[str]:
        path = written(source)
        with pytest.raises(PolicyError) as caught:
            read_policy(path)
        listed, _, example = str(caught.value).partition("\n\nA complete policy that you can copy and change:\n\n")
        assert "[[allow]]" in example
        return [text.removeprefix(", ") for text in listed.split(str(path))[1:]]

    return list_mistakes
