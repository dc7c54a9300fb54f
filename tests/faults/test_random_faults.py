"""Whatever fails at random: every end happens, every change is told, and nothing is done twice."""

import os

import pytest

from tests.faults.random_faults import play_for
from tests.faults.scene import first_seed

SECONDS = float(os.environ.get("PARK_RANDOM_FAULTS_SECONDS", "15"))
PARTS = 2
"""Tests that run side by side, each for its part of the seconds and with a seed of its own."""


@pytest.mark.timeout(SECONDS + 600)
@pytest.mark.parametrize("part", range(PARTS))
def test_ends_happen_changes_are_told_and_nothing_is_done_twice(part: int) -> None:
    seed = first_seed(part * 1000)  # episodes count on from it
    print(f"part {part}, first seed {seed}")  # noqa: T201 - shown where it fails
    counts = play_for(SECONDS / PARTS, seed, least=1)
    print(dict(sorted(counts.items())))  # noqa: T201
