"""The policy's file changes while Park runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.environment import POLICY, Stage
from tests.faults.scene import Scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Stage() as stage:
        yield Scene(stage)


def rewrite(scene: Scene, text: str) -> None:
    """As an editor would, and as `kill -HUP` after it: the lookout's own look, without its thread."""
    Path(scene.stage.park.settings.park_policy).write_text(text, encoding="utf-8")
    scene.stage.park.policy_watcher.reload(force=True)


def test_a_rule_that_is_gone_allows_nothing_from_then_on_and_each_decision_names_its_policy(scene: Scene) -> None:
    first = scene.stage.park.policy_store.now.fingerprint
    scene.do("add 1001 to Sales")
    rewrite(scene, 'announce = "{}"\n'.format(scene.stage.channels["ops"]))
    second = scene.stage.park.policy_store.now.fingerprint
    scene.do("add 1008 to Sales")
    assert "You may not do that here" in scene.whisper().plain
    scene.do("groups")
    assert "You may not do that here" in scene.whisper().plain
    journal = scene.stage.park.journal
    assert [journal.get(number).policy for number in (1, 2, 3)] == [first, second, second]
    assert first != second
    assert "1008" not in scene.members("Sales")


def test_a_broken_file_keeps_the_policy_and_is_announced(scene: Scene) -> None:
    rewrite(scene, '[[allow]]\nusers = ["ana"]\noperations = ["all"]\n')
    (said,) = scene.cards("ops")
    assert "Park's policy file has a mistake" in said.plain
    assert "line 2: users:" in said.plain
    scene.do("add 1001 to Sales")
    assert "1001" in scene.members("Sales")


def test_a_file_that_changes_is_seen_by_itself(scene: Scene) -> None:
    ids = {**scene.stage.channels, **scene.stage.groups, "announce": scene.stage.channels["ops"]}
    changed = POLICY.format_map(ids).replace("Sales*", "Support")
    Path(scene.stage.park.settings.park_policy).write_text(changed, encoding="utf-8")
    park = scene.stage.park
    scene.stage.slack.wait_for(lambda: "Sales*" not in park.policy_store.now.model_dump_json())
