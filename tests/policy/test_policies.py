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
    assert policy_store.reload()
    assert names(policy_store) == ["another"]
    assert not policy_store.reload()


def test_a_file_that_an_editor_puts_in_its_place_is_read_too(written: Callable[[str], Path]) -> None:
    file = written(RULE.format("one"))
    policy_store, beside = PolicyStore(file), file.with_suffix(".new")
    seen = file.stat()
    beside.write_text(RULE.format("two"), encoding="utf-8")
    os.utime(beside, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    beside.replace(file)
    assert policy_store.reload()
    assert names(policy_store) == ["two"]


@pytest.mark.parametrize("broken", ["[[allow]]\nusers = ['ana']", "", None])
def test_a_broken_file_keeps_the_old_policy_and_is_complained_of_once(
    written: Callable[[str], Path], broken: str | None
) -> None:
    file = written(RULE.format("one"))
    policy_store = PolicyStore(file)
    if broken is None:
        file.unlink()
    else:
        written(broken)
    if broken == "":  # no mistake: nobody may do anything any more
        assert policy_store.reload()
        assert names(policy_store) == []
        return
    with pytest.raises(PolicyError):
        policy_store.reload()
    assert names(policy_store) == ["one"]
    assert not policy_store.reload()
    with pytest.raises(PolicyError):
        policy_store.reload(force=True)
    written(RULE.format("mended"))
    assert policy_store.reload()
    assert names(policy_store) == ["mended"]


def test_what_is_changed_in_comments_only_is_the_same_policy(written: Callable[[str], Path]) -> None:
    policy_store = PolicyStore(written(RULE.format("one")))
    before = policy_store.now.fingerprint
    written("# why\n" + RULE.format("one"))
    assert not policy_store.reload()
    assert policy_store.now.fingerprint == before
