"""The policy is read again when its file changes; a broken file changes nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import PolicyError
from bot.policy.store import Policies

RULE = '[[allow]]\nname = "{}"\nusers = ["U1"]\noperations = ["read"]\n'


def names(policies: Policies) -> list[str]:
    return [rule.name for rule in policies.now.allow]


def test_it_is_read_again_where_the_file_has_changed(written: Callable[[str], Path]) -> None:
    policies = Policies(written(RULE.format("one")))
    assert not policies.look()
    written(RULE.format("another"))
    assert policies.look()
    assert names(policies) == ["another"]
    assert not policies.look()


def test_a_file_that_an_editor_puts_in_its_place_is_read_too(written: Callable[[str], Path]) -> None:
    file = written(RULE.format("one"))
    policies, beside = Policies(file), file.with_suffix(".new")
    seen = file.stat()
    beside.write_text(RULE.format("two"), encoding="utf-8")
    os.utime(beside, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    beside.replace(file)
    assert policies.look()
    assert names(policies) == ["two"]


@pytest.mark.parametrize("broken", ["[[allow]]\nusers = ['ana']", "", None])
def test_a_broken_file_keeps_the_old_policy_and_is_complained_of_once(
    written: Callable[[str], Path], broken: str | None
) -> None:
    file = written(RULE.format("one"))
    policies = Policies(file)
    if broken is None:
        file.unlink()
    else:
        written(broken)
    if broken == "":  # no mistake: nobody may do anything any more
        assert policies.look()
        assert names(policies) == []
        return
    with pytest.raises(PolicyError):
        policies.look()
    assert names(policies) == ["one"]
    assert not policies.look()
    with pytest.raises(PolicyError):
        policies.look(anyway=True)
    written(RULE.format("mended"))
    assert policies.look()
    assert names(policies) == ["mended"]


def test_what_is_changed_in_comments_only_is_the_same_policy(written: Callable[[str], Path]) -> None:
    policies = Policies(written(RULE.format("one")))
    before = policies.now.fingerprint
    written("# why\n" + RULE.format("one"))
    assert not policies.look()
    assert policies.now.fingerprint == before
