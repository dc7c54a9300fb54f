"""The policy is read again when its file changes; an invalid file changes nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import PolicyError
from bot.policy.store import PolicyStore

RULE = '[[allow]]\nname = "{}"\nusers = ["U1"]\noperations = ["read"]\n'


def names(policy_store: PolicyStore) -> list[str]:
    return [rule.name for rule in policy_store.now.allow]


def test_it_is_read_again_where_the_file_has_changed(written: Callable[[str], Path]) -> None:
    policy_store = PolicyStore(written(RULE.format("one")))
    assert not policy_store.reload()
    written(RULE.format("another"))
    assert look_again(policy_store)
    assert names(policy_store) == ["another"]
    assert not policy_store.reload()


def test_a_file_that_an_editor_puts_in_its_place_is_read_too(written: Callable[[str], Path]) -> None:
    file = written(RULE.format("one"))
    policy_store, beside = PolicyStore(file), file.with_suffix(".new")
    seen = file.stat()
    beside.write_text(RULE.format("two"), encoding="utf-8")
    os.utime(beside, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    beside.replace(file)
    assert look_again(policy_store)
    assert names(policy_store) == ["two"]


def look_again(policy_store: PolicyStore) -> bool:
    """A changed file counts once two looks agree."""
    assert not policy_store.reload()
    return policy_store.reload()


@pytest.mark.parametrize(
    "broken",
    ["[[allow]]\nusers = ['ana']", "", "# nothing", "announce = 'C1'\n", "[[deny]]\noperations = ['all']", None],
)
def test_a_broken_file_keeps_the_old_policy_and_is_complained_of_once(
    written: Callable[[str], Path], broken: str | None
) -> None:
    file = written(RULE.format("one"))
    policy_store = PolicyStore(file)
    if broken is None:
        file.unlink()
    else:
        written(broken)
    with pytest.raises(PolicyError):
        look_again(policy_store)
    assert "kept from before: mistake in policy.toml" in policy_store.state
    assert names(policy_store) == ["one"]
    assert not policy_store.reload()
    with pytest.raises(PolicyError):
        policy_store.reload(force=True)
    written(RULE.format("mended"))
    assert look_again(policy_store)
    assert names(policy_store) == ["mended"]
    assert policy_store.state == policy_store.now.fingerprint


def test_a_file_that_is_still_being_written_is_not_read(written: Callable[[str], Path]) -> None:
    whole = RULE.format("one") + RULE.format("two")
    policy_store = PolicyStore(written(RULE.format("before")))
    for end in range(len(RULE) - 3, len(whole) + 1, 7):
        written(whole[:end])
        assert not policy_store.reload()
        assert names(policy_store) == ["before"]
    written(whole)
    assert look_again(policy_store)
    assert names(policy_store) == ["one", "two"]


def test_what_is_changed_in_comments_only_is_the_same_policy(written: Callable[[str], Path]) -> None:
    policy_store = PolicyStore(written(RULE.format("one")))
    before = policy_store.now.fingerprint
    written("# why\n" + RULE.format("one"))
    assert not policy_store.reload()
    assert policy_store.now.fingerprint == before
