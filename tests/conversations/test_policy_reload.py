"""The policy's file changes while Park runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.environment import POLICY, Sandbox
from tests.faults.scene import ConversationHarness


@pytest.fixture
def scene() -> Iterator[ConversationHarness]:
    with Sandbox() as sandbox:
        yield ConversationHarness(sandbox)


def rewrite(scene: ConversationHarness, text: str) -> None:
    """As an editor would, and as `kill -HUP` after it: the lookout's own look, without its thread."""
    Path(scene.sandbox.park.settings.park_policy).write_text(text, encoding="utf-8")
    scene.sandbox.park.tenant.policy_watcher.reload(force=True)


def test_a_rule_that_is_gone_allows_nothing_from_then_on_and_each_decision_names_its_policy(
    scene: ConversationHarness,
) -> None:
    first = scene.sandbox.park.tenant.policy_store.now.fingerprint
    scene.do("add 1001 to Sales")
    nobody_here = '[[allow]]\nusers = ["U0000ABSENT"]\noperations = ["all"]\n'
    rewrite(scene, 'announce = "{}"\n{}'.format(scene.sandbox.channels["ops"], nobody_here))
    second = scene.sandbox.park.tenant.policy_store.now.fingerprint
    scene.do("add 1008 to Sales")
    assert "You can't do that here" in scene.last_ephemeral().plain
    scene.do("groups")
    assert "You can't do that here" in scene.last_ephemeral().plain
    journal = scene.sandbox.park.tenant.journal
    assert [journal.get(number).policy for number in (1, 2, 3)] == [first, second, second]
    assert first != second
    assert "1008" not in scene.members("Sales")


@pytest.mark.parametrize("text", ["", "# emptied", 'announce = "{ops}"\n', '[[deny]]\noperations = ["all"]\n', "[[all"])
def test_a_file_that_would_allow_nothing_keeps_the_policy_and_is_announced(
    scene: ConversationHarness, text: str
) -> None:
    rewrite(scene, text.format_map(scene.sandbox.channels))
    (said,) = scene.cards("ops")
    assert "Park's policy file has a mistake" in said.plain
    assert "mistake in policy.toml" in scene.sandbox.park._checks().ready()[1]["policy"]
    scene.do("add 1001 to Sales")
    assert "1001" in scene.members("Sales")


def test_a_broken_file_keeps_the_policy_and_is_announced(scene: ConversationHarness) -> None:
    rewrite(scene, '[[allow]]\nusers = ["ana"]\noperations = ["all"]\n')
    (said,) = scene.cards("ops")
    assert "Park's policy file has a mistake" in said.plain
    assert "line 2: users:" in said.plain
    scene.do("add 1001 to Sales")
    assert "1001" in scene.members("Sales")


def test_a_file_that_changes_is_seen_by_itself(scene: ConversationHarness) -> None:
    ids = {**scene.sandbox.channels, **scene.sandbox.groups, "announce": scene.sandbox.channels["ops"]}
    changed = POLICY.format_map(ids).replace("Sales*", "Support")
    Path(scene.sandbox.park.settings.park_policy).write_text(changed, encoding="utf-8")
    park = scene.sandbox.park.tenant
    scene.sandbox.slack.wait_for(lambda: "Sales*" not in park.policy_store.now.model_dump_json())
